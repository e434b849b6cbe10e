-- What items name or belong to, and all that lies above it, by how many steps at least.
SELECT item, facet, concept, depth, basis
FROM named_facet
WHERE item IN (SELECT unnest($keys::INTEGER[]))
ORDER BY item, facet, concept, basis
