"""Changes before they are shown: numbers of items, of which only those of a page are described."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from medrd_kg.linkage.items import Evidence, Item, Thing, described, sources_of, things_of
from medrd_kg.linkage.tables import Row, Session, statement

__all__ = [
    "Change",
    "Draft",
    "OtherFigure",
    "Side",
    "SideDraft",
    "Window",
    "said_between",
    "shown_changes",
    "without_zeros",
]


@dataclass(frozen=True, slots=True)
class Window:
    """The two fiscal years that are compared, and the items that are looked at.

    Attributes:
        from_year: The earlier western year.
        to_year: The later one.
        subject: Numbers of the programmes and topics that are looked at; None for all.
    """

    from_year: int
    to_year: int
    subject: frozenset[int] | None = None

    def parameters(self) -> dict[str, object]:
        """Return the parameters that the statements have in common."""
        return {"from_year": self.from_year, "to_year": self.to_year}

    @property
    def ends(self) -> tuple[int, int]:
        """Both years."""
        return self.from_year, self.to_year

    @property
    def years(self) -> range:
        """The years from the earlier to the later one, both included."""
        return range(self.from_year, self.to_year + 1)

    def has(self, *numbers: int | None) -> bool:
        """Tell whether any of some programmes or topics is looked at."""
        return self.subject is None or not self.subject.isdisjoint(numbers)


@dataclass(frozen=True, slots=True)
class SideDraft:
    """What is said of one of the two years, by numbers; its attributes are those of `Side`.

    Attributes:
        items: Editions or figures that say it.
        things: Ministries or statuses.
        cited: Sources, beside those of the items.
        figures: Figures that are not summed: number, yen, whether a later sheet restated it.
    """

    fiscal_year: int
    state: str
    names: tuple[str, ...] = ()
    things: tuple[int, ...] = ()
    amount: int | None = None
    total: str | None = None
    target: Decimal | None = None
    achieved: Decimal | None = None
    is_met: bool | None = None
    items: tuple[int, ...] = ()
    cited: tuple[int, ...] = ()
    figures: tuple[tuple[int, int, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A change by numbers; its attributes are those of `Change`."""

    change: str
    item: int
    before: SideDraft
    after: SideDraft
    fiscal_year: int | None = None
    others: tuple[int, ...] = ()
    difference: int | None = None
    ratio: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OtherFigure:
    """A figure of the same stage, level and year that the total does not sum.

    Attributes:
        figure: Its IRI.
        amount: Its yen, as stated.
        state: ``restated``: a later sheet states it anew; ``not-summed``: it may not be added up,
            or is of another total.
        evidence: Where it is stated.
    """

    figure: str
    amount: int
    state: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """What is said of one of the two years.

    Attributes:
        fiscal_year: The western year.
        state: ``stated``; ``not-stated``: nothing that was read says anything; ``not-summed``: a
            figure is stated, but not in a way that the total may sum; ``no-total``: the graph has
            no such total for the year; ``no-sheet``: no sheet of the year is held;
            ``not-looked-at``: the change is told by the other side alone.
        names: Names as printed on the sheets of the year.
        things: Ministries that published the sheets, or statuses of a topic.
        amount: Yen of the programme in the total; None where it has none, which is not 0.
        total: IRI of the total.
        target: Target of the year.
        achieved: Result of the year.
        is_met: Whether the result reaches the target; None where one of them is missing.
        evidence: The sheets, units or sources that say so.
        items: IRIs of the editions or figures that say so.
        other_figures: Figures of the same stage, level and year that the total does not sum.
    """

    fiscal_year: int
    state: str
    names: tuple[str, ...]
    things: tuple[Thing, ...]
    amount: int | None
    total: str | None
    target: Decimal | None
    achieved: Decimal | None
    is_met: bool | None
    evidence: tuple[Evidence, ...]
    items: tuple[str, ...]
    other_figures: tuple[OtherFigure, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A change between two fiscal years.

    Attributes:
        change: One of `changes_kinds.CHANGES`; the rule of each stands in `ChangeKind`.
        item: The programme, indicator or topic.
        fiscal_year: The western year in which it came about; None where only both ends are known.
        others: Programmes that followed it, or that it followed.
        before: What is said of the earlier year.
        after: What is said of the later year.
        difference: Yen of the later year minus those of the earlier; None where one is missing.
        ratio: Yen of the later year divided by those of the earlier, six places; None where one is
            missing, or the earlier is 0.
    """

    change: str
    item: Item
    fiscal_year: int | None
    others: tuple[Item, ...]
    before: Side
    after: Side
    difference: int | None
    ratio: Decimal | None


def said_between(session: Session, window: Window, name: str, **more: object) -> list[Row]:
    """Return what a statement says of two years, which is kept for later questions.

    Args:
        session: A session of the tables.
        window: The years.
        name: The statement, ``sql/<name>.sql``.
        more: What it takes beside the years.
    """
    asked = window.parameters() | more
    key = tuple(asked.values())
    found = session.remembered.looked_up(
        name, [key], lambda _: {key: session.rows(statement(name), asked)}
    )
    return found[key]


_WHOLE: Final = Decimal(1)


def without_zeros(value: Decimal | None) -> Decimal | None:
    """Return a number without the zeros that its column adds after the point."""
    if value is None:
        return None
    return value.quantize(_WHOLE) if value == value.to_integral_value() else value.normalize()


def shown_changes(session: Session, drafts: Sequence[Draft]) -> tuple[Change, ...]:
    """Return the changes of a page with names and evidence."""
    sides = [side for each in drafts for side in (each.before, each.after)]
    numbers = {each.item for each in drafts} | {other for each in drafts for other in each.others}
    numbers |= {number for side in sides for number in side.items}
    numbers |= {figure for side in sides for figure, *_ in side.figures}
    items = described(session, numbers)
    things = things_of(session, (number for side in sides for number in side.things))
    cited = sources_of(session, (number for side in sides for number in side.cited))

    def shown(side: SideDraft) -> Side:
        evidence = [each for number in side.items for each in items[number].evidence]
        evidence += [cited[number] for number in side.cited]
        return Side(
            side.fiscal_year,
            side.state,
            side.names,
            tuple(things[number] for number in side.things),
            side.amount,
            side.total,
            without_zeros(side.target),
            without_zeros(side.achieved),
            side.is_met,
            tuple(dict.fromkeys(evidence)),
            tuple(items[number].iri for number in side.items),
            tuple(
                OtherFigure(
                    items[number].iri,
                    amount,
                    "restated" if superseded else "not-summed",
                    items[number].evidence,
                )
                for number, amount, superseded in side.figures
            ),
        )

    return tuple(
        Change(
            each.change,
            items[each.item],
            each.fiscal_year,
            tuple(items[number] for number in each.others),
            shown(each.before),
            shown(each.after),
            each.difference,
            each.ratio,
        )
        for each in drafts
    )
