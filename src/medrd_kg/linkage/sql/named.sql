-- What these items name or belong to, and all that lies above it, once each.
named AS MATERIALIZED (
    SELECT item, facet, concept, bool_or(direct) AS direct
    FROM named_facet
    SEMI JOIN subject USING (item)
    WHERE
        list_contains($facets::VARCHAR[], facet)
        AND ($basis = 'all' OR basis = $basis OR facet IN (
            'project', 'programme', 'ministry', 'organization', 'topic'
        ))
    GROUP BY item, facet, concept
)
