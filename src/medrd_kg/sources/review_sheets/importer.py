"""The import: sheets in, Turtle files out, a few per publication year and a few for what endures.

`import_review_sheets` reads every sheet once to decide what is taken and what continues what, and
to learn the names of payees. The taken programmes are then made in parts (`parts`), each of which
reads its sheets again, and the files are put together from what the parts have spilled. So the
whole of the government's sheets does not need the memory of all of them, parts run side by side,
and an import that was killed goes on after the last whole part.

An import that holds all years of the graph replaces the graph's files. One that lacks some adds
to them, in files of its own: it leaves out sheets that the graph has, continues its programmes, and
sums nothing, because totals rest on figures of the other years.
"""

import json
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from medrd_kg.content import data_dir
from medrd_kg.problems import Problem
from medrd_kg.sources.facts import PublicFacts
from medrd_kg.sources.known_graph import read_known_graph
from medrd_kg.sources.review_sheets.described import Described, describe, years_of
from medrd_kg.sources.review_sheets.doubts import Pair, doubtful_pairs, organisation_doubts
from medrd_kg.sources.review_sheets.judgements import Judgements
from medrd_kg.sources.review_sheets.ministries import Ministry
from medrd_kg.sources.review_sheets.organisations import OrganisationRegistry
from medrd_kg.sources.review_sheets.output import Layout, TurtleOutput, fragment_stems, write_file
from medrd_kg.sources.review_sheets.parallel import each_in_parallel, without_collector
from medrd_kg.sources.review_sheets.parts import Part, PartResult, Plan, part_of
from medrd_kg.sources.review_sheets.programmes import source_block
from medrd_kg.sources.review_sheets.progress import ImportProgress, Silent
from medrd_kg.sources.review_sheets.reader import read_sheets
from medrd_kg.sources.review_sheets.reasons import REASONS, chain_reasons, merge_reasons
from medrd_kg.sources.review_sheets.report import ImportReport, Severity
from medrd_kg.sources.review_sheets.selection import Selection
from medrd_kg.sources.review_sheets.shared import organisation_blocks
from medrd_kg.sources.review_sheets.summary import ImportSummary
from medrd_kg.sources.review_sheets.survey import Candidate, Survey
from medrd_kg.sources.review_sheets.texts import join_texts
from medrd_kg.sources.review_sheets.units import responsible_units
from medrd_kg.sources.review_sheets.years import fiscal_year_blocks

__all__ = ["ImportSummary", "import_review_sheets"]

_SHEETS_A_PART: Final = 2_500
_SHARED: Final = "shared"
_RESULT: Final = "result.json"
_TEXTS: Final = "texts.jsonl"
_PREFIX: Final = "org-:"


class _Import:
    """One run of the import; holds what the passes hand to each other."""

    def __init__(
        self,
        selection: Selection,
        report: ImportReport,
        facts: PublicFacts,
        progress: ImportProgress,
        processes: int | None,
        *,
        reasons: bool,
        judgements: Judgements,
    ) -> None:
        self._judgements = judgements
        self._selection = selection
        self._reasons = reasons
        self._report = report
        self._facts = facts
        self._progress = progress
        self._processes = processes
        self._survey = Survey(selection, report, judgements)
        self._registry = OrganisationRegistry()
        self._ministries: set[Ministry] = set()
        self._units: dict[str, tuple[str, Ministry]] = {}
        self._years: set[int] = set()
        self.summary = ImportSummary()
        self.pairs: list[Pair] = []

    def run(
        self,
        paths: Sequence[Path],
        *,
        out_dir: Path,
        texts_path: Path | None,
        beside: Path,
        work_dir: Path,
    ) -> None:
        """Go through all passes and write the files."""
        with without_collector():
            self._read(paths)
            plan = self._settle(out_dir, beside, texts=texts_path is not None)
        results, folders = self._make_parts(plan, work_dir)
        shared = work_dir / _SHARED
        self._make_shared(plan, results, shared)
        self._write_files([*folders, shared], plan.layout, out_dir)
        if texts_path is not None:
            join_texts([folder / _TEXTS for folder in folders], texts_path)
        self._report_doubts()
        self._summarise(results)

    def _read(self, paths: Sequence[Path]) -> None:
        ordered = sorted(paths, key=lambda each: each.name)
        with self._progress.bar("reading the sheets", len(ordered)) as advance:
            for path in ordered:
                before = self._survey.read
                for sheet in read_sheets(path, self._report):
                    self._survey.take(path, sheet)
                if self._survey.read == before:
                    raise Problem(
                        "invalid-data",
                        f"{path.name}: no line of it is a review sheet",
                        "give JSON lines, one review sheet each, such as judgit-2022.ndjson.zst",
                    )
                advance(1)

    def _settle(self, out_dir: Path, beside: Path, *, texts: bool) -> Plan:
        """Decide what continues what, and who is who."""
        survey = self._survey
        adds = not years_of(beside) <= survey.years
        known, suffix = None, ""
        described = Described()
        with self._progress.bar("chaining programmes and organisations", 1) as advance:
            if adds:
                suffix = f"-added-{'-'.join(str(year) for year in sorted(survey.years))}"
                # Files of the RS system are made from the sheets: they are no ground for them.
                left_out = (f"*{suffix}.ttl", "rs-system-*", "linked-rs-system-*", "mof-*")
                known = read_known_graph([beside, out_dir], left_out)
                described = describe(known.labelled)
                survey.leave_out(frozenset(described.subjects))
                self._facts = PublicFacts(())
                self.summary.added_only = True
            survey.settle(known)
            self._registry = OrganisationRegistry(survey.bearers(), self._judgements)
            for candidate in survey.candidates:
                self._observe(candidate)
            for name, number, programme in self._facts.payees():
                self._registry.observe(name, number, programme)
            self._registry.settle(
                {
                    subject.removeprefix(_PREFIX): labels[0]
                    for subject, labels in described.subjects.items()
                    if subject.startswith(_PREFIX)
                }
            )
            advance(1)
        return Plan(
            survey=survey,
            registry=self._registry,
            facts=self._facts,
            layout=Layout(suffix, by_kind=self._selection is Selection.ALL),
            described=described.subjects,
            indicators=described.indicators,
            known=known,
            texts=texts,
        )

    def _observe(self, candidate: Candidate) -> None:
        programme = self._survey.programme(candidate)
        self._ministries.add(candidate.ministry)
        self._years |= candidate.payment_years
        for name, number in candidate.payees:
            self._registry.observe(name, number, programme)
        for slug, label in responsible_units(candidate.ministry, candidate.bureau):
            self._units[slug] = (label, candidate.ministry)

    def _make_parts(self, plan: Plan, work_dir: Path) -> tuple[list[PartResult], list[Path]]:
        """Make the parts that are not there yet; return what each made, and where."""
        count = -(-len(self._survey.candidates) // _SHEETS_A_PART) or 1
        members: list[list[Candidate]] = [[] for _ in range(count)]
        for each in self._survey.candidates:
            members[part_of(self._survey.programme(each), count)].append(each)
        folders = [work_dir / f"{number:03}-of-{count:03}" for number in range(count)]
        missing = [n for n in range(count) if not (folders[n] / _RESULT).exists()]

        def make(task: str) -> None:
            number = int(task)
            folder = folders[number]
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            result = Part(plan, number, members[number]).make(folder)
            unfinished = folder / f"{_RESULT}.part"
            unfinished.write_text(json.dumps(result.to_json()), encoding="utf-8")
            unfinished.replace(folder / _RESULT)

        sizes = {str(number): len(members[number]) for number in range(count)}
        with self._progress.bar("importing the sheets", sum(sizes.values())) as advance:
            advance(sum(size for number, size in sizes.items() if int(number) not in missing))
            tasks = [str(number) for number in missing]
            for task, _ in each_in_parallel(tasks, make, self._processes):
                advance(sizes[task])
        stored = [json.loads((folder / _RESULT).read_text("utf-8")) for folder in folders]
        return [PartResult.from_json(each) for each in stored], folders

    def _make_shared(self, plan: Plan, results: Iterable[PartResult], folder: Path) -> None:
        """Write what belongs to no single part: data sources, years, organisations, reasons."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        output = TurtleOutput(plan.layout, plan.described)
        for year in sorted({each.key.publication_year for each in self._survey.candidates}):
            output.add(f"review-sheets-{year}", source_block(year))
        mentioned: set[str] = set()
        for result in results:
            self._years.update(result.years)
            mentioned.update(result.organisations)
            for finding in result.findings:
                self._report.add(
                    finding.file, finding.line, finding.field, finding.severity, finding.reason
                )
        output.add("fiscal-years", *fiscal_year_blocks(self._years))
        output.add(
            "organizations",
            *organisation_blocks(self._registry, self._ministries, mentioned, self._units),
        )
        # The shipped selection is reviewed row by row, and its tables hold the reasons.
        if self._reasons or self._selection is Selection.ALL or self.summary.added_only:
            output.add(REASONS, *chain_reasons(self._survey.chains.values(), self._judgements))
            output.add(REASONS, *merge_reasons(self._registry.merges(), self._judgements))
        output.spill(folder)

    def _write_files(self, folders: Sequence[Path], layout: Layout, out_dir: Path) -> None:
        stems = fragment_stems(folders)

        def write(stem: str) -> int:
            return write_file(stem, folders, layout, out_dir)

        with self._progress.bar("writing the files", len(stems)) as advance:
            for stem, size in each_in_parallel(stems, write, self._processes):
                self.summary.files[f"{stem}{layout.suffix}.ttl"] = size
                advance(1)
        self.summary.files = dict(sorted(self.summary.files.items()))

    def _report_doubts(self) -> None:
        doubts = list(organisation_doubts(self._registry, self._ministries))
        for named, numbered, why in doubts:
            self._report.add(
                "organizations.ttl",
                0,
                f"org-:{named.slug}",
                Severity.DOUBT,
                f"may be org-:{numbered.slug} ({why}); kept apart",
            )
        self.pairs = doubtful_pairs(self._survey, doubts)

    def _summarise(self, results: Sequence[PartResult]) -> None:
        summary = self.summary
        summary.sheets_read = self._survey.read
        summary.known_sheets = self._survey.left_out
        summary.programmes = len(self._survey.chains)
        summary.organisations = sum(1 for _ in self._registry.organisations())
        for name in (
            "editions",
            "statements",
            "current_statements",
            "addends",
            "flows",
            "unnamed_flows",
            "payments_without_amount",
            "indicators",
            "totals",
        ):
            setattr(summary, name, sum(getattr(each, name) for each in results))
        summary.doubtful_pairs = self.pairs


def import_review_sheets(
    paths: Sequence[Path],
    *,
    selection: Selection,
    out_dir: Path,
    texts_path: Path | None,
    report: ImportReport,
    facts: PublicFacts | None = None,
    beside: Path | None = None,
    work_dir: Path | None = None,
    progress: ImportProgress | None = None,
    processes: int | None = None,
    reasons: bool = False,
    judgements: Judgements | None = None,
) -> ImportSummary:
    """Import review sheets as Turtle files.

    Which figure is current is decided among all sheets of one import: give later years together
    with the earlier ones.

    Args:
        paths: Files of JSON lines, ``.zst`` accepted, each of another name.
        selection: Medical R&D only, or every sheet.
        out_dir: Folder that receives ``review-sheets-YEAR….ttl`` and the files of what endures.
        texts_path: File for purposes, outlines and goals; None keeps none.
        report: Takes every finding.
        facts: Figures of other public sources for the same programmes; None for those that the
            package carries.
        beside: Folder of the Turtle data that the import replaces or adds to; None for the data
            that the package carries.
        work_dir: Folder of unfinished work on exactly these files; parts that lie there whole are
            not made again. None for a folder that is removed in the end.
        progress: Is told how far the import is.
        processes: How many parts are made at once; None for the machine's cores.
        reasons: Whether ``linked-names.ttl`` is written for the shipped selection of all shipped
            years too, which has none as it is shipped.
        judgements: What a person judged of pairs that may be one.

    Returns:
        What was made.

    Raises:
        OSError: A file cannot be read or written.
        Problem: ``invalid-data``: a file is damaged, or holds no sheet at all.
    """
    rows = PublicFacts.shipped() if facts is None else facts
    graph = data_dir() if beside is None else beside
    run = _Import(
        selection,
        report,
        rows,
        progress or Silent(),
        processes,
        reasons=reasons,
        judgements=judgements or Judgements(),
    )
    with ExitStack() as temporary:
        if work_dir is None:
            folder = tempfile.TemporaryDirectory(prefix="medrd-kg-import-")
            work_dir = Path(temporary.enter_context(folder))
        run.run(paths, out_dir=out_dir, texts_path=texts_path, beside=graph, work_dir=work_dir)
    return run.summary
