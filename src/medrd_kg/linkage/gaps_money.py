"""Gaps between policy and money: topics without money, money without a topic.

A topic and a programme belong together when one names a concept that the other names too, or of
which it names something narrower, in the facets asked for. A programme has money when a figure for
it is summed in the named total.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from medrd_kg.linkage.facets import CONCEPT_FACETS, require
from medrd_kg.linkage.items import PAGE, Item, Page, Thing, check_page, described, things_of
from medrd_kg.linkage.selection import BASES
from medrd_kg.linkage.tables import FactTables, Session, statement
from medrd_kg.linkage.totals import NamedTotal, TotalChoice, chosen_total

__all__ = [
    "MoneyGapQuestion",
    "MoneyWithoutTopic",
    "NearestItem",
    "ProgrammeWithoutTopic",
    "TopicWithoutMoney",
    "TopicsWithoutMoney",
    "money_without_topic",
    "topics_without_money",
]


@dataclass(frozen=True, slots=True)
class MoneyGapQuestion:
    """Which topics and which money are laid side by side.

    Attributes:
        fiscal_year: Western year of the topics, and of the total unless it names another.
        via: Facets over which they belong together; each one of `facets.CONCEPT_FACETS`.
        basis: One of `selection.BASES`.
        total: The total in which programmes have money.
    """

    fiscal_year: int
    via: tuple[str, ...] = ("disease-area", "modality", "technology")
    basis: str = "all"
    total: TotalChoice = field(default_factory=TotalChoice)

    def bound(self, session: Session) -> tuple[dict[str, object], NamedTotal]:
        """Return the parameters of the statements, and the total.

        Raises:
            Problem: ``invalid-parameter``: a value is unknown, or the total is not one.
        """
        choice = self.total
        if choice.total is None and choice.fiscal_year is None:
            choice = TotalChoice(
                None, self.fiscal_year, choice.stage, choice.level, choice.perimeter
            )
        total = chosen_total(session, choice)
        return {
            "topic_year": self.fiscal_year,
            "total": total.iri,
            "via": [require("via", facet, CONCEPT_FACETS) for facet in self.via],
            "basis": require("basis", self.basis, BASES),
        }, total


@dataclass(frozen=True, slots=True)
class NearestItem:
    """What comes nearest on the other side.

    Attributes:
        item: The topic or programme.
        concept: The concept that both fall under.
        steps: Steps up to it from the one's concept and down to the other's.
    """

    item: Item
    concept: Thing
    steps: int


@dataclass(frozen=True, slots=True)
class TopicWithoutMoney:
    """A topic that no programme with money belongs to.

    Attributes:
        item: The topic.
        nearest: The programme with money that comes nearest; None where none shares a branch.
    """

    item: Item
    nearest: NearestItem | None


@dataclass(frozen=True, slots=True)
class TopicsWithoutMoney:
    """A page of topics without money.

    Attributes:
        total: The total in which money was looked for.
        gaps: The topics.
    """

    total: NamedTotal
    gaps: Page[TopicWithoutMoney]


@dataclass(frozen=True, slots=True)
class ProgrammeWithoutTopic:
    """A programme with money that belongs to no topic.

    Attributes:
        item: The programme.
        amount: Its yen in the total.
        nearest: The topic that comes nearest; None where none shares a branch.
    """

    item: Item
    amount: int
    nearest: NearestItem | None


@dataclass(frozen=True, slots=True)
class MoneyWithoutTopic:
    """A page of programmes without a topic, and how the total divides.

    Attributes:
        total: The total; its amount is the sum of the next three.
        with_topic: Yen of programmes that belong to a topic.
        without_topic: Yen of programmes that belong to none.
        without_programme: Yen of figures that are for no programme.
        gaps: The programmes without a topic, most money first.
    """

    total: NamedTotal
    with_topic: int
    without_topic: int
    without_programme: int
    gaps: Page[ProgrammeWithoutTopic]


def topics_without_money(
    tables: FactTables, question: MoneyGapQuestion, *, offset: int = 0, limit: int = PAGE
) -> TopicsWithoutMoney:
    """Return the topics of a year that no programme with money belongs to.

    Args:
        tables: The fact tables.
        question: Which topics and which money.
        offset: Topics to pass over.
        limit: Topics to show, at most `items.PAGE`.

    Raises:
        Problem: ``invalid-parameter``: a value is unknown or out of range, or the total is not one.
    """
    page = check_page(offset, limit)
    with tables.session() as session:
        parameters, total = question.bound(session)
        found = session.rows(statement("gaps_topics_money"), parameters | page)
        first = found or session.rows(
            statement("gaps_topics_money"), parameters | {"offset": 0, "limit": 1}
        )
        topics = [number for number, _ in found]
        near = _nearest(session, parameters | {"for_topics": True}, topics)
        items = described(session, topics)
    gaps = tuple(TopicWithoutMoney(items[number], near.get(number)) for number in topics)
    return TopicsWithoutMoney(total, Page(gaps, first[0][1] if first else 0, offset))


def money_without_topic(
    tables: FactTables, question: MoneyGapQuestion, *, offset: int = 0, limit: int = PAGE
) -> MoneyWithoutTopic:
    """Return the programmes with money in a total that belong to no topic of a year.

    Args:
        tables: The fact tables.
        question: Which topics and which money.
        offset: Programmes to pass over.
        limit: Programmes to show, at most `items.PAGE`.

    Raises:
        Problem: As for `topics_without_money`.
    """
    page = check_page(offset, limit)
    with tables.session() as session:
        parameters, total = question.bound(session)
        found = session.rows(statement("gaps_money_topics"), parameters | page)
        first = found or session.rows(
            statement("gaps_money_topics"), parameters | {"offset": 0, "limit": 1}
        )
        ((linked, unlinked, without),) = session.rows(statement("gaps_money_sums"), parameters)
        programmes = [number for number, *_ in found]
        near = _nearest(session, parameters | {"for_topics": False}, programmes)
        items = described(session, programmes)
    gaps = tuple(
        ProgrammeWithoutTopic(items[number], int(amount), near.get(number))
        for number, amount, *_ in found
    )
    return MoneyWithoutTopic(
        total,
        int(linked),
        int(unlinked),
        int(without),
        Page(gaps, first[0][2] if first else 0, offset),
    )


def _nearest(
    session: Session, parameters: dict[str, object], numbers: Iterable[int]
) -> dict[int, NearestItem]:
    """Return what comes nearest to each item; items that share no branch have none."""
    rows = session.rows(statement("gaps_near_money"), parameters | {"items": list(numbers)})
    items = described(session, (best["other"] for _, best in rows))
    things = things_of(session, (best["concept"] for _, best in rows))
    return {
        number: NearestItem(items[best["other"]], things[best["concept"]], best["steps"])
        for number, best in rows
    }
