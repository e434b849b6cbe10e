-- Figures that state projects themselves, and whether it is this one.
SELECT item_facet.item, bool_or(concept = $concept)
FROM item_facet
SEMI JOIN figure ON figure.item = item_facet.item
WHERE facet = 'project'
GROUP BY item_facet.item
