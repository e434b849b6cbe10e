"""Alarms: numbers that fell from one release to the next by more than they do without a mistake.

Sources grow from year to year, and a corrected figure takes the place of another. A large drop is
most often a file that is missing, a reader that no longer understands its source, or a rule that
concludes nothing any more.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from medrd_kg.build.manifest import Manifest

__all__ = ["LIMITS", "Alarm", "Limit", "alarms_between"]

Subject = Literal["total", "graph", "class"]


@dataclass(frozen=True, slots=True)
class Limit:
    """How far a number may fall without an alarm.

    Attributes:
        share: Share of the former number that may go, from 0 to 1.
        least: Drops below this number are never told.
    """

    share: float
    least: int


LIMITS: Final[Mapping[Subject, Limit]] = {
    "total": Limit(share=0.02, least=100),
    "graph": Limit(share=0.10, least=50),
    "class": Limit(share=0.10, least=5),
}
"""By what is counted: triples of the release, triples of a named graph, members of a class.

A graph or class that vanishes altogether is told however small it was.
"""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A suspicious drop.

    Attributes:
        subject: What was counted: ``total``, ``graph`` or ``class``.
        name: IRI of the graph or class; empty for the total.
        before: The number in the former release.
        after: The number now.
    """

    subject: Subject
    name: str
    before: int
    after: int

    @property
    def message_en(self) -> str:
        """The alarm in English."""
        what = {"total": "triples", "graph": f"triples of {self.name}"}.get(
            self.subject, f"members of {self.name}"
        )
        return f"{what} fell from {self.before} to {self.after}"

    @property
    def message_ja(self) -> str:
        """The alarm in Japanese."""
        what = {"total": "トリプル数", "graph": f"{self.name} のトリプル数"}.get(
            self.subject, f"{self.name} の個体数"
        )
        return f"{what}が{self.before}から{self.after}に減りました"


def alarms_between(before: Manifest, after: Manifest) -> list[Alarm]:
    """Return the drops from one release to the next that go beyond `LIMITS`.

    Args:
        before: The release that was current.
        after: The one that shall take its place.
    """
    return [
        *_fallen("total", {"": before.triples}, {"": after.triples}),
        *_fallen("graph", before.graphs, after.graphs),
        *_fallen("class", before.classes, after.classes),
    ]


def _fallen(
    subject: Subject, before: Mapping[str, int], after: Mapping[str, int]
) -> Iterator[Alarm]:
    limit = LIMITS[subject]
    for name, former in sorted(before.items()):
        now = after.get(name, 0)
        lost = former - now
        if lost > 0 and (now == 0 or (lost >= limit.least and lost > limit.share * former)):
            yield Alarm(subject, name, former, now)
