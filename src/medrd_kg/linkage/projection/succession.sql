-- Who followed whom, and when. A programme takes over in the year in which its first sheet was
-- published or, where that sheet names a later one, in that. Without sheets of its own, it takes
-- over in the first year after the last sheet of what it followed for which a current figure other
-- than a request speaks: until then it is a part of what that sheet tells.
WITH
begun AS (
    SELECT programme, greatest(published, coalesce(start_year, published)) AS year
    FROM edition
    WHERE published IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY programme ORDER BY published, item) = 1
),
followed AS (
    SELECT link.programme, link.other, max(edition.published) AS last_sheet
    FROM programme_link AS link
    LEFT JOIN edition ON edition.programme = link.other
    WHERE relation = 'succeeds'
    GROUP BY link.programme, link.other
)
SELECT
    followed.programme,
    followed.other,
    coalesce(any_value(begun.year), min(item_year.fiscal_year))::SMALLINT AS fiscal_year
FROM followed
LEFT JOIN begun ON begun.programme = followed.programme
LEFT JOIN item_year
    ON item_year.item = followed.programme
    AND (last_sheet IS NULL OR item_year.fiscal_year > last_sheet)
GROUP BY followed.programme, followed.other
ORDER BY followed.programme, followed.other
