-- Programmes of which sheets begin or cease between two years, or of which the latest sheet names a
-- first or last year between them.
SELECT programme, coalesce(earlier, false), coalesce(later, false), start_year, end_year
FROM (
    SELECT programme, bool_or(published = $from_year::SMALLINT) AS earlier,
        bool_or(published = $to_year::SMALLINT) AS later
    FROM edition
    WHERE published IN ($from_year::SMALLINT, $to_year::SMALLINT)
    GROUP BY programme
)
FULL JOIN (SELECT programme, start_year, end_year FROM edition WHERE is_latest) USING (programme)
WHERE
    earlier <> later
    OR (start_year > $from_year::SMALLINT AND start_year <= $to_year::SMALLINT)
    OR (end_year >= $from_year::SMALLINT AND end_year < $to_year::SMALLINT)
ORDER BY programme
