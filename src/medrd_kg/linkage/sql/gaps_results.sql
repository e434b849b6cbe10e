-- Indicators for which no year has an achieved value, with the targets that are stated.
WITH page AS (
    SELECT item, count(*) OVER () AS gaps
    FROM listed_item
    ANTI JOIN (SELECT indicator AS item FROM indicator_result WHERE achieved IS NOT NULL)
        AS measured USING (item)
    WHERE kind = 'indicator'
        AND ($ministry::INTEGER IS NULL OR item IN (
            SELECT own.item
            FROM named_facet AS own
            JOIN listed_item AS programme ON programme.kind = 'programme'
            JOIN concept ON concept.iri = programme.iri AND concept.concept = own.concept
            JOIN named_facet AS run ON run.item = programme.item
            WHERE own.facet = 'programme' AND run.facet = 'ministry'
                AND run.concept = $ministry::INTEGER
        ))
    ORDER BY item
    LIMIT $limit OFFSET $offset
)
SELECT page.item, gaps, programme.concept, fiscal_year, target, source.iri, source.kind, source.unit,
    locator
FROM page
LEFT JOIN named_facet AS programme ON programme.item = page.item AND programme.facet = 'programme'
LEFT JOIN indicator_result AS result ON result.indicator = page.item AND NOT restated
LEFT JOIN source ON source.source = result.source
ORDER BY page.item, fiscal_year, result.iri
