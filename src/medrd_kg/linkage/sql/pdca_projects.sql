-- Projects of programmes.
SELECT item, concept
FROM item_facet
WHERE facet = 'project' AND list_contains($keys::INTEGER[], item)
ORDER BY concept
