"""Gaps between policy and money: topics without money, money without a topic.

A topic and a programme belong together when one names a concept that the other names too, or of
which it names something narrower, in the facets asked for. A programme has money when a figure for
it is summed in the named total.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from medrd_kg.linkage.facets import CONCEPT_FACETS, require
from medrd_kg.linkage.items import PAGE, Item, Page, Thing, check_page, described, things_of
from medrd_kg.linkage.naming import Naming, first_to_name, namings_of, nearest, topics_of
from medrd_kg.linkage.selection import BASES
from medrd_kg.linkage.tables import FactTables, Session
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

    def sides(self, session: Session) -> "_Sides":
        """Return what is laid side by side.

        Raises:
            Problem: ``invalid-parameter``: a value is unknown, or the total is not one.
        """
        choice = self.total
        if choice.total is None and choice.fiscal_year is None:
            choice = TotalChoice(
                None, self.fiscal_year, choice.stage, choice.level, choice.perimeter
            )
        total = chosen_total(session, choice)
        via = frozenset(require("via", facet, CONCEPT_FACETS) for facet in self.via)
        basis = require("basis", self.basis, BASES)
        amounts: dict[int | None, int] = defaultdict(int)
        for _, programme, amount, *_ in session.said_of("total_figures", [total.iri])[total.iri]:
            amounts[programme] += amount
        without_programme = amounts.pop(None, 0)
        programmes = {each: amount for each, amount in amounts.items() if each is not None}
        return _Sides(
            total,
            programmes,
            without_programme,
            namings_of(session, topics_of(session, self.fiscal_year), via, basis),
            namings_of(session, programmes, via, basis),
        )


@dataclass(frozen=True, slots=True)
class _Sides:
    """Topics and money side by side.

    Attributes:
        total: The total.
        amounts: Its yen by programme.
        without_programme: Its yen for no programme.
        topics: What the topics name.
        programmes: What the programmes with money name.
    """

    total: NamedTotal
    amounts: Mapping[int, int]
    without_programme: int
    topics: Mapping[int, Sequence[Naming]]
    programmes: Mapping[int, Sequence[Naming]]

    def linked(self) -> tuple[set[int], set[int]]:
        """Return the topics and the programmes that belong to any of the other side.

        One names what the other names, or something narrower.
        """
        named: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
        for topic, own in self.topics.items():
            for facet, concept, steps, _ in own:
                named[facet, concept].append((topic, steps))
        topics, programmes = set(), set()
        for programme, own in self.programmes.items():
            for facet, concept, steps, _ in own:
                for topic, others_steps in named.get((facet, concept), ()):
                    if steps == 0 or others_steps == 0:
                        topics.add(topic)
                        programmes.add(programme)
        return topics, programmes


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
    check_page(offset, limit)
    with tables.session() as session:
        sides = question.sides(session)
        linked, _ = sides.linked()
        topics = sorted(sides.topics.keys() - linked)
        page = topics[offset : offset + limit]
        near = _nearest(session, sides.topics, page, sides.programmes)
        items = described(session, page)
    gaps = tuple(TopicWithoutMoney(items[number], near.get(number)) for number in page)
    return TopicsWithoutMoney(sides.total, Page(gaps, len(topics), offset))


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
    check_page(offset, limit)
    with tables.session() as session:
        sides = question.sides(session)
        _, linked = sides.linked()
        with_topic = sum(sides.amounts[number] for number in linked)
        programmes = sorted(
            sides.amounts.keys() - linked, key=lambda number: (-sides.amounts[number], number)
        )
        page = programmes[offset : offset + limit]
        near = _nearest(session, sides.programmes, page, sides.topics)
        items = described(session, page)
    gaps = tuple(
        ProgrammeWithoutTopic(items[number], sides.amounts[number], near.get(number))
        for number in page
    )
    return MoneyWithoutTopic(
        sides.total,
        with_topic,
        sum(sides.amounts.values()) - with_topic,
        sides.without_programme,
        Page(gaps, len(programmes), offset),
    )


def _nearest(
    session: Session,
    named: Mapping[int, Sequence[Naming]],
    numbers: Sequence[int],
    others: Mapping[int, Sequence[Naming]],
) -> dict[int, NearestItem]:
    """Return what comes nearest to each item; items that share no branch have none."""
    firsts = first_to_name(others)
    found = {number: nearest(named[number], firsts) for number in numbers}
    best = {number: each for number, each in found.items() if each is not None}
    items = described(session, (other for _, other, _ in best.values()))
    things = things_of(session, (concept for *_, concept in best.values()))
    return {
        number: NearestItem(items[other], things[concept], steps)
        for number, (steps, other, concept) in best.items()
    }
