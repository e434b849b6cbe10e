-- The money of the total: of programmes that share a concept with a topic, of others, of none.
WITH
{{topics_and_money}},
{{topic_programme}}
SELECT
    coalesce(sum(amount) FILTER (programme IN (SELECT programme FROM linked)), 0),
    coalesce(sum(amount) FILTER (
        programme IS NOT NULL AND programme NOT IN (SELECT programme FROM linked)
    ), 0),
    coalesce(sum(amount) FILTER (programme IS NULL), 0)
FROM money
