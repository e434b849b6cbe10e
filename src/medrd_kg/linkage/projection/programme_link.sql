-- Parent sheets and successors of programmes.
SELECT DISTINCT low.item AS programme, programmes.relation, high.item AS other
FROM programmes
JOIN item AS low ON low.iri = programmes.programme
JOIN item AS high ON high.iri = programmes.other
ORDER BY programme, relation, other
