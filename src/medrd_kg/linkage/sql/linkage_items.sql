-- The items behind one pair: what each of them names, as far as the pair shares it.
WITH
{{subject}},
{{named}},
ends AS (
    SELECT 'one' AS side, $left AS facet, concept FROM concept WHERE iri = $one
    UNION ALL
    SELECT 'two', $right, concept FROM concept WHERE iri = $two
),
sided AS MATERIALIZED (
    SELECT ends.side, item, via.facet,
        via.concept, via.direct
    FROM ends
    JOIN named AS side ON side.facet = ends.facet AND side.concept = ends.concept
    JOIN named AS via USING (item)
    WHERE list_contains($via::VARCHAR[], via.facet)
),
shared AS (
    SELECT facet, concept
    FROM sided
    GROUP BY facet, concept
    HAVING
        count(DISTINCT side) = 2
        AND (
            (bool_or(direct) FILTER (side = 'one') AND bool_or(direct) FILTER (side = 'two'))
            OR ($hierarchy AND bool_or(direct))
        )
)
SELECT side, item, facet, concept.iri, concept.label_ja, concept.label_en, direct,
    count(*) OVER ()
FROM sided
SEMI JOIN shared USING (facet, concept)
JOIN concept USING (concept)
ORDER BY side, item, facet, concept.iri
LIMIT $limit OFFSET $offset
