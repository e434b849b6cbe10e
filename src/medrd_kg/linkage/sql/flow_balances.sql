-- What sources state of programmes by year: spent, transferred.
SELECT programme, fiscal_year,
    sum(amount) FILTER (additive AND level = 'appropriation' AND stage = 'executed'),
    sum(amount) FILTER (additive AND level = 'transfer')
FROM programme_figure AS figure
WHERE list_contains($keys::INTEGER[], programme)
GROUP BY programme, fiscal_year
