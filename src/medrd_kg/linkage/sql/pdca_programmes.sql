-- Programmes that fall under projects or programmes.
SELECT concept, named_facet.item, facet
FROM named_facet
JOIN listed_item AS item USING (item)
WHERE
    facet IN ('project', 'programme') AND concept IN (SELECT unnest($keys::INTEGER[]))
    AND item.kind = 'programme'
ORDER BY named_facet.item
