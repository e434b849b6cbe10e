-- Members of a facet that the policy names but no item of the selection falls under.
WITH
{{subject}},
{{named}},
page AS (
    SELECT concept, count(*) OVER () AS gaps
    FROM facet_value
    SEMI JOIN (
        SELECT concept FROM concept_evidence JOIN source USING (source) WHERE unit IS NOT NULL
    ) AS cited USING (concept)
    ANTI JOIN named USING (concept)
    WHERE facet_value.facet = $facet
    ORDER BY concept
    LIMIT $limit OFFSET $offset
)
SELECT concept, gaps, source.iri, source.kind, source.unit
FROM page
JOIN concept_evidence USING (concept)
JOIN source USING (source)
WHERE unit IS NOT NULL
ORDER BY concept, place, unit, source.iri
