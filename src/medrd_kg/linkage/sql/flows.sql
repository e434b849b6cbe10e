-- The figures of one total by who pays, who receives, and for which programme.
WITH
{{money_subject}},
{{money_named}},
matched AS (
    SELECT item, count(*) AS filters
    FROM named
    WHERE list_contains($wanted::VARCHAR[], facet || '=' || concept)
    GROUP BY item
)
SELECT coalesce(filters, 0) = len($wanted::VARCHAR[]), figure.payer, figure.payee,
    figure.programme, sum(figure.amount), count(*)
FROM subject
JOIN figure USING (item)
LEFT JOIN matched USING (item)
GROUP BY ALL
ORDER BY ALL
