-- Sheets of two years, and the latest ones that name a first or last year between them.
SELECT programme, item, published, name, ministry, is_latest, start_year, end_year
FROM edition
WHERE
    published = $from_year::SMALLINT OR published = $to_year::SMALLINT
    OR is_latest AND (
        start_year > $from_year::SMALLINT AND start_year <= $to_year::SMALLINT
        OR end_year >= $from_year::SMALLINT AND end_year < $to_year::SMALLINT
    )
ORDER BY programme, published, item
