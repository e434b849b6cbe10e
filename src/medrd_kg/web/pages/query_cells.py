"""RDF terms as readers see them: short, and leading to where more is told."""

import re
from collections.abc import Mapping
from typing import Final

from pyoxigraph import Literal, NamedNode

from medrd_kg.store.base import Term
from medrd_kg.vocabulary import BASE, PREFIXES
from medrd_kg.web.pages.alike import additions
from medrd_kg.web.pages.graph_tables import stated_labels
from medrd_kg.web.pages.ontology_terms import term_address
from medrd_kg.web.pages.query_answers import Rows
from medrd_kg.web.pages.site import Page
from medrd_kg.web.state import Serving

__all__ = ["Names", "grouped", "href_of", "names_in", "short", "shown_rows"]

Names = Mapping[str, Mapping[str, str]]
"""What things are called, by IRI and language."""


async def names_in(rows: Rows, served: Serving) -> Names:
    """Return what the things of this graph in an answer are called, by IRI and language.

    Programmes of one name are told apart as on all pages.
    """
    things = {
        term.value
        for row in rows.cells
        for term in row
        if isinstance(term, NamedNode) and term.value.startswith(BASE)
    }
    if not things:
        return {}
    added = await additions(served)
    return {
        iri: {each: f"{text}{added.get(iri, {}).get(each, '')}" for each, text in label.items()}
        for iri, label in (await stated_labels(served.evaluator, things)).items()
    }


def shown_rows(rows: Rows, page: Page, names: Names) -> list[list[dict[str, object]]]:
    """Return the cells of an answer as the template takes them.

    Args:
        rows: The answer.
        page: The page.
        names: What things are called, by IRI and language; others are shown by their IRIs.
    """
    large = [
        any(_is_large(row[column]) for row in rows.cells) for column in range(len(rows.columns))
    ]
    return [
        [_cell(term, page, names, is_large) for term, is_large in zip(row, large, strict=True)]
        for row in rows.cells
    ]


def _cell(term: Term | None, page: Page, names: Names, is_large: bool) -> dict[str, object]:
    """Return what a cell shows: text, address, language, and its kind."""
    match term:
        case None:
            return {"kind": "none", "text": ""}
        case NamedNode(value=iri):
            href = href_of(iri, page)
            label = names.get(iri)
            return {"kind": "iri", "text": short(iri), "iri": iri, "href": href, "label": label}
        case Literal(value=text, language=language, datatype=datatype):
            if datatype.value in _NUMERIC:
                return {"kind": "number", "text": grouped(text) if is_large else text}
            return {"kind": "text", "text": text, "language": language}
        case _:
            return {"kind": "text", "text": str(term), "language": None}


def _is_large(term: Term | None) -> bool:
    """Whether a term is a number so large that the thousands of its column are set apart.

    Years and small counts stay as they are written.
    """
    if not isinstance(term, Literal) or term.datatype.value not in _NUMERIC:
        return False
    try:
        return abs(float(term.value)) >= _LARGE
    except ValueError:  # a literal may say that it is a number and be none
        return False


def grouped(number: str) -> str:
    """Return a number with its thousands apart; one with an exponent stays as it is.

    >>> grouped("-1234567.5"), grouped("1.5E9")
    ('-1,234,567.5', '1.5E9')
    """
    parts = _PLAIN.fullmatch(number)
    return f"{parts[1]}{int(parts[2]):,}{parts[3]}" if parts else number


_PLAIN: Final = re.compile(r"([+-]?)([1-9][0-9]*)((?:\.[0-9]*)?)")

_LARGE: Final = 10_000

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
