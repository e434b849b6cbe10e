-- Where items are stated.
SELECT item, iri, kind, unit, place
FROM item_evidence
JOIN source USING (source)
WHERE item IN (SELECT unnest($keys::INTEGER[]))
ORDER BY item, unit IS NULL, place, unit, iri
