-- What is cited. `place` orders the units of a document.
SELECT
    (row_number() OVER (ORDER BY iri) - 1)::INTEGER AS source,
    iri,
    coalesce(min(kind) FILTER (kind <> 'document'), 'document') AS kind,
    min(unit) AS unit,
    min(place)::INTEGER AS place,
    label_ja,
    label_en
FROM (
    SELECT iri, kind, unit, place FROM sources
    UNION ALL SELECT DISTINCT source, 'document', NULL, NULL FROM evidence
)
LEFT JOIN label USING (iri)
GROUP BY iri, label_ja, label_en
ORDER BY source
