"""RDF in any of the service's formats as one rdflib graph."""

from rdflib import Dataset, Graph

FORMATS = {"text/plain": "nt", "text/xml": "xml", "application/xml": "xml"}


def read_rdf(data: bytes | str, media_type: str) -> Graph:
    """Parse RDF; through a dataset, because JSON-LD may put its triples into graphs."""
    name = media_type.partition(";")[0]
    dataset = Dataset()
    dataset.parse(data=data, format=FORMATS.get(name, name))
    found = Graph()
    for subject, predicate, value, _ in dataset.quads():
        found.add((subject, predicate, value))
    return found
