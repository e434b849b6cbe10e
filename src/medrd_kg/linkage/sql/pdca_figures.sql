-- Current figures of programmes.
WITH
{{current_figures}}
SELECT programme, *
FROM current_figures
WHERE programme IN (SELECT unnest($keys::INTEGER[]))
ORDER BY item, total
