-- Where items other than figures are stated.
SELECT item, iri, kind, unit, place
FROM listed_evidence
JOIN source USING (source)
WHERE item IN (SELECT unnest($keys::INTEGER[]))
ORDER BY item, unit IS NULL, place, unit, iri
