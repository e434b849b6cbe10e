-- The sheets of programmes, each with what cites it as evidence.
SELECT edition.programme, edition.item, published, start_year, end_year, name, ministry, source
FROM edition
LEFT JOIN listed_evidence USING (item)
WHERE edition.programme IN (SELECT unnest($keys::INTEGER[]))
ORDER BY published, edition.item, source
