"""RDF terms as readers see them: short, and leading to where more is told."""

from typing import Final

from pyoxigraph import Literal, NamedNode

from medrd_kg.store.base import Term
from medrd_kg.vocabulary import BASE, PREFIXES
from medrd_kg.web.pages.ontology_terms import term_address
from medrd_kg.web.pages.site import Page

__all__ = ["cell", "href_of", "short"]


def cell(term: Term | None, page: Page) -> dict[str, str | None]:
    """Return what a cell shows: text, address, language, and its kind."""
    match term:
        case None:
            return {"kind": "none", "text": ""}
        case NamedNode(value=iri):
            return {"kind": "iri", "text": short(iri), "iri": iri, "href": href_of(iri, page)}
        case Literal(value=text, language=language, datatype=datatype):
            kind = "number" if datatype.value in _NUMERIC else "text"
            return {"kind": kind, "text": text, "language": language}
        case _:
            return {"kind": "text", "text": str(term), "language": None}


_NUMERIC: Final = frozenset(
    f"{PREFIXES['xsd']}{name}" for name in ("integer", "decimal", "double", "float")
)


def short(iri: str) -> str:
    """Return an IRI as people read it.

    >>> short("https://w3id.org/medrd-kg/core#Programme")
    'mrd:Programme'
    """
    found = [
        (len(namespace), f"{prefix}:{iri.removeprefix(namespace)}")
        for prefix, namespace in PREFIXES.items()
        if iri.startswith(namespace) and "/" not in iri.removeprefix(namespace)
    ]
    return max(found)[1] if found else iri


def href_of(iri: str, page: Page) -> str | None:
    """Return where a reader goes for an IRI: a page, or what this service has, or the web."""
    found = page.of_thing(iri) or term_address(iri, page)
    if found is not None:
        return found
    if iri.startswith(BASE):
        return page.api(f"/{iri.removeprefix(BASE)}")
    return iri if iri.startswith(("https://", "http://")) else None
