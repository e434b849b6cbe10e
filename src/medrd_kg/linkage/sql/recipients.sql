-- Payments of one year as the sheets list them, most money first.
SELECT item, programme, block, payer, payee, amount, level, count(*) OVER ()
FROM programme_figure
WHERE level IN ('transfer', 'payment') AND NOT superseded
    AND fiscal_year = $fiscal_year::SMALLINT
    AND ($programme::INTEGER IS NULL OR programme = $programme::INTEGER)
    AND ($payee::INTEGER IS NULL OR payee = $payee::INTEGER)
ORDER BY amount DESC, item
LIMIT $limit OFFSET $offset
