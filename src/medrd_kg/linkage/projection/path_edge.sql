-- What paths walk. A figure joins its programme with who pays and who is paid, so that a path needs
-- no step for it; payees without a name connect nothing.
WITH
    paid AS (
        SELECT
            programme AS subject,
            'https://w3id.org/medrd-kg/core#' || role AS property,
            agent AS object,
            count(DISTINCT iri)::INTEGER AS figures
        FROM (
            SELECT iri, programme, 'payer' AS role, payer AS agent, superseded FROM figures
            UNION ALL
            SELECT iri, programme, 'payee', payee, superseded FROM figures
        )
        WHERE
            programme IS NOT NULL AND agent IS NOT NULL AND NOT superseded
            AND programme <> agent AND agent NOT LIKE '%/id/payee/%'
        GROUP BY programme, role, agent
    ),
    linked AS (
        SELECT subject, property, object, 0 AS figures FROM path_links
        UNION ALL
        SELECT * FROM paid
    ),
    axiom AS (
        SELECT
            subject,
            property,
            object,
            min(axiom) AS axiom,
            bool_or(basis LIKE '%#basis-inferred') AS inferred
        FROM path_axioms
        GROUP BY subject, property, object
    )
SELECT
    (row_number() OVER (ORDER BY subject, property, object) - 1)::INTEGER AS edge,
    subject,
    property,
    object,
    CASE WHEN path_computed.subject IS NULL THEN 'stated' ELSE 'computed' END AS basis,
    coalesce(inferred, false) AS inferred,
    axiom,
    figures
FROM linked
LEFT JOIN axiom USING (subject, property, object)
LEFT JOIN path_computed USING (subject, property, object)
ORDER BY edge
