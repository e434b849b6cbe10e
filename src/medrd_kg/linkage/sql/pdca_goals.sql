-- Goals of topics and scope items, and where they are stated.
SELECT DISTINCT goal_iri, label_ja, label_en, source
FROM aim
WHERE list_contains($items::INTEGER[], item)
ORDER BY goal_iri, source
