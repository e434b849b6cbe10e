-- Programmes with money in the total that share no concept with a topic; most money first.
WITH
{{topics_and_money}},
{{topic_programme}}
SELECT item, amount, count(*) OVER (), sum(amount) OVER ()
FROM programmes
ANTI JOIN linked ON linked.programme = programmes.item
ORDER BY amount DESC, item
LIMIT $limit OFFSET $offset
