"""HTTP faces: SPARQL, REST, dereferencing and health."""
