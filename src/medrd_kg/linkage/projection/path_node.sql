-- What paths lead through and how it is called; the properties too, which are named alike.
SELECT
    (row_number() OVER (ORDER BY is_property, iri) - 1)::INTEGER AS node,
    iri,
    is_property,
    label_ja,
    label_en
FROM (
    SELECT subject AS iri, false AS is_property FROM path_edge
    UNION SELECT object, false FROM path_edge
    UNION SELECT property, true FROM path_edge
)
LEFT JOIN label USING (iri)
ORDER BY node
