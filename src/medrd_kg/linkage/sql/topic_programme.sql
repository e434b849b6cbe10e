-- Topics and programmes that share concepts: one names what the other names or something narrower.
linked AS MATERIALIZED (
    SELECT DISTINCT topic.item AS topic, programme.item AS programme
    FROM item_facet AS topic
    JOIN item_facet AS programme USING (facet, concept)
    SEMI JOIN topics ON topics.item = topic.item
    SEMI JOIN programmes ON programmes.item = programme.item
    WHERE
        list_contains($via::VARCHAR[], facet)
        AND (topic.direct OR programme.direct)
        AND ($basis = 'all' OR topic.basis = $basis)
        AND ($basis = 'all' OR programme.basis = $basis)
)
