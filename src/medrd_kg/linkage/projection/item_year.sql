-- The fiscal years of an item. A programme is of each year for which a current figure other than
-- a request says what was budgeted for it or spent on it.
SELECT DISTINCT item, year::SMALLINT AS fiscal_year
FROM years
JOIN item USING (iri)
UNION
SELECT programme, fiscal_year
FROM figure
WHERE programme IS NOT NULL AND fiscal_year IS NOT NULL AND NOT superseded AND stage <> 'request'
ORDER BY item, fiscal_year
