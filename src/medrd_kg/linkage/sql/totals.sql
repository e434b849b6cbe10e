-- Named totals with what their addends sum to.
SELECT total.iri, label_ja, label_en, total.fiscal_year, total.stage, total.level, perimeter,
    coalesce(sum(figure.amount), 0), count(figure.item), total.printed, total.remainder, note_ja, note_en
FROM total
LEFT JOIN total_figure AS figure USING (total)
WHERE
    ($total::VARCHAR IS NULL OR total.iri = $total)
    AND ($fiscal_year::SMALLINT IS NULL OR total.fiscal_year = $fiscal_year::SMALLINT)
    AND ($stage::VARCHAR IS NULL OR total.stage = $stage)
    AND ($level::VARCHAR IS NULL OR total.level = $level)
    AND ($perimeter::VARCHAR IS NULL OR perimeter = $perimeter)
GROUP BY ALL
ORDER BY total.iri
