"""Sums of review sheets, straight from JSON with `Decimal` and straight from Turtle.

Nothing here uses the importer: it is what the importer is held against.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pyoxigraph as ox
import zstandard

MRD = "https://w3id.org/medrd-kg/core#"
STAGES = {
    "当初予算": "initial",
    "補正予算": "supplementary",
    "前年度から繰越し": "carried-in",
    "翌年度へ繰越し": "carried-out",
    "予備費等": "reserve",
    "予算計": "total",
    "執行額": "executed",
    "要求額": "request",
}


class Sums(NamedTuple):
    """Sums of a source.

    Attributes:
        budgets: Yen by publication year, fiscal year and stage; zeros left out.
        payments: Yen by publication year and fiscal year; zeros left out.
        paid: Number of payments with an amount, by publication year.
        achieved: Sum of achieved values of outcomes by publication year and fiscal year.
        targets: Sum of target values of outcomes by publication year and fiscal year.
    """

    budgets: dict[tuple[int, int, str], int]
    payments: dict[tuple[int, int], int]
    paid: dict[int, int]
    achieved: dict[tuple[int, int], Decimal]
    targets: dict[tuple[int, int], Decimal]


def _without_zeros(counted: Mapping[Any, Any]) -> dict[Any, Any]:
    return {key: value for key, value in counted.items() if value}


def _lines(path: Path) -> Iterator[str]:
    if path.suffix == ".zst":
        with zstandard.open(path, "rt", encoding="utf-8") as stream:
            yield from stream
    else:
        with path.open(encoding="utf-8") as plain:
            yield from plain


def _yen(million: object) -> int:
    return round(Decimal(str(million)) * 1_000_000) if isinstance(million, Decimal | int) else 0


def _number(value: object) -> Decimal:
    return Decimal(value) if isinstance(value, Decimal | int) else Decimal()


def of_json(paths: Iterable[Path]) -> Sums:
    """Sum up the cells of files of sheets."""
    budgets: Counter[Any] = Counter()
    payments: Counter[Any] = Counter()
    paid: Counter[Any] = Counter()
    achieved: defaultdict[Any, Decimal] = defaultdict(Decimal)
    targets: defaultdict[Any, Decimal] = defaultdict(Decimal)
    for path in paths:
        for line in _lines(path):
            row = json.loads(line, parse_float=Decimal)
            published = row["公開年度"]
            for cells in row.get("予算") or []:
                for field, stage in STAGES.items():
                    budgets[published, cells["年度"], stage] += _yen(cells.get(field))
            for cells in row.get("支出先") or []:
                amount = _yen(cells.get("支出額"))
                payments[published, cells["年度"]] += amount
                paid[published] += amount != 0
            for outcome in row.get("アウトカム") or []:
                for cells in outcome.get("成果実績") or []:
                    place = published, cells["年度"]
                    achieved[place] += _number(cells.get("成果実績"))
                    targets[place] += _number(cells.get("目標値"))
    return Sums(
        _without_zeros(budgets),
        _without_zeros(payments),
        _without_zeros(paid),
        _without_zeros(achieved),
        _without_zeros(targets),
    )


def _described(paths: Iterable[Path]) -> Iterator[dict[str, str]]:
    """Yield the values of one subject after the other; a file names each subject once."""
    for path in paths:
        subject, values = "", dict[str, str]()
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            if str(quad.subject) != subject:
                yield values
                subject, values = str(quad.subject), {}
            if isinstance(quad.object, ox.NamedNode | ox.Literal):
                values[quad.predicate.value.rpartition("#")[2]] = quad.object.value
        yield values


def _last(iri: str) -> str:
    return iri.rpartition("/")[2].rpartition("#")[2]


def of_turtle(paths: Iterable[Path]) -> Sums:
    """Sum up the figures of Turtle files."""
    budgets: Counter[Any] = Counter()
    payments: Counter[Any] = Counter()
    paid: Counter[Any] = Counter()
    achieved: defaultdict[Any, Decimal] = defaultdict(Decimal)
    targets: defaultdict[Any, Decimal] = defaultdict(Decimal)
    for values in _described(paths):
        kind = _last(values.get("type", ""))
        if kind not in {"BudgetStatement", "FundingFlow", "IndicatorResult"}:
            continue
        published = int(_last(values["statedIn"])[:4])
        year = int(_last(values["fiscalYear"]))
        amount = int(values.get("amountJPY") or values.get("nonAdditiveAmountJPY") or 0)
        if kind == "BudgetStatement":
            budgets[published, year, _last(values["budgetStage"]).removeprefix("stage-")] += amount
        elif kind == "FundingFlow":
            payments[published, year] += amount
            paid[published] += 1
        else:
            achieved[published, year] += Decimal(values.get("achievedValue", 0))
            targets[published, year] += Decimal(values.get("targetValue", 0))
    return Sums(
        _without_zeros(budgets),
        _without_zeros(payments),
        _without_zeros(paid),
        _without_zeros(achieved),
        _without_zeros(targets),
    )
