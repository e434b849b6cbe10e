SELECT concept FROM concept WHERE iri = $iri
