-- Processes and steps; what else is said of them are edges.
SELECT
    iri,
    kind,
    label_ja,
    label_en,
    min(place)::INTEGER AS place,
    min(timing_ja) AS timing_ja,
    min(timing_en) AS timing_en,
    coalesce(bool_or("open"), false) AS open_list
FROM process_parts
LEFT JOIN label USING (iri)
GROUP BY iri, kind, label_ja, label_en
ORDER BY iri
