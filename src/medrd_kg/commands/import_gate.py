"""Would a build take up an import? The SHACL gate, asked before anything is written.

The gate of edits looks at the nodes that the import can change, in the data as they will be: the
current release, with what was imported since, and with the new file in place of its forerunner.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode, Quad, Triple

from medrd_kg.build.inputs import load_content, read_quads, source_records
from medrd_kg.build.manifest import Manifest
from medrd_kg.build.pipeline import open_current
from medrd_kg.build.validation import ValidationReport
from medrd_kg.content import content_root
from medrd_kg.problems import Problem
from medrd_kg.sources.content import ContentFile, content_files, imported_dir
from medrd_kg.sparql.gate import Gate
from medrd_kg.sparql.shape_reads.views import Node, Term
from medrd_kg.store.delta import Delta, GraphName
from medrd_kg.store.embedded import EmbeddedStore

__all__ = ["ImportGate", "Verdict"]

_MOST_HELD: Final = 1_000_000
"""Triples, with the import, up to which a large import is checked here: all of them enter memory,
at some 2 kB each."""

_LARGE: Final = 20_000
"""Statements of an import from which the gate validates all the data."""

_MOST_PENDING: Final = 100_000_000
"""Bytes of files imported since the release that are read for the check."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says.

    Attributes:
        report: The violations; None where there are none.
        unchecked: Why the import was not checked; None where it was.
    """

    report: ValidationReport | None = None
    unchecked: str | None = None


class ImportGate:
    """The data as they are before an import."""

    def __init__(self, data_dir: Path, target: Path) -> None:
        """Open the current release, or read the content where there is none.

        Args:
            data_dir: The data directory.
            target: The imported file that would be written.

        Raises:
            Problem: The content cannot be read.
        """
        self._root = content_root()
        files = content_files(self._root, imported=imported_dir(data_dir))
        before = [each for each in files if each.path == target]
        others = [each for each in files if each.path != target]
        self._earlier: set[Quad] = set()
        self._pending: set[Quad] = set()
        self._too_much: str | None = None
        try:
            release = open_current(data_dir)
        except Problem:
            self._store = EmbeddedStore()
            load_content(self._store, others)
            self.triples = sum(1 for _ in self._store.triples())
            return
        if not isinstance(release.store, EmbeddedStore):
            raise TypeError("a release is held by the embedded engine")
        self._store = release.store
        self.triples = release.manifest.triples
        pending = _pending(others, release.manifest)
        if sum(each.path.stat().st_size for each in [*pending, *before]) > _MOST_PENDING:
            self._too_much = "what was imported since the last build is too much to read here"
        else:
            self._pending = set(read_quads(pending))
            self._earlier = set(read_quads(before))

    def exists(self, node: NamedNode) -> bool:
        """Whether the data speak of a node already, other than by an earlier import of the file."""
        return any(self.states(each) for each in self._store.triples(node, None, None))

    def states(self, triple: Triple) -> bool:
        """Whether the data state a triple, other than by an earlier import of the file."""
        return any(
            Quad(triple.subject, triple.predicate, triple.object, graph) not in self._earlier
            for graph in self._store.graphs_stating(triple)
            if isinstance(graph, NamedNode)
        )

    def verdict(self, added: Collection[Quad]) -> Verdict:
        """Hold an import against the shapes.

        Args:
            added: All its statements.
        """
        if self._too_much is not None:
            return Verdict(unchecked=self._too_much)
        new = set(added)
        changed = len(new ^ self._earlier)
        if changed >= _LARGE and self.triples + len(new) > _MOST_HELD:
            return Verdict(unchecked=f"{changed} new statements are too many to check here")
        data = _Imported(self._store, self._earlier - new, [*self._pending, *new])
        delta = Delta.of(removed=self._earlier - new, added=new - self._earlier)
        return Verdict(Gate(self._root / "ontology" / "shapes").check(data, delta))

    def close(self) -> None:
        """Release files and memory."""
        self._store.close()


def _pending(files: Iterable[ContentFile], manifest: Manifest) -> list[ContentFile]:
    """Return the files that the release was not made from."""
    known = {each.name: (each.bytes, each.sha256) for each in manifest.sources}
    return [each for each in files if known.get(each.name) != _size_and_digest(each)]


def _size_and_digest(file: ContentFile) -> tuple[int, str]:
    [record] = source_records([file])
    return record.bytes, record.sha256


class _Imported:
    """A store as it will be: with some statements more, and without some."""

    def __init__(self, store: EmbeddedStore, gone: set[Quad], more: Iterable[Quad]) -> None:
        self._store = store
        self._gone = gone
        self._graphs: defaultdict[Triple, set[GraphName]] = defaultdict(set)
        for quad in more:
            self._graphs[quad.triple].add(quad.graph_name)
        self._about: defaultdict[Node, list[Triple]] = defaultdict(list)
        self._to: defaultdict[Term, list[Triple]] = defaultdict(list)
        for triple in self._graphs:
            if not store.holds(triple):
                self._about[triple.subject].append(triple)
                self._to[triple.object].append(triple)
        lost = {quad.triple for quad in gone}
        self._lost = {each for each in lost if next(self.graphs_stating(each), None) is None}

    def triples(
        self,
        subject: Node | None = None,
        predicate: NamedNode | None = None,
        value: Term | None = None,
    ) -> Iterator[Triple]:
        """Yield the triples of a pattern, each once."""
        for triple in self._store.triples(subject, predicate, value):
            if triple not in self._lost:
                yield triple
        for triple in self._more(subject, value):
            if (
                (subject is None or triple.subject == subject)
                and (predicate is None or triple.predicate == predicate)
                and (value is None or triple.object == value)
            ):
                yield triple

    def _more(self, subject: Node | None, value: Term | None) -> Iterable[Triple]:
        if subject is not None:
            return self._about.get(subject, ())
        if value is not None:
            return self._to.get(value, ())
        return (triple for triples in self._about.values() for triple in triples)

    def graphs_stating(self, triple: Triple) -> Iterator[GraphName]:
        """Yield the graphs that state a triple."""
        found = self._graphs.get(triple, set())
        yield from found
        for graph in self._store.graphs_stating(triple):
            statement = Quad(triple.subject, triple.predicate, triple.object, graph)
            if graph not in found and statement not in self._gone:
                yield graph
