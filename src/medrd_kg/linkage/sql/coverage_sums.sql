-- Cells, rows, columns and the whole, each over distinct items: an item that stands in several
-- cells counts once in a row, once in a column and once in the whole.
placed AS MATERIALIZED (
    SELECT
        weighed.item,
        weighed.weight,
        across.concept AS row_concept,
        down.concept AS column_concept,
        across.direct AND down.direct AS direct
    FROM weighed
    LEFT JOIN (SELECT * FROM named WHERE facet = $rows) AS across USING (item)
    LEFT JOIN (SELECT * FROM named WHERE facet = $columns) AS down USING (item)
)
SELECT
    'cell' AS part,
    row_concept,
    column_concept,
    count(*) AS items,
    sum(weight) AS value,
    coalesce(sum(weight) FILTER (direct), 0) AS direct
FROM placed
WHERE row_concept IS NOT NULL AND column_concept IS NOT NULL
GROUP BY row_concept, column_concept
UNION ALL
SELECT 'row', row_concept, NULL, count(*) FILTER (inside),
    coalesce(sum(weight) FILTER (inside), 0), coalesce(sum(weight) FILTER (NOT inside), 0)
FROM (
    SELECT item, row_concept, any_value(weight) AS weight, bool_or(column_concept IS NOT NULL) AS inside
    FROM placed WHERE row_concept IS NOT NULL GROUP BY item, row_concept
)
GROUP BY row_concept
UNION ALL
SELECT 'column', NULL, column_concept, count(*) FILTER (inside),
    coalesce(sum(weight) FILTER (inside), 0), coalesce(sum(weight) FILTER (NOT inside), 0)
FROM (
    SELECT item, column_concept, any_value(weight) AS weight, bool_or(row_concept IS NOT NULL) AS inside
    FROM placed WHERE column_concept IS NOT NULL GROUP BY item, column_concept
)
GROUP BY column_concept
UNION ALL
SELECT 'whole', NULL, NULL, count(*) FILTER (inside),
    coalesce(sum(weight) FILTER (inside), 0), coalesce(sum(weight) FILTER (NOT inside), 0)
FROM (
    SELECT item, any_value(weight) AS weight,
        bool_or(row_concept IS NOT NULL AND column_concept IS NOT NULL) AS inside
    FROM placed GROUP BY item
)
