"""Dereferencing: what the IRIs of the project lead to once they are mapped to this service.

``/id/…`` gives the triples of a thing and the annotations of its triples; ``/core``, ``/schemes``,
``/ontology`` and the modules below them give the ontology as it is served. RDF is chosen by
Accept; where HTML ranks highest, a thing is answered by 303 to the page about it, or to its address
in the API where it has no page, and the ontology by 303 to its pages. ``format`` outranks Accept,
so that a browser can load the ontology as a file.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from anyio import to_thread
from fastapi import FastAPI, Request, Response
from pyoxigraph import BlankNode, NamedNode, Triple

from medrd_kg.kinds import kinds
from medrd_kg.problems import Problem
from medrd_kg.sparql.media_types import GRAPH_TYPES
from medrd_kg.sparql.negotiation import accepted_language
from medrd_kg.vocabulary import BASE, ID, PREFIXES, graph_iri
from medrd_kg.web.collections import collections
from medrd_kg.web.openapi import answer, operation, parameter
from medrd_kg.web.pages.site import page_of
from medrd_kg.web.rdf_responses import HTML, negotiated, rdf_response, written
from medrd_kg.web.requests import refuse_parameters
from medrd_kg.web.schemas import Schema
from medrd_kg.web.state import Serving, serving

__all__ = ["install_resources"]

_TAG: Final = "dereferencing"
_OWL: Final = PREFIXES["owl"]
_UNITS: Final = f"{ID}document/"
_DOCUMENTS: Final = {
    "/core": "The core ontology: classes and properties",
    "/schemes": "All concept schemes with their concepts",
    "/schemes/{module}": "One concept scheme",
    "/views": "The generated browse classes",
    "/alignments": "Alignments with other vocabularies",
}

_FORMATS: Final = {
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "jsonld": "application/ld+json",
}
_FORMAT: Final = parameter("format", "Outranks Accept.", {"type": "string", "enum": list(_FORMATS)})

Handler = Callable[[Request], Awaitable[Response]]


def install_resources(app: FastAPI) -> None:
    """Add the routes to an application."""
    app.add_api_route(
        "/id/{path:path}",
        _describe,
        operation_id="describe",
        openapi_extra=_operation(
            "The triples of a thing",
            parameter(
                "path",
                "Path of the thing's IRI after /id/.",
                {"type": "string"},
                place="path",
                required=True,
                example="project/drugs",
            ),
        ),
        tags=[_TAG],
        response_class=Response,
    )
    app.add_api_route(
        "/ontology",
        _whole_ontology,
        operation_id="get_ontology",
        openapi_extra=_operation("The whole ontology as it is served", _FORMAT),
        tags=[_TAG],
        response_class=Response,
    )
    for path, summary in _DOCUMENTS.items():
        name = path.strip("/").partition("/")
        in_path = [
            parameter(
                "module",
                "Name of the scheme.",
                {"type": "string"},
                place="path",
                required=True,
                example="modality",
            )
        ]
        app.add_api_route(
            path,
            _module,
            operation_id=f"get_{name[0]}{'_module' if name[1] else ''}",
            openapi_extra=_operation(summary, *(in_path if name[1] else []), _FORMAT),
            tags=[_TAG],
            response_class=Response,
        )


async def _describe(request: Request) -> Response:
    served = serving(request)
    refuse_parameters(request)
    path = request.path_params["path"]
    try:
        thing = NamedNode(f"{ID}{path}")
    except ValueError as error:
        raise _unknown(request) from error
    page = await _page(request, served, thing.value)
    media_type = negotiated(request, html=page is not None)
    triples = await served.evaluator.triples(
        f"""PREFIX owl: <{_OWL}>
        CONSTRUCT {{ {thing} ?p ?o . ?axiom ?ap ?ao }} WHERE {{
          {{ {thing} ?p ?o }}
          UNION {{ ?axiom owl:annotatedSource {thing} ; ?ap ?ao }}
        }}"""
    )
    if not triples:
        raise _unknown(request)
    if media_type == HTML and page is not None:
        return _see(page)
    return rdf_response(written(triples, media_type), media_type)


async def _page(request: Request, served: Serving, iri: str) -> str | None:
    """Return where a person reads about a thing: its page, or else its address in the API."""
    language = accepted_language(request.headers.get("accept-language"))
    page = page_of(request, language).of_thing(iri)
    if iri.startswith(_UNITS) and iri.count("/") > _UNITS.count("/"):
        return page or served.address(f"/api/v1/evidence/{iri.removeprefix(_UNITS)}")
    for kind in kinds().values():
        slug = kind.slug(iri)
        if slug is not None and await served.listings.has(kind, iri):
            return page or served.address(
                f"{collections()[kind.collection].path}/{slug}?format=json"
            )
    return None


async def _whole_ontology(request: Request) -> Response:
    return await _document(request, lambda triples: triples)


async def _module(request: Request) -> Response:
    """Answer with what one ontology document declares, its anonymous parts included."""
    document = f"{BASE}{request.url.path.strip('/')}"
    return await _document(request, lambda triples: _declared_in(document, triples))


async def _document(request: Request, select: Callable[[list[Triple]], list[Triple]]) -> Response:
    """Answer with a part of the ontology, from what is kept of it where possible."""
    served = serving(request)
    refuse_parameters(request, ("format",))
    page = page_of(request, accepted_language(request.headers.get("accept-language")))
    has_page = "/ontology" in page.installed
    media_type = _chosen(request) or negotiated(request, html=has_page)
    key = f"{media_type} {request.url.path}"
    body = served.documents.get(key)
    if body is None:
        triples = select(await _ontology(served))
        if not triples:
            raise _unknown(request)
        if media_type == HTML:
            return _see(page.url("/ontology"))
        body = await to_thread.run_sync(written, triples, media_type)
        served.documents.put(key, body)
    return rdf_response(body, media_type)


def _chosen(request: Request) -> str | None:
    """Return the media type of ``format``; None where it is not given.

    Raises:
        Problem: ``invalid-parameter``: there is no such format, or it is given twice.
    """
    given = request.query_params.getlist("format")
    if not given:
        return None
    if len(given) > 1 or given[0] not in _FORMATS:
        raise Problem(
            "invalid-parameter",
            f"format={given[-1][:50]!r} is not possible",
            f"use {' or '.join(_FORMATS)}",
            extra={"parameter": "format", "known": list(_FORMATS)},
        )
    return _FORMATS[given[0]]


def _see(address: str) -> Response:
    """Return the answer that leads a browser to a page."""
    return Response(
        status_code=303, headers={"Location": address, "Vary": "Accept, Accept-Language"}
    )


async def _ontology(served: Serving) -> list[Triple]:
    graph = graph_iri("ontology")
    return await served.evaluator.triples(
        f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
    )


def _declared_in(document: str, triples: Iterable[Triple]) -> list[Triple]:
    """Return the triples of a document: of its header, its namespace, and what it defines."""
    by_subject: dict[NamedNode | BlankNode, list[Triple]] = {}
    wanted: list[NamedNode | BlankNode] = []
    for triple in triples:
        if not isinstance(triple.subject, NamedNode | BlankNode):
            continue
        by_subject.setdefault(triple.subject, []).append(triple)
        if (
            triple.predicate.value == f"{PREFIXES['rdfs']}isDefinedBy"
            and isinstance(triple.object, NamedNode)  # what callers write may be no IRI
            and triple.object.value == document
        ):
            wanted.append(triple.subject)
    wanted += [
        subject
        for subject in by_subject
        if isinstance(subject, NamedNode)
        and (subject.value == document or subject.value.startswith(f"{document}#"))
    ]
    found: dict[NamedNode | BlankNode, list[Triple]] = {}
    while wanted:
        subject = wanted.pop()
        if subject not in found:
            found[subject] = by_subject.get(subject, [])
            wanted += [each.object for each in found[subject] if isinstance(each.object, BlankNode)]
    return [triple for triples_of in found.values() for triple in triples_of]


def _unknown(request: Request) -> Problem:
    return Problem(
        "not-found",
        f"nothing is known of {BASE}{request.url.path.lstrip('/')}",
        "/api/v1 lists the collections of what is known",
    )


def _operation(summary: str, *parameters: Schema) -> Schema:
    return operation(
        summary,
        answer("The triples.", {each: {"schema": _schema_of(each)} for each in GRAPH_TYPES}),
        parameters=parameters,
        problems=("unknown-parameter", "invalid-parameter", "not-found"),
        others={"303": {"description": "See the address in Location: HTML ranks highest."}},
    )


def _schema_of(media_type: str) -> Schema:
    return {"type": ["object", "array"]} if media_type == _FORMATS["jsonld"] else {"type": "string"}
