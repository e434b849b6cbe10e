-- Current targets and results by year.
SELECT fiscal_year, indicator, programme, fiscal_year, iri, target, achieved, source
FROM indicator_result
WHERE NOT restated AND list_contains($keys::SMALLINT[], fiscal_year)
ORDER BY indicator, iri
