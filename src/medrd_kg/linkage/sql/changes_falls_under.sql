-- Programmes and topics that fall under one thing.
SELECT item_facet.item
FROM item_facet
JOIN item USING (item)
WHERE
    facet = $facet AND concept = $concept
    AND ($basis = 'all' OR basis = $basis)
    AND item.kind IN ('programme', 'topic')
