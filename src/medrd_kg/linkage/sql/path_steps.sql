-- What is said of some links: a row for each citation.
SELECT edge, subject, property, path_node.label_ja, path_node.label_en, basis, inferred, axiom, figures,
    source.iri, source.kind, source.unit
FROM path_edge
JOIN path_node ON path_node.iri = property AND is_property
LEFT JOIN path_evidence USING (edge)
LEFT JOIN source USING (source)
WHERE edge IN (SELECT unnest($links::INTEGER[]))
ORDER BY edge, source.unit IS NULL, place, source.unit, source.iri
