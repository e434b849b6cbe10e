-- Current targets and results of two years.
SELECT indicator, programme, fiscal_year, iri, target, achieved, source
FROM indicator_result
WHERE NOT restated AND fiscal_year IN ($from_year::SMALLINT, $to_year::SMALLINT)
ORDER BY indicator, fiscal_year, iri
