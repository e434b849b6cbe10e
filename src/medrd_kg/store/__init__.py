"""RDF stores behind one small protocol."""
