-- Pairs of things whose items share concepts, where there may be millions: things that fall under
-- the same concepts in the same way are a class, and all pairs of two classes are equally strong.
-- A row for each pair of classes whose pairs may be on the page, strongest first, after `before`
-- pairs that are stronger, or as strong for more concepts; else one row that tells the total.
WITH
{{subject}},
{{named}},
{{weights}},
carried AS (
    SELECT
        side.facet AS kind,
        side.concept AS thing,
        via.facet,
        via.concept,
        bool_or(via.direct) AS direct
    FROM named AS side
    JOIN named AS via USING (item)
    WHERE
        side.facet IN ($left, $right)
        AND list_contains($via::VARCHAR[], via.facet)
    GROUP BY side.facet, side.concept, via.facet, via.concept
),
signature AS (
    SELECT
        kind, thing,
        list_sort(list({'facet': facet, 'concept': concept, 'direct': direct})) AS falls_under
    FROM carried
    GROUP BY kind, thing
),
class AS MATERIALIZED (
    SELECT kind, falls_under, min(thing) AS class, list_sort(list(thing)) AS things
    FROM signature
    GROUP BY kind, falls_under
),
told AS MATERIALIZED (
    SELECT kind, class, unnest(falls_under, recursive := true) FROM class
),
alike AS (
    SELECT
        one.class AS one,
        two.class AS two,
        count(*) AS concepts,
        count(*) FILTER (one.direct AND two.direct) AS same,
        round(sum(CASE WHEN one.direct AND two.direct THEN bits ELSE bits / 2 END), 6) AS strength
    FROM told AS one
    JOIN told AS two USING (facet, concept)
    JOIN weights USING (facet, concept)
    WHERE
        one.kind = $left
        AND two.kind = $right
        AND ($left <> $right OR one.class <= two.class)
        AND CASE WHEN $hierarchy THEN one.direct OR two.direct ELSE one.direct AND two.direct END
    GROUP BY one.class, two.class
    HAVING count(*) >= $min_shared
),
member AS MATERIALIZED (
    SELECT kind, class, unnest(things) AS thing FROM class
),
above AS (
    SELECT narrow AS one, broad AS two FROM broader_closure WHERE narrow <> broad
    UNION ALL SELECT broad, narrow FROM broader_closure WHERE narrow <> broad
    UNION ALL SELECT thing, thing FROM member WHERE $left <> $right AND kind = $left
),
related AS (
    SELECT one, two, count(*) AS pairs
    FROM (
        SELECT DISTINCT one.class AS one, two.class AS two, one.thing, two.thing
        FROM above
        JOIN member AS one ON one.thing = above.one AND one.kind = $left
        JOIN member AS two ON two.thing = above.two AND two.kind = $right
        WHERE
            $left <> $right OR one.class < two.class
            OR (one.class = two.class AND one.thing < two.thing)
    )
    GROUP BY one, two
),
counted AS (
    SELECT
        alike.*,
        coalesce(related.pairs, 0) AS related,
        CASE
            WHEN $left = $right AND alike.one = alike.two
                THEN len(first.things) * (len(first.things) - 1) // 2
            ELSE len(first.things) * len(second.things)
        END - coalesce(related.pairs, 0) AS pairs
    FROM alike
    JOIN class AS first ON first.class = alike.one AND first.kind = $left
    JOIN class AS second ON second.class = alike.two AND second.kind = $right
    LEFT JOIN related ON related.one = alike.one AND related.two = alike.two
),
placed AS (
    SELECT
        *,
        sum(pairs) OVER () AS total,
        sum(pairs) OVER (ORDER BY strength DESC, concepts DESC) AS until,
        sum(pairs) OVER (PARTITION BY strength, concepts) AS equal,
        row_number() OVER (ORDER BY strength DESC, concepts DESC, one, two) AS place
    FROM counted
    WHERE pairs > 0
),
shown AS (
    SELECT *, until > $offset AND until - equal < $offset + $limit AS is_shown FROM placed
)
SELECT
    total::BIGINT, is_shown, strength, concepts, same, (until - equal)::BIGINT AS before, related,
    one, two,
    CASE WHEN is_shown THEN first.things END,
    CASE WHEN is_shown THEN second.things END
FROM shown
JOIN class AS first ON first.class = one AND first.kind = $left
JOIN class AS second ON second.class = two AND second.kind = $right
WHERE is_shown OR place = 1
ORDER BY place
