-- How many pairs of things fall under the same concepts, facet by facet, each as often as it shares
-- one; those that are related count too.
SELECT facet, sum(lefts * rights)::BIGINT
FROM (
    SELECT
        via.facet,
        count(DISTINCT side.concept) FILTER (side.facet = $left) AS lefts,
        count(DISTINCT side.concept) FILTER (side.facet = $right) AS rights
    FROM named_facet AS via
    JOIN named_facet AS side USING (item)
    SEMI JOIN item_year USING (item)
    WHERE list_contains($via::VARCHAR[], via.facet) AND side.facet IN ($left, $right)
    GROUP BY via.facet, via.concept
)
GROUP BY facet
