"""Formats of RDF by the names that users give them."""

from enum import StrEnum

__all__ = ["RdfFormatName"]


class RdfFormatName(StrEnum):
    """A format of RDF."""

    TURTLE = "turtle"
    TRIG = "trig"
    N_TRIPLES = "n-triples"
    N_QUADS = "n-quads"
    RDF_XML = "rdf-xml"
    JSON_LD = "json-ld"
    N3 = "n3"
