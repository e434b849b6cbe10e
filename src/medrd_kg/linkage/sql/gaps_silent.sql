-- Items of the selection that name nothing of a facet.
WITH
{{subject}},
{{named}}
SELECT item, count(*) OVER ()
FROM subject
ANTI JOIN named USING (item)
ORDER BY item
LIMIT $limit OFFSET $offset
