-- Programmes that followed others, by year.
SELECT fiscal_year, programme, other, fiscal_year
FROM succession
WHERE list_contains($keys::SMALLINT[], fiscal_year)
ORDER BY programme, other
