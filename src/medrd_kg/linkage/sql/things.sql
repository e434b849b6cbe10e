SELECT concept, iri, label_ja, label_en
FROM concept
WHERE concept IN (SELECT unnest($concepts::INTEGER[]))
