-- Targets and results of indicators in two years.
SELECT indicator, fiscal_year, target, achieved, source
FROM yearly_result
WHERE
    fiscal_year IN ($from_year::SMALLINT, $to_year::SMALLINT)
    AND indicator IN (SELECT unnest($indicators::INTEGER[]))
