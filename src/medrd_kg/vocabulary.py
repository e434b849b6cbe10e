"""Namespaces, prefixes and graph names of the model: the one place that spells them.

The public contract fixes these IRIs; nothing else in the code writes one by hand.
"""

from rdflib import Namespace

__all__ = [
    "BASE",
    "GRAPH",
    "ID",
    "KINDS",
    "MRD",
    "MRDS",
    "PREFIXES",
    "full_iri",
    "graph_iri",
    "kind_iri",
]

BASE = "https://w3id.org/medrd-kg/"
"""Common root of every IRI that the project mints."""

MRD = Namespace(f"{BASE}core#")
"""Classes and properties."""

MRDS = Namespace(f"{BASE}schemes#")
"""Concept schemes and concepts."""

ID = Namespace(f"{BASE}id/")
"""Individuals, one path segment a kind."""

GRAPH = Namespace(f"{BASE}graph/")
"""Named graphs: one per source, one for inferred triples, any number for edits."""

KINDS: dict[str, str] = {
    "prj": "project",
    "moonshot": "moonshot",
    "activity": "research-activity",
    "prg": "programme",
    "edition": "programme-edition",
    "org-": "organization",
    "group": "agent-group",
    "payee": "payee",
    "doc": "document",
    "unit": "document/policy-fy2022",
    "sheet": "review-sheet",
    "source": "data-source",
    "fy": "fiscal-year",
    "topic": "topic",
    "scope": "scope-item",
    "principle": "principle",
    "process": "process",
    "step": "process-step",
    "cond": "condition",
    "goal": "goal",
    "linkage": "linkage",
    "arrangement": "arrangement",
    "fund": "fund",
    "flow": "flow",
    "budget": "budget-statement",
    "total": "total",
    "ind": "indicator",
    "result": "indicator-result",
    "axiom": "axiom",
}
"""Prefix of each kind of individual, with its path below ``id/``."""

PREFIXES: dict[str, str] = {
    "mrd": str(MRD),
    "mrds": str(MRDS),
    **{prefix: f"{ID}{path}/" for prefix, path in KINDS.items()},
    "graph": str(GRAPH),
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dcterms": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "org": "http://www.w3.org/ns/org#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "schema": "https://schema.org/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "void": "http://rdfs.org/ns/void#",
    "vann": "http://purl.org/vocab/vann/",
    "sh": "http://www.w3.org/ns/shacl#",
}
"""Every prefix that the service knows, in the order in which it lists them."""


def kind_iri(prefix: str, slug: str) -> str:
    """Return the IRI of the individual ``slug`` of the kind that ``prefix`` names.

    Args:
        prefix: A key of `KINDS`.
        slug: Readable ASCII local part.

    Raises:
        KeyError: The prefix is not of a kind.

    >>> kind_iri("prj", "drugs")
    'https://w3id.org/medrd-kg/id/project/drugs'
    """
    return f"{ID}{KINDS[prefix]}/{slug}"


def full_iri(name: str) -> str:
    """Return the IRI that a prefixed name stands for; any other text as it is.

    >>> full_iri("prj:drugs")
    'https://w3id.org/medrd-kg/id/project/drugs'
    >>> full_iri("https://example.org/x"), full_iri("drugs")
    ('https://example.org/x', 'drugs')
    """
    prefix, colon, local = name.partition(":")
    return f"{PREFIXES[prefix]}{local}" if colon and prefix in PREFIXES else name


def graph_iri(name: str) -> str:
    """Return the IRI of the named graph ``name``.

    >>> graph_iri("policy-fy2022")
    'https://w3id.org/medrd-kg/graph/policy-fy2022'
    """
    return f"{GRAPH}{name}"
