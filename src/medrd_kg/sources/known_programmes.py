"""Programmes of the graph, as far as an importer must agree with them."""

from dataclasses import dataclass, field
from typing import NamedTuple

from medrd_kg.sources.review_sheets.records import Stage

__all__ = ["KnownEdition", "KnownFigure", "KnownLines", "KnownProgramme"]


class KnownFigure(NamedTuple):
    """The statement of a programme's figure for one fiscal year and stage.

    Attributes:
        publication_year: Of the edition that states it.
        yen: The amount.
        name: Local name.
        stated_in: Prefixed names of its sources.
        summed: Whether a total holds it.
        part: Whether it is included in another figure.
    """

    publication_year: int
    yen: int
    name: str
    stated_in: tuple[str, ...]
    summed: bool = False
    part: bool = False


class KnownLines(NamedTuple):
    """Figures of one budget line in one edition, each with its local name and yen."""

    publication_year: int
    figures: list[tuple[str, int]]


class KnownEdition(NamedTuple):
    """A sheet of a programme."""

    publication_year: int
    name: str
    sheet_number: str
    programme_id: str
    slug: str


@dataclass(slots=True)
class KnownProgramme:
    """A programme of the graph.

    Attributes:
        slug: Local name.
        ministry: Local name of who administers it.
        reasons: Local names of the concepts for which it was selected.
        editions: Its sheets, in no order.
        figures: Newest figure by fiscal year and stage, parts of other figures left out.
        current: The figure that stands for a fiscal year and stage: the one that a total holds,
            else the newest, parts of others among them.
    """

    slug: str
    ministry: str = ""
    reasons: set[str] = field(default_factory=set)
    editions: list[KnownEdition] = field(default_factory=list)
    figures: dict[tuple[int, Stage], KnownFigure] = field(default_factory=dict)
    current: dict[tuple[int, Stage], KnownFigure] = field(default_factory=dict)
