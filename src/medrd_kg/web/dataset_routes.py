"""The dataset for crawlers and catalogues: ``/.well-known/void`` and ``/catalog`` (DCAT)."""

from collections.abc import Iterable, Iterator
from typing import Final, TypeVar

import pyoxigraph as ox
from anyio import to_thread
from fastapi import FastAPI, Request, Response
from pyoxigraph import Literal, NamedNode, Triple

from medrd_kg.build.description import DATASET, DESCRIPTION
from medrd_kg.problems import Problem
from medrd_kg.sparql.media_types import GRAPH_TYPES
from medrd_kg.sparql.negotiation import accepted_language
from medrd_kg.vocabulary import BASE, PREFIXES
from medrd_kg.web.dump_routes import DUMPS_PATH
from medrd_kg.web.kept_releases import KeptRelease, kept_releases
from medrd_kg.web.openapi import answer, operation
from medrd_kg.web.pages.site import page_of
from medrd_kg.web.rdf_responses import HTML, negotiated, rdf_response, written
from medrd_kg.web.requests import refuse_parameters
from medrd_kg.web.schemas import Schema
from medrd_kg.web.state import Serving, serving

__all__ = ["install_dataset"]

T = TypeVar("T")
"""A term of a triple."""

_VOID_PATH: Final = "/.well-known/void"
_CATALOG_PATH: Final = "/catalog"
_DATASET: Final = NamedNode(str(DATASET))
_TYPE: Final = NamedNode(f"{PREFIXES['rdf']}type")
_DUMPS: Final = f"{BASE}dumps/"
_TITLES: Final = (
    Literal("医療研究開発知識グラフのカタログ", language="ja"),
    Literal("Catalogue of the medical R&D knowledge graph", language="en"),
)


def install_dataset(app: FastAPI) -> None:
    """Add the routes to an application."""
    for path, handler, summary in (
        (_VOID_PATH, _void, "The dataset in VoID: size, graphs, classes, dumps"),
        (_CATALOG_PATH, _catalog, "The dataset in DCAT: dumps with checksums, releases, services"),
    ):
        app.add_api_route(
            path,
            handler,
            operation_id=f"get{handler.__name__}",
            openapi_extra=_operation(summary),
            tags=["releases"],
            response_class=Response,
        )


async def _void(request: Request) -> Response:
    served = serving(request)
    refuse_parameters(request)
    media_type = negotiated(request, html=False)

    def body() -> bytes:
        endpoint = Triple(_DATASET, _void_term("sparqlEndpoint"), NamedNode(served.endpoint))
        return written([*_described(served, "void"), endpoint], media_type)

    return rdf_response(await to_thread.run_sync(body), media_type)


async def _catalog(request: Request) -> Response:
    served = serving(request)
    refuse_parameters(request)
    media_type = negotiated(request, html=True)
    if media_type == HTML:
        page = page_of(request, accepted_language(request.headers.get("accept-language")))
        return Response(
            status_code=303,
            headers={"Location": page.url("/releases"), "Vary": "Accept, Accept-Language"},
        )

    def body() -> bytes:
        described = _described(served, "dcat")
        kept = kept_releases(served.settings.data_dir)
        return written([*described, *_catalogue(served, kept)], media_type)

    return rdf_response(await to_thread.run_sync(body), media_type)


def _described(served: Serving, name: str) -> list[Triple]:
    """Return a description that the served release has, with the addresses of this service.

    Raises:
        Problem: ``not-found``: no release stands behind the data.
    """
    folder = served.release.folder
    if folder is None:
        raise Problem(
            "not-found",
            "this dataset has no description",
            "serve a release: it is made when one is built",
        )
    found = ox.parse(path=str(folder / DESCRIPTION / f"{name}.ttl"), format=ox.RdfFormat.TURTLE)
    here = served.address(f"{DUMPS_PATH}/")
    return [
        Triple(_moved(each.subject, here), each.predicate, _moved(each.object, here))
        for each in found
    ]


def _moved(term: T, here: str) -> T | NamedNode:
    """Return a term, or where it is here if it is a dump."""
    if isinstance(term, NamedNode) and term.value.startswith(_DUMPS):
        return NamedNode(f"{here}{term.value.removeprefix(_DUMPS)}")
    return term


def _catalogue(served: Serving, kept: Iterable[KeptRelease]) -> Iterator[Triple]:
    """Yield what the catalogue says beside the description of the served release."""
    catalogue = NamedNode(served.address(_CATALOG_PATH))
    service = NamedNode(served.endpoint)
    yield Triple(catalogue, _TYPE, _dcat("Catalog"))
    for title in _TITLES:
        yield Triple(catalogue, _dcterms("title"), title)
    yield Triple(catalogue, _dcat("dataset"), _DATASET)
    yield Triple(catalogue, _dcat("service"), service)
    yield Triple(service, _TYPE, _dcat("DataService"))
    yield Triple(service, _dcat("endpointURL"), service)
    yield Triple(service, _dcat("servesDataset"), _DATASET)
    yield Triple(service, _dcterms("title"), Literal("SPARQL 1.1", language="en"))
    yield Triple(service, _dcterms("conformsTo"), NamedNode("http://www.w3.org/TR/sparql11-query/"))
    for release in kept:
        if release.outline is None or release.reason is not None:
            continue
        one = NamedNode(f"{DATASET}/{release.version}")
        page = NamedNode(served.address(f"/api/v1/releases/{release.version}"))
        built = Literal(release.outline.built, datatype=NamedNode(f"{PREFIXES['xsd']}dateTime"))
        yield Triple(_DATASET, _dcat("hasVersion"), one)
        yield Triple(one, _TYPE, _dcat("Dataset"))
        yield Triple(one, _dcat("version"), Literal(release.version))
        yield Triple(one, _dcat("isVersionOf"), _DATASET)
        yield Triple(one, _dcterms("issued"), built)
        yield Triple(one, _dcat("landingPage"), page)


def _dcat(name: str) -> NamedNode:
    return NamedNode(f"{PREFIXES['dcat']}{name}")


def _dcterms(name: str) -> NamedNode:
    return NamedNode(f"{PREFIXES['dcterms']}{name}")


def _void_term(name: str) -> NamedNode:
    return NamedNode(f"{PREFIXES['void']}{name}")


def _operation(summary: str) -> Schema:
    return operation(
        summary,
        answer("The description.", {each: {"schema": {"type": "string"}} for each in GRAPH_TYPES}),
        problems=("unknown-parameter", "not-found"),
        others={"303": {"description": "See the page of releases: HTML ranks highest."}},
    )
