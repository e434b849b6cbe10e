-- Payments to payees as the sheets list them, the latest year first, and most money first.
SELECT payee, item, fiscal_year, programme, block, payer, payee, amount, level, rank, printed,
    locator
FROM figure
WHERE payee IN (SELECT unnest($keys::INTEGER[]))
    AND level IN ('transfer', 'payment') AND NOT superseded
ORDER BY payee, fiscal_year DESC, amount DESC, item
