-- Programmes that share their name with another, with what tells them apart: ministries, the first
-- and last year in which a sheet of theirs was published, and the latest sheet.
WITH alike AS MATERIALIZED (
    SELECT label_ja
    FROM item
    WHERE kind = 'programme' AND label_ja IS NOT NULL
    GROUP BY label_ja
    HAVING count(*) > 1
),

subject AS MATERIALIZED (
    SELECT item, iri, label_ja
    FROM item
    SEMI JOIN alike USING (label_ja)
    WHERE kind = 'programme'
),

ministry AS (
    SELECT item_facet.item, concept.label_ja AS ja, concept.label_en AS en
    FROM item_facet
    SEMI JOIN subject USING (item)
    INNER JOIN concept USING (concept)
    WHERE facet = 'ministry' AND direct
),

sheet AS (
    SELECT edition.programme AS item, published, item.iri AS edition
    FROM edition
    INNER JOIN item USING (item)
    WHERE edition.programme IN (SELECT item FROM subject)
)

SELECT
    subject.iri,
    subject.label_ja,
    list(DISTINCT coalesce(ministry.ja, ministry.en) ORDER BY coalesce(ministry.ja, ministry.en)),
    list(DISTINCT coalesce(ministry.en, ministry.ja) ORDER BY coalesce(ministry.en, ministry.ja)),
    min(published),
    max(published),
    max(edition)
FROM subject
LEFT JOIN ministry USING (item)
LEFT JOIN sheet USING (item)
GROUP BY subject.iri, subject.label_ja
ORDER BY subject.label_ja, subject.iri
