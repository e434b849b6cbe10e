"""Expected and given answers of W3C tests, compared by what they mean."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

import pyoxigraph as ox
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QueryResultsFormat, RdfFormat, Triple

from medrd_kg.build.canonical import canonical_lines, canonical_quads
from medrd_kg.store.base import Term

__all__ = ["ACCEPT", "Expected", "Rows", "agree", "quads_of", "read_expected"]

XSD: Final = "http://www.w3.org/2001/XMLSchema#"
RS: Final = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
_RDF_TYPE: Final = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")

_SOLUTION_FORMATS: Final = {
    ".srx": QueryResultsFormat.XML,
    ".srj": QueryResultsFormat.JSON,
    ".tsv": QueryResultsFormat.TSV,
}
ACCEPT: Final = {
    ".srx": "application/sparql-results+xml, application/rdf+xml;q=0.5",
    ".srj": "application/sparql-results+json, text/turtle;q=0.5",
    ".tsv": "text/tab-separated-values",
    ".csv": "text/csv",
}
"""What to ask for, by the suffix of the expected answer; JSON and Turtle where it is none."""


@dataclass(frozen=True)
class Rows:
    """Solutions.

    Attributes:
        variables: Names of the variables.
        rows: The solutions.
        is_ordered: Whether their order counts.
    """

    variables: frozenset[str]
    rows: tuple[Mapping[str, Term], ...]
    is_ordered: bool = False


@dataclass(frozen=True)
class Csv:
    """Lines of CSV, in which blank nodes have no names that count."""

    header: bytes
    lines: tuple[bytes, ...]

    @classmethod
    def read(cls, text: bytes) -> "Csv":
        """Read lines; RFC 4180 ends them with CR LF."""
        header, *lines = re.sub(rb"_:\w+", b"_:", text).splitlines()
        return cls(header, tuple(sorted(lines)))


Expected = bool | Rows | Csv | tuple[Quad, ...]
"""An answer: of an ASK, of a SELECT, as CSV, or a graph."""


def quads_of(path: Path, base: str | None = None) -> list[Quad]:
    """Return what an RDF file says; blank nodes of two files stay two."""
    rdf_format = {".rdf": RdfFormat.RDF_XML, ".n3": RdfFormat.TURTLE}.get(path.suffix)
    rdf_format = rdf_format or RdfFormat.from_extension(path.suffix[1:])
    parsed = ox.parse(
        path=str(path),
        format=rdf_format,
        base_iri=base or path.as_uri(),
        rename_blank_nodes=True,
    )
    return list(parsed)


def read_expected(path: Path) -> Expected:
    """Return the expected answer in a file."""
    if path.suffix == ".csv":
        return Csv.read(path.read_bytes())
    if path.suffix in _SOLUTION_FORMATS:
        return _solutions(path.read_bytes(), _SOLUTION_FORMATS[path.suffix])
    quads = quads_of(path)
    if any(quad.object == NamedNode(f"{RS}ResultSet") for quad in quads):
        return _told_in_rdf(quads)
    return tuple(quads)


def agree(expected: Expected, body: bytes, content_type: str, *, is_lax: bool = False) -> bool:
    """Whether an answer means what is expected.

    Args:
        expected: What is expected.
        body: The answer.
        content_type: Its media type.
        is_lax: Whether repeated rows may occur less often than expected.
    """
    media_type = content_type.partition(";")[0]
    if isinstance(expected, Csv):
        return media_type == "text/csv" and Csv.read(body) == expected
    if isinstance(expected, tuple):
        rdf_format = RdfFormat.from_media_type(media_type)
        found = ox.parse(input=body, format=rdf_format)
        return canonical_lines(canonical_quads(found)) == canonical_lines(canonical_quads(expected))
    found_format = QueryResultsFormat.from_media_type(media_type)
    given = _solutions(body, found_format)
    if isinstance(expected, bool) or not isinstance(given, Rows):
        return expected is given
    return _same_rows(expected, given, is_lax=is_lax)


def _same_rows(expected: Rows, given: Rows, *, is_lax: bool) -> bool:
    if expected.is_ordered and not _same_order(expected, given):
        return False
    wanted, found = _bag(expected.rows), _bag(given.rows)
    if is_lax:
        return set(_distinct(expected.rows)) == set(_distinct(given.rows)) and len(found) <= len(
            wanted
        )
    return expected.variables == given.variables and wanted == found


def _same_order(expected: Rows, given: Rows) -> bool:
    """Compare row by row; the names of blank nodes do not count here."""

    def shown(rows: Rows) -> list[list[tuple[str, str]]]:
        return [
            sorted(
                (name, "_:" if isinstance(term, BlankNode) else str(_plain(term)))
                for name, term in row.items()
            )
            for row in rows.rows
        ]

    return shown(expected) == shown(given)


def _solutions(body: bytes, results_format: QueryResultsFormat | None) -> bool | Rows:
    answer = ox.parse_query_results(body, format=results_format)
    if isinstance(answer, ox.QueryBoolean):
        return bool(answer)
    names = [variable.value for variable in answer.variables]
    rows = tuple(
        {name: term for name, term in zip(names, solution, strict=True) if term is not None}
        for solution in answer
    )
    return Rows(frozenset(names), rows)


def _told_in_rdf(quads: Iterable[Quad]) -> bool | Rows:
    """Read a result set in the vocabulary of the Data Access Working Group."""
    told: dict[object, dict[str, list[Term]]] = {}
    for quad in quads:
        name = quad.predicate.value.removeprefix(RS)
        told.setdefault(quad.subject, {}).setdefault(name, []).append(quad.object)
    (whole,) = (each for each in told.values() if NamedNode(f"{RS}ResultSet") in _types(each))
    if "boolean" in whole:
        return _text(whole["boolean"][0]) in {"true", "1"}
    solutions = [told[each] for each in whole.get("solution", [])]
    is_ordered = bool(solutions) and all("index" in each for each in solutions)
    if is_ordered:
        solutions.sort(key=lambda each: int(_text(each["index"][0])))
    rows = tuple(
        {
            _text(told[binding]["variable"][0]): told[binding]["value"][0]
            for binding in each.get("binding", [])
        }
        for each in solutions
    )
    variables = frozenset(_text(each) for each in whole.get("resultVariable", []))
    return Rows(variables, rows, is_ordered)


def _types(statements: Mapping[str, list[Term]]) -> list[Term]:
    return statements.get(_RDF_TYPE.value, [])


def _text(term: Term) -> str:
    if not isinstance(term, Literal):
        raise TypeError(f"{term} is no literal")
    return term.value


def _bag(rows: Iterable[Mapping[str, Term]]) -> list[bytes]:
    """Solutions as canonical lines: equal for equal bags of solutions, blank nodes matched."""
    return canonical_lines(canonical_quads(_as_quads(rows)))


def _distinct(rows: Iterable[Mapping[str, Term]]) -> list[str]:
    return [str(sorted((name, str(_plain(term))) for name, term in row.items())) for row in rows]


def _as_quads(rows: Iterable[Mapping[str, Term]]) -> Iterable[Quad]:
    for row in rows:
        solution = BlankNode()
        yield Quad(solution, NamedNode("urn:is"), Literal("a solution"))
        for name, term in row.items():
            yield Quad(solution, NamedNode(f"urn:v:{name}"), _plain(term))


def _plain(term: Term) -> Term:
    """Give equal numbers and truth values one form: the suites compare values, not spellings."""
    if isinstance(term, Triple) or not isinstance(term, Literal):
        return term
    write = _PLAIN_FORMS.get(term.datatype.value.removeprefix(XSD))
    try:
        return Literal(write(term.value), datatype=term.datatype) if write else term
    except (ArithmeticError, KeyError, ValueError):
        return term  # it has no value of its datatype: the spelling is all there is


def _plain_decimal(spelt: str) -> str:
    return str(Decimal(spelt).normalize() + 0)


def _plain_float(spelt: str) -> str:
    return str(float(spelt))


_TRUTH: Final = {"0": "false", "1": "true", "false": "false", "true": "true"}
_PLAIN_FORMS: Final[Mapping[str, Callable[[str], str]]] = {
    "integer": _plain_decimal,
    "decimal": _plain_decimal,
    "float": _plain_float,
    "double": _plain_float,
    "boolean": _TRUTH.__getitem__,
}
