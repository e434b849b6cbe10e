-- Every concept with all that is above it, and by how many steps at least (0: itself).
SELECT low.concept AS narrow, high.concept AS broad, closure.depth::SMALLINT AS depth
FROM closure
JOIN concept AS low ON low.iri = closure.narrow
JOIN concept AS high ON high.iri = closure.broad
ORDER BY narrow, broad
