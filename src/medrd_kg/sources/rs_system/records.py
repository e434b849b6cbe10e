"""Typed records of one programme's sheet in the RS system."""

from dataclasses import dataclass, field
from decimal import Decimal

from medrd_kg.sources.review_sheets.amounts import Amount
from medrd_kg.sources.review_sheets.ministries import Ministry
from medrd_kg.sources.review_sheets.records import Stage

__all__ = [
    "Block",
    "BudgetLine",
    "Figure",
    "Indicator",
    "Overhead",
    "PaidRow",
    "PolicyLink",
    "RsSheet",
    "YearValue",
]


@dataclass(frozen=True, slots=True)
class Figure:
    """An amount in yen with its place."""

    amount: Amount
    place: str


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """A row of 歳出予算項目: what a stage consists of, by 所管, 組織, 項 and 目."""

    fiscal_year: int
    stage: Stage
    line: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class PaidRow:
    """A payee of a block with the amount that it received in all.

    Attributes:
        name: As printed; use only through the privacy rule.
        number: Valid 法人番号 or None.
        figure: What it received.
        row: Row of the file, for findings.
    """

    name: str
    number: str | None
    figure: Figure
    file: str
    row: int


@dataclass(slots=True)
class Block:
    """A block of payees (支出先ブロック).

    Attributes:
        label: A, B, …, per sheet.
        total: What the block received in all, where it is stated.
        payees: Who received it.
        direct: Whether the ministry pays it.
        sources: Labels of the blocks that pay it.
        place: Where it is stated.
    """

    label: str
    total: Figure | None = None
    payees: list[PaidRow] = field(default_factory=list)
    direct: bool = False
    sources: set[str] = field(default_factory=set)
    place: str = ""


@dataclass(frozen=True, slots=True)
class Overhead:
    """What the state itself spent (国自らが支出する間接経費)."""

    item: str
    figure: Figure


@dataclass(slots=True)
class YearValue:
    """Target and result of an indicator in one fiscal year."""

    target: Decimal | None = None
    achieved: Decimal | None = None
    place: str = ""


@dataclass(slots=True)
class Indicator:
    """An activity or outcome indicator."""

    kind: str
    measure: str
    unit: str
    place: str
    years: dict[int, YearValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PolicyLink:
    """A policy, law or plan that a sheet names; ``kind`` is policy, law or plan."""

    kind: str
    title: str
    number: str
    address: str


@dataclass(slots=True)
class RsSheet:
    """The sheet of one programme in one year.

    Attributes:
        year: 事業年度, the year of publication: spending of the year before.
        identifier: 予算事業ID.
        name: As printed.
        ministry: Who publishes it.
        bureau: 局・庁 as printed.
        place: Where it is named first.
        former_numbers: 旧事業番号.
        figures: Stated amount by fiscal year and stage, zero left out.
        overview: Purpose and outline, texts of others: read by the linker, never written.
    """

    year: int
    identifier: int
    name: str
    ministry: Ministry
    bureau: str
    place: str
    start_year: int | None = None
    end_year: int | None = None
    former_numbers: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    overview: tuple[str, str] = ("", "")
    figures: dict[tuple[int, Stage], Figure] = field(default_factory=dict)
    lines: list[BudgetLine] = field(default_factory=list)
    blocks: dict[str, Block] = field(default_factory=dict)
    overheads: list[Overhead] = field(default_factory=list)
    indicators: dict[tuple[str, ...], Indicator] = field(default_factory=dict)
    policies: list[PolicyLink] = field(default_factory=list)

    @property
    def slug(self) -> str:
        """Local name that the sheet, its edition and its figures share."""
        return f"{self.year}-{self.ministry.slug}-rs-{self.identifier}"

    def block(self, label: str) -> Block:
        """Return the block of a label, new where it was not heard of."""
        return self.blocks.setdefault(label, Block(label))
