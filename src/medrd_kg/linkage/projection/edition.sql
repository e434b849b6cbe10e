-- What the sheet of a year says of a programme. A sheet published in a year states its budget; the
-- latest one is current in what it says of all years.
SELECT
    *,
    row_number() OVER (PARTITION BY programme ORDER BY published DESC NULLS LAST, item) = 1
        AS is_latest
FROM (
    SELECT
        item.item,
        programme.item AS programme,
        min(published)::SMALLINT AS published,
        min(editions.start)::SMALLINT AS start_year,
        min(editions.end)::SMALLINT AS end_year,
        min(name) AS name,
        min(concept.concept) AS ministry
    FROM editions
    JOIN item USING (iri)
    JOIN item AS programme ON programme.iri = editions.programme
    LEFT JOIN concept ON concept.iri = editions.ministry
    GROUP BY item.item, programme.item
)
ORDER BY programme, published, item
