-- Items, numbered in the order of their IRIs.
SELECT
    (row_number() OVER (ORDER BY iri) - 1)::INTEGER AS item,
    iri,
    kind,
    label_ja,
    label_en,
    coalesce(year, published)::SMALLINT AS fiscal_year,
    CASE kind WHEN 'topic' THEN 'fiscal-year' WHEN 'scope-item' THEN 'standing' END AS scope
FROM (SELECT iri, min(kind) AS kind, min(published)::SMALLINT AS published FROM items GROUP BY iri)
LEFT JOIN label USING (iri)
LEFT JOIN (SELECT iri, min(year)::SMALLINT AS year FROM years GROUP BY iri) USING (iri)
ORDER BY item
