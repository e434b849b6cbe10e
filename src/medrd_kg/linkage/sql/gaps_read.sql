-- What was read of each column: where the items of the selection that stand in it are stated.
WITH
{{subject}},
{{named}}
SELECT DISTINCT named.concept, source.iri, source.kind, unit, place
FROM named
JOIN item_evidence USING (item)
JOIN source USING (source)
WHERE named.facet = $columns AND list_contains($found::INTEGER[], named.concept)
ORDER BY named.concept, unit IS NULL, place, unit, source.iri
