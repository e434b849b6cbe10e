"""Elements of a PDCA cycle before and after they are shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from medrd_kg.linkage.changes_drafts import without_zeros
from medrd_kg.linkage.items import Evidence, Item, Thing, described, sources_of, things_of
from medrd_kg.linkage.tables import Session

__all__ = ["Element", "ElementDraft", "shown_elements"]


@dataclass(frozen=True, slots=True)
class ElementDraft:
    """An element by numbers; its attributes are those of `Element`.

    Attributes:
        item: What it is about.
        concept: Number of what ``concerns`` shall show.
        goal: What ``concerns`` shall show where it has no number.
        items: Items whose evidence is that of the element.
        cited: Sources, beside those of the items.
    """

    step: str
    element: str
    state: str = "stated"
    fiscal_year: int | None = None
    item: int | None = None
    concept: int | None = None
    goal: Thing | None = None
    basis: str | None = None
    total: Thing | None = None
    level: str | None = None
    amount: int | None = None
    compared: int | None = None
    difference: int | None = None
    ratio: Decimal | None = None
    target: Decimal | None = None
    achieved: Decimal | None = None
    percent: Decimal | None = None
    is_met: bool | None = None
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    items: tuple[int, ...] = ()
    cited: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Element:
    """An element of plan, do, check or action.

    Attributes:
        step: ``plan``, ``do``, ``check`` or ``action``.
        element: What it is: ``project``, ``topic``, ``scope-item``, ``goal``, ``target``; a stage
            of `totals.STAGES`; ``result``, ``execution-rate``; ``renamed``, ``ministry-moved``,
            ``period-changed``, ``indicator-dropped``, ``indicator-added``, ``request-change``,
            ``initial-change``, ``next-sheet``, ``verdict``.
        state: ``stated``; ``computed`` from what is stated; ``not-summed``: a figure that no total
            sums, so that it must not be added to others; ``not-stated``: nothing that was read
            says anything, and ``evidence`` is what was read; ``not-held``: the graph has no such
            facts of any programme.
        fiscal_year: Its western year; for actions that of the sheet or amount before.
        item: The topic, scope item, indicator or programme.
        concerns: The project, goal, or concept that connects.
        basis: Whether sources state what connects, or our linker computed it.
        total: The named total in which yen are counted.
        level: Level of the amount.
        amount: Yen; of a change, those of the year after.
        compared: Of a change or a rate: the yen that it is compared to.
        difference: ``amount`` minus ``compared``, of changes.
        ratio: ``amount`` divided by ``compared``, six places, of changes.
        target: The target, in the unit of the indicator.
        achieved: The result.
        percent: Result in percent of the target, or executed in percent of the total budget, one
            decimal; None for a target or budget of 0.
        is_met: Whether the result reaches the target; where less is better, the reverse counts.
        before: Names, or the years of the programme, as the sheet of the year states them.
        after: The same on the next sheet.
        evidence: Where it is stated, or what was read.
    """

    step: str
    element: str
    state: str
    fiscal_year: int | None
    item: Item | None
    concerns: Thing | None
    basis: str | None
    total: Thing | None
    level: str | None
    amount: int | None
    compared: int | None
    difference: int | None
    ratio: Decimal | None
    target: Decimal | None
    achieved: Decimal | None
    percent: Decimal | None
    is_met: bool | None
    before: tuple[str, ...]
    after: tuple[str, ...]
    evidence: tuple[Evidence, ...]


def shown_elements(session: Session, drafts: Sequence[ElementDraft]) -> tuple[Element, ...]:
    """Return the elements of a page with names and evidence."""
    numbers = {number for each in drafts for number in each.items}
    numbers |= {each.item for each in drafts if each.item is not None}
    items = described(session, numbers)
    things = things_of(session, (each.concept for each in drafts))
    cited = sources_of(session, (number for each in drafts for number in each.cited))

    def evidence(each: ElementDraft) -> tuple[Evidence, ...]:
        found = [cited[number] for number in each.cited]
        found += [one for number in each.items for one in items[number].evidence]
        if not found and each.item is not None and each.state == "stated":
            found += items[each.item].evidence
        return tuple(dict.fromkeys(found))

    return tuple(
        Element(
            each.step,
            each.element,
            each.state,
            each.fiscal_year,
            None if each.item is None else items[each.item],
            each.goal if each.concept is None else things[each.concept],
            each.basis,
            each.total,
            each.level,
            each.amount,
            each.compared,
            each.difference,
            each.ratio,
            without_zeros(each.target),
            without_zeros(each.achieved),
            each.percent,
            each.is_met,
            each.before,
            each.after,
            evidence(each),
        )
        for each in drafts
    )
