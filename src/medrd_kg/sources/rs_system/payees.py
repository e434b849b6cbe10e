"""Rows of 5-1: blocks, payees and contracts, whichever a row states.

A row may state a block (its total), a payee (what it received in all), a contract (a part of
that), or several of them at once; years differ. A payee is one node however many rows repeat it.
"""

from typing import Final

from medrd_kg.sources.review_sheets import corporate_number
from medrd_kg.sources.review_sheets.amounts import AmountError, Token, parse_amount
from medrd_kg.sources.review_sheets.names import clean
from medrd_kg.sources.review_sheets.numerals import is_blank, plain_number
from medrd_kg.sources.review_sheets.report import ImportReport, Severity
from medrd_kg.sources.rs_system.records import Figure, PaidRow, RsSheet
from medrd_kg.sources.rs_system.tables import Row

__all__ = ["PayeeRows"]

_CONTRACT: Final = ("契約概要", "金額", "契約方式等", "具体的な契約方式等", "入札者数", "落札率")
_PAYEE: Final = "支出先の合計支出額"
_BLOCK: Final = "ブロックの合計支出額"
_Key = tuple[str, str, str | None]


class _Payees:
    """What the rows of one sheet say of its payees."""

    def __init__(self) -> None:
        self.stated: set[tuple[str, str, str | None, int]] = set()
        self.named: set[_Key] = set()
        self.contracts: dict[_Key, list[tuple[Row, Figure]]] = {}


class PayeeRows:
    """Collects payees; a contract counts only where its payee has no total of its own."""

    def __init__(self, report: ImportReport) -> None:
        """Start empty."""
        self._report = report
        self._of: dict[tuple[int, int], _Payees] = {}
        self._sheets: dict[tuple[int, int], RsSheet] = {}

    def figure(self, row: Row, column: str) -> Figure | None:
        """Return the amount of a cell in yen, or None where it states none or zero."""
        cell = row.text(column)
        if is_blank(cell):
            return None
        try:
            amount = parse_amount(Token(plain_number(cell, "円") or cell), "円")
        except AmountError as fault:
            self._report.add(row.file, row.number, column, Severity.ROW_SKIPPED, str(fault))
            return None
        if amount.rounded:
            reason = "a fraction of a yen was rounded to the yen"
            self._report.add(row.file, row.number, column, Severity.NOTICE, reason)
        return Figure(amount, row.place(column)) if amount.yen else None

    def take(self, sheet: RsSheet, row: Row) -> None:
        """Take a row."""
        label = clean(row.text("支出先ブロック番号"))
        if not label:
            reason = "the block is missing"
            self._report.add(
                row.file, row.number, "支出先ブロック番号", Severity.ROW_SKIPPED, reason
            )
            return
        block = sheet.block(label)
        block.place = block.place or row.place("支出先ブロック番号")
        total = self.figure(row, _BLOCK)
        if total is not None:
            if block.total is None:
                block.total = total
            elif block.total.amount.yen != total.amount.yen:
                reason = f"another amount than in {block.total.place}; the first is kept"
                self._report.add(row.file, row.number, _BLOCK, Severity.ROW_SKIPPED, reason)
        if row.text("支出先名") or row.text("法人番号"):
            self._payee(sheet, label, row)

    def _payee(self, sheet: RsSheet, label: str, row: Row) -> None:
        at = sheet.year, sheet.identifier
        self._sheets[at] = sheet
        payees = self._of.setdefault(at, _Payees())
        number = self._number(row)
        key = label, clean(row.text("支出先名")), number
        figure = self.figure(row, _PAYEE)
        is_contract = any(row.text(each) for each in _CONTRACT)
        if figure is not None:
            payees.named.add(key)
            place = (*key, figure.amount.yen)
            # A contract's row repeats the total of its payee; a row that is no contract's is a
            # payee of its own, even where a namesake received the same amount.
            if place not in payees.stated or not is_contract:
                payees.stated.add(place)
                paid = PaidRow(key[1], number, figure, row.file, row.number)
                sheet.block(label).payees.append(paid)
        elif is_contract:
            contract = self.figure(row, "金額")
            if contract is not None:
                payees.contracts.setdefault(key, []).append((row, contract))

    def _number(self, row: Row) -> str | None:
        cell = row.text("法人番号")
        number = corporate_number.normalise(cell).removesuffix(".0")
        if not number or corporate_number.is_valid(number):
            return number or None
        reason = "no valid 法人番号: the payee is known by its name alone"
        self._report.add(row.file, row.number, "法人番号", Severity.NOTICE, reason)
        return None

    def finish(self) -> None:
        """Take the contracts of payees whose total no row states."""
        for at, payees in self._of.items():
            for key, contracts in payees.contracts.items():
                if key in payees.named:
                    continue
                block = self._sheets[at].block(key[0])
                for row, figure in contracts:
                    block.payees.append(PaidRow(key[1], key[2], figure, row.file, row.number))
