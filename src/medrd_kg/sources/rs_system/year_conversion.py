"""The sheets of one year: which are taken, what they continue, and the blocks they become."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from medrd_kg.sources.known_graph import KnownGraph
from medrd_kg.sources.review_sheets.concept_links import concept_link_blocks
from medrd_kg.sources.review_sheets.known import known_organisations
from medrd_kg.sources.review_sheets.ministries import Ministry
from medrd_kg.sources.review_sheets.organisations import OrganisationRegistry
from medrd_kg.sources.review_sheets.programmes import (
    known_organisation_block,
    organisation_block,
    programme_block,
)
from medrd_kg.sources.review_sheets.records import Stage
from medrd_kg.sources.review_sheets.report import ImportReport, Severity
from medrd_kg.sources.review_sheets.selection import Selection, reviewed_programmes
from medrd_kg.sources.review_sheets.turtle import Block, term, text
from medrd_kg.sources.review_sheets.years import fiscal_year_blocks
from medrd_kg.sources.rs_system.budget_blocks import Addition, Sums, budget_blocks
from medrd_kg.sources.rs_system.chaining import Link, ProgrammeFinder
from medrd_kg.sources.rs_system.output import TurtleFile
from medrd_kg.sources.rs_system.payment_blocks import PaymentBlocks
from medrd_kg.sources.rs_system.records import RsSheet
from medrd_kg.sources.rs_system.selecting import as_review_sheet, reason_to_take
from medrd_kg.sources.rs_system.sheet_blocks import (
    edition_blocks,
    indicator_blocks,
    policy_blocks,
    source_block,
)

__all__ = ["RsSummary", "YearConversion"]

_OWN: Final = "rs-"


@dataclass(slots=True)
class RsSummary:
    """What an import took and wrote.

    Attributes:
        tables: Rows read, by table.
        sheets: Sheets read.
        taken: Sheets taken.
        rules: How many sheets each rule of chaining placed.
        statements: Budget figures.
        payments: Payments to payees.
        unnamed: Payments to payees that are not named.
        organisations: Organisations that are paid.
        indicators: Indicators with a target or result.
        totals: What may be summed, by year of publication, fiscal year, stage and level.
        files: Size in bytes by file.
        changed: Names of the files that were not there before in this form.
        years: Years that each run stands for, by its identifier.
    """

    tables: dict[str, int] = field(default_factory=dict)
    sheets: int = 0
    taken: int = 0
    rules: dict[str, int] = field(default_factory=dict)
    statements: int = 0
    payments: int = 0
    unnamed: int = 0
    organisations: int = 0
    indicators: int = 0
    totals: dict[tuple[int, int, Stage, str], Addition] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    years: dict[str, set[int]] = field(default_factory=dict)


class YearConversion:
    """The conversion of one year's sheets."""

    def __init__(
        self,
        year: int,
        known: KnownGraph,
        selection: Selection,
        report: ImportReport,
        summary: RsSummary,
    ) -> None:
        """Prepare the conversion of one year.

        Args:
            year: Year of publication.
            known: What the graph says without this year.
            selection: Medical R&D only, or every sheet.
            report: Takes the findings.
            summary: Takes what is counted.
        """
        self.year = year
        self._known = known
        self._selection = selection
        self._report = report
        self.summary = summary
        self._finder = ProgrammeFinder(known)
        self._registry = OrganisationRegistry(known.bearers())
        self._sums = Sums(year, frozenset(known.totals.values()))
        self._file = TurtleFile(known.labelled)
        self.links = TurtleFile(set())
        """Concepts that the linker finds in the texts, in the graph of computed links."""

    def convert(self, sheets: Sequence[RsSheet]) -> TurtleFile | None:
        """Return the file, or None where no sheet is taken."""
        taken = list(self._taken(sheets))
        if not taken:
            return None
        for sheet, link, _ in taken:
            self._observe(sheet, link.programme)
        self._registry.settle()
        for entry in self._registry.organisations():
            entry.slug = self._known.numbered.get(entry.number or "", entry.slug)
        self._file.add(source_block(self.year))
        for sheet, link, reason in taken:
            self._emit(sheet, link, reason)
        self._file.add(*self._sums.blocks())
        self._emit_shared({sheet.ministry for sheet, _, _ in taken})
        for place, each in self._sums.totals.items():
            self.summary.totals[self.year, *place] = each
        return self._file

    def _taken(self, sheets: Sequence[RsSheet]) -> Iterator[tuple[RsSheet, Link, str]]:
        used: dict[str, RsSheet] = {}
        for sheet in sheets:
            link = self._finder.find(sheet)
            programme = self._known.programmes.get(link.programme)
            reason = reason_to_take(sheet, link, programme, self._selection)
            if reason is None:
                continue
            first = used.get(link.programme)
            if first is not None:
                # Two sheets of a year are two programmes, whatever their names.
                self._doubt(sheet, f"{first.identifier} continues {link.programme} too: kept apart")
                link = Link(f"rs-{sheet.identifier}", "first")
            used[link.programme] = sheet
            for doubt in link.doubts:
                self._doubt(sheet, f"may continue {doubt.programme}: {doubt.why}")
            rules = self.summary.rules
            rules[link.rule] = rules.get(link.rule, 0) + 1
            self.summary.taken += 1
            yield sheet, link, reason

    def _doubt(self, sheet: RsSheet, reason: str) -> None:
        file, _, rest = sheet.place.partition(":")
        row, _, column = rest.partition("#")
        self._report.add(file, int(row), column, Severity.DOUBT, f"{sheet.identifier} {reason}")

    def _observe(self, sheet: RsSheet, programme: str) -> None:
        for block in sheet.blocks.values():
            for row in block.payees:
                self._registry.observe(row.name, row.number, programme)

    def _emit(self, sheet: RsSheet, link: Link, reason: str) -> None:
        reviewed = reviewed_programmes().get(link.programme)
        file, slug = self._file, link.programme
        file.add(*edition_blocks(sheet, link))
        # What no other source describes, the sheets of every year do, each for itself.
        if slug.startswith(_OWN) or term("prg", slug) not in self._known.labelled:
            names = (sheet.name,)
            block = programme_block(slug, sheet.ministry.slug, names, reviewed, reason)
            file.add(block.add("mrd:statedIn", term("sheet", sheet.slug)))
        budget = list(budget_blocks(sheet, slug, self._known, self._sums, self._report))
        self.summary.statements += len(budget)
        file.add(*budget)
        payments = PaymentBlocks(sheet, slug, self._registry, self._sums, self._report)
        file.add(*payments.blocks())
        self.summary.payments += payments.flows
        self.summary.unnamed += payments.unnamed
        indicators = list(indicator_blocks(sheet, slug))
        self.summary.indicators += sum(each.prefix == "ind" for each in indicators)
        file.add(*indicators)
        file.add(*policy_blocks(sheet, slug, self._known))
        self.links.add(*concept_link_blocks(as_review_sheet(sheet), slug))

    def _emit_shared(self, publishers: set[Ministry]) -> None:
        """Add organisations and fiscal years that the graph does not describe."""
        described: set[str] = set()
        for entry in self._registry.organisations():
            self.summary.organisations += 1
            described.add(entry.slug)
            self._file.add(organisation_block(entry))
        for doubt in self._registry.doubts():
            one, other = doubt.organisation.slug, doubt.other.slug
            reason = f"may be {other}: {doubt.why}; kept apart"
            self._report.add(f"rs-system-{self.year}", 0, one, Severity.DOUBT, reason)
        for ministry in sorted(publishers, key=lambda each: each.slug):
            if ministry.slug in described:
                continue
            described.add(ministry.slug)
            self._file.add(_publisher_block(ministry))
        parents = {
            known_organisations()[slug].parent for slug in described & known_organisations().keys()
        }
        needed = {*self._file.organisations, *parents} & known_organisations().keys()
        for slug in sorted(needed - described):
            self._file.add(known_organisation_block(slug))
        self._file.add(*fiscal_year_blocks(self._file.years))


def _publisher_block(ministry: Ministry) -> Block:
    if ministry.slug in known_organisations():
        return known_organisation_block(ministry.slug)
    block = Block(term("org-", ministry.slug), "Ministry")
    return block.add("rdfs:label", text(ministry.name, "ja"))
