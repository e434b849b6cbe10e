-- Links in the policy's own words; `inferred` where reading them into it is ours.
SELECT
    (row_number() OVER (ORDER BY subject, relation, target, linkage NULLS FIRST) - 1)::INTEGER
        AS link,
    relation,
    subject AS subject_iri,
    from_label.label_ja AS subject_ja,
    from_label.label_en AS subject_en,
    target AS target_iri,
    to_label.label_ja AS target_ja,
    to_label.label_en AS target_en,
    linkage AS linkage_iri,
    inferred
FROM (
    SELECT subject, relation, target, linkage, bool_or(inferred) AS inferred
    FROM links
    GROUP BY subject, relation, target, linkage
)
LEFT JOIN label AS from_label ON from_label.iri = subject
LEFT JOIN label AS to_label ON to_label.iri = target
ORDER BY link
