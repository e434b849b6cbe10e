"""What is asked for the page about a thing: its sections, by its kind."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from fastapi import Request

from medrd_kg.web.pages.asking import ask
from medrd_kg.web.pages.cycle_section import cycle
from medrd_kg.web.pages.gap_chart import counted_beside
from medrd_kg.web.pages.sections import (
    Column,
    Json,
    Section,
    facets_of,
    labelled,
    many,
    newest_first,
    section,
    within,
)
from medrd_kg.web.pages.years import latest_payments_of, money_of, years_of

__all__ = ["SECTIONS", "Asked", "programme_columns", "topic_columns"]

_SHOWN: Final = 20
"""Entries of a section; what has more leads to the list of all."""

Asked = Callable[[Request, str, str, Json], Awaitable[Section]]
"""Asks for a section: the request, name of the thing's kind, its slug, the item."""


def _self(item: Json) -> Json:
    return item


topic_columns: Final = (
    Column("topic", "thing", _self),
    Column("project", "things", lambda item: many(item.get("inProject"))),
    Column("concepts", "things", facets_of),
    Column("evidence", "evidence", lambda item: item["evidence"]),
)

programme_columns: Final = (
    Column("programme", "thing", _self),
    Column("ministry", "things", lambda item: many(item.get("administeredBy"))),
    Column("project", "things", lambda item: many(item.get("inProject"))),
    Column("concepts", "things", facets_of),
)


def _filtered(
    key: str, collection: str, columns: Sequence[Column], page: str | None, leave: str = ""
) -> Asked:
    """Return what asks for the members of a collection that belong to the thing."""
    shown = [each for each in columns if each.key != leave]

    async def asked(request: Request, kind: str, slug: str, _: Json) -> Section:
        more = None if page is None else (page, {kind: slug})
        parameters = {kind: slug, "limit": _SHOWN}
        return await section(request, key, f"/api/v1/{collection}", parameters, shown, more=more)

    return asked


def _query(key: str, name: str, columns: Sequence[Column], by: str | None = None) -> Asked:
    """Return what asks a stored query about the thing, ``by`` a parameter or its kind."""

    async def asked(request: Request, kind: str, slug: str, item: Json) -> Section:
        value: str = item["id"] if by == "agent" else slug
        parameters = {by or kind: value, "limit": 100}
        return await section(request, key, f"/api/v1/queries/{name}", parameters, columns)

    return asked


def _linked(of: str, *via: str) -> Asked:
    """Return what asks which things of a kind share facets with the thing, and which facets."""

    async def asked(request: Request, _: str, slug: str, item: Json) -> Section:
        def other(entry: Json) -> Json:
            return _other_side(entry, item["id"])

        columns = (
            Column("linked", "thing", other),
            Column("shared", "things", lambda entry: [each["concept"] for each in entry["shared"]]),
            Column("strength", "bits", lambda entry: entry["strength"]),
        )
        parameters = {"of": f"{of},{of}", "via": list(via), "thing": slug, "limit": _SHOWN}
        more = ("/linkage", {"view": "list", "rows": of, "columns": of})
        return await section(request, "linked", "/api/v1/linkages", parameters, columns, more=more)

    return asked


def _other_side(entry: Json, iri: str) -> Json:
    left: Json = entry["left"]
    right: Json = entry["right"]
    return right if left["id"] == iri else left


def _served_by(side: str) -> Asked:
    """Return what asks which topics and programmes belong together, seen from one side."""

    async def asked(request: Request, kind: str, slug: str, _: Json) -> Section:
        columns = (
            Column(side, "thing", lambda entry: entry[side]),
            Column("reasons", "reasons", lambda entry: entry["reasons"]),
            Column("strength", "bits", lambda entry: entry["strength"]),
        )
        parameters = {kind: slug, "limit": _SHOWN}
        return await section(request, "served", "/api/v1/topic-programmes", parameters, columns)

    return asked


def _missing(rows: str, columns: str, side: str) -> Asked:
    """Return what asks for the combinations with the thing that no item names."""

    async def asked(request: Request, _: str, slug: str, item: Json) -> Section:
        wanted = "column" if side == "row" else "row"
        shown = (
            Column("missing", "thing", lambda entry: entry[wanted]),
            Column("nearest", "thing", lambda entry: (entry["nearest"] or {}).get("concept")),
        )
        parameters = {
            "kind": "combinations",
            "rows": rows,
            "columns": columns,
            side: slug,
            "limit": 100,
        }
        found = await section(request, "gaps", "/api/v1/gaps", parameters, shown)
        if not found.rows:
            return found
        both = {"rows": rows, "columns": columns, "measure": "topics", "limit": 1000}
        coverage = await ask(request, "/api/v1/coverage", both)
        return replace(found, answer=counted_beside(found.answer, coverage, side, item["id"]))

    return asked


def _payments(by: str) -> Asked:
    """Return what asks for the payments of the latest year for which any are known."""

    async def asked(request: Request, _: str, slug: str, item: Json) -> Section:
        path = "/api/v1/flows/recipients"
        year = await latest_payments_of(request, by, item["id"])
        if year is None:
            return Section("recipients", (), (), 0, path, {})
        other = "payee" if by == "programme" else "programme"
        columns = (
            Column(other, "thing", lambda entry: entry[other]),
            Column("block", "text", lambda entry: entry["block"]),
            Column("rank", "number", lambda entry: entry["rank"]),
            Column("amount", "yen", lambda entry: entry["amount"]),
            Column("evidence", "evidence", lambda entry: entry["figure"]["evidence"]),
        )
        parameters = {by: slug, "fiscal_year": year, "limit": 50}
        found = await section(request, "recipients", path, parameters, columns)
        return replace(found, year=year, called="received" if by == "payee" else None)

    return asked


def _source(row: Json) -> list[dict[str, Any]]:
    return [{"id": row["source"]}] if row.get("source") else []


def _year(item: Json) -> int:
    return int(item["fiscalYear"][0]["id"].rpartition("/")[2])


_PROJECT_MONEY: Final = (
    Column("year", "year", _year),
    Column("stage", "thing", lambda item: item.get("budgetStage")),
    Column("figure", "bilingual", lambda item: item["label"]),
    Column("amount", "yen", lambda item: item.get("amountJPY", item.get("nonAdditiveAmountJPY"))),
    Column("printed", "printed", lambda item: list(item.get("amountAsPrinted", ()))),
    Column("evidence", "evidence", lambda item: item["evidence"]),
)
_STAGES: Final = (
    Column("year", "year", lambda row: row["fiscal_year"]),
    Column("stage", "thing", lambda row: labelled(row, "stage")),
    Column("amount", "yen", lambda row: row["amount"]),
    Column("printed", "printed", lambda row: [row["as_printed"]] if row["as_printed"] else []),
    Column("evidence", "evidence", _source),
)
_OUTCOMES: Final = (
    Column("measure", "ja", lambda row: row["measure"]),
    Column("year", "year", lambda row: row["fiscal_year"]),
    Column("target", "text", lambda row: row["target"]),
    Column("achieved", "text", lambda row: row["achieved"]),
    Column("unit", "ja", lambda row: row["unit"]),
    Column("evidence", "evidence", _source),
)


async def _budget(request: Request, kind: str, slug: str, item: Json) -> Section:
    """Ask for the money of a programme by year and stage, the latest year first."""
    found = await _query("budget", "budget-stages-of-programme", _STAGES)(request, kind, slug, item)
    return newest_first(found)


async def _outcomes(request: Request, kind: str, slug: str, item: Json) -> Section:
    """Ask for targets and results; indicators are named without the programme that they are of."""

    def indicator(row: Json) -> Json | None:
        found = labelled(row, "indicator")
        return None if found is None else within(item, found)

    columns = (Column("indicator", "thing", indicator), *_OUTCOMES)
    asked = _query("outcomes", "outcomes-of-programme", columns)
    return await asked(request, kind, slug, item)


_SHARING: Final = (
    Column("item", "thing", lambda row: labelled(row, "item")),
    Column("project", "thing", lambda row: labelled(row, "project")),
    Column("shared", "bilingual", lambda row: {"ja": row["concepts_ja"], "en": row["concepts_en"]}),
)


async def _money(request: Request, kind: str, slug: str, _: Json) -> Section:
    """Ask for the figures of a project, the latest year first."""
    parameters = {kind: slug, "limit": 500}
    path = "/api/v1/budget-statements"
    found = await section(request, "budget", path, parameters, _PROJECT_MONEY)
    return newest_first(found)


async def _funded(request: Request, kind: str, slug: str, _: Json) -> Section:
    """Ask for the money of the policy's year of a ministry, or whose programmes name a concept."""
    columns = (
        Column("programme", "thing", lambda entry: entry["programme"]),
        Column("amount", "yen", lambda entry: entry["amount"]),
        Column("executed", "yen", lambda entry: entry["executed"]),
        Column("evidence", "evidence", lambda entry: entry["programme"]["evidence"]),
    )
    path = "/api/v1/flows"
    year = (await years_of(request)).policy
    if year is None:
        return Section("money", (), (), 0, path, {})
    asked = {kind.replace("-", "_"): slug, **money_of(year)}
    parameters = {**asked, "limit": 50}
    found = await section(request, "money", path, parameters, columns, more=("/flows", asked))
    return replace(found, year=year, called="ministry_money" if kind == "ministry" else None)


_TOPICS: Final = _filtered("topics", "topics", topic_columns, "/topics")
_SCOPE: Final = _filtered("scope", "scope-items", topic_columns, None)
_PROGRAMMES: Final = _filtered("programmes", "programmes", programme_columns, "/programmes")

SECTIONS: Final[Mapping[str, tuple[Asked, ...]]] = {
    "project": (
        _money,
        _filtered("topics", "topics", topic_columns, "/topics", leave="project"),
        _filtered("scope", "scope-items", topic_columns, None, leave="project"),
        _filtered("programmes", "programmes", programme_columns, "/programmes", leave="project"),
        _linked("project", "disease-area", "modality"),
        _missing("disease-area", "project", "column"),
        cycle,
    ),
    "disease-area": (
        _TOPICS,
        _SCOPE,
        _funded,
        _PROGRAMMES,
        _linked("disease-area", "modality", "purpose"),
        _missing("disease-area", "modality", "row"),
    ),
    "modality": (
        _TOPICS,
        _SCOPE,
        _funded,
        _PROGRAMMES,
        _linked("modality", "disease-area", "purpose"),
        _missing("disease-area", "modality", "column"),
    ),
    "purpose": (_TOPICS, _SCOPE, _PROGRAMMES, _linked("purpose", "disease-area", "modality")),
    "phase": (_TOPICS, _SCOPE, _PROGRAMMES, _linked("phase", "disease-area", "modality")),
    "technology": (_TOPICS, _SCOPE, _PROGRAMMES, _linked("technology", "disease-area", "modality")),
    "programme": (
        _budget,
        _payments("programme"),
        _outcomes,
        _served_by("topic"),
        cycle,
    ),
    "organization": (_payments("payee"),),
    "ministry": (
        _funded,
        _filtered("programmes", "programmes", programme_columns, "/programmes", leave="ministry"),
        _payments("payee"),
    ),
    "topic": (
        _served_by("programme"),
        _query("sharing", "topics-sharing-concepts", _SHARING),
    ),
}
"""The sections of the page about a thing, in their order, by its kind."""
