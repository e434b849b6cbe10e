SELECT item, iri, kind, label_ja, label_en, fiscal_year
FROM listed_item
WHERE item IN (SELECT unnest($items::INTEGER[]))
ORDER BY item
