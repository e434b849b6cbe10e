-- How much a shared concept tells: the information content, in bits, of falling under it.
weights AS MATERIALIZED (
    SELECT facet, concept, count(*) AS named_by,
        log2((SELECT count(*) FROM subject) / count(*)) AS bits
    FROM named
    WHERE list_contains($via::VARCHAR[], facet)
    GROUP BY facet, concept
)
