SELECT programme, block, sum(amount), count(*)
FROM figure
WHERE fiscal_year = $fiscal_year::SMALLINT AND level = 'payment' AND NOT superseded
    AND programme IN (SELECT unnest($programmes::INTEGER[]))
GROUP BY programme, block
ORDER BY programme, block NULLS LAST
