-- The members of each facet, whether anything names them or not.
SELECT DISTINCT facet, concept
FROM "values"
JOIN concept USING (iri)
ORDER BY facet, concept
