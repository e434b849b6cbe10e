-- Payments of one year as the sheets list them, most money first.
SELECT figure.item, programme, block, rank, payer, payee, amount, printed, level, locator,
    count(*) OVER ()
FROM figure
WHERE level IN ('transfer', 'payment') AND NOT superseded
    AND fiscal_year = $fiscal_year::SMALLINT
    AND ($programme::INTEGER IS NULL OR programme = $programme::INTEGER)
    AND ($payee::INTEGER IS NULL OR payee = $payee::INTEGER)
ORDER BY amount DESC, figure.item
LIMIT $limit OFFSET $offset
