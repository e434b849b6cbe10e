-- Topics and standing scope of projects.
SELECT concept, item.item, item.kind, item.fiscal_year
FROM named_facet
JOIN listed_item AS item USING (item)
WHERE
    facet = 'project' AND concept IN (SELECT unnest($keys::INTEGER[]))
    AND item.kind IN ('topic', 'scope-item')
ORDER BY item.kind, item.item
