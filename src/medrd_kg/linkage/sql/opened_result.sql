-- The result of each indicator and year that tells most: with a target and what was achieved, else
-- with what was achieved, else the first by name.
CREATE TABLE yearly_result AS
SELECT DISTINCT ON (fiscal_year, indicator)
    fiscal_year, indicator, programme, target, achieved, source
FROM indicator_result
WHERE NOT restated AND fiscal_year IS NOT NULL
ORDER BY fiscal_year, indicator, target IS NULL OR achieved IS NULL, achieved IS NULL, iri
