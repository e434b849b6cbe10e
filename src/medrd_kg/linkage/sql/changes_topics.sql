-- Topics by year with what the policy says of them.
SELECT item.fiscal_year, item.item, item.fiscal_year, concept.concept, concept.iri
FROM listed_item AS item
LEFT JOIN named_facet ON named_facet.item = item.item AND facet = 'status' AND direct
LEFT JOIN concept USING (concept)
WHERE item.kind = 'topic' AND list_contains($keys::SMALLINT[], item.fiscal_year)
ORDER BY item.item, concept.concept
