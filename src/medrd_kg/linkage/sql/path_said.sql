-- What is said of some links: a row for each citation.
SELECT edge, subject, property, basis, inferred, axiom, figures, source
FROM path_edge
LEFT JOIN path_evidence USING (edge)
WHERE edge IN (SELECT unnest($links::INTEGER[]))
