-- The items that the question looks at.
subject AS MATERIALIZED (
    SELECT DISTINCT item
    FROM item_year
    WHERE
        CASE kind
            WHEN 'scope-item' THEN $standing
            WHEN 'topic' THEN $yearly
            ELSE $programmes
        END
        AND (kind = 'scope-item' OR $fiscal_year::SMALLINT IS NULL
            OR fiscal_year = $fiscal_year::SMALLINT)
)
