SELECT item FROM item WHERE iri = $iri
