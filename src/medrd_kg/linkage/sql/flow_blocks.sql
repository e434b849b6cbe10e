-- What sheets list as paid, by year and block.
SELECT programme, fiscal_year, block, sum(amount), count(*)
FROM programme_figure AS figure
WHERE level = 'payment' AND NOT superseded AND list_contains($keys::INTEGER[], programme)
GROUP BY programme, fiscal_year, block
ORDER BY programme, fiscal_year, block NULLS LAST
