-- Current figures that state projects themselves.
WITH
{{current_figures}}
SELECT *
FROM (
    SELECT unnest(projects) AS project, *
    FROM current_figures
    SEMI JOIN (
        FROM named_facet WHERE facet = 'project' AND list_contains($keys::INTEGER[], concept)
    ) AS own USING (item)
)
WHERE list_contains($keys::INTEGER[], project)
