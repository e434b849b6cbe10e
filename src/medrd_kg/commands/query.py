"""``medrd-kg query``: ask the current release and print the answer."""

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from pyoxigraph import Literal, NamedNode
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from medrd_kg.content import queries_dir
from medrd_kg.problems import Problem
from medrd_kg.sparql.admission import admitted_form
from medrd_kg.sparql.hints import malformed
from medrd_kg.sparql.stored import StoredQuery, load_stored_queries
from medrd_kg.store.base import QueryFault, QueryForm, QueryResult, Store, Term
from medrd_kg.vocabulary import PREFIXES

__all__ = ["AnswerFormat", "ask", "list_stored_queries", "read_query_text"]


class AnswerFormat(StrEnum):
    """Forms in which an answer is printed."""

    TABLE = "table"
    JSON = "json"
    XML = "xml"
    CSV = "csv"
    TSV = "tsv"
    TURTLE = "turtle"
    NTRIPLES = "ntriples"
    JSONLD = "jsonld"


_MEDIA_TYPES = {
    AnswerFormat.JSON: "application/sparql-results+json",
    AnswerFormat.XML: "application/sparql-results+xml",
    AnswerFormat.CSV: "text/csv",
    AnswerFormat.TSV: "text/tab-separated-values",
    AnswerFormat.TURTLE: "text/turtle",
    AnswerFormat.NTRIPLES: "application/n-triples",
    AnswerFormat.JSONLD: "application/ld+json",
}


def read_query_text(
    text: str | None, file: Path | None, stored: str | None, parameters: Sequence[str]
) -> str:
    """Return the one query that the arguments name.

    Args:
        text: SPARQL on the command line; ``-`` reads standard input.
        file: File with SPARQL.
        stored: Name of a stored query.
        parameters: ``NAME=VALUE`` for the stored query.

    Raises:
        Problem: ``usage`` when not exactly one is given or a parameter does not fit;
            ``invalid-data`` when a file cannot be read.
    """
    if sum(each is not None for each in (text, file, stored)) != 1:
        raise Problem("usage", "give one query: as text, with --file or with --stored")
    if parameters and stored is None:
        raise Problem("usage", "--param goes with --stored")
    if stored is not None:
        return _bound(stored, parameters)
    if file is not None:
        try:
            return file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise Problem("invalid-data", f"{file}: {error}") from error
    return sys.stdin.read() if text == "-" else text or ""


def _bound(name: str, parameters: Sequence[str]) -> str:
    query = _stored_query(name)
    values: dict[str, str] = {}
    for each in parameters:
        key, equals, value = each.partition("=")
        if not equals:
            raise Problem("usage", f"--param {each} is not NAME=VALUE")
        values[key] = value
    try:
        return query.bind(values)
    except KeyError as error:
        known = ", ".join(parameter.name for parameter in query.parameters) or "none"
        raise Problem(
            "usage",
            f"the query {name} has no value for or no parameter {error.args[0]}",
            f"its parameters: {known}",
        ) from error
    except ValueError as error:
        raise Problem("usage", f"a parameter of the query {name} does not fit: {error}") from error


def _stored_query(name: str) -> StoredQuery:
    stored = load_stored_queries(queries_dir())
    if name not in stored:
        raise Problem("usage", f"there is no stored query {name}", "see `medrd-kg query --list`")
    return stored[name]


def list_stored_queries() -> None:
    """Print name and English title of every stored query."""
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, query in load_stored_queries(queries_dir()).items():
        table.add_row(name, query.title.en)
    Console().print(table)


def ask(store: Store, text: str, answer_format: AnswerFormat | None, output: BinaryIO) -> None:
    """Ask ``store`` and write the answer.

    Args:
        store: What is asked.
        text: The query.
        answer_format: How to write; None takes a table for solutions, Turtle for graphs.
        output: Receives the bytes.

    Raises:
        Problem: ``malformed-query`` with line and column; ``service-not-allowed``;
            ``update-on-query-endpoint``; ``usage`` when the format does not fit the answer.
    """
    admitted_form(text)
    try:
        result = store.query(text)
        if answer_format in {None, AnswerFormat.TABLE} and result.form == QueryForm.SELECT:
            output.write(_table(result).encode())
        elif answer_format in {None, AnswerFormat.TABLE} and result.form == QueryForm.ASK:
            output.write(f"{'yes' if result.boolean() else 'no'}\n".encode())
        else:
            media_type = _MEDIA_TYPES[answer_format or AnswerFormat.TURTLE]
            output.write(result.serialise(media_type, PREFIXES))
    except QueryFault as fault:
        raise malformed(text, fault) from fault
    except (KeyError, ValueError) as error:
        form = "a graph" if result.form == QueryForm.GRAPH else "a table"
        raise Problem("usage", f"the answer is {form}: it has no form {answer_format}") from error


def _table(result: QueryResult) -> str:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in result.variables:
        table.add_column(name, overflow="fold")
    count = 0
    for row in result.rows():
        table.add_row(*(Text(_shown(row.get(name))) for name in result.variables))
        count += 1
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else 200)
    with console.capture() as capture:
        console.print(table)
    return f"{capture.get()}{count} row{'' if count == 1 else 's'}\n"


def _shown(term: Term | None) -> str:
    if term is None:
        return ""
    if isinstance(term, Literal):
        return f"{term.value}@{term.language}" if term.language else term.value
    if isinstance(term, NamedNode):
        # The longest namespace wins: `unit:` lies within `doc:`.
        for prefix, iri in sorted(PREFIXES.items(), key=lambda item: -len(item[1])):
            if term.value.startswith(iri):
                return f"{prefix}:{term.value.removeprefix(iri)}"
    return str(term)
