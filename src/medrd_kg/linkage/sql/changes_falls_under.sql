-- Programmes and topics that fall under one thing.
SELECT named_facet.item
FROM named_facet
JOIN listed_item AS item USING (item)
WHERE
    facet = $facet AND concept = $concept
    AND ($basis = 'all' OR basis = $basis)
    AND item.kind IN ('programme', 'topic')
