"""Typed records of one administrative programme review sheet (行政事業レビューシート)."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from medrd_kg.sources.review_sheets.amounts import Amount
from medrd_kg.sources.review_sheets.ministries import Ministry

__all__ = [
    "BudgetFigure",
    "Outcome",
    "OutcomeResult",
    "Payment",
    "Predecessor",
    "Sheet",
    "Stage",
]


class Stage(StrEnum):
    """Stages of a budget, in the order of a fiscal year; the values are those of the contract."""

    REQUEST = "request"
    INITIAL = "initial"
    SUPPLEMENTARY = "supplementary"
    CARRIED_IN = "carried-in"
    CARRIED_OUT = "carried-out"
    RESERVE = "reserve"
    TOTAL = "total"
    EXECUTED = "executed"


@dataclass(frozen=True, slots=True)
class BudgetFigure:
    """One cell of the budget table that states a figure (zero included).

    Attributes:
        fiscal_year: Western year in which the fiscal year begins.
        stage: What the figure is.
        amount: Yen and the token as printed.
        pointer: JSON pointer of the cell.
    """

    fiscal_year: int
    stage: Stage
    amount: Amount
    pointer: str


@dataclass(frozen=True, slots=True)
class Payment:
    """One row of the list of payees (支出先).

    Attributes:
        fiscal_year: The year spent, as the row says.
        block: Label of the block, per sheet (A, B, …); empty where none is stated.
        rank: Position in the block, or None.
        payee: Name as printed; use only through the privacy rule.
        corporate_number: Valid 法人番号 or None.
        amount: Yen and the token as printed.
        pointer: JSON pointer of the row.
    """

    fiscal_year: int
    block: str
    rank: int | None
    payee: str
    corporate_number: str | None
    amount: Amount
    pointer: str


@dataclass(frozen=True, slots=True)
class OutcomeResult:
    """Target and result of an outcome indicator in one fiscal year; either may be absent."""

    fiscal_year: int
    achieved: Decimal | None
    target: Decimal | None
    pointer: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """An outcome (アウトカム): goal, indicator, unit, yearly results and final target."""

    goal: str
    measure: str
    unit: str
    final_target: Decimal | None
    final_year: int | None
    results: tuple[OutcomeResult, ...]
    pointer: str


@dataclass(frozen=True, slots=True)
class Predecessor:
    """A reference to an earlier sheet of the same programme (関連する過去のレビューシート)."""

    year: int
    ministry: str
    number: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of one publication year.

    Attributes:
        file: Name of the file it was read from.
        line: Line number, from 1.
        publication_year: Year N: spending of N-1, budget of N, request for N+1.
        ministry: Who publishes it.
        number: 事業番号 as printed.
        programme_id: 事業ID, only in 2015-2020.
        name: Programme name as printed.
        start_year: First fiscal year of the programme.
        end_year: Last fiscal year, where one is planned.
        bureau: 担当部局庁 as printed.
        accounts: 会計区分.
        methods: 実施方法.
        policies: 主要施策, the policy tags that the ministry chose.
        purpose: 事業目的, a text of others: local store only.
        outline: 事業概要, a text of others: local store only.
    """

    file: str
    line: int
    publication_year: int
    ministry: Ministry
    number: str
    programme_id: str | None
    name: str
    start_year: int | None
    end_year: int | None
    bureau: str
    accounts: tuple[str, ...]
    methods: tuple[str, ...]
    policies: tuple[str, ...]
    purpose: str
    outline: str
    budget: tuple[BudgetFigure, ...]
    payments: tuple[Payment, ...]
    outcomes: tuple[Outcome, ...]
    predecessors: tuple[Predecessor, ...]

    def figure(self, fiscal_year: int, stage: Stage) -> int | None:
        """Return the stated yen of a stage, or None where it is missing or zero."""
        for each in self.budget:
            if each.fiscal_year == fiscal_year and each.stage is stage and each.amount.yen:
                return each.amount.yen
        return None
