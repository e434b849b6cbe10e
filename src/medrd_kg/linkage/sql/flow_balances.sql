-- What sources state of these programmes in one year: spent, transferred, paid by block.
SELECT programme,
    sum(amount) FILTER (additive AND level = 'appropriation' AND stage = 'executed'),
    sum(amount) FILTER (additive AND level = 'transfer')
FROM figure
WHERE fiscal_year = $fiscal_year::SMALLINT
    AND programme IN (SELECT unnest($programmes::INTEGER[]))
GROUP BY programme
