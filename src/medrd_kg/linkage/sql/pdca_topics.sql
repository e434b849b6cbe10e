-- Topics that share a concept with a programme: one names what the other names or something
-- narrower. A concept that both name comes first.
SELECT
    topic.item, other.concept,
    CASE WHEN own.basis = 'stated' AND other.basis = 'stated' THEN 'stated' ELSE 'computed' END
FROM named_facet AS own
JOIN named_facet AS other ON other.facet = own.facet AND other.concept = own.concept
JOIN listed_item AS topic ON topic.item = other.item AND topic.kind = 'topic'
WHERE
    own.item = $programme AND own.facet IN ('disease-area', 'modality', 'technology')
    AND (own.direct OR other.direct)
    AND ($basis = 'all' OR own.basis = $basis AND other.basis = $basis)
    AND ($fiscal_year::SMALLINT IS NULL OR topic.fiscal_year = $fiscal_year::SMALLINT)
QUALIFY row_number() OVER (
    PARTITION BY topic.item
    ORDER BY own.direct AND other.direct DESC, other.concept, own.basis DESC, other.basis DESC
) = 1
ORDER BY topic.item
