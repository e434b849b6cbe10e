-- Concepts on which programmes of several ministries work in one year, with the programmes, and
-- their money in one total.
WITH
{{subject}},
{{named}},
money AS MATERIALIZED (
    SELECT programme AS item, sum(amount) AS amount
    FROM total_figure
    WHERE iri = $total
    GROUP BY programme
),
worked AS MATERIALIZED (
    SELECT facet, concept, item, any_value(direct) AS direct, any_value(amount) AS amount,
        list(DISTINCT run.ministry ORDER BY run.ministry) AS ministries
    FROM named
    JOIN (SELECT item, concept AS ministry FROM named WHERE facet = 'ministry') AS run USING (item)
    LEFT JOIN money USING (item)
    WHERE list_contains($via::VARCHAR[], facet) AND ($hierarchy OR direct)
    GROUP BY facet, concept, item
),
page AS (
    SELECT facet, concept, count(*) AS programmes, sum(amount) AS amount,
        len(list_distinct(flatten(list(ministries)))) AS ministries, count(*) OVER () AS overlaps
    FROM worked
    GROUP BY facet, concept
    HAVING bool_or(direct) AND len(list_distinct(flatten(list(ministries)))) >= $min_ministries
    ORDER BY ministries DESC, programmes, facet, concept
    LIMIT $limit OFFSET $offset
)
SELECT facet, concept, page.programmes, page.amount, page.overlaps, log2(n / page.programmes),
    item, worked.direct, worked.amount, worked.ministries
FROM page
JOIN worked USING (facet, concept)
CROSS JOIN (SELECT count(*) AS n FROM subject)
ORDER BY page.ministries DESC, page.programmes, facet, concept, worked.amount DESC NULLS LAST, item
