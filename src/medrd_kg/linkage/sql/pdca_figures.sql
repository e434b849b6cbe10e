-- Current figures for programmes, or of these numbers, with the totals that sum them.
SELECT
    figure.item, figure.programme, figure.fiscal_year, figure.stage, figure.level, figure.amount,
    total.iri, total.label_ja, total.label_en, total.perimeter
FROM figure
LEFT JOIN total_member ON total_member.item = figure.item
LEFT JOIN total ON total.total = total_member.total
WHERE
    (list_contains($programmes::INTEGER[], figure.programme)
        OR list_contains($figures::INTEGER[], figure.item))
    AND NOT superseded
    AND (figure.kind = 'budget-statement' OR total.total IS NOT NULL)
    AND ($fiscal_year::SMALLINT IS NULL
        OR figure.fiscal_year IN ($fiscal_year::SMALLINT, $fiscal_year::SMALLINT + 1))
ORDER BY figure.fiscal_year, figure.stage, figure.level, figure.item, total.iri
