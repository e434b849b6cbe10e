-- The totals of one stage, level and perimeter for two years.
SELECT total, iri, label_ja, label_en, fiscal_year, stage, level, perimeter, printed, remainder,
    note_ja, note_en
FROM total
WHERE
    fiscal_year IN ($from_year::SMALLINT, $to_year::SMALLINT)
    AND stage = $stage AND level = $level AND perimeter = $perimeter
ORDER BY iri
