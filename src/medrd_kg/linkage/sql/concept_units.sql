-- The units that name concepts.
SELECT concept, source.iri, source.kind, unit
FROM concept_evidence
JOIN source USING (source)
WHERE unit IS NOT NULL AND list_contains($keys::INTEGER[], concept)
ORDER BY concept, place, unit, source.iri
