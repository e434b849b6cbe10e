-- What these figures are for: what they state themselves; else what their programme names.
named AS MATERIALIZED (
    SELECT subject.item, facet, concept, bool_or(direct) AS direct
    FROM subject
    JOIN named_facet ON named_facet.item = subject.item
    WHERE list_contains($facets::VARCHAR[], facet) AND ($basis = 'all' OR basis = $basis OR facet IN (
        'project', 'programme', 'ministry', 'organization', 'topic'
    ))
    GROUP BY subject.item, facet, concept
    UNION ALL
    SELECT subject.item, facet, concept, bool_or(direct)
    FROM subject
    JOIN named_facet ON named_facet.item = subject.programme
    WHERE
        list_contains($facets::VARCHAR[], facet)
        AND ($basis = 'all' OR basis = $basis OR facet IN (
            'project', 'programme', 'ministry', 'organization', 'topic'
        ))
        AND NOT EXISTS (
            SELECT 1 FROM named_facet AS own
            WHERE own.item = subject.item AND own.facet = named_facet.facet
        )
    GROUP BY subject.item, facet, concept
)
