"""First pass: which sheets are taken, and of which enduring programme each is an edition."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from medrd_kg.sources.review_sheets.chains import Chain, ChainBuilder, SheetKey, overlap
from medrd_kg.sources.review_sheets.iris import sheet_slug
from medrd_kg.sources.review_sheets.reader import read_sheets
from medrd_kg.sources.review_sheets.records import Sheet
from medrd_kg.sources.review_sheets.report import ImportReport, Severity
from medrd_kg.sources.review_sheets.selection import Decision, Selection, decide

__all__ = ["Survey"]


@dataclass(frozen=True, slots=True)
class _Candidate:
    path: Path
    line: int
    key: SheetKey
    decision: Decision

    @property
    def name(self) -> str:
        return f"{self.key.ministry}/{self.key.number}"


class Survey:
    """Decides sheet by sheet, then chains the taken ones year by year."""

    def __init__(self, selection: Selection, report: ImportReport, *, keep: int) -> None:
        """Start a survey.

        Args:
            selection: What to take.
            report: Takes the findings.
            keep: How many taken sheets may stay in memory; more are read again.
        """
        self._selection = selection
        self._report = report
        self._keep = keep
        self._candidates: list[_Candidate] = []
        self._kept: list[Sheet] | None = []
        self._identities: dict[str, _Candidate] = {}
        self._programmes: dict[tuple[str, int], str] = {}
        self.chains: dict[str, Chain] = {}
        self.reasons: dict[str, str] = {}
        self.read = 0
        self.left_out = 0
        self.years: set[int] = set()

    def take(self, path: Path, sheet: Sheet) -> None:
        """Consider one sheet."""
        self.read += 1
        self.years.add(sheet.publication_year)
        decision = decide(sheet, self._selection)
        if decision.unreviewed:
            what = "taken" if decision.taken else "not taken"
            self._report.add(
                sheet.file,
                sheet.line,
                "/事業名",
                Severity.DOUBT,
                f"a candidate ({decision.reason}) on neither reviewed list: {what}",
            )
        if not decision.taken:
            return
        candidate = _Candidate(path, sheet.line, SheetKey.of(sheet), decision)
        identity = sheet_slug(sheet.publication_year, sheet.ministry.slug, sheet.number)
        if identity in self._identities:
            first = self._identities[identity]
            self._report.add(
                sheet.file,
                sheet.line,
                "/事業番号",
                Severity.SHEET_SKIPPED,
                f"the same sheet stands at {first.path.name}:{first.line}",
            )
            return
        self._identities[identity] = candidate
        self._candidates.append(candidate)
        if self._kept is not None:
            self._kept.append(sheet)
            if len(self._kept) > self._keep:
                self._kept = None

    def leave_out(self, described: set[str]) -> None:
        """Leave out the sheets that the graph has.

        Args:
            described: Prefixed names of what it describes.
        """
        taken = []
        for each in self._candidates:
            key = each.key
            slug = sheet_slug(key.publication_year, key.ministry, key.number)
            if f"sheet:{slug}" in described:
                self.left_out += 1
            else:
                taken.append(each)
        self._candidates = taken
        if self._kept is not None:
            places = {(each.path.name, each.line) for each in taken}
            self._kept = [sheet for sheet in self._kept if (sheet.file, sheet.line) in places]

    def settle(self) -> None:
        """Chain the taken sheets; call once, after the last `take`."""
        builder = ChainBuilder()
        by_year: defaultdict[int, list[_Candidate]] = defaultdict(list)
        for candidate in self._candidates:
            by_year[candidate.key.publication_year].append(candidate)
        for year in sorted(by_year):
            reviewed = self._reviewed_of_year(by_year[year], builder)
            builder.add_year([each.key for each in by_year[year]], reviewed)
        self.chains = builder.chains
        owner = {
            (link.key.publication_year, link.key.ministry, link.key.number): chain.slug
            for chain in builder.chains.values()
            for link in chain.links
        }
        for each in self._candidates:
            slug = owner[each.key.publication_year, each.key.ministry, each.key.number]
            self._programmes[each.path.name, each.line] = slug
            if each.decision.reason:
                self.reasons.setdefault(slug, each.decision.reason)
        places = {
            (each.key.publication_year, each.key.ministry, each.key.number): each
            for each in self._candidates
        }
        for key, other in builder.doubts:
            place = places[key.publication_year, key.ministry, key.number]
            self._report.add(
                place.path.name,
                place.line,
                "/事業名",
                Severity.DOUBT,
                f"may continue sheet {other.publication_year} {other.ministry} {other.number};"
                " kept apart",
            )

    def _reviewed_of_year(
        self, candidates: list[_Candidate], builder: ChainBuilder
    ) -> dict[str, str]:
        """Return the reviewed programme of each sheet; one sheet a programme and year."""
        claims: defaultdict[str, list[_Candidate]] = defaultdict(list)
        for each in candidates:
            if each.decision.reviewed is not None:
                claims[each.decision.reviewed.slug].append(each)
        decided = {}
        for slug, claimants in claims.items():
            best = claimants[0]
            if len(claimants) > 1:
                chain = builder.chains.get(slug)
                best = max(claimants, key=lambda each: _evidence(each, chain))
                for each in claimants:
                    if each is not best:
                        self._report.add(
                            each.path.name,
                            each.line,
                            "/事業名",
                            Severity.DOUBT,
                            f"bears the name of {slug} beside {best.key.number}; kept apart",
                        )
            decided[best.name] = slug
        return decided

    @property
    def taken_years(self) -> list[int]:
        """Publication years of the taken sheets, ascending."""
        return sorted({each.key.publication_year for each in self._candidates})

    def taken(self, report: ImportReport, year: int | None = None) -> Iterator[tuple[Sheet, str]]:
        """Yield the taken sheets with the slug of their programme, in the order of the files.

        Args:
            report: Takes findings once more where files are read again; they count once.
            year: Only the sheets of one publication year.
        """
        if self._kept is not None:
            for sheet in self._kept:
                if year in (None, sheet.publication_year):
                    yield sheet, self._programmes[sheet.file, sheet.line]
            return
        lines: defaultdict[Path, set[int]] = defaultdict(set)
        for each in self._candidates:
            if year in (None, each.key.publication_year):
                lines[each.path].add(each.line)
        for path, wanted in lines.items():
            for sheet in read_sheets(path, report, wanted):
                yield sheet, self._programmes[sheet.file, sheet.line]


def _evidence(candidate: _Candidate, chain: Chain | None) -> tuple[int, int, str]:
    """Order claimants: restated figures first, then money, then the lower number."""
    equal = overlap(candidate.key.figures, chain.last.figures)[0] if chain else 0
    return equal, len(candidate.key.figures), candidate.key.number
