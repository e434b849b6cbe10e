"""What differs between two releases, counted by class, graph and entity."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from medrd_kg.build.differences import EntityChange, Statement

__all__ = ["DifferenceSummary", "Entities", "Statements", "summarise"]

UNTYPED: Final = ""
"""Stands for the class of entities that have none."""


@dataclass(slots=True)
class Entities:
    """Numbers of entities.

    Attributes:
        added: Only the newer release speaks of them.
        removed: Only the older release speaks of them.
        changed: Both speak of them, and not the same.
    """

    added: int = 0
    removed: int = 0
    changed: int = 0

    def count(self, change: EntityChange) -> None:
        """Count one more."""
        setattr(self, change.kind, getattr(self, change.kind) + 1)

    @property
    def total(self) -> int:
        """All of them."""
        return self.added + self.removed + self.changed


@dataclass(slots=True)
class Statements:
    """Numbers of statements.

    Attributes:
        added: Only the newer release has them.
        removed: Only the older release has them.
    """

    added: int = 0
    removed: int = 0


@dataclass(slots=True)
class DifferenceSummary:
    """What differs.

    Attributes:
        statements: Quads that differ.
        entities: Entities that differ.
        classes: The same by IRI of the class; an entity counts in each of its classes, and under
            an empty name where it has none.
        graphs: Quads that differ, by IRI of the graph; empty for the default graph.
        shown: The first changes, sorted by entity; all others are only counted.
    """

    statements: Statements = field(default_factory=Statements)
    entities: Entities = field(default_factory=Entities)
    classes: dict[str, Entities] = field(default_factory=dict)
    graphs: dict[str, Statements] = field(default_factory=dict)
    shown: list[EntityChange] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs."""
        return not self.entities.total

    def count(self, change: EntityChange) -> None:
        """Count one more change."""
        self.entities.count(change)
        self.statements.added += len(change.added)
        self.statements.removed += len(change.removed)
        for name in change.classes or (UNTYPED,):
            self.classes.setdefault(name, Entities()).count(change)
        for line in change.added:
            self._of_graph(line).added += 1
        for line in change.removed:
            self._of_graph(line).removed += 1

    def _of_graph(self, line: bytes) -> Statements:
        return self.graphs.setdefault(Statement.of_line(line).graph, Statements())


def summarise(
    changes: Iterable[EntityChange], *, most: int = 0, of_class: str | None = None
) -> DifferenceSummary:
    """Count changes, and keep the first of them.

    Args:
        changes: From `entity_changes`; read to their end, one at a time.
        most: How many changes to keep.
        of_class: Keep those of this class only, by IRI; all are counted.
    """
    summary = DifferenceSummary()
    for each in changes:
        summary.count(each)
        if len(summary.shown) < most and (of_class is None or of_class in each.classes):
            summary.shown.append(each)
    summary.classes = dict(sorted(summary.classes.items()))
    summary.graphs = dict(sorted(summary.graphs.items()))
    return summary
