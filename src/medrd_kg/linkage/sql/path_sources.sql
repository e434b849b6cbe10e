-- What links cite, in the order in which it is shown.
SELECT source, iri, kind, unit FROM source
SEMI JOIN path_evidence USING (source)
ORDER BY unit IS NULL, place, unit, iri
