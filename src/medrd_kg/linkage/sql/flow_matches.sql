-- The figures of one total that are for, paid by or paid to all that is asked for.
WITH
{{money_subject}},
{{money_named}}
SELECT item
FROM named
WHERE list_contains($wanted::VARCHAR[], facet || '=' || concept)
GROUP BY item
HAVING count(*) = len($wanted::VARCHAR[])
