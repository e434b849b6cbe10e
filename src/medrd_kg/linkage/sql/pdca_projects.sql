-- Projects of programmes.
SELECT item, concept
FROM named_facet
WHERE facet = 'project' AND list_contains($keys::INTEGER[], item)
ORDER BY concept
