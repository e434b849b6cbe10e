-- Indicators of programmes, and the sheets that state them.
SELECT programme.item, own.item, source
FROM listed_item AS programme
JOIN concept ON concept.iri = programme.iri
JOIN named_facet AS facet ON facet.facet = 'programme' AND facet.concept = concept.concept
JOIN listed_item AS own ON own.item = facet.item AND own.kind = 'indicator'
JOIN listed_evidence ON listed_evidence.item = own.item
WHERE programme.item IN (SELECT unnest($keys::INTEGER[]))
ORDER BY own.item, source
