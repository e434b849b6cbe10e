-- Topics of these years with what the policy says of them.
SELECT item.item, item.fiscal_year, concept.concept, concept.iri
FROM item
LEFT JOIN item_facet ON item_facet.item = item.item AND facet = 'status' AND direct
LEFT JOIN concept USING (concept)
WHERE
    item.kind = 'topic'
    AND item.fiscal_year >= $from_year::SMALLINT AND item.fiscal_year <= $to_year::SMALLINT
ORDER BY item.item, concept.concept
