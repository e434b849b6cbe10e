"""What a document states, unit by unit."""

from typing import Final

from fastapi import FastAPI, Request, Response
from pyoxigraph import Literal, NamedNode

from medrd_kg.problems import Problem
from medrd_kg.vocabulary import ID, MRD, PREFIXES
from medrd_kg.web.openapi import json_answer, operation, parameter
from medrd_kg.web.representation import read_items
from medrd_kg.web.requests import refuse_parameters
from medrd_kg.web.responses import address_of, envelope, json_response
from medrd_kg.web.schemas import reference
from medrd_kg.web.state import Serving, serving

__all__ = ["install_evidence"]

_PATH: Final = "/api/v1/evidence"
_TAG: Final = "evidence"
_PREFIXES: Final = f"PREFIX mrd: <{MRD}>\nPREFIX rdfs: <{PREFIXES['rdfs']}>"


def install_evidence(app: FastAPI) -> None:
    """Add the routes to an application."""
    document = parameter(
        "document", "Slug of the document.", {"type": "string"}, place="path", required=True
    )
    unit = parameter("unit", "Number of the unit.", {"type": "string"}, place="path", required=True)
    items = json_answer("The things.", reference("ItemCollection"))
    app.add_api_route(
        f"{_PATH}/{{document}}",
        _list_units,
        operation_id="list_units",
        openapi_extra=operation(
            "Units of a document, in order, each with the number of things that it states",
            items,
            parameters=[document],
            problems=("unknown-parameter", "not-found"),
        ),
        tags=[_TAG],
        response_class=Response,
    )
    app.add_api_route(
        f"{_PATH}/{{document}}/{{unit}}",
        _show_unit,
        operation_id="get_evidence",
        openapi_extra=operation(
            "All that a unit of a document states",
            items,
            parameters=[document, unit],
            problems=("unknown-parameter", "not-found"),
        ),
        tags=[_TAG],
        response_class=Response,
    )


async def _list_units(request: Request) -> Response:
    served = serving(request)
    refuse_parameters(request)
    slug = request.path_params["document"]
    rows = await served.evaluator.select(
        f"""{_PREFIXES}
        SELECT ?unit (COUNT(DISTINCT ?item) AS ?statements) (MIN(?position) AS ?order) WHERE {{
          ?unit a mrd:DocumentUnit
          FILTER (STRSTARTS(STR(?unit), "{_document_iri(slug)}/"))
          OPTIONAL {{ ?unit mrd:unitOrder ?position }}
          OPTIONAL {{ ?item mrd:statedIn ?unit }}
        }} GROUP BY ?unit ORDER BY ?order ?unit"""
    )
    counts = {
        row["unit"].value: int(count.value)
        for row in rows
        if isinstance(row["unit"], NamedNode) and isinstance(count := row["statements"], Literal)
    }
    if not counts:
        raise Problem(
            "not-found", f"no document {slug!r} has units", "/api/v1/documents lists the documents"
        )
    units = await read_items(served.evaluator, served.vocabulary, list(counts))
    items = [
        {**unit, "href": _unit_address(served, iri), "statements": counts[iri]}
        for iri, unit in units.items()
    ]
    address = address_of(served, request.url.path)
    return json_response(envelope(served, address, items, total=len(items)))


async def _show_unit(request: Request) -> Response:
    served = serving(request)
    refuse_parameters(request)
    document, unit = request.path_params["document"], request.path_params["unit"]
    iri = f"{_document_iri(document)}/{_checked(unit)}"
    found = await read_items(served.evaluator, served.vocabulary, [iri])
    if iri not in found:
        raise Problem(
            "not-found",
            f"the document {document!r} has no unit {unit!r}",
            f"{_PATH}/{document} lists its units",
        )
    rows = await served.evaluator.select(
        f"{_PREFIXES} SELECT DISTINCT ?item WHERE {{ ?item mrd:statedIn <{iri}> }} ORDER BY ?item"
    )
    members = [term.value for row in rows if isinstance(term := row["item"], NamedNode)]
    items = await read_items(served.evaluator, served.vocabulary, members)
    address = address_of(served, request.url.path)
    return json_response(
        envelope(served, address, list(items.values()), total=len(items), more={"unit": found[iri]})
    )


def _document_iri(slug: str) -> str:
    return f"{ID}document/{_checked(slug)}"


def _checked(slug: str) -> str:
    """Return a path segment that is safe to stand in an IRI.

    Raises:
        Problem: ``not-found``: no IRI of ours holds such a segment.
    """
    if not slug.isascii() or not slug.replace("-", "").replace(".", "").replace("_", "").isalnum():
        raise Problem("not-found", f"there is nothing called {slug!r}")
    return slug


def _unit_address(served: Serving, iri: str) -> str:
    return served.address(f"{_PATH}/{iri.removeprefix(f'{ID}document/')}")
