SELECT 1 FROM concept WHERE iri = $iri
UNION ALL
SELECT 1 FROM item WHERE iri = $iri
LIMIT 1
