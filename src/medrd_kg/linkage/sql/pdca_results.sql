-- Current targets and results of programmes.
SELECT programme, fiscal_year, indicator, iri, target, achieved, source
FROM indicator_result
WHERE NOT restated AND programme IN (SELECT unnest($keys::INTEGER[]))
ORDER BY fiscal_year, indicator, iri
