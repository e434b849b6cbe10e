-- Where a process or step is stated.
SELECT DISTINCT evidence.iri, source.source
FROM evidence
SEMI JOIN process_part ON process_part.iri = evidence.iri
JOIN source ON source.iri = evidence.source
ORDER BY evidence.iri, source.source
