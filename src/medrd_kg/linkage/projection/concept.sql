-- Everything that a facet points at, and every member of a facet, numbered in the order of IRIs.
SELECT
    (row_number() OVER (ORDER BY iri) - 1)::INTEGER AS concept,
    iri,
    label_ja,
    label_en
FROM (
    SELECT iri FROM "values"
    UNION SELECT value FROM facets
    UNION SELECT narrow FROM broader
    UNION SELECT broad FROM broader
    UNION SELECT iri FROM items WHERE kind IN ('programme', 'topic')
)
LEFT JOIN label USING (iri)
ORDER BY concept
