-- Where a concept, project or organisation is named.
SELECT DISTINCT concept.concept, source.source
FROM evidence
JOIN concept USING (iri)
JOIN source ON source.iri = evidence.source
ORDER BY concept.concept, source.source
