-- Payments by programmes as the sheets list them, the latest year first, and most money first.
SELECT programme, item, fiscal_year, programme, block, payer, payee, amount, level, rank, printed,
    locator
FROM figure
WHERE programme IN (SELECT unnest($keys::INTEGER[]))
    AND level IN ('transfer', 'payment') AND NOT superseded
ORDER BY programme, fiscal_year DESC, amount DESC, item
