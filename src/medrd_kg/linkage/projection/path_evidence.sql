-- Where a step is stated: its figures' sheets; what its axiom cites; the unit or sheet that is one of
-- its ends; else the units that state both ends; else those of its subject; else of its object; else of what names its subject as
-- the unit in charge. Steps up a scheme are stated by the scheme alone.
WITH
    cited AS (
        SELECT edge, 1 AS rank, evidence.source AS cited
        FROM path_edge
        JOIN figures
            ON figures.programme = subject AND NOT superseded
            AND (
                (property LIKE '%#payee' AND payee = object)
                OR (property LIKE '%#payer' AND payer = object)
            )
        JOIN evidence ON evidence.iri = figures.iri
        WHERE path_edge.figures > 0
        UNION ALL
        SELECT edge, 2, source
        FROM path_edge
        JOIN path_axioms USING (subject, property, object)
        WHERE source IS NOT NULL
        UNION ALL
        SELECT edge, 3, object FROM path_edge
        WHERE object IN (SELECT iri FROM sources WHERE kind IN ('unit', 'sheet'))
        UNION ALL
        SELECT edge, 3, subject FROM path_edge
        WHERE subject IN (SELECT iri FROM sources WHERE kind IN ('unit', 'sheet'))
        UNION ALL
        SELECT edge, 4, one.source
        FROM path_edge
        JOIN evidence AS one ON one.iri = subject
        JOIN evidence AS two ON two.iri = object AND two.source = one.source
        UNION ALL
        SELECT edge, 5, evidence.source FROM path_edge JOIN evidence ON evidence.iri = subject
        UNION ALL
        SELECT edge, 6, evidence.source FROM path_edge JOIN evidence ON evidence.iri = object
        UNION ALL
        SELECT path_edge.edge, 7, evidence.source
        FROM path_edge
        JOIN path_edge AS named
            ON named.object = path_edge.subject AND named.property LIKE '%#responsibleUnit'
        JOIN evidence ON evidence.iri = named.subject
    ),
    best AS (SELECT edge, min(rank) AS rank FROM cited GROUP BY edge)
SELECT DISTINCT edge, source.source
FROM cited
JOIN best USING (edge, rank)
JOIN path_edge USING (edge)
JOIN source ON source.iri = cited.cited
WHERE property <> 'http://www.w3.org/2004/02/skos/core#broader'
ORDER BY edge, source.source
