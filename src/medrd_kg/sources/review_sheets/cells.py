"""From the cells of one JSON row to a typed `Sheet`; each bad cell becomes one finding."""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from medrd_kg.sources.review_sheets import corporate_number
from medrd_kg.sources.review_sheets.amounts import Amount, AmountError, Token, parse_amount
from medrd_kg.sources.review_sheets.fields import FIELDS, STAGES
from medrd_kg.sources.review_sheets.ministries import Ministry, authority
from medrd_kg.sources.review_sheets.names import clean
from medrd_kg.sources.review_sheets.numerals import is_blank, plain_number, western_year
from medrd_kg.sources.review_sheets.records import (
    BudgetFigure,
    Outcome,
    OutcomeResult,
    Payment,
    Predecessor,
    Sheet,
    Stage,
)
from medrd_kg.sources.review_sheets.report import ImportReport, Severity

__all__ = ["RowError", "SheetCells"]

_EARLIEST_YEAR: Final = 1868
_LATEST_YEAR: Final = 2200
_LONGEST_TOKEN: Final = 40
_NOT_STATED: Final = "a blank or a dash stands where a number is expected: not stated"
_TEXT_READ: Final = "a number written as a text; read as that number"


class RowError(Exception):
    """A sheet that cannot be identified, with the field at fault."""

    def __init__(self, field: str, reason: str) -> None:
        """Name the field (JSON pointer) and the reason."""
        super().__init__(reason)
        self.field = field


def _year(value: object) -> int | None:
    """Return a western year, or None where the cell states none."""
    year = western_year(value) if isinstance(value, str) else None
    return year if year is not None and _EARLIEST_YEAR <= year <= _LATEST_YEAR else None


def _quantity(value: object) -> Decimal | None:
    """Return a finite decimal, or None for an absent cell or a text that is no plain number."""
    if not isinstance(value, str) or len(value) > _LONGEST_TOKEN:
        return None
    spelled = value if isinstance(value, Token) else plain_number(value)
    try:
        number = Decimal(spelled or "")
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _rank(value: object) -> int | None:
    """Return an integer from 0, or None where the cell states none."""
    number = _quantity(value)
    return int(number) if number is not None and number >= 0 and number == int(number) else None


class SheetCells:
    """The cells of one row, read once."""

    def __init__(self, file: str, line: int, row: Mapping[str, Any], report: ImportReport) -> None:
        """Take a row as `json.loads` gives it, numbers as `Token`."""
        self._file = file
        self._line = line
        self._row = row
        self._report = report

    def _find(self, place: str, severity: Severity, reason: str) -> None:
        self._report.add(self._file, self._line, place, severity, reason)

    def _text(self, field: str) -> str:
        value = self._row.get(field)
        return value if isinstance(value, str) else ""

    def _texts(self, field: str) -> tuple[str, ...]:
        value = self._row.get(field)
        if not isinstance(value, list):
            return ()
        return tuple(clean(each) for each in value if isinstance(each, str) and each.strip())

    def _rows(self, field: str, within: object = None, at: str = "") -> Iterator[tuple[str, Any]]:
        source = self._row if within is None else within
        value = source.get(field) if isinstance(source, Mapping) else None
        if value is None:
            return
        if not isinstance(value, list):
            self._find(f"{at}/{field}", Severity.ROW_SKIPPED, "a list is expected")
            return
        for index, each in enumerate(value):
            pointer = f"{at}/{field}/{index}"
            if isinstance(each, Mapping):
                self._unknown_fields(each, field)
                yield pointer, each
            else:
                self._find(pointer, Severity.ROW_SKIPPED, "an object is expected")

    def sheet(self) -> Sheet:
        """Return the typed sheet.

        Raises:
            RowError: Publication year, ministry, number or name is missing or unknown.
        """
        year = _year(self._row.get("公開年度"))
        if year is None:
            raise RowError("/公開年度", "the publication year is missing or not a year")
        number = clean(self._text("事業番号")) or self._joined_number()
        if not number:
            raise RowError("/事業番号", "the sheet number is missing")
        name = clean(self._text("事業名"))
        if not name:
            raise RowError("/事業名", "the programme name is missing")
        self._unknown_fields(self._row, "")
        identifier = self._row.get("事業ID")
        return Sheet(
            file=self._file,
            line=self._line,
            publication_year=year,
            ministry=self._ministry(),
            number=number,
            programme_id=clean(identifier) if isinstance(identifier, str) else None,
            name=name,
            start_year=_year(self._row.get("開始年度")),
            end_year=_year(self._row.get("終了年度")),
            bureau=self._text("担当部局庁"),
            accounts=self._texts("会計区分"),
            methods=self._texts("実施方法"),
            policies=self._texts("主要施策"),
            purpose=self._text("事業目的"),
            outline=self._text("事業概要"),
            budget=tuple(self._budget()),
            payments=tuple(self._payments()),
            outcomes=tuple(self._outcomes()),
            predecessors=tuple(self._predecessors()),
        )

    def _joined_number(self) -> str:
        """Return the number made of its parts, as the files themselves make it of 2015 to 2022."""
        parts = [clean(self._text(f"事業番号{place}")) for place in range(1, 6)]
        number = "-".join(part for part in parts if part)
        if number:
            self._find("/事業番号", Severity.NOTICE, "missing; made of its parts 事業番号1 to 5")
        return number

    def _ministry(self) -> Ministry:
        found = authority(self._text("府省庁"))
        if found is None:
            raise RowError("/府省庁", "the ministry is missing, or no name of an authority")
        if not found.listed:
            reason = (
                f"{found.name} is on no list of ministries; it is org-:{found.slug} from now on"
            )
            self._report.add_repeated(self._file, self._line, "/府省庁", Severity.DOUBT, reason)
        return found

    def _unknown_fields(self, row: Mapping[str, Any], place: str) -> None:
        """Tell of fields that no earlier year has; what they state is not imported."""
        known = FIELDS[place]
        if row.keys() <= known:
            return
        for field in sorted(row.keys() - known):
            reason = "a field that this version does not know; not imported"
            pointer = f"{place}/{field[:_LONGEST_TOKEN]}"
            self._report.add_repeated(self._file, self._line, pointer, Severity.NOTICE, reason)

    def _is_stated(self, value: object, pointer: str) -> bool:
        """Return whether a cell holds anything; a number written as a text is told once a file."""
        if not isinstance(value, str) or isinstance(value, Token):
            return value is not None
        blank = is_blank(value)
        if blank or plain_number(value) is not None:
            reason = _NOT_STATED if blank else _TEXT_READ
            field = pointer.rpartition("/")[2]
            self._report.add_repeated(self._file, self._line, field, Severity.NOTICE, reason)
        return not blank

    def _amount(self, value: object, pointer: str) -> Amount | None:
        if not self._is_stated(value, pointer):
            return None
        try:
            amount = parse_amount(value)
        except AmountError as fault:
            self._find(pointer, Severity.ROW_SKIPPED, str(fault))
            return None
        if amount.rounded:
            self._find(pointer, Severity.NOTICE, "a fraction of a yen was rounded to the yen")
        return amount

    def _budget(self) -> Iterator[BudgetFigure]:
        seen: set[tuple[int, Stage]] = set()
        for pointer, row in self._rows("予算"):
            year = _year(row.get("年度"))
            if year is None:
                self._find(f"{pointer}/年度", Severity.ROW_SKIPPED, "the fiscal year is missing")
                continue
            for field, stage in STAGES.items():
                amount = self._amount(row.get(field), f"{pointer}/{field}")
                if amount is None:
                    continue
                if (year, stage) in seen:
                    reason = "the fiscal year and stage are stated twice in one sheet"
                    self._find(f"{pointer}/{field}", Severity.ROW_SKIPPED, reason)
                    continue
                seen.add((year, stage))
                yield BudgetFigure(year, stage, amount, f"{pointer}/{field}")

    def _payments(self) -> Iterator[Payment]:
        for pointer, row in self._rows("支出先"):
            year = _year(row.get("年度"))
            if year is None:
                self._find(f"{pointer}/年度", Severity.ROW_SKIPPED, "the fiscal year is missing")
                continue
            rank = _rank(row.get("番号"))
            block = clean(row["グループ"]) if isinstance(row.get("グループ"), str) else ""
            if rank is None or not block:
                reason = "block or rank is missing; the payment is taken without"
                self._find(pointer, Severity.NOTICE, reason)
            paid = row.get("支出額")
            amount = self._amount(paid, f"{pointer}/支出額")
            if amount is None:
                if paid is None or (isinstance(paid, str) and is_blank(paid)):
                    self._find(f"{pointer}/支出額", Severity.ROW_SKIPPED, "the amount is missing")
                continue
            name = row.get("支出先名")
            yield Payment(
                fiscal_year=year,
                block=block,
                rank=rank,
                payee=name if isinstance(name, str) else "",
                corporate_number=self._corporate_number(row.get("法人番号"), pointer),
                amount=amount,
                pointer=pointer,
            )

    def _corporate_number(self, value: object, pointer: str) -> str | None:
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        number = corporate_number.normalise(value) if isinstance(value, str) else ""
        if corporate_number.is_valid(number):
            return number
        reason = "an impossible 法人番号 (length or check digit); the payee goes by its name"
        self._find(f"{pointer}/法人番号", Severity.NOTICE, reason)
        return None

    def _outcomes(self) -> Iterator[Outcome]:
        for pointer, row in self._rows("アウトカム"):
            goal, measure, unit = (
                clean(row[field]) if isinstance(row.get(field), str) else ""
                for field in ("成果目標", "成果指標", "単位")
            )
            results: list[OutcomeResult] = []
            for place, result in self._rows("成果実績", row, pointer):
                year = _year(result.get("年度"))
                if year is None:
                    reason = "the fiscal year is missing"
                    self._find(f"{place}/年度", Severity.ROW_SKIPPED, reason)
                    continue
                achieved, target = (
                    self._stated(result.get(field), f"{place}/{field}")
                    for field in ("成果実績", "目標値")
                )
                if achieved is not None or target is not None:
                    results.append(OutcomeResult(year, achieved, target, place))
            yield Outcome(
                goal=goal,
                measure=measure,
                unit=unit,
                final_target=_quantity(row.get("目標値")),
                final_year=_year(row.get("目標最終年度")),
                results=tuple(results),
                pointer=pointer,
            )

    def _stated(self, value: object, pointer: str) -> Decimal | None:
        if not self._is_stated(value, pointer):
            return None
        number = _quantity(value)
        if number is None:
            reason = "a text stands where a number is expected"
            self._find(pointer, Severity.ROW_SKIPPED, reason)
            return None
        return number

    def _predecessors(self) -> Iterator[Predecessor]:
        for pointer, row in self._rows("関連する過去のレビューシート"):
            year = _year(row.get("年度"))
            parts = [
                clean(row[field])
                for field in ("事業番号1", "事業番号2", "事業番号3")
                if isinstance(row.get(field), str) and row[field].strip()
            ]
            ministry = row.get("府省庁")
            if year is None or not parts or not isinstance(ministry, str):
                self._find(pointer, Severity.NOTICE, "an incomplete reference to an earlier sheet")
                continue
            yield Predecessor(year, clean(ministry), "-".join(parts))
