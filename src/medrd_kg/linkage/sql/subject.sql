-- The items that the question looks at.
subject AS MATERIALIZED (
    SELECT item.item
    FROM item
    WHERE
        kind IN ('topic', 'scope-item', 'programme')
        AND CASE kind
            WHEN 'topic' THEN $yearly
            WHEN 'scope-item' THEN $standing
            ELSE $programmes
        END
        AND (
            kind = 'scope-item'
            OR $fiscal_year::SMALLINT IS NULL
            OR EXISTS (
                SELECT 1 FROM item_year
                WHERE item_year.item = item.item AND fiscal_year = $fiscal_year::SMALLINT
            )
        )
)
