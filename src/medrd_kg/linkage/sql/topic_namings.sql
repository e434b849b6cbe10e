-- By which links some items name what they share: a row for each citation.
SELECT item, concept, axiom, iri, kind, unit
FROM topic_naming
WHERE
    item IN (SELECT unnest($items::INTEGER[]))
    AND concept IN (SELECT unnest($concepts::INTEGER[]))
ORDER BY item, concept, edge, unit IS NULL, place, unit, iri
