-- Current figures that state projects themselves.
WITH
{{current_figures}}
SELECT *
FROM (SELECT unnest(projects) AS project, * FROM current_figures)
WHERE list_contains($keys::INTEGER[], project)
