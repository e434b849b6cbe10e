-- The topics of a year, and the programmes with money in one total.
topics AS MATERIALIZED (
    SELECT item FROM item_year WHERE kind = 'topic' AND fiscal_year = $topic_year::SMALLINT
),
money AS MATERIALIZED (
    SELECT figure.item, figure.programme, figure.amount
    FROM total_member
    JOIN total USING (total)
    JOIN figure USING (item)
    WHERE total.iri = $total
),
programmes AS MATERIALIZED (
    SELECT programme AS item, sum(amount) AS amount
    FROM money
    WHERE programme IS NOT NULL
    GROUP BY programme
)
