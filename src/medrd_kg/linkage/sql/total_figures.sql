-- The figures that are summed in named totals.
SELECT iri, item, programme, amount, payer, payee
FROM total_figure
WHERE list_contains($keys::VARCHAR[], iri)
ORDER BY item
