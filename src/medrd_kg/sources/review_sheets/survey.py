"""First pass: which sheets are taken, and of which enduring programme each is an edition."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from medrd_kg.sources.review_sheets.chains import Chain, ChainBuilder, SheetKey, overlap
from medrd_kg.sources.review_sheets.iris import sheet_slug
from medrd_kg.sources.review_sheets.names import match_key
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

    @property
    def place(self) -> tuple[str, int]:
        return self.path.name, self.line

    @property
    def slug(self) -> str:
        return sheet_slug(self.key.publication_year, self.key.ministry, self.key.number)


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
        self._bearers: dict[str, set[str]] = {}
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
        for payment in sheet.payments:
            if payment.corporate_number is not None:
                self._bearers.setdefault(payment.payee, set()).add(payment.corporate_number)
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
        identity = candidate.slug
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

    def bearers(self) -> dict[str, frozenset[str]]:
        """Return the 法人番号 that bear a name in any sheet that was read, by `match_key`."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for name, numbers in self._bearers.items():
            found[match_key(name)] |= numbers
        return {key: frozenset(numbers) for key, numbers in found.items()}

    def leave_out(self, described: frozenset[str]) -> None:
        """Leave out the sheets that the graph has.

        Args:
            described: Prefixed names of what it describes.
        """
        known = [each for each in self._candidates if f"sheet:{each.slug}" in described]
        self.left_out = len(known)
        self._drop(known)

    def settle(self) -> None:
        """Chain the taken sheets; call once, after the last `take`."""
        builder = ChainBuilder()
        by_year: defaultdict[int, list[_Candidate]] = defaultdict(list)
        for candidate in self._candidates:
            by_year[candidate.key.publication_year].append(candidate)
        for year in sorted(by_year):
            reviewed, left_out = self._reviewed_of_year(by_year[year], builder)
            self._drop(left_out)
            places = {each.place for each in left_out}
            keys = [each.key for each in by_year[year] if each.place not in places]
            builder.add_year(keys, reviewed)
        self.chains = builder.chains
        owner = {
            (link.key.publication_year, link.key.ministry, link.key.number): chain.slug
            for chain in builder.chains.values()
            for link in chain.links
        }
        for each in self._candidates:
            slug = owner[each.key.publication_year, each.key.ministry, each.key.number]
            self._programmes[each.place] = slug
            if each.decision.reason:
                self.reasons.setdefault(slug, each.decision.reason)
        by_identity = {
            (each.key.publication_year, each.key.ministry, each.key.number): each
            for each in self._candidates
        }
        for key, other in builder.doubts:
            place = by_identity[key.publication_year, key.ministry, key.number]
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
    ) -> tuple[dict[str, str], list[_Candidate]]:
        """Return the reviewed programme of each sheet, one sheet a programme and year.

        A second sheet of the name stays in the import only if it is a candidate by itself; it is
        then a programme of its own.
        """
        claims: defaultdict[str, list[_Candidate]] = defaultdict(list)
        for each in candidates:
            if each.decision.reviewed is not None:
                claims[each.decision.reviewed.slug].append(each)
        decided, left_out = {}, []
        for slug, claimants in claims.items():
            chain = builder.chains.get(slug)
            best = max(claimants, key=lambda each: _evidence(each, chain))
            decided[best.name] = slug
            for each in claimants:
                if each is best:
                    continue
                taken = self._selection is Selection.ALL or bool(each.decision.met)
                if not taken:
                    left_out.append(each)
                self._report.add(
                    each.path.name,
                    each.line,
                    "/事業名",
                    Severity.DOUBT,
                    f"bears the name of {slug} beside {best.key.number};"
                    f" {'kept apart' if taken else 'left out'}",
                )
        return decided, left_out

    def _drop(self, left_out: list[_Candidate]) -> None:
        """Forget candidates."""
        places = {each.place for each in left_out}
        if places:
            self._candidates = [each for each in self._candidates if each.place not in places]
        if self._kept is not None and places:
            self._kept = [each for each in self._kept if (each.file, each.line) not in places]

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


def _evidence(candidate: _Candidate, chain: Chain | None) -> tuple[int, int, int, str]:
    """Order claimants: rules met first, then restated figures, figures at all, and the number."""
    equal = overlap(candidate.key.figures, chain.last.figures)[0] if chain else 0
    rules = len(candidate.decision.met)
    return rules, equal, len(candidate.key.figures), candidate.key.number
