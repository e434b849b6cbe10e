-- The named totals, numbered in the order of their IRIs.
SELECT
    (row_number() OVER (ORDER BY iri) - 1)::INTEGER AS total,
    iri,
    label_ja,
    label_en,
    min(year)::SMALLINT AS fiscal_year,
    min(split_part(stage, '#stage-', 2)) AS stage,
    min(split_part(level, '#level-', 2)) AS level,
    min(split_part(perimeter, '#perimeter-', 2)) AS perimeter,
    min(printed)::BIGINT AS printed,
    min(remainder)::BIGINT AS remainder,
    min(note_ja) AS note_ja,
    min(note_en) AS note_en
FROM totals
LEFT JOIN label USING (iri)
GROUP BY iri, label_ja, label_en
ORDER BY total
