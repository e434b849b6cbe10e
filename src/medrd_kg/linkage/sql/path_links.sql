-- Every link with the numbers of its ends, and its property.
SELECT edge, one.node, two.node, property
FROM path_edge
JOIN path_node AS one ON one.iri = subject AND NOT one.is_property
JOIN path_node AS two ON two.iri = object AND NOT two.is_property
WHERE $basis = 'all' OR basis = $basis
ORDER BY edge
