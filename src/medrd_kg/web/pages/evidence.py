"""Evidence: documents unit by unit with what each states, and from a fact back to its units."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from fastapi import Request, Response

from medrd_kg.problems import Problem
from medrd_kg.vocabulary import ID, MRD
from medrd_kg.web.pages.asking import ask
from medrd_kg.web.pages.graph_tables import ask_table, labels_of, table_file
from medrd_kg.web.pages.site import render
from medrd_kg.web.representation import read_items
from medrd_kg.web.requests import refuse_parameters
from medrd_kg.web.state import Serving, serving

__all__ = ["EVIDENCE_PAGES"]

_API: Final = "/api/v1/evidence"
_DOCUMENTS: Final = "documents-with-units"
_UNITS: Final = "units-of-document"
_THINGS: Final = "things-of-unit"
_CONCEPT: Final = f"{MRD}ClassificationConcept"
"""What the statements are about is shown after them."""

_LONGEST_IRI: Final = 300


async def _overview(request: Request) -> Response:
    served = serving(request)
    refuse_parameters(request, ("of",))
    asked = request.query_params.get("of", "").strip()[:_LONGEST_IRI]
    return render(
        request,
        "evidence.html",
        {
            "documents": await ask_table(served, _DOCUMENTS),
            "asked": asked,
            "fact": await _fact(served, asked) if asked else None,
        },
    )


async def _fact(served: Serving, asked: str) -> dict[str, Any] | None:
    """Return a thing with the places that state it; None where nothing is said of it."""
    iri = asked.strip("<>")
    try:
        found = await read_items(served.evaluator, served.vocabulary, [iri])
    except ValueError:  # it is no IRI
        return None
    if iri not in found:
        return None
    return {
        "thing": found[iri],
        "places": await ask_table(served, "places-of-thing", thing=iri),
    }


async def _document(request: Request) -> Response:
    served = serving(request)
    refuse_parameters(request)
    slug = request.path_params["document"]
    listed = await ask(request, f"{_API}/{slug}")  # refuses what is no document with units
    iri = f"{ID}document/{slug}"
    return render(
        request,
        "evidence_document.html",
        {
            "document": {"id": iri, "label": (await labels_of(served.evaluator, [iri]))[iri]},
            "slug": slug,
            "types": {each["unitId"]: each.get("unitType") for each in listed["items"]},
            "texts": {each["unitId"]: each["text"] for each in listed["items"] if "text" in each},
            "units": await ask_table(served, _UNITS, document=iri),
            "most": max(each["statements"] for each in listed["items"]),
        },
    )


async def _document_file(request: Request) -> Response:
    served = serving(request)
    refuse_parameters(request)
    slug = request.path_params["document"]
    await ask(request, f"{_API}/{slug}")
    units = await ask_table(served, _UNITS, document=f"{ID}document/{slug}")
    return await table_file(units, request.path_params["file_format"])


async def _unit(request: Request) -> Response:
    served = serving(request)
    refuse_parameters(request)
    document, unit = request.path_params["document"], request.path_params["unit"]
    stated = await ask(request, f"{_API}/{document}/{unit}")
    listed = await ask(request, f"{_API}/{document}")
    ids = [each["unitId"] for each in listed["items"]]
    at = ids.index(stated["unit"]["unitId"])
    things = await ask_table(served, _THINGS, unit=stated["unit"]["id"])
    by_id = {each["id"]: each for each in stated["items"]}
    groups: dict[str, dict[str, Any]] = {}
    for row in things.rows:
        kind = row["class"]
        group = groups.setdefault(kind["id"], {"class": kind, "items": []})
        group["items"].append(by_id[row["thing"]["id"]])
    grouped = {row["thing"]["id"] for row in things.rows}
    return render(
        request,
        "evidence_unit.html",
        {
            "slug": document,
            "unit": stated["unit"],
            "groups": sorted(groups.values(), key=lambda each: each["class"]["id"] == _CONCEPT),
            "others": [each for each in stated["items"] if each["id"] not in grouped],
            "things": things,
            "total": stated["total"],
            "before": ids[at - 1] if at else None,
            "after": ids[at + 1] if at + 1 < len(ids) else None,
        },
    )


async def _unit_file(request: Request) -> Response:
    served = serving(request)
    refuse_parameters(request)
    document, unit = request.path_params["document"], request.path_params["unit"]
    stated = await ask(request, f"{_API}/{document}/{unit}")
    things = await ask_table(served, _THINGS, unit=stated["unit"]["id"])
    return await table_file(things, request.path_params["file_format"])


async def _documents_file(request: Request) -> Response:
    served = serving(request)
    refuse_parameters(request)
    if request.path_params["table"] != _DOCUMENTS:
        raise Problem("not-found", f"there is no table {request.path_params['table']!r}")
    documents = await ask_table(served, _DOCUMENTS)
    return await table_file(documents, request.path_params["file_format"])


EVIDENCE_PAGES: Final[Mapping[str, Callable[[Request], Awaitable[Response]]]] = {
    "/evidence": _overview,
    "/evidence/{table}.{file_format}": _documents_file,
    "/evidence/{document}": _document,
    "/evidence/{document}/units.{file_format}": _document_file,
    "/evidence/{document}/{unit}.{file_format}": _unit_file,
    "/evidence/{document}/{unit}": _unit,
}
"""Paths after the language. Files come before the pages whose pattern they fit too."""
