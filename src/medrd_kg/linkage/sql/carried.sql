-- Which concepts the items of each thing of both kinds name, of all things or of some.
carried AS MATERIALIZED (
    SELECT
        side.facet AS kind,
        side.concept AS thing,
        via.facet,
        via.concept,
        bool_or(via.direct) AS direct,
        count(*) AS items,
        list_slice(list(side.item ORDER BY side.item), 1, $shown) AS shown
    FROM named AS side
    JOIN named AS via USING (item)
    WHERE
        side.facet IN ($left, $right)
        AND ($only::INTEGER[] IS NULL OR list_contains($only::INTEGER[], side.concept))
        AND list_contains($via::VARCHAR[], via.facet)
    GROUP BY side.facet, side.concept, via.facet, via.concept
)
