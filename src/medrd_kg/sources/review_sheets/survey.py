"""First pass: which sheets are taken, and of which enduring programme each is an edition.

What later passes need of all sheets together (names of payees, bureaus, years) is kept in short
form; the sheets themselves are read again when they are written.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from medrd_kg.sources.known_graph import KnownGraph
from medrd_kg.sources.review_sheets.chains import Chain, ChainBuilder, Doubt, SheetKey, overlap
from medrd_kg.sources.review_sheets.joining import continue_programmes
from medrd_kg.sources.review_sheets.judgements import Judgements
from medrd_kg.sources.review_sheets.ministries import Ministry
from medrd_kg.sources.review_sheets.names import match_key
from medrd_kg.sources.review_sheets.reader import read_sheets
from medrd_kg.sources.review_sheets.records import Sheet
from medrd_kg.sources.review_sheets.report import ImportReport, Severity
from medrd_kg.sources.review_sheets.selection import Decision, Selection, decide

__all__ = ["Candidate", "Survey"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sheet that is taken, in short.

    Attributes:
        path: The file.
        line: Line number, from 1.
        key: What chaining needs.
        decision: Why it is taken.
        ministry: Who publishes it.
        bureau: 担当部局庁 as printed.
        payees: Name and 法人番号 of every payment that states an amount.
        payment_years: The fiscal years of these payments.
    """

    path: Path
    line: int
    key: SheetKey
    decision: Decision
    ministry: Ministry
    bureau: str
    payees: tuple[tuple[str, str | None], ...]
    payment_years: frozenset[int]

    @property
    def name(self) -> str:
        """Ministry and number, as the chain builder wants them."""
        return f"{self.key.ministry}/{self.key.number}"

    @property
    def place(self) -> tuple[str, int]:
        """File and line."""
        return self.path.name, self.line

    @property
    def slug(self) -> str:
        """Local name of the sheet."""
        return self.key.slug


class Survey:
    """Decides sheet by sheet, then chains the taken ones year by year."""

    def __init__(
        self, selection: Selection, report: ImportReport, judgements: Judgements | None = None
    ) -> None:
        """Start a survey.

        Args:
            selection: What to take.
            report: Takes the findings.
            judgements: What a person judged of programmes that may be one.
        """
        self._judgements = judgements or Judgements()
        self._selection = selection
        self._report = report
        self._bearers: dict[str, set[str]] = {}
        self._payees: dict[tuple[str, str | None], tuple[str, str | None]] = {}
        self._identities: dict[str, Candidate] = {}
        self._programmes: dict[tuple[str, int], str] = {}
        self._owners: dict[str, str] = {}
        self.candidates: list[Candidate] = []
        self.chains: dict[str, Chain] = {}
        self.doubts: list[Doubt] = []
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
        paid = [payment for payment in sheet.payments if payment.amount.yen]
        candidate = Candidate(
            path=path,
            line=sheet.line,
            key=SheetKey.of(sheet),
            decision=decision,
            ministry=sheet.ministry,
            bureau=sheet.bureau,
            payees=tuple(self._payee(each.payee, each.corporate_number) for each in paid),
            payment_years=frozenset(each.fiscal_year for each in paid),
        )
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
        self.candidates.append(candidate)

    def _payee(self, name: str, number: str | None) -> tuple[str, str | None]:
        """Return the one tuple of a payee: most are paid many times."""
        return self._payees.setdefault((name, number), (name, number))

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
        known = [each for each in self.candidates if f"sheet:{each.slug}" in described]
        self.left_out = len(known)
        self._drop(known)

    def settle(self, known: KnownGraph | None = None) -> None:
        """Chain the taken sheets; call once, after the last `take`.

        Args:
            known: The graph whose programmes they may continue; None where they hold all years.
        """
        builder = ChainBuilder(self._judgements.separate_editions)
        if known is not None:
            continue_programmes(builder, known)
        by_year: defaultdict[int, list[Candidate]] = defaultdict(list)
        for candidate in self.candidates:
            by_year[candidate.key.publication_year].append(candidate)
        for year in sorted(by_year):
            reviewed, left_out = self._reviewed_of_year(by_year[year], builder)
            self._drop(left_out)
            places = {each.place for each in left_out}
            keys = [each.key for each in by_year[year] if each.place not in places]
            judged = self._judged_of_year(by_year[year], builder, reviewed)
            builder.add_year(keys, reviewed | judged, judged)
        self.chains = {slug: each for slug, each in builder.chains.items() if each.links}
        self.doubts = builder.doubts
        self._owners = {
            key.slug: chain.slug
            for chain in builder.chains.values()
            for key in (*chain.before, *(link.key for link in chain.links))
        }
        for each in self.candidates:
            slug = self._owners[each.slug]
            self._programmes[each.place] = slug
            if each.decision.reason:
                self.reasons.setdefault(slug, each.decision.reason)
        for doubt in builder.doubts:
            place = self._identities[doubt.key.slug]
            other = doubt.other
            self._report.add(
                place.path.name,
                place.line,
                "/事業名",
                Severity.DOUBT,
                f"may continue sheet {other.publication_year} {other.ministry} {other.number};"
                " kept apart",
            )

    def candidate(self, key: SheetKey) -> Candidate | None:
        """Return the taken sheet with a key, or None for a sheet of the graph."""
        return self._identities.get(key.slug)

    def programme_of(self, key: SheetKey) -> str:
        """Return the slug of the programme of a sheet, taken or of the graph."""
        return self._owners[key.slug]

    def programme(self, candidate: Candidate) -> str:
        """Return the slug of the programme of which a taken sheet is an edition."""
        return self._programmes[candidate.place]

    def _reviewed_of_year(
        self, candidates: list[Candidate], builder: ChainBuilder
    ) -> tuple[dict[str, str], list[Candidate]]:
        """Return the reviewed programme of each sheet, one sheet a programme and year.

        A second sheet of the name stays in the import only if it is a candidate by itself; it is
        then a programme of its own.
        """
        claims: defaultdict[str, list[Candidate]] = defaultdict(list)
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

    def _judged_of_year(
        self, candidates: list[Candidate], builder: ChainBuilder, reviewed: Mapping[str, str]
    ) -> dict[str, str]:
        """Return the programme of each sheet that a person judged to continue an earlier one."""
        found: dict[str, str] = {}
        for each in candidates:
            judged = self._judgements.programmes.get(each.slug)
            slug = judged.other.rpartition("/")[2] if judged is not None else ""
            chain = builder.chains.get(slug)
            is_later = chain is not None and chain.last.publication_year < (
                each.key.publication_year
            )
            if is_later and each.name not in reviewed and slug not in found.values():
                found[each.name] = slug
        return found

    def _drop(self, left_out: list[Candidate]) -> None:
        """Forget candidates."""
        places = {each.place for each in left_out}
        if places:
            self.candidates = [each for each in self.candidates if each.place not in places]

    def sheets(self, candidates: Sequence[Candidate]) -> Iterator[tuple[Sheet, str]]:
        """Read taken sheets again and yield them with the slug of their programme.

        Findings on them stand in the report already.

        Args:
            candidates: In the order of the files.
        """
        lines: defaultdict[Path, set[int]] = defaultdict(set)
        for each in candidates:
            lines[each.path].add(each.line)
        for path, wanted in lines.items():
            for sheet in read_sheets(path, ImportReport(), wanted):
                yield sheet, self._programmes[sheet.file, sheet.line]


def _evidence(candidate: Candidate, chain: Chain | None) -> tuple[int, int, int, str]:
    """Order claimants: rules met first, then restated figures, figures at all, and the number."""
    equal = overlap(candidate.key.figures, chain.last.figures)[0] if chain else 0
    rules = len(candidate.decision.met)
    return rules, equal, len(candidate.key.figures), candidate.key.number
