"""The seam between every face of the service and any RDF engine.

Everything above (SPARQL Protocol, REST, pages) sees only `Store`; every backend passes the same
test suite. Results are asked for as bytes in a named media type, because an engine serialises
faster than anything that walks over its rows, and as rows where the caller builds something.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

__all__ = [
    "Dataset",
    "QueryFault",
    "QueryForm",
    "QueryResult",
    "Row",
    "Store",
    "StoreStatistics",
    "Term",
]

Term = NamedNode | BlankNode | Literal | Triple
"""An RDF term in a result row."""

Row = Mapping[str, Term]
"""One solution: variable name (no question mark) to term; unbound variables are absent."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """An RDF dataset description of the SPARQL Protocol (FROM, FROM NAMED or parameters).

    Attributes:
        default_graphs: IRIs whose RDF merge is the default graph.
        named_graphs: IRIs visible to GRAPH.
    """

    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the request describes no dataset, so that the store's own is used."""
        return not self.default_graphs and not self.named_graphs


class QueryFault(Exception):
    """The query itself is at fault.

    Attributes:
        line: One-based line of the fault, where the parser knows it.
        column: One-based column of the fault, where the parser knows it.
    """

    def __init__(self, message: str, *, line: int | None = None, column: int | None = None) -> None:
        """Keep the parser's message and place."""
        super().__init__(message)
        self.line = line
        self.column = column


class QueryForm:
    """The four forms of a SPARQL query, as reported by a result."""

    SELECT = "select"
    ASK = "ask"
    GRAPH = "graph"  # CONSTRUCT and DESCRIBE


class QueryResult(Protocol):
    """The answer to one query; valid in the thread that asked it."""

    @property
    def form(self) -> str:
        """One of the constants of `QueryForm`."""

    @property
    def variables(self) -> Sequence[str]:
        """Names of the projected variables in order; empty unless SELECT."""

    def rows(self) -> Iterator[Row]:
        """Yield the solutions of a SELECT."""

    def boolean(self) -> bool:
        """Return the answer of an ASK."""

    def triples(self) -> Iterator[Triple]:
        """Yield the triples of a CONSTRUCT or DESCRIBE."""

    def serialise(self, media_type: str, prefixes: Mapping[str, str] | None = None) -> bytes:
        """Return the whole answer in ``media_type``.

        Raises:
            ValueError: The media type does not fit the form of the answer.
        """


@dataclass(frozen=True, slots=True)
class StoreStatistics:
    """Size of a store.

    Attributes:
        triples: Distinct triples of the default graph (the RDF merge).
        graphs: Quads of each named graph, by IRI.
    """

    triples: int
    graphs: Mapping[str, int] = field(default_factory=dict)


class Store(Protocol):
    """An RDF dataset that can be asked, filled and dumped.

    With ``union_default_graph`` the unnamed graph holds the RDF merge of all named graphs as a
    set, so a triple stated in two graphs counts once; `insert` and `remove` maintain it.
    """

    union_default_graph: bool

    def query(
        self, text: str, *, dataset: Dataset | None = None, base_iri: str | None = None
    ) -> QueryResult:
        """Evaluate a SPARQL 1.1 query.

        An engine may call whatever endpoint SERVICE names: text from elsewhere passes the guard
        of the SPARQL layer first.

        Args:
            text: The query.
            dataset: The dataset of the request; it overrides FROM in the text. A graph that the
                store does not hold is an empty graph.
            base_iri: Base of the relative IRIs in the text.

        Raises:
            QueryFault: The query does not parse or cannot be evaluated.
        """

    def holds(self, triple: Triple) -> bool:
        """Whether the default graph holds the triple."""

    def triples(
        self,
        subject: NamedNode | BlankNode | Triple | None = None,
        predicate: NamedNode | None = None,
        value: NamedNode | BlankNode | Literal | Triple | None = None,
    ) -> Iterator[Triple]:
        """Yield the triples of a pattern in the merge of all graphs, each once."""

    def insert(self, quads: Iterable[Quad]) -> None:
        """Add quads; a triple of a named graph also enters the merge."""

    def remove(self, quads: Iterable[Quad]) -> None:
        """Remove quads; a triple leaves the merge with its last named graph."""

    def bulk_load(self, path: Path, *, graph: str | None = None) -> None:
        """Load an RDF file (format by suffix) into ``graph``, or as quads when None."""

    def quads(self, graph: str | None = None) -> Iterator[Quad]:
        """Yield the quads of one named graph, or of all named graphs."""

    def graphs(self) -> Iterator[str]:
        """Yield the IRIs of the named graphs."""

    def statistics(self) -> StoreStatistics:
        """Count what the store holds; linear in its size, so never per request."""

    def close(self) -> None:
        """Release files and memory; later calls are errors."""
