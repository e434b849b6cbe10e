-- What items name (direct) and what lies above it; a link that a source states is not computed.
WITH
    named AS (
        SELECT iri, facet, value FROM facets
        WHERE facet <> 'ministry' OR value IN (SELECT iri FROM "values" WHERE facet = 'ministry')
        UNION SELECT iri, 'programme', iri FROM items WHERE kind = 'programme'
        UNION SELECT iri, 'topic', iri FROM items WHERE kind = 'topic'
    ),
    based AS (
        SELECT named.*, CASE WHEN computed.iri IS NULL THEN 'stated' ELSE 'computed' END AS basis
        FROM named
        LEFT JOIN computed USING (iri, facet, value)
    )
SELECT
    item.item,
    based.facet,
    up.broad AS concept,
    min(up.depth)::SMALLINT AS depth,
    min(up.depth) = 0 AS direct,
    based.basis
FROM based
JOIN item USING (iri)
JOIN concept ON concept.iri = based.value
JOIN broader_closure AS up ON up.narrow = concept.concept
GROUP BY item.item, based.facet, up.broad, based.basis
ORDER BY based.facet, item.item, up.broad, based.basis
