-- Payments of one year as the sheets list them, most money first.
SELECT item, fiscal_year, programme, block, payer, payee, amount, level, rank, printed, locator,
    total
FROM (
    SELECT item, count(*) OVER () AS total
    FROM programme_figure
    WHERE level IN ('transfer', 'payment') AND NOT superseded
        AND fiscal_year = $fiscal_year::SMALLINT
    ORDER BY amount DESC, item
    LIMIT $limit OFFSET $offset
)
JOIN figure USING (item)
ORDER BY amount DESC, item
