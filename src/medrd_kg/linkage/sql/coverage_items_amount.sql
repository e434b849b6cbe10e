WITH
{{money_subject}},
{{money_named}},
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
SELECT item, amount, count(*) OVER ()
FROM chosen
JOIN subject USING (item)
ORDER BY item
LIMIT $limit OFFSET $offset
