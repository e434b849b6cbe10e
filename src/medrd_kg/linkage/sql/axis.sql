-- All members of facets, whether or not an item names them.
SELECT DISTINCT facet, concept
FROM facet_value
WHERE list_contains($facets::VARCHAR[], facet)
