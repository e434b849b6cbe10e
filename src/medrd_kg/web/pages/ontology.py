"""The ontology for readers: the tree of classes, properties, schemes, and a page for each term."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Final

from fastapi import Request, Response
from pyoxigraph import Literal, NamedNode

from medrd_kg.problems import Problem
from medrd_kg.store.base import Row
from medrd_kg.vocabulary import PREFIXES
from medrd_kg.web.charts.drawing import About, Drawing, Label
from medrd_kg.web.charts.network import Edge, columns_of_places, network
from medrd_kg.web.pages.ontology_terms import Term, Terms, term_address, terms_of
from medrd_kg.web.pages.query_cells import href_of, short
from medrd_kg.web.pages.site import Page, page_of, render
from medrd_kg.web.pages.words import words
from medrd_kg.web.requests import refuse_parameters
from medrd_kg.web.state import Serving, serving

__all__ = ["ONTOLOGY_PAGES"]

_FILES: Final = ("ontology", "core", "schemes", "views", "alignments")
"""Addresses of the files of the ontology, the whole first."""

_PROPERTY_TYPES: Final = ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")
_EXAMPLES: Final = 8
_MOST_DRAWN: Final = 14
"""Properties that the drawing of a class shows on each side."""

_EXAMPLE_QUERIES: Final = {
    "class": """PREFIX rdfs: <{rdfs}>

SELECT ?thing ?label
WHERE {{
  ?thing a <{iri}> .
  OPTIONAL {{ ?thing rdfs:label ?label FILTER (LANG(?label) = "{language}") }}
}}
ORDER BY ?thing
LIMIT {most}
""",
    "property": """SELECT ?thing ?value
WHERE {{
  ?thing <{iri}> ?value
}}
ORDER BY ?thing ?value
LIMIT {most}
""",
    "concept": """PREFIX rdfs: <{rdfs}>

SELECT ?thing ?label ?property
WHERE {{
  ?thing ?property <{iri}> .
  FILTER (STRSTARTS(STR(?property), "{mrd}"))
  OPTIONAL {{ ?thing rdfs:label ?label FILTER (LANG(?label) = "{language}") }}
}}
ORDER BY ?thing ?property
LIMIT {most}
""",
}


@dataclass(frozen=True, slots=True)
class Connection:
    """A property that leads to or from a class.

    Attributes:
        of: The property.
        other: The class or datatype at its other end; None where none is declared.
        is_inward: Whether it leads to the class.
    """

    of: Term
    other: str | None
    is_inward: bool


async def _index(request: Request) -> Response:
    served = serving(request)
    refuse_parameters(request)
    terms = await terms_of(request, served)
    page = page_of(request)
    properties = terms.of_kind("property")
    return render(
        request,
        "ontology.html",
        {
            "terms": terms,
            "roots": terms.roots("class"),
            "properties": [
                (name, [term for term in properties if term.type_name == name])
                for name in _PROPERTY_TYPES
            ],
            "schemes": sorted(
                terms.of_kind("scheme"), key=lambda scheme: -len(terms.in_scheme(scheme.iri))
            ),
            "files": _FILES,
            "link": _linker(terms, page),
        },
    )


async def _term(request: Request) -> Response:
    served = serving(request)
    refuse_parameters(request)
    terms = await terms_of(request, served)
    name = request.path_params["name"]
    term = terms.named(name)
    if term is None:
        raise Problem("not-found", f"the ontology has no term {name!r}", "/ontology lists all")
    page = page_of(request)
    t = words(page.language).ontology
    connections = _connections(terms, term)
    query, examples = await _examples(served, term, page)
    return render(
        request,
        "ontology_term.html",
        {
            "term": term,
            "terms": terms,
            "link": _linker(terms, page),
            "above": _above(terms, term),
            "below": _below(terms, term),
            "connections": connections,
            "drawing": _drawing(terms, term, connections, page, t),
            "examples": examples,
            "query": query,
            "own_page": page.of_thing(term.iri),
        },
    )


def _linker(terms: Terms, page: Page) -> Callable[[str], dict[str, Any]]:
    """Return what gives a template the name and address of any term."""

    def link(iri: str) -> dict[str, Any]:
        known = terms.by_iri.get(iri)
        return {
            "label": known.label if known is not None else {},
            "short": short(iri),
            "href": term_address(iri, page) if known is not None else None,
        }

    return link


def _above(terms: Terms, term: Term) -> list[str]:
    """Return what a term is a special case of, ours before others."""
    found = term.linked("skos:broader") if term.kind == "concept" else term.parents
    return sorted(found, key=lambda iri: (iri not in terms.by_iri, iri))


def _below(terms: Terms, term: Term) -> list[Term]:
    match term.kind:
        case "concept":
            return terms.narrower(term.iri)
        case "scheme":
            return terms.top_of_scheme(term.iri)
        case _:
            return terms.children(term.iri)


def _connections(terms: Terms, term: Term) -> list[Connection]:
    """Return the properties that a class has by their domains and ranges, the most used first."""
    if term.kind != "class":
        return []
    found = []
    for inward, own, far in (
        (False, "rdfs:domain", "rdfs:range"),
        (True, "rdfs:range", "rdfs:domain"),
    ):
        for each in terms.used_with(term.iri, own):
            others: Iterable[str | None] = each.linked(far) or (None,)
            found += [Connection(each, other, inward) for other in others]
    return sorted(found, key=lambda each: (each.is_inward, -each.of.uses, each.of.name))


def _drawing(
    terms: Terms, term: Term, connections: list[Connection], page: Page, t: SimpleNamespace
) -> Drawing | None:
    """Draw a class with the properties that lead from it and to it, each with its other end."""
    drawn = [each for each in connections if each.other in terms.by_iri][:_MOST_DRAWN]
    if not drawn:
        return None
    ends = []
    for number, each in enumerate(drawn):
        other = page.text(terms.by_iri[str(each.other)].label)
        form = t.inward if each.is_inward else t.outward
        text = form.format(property=page.text(each.of.label), other=other)
        ends.append((str(number), Label(text, None, term_address(each.of.iri, page))))
    name = page.text(term.label)
    places = columns_of_places([("own", Label(name, None, term_address(term.iri, page)))], ends)
    edges = [
        Edge("own", key, max(1.0, each.of.uses), Label(label.text))
        for (key, label), each in zip(ends, drawn, strict=True)
    ]
    title = t.diagram_title.format(name=name)
    return network(About("ontology-drawing", title, t.diagram_note), places, edges)


async def _examples(
    served: Serving, term: Term, page: Page
) -> tuple[str | None, list[dict[str, Any]]]:
    """Return a query for examples of a term's use, and what it gives."""
    template = _EXAMPLE_QUERIES.get(term.kind)
    if template is None:
        return None, []
    query = template.format(
        iri=term.iri,
        language=page.language,
        most=_EXAMPLES,
        rdfs=PREFIXES["rdfs"],
        mrd=PREFIXES["mrd"],
    )
    rows = await served.evaluator.select(query)
    return query, [_example(row, page) for row in rows]


def _example(row: Row, page: Page) -> dict[str, Any]:
    """Return one example as the template takes it: a thing, and what it has."""
    shown: dict[str, Any] = {}
    for name, value in row.items():
        match value:
            case NamedNode(value=iri):
                shown[name] = {"text": short(iri), "href": href_of(iri, page), "iri": iri}
            case Literal(value=text, language=language):
                shown[name] = {"text": text, "lang": language, "href": None}
            case _:
                shown[name] = {"text": str(value), "lang": None, "href": None}
    return shown


ONTOLOGY_PAGES: Final[Mapping[str, Callable[[Request], Awaitable[Response]]]] = {
    "/ontology": _index,
    "/ontology/{name}": _term,
}
