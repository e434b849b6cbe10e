-- Processes and steps: a row for each citation.
SELECT process_part.iri, process_part.kind, process_part.label_ja, process_part.label_en,
    process_part.place, timing_ja, timing_en, open_list, source.iri, source.kind, source.unit,
    min(source.place) OVER (PARTITION BY process_part.iri) AS first_named
FROM process_part
LEFT JOIN process_evidence USING (iri)
LEFT JOIN source USING (source)
ORDER BY first_named, process_part.iri, source.unit IS NULL, source.place, source.unit, source.iri
