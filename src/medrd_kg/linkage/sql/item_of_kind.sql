-- Whether an item of a kind has that IRI.
SELECT item FROM listed_item WHERE iri = $iri AND kind = $kind
