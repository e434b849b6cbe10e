-- What given pairs of things share, a row for each concept, as `linkages` gives them.
WITH
{{subject}},
{{named}},
{{weights}},
pair AS MATERIALIZED (
    SELECT unnest($ones::INTEGER[]) AS one, unnest($twos::INTEGER[]) AS two
),
{{carried}}
SELECT
    pair.one,
    pair.two,
    facet,
    concept,
    CASE WHEN one.direct AND two.direct THEN 'same' WHEN one.direct THEN 'broader'
        ELSE 'narrower' END AS how,
    bits,
    named_by,
    one.items,
    two.items,
    one.shown,
    two.shown
FROM pair
JOIN carried AS one ON one.thing = pair.one AND one.kind = $left
JOIN carried AS two USING (facet, concept)
JOIN weights USING (facet, concept)
WHERE
    two.thing = pair.two
    AND two.kind = $right
    AND CASE WHEN $hierarchy THEN one.direct OR two.direct ELSE one.direct AND two.direct END
ORDER BY round(bits, 6) DESC, facet, concept
