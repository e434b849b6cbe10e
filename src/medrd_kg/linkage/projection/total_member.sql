-- Which figure is summed in which total.
SELECT DISTINCT total.total, item.item
FROM addends
JOIN total ON total.iri = addends.total
JOIN item ON item.iri = addends.figure
JOIN figure ON figure.item = item.item AND figure.additive
ORDER BY total.total, item.item
