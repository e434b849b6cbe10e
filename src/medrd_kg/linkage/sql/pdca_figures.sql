-- Current figures of programmes.
WITH
{{current_figures}}
SELECT programme, *
FROM current_figures
WHERE list_contains($keys::INTEGER[], programme)
