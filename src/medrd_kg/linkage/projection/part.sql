-- Which figure is a part of which.
SELECT DISTINCT low.item AS part, high.item AS whole
FROM included
JOIN item AS low ON low.iri = included.part
JOIN item AS high ON high.iri = included.whole
ORDER BY part, whole
