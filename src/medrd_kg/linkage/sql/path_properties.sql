-- The properties of links, with their labels.
SELECT iri, label_ja, label_en FROM path_node WHERE is_property
