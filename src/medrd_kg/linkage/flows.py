"""Flows: the money of one named total from the budget to who pays, who receives and for what.

Every link of a total is a sum of its addends, so what enters a node and what leaves it agree, and
all links out of the total add up to it. What a source leaves open (who pays, for which programme)
is a node of its own. Payee lists of the sheets cannot be added up: they state no edge between their
blocks, and a yen may stand in several. They are told apart, block by block, beside what the sheet
states as spent and as transferred.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

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
from medrd_kg.linkage.tables import FactTables, Session, statement
from medrd_kg.linkage.totals import NamedTotal, TotalChoice, chosen_total
from medrd_kg.problems import Problem

__all__ = [
    "Balance",
    "Block",
    "FlowLink",
    "FlowNode",
    "FlowQuestion",
    "Flows",
    "Payment",
    "flows",
    "recipients",
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


@dataclass(frozen=True, slots=True)
class Payment:
    """A line of a payee list.

    Attributes:
        figure: The figure, with its sheet.
        programme: The programme that is paid from; None where not stated.
        block: Letter of its block.
        rank: Its rank in the block.
        payer: Who pays; None where the sheet states no edge.
        payee: Who is paid.
        amount: Yen.
        printed: The amount as the source has it.
        level: ``transfer`` or ``payment``.
        locator: Its place in the source.
    """

    figure: Item
    programme: Item | None
    block: str | None
    rank: int | None
    payer: Thing | None
    payee: Thing | None
    amount: int
    printed: str | None
    level: str
    locator: str | None


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
        wanted = [
            f"{require_facet('filter', facet)}={number_of(session, iri_of(facet, member))}"
            for facet, member in sorted(question.filters.items())
        ]
        rows = session.rows(
            statement("flows"),
            {
                "total": total.iri,
                "basis": require("basis", question.basis, BASES),
                "facets": sorted(question.filters),
                "wanted": wanted,
            },
        )
        chosen = [row[1:] for row in rows if row[0]]
        amounts: dict[int, int] = defaultdict(int)
        for _, _, programme, amount, _ in chosen:
            if programme is not None:
                amounts[programme] += int(amount)
        ranked = sorted(amounts.items(), key=lambda each: (-each[1], each[0]))
        shown = dict(ranked[offset : offset + limit])
        programmes = described(session, amounts)
        balances = _balances(session, total.fiscal_year, shown, programmes)
        things = things_of(session, {number for row in chosen for number in row[:2]})
    selected = sum(int(row[3]) for row in chosen)
    return Flows(
        total,
        selected,
        total.amount - selected,
        _links(total, chosen, things, programmes),
        Page(balances, len(ranked), offset),
    )


def recipients(
    tables: FactTables,
    fiscal_year: int,
    *,
    programme: str | None = None,
    payee: str | None = None,
    offset: int = 0,
    limit: int = PAGE,
) -> Page[Payment]:
    """Return the payments of a year as the sheets list them, most money first.

    They must not be added up: see `flows`.

    Args:
        tables: The fact tables.
        fiscal_year: Western year.
        programme: Slug or IRI of one programme; None for all.
        payee: Slug or IRI of one payee; None for all.
        offset: Payments to pass over.
        limit: Payments to show, at most `items.PAGE`.

    Raises:
        Problem: ``invalid-parameter``: offset or limit is out of range; ``not-found``: there is no
            such programme or payee.
    """
    parameters: dict[str, object] = {"fiscal_year": fiscal_year, **check_page(offset, limit)}
    with tables.session() as session:
        parameters["payee"] = (
            None if payee is None else number_of(session, iri_of("organization", payee))
        )
        parameters["programme"] = None if programme is None else _programme(session, programme)
        rows = session.rows(statement("recipients"), parameters)
        first = rows or session.rows(
            statement("recipients"), parameters | {"offset": 0, "limit": 1}
        )
        numbers = {n for row in rows for n in row[:2] if n is not None}
        items = described(session, numbers)
        things = things_of(session, {n for row in rows for n in row[4:6]})
    payments = tuple(
        Payment(
            items[figure], items.get(own), block, rank, things.get(payer), things.get(paid),
            amount, printed, level, locator,
        )
        for figure, own, block, rank, payer, paid, amount, printed, level, locator, _ in rows
    )  # fmt: skip
    return Page(payments, first[0][10] if first else 0, offset)


def _programme(session: Session, slug_or_iri: str) -> int:
    """Return the item number of a programme."""
    iri = iri_of("programme", slug_or_iri)
    found = session.rows(statement("item_number"), {"iri": iri})
    if not found:
        raise Problem("not-found", f"nothing is known of {iri}")
    return int(found[0][0])


def _links(
    total: NamedTotal,
    rows: list[tuple[Any, ...]],
    things: Mapping[int, Thing],
    programmes: Mapping[int, Item],
) -> tuple[FlowLink, ...]:
    """Return the links of figures: total, payer, payee where one is stated, programme."""
    start = FlowNode("total", Thing(total.iri, total.ja, total.en))
    sums: dict[tuple[FlowNode, FlowNode], list[int]] = {}
    order = {"total": 0, "payer": 1, "payee": 2}
    for payer, payee, programme, amount, figures in rows:
        way = [start, FlowNode("payer", things.get(payer))]
        if payee is not None:
            way.append(FlowNode("payee", things[payee]))
        item = programmes.get(programme)
        named = None if item is None else Thing(item.iri, item.ja, item.en)
        way.append(FlowNode("programme", named))
        for source, target in pairwise(way):
            link = sums.setdefault((source, target), [0, 0])
            link[0] += int(amount)
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
    if not amounts:
        return ()
    parameters = {"fiscal_year": fiscal_year, "programmes": sorted(amounts)}
    stated = {row[0]: row[1:] for row in session.rows(statement("flow_balances"), parameters)}
    blocks: dict[int, list[Block]] = defaultdict(list)
    for programme, label, amount, payments in session.rows(statement("flow_blocks"), parameters):
        blocks[programme].append(Block(label, int(amount), payments))
    balances = []
    for programme, amount in amounts.items():
        executed, transferred = (
            None if value is None else int(value) for value in stated.get(programme, (None, None))
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
                tuple(blocks[programme]),
            )
        )
    return tuple(balances)
