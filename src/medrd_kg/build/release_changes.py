"""What differs between two releases, as their manifests tell."""

from collections.abc import Mapping
from dataclasses import dataclass

from medrd_kg.build.manifest import Manifest

__all__ = ["Count", "ReleaseChanges", "changes_between"]


@dataclass(frozen=True, slots=True)
class Count:
    """A number that differs.

    Attributes:
        name: IRI of what was counted.
        before: The number in the older release; 0 where it is not there.
        after: The number in the newer one.
    """

    name: str
    before: int
    after: int

    @property
    def difference(self) -> int:
        """The newer number minus the older one."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class ReleaseChanges:
    """What differs; empty throughout where the content is the same.

    Attributes:
        graphs: Named graphs whose number of triples differs.
        classes: Classes whose number of members differs.
        added: Files that only the newer release was made from.
        removed: Files that only the older one was made from.
        changed: Files whose content differs.
    """

    graphs: tuple[Count, ...]
    classes: tuple[Count, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]


def changes_between(older: Manifest, newer: Manifest) -> ReleaseChanges:
    """Return what differs between two releases.

    Counts tell of growth and loss, not of statements that took the place of others: a file that
    changed while all counts stayed is listed among the files.
    """
    before = {each.name: each.sha256 for each in older.sources}
    after = {each.name: each.sha256 for each in newer.sources}
    return ReleaseChanges(
        graphs=_counts(older.graphs, newer.graphs),
        classes=_counts(older.classes, newer.classes),
        added=tuple(sorted(after.keys() - before.keys())),
        removed=tuple(sorted(before.keys() - after.keys())),
        changed=tuple(sorted(n for n in before.keys() & after.keys() if before[n] != after[n])),
    )


def _counts(before: Mapping[str, int], after: Mapping[str, int]) -> tuple[Count, ...]:
    return tuple(
        Count(name, before.get(name, 0), after.get(name, 0))
        for name in sorted(before.keys() | after.keys())
        if before.get(name, 0) != after.get(name, 0)
    )
