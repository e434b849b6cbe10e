-- Goals of topics and scope items, a row for each place that states the goal.
SELECT DISTINCT item.item, goal AS goal_iri, label.label_ja, label.label_en, source.source
FROM aims
JOIN item USING (iri)
LEFT JOIN label ON label.iri = goal
LEFT JOIN source ON source.iri = aims.source
ORDER BY item.item, goal, source.source
