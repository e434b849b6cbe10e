-- Topics and the programmes that serve them, strongest first, and a row for each reason.
WITH
reason AS MATERIALIZED (
    SELECT
        *,
        CASE WHEN $basis = 'stated' THEN how_stated ELSE how END AS seen,
        CASE WHEN kind <> 'shared-concept' OR $basis = 'stated' OR how = how_stated
            THEN 'stated' ELSE 'computed' END AS basis
    FROM topic_reason
    WHERE
        ($topic::VARCHAR IS NULL OR topic_iri = $topic::VARCHAR)
        AND ($programme::VARCHAR IS NULL OR programme_iri = $programme::VARCHAR)
        AND ($reason::VARCHAR IS NULL OR kind = $reason::VARCHAR)
        AND ($fiscal_year::SMALLINT IS NULL OR list_contains(years, $fiscal_year::SMALLINT))
        AND CASE $basis
            WHEN 'stated' THEN kind <> 'shared-concept' OR how_stated IS NOT NULL
            WHEN 'computed' THEN kind = 'shared-concept' AND how IS DISTINCT FROM how_stated
            ELSE true
        END
),
page AS (
    SELECT
        topic,
        programme,
        round(sum(CASE WHEN seen IN ('broader', 'narrower') THEN bits / 2 ELSE bits END), 6)
            AS strength,
        count(*) AS reasons,
        count(*) OVER () AS pairs
    FROM reason
    GROUP BY topic, programme
    ORDER BY strength DESC, reasons DESC, topic, programme
    LIMIT $limit OFFSET $offset
)
SELECT topic, programme, strength, pairs, kind, facet, concept, concept_iri, concept_ja,
    concept_en, seen, round(bits, 6), named_by, basis, edge, unit_iri, unit
FROM page
JOIN reason USING (topic, programme)
ORDER BY strength DESC, reasons DESC, topic, programme, kind DESC, round(bits, 6) DESC, facet,
    concept_iri, edge, unit_iri
