-- What paths lead through, in the order of their numbers.
SELECT iri, label_ja, label_en FROM path_node WHERE NOT is_property ORDER BY node
