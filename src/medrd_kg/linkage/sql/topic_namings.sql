-- By which links items name what they share: a row for each citation.
SELECT item, concept, axiom, iri, kind, unit
FROM topic_naming
WHERE list_contains($keys::INTEGER[], item)
ORDER BY item, concept, edge, unit IS NULL, place, unit, iri
