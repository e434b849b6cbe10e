-- What lies at or above concepts, and by how many steps at least.
SELECT narrow, broad, depth
FROM broader_closure
WHERE list_contains($keys::INTEGER[], narrow)
