-- What coverage and links look at, by fiscal year; standing scope has none. A programme is of each
-- year for which a current figure other than a request says what was budgeted or spent.
SELECT DISTINCT item.item, item.kind, stated.fiscal_year
FROM item
LEFT JOIN (
    SELECT iri, year::SMALLINT AS fiscal_year FROM years
    UNION
    SELECT programme.iri, figure.fiscal_year
    FROM figure
    JOIN item AS programme ON programme.item = figure.programme
    WHERE figure.fiscal_year IS NOT NULL AND NOT superseded AND stage <> 'request'
) AS stated ON stated.iri = item.iri AND item.kind <> 'scope-item'
WHERE item.kind IN ('topic', 'scope-item', 'programme')
ORDER BY item.item, stated.fiscal_year
