-- Programmes that fall under projects or programmes.
SELECT concept, item_facet.item, facet
FROM item_facet
JOIN item USING (item)
WHERE
    facet IN ('project', 'programme') AND list_contains($keys::INTEGER[], concept)
    AND item.kind = 'programme'
ORDER BY item_facet.item
