-- Goals of topics and scope items, and where they are stated.
SELECT item, goal_iri, label_ja, label_en, source
FROM aim
WHERE item IN (SELECT unnest($keys::INTEGER[]))
ORDER BY goal_iri, source
