"""Sections of the pages about things: tables made of the answers of REST, each with its address."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from fastapi import Request
from markupsafe import Markup

from medrd_kg.problems import Problem
from medrd_kg.web.charts.drawing import Drawing
from medrd_kg.web.pages.asking import Parameters, ask

__all__ = [
    "FACETS",
    "Column",
    "Json",
    "Section",
    "facets_of",
    "labelled",
    "many",
    "newest_first",
    "refused",
    "section",
    "table_of",
    "within",
]

Json = Mapping[str, Any]

FACETS: Final = {
    "hasDiseaseArea": "disease-area",
    "hasModality": "modality",
    "hasPurpose": "purpose",
    "hasPhase": "phase",
    "usesTechnology": "technology",
    "usesResource": "resource",
    "hasBeneficiary": "beneficiary",
    "hasTheme": "theme",
    "actionStatus": "status",
}
"""Members of items that name concepts, each with the kind of the concept."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a section's table.

    Attributes:
        key: Of its heading among the words, ``columns``.
        kind: How its cells are drawn, see the macro ``cell``.
        value: Returns the cell of an entry.
    """

    key: str
    kind: str
    value: Callable[[Json], Any]


@dataclass(frozen=True, slots=True)
class Section:
    """A table with where it comes from.

    Attributes:
        key: Its name: anchor, and key of its words in ``sections``.
        columns: Heading keys and kinds of the columns.
        rows: Its cells.
        total: How many entries there are, of which the rows may be the first.
        path: Address of the operation that was asked.
        parameters: What it was asked.
        queries: The SPARQL queries that give the same, each with ``part`` and ``query``.
        more: Path and parameters of a page with all entries, where there is one.
        chart: A drawing of the same.
        answer: The whole answer, for what a template shows beside the table.
        year: The fiscal year that its title names; None where it names none.
        latest: The latest amount of each stage, with its ``label`` and ``year``, told beforehand.
        called: Key of its words where that is not its name.
        narrow: The drawing for telephones.
        fault: Why there is no answer; the section tells it, and the page shows the others.
    """

    key: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Any, ...], ...]
    total: int
    path: str
    parameters: Parameters
    queries: Sequence[Json] = ()
    more: tuple[str, Parameters] | None = None
    chart: Drawing | Markup | None = None
    answer: Json = field(default_factory=dict)
    year: int | None = None
    latest: Sequence[Json] = ()
    called: str | None = None
    fault: Problem | None = None
    narrow: Drawing | None = None


async def section(
    request: Request,
    key: str,
    path: str,
    parameters: Parameters,
    columns: Sequence[Column],
    *,
    more: tuple[str, Parameters] | None = None,
    needs_answer: bool = False,
) -> Section:
    """Ask an operation and return its entries as a table without the columns that stay empty.

    Args:
        request: The request for the page.
        key: Name of the section.
        path: Address of the operation.
        parameters: Its parameters.
        columns: The columns.
        more: Where all entries are listed.
        needs_answer: Whether the page is nothing without it.

    Raises:
        Problem: What the operation raises, if the page needs the answer.
    """
    try:
        answer = await ask(request, path, {**parameters, "explain": "true"})
    except Problem as problem:
        if needs_answer:
            raise
        return refused(key, path, parameters, problem)
    return table_of(key, answer, path, parameters, columns, more=more)


def refused(key: str, path: str, parameters: Parameters, problem: Problem) -> Section:
    """Return the section of an operation that gave no answer.

    A thing that the operation knows nothing of has no entries there; that is no fault.
    """
    fault = None if problem.slug == "not-found" else problem
    return Section(key, (), (), 0, path, parameters, fault=fault)


def table_of(
    key: str,
    answer: Json,
    path: str,
    parameters: Parameters,
    columns: Sequence[Column],
    *,
    more: tuple[str, Parameters] | None = None,
) -> Section:
    """Return the entries of an answer as a table without the columns that stay empty.

    Args:
        key: Name of the section.
        answer: With ``items`` and ``total``, and its explanation if it was asked for.
        path: Address of the operation that gave it.
        parameters: What it was asked.
        columns: The columns.
        more: Where all entries are listed.
    """
    entries = answer["items"]
    cells = [tuple(column.value(each) for column in columns) for each in entries]
    used = [
        place
        for place in range(len(columns))
        if any(row[place] not in (None, "", []) for row in cells)
    ]
    return Section(
        key,
        tuple((columns[place].key, columns[place].kind) for place in used),
        tuple(tuple(row[place] for place in used) for row in cells),
        answer["total"],
        path,
        {name: value for name, value in parameters.items() if name != "limit"},
        tuple(answer.get("explanation", {}).get("queries", ())),
        more,
        None,
        answer,
    )


def newest_first(found: Section) -> Section:
    """Return a section with a column ``year``, its rows of the latest year first."""
    years = [name for name, _ in found.columns].index("year") if found.rows else 0
    return replace(found, rows=tuple(sorted(found.rows, key=lambda row: -row[years])))


def labelled(row: Json, name: str) -> Json | None:
    """Return the thing that a row of a stored query names by ``name``, ``name_ja``, ``name_en``."""
    iri = row.get(name)
    if iri is None:
        return None
    label = {each: row.get(f"{name}_{each}") for each in ("ja", "en")}
    found = {each: text for each, text in label.items() if text}
    return {"id": iri, "label": found or {"en": str(iri).rpartition("/")[2]}}


def within(item: Json, thing: Json) -> Json:
    """Return a thing with its names as they are told on the page about an item.

    Many names begin with that of the programme that they are of; there it goes without saying.

    >>> of_it = {"label": {"en": "Programme"}, "altLabel": {"en": ["Programme 1,"]}}
    >>> within(of_it, {"label": {"en": "Programme 1, indicator 2"}})
    {'label': {'en': 'indicator 2'}}
    """
    label = {}
    for language, name in thing.get("label", {}).items():
        others = item.get("altLabel", {}).get(language, ())
        names = (
            item.get("ownLabel", item["label"]).get(language, ""),
            *([others] if isinstance(others, str) else others),
        )
        rest = min((name.removeprefix(each).strip() for each in names), key=len)
        label[language] = rest or name
    return {**thing, "label": label}


def facets_of(item: Json) -> list[Json]:
    """Return the concepts that an item names, in the order of the facets."""
    return [each for name in FACETS for each in many(item.get(name))]


def many(value: Any) -> list[Json]:  # noqa: ANN401 - any JSON value
    """Return a member that may be missing, single or a list as a list."""
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]
