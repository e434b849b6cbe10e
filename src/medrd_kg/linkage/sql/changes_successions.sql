-- Programmes that followed others between two years.
SELECT programme, other, fiscal_year
FROM succession
WHERE fiscal_year > $from_year::SMALLINT AND fiscal_year <= $to_year::SMALLINT
ORDER BY programme, other
