"""Tables that pages ask of the graph: each is one query, shown with labels, and as CSV and XLSX.

The queries are data (``graph_tables.yaml``), so that what a reader opens behind a table is what
filled it.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

import orjson
import yaml
from anyio import to_thread
from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict
from pyoxigraph import Literal as RdfLiteral
from pyoxigraph import NamedNode

from medrd_kg.problems import Problem
from medrd_kg.sparql.evaluation import Evaluator
from medrd_kg.store.base import Term
from medrd_kg.web.representation import values_block
from medrd_kg.web.requests import refuse_parameters
from medrd_kg.web.state import Serving, serving
from medrd_kg.web.table_formats import CSV, XLSX, file_response, write_table
from medrd_kg.web.tables import Table

__all__ = [
    "FILE_FORMATS",
    "GraphTable",
    "ask_table",
    "file_of",
    "labels_of",
    "require_table",
    "table_file",
]

FILE_FORMATS: Final[Mapping[str, str]] = {"csv": CSV, "xlsx": XLSX}
"""Files that a table can be had as, by the ending of their addresses."""

_LABEL: Final = "http://www.w3.org/2000/01/rdf-schema#label"
_AT_ONCE: Final = 1000
"""Things whose labels one query asks for."""

Kind = Literal["thing", "integer", "yen", "year", "western", "text", "link", "word"]


class _Described(BaseModel):
    """A table as the file describes it.

    Attributes:
        columns: Kind of each column by the name of its variable, in order.
        query: The SPARQL text.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: dict[str, Kind]
    query: str


@cache
def _described() -> dict[str, _Described]:
    text = files("medrd_kg.web.pages").joinpath("graph_tables.yaml").read_text("utf-8")
    return {name: _Described.model_validate(each) for name, each in yaml.safe_load(text).items()}


@dataclass(frozen=True, slots=True)
class GraphTable:
    """An answer.

    Attributes:
        name: Name of the table.
        columns: Kind of each column by name, in order.
        rows: Values by column: a thing is an object with ``id`` and ``label``; None for nothing.
        query: The query that gave it, without anything left to fill in.
    """

    name: str
    columns: Mapping[str, Kind]
    rows: Sequence[Mapping[str, Any]]
    query: str

    def sum(self, column: str) -> int:
        """Return the sum of a column of integers; nothing counts as zero."""
        return sum(row[column] or 0 for row in self.rows)

    def plain(self) -> Table:
        """Return it as files have it: IRIs with a column for the label in each language."""
        header: list[str] = []
        for name, kind in self.columns.items():
            header += [name, f"{name}_ja", f"{name}_en"] if kind == "thing" else [name]
        rows: list[list[object]] = []
        for row in self.rows:
            cells: list[object] = []
            for name, kind in self.columns.items():
                value = row[name]
                if kind == "thing":
                    label = {} if value is None else value["label"]
                    iri = None if value is None else value["id"]
                    cells += [iri, label.get("ja"), label.get("en")]
                else:
                    cells.append(value)
            rows.append(cells)
        return Table(header, rows)


async def ask_table(served: Serving, name: str, **things: str) -> GraphTable:
    """Return a table, from those kept where possible.

    Args:
        served: What is served.
        name: Its name in ``graph_tables.yaml``.
        things: IRIs that the query is about: ``document`` fills ``?_document_iri``.

    Raises:
        Problem: A limit is reached.
    """
    described = _described()[name]
    text = described.query
    for variable, iri in things.items():
        text = text.replace(f"?_{variable}_iri", str(NamedNode(iri)))
    key = f"table {text}"
    kept = served.documents.get(key)
    if kept is None:
        kept = orjson.dumps(await _rows(served.evaluator, described, text))
        served.documents.put(key, kept)
    return GraphTable(name, described.columns, orjson.loads(kept), text)


async def _rows(evaluator: Evaluator, described: _Described, text: str) -> list[dict[str, Any]]:
    found = await evaluator.select(text)
    iris = {
        term.value
        for row in found
        for column, kind in described.columns.items()
        if kind == "thing" and isinstance(term := row.get(column), NamedNode)
    }
    labels = await labels_of(evaluator, iris)
    return [
        {
            column: _value(row.get(column), kind, labels)
            for column, kind in described.columns.items()
        }
        for row in found
    ]


async def labels_of(evaluator: Evaluator, iris: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the labels of things by language; a thing without any is called by its IRI's end."""
    wanted = sorted(set(iris))
    labels = await stated_labels(evaluator, wanted)
    return {iri: labels.get(iri) or {"en": re.split("[/#]", iri)[-1]} for iri in wanted}


async def stated_labels(evaluator: Evaluator, iris: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the labels of those things that have any, by language."""
    wanted = sorted(set(iris))
    labels: dict[str, dict[str, str]] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        block = values_block("s", wanted[start : start + _AT_ONCE])
        for row in await evaluator.select(f"SELECT ?s ?o WHERE {{ {block} ?s <{_LABEL}> ?o }}"):
            thing, label = row["s"], row["o"]
            if isinstance(thing, NamedNode) and isinstance(label, RdfLiteral) and label.language:
                labels.setdefault(thing.value, {}).setdefault(label.language, label.value)
    return labels


def _value(term: Term | None, kind: Kind, labels: Mapping[str, Mapping[str, str]]) -> Any:  # noqa: ANN401 - any value of a cell
    match term:
        case None:
            return None
        case NamedNode() if kind == "thing":
            return {"id": term.value, "label": labels[term.value]}
        case NamedNode():
            return term.value
        case RdfLiteral() if kind in {"integer", "yen", "year", "western"}:
            return int(term.value)
        case RdfLiteral():
            return term.value
        case _:
            raise TypeError(f"{term} cannot stand in a column of kind {kind}")


def require_table(name: str, known: Sequence[str]) -> str:
    """Return the name of one of a page's tables.

    Raises:
        Problem: ``not-found``: it has none of that name.
    """
    if name not in known:
        raise Problem("not-found", f"there is no table {name!r}", f"there are {', '.join(known)}")
    return name


def file_of(known: Sequence[str]) -> Callable[[Request], Awaitable[Response]]:
    """Return the handler of the files of a page's tables; its path names table and format.

    Args:
        known: The tables of the page.
    """

    async def handler(request: Request) -> Response:
        refuse_parameters(request)
        name = require_table(request.path_params["table"], known)
        table = await ask_table(serving(request), name)
        return await table_file(table, request.path_params["file_format"])

    return handler


async def table_file(table: GraphTable, file_format: str) -> Response:
    """Return a table as a file; CSV begins with a byte order mark, by which Excel knows UTF-8.

    Raises:
        Problem: ``not-found``: there is no such format.
    """
    media_type = FILE_FORMATS.get(file_format)
    if media_type is None:
        known = ", ".join(FILE_FORMATS)
        raise Problem("not-found", f"a table is no {file_format!r}", f"it can be had as {known}")
    # Many rows take long enough to hold up other requests.
    body = await to_thread.run_sync(
        lambda: write_table(table.plain(), table.name, media_type, bom=media_type == CSV)
    )
    return file_response(body, table.name, media_type)
