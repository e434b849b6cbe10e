-- Topics of these years and standing scope of a project.
SELECT item.item, item.kind, item.fiscal_year
FROM item_facet
JOIN item USING (item)
WHERE
    facet = 'project' AND concept = $concept AND item.kind IN ('topic', 'scope-item')
    AND ($fiscal_year::SMALLINT IS NULL OR item.kind = 'scope-item'
        OR item.fiscal_year = $fiscal_year::SMALLINT)
ORDER BY item.kind, item.item
