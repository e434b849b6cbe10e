-- Labels of properties of links.
SELECT iri, label_ja, label_en
FROM path_node
WHERE is_property AND list_contains($keys::VARCHAR[], iri)
