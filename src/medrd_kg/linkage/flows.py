"""Flows: the money of one named total from the budget to who pays, who receives and for what.

Every link of a total is a sum of its addends, so what enters a node and what leaves it agree, and
all links out of the total add up to it. What a source leaves open (who pays, for which programme)
is a node of its own. Payee lists of the sheets cannot be added up: they state no edge between their
blocks, and a yen may stand in several. They are told apart, block by block, beside what the sheet
states as spent and as transferred.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from medrd_kg.linkage.facets import iri_of, require, require_facet
from medrd_kg.linkage.items import (
    PAGE,
    Item,
    Page,
    Thing,
    check_page,
    described,
    number_of,
    things_of,
)
from medrd_kg.linkage.selection import BASES
from medrd_kg.linkage.tables import FactTables, Row, Session, statement
from medrd_kg.linkage.totals import NamedTotal, TotalChoice, chosen_total

__all__ = [
    "Balance",
    "Block",
    "FlowLink",
    "FlowNode",
    "FlowQuestion",
    "Flows",
    "flows",
]


@dataclass(frozen=True, slots=True)
class FlowQuestion:
    """Which money is followed.

    Attributes:
        total: The total.
        filters: Facet and slug or IRI of what a figure must be for, or be paid by or to: what it
            states itself, else what its programme names. All must hold.
        basis: One of `selection.BASES`, for the concepts of programmes.
    """

    total: TotalChoice
    filters: Mapping[str, str] = field(default_factory=dict)
    basis: str = "all"


@dataclass(frozen=True, slots=True)
class FlowNode:
    """A place that money comes from or goes to.

    Attributes:
        kind: ``total``, ``payer``, ``payee`` or ``programme``.
        thing: What it is; None where the source does not say.
    """

    kind: str
    thing: Thing | None


@dataclass(frozen=True, slots=True)
class FlowLink:
    """Money between two places.

    Attributes:
        source: Where it comes from.
        target: Where it goes to.
        amount: Yen; carried out they are negative, as printed.
        figures: How many figures it sums.
    """

    source: FlowNode
    target: FlowNode
    amount: int
    figures: int


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a payee list.

    Attributes:
        label: Its letter; None where the sheet has none.
        amount: Yen of its payees; not to be added to other blocks.
        payments: How many payees it lists.
    """

    label: str | None
    amount: int
    payments: int


@dataclass(frozen=True, slots=True)
class Balance:
    """What sources state of a programme beside its money in the total.

    Attributes:
        programme: The programme; its evidence are its sheets.
        amount: Its yen in the total.
        executed: Yen that its sheet states as spent in the year; None where not stated as additive.
        transferred: Yen passed on to AMED in the year; None where not stated as additive.
        remainder: ``executed - transferred``, yen that no transfer accounts for; None where one of
            them is not stated.
        blocks: Payments by block.
    """

    programme: Item
    amount: int
    executed: int | None
    transferred: int | None
    remainder: int | None
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Flows:
    """The money of a total.

    Attributes:
        total: The total; its ``printed`` and ``remainder`` say how it meets the source.
        selected: Yen of the figures that pass the filters: the sum of the links out of the total.
        left_out: Yen of the others; with ``selected``, the amount of the total.
        links: The links, from the total onward, most money first.
        balances: A page of its programmes, most money first.
    """

    total: NamedTotal
    selected: int
    left_out: int
    links: tuple[FlowLink, ...]
    balances: Page[Balance]


def flows(
    tables: FactTables, question: FlowQuestion, *, offset: int = 0, limit: int = PAGE
) -> Flows:
    """Return the money of a total, link by link, with the balances of its programmes.

    Args:
        tables: The fact tables.
        question: Which money.
        offset: Programmes to pass over in the balances.
        limit: Programmes to show there, at most `items.PAGE`.

    Raises:
        Problem: ``invalid-parameter``: a value is unknown or out of range, or the total is not one;
            ``not-found``: there is no such thing to filter by.
    """
    check_page(offset, limit)
    with tables.session() as session:
        total = chosen_total(session, question.total)
        chosen = _ways(_figures(session, question, total))
        amounts: dict[int, int] = defaultdict(int)
        for _, _, programme, amount, _ in chosen:
            if programme is not None:
                amounts[programme] += amount
        ranked = sorted(amounts.items(), key=lambda each: (-each[1], each[0]))
        shown = dict(ranked[offset : offset + limit])
        programmes = described(session, amounts)
        balances = _balances(session, total.fiscal_year, shown, programmes)
        things = things_of(session, {number for row in chosen for number in row[:2]})
    selected = sum(row[3] for row in chosen)
    return Flows(
        total,
        selected,
        total.amount - selected,
        _links(total, chosen, things, programmes),
        Page(balances, len(ranked), offset),
    )


def _figures(session: Session, question: FlowQuestion, total: NamedTotal) -> list[Row]:
    """Return the figures of a total that pass the filters: number, programme, yen, payer, payee."""
    basis = require("basis", question.basis, BASES)
    wanted = [
        f"{require_facet('filter', facet)}={number_of(session, iri_of(facet, member))}"
        for facet, member in sorted(question.filters.items())
    ]
    figures = session.said_of("total_figures", [total.iri])[total.iri]
    if not wanted:
        return figures
    asked = {
        "total": total.iri, "basis": basis, "facets": sorted(question.filters), "wanted": wanted
    }  # fmt: skip
    matching = {number for (number,) in session.rows(statement("flow_matches"), asked)}
    return [figure for figure in figures if figure[0] in matching]


def _ways(figures: Iterable[Row]) -> list[Row]:
    """Return by which ways figures go: payer, payee, programme, yen, how many figures.

    They are in the order of numbers, what is not stated last.
    """
    found: dict[tuple[int | None, ...], list[int]] = defaultdict(lambda: [0, 0])
    for _, programme, amount, payer, payee in figures:
        sums = found[payer, payee, programme]
        sums[0] += amount
        sums[1] += 1
    ordered = sorted(found, key=lambda way: tuple((each is None, each or 0) for each in way))
    return [(*way, *found[way]) for way in ordered]


def _links(
    total: NamedTotal,
    ways: Iterable[Row],
    things: Mapping[int, Thing],
    programmes: Mapping[int, Item],
) -> tuple[FlowLink, ...]:
    """Return the links of figures: total, payer, payee where one is stated, programme."""
    start = FlowNode("total", Thing(total.iri, total.ja, total.en))
    sums: dict[tuple[FlowNode, FlowNode], list[int]] = {}
    order = {"total": 0, "payer": 1, "payee": 2}
    for payer, payee, programme, amount, figures in ways:
        way = [start, FlowNode("payer", things.get(payer))]
        if payee is not None:
            way.append(FlowNode("payee", things[payee]))
        item = programmes.get(programme)
        named = None if item is None else Thing(item.iri, item.ja, item.en)
        way.append(FlowNode("programme", named))
        for source, target in pairwise(way):
            link = sums.setdefault((source, target), [0, 0])
            link[0] += amount
            link[1] += figures
    links = [FlowLink(*ends, amount, figures) for ends, (amount, figures) in sums.items()]
    return tuple(
        sorted(
            links,
            key=lambda each: (order[each.source.kind], -each.amount, _iri(each.target)),
        )
    )


def _iri(node: FlowNode) -> str:
    """Return what orders nodes of the same amount."""
    return node.thing.iri if node.thing else ""


def _balances(
    session: Session, fiscal_year: int, amounts: Mapping[int, int], items: Mapping[int, Item]
) -> tuple[Balance, ...]:
    """Return what sources state of programmes beside their money in the total."""
    stated = session.said_of("flow_balances", amounts)
    paid = session.said_of("flow_blocks", amounts)
    balances = []
    for programme, amount in amounts.items():
        executed, transferred = next(
            (sums for year, *sums in stated[programme] if year == fiscal_year), (None, None)
        )
        remainder = None
        if executed is not None and transferred is not None:
            remainder = executed - transferred
        balances.append(
            Balance(
                items[programme],
                amount,
                executed,
                transferred,
                remainder,
                tuple(Block(*block) for year, *block in paid[programme] if year == fiscal_year),
            )
        )
    return tuple(balances)
