-- Current targets and results of programmes.
SELECT indicator, fiscal_year, iri, target, achieved, source
FROM indicator_result
WHERE
    NOT restated AND list_contains($programmes::INTEGER[], programme)
    AND ($fiscal_year::SMALLINT IS NULL OR fiscal_year = $fiscal_year::SMALLINT)
ORDER BY fiscal_year, indicator, iri
