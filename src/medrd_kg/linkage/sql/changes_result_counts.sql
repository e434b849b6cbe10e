-- How many current results are stated for years.
SELECT fiscal_year, count(*)
FROM indicator_result
WHERE NOT restated AND achieved IS NOT NULL AND list_contains($keys::SMALLINT[], fiscal_year)
GROUP BY fiscal_year
