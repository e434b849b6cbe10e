-- Where an item is stated.
SELECT DISTINCT item.item, source.source
FROM evidence
JOIN item USING (iri)
JOIN source ON source.iri = evidence.source
ORDER BY item.item, source.source
