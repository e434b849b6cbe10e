"""A table file with its mapping becomes the statements of one named graph."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from medrd_kg.problems import Problem
from medrd_kg.sources.review_sheets.iris import ascii_slug, hashed
from medrd_kg.sources.tables.columns import TableMap, TableMapping
from medrd_kg.sources.tables.faults import Faults
from medrd_kg.sources.tables.payees import without_persons
from medrd_kg.sources.tables.reading import (
    SPREADSHEETS,
    Row,
    decoded,
    read_csv,
    read_sheet,
    sheet_names,
)
from medrd_kg.sources.tables.statements import RowStatements, placed_columns, row_statements
from medrd_kg.vocabulary import MRD, PREFIXES, graph_iri, kind_iri

__all__ = ["TableImport", "read_table_file", "table_name"]

_TYPE: Final = NamedNode(f"{PREFIXES['rdf']}type")
_XSD: Final = PREFIXES["xsd"]
_HEAD: Final = "# Made by `medrd-kg import table`; do not edit: import the table anew.\n\n"
_PREFIXES: Final = {
    prefix: namespace
    for prefix, namespace in PREFIXES.items()
    if not any(each != namespace and each.startswith(namespace) for each in PREFIXES.values())
}
"""Prefixes of which no two fit the same IRI, so that there is one way to write it."""

_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class TableImport:
    """What a table file states.

    Attributes:
        name: Name of the import.
        triples: Its statements, each once, sorted.
        rows: How many rows state something.
        withheld: How many names were withheld by the privacy rule.
        ignored: Titles of columns that the mapping does not speak of, by sheet.
        faults: What is wrong; rows with a fault state nothing.
    """

    name: str
    triples: tuple[Triple, ...]
    rows: int
    withheld: int
    ignored: dict[str, tuple[str, ...]]
    faults: Faults

    @property
    def graph(self) -> str:
        """IRI of the named graph."""
        return graph_iri(f"table-{self.name}")

    @property
    def file_name(self) -> str:
        """Name of the file that a build takes up."""
        return f"table-{self.name}.ttl"

    def turtle(self) -> bytes:
        """Return the statements in Turtle, the same ones as the same bytes."""
        text = serialize(self.triples, format=RdfFormat.TURTLE, prefixes=_PREFIXES)
        if text is None:  # pragma: no cover - without an output the engine returns bytes
            raise TypeError("the engine returns what it wrote")
        lines = text.decode().splitlines(keepends=True)
        body = "".join(each for each in lines if not each.startswith("@prefix "))
        # The engine declares all prefixes in an order of its own.
        used = [
            f"@prefix {prefix}: <{namespace}> .\n"
            for prefix, namespace in _PREFIXES.items()
            if re.search(rf"(?<![\w-]){prefix}:", body)
        ]
        return f"{_HEAD}{''.join(used)}\n{body}".encode()


def table_name(path: Path, name: str | None) -> str:
    """Return the name of an import: the one that is given, or one made from the file's.

    Raises:
        Problem: ``usage``: the given name has other characters than ASCII letters, digits,
            hyphens and underscores.
    """
    if name is None:
        return ascii_slug(path.stem) or hashed(path.stem)
    if not _NAME.fullmatch(name):
        raise Problem("usage", f"{name!r} is no name of an import", "use a-z, 0-9 and -")
    return name


def read_table_file(
    path: Path, mapping: TableMapping, *, name: str | None = None, encoding: str | None = None
) -> TableImport:
    """Read a table.

    Args:
        path: CSV, or a spreadsheet by its suffix.
        mapping: What becomes of its columns.
        name: Name of the import; made from the file's by default.
        encoding: Encoding of a CSV file; see `decoded`.

    Returns:
        The statements of all rows that are right, and the faults of all that are not.

    Raises:
        Problem: ``invalid-data``: the file cannot be read.
    """
    chosen = table_name(path, name)
    source = NamedNode(kind_iri("source", f"table-{chosen}"))
    faults = Faults()
    ignored: dict[str, tuple[str, ...]] = {}
    found: list[RowStatements] = []
    for sheet, table, rows in _sheets(path, mapping, encoding):
        head = list(islice(rows, int(table.dialect.skipRows) + table.header_rows))
        shown = path.name if sheet is None else f"sheet {sheet}"
        place = placed_columns(shown, table, head, faults)
        if place is None:
            continue
        ignored[shown] = place.ignored
        locator = f"{path.name}:" if sheet is None else f"{path.name}#{sheet}:"
        found += row_statements(place, chain(head, rows), source, locator, faults)
    cleaned, withheld = without_persons(found, chosen, path.name)
    triples = {triple: None for row in _once(cleaned) for triple in row.triples}
    if triples:
        triples |= dict.fromkeys(_source(source, path.name, mapping))
    return TableImport(
        name=chosen,
        triples=tuple(sorted(triples, key=str)),
        rows=len(found),
        withheld=withheld,
        ignored=ignored,
        faults=faults,
    )


def _sheets(
    path: Path, mapping: TableMapping, encoding: str | None
) -> Iterator[tuple[str | None, TableMap, Iterator[Row]]]:
    if path.suffix.lower() in SPREADSHEETS:
        for table in mapping.tables:
            sheet = table.sheet or sheet_names(path)[0]
            yield sheet, table, read_sheet(path, sheet, table.dialect)
        return
    if len(mapping.tables) > 1:
        raise Problem("invalid-data", f"{path} is one table, and the mapping speaks of several")
    table = mapping.tables[0]
    text = decoded(path, encoding or table.encoding)
    yield None, table, read_csv(text, table.dialect, path.name)


def _once(rows: Sequence[RowStatements]) -> Iterator[RowStatements]:
    """Let the locator of what several rows speak of be its first row."""
    locator = NamedNode(str(MRD.sourceLocator))
    seen: set[object] = set()
    for row in rows:
        yield RowStatements(
            row.row,
            tuple(
                each
                for each in row.triples
                if each.predicate != locator or each.subject not in seen
            ),
        )
        seen |= {each.subject for each in row.triples if each.predicate == locator}


def _source(source: NamedNode, file: str, mapping: TableMapping) -> Iterator[Triple]:
    """Yield what is known of the source."""
    dcterms = PREFIXES["dcterms"]
    yield Triple(source, _TYPE, NamedNode(str(MRD.DataSource)))
    label = Literal(mapping.title or f"表 {file}", language="ja")
    yield Triple(source, NamedNode(f"{PREFIXES['rdfs']}label"), label)
    yield Triple(source, NamedNode(f"{dcterms}source"), Literal(mapping.address or file))
    if mapping.licence:
        yield Triple(source, NamedNode(f"{dcterms}license"), NamedNode(mapping.licence))
    if mapping.issued:
        moment = mapping.issued if "T" in mapping.issued else f"{mapping.issued}T00:00:00+09:00"
        issued = Literal(moment, datatype=NamedNode(f"{_XSD}dateTime"))
        yield Triple(source, NamedNode(f"{dcterms}issued"), issued)
