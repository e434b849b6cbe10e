"""From the rows of the tables to one record a sheet; each bad cell becomes one finding."""

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Final

from medrd_kg.sources.review_sheets.ministries import Ministry, authority
from medrd_kg.sources.review_sheets.names import clean
from medrd_kg.sources.review_sheets.records import Stage
from medrd_kg.sources.review_sheets.report import ImportReport, Severity
from medrd_kg.sources.rs_system.payees import PayeeRows
from medrd_kg.sources.rs_system.records import (
    BudgetLine,
    Figure,
    Indicator,
    Overhead,
    PolicyLink,
    RsSheet,
    YearValue,
)
from medrd_kg.sources.rs_system.tables import CsvTable, Row

__all__ = ["SheetReader"]

_SUMS: Final[Mapping[Stage, tuple[str, str]]] = MappingProxyType(
    {
        Stage.INITIAL: ("当初予算（合計）", "当初予算"),
        Stage.SUPPLEMENTARY: ("補正予算（合計）", ""),
        Stage.CARRIED_IN: ("前年度からの繰越し（合計）", "前年度から繰越し"),
        Stage.RESERVE: ("予備費等（合計）", ""),
        Stage.TOTAL: ("計（歳出予算現額合計）", "歳出予算現額"),
        Stage.EXECUTED: ("執行額（合計）", "執行額"),
        Stage.CARRIED_OUT: ("翌年度への繰越し(合計）", ""),
        Stage.REQUEST: ("翌年度要求額（合計）", "翌年度要求額"),
    }
)
"""Column of the whole programme and column of one account, by stage."""

_KINDS_OF_BUDGET: Final = (
    (re.compile("^当初予算$"), Stage.INITIAL),
    (re.compile("補正予算$"), Stage.SUPPLEMENTARY),
    (re.compile("^前年度から(?:の)?繰越し$"), Stage.CARRIED_IN),
    (re.compile(r"^予備費等\d*$"), Stage.RESERVE),
)
_METHODS: Final = {
    "実施方法ー直接実施": "direct",
    "実施方法ー補助": "subsidy",
    "実施方法ー負担": "burden",
    "実施方法ー交付": "grant",
    "実施方法ー分担金・拠出金": "other",
    "実施方法ー その他": "other",
    "実施方法ーその他": "other",
}
_YEAR = re.compile(r"(\d{4})(?:\.0+)?")
_ADDRESS = re.compile(r"https?://[^\s<>\"]{1,1000}")
_FIRST_YEAR: Final = 1868
_LAST_YEAR: Final = 2100
_FIRST_RESULT: Final = 1947
_IDENTIFIER = re.compile(r"(\d{1,9})(?:\.0+)?")
_LONGEST_LINE: Final = 200
_SEPARATOR = re.compile(r"[\s、,，;；]+")


def _true(cell: str) -> bool:
    return cell.strip().casefold() in {"true", "1", "1.0", "○", "〇", "有"}


def _named(_sheet: RsSheet, _row: Row) -> None:
    """Take nothing: the row has named its sheet."""


class SheetReader:
    """Collects the sheets of all tables; a table may come before the one that names its sheets."""

    def __init__(self, report: ImportReport) -> None:
        """Start empty."""
        self.sheets: dict[tuple[int, int], RsSheet] = {}
        self.rows: dict[str, int] = {}
        """How many rows each table has."""
        self._report = report
        self._payees = PayeeRows(report)
        self._totals: set[tuple[int, int, int]] = set()
        self._accounts: dict[tuple[int, int, int], list[Row]] = {}

    def read(self, tables: Iterable[CsvTable]) -> None:
        """Read tables; sheets are named by 1-1 and 1-2, which are read first."""
        takers: Mapping[str, Callable[[RsSheet, Row], None]] = {
            "1-1": _named,
            "1-2": self._overview,
            "1-3": self._policy,
            "2-1": self._budget,
            "2-2": self._line,
            "3-1": self._indicator,
            "5-1": self._payees.take,
            "5-2": self._flow,
        }
        for table in sorted(tables, key=lambda each: each.number):
            take = takers.get(table.number)
            for row in table.rows(self._report):
                self.rows[table.number] = self.rows.get(table.number, 0) + 1
                sheet = self._sheet(row) if take is not None else None
                if take is not None and sheet is not None:
                    take(sheet, row)
        self._single_accounts()
        self._payees.finish()

    def _find(self, row: Row, column: str, severity: Severity, reason: str) -> None:
        self._report.add(row.file, row.number, column, severity, reason)

    def _sheet(self, row: Row) -> RsSheet | None:
        year = self._year(row, "事業年度")
        found = _IDENTIFIER.fullmatch(row.text("予算事業ID"))
        if year is None or found is None:
            column = "予算事業ID" if year is not None else "事業年度"
            self._find(row, column, Severity.SHEET_SKIPPED, "missing, or no whole number")
            return None
        key = year, int(found[1])
        sheet = self.sheets.get(key)
        name = clean(row.text("事業名"))
        if sheet is None:
            ministry = self._ministry(row)
            if not name or ministry is None:
                column = "府省庁" if name else "事業名"
                self._find(row, column, Severity.SHEET_SKIPPED, "missing or unknown")
                return None
            sheet = RsSheet(*key, name, ministry, row.text("局・庁"), row.place("予算事業ID"))
            self.sheets[key] = sheet
        elif name and name != sheet.name:
            reason = "another name than in the first table; the first is kept"
            self._find(row, "事業名", Severity.DOUBT, reason)
        return sheet

    @staticmethod
    def _ministry(row: Row) -> Ministry | None:
        """Return the publisher: the first of the three columns that is on the reviewed list."""
        cells = [row.text(each) for each in ("府省庁", "政策所管府省庁", "所管府省庁")]
        found = [each for cell in cells if cell and (each := authority(cell)) is not None]
        listed = [each for each in found if each.listed]
        return next(iter([*listed, *found]), None)

    def _year(self, row: Row, column: str) -> int | None:
        found = _YEAR.fullmatch(row.text(column))
        if found is None or not _FIRST_YEAR <= int(found[1]) <= _LAST_YEAR:
            return None
        return int(found[1])

    def _figure(self, row: Row, column: str) -> Figure | None:
        """Return an amount that is not zero; a text ends in the report."""
        return self._payees.figure(row, column)

    def _overview(self, sheet: RsSheet, row: Row) -> None:
        sheet.overview = (row.text("事業の目的"), row.text("事業の概要"))
        sheet.start_year = self._year(row, "事業開始年度")
        end = self._year(row, "事業終了（予定）年度")
        if end is not None and sheet.start_year is not None and end < sheet.start_year:
            self._find(row, "事業終了（予定）年度", Severity.ROW_SKIPPED, "before the first year")
            end = None
        sheet.end_year = end
        numbers = (clean(each) for each in _SEPARATOR.split(row.text("旧事業番号")))
        sheet.former_numbers = tuple(each for each in numbers if each)
        sheet.methods = tuple(kind for column, kind in _METHODS.items() if _true(row.text(column)))

    def _policy(self, sheet: RsSheet, row: Row) -> None:
        policy = " ".join(each for each in (row.text("政策"), row.text("施策")) if each)
        for kind, title, number, address in (
            ("policy", policy, "", row.text("政策・施策URL")),
            ("law", row.text("法令名"), row.text("法令番号"), ""),
            ("plan", row.text("計画通知名"), "", row.text("計画通知等URL")),
        ):
            if clean(title):
                shown = address if _ADDRESS.fullmatch(address) else ""
                link = PolicyLink(kind, clean(title), clean(number), shown)
                if link not in sheet.policies:
                    sheet.policies.append(link)

    def _budget(self, sheet: RsSheet, row: Row) -> None:
        year = self._year(row, "予算年度")
        if year is None:
            self._find(row, "予算年度", Severity.ROW_SKIPPED, "missing, or no year")
            return
        if not any(row.text(whole) for whole, _ in _SUMS.values()):
            self._accounts.setdefault((sheet.year, sheet.identifier, year), []).append(row)
            return
        self._totals.add((sheet.year, sheet.identifier, year))
        for stage, (column, _) in _SUMS.items():
            self._state(sheet, row, year, stage, column)

    def _state(self, sheet: RsSheet, row: Row, year: int, stage: Stage, column: str) -> None:
        figure = self._figure(row, column)
        if figure is None:
            return
        # The request on the row of a year is for the year after it.
        place = (year + 1 if stage is Stage.REQUEST else year), stage
        first = sheet.figures.setdefault(place, figure)
        if first.amount.yen != figure.amount.yen:
            reason = f"another amount than in {first.place}; the first is kept"
            self._find(row, column, Severity.ROW_SKIPPED, reason)

    def _single_accounts(self) -> None:
        """Take the figures of the one account where no row states the whole programme."""
        for key, rows in sorted(self._accounts.items()):
            if key in self._totals:
                continue
            sheet = self.sheets[key[:2]]
            for row in rows:
                if len(rows) > 1:
                    reason = "several accounts and no sum of them: nothing is added up"
                    self._find(row, "会計", Severity.ROW_SKIPPED, reason)
                    continue
                for stage, (_, column) in _SUMS.items():
                    if column:
                        self._state(sheet, row, key[2], stage, column)

    def _line(self, sheet: RsSheet, row: Row) -> None:
        year = self._year(row, "予算年度")
        kind = row.text("予算種別")
        stage = next((stage for rule, stage in _KINDS_OF_BUDGET if rule.search(kind)), None)
        figure = self._figure(row, "予算額（歳出予算項目ごと）")
        if figure is None:
            return
        if year is None or stage is None:
            column = "予算種別" if year is not None else "予算年度"
            self._find(row, column, Severity.ROW_SKIPPED, "missing or unknown")
            return
        parts = [row.text("所管"), row.text("組織・勘定"), row.text("項"), row.text("目")]
        line = "／".join(clean(each) for each in parts) if parts[2] else ""
        sheet.lines.append(BudgetLine(year, stage, line[:_LONGEST_LINE], figure))

    def _indicator(self, sheet: RsSheet, row: Row) -> None:
        kind = row.text("種別（アクティビティ・アウトプット・アウトカム）")
        measure = clean(row.text("活動指標／成果指標"))
        what = row.text("目標年度／目標値／実績値／達成率")
        is_result = "実績" in what
        if not measure or not (is_result or "目標値" in what or "見込" in what):
            return
        number = row.text("アクティビティ・アウトプット・アウトカムの番号")
        unit = clean(row.text("単位"))
        key = (kind, number, row.text("アウトカムの期間"), measure, unit)
        place = row.place("活動指標／成果指標")
        indicator = sheet.indicators.setdefault(key, Indicator(kind, measure, unit, place))
        for year, column, cell in row.year_cells():
            try:
                value = Decimal(cell.replace(",", ""))
            except InvalidOperation:
                value = Decimal("NaN")
            if not value.is_finite() or not _FIRST_RESULT <= year <= _LAST_YEAR:
                self._find(row, column, Severity.ROW_SKIPPED, "not a finite decimal number")
                continue
            stated = indicator.years.setdefault(year, YearValue(place=row.place(column)))
            held = stated.achieved if is_result else stated.target
            if held is not None and held != value:
                self._find(row, column, Severity.ROW_SKIPPED, "stated twice; the first is kept")
            elif is_result:
                stated.achieved = value
            else:
                stated.target = value

    def _flow(self, sheet: RsSheet, row: Row) -> None:
        target = clean(row.text("支出先の支出先ブロック"))
        source = clean(row.text("支出元の支出先ブロック"))
        if target:
            block = sheet.block(target)
            block.place = block.place or row.place("支出先の支出先ブロック")
            if source and source != target:
                block.sources.add(source)
            elif source:
                reason = "a block that pays itself"
                self._find(row, "支出元の支出先ブロック", Severity.ROW_SKIPPED, reason)
            if _true(row.text("担当組織からの支出")):
                block.direct = True
            elif not source:
                reason = "neither the ministry nor a block is named as the payer"
                self._find(row, "支出元の支出先ブロック", Severity.DOUBT, reason)
        figure = self._figure(row, "国自らが支出する間接経費の金額")
        if figure is not None:
            item = clean(row.text("国自らが支出する間接経費の項目"))
            sheet.overheads.append(Overhead(item, figure))
