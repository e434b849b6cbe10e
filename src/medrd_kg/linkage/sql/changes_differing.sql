-- Programmes with sheets of both years of which no name, or no ministry, is the very same in both.
SELECT
    programme,
    list(DISTINCT one.name) FILTER (one.name IS NOT NULL),
    list(DISTINCT two.name) FILTER (two.name IS NOT NULL),
    coalesce(NOT bool_or(one.name = two.name), false) AS renamed,
    coalesce(NOT bool_or(one.ministry = two.ministry), false) AS moved
FROM edition AS one
JOIN edition AS two USING (programme)
WHERE one.published = $from_year::SMALLINT AND two.published = $to_year::SMALLINT
GROUP BY programme
HAVING renamed OR moved
ORDER BY programme
