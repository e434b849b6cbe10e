-- The sheets of programmes.
SELECT programme, item, published, name, ministry, is_latest
FROM edition
WHERE programme IN (SELECT unnest($keys::INTEGER[]))
ORDER BY programme, published, item
