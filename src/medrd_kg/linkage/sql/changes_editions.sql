-- Sheets by year: those published in it, and the latest ones that name it as first or last year.
SELECT year, programme, item, published, name, ministry, is_latest, start_year, end_year
FROM edition
JOIN (SELECT unnest($keys::SMALLINT[]) AS year) AS asked
    ON published = year OR is_latest AND (start_year = year OR end_year = year)
ORDER BY programme, published, item
