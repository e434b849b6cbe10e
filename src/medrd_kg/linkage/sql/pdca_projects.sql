-- Projects of programmes.
SELECT item, concept
FROM named_facet
WHERE facet = 'project' AND item IN (SELECT unnest($keys::INTEGER[]))
ORDER BY concept
