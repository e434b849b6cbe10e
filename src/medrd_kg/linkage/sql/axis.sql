-- All members of facets, whether or not an item names them.
SELECT facet, concept
FROM facet_value
WHERE list_contains($keys::VARCHAR[], facet)
