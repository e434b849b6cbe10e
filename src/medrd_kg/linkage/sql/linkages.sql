-- Pairs of things whose items share concepts, strongest first, and a row for each concept shared.
WITH
{{subject}},
{{named}},
{{weights}},
{{carried}},
shared AS MATERIALIZED (
    SELECT
        one.thing AS one,
        two.thing AS two,
        facet,
        concept,
        CASE WHEN one.direct AND two.direct THEN 'same' WHEN one.direct THEN 'broader'
            ELSE 'narrower' END AS how,
        weights.bits,
        weights.named_by,
        one.items AS one_items,
        two.items AS two_items,
        one.shown AS one_shown,
        two.shown AS two_shown
    FROM carried AS one
    JOIN carried AS two USING (facet, concept)
    JOIN weights USING (facet, concept)
    WHERE
        one.kind = $left
        AND two.kind = $right
        AND CASE WHEN $left = $right THEN one.thing < two.thing ELSE one.thing <> two.thing END
        AND CASE WHEN $hierarchy THEN one.direct OR two.direct ELSE one.direct AND two.direct END
        AND ($thing::INTEGER IS NULL OR $thing::INTEGER IN (one.thing, two.thing))
),
page AS (
    SELECT
        one,
        two,
        count(*) AS concepts,
        count(*) FILTER (how = 'same') AS same,
        round(sum(CASE how WHEN 'same' THEN bits ELSE bits / 2 END), 6) AS strength,
        count(*) OVER () AS pairs
    FROM shared
    ANTI JOIN broader_closure AS up ON up.narrow = shared.one AND up.broad = shared.two
    ANTI JOIN broader_closure AS down ON down.narrow = shared.two AND down.broad = shared.one
    GROUP BY one, two
    HAVING count(*) >= $min_shared
    ORDER BY strength DESC, concepts DESC, one, two
    LIMIT $limit OFFSET $offset
)
SELECT one, two, concepts, same, strength, pairs, facet, concept, how, bits, named_by,
    one_items, two_items, one_shown, two_shown
FROM page
JOIN shared USING (one, two)
ORDER BY strength DESC, concepts DESC, one, two, round(bits, 6) DESC, facet, concept
