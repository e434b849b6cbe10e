-- Programmes that fall under a thing.
SELECT item_facet.item
FROM item_facet
JOIN item USING (item)
WHERE facet = $facet AND concept = $concept AND item.kind = 'programme'
ORDER BY item_facet.item
