SELECT item, iri, kind, unit
FROM item_evidence
JOIN source USING (source)
WHERE item IN (SELECT unnest($items::INTEGER[]))
ORDER BY item, unit IS NULL, place, unit, iri
