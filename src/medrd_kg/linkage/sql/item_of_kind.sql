-- Whether an item of a kind has that IRI.
SELECT item FROM item WHERE iri = $iri AND kind = $kind
