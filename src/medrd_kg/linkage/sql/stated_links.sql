-- Links in the policy's own words, with their units.
WITH page AS (
    SELECT *, count(*) OVER () AS links
    FROM stated_link
    WHERE
        ($relation::VARCHAR IS NULL OR relation = $relation)
        AND ($left::VARCHAR IS NULL OR subject_iri IN (
            SELECT iri FROM facet_value JOIN concept USING (concept) WHERE facet = $left))
        AND ($right::VARCHAR IS NULL OR target_iri IN (
            SELECT iri FROM facet_value JOIN concept USING (concept) WHERE facet = $right))
        AND ($thing::VARCHAR IS NULL OR $thing IN (subject_iri, target_iri))
    ORDER BY link
    LIMIT $limit OFFSET $offset
)
SELECT link, relation, subject_iri, subject_ja, subject_en, target_iri, target_ja, target_en,
    linkage_iri, inferred, links, source.iri, source.kind, source.unit
FROM page
LEFT JOIN link_evidence USING (link)
LEFT JOIN source USING (source)
ORDER BY link, place, source.iri
