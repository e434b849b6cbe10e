-- Topics that share no concept with a programme with money in the total.
WITH
{{topics_and_money}},
{{topic_programme}}
SELECT item, count(*) OVER ()
FROM topics
ANTI JOIN linked ON linked.topic = topics.item
ORDER BY item
LIMIT $limit OFFSET $offset
