WITH
{{subject}},
{{named}},
chosen AS (
    SELECT item FROM subject
    WHERE
        item IN (
            SELECT item FROM named JOIN concept USING (concept)
            WHERE facet = $rows AND ($row::VARCHAR IS NULL OR iri = $row)
        )
        AND item IN (
            SELECT item FROM named JOIN concept USING (concept)
            WHERE facet = $columns AND ($column::VARCHAR IS NULL OR iri = $column)
        )
)
SELECT item, 1::BIGINT, count(*) OVER ()
FROM chosen
ORDER BY item
LIMIT $limit OFFSET $offset
