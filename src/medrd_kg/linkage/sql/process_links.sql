-- What is said of processes and steps: a row for each citation.
SELECT edge, subject, property, path_node.iri, path_node.label_ja, path_node.label_en, inferred,
    source.iri, source.kind, source.unit
FROM path_edge
SEMI JOIN process_part ON process_part.iri = subject
JOIN path_node ON path_node.iri = object AND NOT is_property
LEFT JOIN path_evidence USING (edge)
LEFT JOIN source USING (source)
ORDER BY edge, source.unit IS NULL, place, source.unit, source.iri
