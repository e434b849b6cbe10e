-- By which links topics and programmes name what they share, or something narrower, and what cites
-- these links: a row for each citation.
SELECT DISTINCT item.item, up.broad AS concept, path_edge.edge, axiom, source.iri, source.kind,
    source.unit, place
FROM path_edge
JOIN item ON item.iri = subject AND item.kind IN ('topic', 'programme')
JOIN concept ON concept.iri = object
JOIN broader_closure AS up ON up.narrow = concept.concept
LEFT JOIN path_evidence USING (edge)
LEFT JOIN source USING (source)
WHERE
    up.broad IN (SELECT concept FROM topic_reason)
    AND (property LIKE '%#has%' OR property LIKE '%#uses%' OR property LIKE '%#inProject')
ORDER BY item.item, up.broad, path_edge.edge, source.unit IS NULL, place, source.unit, source.iri
