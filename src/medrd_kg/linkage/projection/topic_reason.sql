-- Why a programme serves a topic: what both name, a link that is stated, a unit that names both. Each
-- reason weighs log2(N / n) bits: N topics, scope items and programmes, n of them under the concept,
-- stated by the unit, or joined by the link. `how_stated` is how they share a concept by what sources
-- state alone, NULL where they do not. Names stand beside numbers, which saves each answer joins.
WITH
    looked_at AS MATERIALIZED (SELECT DISTINCT item FROM item_year),
    looked AS (SELECT count(*) AS number FROM looked_at),
    named AS MATERIALIZED (
        SELECT
            item,
            facet,
            concept,
            bool_or(direct) AS direct,
            bool_or(item_facet.basis = 'stated') AS stated,
            bool_or(direct AND item_facet.basis = 'stated') AS direct_stated
        FROM item_facet
        SEMI JOIN looked_at USING (item)
        WHERE facet NOT IN ('status', 'programme', 'topic', 'ministry', 'organization')
        GROUP BY item, facet, concept
    ),
    weights AS (SELECT facet, concept, count(*) AS named_by FROM named GROUP BY facet, concept),
    shared AS (
        SELECT
            topic.item AS topic,
            programme.item AS programme,
            'shared-concept' AS kind,
            facet,
            concept,
            NULL::INTEGER AS edge,
            NULL::INTEGER AS source,
            CASE
                WHEN topic.direct AND programme.direct THEN 'same'
                WHEN topic.direct THEN 'broader'
                ELSE 'narrower'
            END AS how,
            CASE
                WHEN NOT (topic.stated AND programme.stated) THEN NULL
                WHEN topic.direct_stated AND programme.direct_stated THEN 'same'
                WHEN topic.direct_stated THEN 'broader'
                WHEN programme.direct_stated THEN 'narrower'
            END AS how_stated,
            named_by
        FROM named AS topic
        JOIN named AS programme USING (facet, concept)
        JOIN weights USING (facet, concept)
        SEMI JOIN (SELECT item FROM item WHERE kind = 'topic') AS one ON one.item = topic.item
        SEMI JOIN (SELECT item FROM item WHERE kind = 'programme') AS two
            ON two.item = programme.item
        WHERE topic.direct OR programme.direct
    ),
    linked AS (
        SELECT topic.item, programme.item, 'stated-link', NULL, NULL, edge, NULL,
            NULL, NULL, 2
        FROM path_edge
        JOIN item AS topic ON topic.iri IN (subject, object) AND topic.kind = 'topic'
        JOIN item AS programme
            ON programme.iri IN (subject, object) AND programme.kind = 'programme'
        WHERE path_edge.basis = 'stated'
    ),
    together AS (
        SELECT topic.item, programme.item, 'named-together', NULL, NULL, NULL, source,
            NULL, NULL, stating.items
        FROM item_evidence AS one
        JOIN item_evidence AS two USING (source)
        JOIN source ON source.source = one.source AND source.kind = 'unit'
        JOIN item AS topic ON topic.item = one.item AND topic.kind = 'topic'
        JOIN item AS programme ON programme.item = two.item AND programme.kind = 'programme'
        JOIN (
            SELECT source, count(*) AS items
            FROM item_evidence
            SEMI JOIN looked_at USING (item)
            GROUP BY source
        ) AS stating USING (source)
    ),
    years AS (
        SELECT item, list(fiscal_year ORDER BY fiscal_year) AS years
        FROM item_year
        WHERE fiscal_year IS NOT NULL
        GROUP BY item
    )
SELECT
    topic,
    programme,
    one.iri AS topic_iri,
    two.iri AS programme_iri,
    list_intersect(coalesce(one_years.years, []), coalesce(two_years.years, [])) AS years,
    reason.kind,
    facet,
    reason.concept,
    concept.iri AS concept_iri,
    concept.label_ja AS concept_ja,
    concept.label_en AS concept_en,
    edge,
    source.iri AS unit_iri,
    source.unit,
    how,
    how_stated,
    named_by::INTEGER AS named_by,
    log2((SELECT number FROM looked) / named_by) AS bits
FROM (FROM shared UNION ALL FROM linked UNION ALL FROM together) AS reason
JOIN item AS one ON one.item = topic
JOIN item AS two ON two.item = programme
LEFT JOIN years AS one_years ON one_years.item = topic
LEFT JOIN years AS two_years ON two_years.item = programme
LEFT JOIN concept ON concept.concept = reason.concept
LEFT JOIN source ON source.source = reason.source
ORDER BY topic, programme, reason.kind, facet, reason.concept, edge, unit_iri
