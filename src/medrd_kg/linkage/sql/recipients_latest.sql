-- The latest fiscal year for which recipients.sql has payments by a programme, or to a payee.
SELECT max(fiscal_year)
FROM programme_figure
WHERE level IN ('transfer', 'payment') AND NOT superseded
    AND CASE $side
        WHEN 'programme' THEN programme IN (SELECT item FROM listed_item WHERE iri = $iri)
        ELSE payee IN (SELECT concept FROM concept WHERE iri = $iri)
    END
