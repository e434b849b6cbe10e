-- The figures that are summed in named totals.
SELECT total.iri, item, figure.programme, figure.amount, figure.payer, figure.payee
FROM total
JOIN total_member USING (total)
JOIN programme_figure AS figure USING (item)
WHERE list_contains($keys::VARCHAR[], total.iri)
ORDER BY item
