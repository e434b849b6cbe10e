"""The merge of all graphs once more, alone: the quicker half for most queries.

The engine in memory keeps a statement in lists by subject, predicate and object, whatever its
graph. With every triple there twice, in its named graph and in the merge, a query walks past each
statement that it does not want. Most queries name no graph; here they find the merge alone.
"""

from collections.abc import Iterable
from typing import Final

import pyoxigraph as ox
from pyoxigraph import DefaultGraph, Quad

from medrd_kg.store.delta import Delta
from medrd_kg.store.loading import load_triples

__all__ = ["MergeApart"]

_MERGE: Final = DefaultGraph()


class MergeApart:
    """A store of its own for the merge.

    Attributes:
        engine: Holds the merge in its default graph, and nothing else.
    """

    def __init__(self) -> None:
        """Begin with an empty merge."""
        self.engine = ox.Store()

    @staticmethod
    def serves(text: str) -> bool:
        """Tell whether a query certainly reads the default graph alone.

        That is so without the keyword GRAPH and without escapes, which may spell it.
        """
        return "\\" not in text and "graph" not in text.casefold()

    def load_lines(self, nquads: bytes) -> None:
        """Take the statements of N-Quads lines; see `load_triples`."""
        load_triples(self.engine, nquads)

    def insert(self, quads: Iterable[Quad]) -> None:
        """Take statements of named graphs."""
        self.engine.bulk_extend(map(_in_merge, quads))

    def follow(self, delta: Delta, whole: ox.Store) -> None:
        """Take over an edit.

        Args:
            delta: What it changed.
            whole: All graphs and their merge after the edit.
        """
        for quads in (delta.removed_quads(), delta.added_quads()):
            for triple in map(_in_merge, quads):
                if triple in whole:
                    self.engine.add(triple)
                else:
                    self.engine.remove(triple)


def _in_merge(quad: Quad) -> Quad:
    return Quad(quad.subject, quad.predicate, quad.object, _MERGE)
