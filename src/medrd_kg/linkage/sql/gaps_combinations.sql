-- Pairs of two whole facets that no item stands in, with what comes nearest in the same column:
-- a concept that some item of it names, in the question's scope or out of it.
WITH
{{subject}},
{{named}},
present AS (
    SELECT DISTINCT across.concept AS row_concept, down.concept AS column_concept
    FROM named AS across
    JOIN named AS down USING (item)
    WHERE across.facet = $rows AND down.facet = $columns
),
page AS MATERIALIZED (
    SELECT across.concept AS row_concept, down.concept AS column_concept, count(*) OVER () AS gaps
    FROM (SELECT concept FROM facet_value WHERE facet = $rows) AS across
    CROSS JOIN (SELECT concept FROM facet_value WHERE facet = $columns) AS down
    ANTI JOIN present
        ON present.row_concept = across.concept AND present.column_concept = down.concept
    WHERE ($column::INTEGER IS NULL OR down.concept = $column::INTEGER)
        AND ($row::INTEGER IS NULL OR across.concept = $row::INTEGER)
    ORDER BY column_concept, row_concept
    LIMIT $limit OFFSET $offset
),
held AS (
    SELECT down.concept AS column_concept, across.concept AS near,
        count(DISTINCT across.item) AS items
    FROM item_facet AS across
    JOIN item_facet AS down USING (item)
    SEMI JOIN (SELECT item FROM item_year WHERE kind <> 'programme') AS policy USING (item)
    WHERE across.facet = $rows AND across.direct AND down.facet = $columns
        AND ($basis = 'all' OR across.basis = $basis)
    GROUP BY down.concept, across.concept
),
nearest AS (
    SELECT row_concept, column_concept,
        min({'steps': up.depth + down.depth, 'near': held.near, 'items': held.items}) AS best
    FROM page
    JOIN broader_closure AS up ON up.narrow = page.row_concept
    JOIN broader_closure AS down ON down.broad = up.broad
    JOIN held USING (column_concept)
    WHERE held.near = down.narrow
    GROUP BY row_concept, column_concept
)
SELECT row_concept, column_concept, gaps, best.near, best.steps, best.items
FROM page
LEFT JOIN nearest USING (row_concept, column_concept)
ORDER BY column_concept, row_concept
