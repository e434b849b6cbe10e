-- Links in the policy's own words with the kinds of both ends: a row for each unit that states one.
WITH kinds AS (
    SELECT iri, list(facet) AS facets
    FROM facet_value
    JOIN concept USING (concept)
    GROUP BY iri
)
SELECT relation, link, coalesce(one.facets, []), coalesce(two.facets, []), relation,
    subject_iri, subject_ja, subject_en, target_iri, target_ja, target_en, linkage_iri, inferred,
    source.iri, source.kind, source.unit
FROM stated_link
LEFT JOIN kinds AS one ON one.iri = subject_iri
LEFT JOIN kinds AS two ON two.iri = target_iri
LEFT JOIN link_evidence USING (link)
LEFT JOIN source USING (source)
WHERE list_contains($keys::VARCHAR[], relation)
ORDER BY link, place, source.iri
