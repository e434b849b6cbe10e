-- For each of these items, the nearest of the others: the fewest steps between named concepts.
WITH
{{topics_and_money}},
others AS (
    SELECT item FROM topics WHERE NOT $for_topics
    UNION
    SELECT item FROM programmes WHERE $for_topics
),
named_by_others AS MATERIALIZED (
    SELECT facet, concept, min({'depth': depth, 'item': item}) AS best
    FROM item_facet
    SEMI JOIN others USING (item)
    WHERE list_contains($via::VARCHAR[], facet) AND ($basis = 'all' OR basis = $basis)
    GROUP BY facet, concept
)
SELECT own.item, min({
    'steps': own.depth + best.depth, 'other': best.item, 'concept': own.concept
})
FROM item_facet AS own
JOIN named_by_others USING (facet, concept)
WHERE own.item IN (SELECT unnest($items::INTEGER[])) AND ($basis = 'all' OR own.basis = $basis)
GROUP BY own.item
