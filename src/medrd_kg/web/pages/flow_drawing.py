"""The money of a total as a Sankey diagram and as tables, and two years of it side by side."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, Final

from medrd_kg.web.charts.bars import Bar, Group, Row, columns, rows
from medrd_kg.web.charts.drawing import NARROW, About, Drawing, Label
from medrd_kg.web.charts.sankey import Band, Node, sankey
from medrd_kg.web.charts.sankey_branches import branches
from medrd_kg.web.charts.twin import Number, Twin, Words
from medrd_kg.web.pages.choices import label_of
from medrd_kg.web.pages.formats import percent
from medrd_kg.web.pages.site import Page

__all__ = ["Link", "compared_charts", "compared_twin", "flow_charts", "flow_twins", "money"]

Link = Mapping[str, Any]
"""A link as REST has it: ``source`` and ``target`` with ``kind`` and ``thing``, ``amount``."""

LAYERS: Final = {"total": 0, "payer": 1, "payee": 2, "programme": 3}
_COLOURS: Final = ("c-1", "c-2", "c-3", "c-4", "c-5", "c-6", "c-7")
_UNKNOWN: Final = "c-none"
_MOST: Final = {"payer": 12, "payee": 12, "programme": 18}
"""Nodes of a kind that are drawn; further ones are drawn as one, and all stand in the table."""

_REST: Final = "rest"

Address = Callable[[str, Mapping[str, Any]], str | None]
"""Returns where a node of a kind leads."""


def money(page: Page, amount: int | None, href: str | None = None) -> Number:
    """Return the cell of an amount: exact yen, and the rounded amount beside it."""
    if amount is None:
        return Number(None, "–")
    exact, short = page.yen(amount), page.yen_short(amount)
    return Number(amount, exact, href, None if short == exact else short)


def flow_charts(
    page: Page, t: SimpleNamespace, about: About, links: Sequence[Link], address: Address
) -> tuple[Drawing, tuple[Drawing, ...]]:
    """Return the Sankey diagram of the links of a total, and its branches for narrow screens.

    Args:
        page: The page.
        t: Its words.
        about: What the diagram is called and shows.
        links: The links.
        address: Where a node leads.
    """
    folded = _folded(links)
    things, colours, amounts = _nodes(links, folded)
    names = {
        key: label_of(page, thing, address(kind, thing))
        if thing is not None
        else Label(getattr(t.unknown, kind))
        for key, (kind, thing) in things.items()
    }
    for key, number in _counts_of_rest(folded).items():
        names[key] = Label(page.count(number, t.others))
    nodes = [
        Node(
            key,
            LAYERS[key.partition(" ")[0]],
            _spoken(name, page.yen(amounts[key])),
            page.yen_short(amounts[key]),
            colours[key],
        )
        for key, name in names.items()
    ]
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for link in links:
        source, target = (folded.get(_key(link[end]), _key(link[end])) for end in _ENDS)
        sums[source, target] += link["amount"]
    bands = [
        Band(
            one,
            two,
            amount,
            f"{names[one].text} → {names[two].text}: {page.yen(amount)}",
            page.yen_short(amount),
        )
        for (one, two), amount in sums.items()
    ]
    return sankey(about, nodes, bands), branches(about, nodes, bands)


def flow_twins(
    page: Page, t: SimpleNamespace, links: Sequence[Link], selected: int, address: Address
) -> tuple[Twin, ...]:
    """Return the links as tables, one for each kind of node that money goes to.

    All money of a selection passes its payers and ends at its programmes, so that these two tables
    sum to the same yen.

    Args:
        page: The page.
        t: Its words.
        links: The links.
        selected: Yen of the selection, of which shares are told.
        address: Where a node leads.
    """
    found = []
    for kind in ("payer", "payee", "programme"):
        own = [link for link in links if link["target"]["kind"] == kind]
        if not own:
            continue
        ranked = sorted(own, key=lambda link: -abs(link["amount"]))
        rows: list[tuple[Words | Number, ...]] = []
        for link in ranked:
            target, source = (
                Words(_name(page, t, link[end], address)) for end in ("target", "source")
            )
            # The amount stands beside the name, where a telephone shows it.
            amount, share, figures = _numbers(page, link, selected)
            origins = () if kind == "payer" else (source,)
            rows.append((target, amount, share, *origins, figures))
        sums = {
            "amount": sum(link["amount"] for link in own),
            "figures": sum(link["figures"] for link in own),
        }
        blank = () if kind == "payer" else (Words(Label("")),)
        amount, share, figures = _numbers(page, sums, selected)
        last = (Words(Label(t.sum)), amount, share, *blank, figures)
        origin = () if kind == "payer" else ((t.comes_from, False),)
        headings = (
            (getattr(t.kinds, kind), False),
            (t.amount, True),
            (t.share, True),
            *origin,
            (t.figures, True),
        )
        found.append(Twin(getattr(t.by, kind), headings, tuple(rows), last))
    return tuple(found)


def compared_twin(
    page: Page, t: SimpleNamespace, kind: str, years: tuple[int, int], answers: tuple[Any, Any]
) -> Twin:
    """Return what each payer or programme has in two years, with the difference.

    Args:
        page: The page.
        t: Its words.
        kind: ``payer`` or ``programme``.
        years: The two years.
        answers: The answers of the flows of each.
    """
    sums = [_by_target(answer["links"], kind) for answer in answers]
    things = {**sums[1][0], **sums[0][0]}
    rows = []
    for key, thing in things.items():
        one, two = (found[1].get(key) for found in sums)
        label = Label(getattr(t.unknown, kind)) if thing is None else label_of(page, thing)
        difference = money(page, (one or 0) - (two or 0))
        rows.append((Words(label), money(page, one), money(page, two), difference))
    rows.sort(key=lambda row: (-abs(row[1].value or 0), -abs(row[2].value or 0)))
    totals = [sum(found[1].values()) for found in sums]
    last = (
        Words(Label(t.sum)),
        money(page, totals[0]),
        money(page, totals[1]),
        money(page, totals[0] - totals[1]),
    )
    headings = (
        (getattr(t.kinds, kind), False),
        *((page.year(year), True) for year in years),
        (t.difference, True),
    )
    return Twin(getattr(t.compared_by, kind), headings, tuple(rows), last)


def compared_charts(
    page: Page, about: About, years: tuple[int, int], twin: Twin
) -> tuple[Drawing, Drawing]:
    """Return two years of a comparison as columns, and as rows for narrow screens.

    The rows of its table are the groups.
    """
    groups = []
    entries = []
    for row in twin.rows[: _MOST["payer"]]:
        name = row[0].label if isinstance(row[0], Words) else Label("")
        bars = tuple(
            None
            if not isinstance(cell, Number) or cell.value is None
            else Bar(cell.value, kind, Label(f"{name.text}, {page.year(year)}: {cell.shown}"))
            for cell, year, kind in zip(row[1:3], years, ("c-1", "c-2"), strict=True)
        )
        groups.append(Group(name, bars))
        for bar, cell, year in zip(bars, row[1:3], years, strict=True):
            if bar is not None and isinstance(cell, Number):
                told = page.short_year(year)
                own = replace(
                    name,
                    text=f"{name.text} {told}" if year == years[0] else told,
                    name=bar.label.text,
                )
                entries.append(Row(own, bar.value, page.yen_short(bar.value), bar.kind))
    series = [(page.year(year), kind) for year, kind in zip(years, ("c-1", "c-2"), strict=True)]
    narrow = replace(about, identifier=f"{about.identifier}-narrow")
    return columns(about, groups, series, page.yen_short), rows(narrow, entries, NARROW)


_ENDS: Final = ("source", "target")


def _key(node: Mapping[str, Any]) -> str:
    thing = node["thing"]
    return f"{node['kind']} {'' if thing is None else thing['id']}"


def _name(page: Page, t: SimpleNamespace, node: Mapping[str, Any], address: Address) -> Label:
    thing = node["thing"]
    if thing is None:
        return Label(getattr(t.unknown, node["kind"]))
    return label_of(page, thing, address(node["kind"], thing))


def _numbers(page: Page, link: Link, selected: int) -> tuple[Number, ...]:
    """Return the cells of what a link carries: its yen, their share, how many figures they sum."""
    return (
        money(page, link["amount"]),
        Number(None, percent(link["amount"], selected)),
        Number(link["figures"], f"{link['figures']:,}"),
    )


def _spoken(label: Label, amount: str) -> Label:
    return Label(label.text, label.lang, label.href, f"{label.text}: {amount}")


def _folded(links: Sequence[Link]) -> dict[str, str]:
    """Return the keys of small nodes, each with the key of the node that stands for them."""
    amounts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for link in links:
        amounts[link["target"]["kind"]][_key(link["target"])] += abs(link["amount"])
    found: dict[str, str] = {}
    for kind, own in amounts.items():
        ranked = sorted(own, key=lambda key: (-own[key], key))
        if len(ranked) > _MOST[kind]:
            found |= dict.fromkeys(ranked[_MOST[kind] - 1 :], f"{kind} {_REST}")
    return found


def _counts_of_rest(folded: Mapping[str, str]) -> dict[str, int]:
    return {rest: list(folded.values()).count(rest) for rest in dict.fromkeys(folded.values())}


def _nodes(
    links: Sequence[Link], folded: Mapping[str, str]
) -> tuple[dict[str, tuple[str, Any]], dict[str, str], dict[str, int]]:
    """Return what the nodes are, their colours (that of the payer), and their amounts."""
    things: dict[str, tuple[str, Any]] = {}
    colours: dict[str, str] = {}
    entering: dict[str, int] = defaultdict(int)
    leaving: dict[str, int] = defaultdict(int)
    payers = 0
    for link in links:
        for end in _ENDS:
            node = link[end]
            key = folded.get(_key(node), _key(node))
            (leaving if end == "source" else entering)[key] += link["amount"]
            if key in things:
                continue
            things[key] = (node["kind"], node["thing"])
            if node["kind"] == "payer":
                known = node["thing"] is not None
                colours[key] = _COLOURS[payers % len(_COLOURS)] if known else _UNKNOWN
                payers += known
            elif node["kind"] == "total":
                colours[key] = _UNKNOWN
            else:
                source = folded.get(_key(link["source"]), _key(link["source"]))
                colours[key] = colours.get(source, _UNKNOWN)
    amounts = {key: entering[key] if key in entering else leaving[key] for key in things}
    return things, colours, amounts


def _by_target(links: Sequence[Link], kind: str) -> tuple[dict[str, Any], dict[str, int]]:
    things: dict[str, Any] = {}
    amounts: dict[str, int] = defaultdict(int)
    for link in links:
        if link["target"]["kind"] == kind:
            key = _key(link["target"])
            things[key] = link["target"]["thing"]
            amounts[key] += link["amount"]
    return things, dict(amounts)
