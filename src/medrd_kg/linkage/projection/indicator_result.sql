-- Targets and results of indicators by year.
SELECT
    results.iri,
    item.item AS indicator,
    min(programme.item) AS programme,
    min(year)::SMALLINT AS fiscal_year,
    min(target)::DECIMAL(38, 18) AS target,
    min(achieved)::DECIMAL(38, 18) AS achieved,
    bool_or(restated) AS restated,
    min(locator) AS locator,
    min(source.source) AS source
FROM results
JOIN item ON item.iri = results.indicator
LEFT JOIN facets ON facets.iri = results.indicator AND facets.facet = 'programme'
LEFT JOIN item AS programme ON programme.iri = facets.value AND programme.kind = 'programme'
LEFT JOIN evidence ON evidence.iri = results.iri
LEFT JOIN source ON source.iri = evidence.source
GROUP BY results.iri, item.item
ORDER BY results.iri
