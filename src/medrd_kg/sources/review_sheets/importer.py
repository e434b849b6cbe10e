"""The import: sheets in, Turtle files out, one per publication year and a few for what endures.

`import_review_sheets` reads every sheet once to decide what is taken and what continues what,
goes through the taken sheets a second time to learn names and newest figures, and writes year by
year. Taken sheets are kept between the passes while they are few and read again when they are
many, so that the whole of the government's sheets does not need the memory of all of them.

An import that holds all years of the graph replaces the graph's files. One that lacks some adds
to them, in files of its own: it leaves out sheets that the graph has, and sums nothing, because
which figure is current cannot be told without the other years.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from medrd_kg.content import data_dir
from medrd_kg.sources.facts import PublicFacts
from medrd_kg.sources.review_sheets.chains import Chain
from medrd_kg.sources.review_sheets.concept_links import LINKED, concept_link_blocks
from medrd_kg.sources.review_sheets.described import read_described, years_of
from medrd_kg.sources.review_sheets.editions import edition_blocks, slug_of
from medrd_kg.sources.review_sheets.figures import figure_block, record_figures
from medrd_kg.sources.review_sheets.indicators import IndicatorRegistry
from medrd_kg.sources.review_sheets.iris import sheet_slug
from medrd_kg.sources.review_sheets.known import known_organisations
from medrd_kg.sources.review_sheets.ledger import Ledger, Statement
from medrd_kg.sources.review_sheets.ministries import Ministry
from medrd_kg.sources.review_sheets.organisations import OrganisationRegistry
from medrd_kg.sources.review_sheets.output import TurtleOutput
from medrd_kg.sources.review_sheets.payments import PaymentCounts, payment_blocks
from medrd_kg.sources.review_sheets.perimeters import TotalKey, assign
from medrd_kg.sources.review_sheets.programmes import (
    known_organisation_block,
    organisation_block,
    programme_block,
    source_block,
)
from medrd_kg.sources.review_sheets.reader import read_sheets
from medrd_kg.sources.review_sheets.records import Sheet
from medrd_kg.sources.review_sheets.report import ImportReport, Severity
from medrd_kg.sources.review_sheets.selection import Selection, reviewed_programmes
from medrd_kg.sources.review_sheets.summary import ImportSummary
from medrd_kg.sources.review_sheets.survey import Survey
from medrd_kg.sources.review_sheets.texts import TextStore
from medrd_kg.sources.review_sheets.totals import total_blocks
from medrd_kg.sources.review_sheets.turtle import Block, term
from medrd_kg.sources.review_sheets.units import responsible_units, unit_block
from medrd_kg.sources.review_sheets.years import fiscal_year_blocks

__all__ = ["ImportSummary", "import_review_sheets"]

_KEPT_SHEETS: Final = 5_000
_BROWSE: Final = "browse.ttl"

Totals = Mapping[TotalKey, Sequence[Statement]]


class _Import:
    """One run of the import; holds what the passes hand to each other."""

    def __init__(
        self,
        selection: Selection,
        texts_path: Path | None,
        report: ImportReport,
        facts: PublicFacts,
    ) -> None:
        self._report = report
        self._facts = facts
        self._texts_path = texts_path
        self._survey = Survey(selection, report, keep=_KEPT_SHEETS)
        self._ledger = Ledger()
        self._registry = OrganisationRegistry()
        self._indicators = IndicatorRegistry()
        self._counts = PaymentCounts()
        self._ministries: set[Ministry] = set()
        self._sheets: set[str] = set()
        self._years: set[int] = set()
        self._units: dict[str, tuple[str, Ministry]] = {}
        self._output = TurtleOutput()
        self._adds = False
        self.summary = ImportSummary()

    def run(self, paths: Sequence[Path], out_dir: Path, beside: Path) -> ImportSummary:
        """Go through all passes and write the files."""
        for path in sorted(paths, key=lambda each: each.name):
            for sheet in read_sheets(path, self._report):
                self._survey.take(path, sheet)
        self._adds = not years_of(beside) <= self._survey.years
        if self._adds:
            self._prepare_addition(out_dir, beside)
        self._survey.settle()
        self._registry = OrganisationRegistry(self._survey.bearers())
        with TextStore(self._texts_path) as texts:
            for sheet, programme in self._survey.taken(self._report):
                self._observe(sheet, programme, texts)
        self._facts.record(self._ledger, self._report, frozenset(self._sheets))
        for name, number, programme in self._facts.payees():
            self._registry.observe(name, number, programme)
        parents = {each.slug: each.part_of for each in reviewed_programmes().values()}
        self._ledger.settle({child: parent for child, parent in parents.items() if parent})
        totals = {} if self._adds else assign(self._ledger)
        self._emit_programmes_and_figures()
        for year in self._survey.taken_years:
            for sheet, programme in self._survey.taken(self._report, year):
                self._emit_sheet(sheet, programme)
            self._output.write(out_dir, f"review-sheets-{year}")
        self._emit_shared(totals)
        self._report_doubtful_organisations()
        self._summarise(totals)
        self.summary.files = self._output.write_all(out_dir)
        return self.summary

    def _prepare_addition(self, out_dir: Path, beside: Path) -> None:
        """Learn what the graph has, so that nothing of it is said twice or otherwise."""
        suffix = "-".join(str(year) for year in sorted(self._survey.years))
        ending = f"-added-{suffix}"
        files = [*beside.rglob("*.ttl"), *out_dir.glob("*.ttl")]
        described = read_described(
            path for path in files if path.name != _BROWSE and not path.stem.endswith(ending)
        )
        self._output = TurtleOutput(ending, frozenset(described.subjects))
        self._survey.leave_out(frozenset(described.subjects))
        self._indicators = IndicatorRegistry(described.indicators)
        self._facts = PublicFacts(())
        self._counts.summed = False
        self.summary.added_only = True

    def _observe(self, sheet: Sheet, programme: str, texts: TextStore) -> None:
        self._ministries.add(sheet.ministry)
        self._sheets.add(slug_of(sheet))
        record_figures(sheet, programme, self._ledger)
        for payment in sheet.payments:
            if payment.amount.yen:
                self._registry.observe(payment.payee, payment.corporate_number, programme)
                self._years.add(payment.fiscal_year)
        texts.put(sheet, programme, self._indicators.observe(sheet, programme))
        for slug, label in responsible_units(sheet.ministry, sheet.bureau):
            self._units[slug] = (label, sheet.ministry)

    def _emit_sheet(self, sheet: Sheet, programme: str) -> None:
        graph = f"review-sheets-{sheet.publication_year}"
        reviewed = reviewed_programmes().get(programme)
        silent = not any(each.amount.yen for each in sheet.budget)
        under_parent = reviewed is not None and bool(reviewed.part_of) and silent
        self._output.add(
            graph,
            source_block(sheet.publication_year),
            *edition_blocks(sheet, programme, under_parent=under_parent),
            *payment_blocks(
                sheet,
                programme,
                self._registry,
                self._report,
                self._counts,
            ),
        )
        if slug_of(sheet) == self._newest(self._survey.chains[programme]):
            self._output.add(LINKED, *concept_link_blocks(sheet, programme))
        self.summary.editions += 1

    def _emit_programmes_and_figures(self) -> None:
        for chain in self._survey.chains.values():
            graph = f"review-sheets-{chain.last.publication_year}"
            self._output.add(graph, self._programme(chain))
        for graph, block in self._indicators.blocks():
            self._output.add(graph, block)
        for statement in self._ledger:
            self._output.add(statement.graph, figure_block(statement))
            self._years.add(statement.fiscal_year)

    def _emit_shared(self, totals: Totals) -> None:
        """Put what belongs to no single year into files of its own."""
        printed = self._facts.emit(
            self._output, self._ledger, totals, self._counts.transfers, frozenset(self._sheets)
        )
        self._facts.programme_blocks(self._output, self._ledger, frozenset(self._survey.chains))
        keys = {*totals, *self._counts.transfers}
        self._output.add("facts-totals", *total_blocks(keys, printed))
        self.summary.totals = len(keys)
        self._years |= {key.fiscal_year for key in keys} | self._indicators.years()
        self._output.add("fiscal-years", *fiscal_year_blocks(self._years))
        self._output.add("organizations", *self._organisations())

    def _programme(self, chain: Chain) -> Block:
        reviewed = reviewed_programmes().get(chain.slug)
        names = [link.key.printed for link in reversed(chain.links)]
        reason = self._survey.reasons.get(chain.slug, "")
        block = programme_block(
            chain.slug, chain.last.ministry, tuple(dict.fromkeys(names)), reviewed, reason
        )
        return block.add("mrd:statedIn", term("sheet", self._newest(chain)))

    @staticmethod
    def _newest(chain: Chain) -> str:
        last = chain.last
        return sheet_slug(last.publication_year, last.ministry, last.number)

    def _organisations(self) -> Iterator[Block]:
        """Yield the organisations that anything points at, and the bureaus."""
        paid = set()
        for entry in self._registry.organisations():
            paid.add(entry.slug)
            yield organisation_block(entry)
        needed = {ministry.slug for ministry in self._ministries}
        needed |= self._output.organisations | {
            known_organisations()[slug].parent for slug in paid & known_organisations().keys()
        }
        for slug in sorted((needed & known_organisations().keys()) - paid):
            yield known_organisation_block(slug)
        for slug, (label, ministry) in sorted(self._units.items()):
            block = unit_block(slug, label, ministry)
            if block is not None:
                yield block

    def _report_doubtful_organisations(self) -> None:
        for named, numbered in self._registry.doubtful_pairs():
            self._report.add(
                "organizations.ttl",
                0,
                f"org-:{named.slug}",
                Severity.DOUBT,
                f"bears the name of org-:{numbered.slug}, whose 法人番号 is known; kept apart",
            )

    def _summarise(self, totals: Totals) -> None:
        summary = self.summary
        summary.sheets_read = self._survey.read
        summary.known_sheets = self._survey.left_out
        summary.programmes = len(self._survey.chains)
        summary.statements = len(self._ledger)
        summary.current_statements = sum(1 for _ in self._ledger.current())
        summary.addends = len({each.slug for members in totals.values() for each in members})
        summary.flows = self._counts.flows
        summary.unnamed_flows = self._counts.unnamed
        summary.payments_without_amount = self._counts.without_amount
        summary.organisations = sum(1 for _ in self._registry.organisations())
        summary.indicators = len(self._indicators)


def import_review_sheets(
    paths: Sequence[Path],
    *,
    selection: Selection,
    out_dir: Path,
    texts_path: Path | None,
    report: ImportReport,
    facts: PublicFacts | None = None,
    beside: Path | None = None,
) -> ImportSummary:
    """Import review sheets as Turtle files.

    Which figure is current is decided among all sheets of one import: give later years together
    with the earlier ones.

    Args:
        paths: Files of JSON lines, ``.zst`` accepted.
        selection: Medical R&D only, or every sheet.
        out_dir: Folder that receives ``review-sheets-YEAR.ttl`` and the files of what endures.
        texts_path: File for purposes, outlines and goals; None keeps none.
        report: Takes every finding.
        facts: Figures of other public sources for the same programmes; None for those that the
            package carries.
        beside: Folder of the Turtle data that the import replaces or adds to; None for the data
            that the package carries.

    Returns:
        What was made.

    Raises:
        OSError: A file cannot be read or written.
    """
    rows = PublicFacts.shipped() if facts is None else facts
    graph = data_dir() if beside is None else beside
    return _Import(selection, texts_path, report, rows).run(paths, out_dir, graph)
