"""One part of an import: some programmes with all their sheets, from rows to fragments of Turtle.

Figures restate each other, and indicators recur, within a programme only; the programmes of the
reviewed list also stand to each other as parts and wholes and share totals with the facts, so all
of these make the first part. Parts know nothing of each other: they need the memory of one, run
side by side, and each that is complete need not be done again.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from medrd_kg.sources.facts import PublicFacts
from medrd_kg.sources.known_graph import KnownGraph
from medrd_kg.sources.review_sheets.chains import Chain
from medrd_kg.sources.review_sheets.concept_links import LINKED, concept_link_blocks
from medrd_kg.sources.review_sheets.editions import edition_blocks, slug_of
from medrd_kg.sources.review_sheets.figures import figure_blocks, record_figures
from medrd_kg.sources.review_sheets.indicators import IndicatorRegistry
from medrd_kg.sources.review_sheets.joining import settle_beside
from medrd_kg.sources.review_sheets.ledger import Ledger, Statement
from medrd_kg.sources.review_sheets.organisations import OrganisationRegistry
from medrd_kg.sources.review_sheets.output import Layout, TurtleOutput
from medrd_kg.sources.review_sheets.payments import PaymentCounts, payment_blocks
from medrd_kg.sources.review_sheets.perimeters import TotalKey, assign
from medrd_kg.sources.review_sheets.programmes import programme_block
from medrd_kg.sources.review_sheets.records import Sheet
from medrd_kg.sources.review_sheets.report import Finding, ImportReport, Severity
from medrd_kg.sources.review_sheets.selection import reviewed_programmes
from medrd_kg.sources.review_sheets.survey import Candidate, Survey
from medrd_kg.sources.review_sheets.texts import TextStore
from medrd_kg.sources.review_sheets.totals import total_blocks
from medrd_kg.sources.review_sheets.turtle import Block, term

__all__ = ["Part", "PartResult", "Plan", "part_of"]

FIRST: Final = 0
"""The part of the reviewed programmes and the facts."""

Totals = Mapping[TotalKey, Sequence[Statement]]


def part_of(programme: str, parts: int) -> int:
    """Return the part to which a programme belongs, for a number of parts."""
    if parts == 1 or programme in reviewed_programmes():
        return FIRST
    return 1 + zlib.crc32(programme.encode()) % (parts - 1)


@dataclass(frozen=True, slots=True)
class Plan:
    """What all parts of an import share, and none changes.

    Attributes:
        survey: Settled.
        registry: Settled.
        facts: Figures of other public sources.
        layout: Names of the files.
        described: Labels of the subjects that the graph describes already.
        indicators: Highest number already given to an indicator, by programme.
        known: The graph that the sheets join; None where they hold all years that sums need.
        texts: Whether sentences are stored.
    """

    survey: Survey
    registry: OrganisationRegistry
    facts: PublicFacts
    layout: Layout
    described: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    indicators: Mapping[str, int] = field(default_factory=dict)
    known: KnownGraph | None = None
    texts: bool = True


@dataclass(slots=True)
class PartResult:
    """What a part made, in numbers, and what the shared files need to know of it."""

    editions: int = 0
    statements: int = 0
    current_statements: int = 0
    addends: int = 0
    flows: int = 0
    unnamed_flows: int = 0
    payments_without_amount: int = 0
    indicators: int = 0
    totals: int = 0
    years: list[int] = field(default_factory=list)
    organisations: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return the result as JSON has it."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "PartResult":
        """Return the result that `to_json` gave."""
        findings = [
            Finding(**each | {"severity": Severity(each["severity"])})
            for each in stored["findings"]
        ]
        return cls(**{**stored, "findings": findings})


class Part:
    """Makes one part."""

    def __init__(self, plan: Plan, number: int, candidates: Sequence[Candidate]) -> None:
        """Take the sheets of a part.

        Args:
            plan: What all parts share.
            number: Of the part; `FIRST` also states the facts and the totals.
            candidates: Its sheets, in the order of the files.
        """
        self._plan = plan
        self._number = number
        self._candidates = candidates
        self._report = ImportReport()
        self._ledger = Ledger()
        self._indicators = IndicatorRegistry(plan.indicators)
        self._counts = PaymentCounts(summed=plan.known is None)
        self._output = TurtleOutput(plan.layout, plan.described)
        self._years: set[int] = set()
        self._result = PartResult()

    def make(self, folder: Path) -> PartResult:
        """Read the sheets, settle their figures, and write the fragments.

        Args:
            folder: Receives the fragments and the sentences.

        Raises:
            OSError: A file cannot be read or written.
        """
        survey = self._plan.survey
        read = list(survey.sheets(self._candidates))
        with TextStore(folder / "texts.jsonl" if self._plan.texts else None) as texts:
            for sheet, programme in read:
                record_figures(sheet, programme, self._ledger)
                texts.put(sheet, programme, self._indicators.observe(sheet, programme))
        sheets = frozenset(each.slug for each in survey.candidates)
        if self._number == FIRST:
            self._plan.facts.record(self._ledger, self._report, sheets)
        parents = {each.slug: each.part_of for each in reviewed_programmes().values()}
        self._ledger.settle({child: parent for child, parent in parents.items() if parent})
        totals: Totals = {}
        if self._plan.known is None:
            totals = assign(self._ledger)
        else:
            settle_beside(self._ledger, self._plan.known)
        chains = self._chains()
        for chain in chains.values():
            graph = f"review-sheets-{chain.last.publication_year}"
            self._output.add(graph, self._programme(chain))
        for graph, block in self._indicators.blocks():
            self._output.add(graph, block)
        for statement in self._ledger:
            self._output.add(statement.graph, *figure_blocks(statement))
            self._years.add(statement.fiscal_year)
        for sheet, programme in read:
            self._add_sheet(sheet, programme)
        if self._number == FIRST:
            self._add_facts(totals, sheets)
        self._summarise(totals)
        self._output.spill(folder)
        return self._result

    def _chains(self) -> dict[str, Chain]:
        """Return the chains of the part, in the order in which the survey has them."""
        slugs = {self._plan.survey.programme(each) for each in self._candidates}
        return {slug: each for slug, each in self._plan.survey.chains.items() if slug in slugs}

    def _add_sheet(self, sheet: Sheet, programme: str) -> None:
        graph = f"review-sheets-{sheet.publication_year}"
        reviewed = reviewed_programmes().get(programme)
        silent = not any(each.amount.yen for each in sheet.budget)
        under_parent = reviewed is not None and bool(reviewed.part_of) and silent
        self._output.add(
            graph,
            *edition_blocks(sheet, programme, under_parent=under_parent),
            *payment_blocks(sheet, programme, self._plan.registry, self._report, self._counts),
        )
        if slug_of(sheet) == _newest(self._plan.survey.chains[programme]):
            self._output.add(LINKED, *concept_link_blocks(sheet, programme))
        self._result.editions += 1

    def _add_facts(self, totals: Totals, sheets: frozenset[str]) -> None:
        """Put what belongs to no single year into files of its own."""
        printed = self._plan.facts.emit(
            self._output, self._ledger, totals, self._counts.transfers, sheets
        )
        chains = frozenset(self._plan.survey.chains)
        self._plan.facts.programme_blocks(self._output, self._ledger, chains)
        keys = {*totals, *self._counts.transfers}
        self._output.add("facts-totals", *total_blocks(keys, printed))
        self._result.totals = len(keys)
        self._years |= {key.fiscal_year for key in keys}

    def _programme(self, chain: Chain) -> Block:
        reviewed = reviewed_programmes().get(chain.slug)
        names = [link.key.printed for link in reversed(chain.links)]
        reason = self._plan.survey.reasons.get(chain.slug, "")
        block = programme_block(
            chain.slug, chain.last.ministry, tuple(dict.fromkeys(names)), reviewed, reason
        )
        return block.add("mrd:statedIn", term("sheet", _newest(chain)))

    def _summarise(self, totals: Totals) -> None:
        result, counts = self._result, self._counts
        result.statements = len(self._ledger)
        result.current_statements = sum(1 for _ in self._ledger.current())
        result.addends = len({each.slug for members in totals.values() for each in members})
        result.flows = counts.flows
        result.unnamed_flows = counts.unnamed
        result.payments_without_amount = counts.without_amount
        result.indicators = len(self._indicators)
        result.years = sorted(self._years | self._indicators.years())
        result.organisations = sorted(self._output.organisations)
        result.findings = list(self._report)


def _newest(chain: Chain) -> str:
    return chain.last.slug
