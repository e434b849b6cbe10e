"""Edits that a new release carries over, and where they no longer fit it.

Edits lie in graphs of their own and are served with every release. They stay as they are: what is
told here is for whoever made them to mend.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, Literal

from pyoxigraph import NamedNode

from medrd_kg.build.differences import Statement
from medrd_kg.build.edit_history import edited_lines
from medrd_kg.build.release import STORE
from medrd_kg.store.base import Store
from medrd_kg.store.embedded import EmbeddedStore
from medrd_kg.vocabulary import BASE, GRAPH

__all__ = ["CarriedEdits", "EditConflict", "carried_edits"]

_BATCH: Final = 500
_ABOUT: Final = (
    "SELECT ?thing WHERE {{ VALUES ?thing {{ {} }} FILTER EXISTS {{ ?thing ?property ?value }} }}"
)


@dataclass(frozen=True, slots=True, order=True)
class EditConflict:
    """Where edits and a new release do not fit together.

    Attributes:
        kind: ``graph-taken``: the release now states a graph that edits wrote. ``thing-gone``:
            edits cite a thing of the former release, of which the new one says nothing.
        name: IRI of the graph or thing.
        statements: How many statements of the edits are concerned.
    """

    kind: Literal["graph-taken", "thing-gone"]
    name: str
    statements: int


@dataclass(frozen=True, slots=True)
class CarriedEdits:
    """What the journal holds when a release is built.

    Attributes:
        last: Number of the last edit; 0 where there is none.
        graphs: Statements that edits come to, by IRI of the graph.
        conflicts: Where they do not fit the release, sorted.
    """

    last: int
    graphs: dict[str, int]
    conflicts: tuple[EditConflict, ...]


def carried_edits(
    data_dir: Path, store: Store, former: Path | None, *, folded: Collection[str] = ()
) -> CarriedEdits:
    """Hold the edits of a data directory against the content of a new release.

    Args:
        data_dir: Holds the journal, which a server may be writing.
        store: What the new release states.
        former: Folder of the release that was current; None: there is none.
        folded: IRIs of graphs that the release states because edits were folded into it.

    Raises:
        Problem: ``damaged-journal``.
    """
    last, lines = edited_lines(data_dir)
    graphs: dict[str, int] = {}
    cited: dict[str, int] = {}
    described = set()
    for each in map(Statement.of_line, lines):
        graphs[each.graph] = graphs.get(each.graph, 0) + 1
        described.add(each.subject)
        for term in {each.subject, each.object}:
            if term.startswith(f"<{BASE}") and not term.startswith(f"<{GRAPH}"):
                cited[term] = cited.get(term, 0) + 1
    own = set(store.graphs()) - set(folded)
    conflicts = [
        EditConflict("graph-taken", name, number) for name, number in graphs.items() if name in own
    ]
    missing = cited.keys() - described - _described(store, cited)
    if missing and former is not None:
        store_before = EmbeddedStore(former / STORE, read_only=True, holds_merge=True)
        try:
            gone = _described(store_before, missing)
        finally:
            store_before.close()
        conflicts += [EditConflict("thing-gone", each.strip("<>"), cited[each]) for each in gone]
    return CarriedEdits(last, dict(sorted(graphs.items())), tuple(sorted(conflicts)))


def _described(store: Store, things: Iterable[str]) -> set[str]:
    """Return those things, in brackets, of which a store says anything."""
    found = set()
    for batch in _batches(sorted(things)):
        for row in store.query(_ABOUT.format(" ".join(batch))).rows():
            thing = row["thing"]
            if isinstance(thing, NamedNode):
                found.add(f"<{thing.value}>")
    return found


def _batches(names: list[str]) -> Iterator[list[str]]:
    rest = iter(names)
    while batch := list(islice(rest, _BATCH)):
        yield batch
