-- Results of a year below their target, the lowest rate first; restated ones are left out.
SELECT indicator, programme.concept, result.iri, target, achieved,
    round(1000.0 * achieved::DOUBLE / nullif(target, 0)::DOUBLE) / 10.0 AS percent,
    source.iri, source.kind, source.unit, locator, count(*) OVER ()
FROM indicator_result AS result
LEFT JOIN named_facet AS programme ON programme.item = indicator AND programme.facet = 'programme'
LEFT JOIN source ON source.source = result.source
WHERE NOT restated AND achieved < target AND result.fiscal_year = $fiscal_year::SMALLINT
ORDER BY percent NULLS LAST, programme.concept, indicator, result.iri
LIMIT $limit OFFSET $offset
