"""Items out of a JSON file of one fiscal year; a bad item becomes one finding."""

import gzip
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from medrd_kg.problems import Problem
from medrd_kg.sources.review_sheets.amounts import Amount, AmountError, Token, parse_amount
from medrd_kg.sources.review_sheets.iris import ascii_slug
from medrd_kg.sources.review_sheets.names import clean
from medrd_kg.sources.review_sheets.records import Stage
from medrd_kg.sources.review_sheets.report import ImportReport, Severity

__all__ = ["BudgetDocument", "Item", "ItemFile", "read_item_file"]

_LARGEST_FILE: Final = 512 * 1024**2
"""Most bytes of a file when unpacked; a year has four million."""
_STEP: Final = 1 << 20
_HINT: Final = "give a file of items of one year, such as mof-jikou-2023.json.gz"
_FIRST_YEAR: Final = 1947
_LAST_YEAR: Final = 2100
_ADDRESS = re.compile(r"https?://[^\s<>\"{}|^`\\]+")
_PLAIN = re.compile(r"[A-Za-z0-9-]{1,80}")


@dataclass(frozen=True, slots=True)
class BudgetDocument:
    """A budget or settlement as the ministry publishes it."""

    identifier: str
    title: str
    address: str


@dataclass(frozen=True, slots=True)
class Item:
    """An item (事項) of a document.

    Attributes:
        slug: Its identifier as a local name.
        document: Identifier of its document.
        jurisdiction: 所管.
        organization: 組織; for special accounts 勘定, else the account; for agencies the agency.
        section: 項.
        name: 事項.
        figures: Stated amounts by stage, zero left out.
        address: The page that states it.
        index: Position in the file, from 1.
    """

    slug: str
    document: str
    jurisdiction: str
    organization: str
    section: str
    name: str
    figures: Mapping[Stage, Amount]
    address: str
    index: int


@dataclass(frozen=True, slots=True)
class ItemFile:
    """The items of one fiscal year."""

    fiscal_year: int
    documents: tuple[BudgetDocument, ...]
    items: tuple[Item, ...]


def _unpacked(path: Path) -> bytes:
    content = bytearray()
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
        while step := stream.read(_STEP):
            content += step
            if len(content) > _LARGEST_FILE:
                raise Problem("invalid-data", f"{path.name}: more than {_LARGEST_FILE} bytes")
    return bytes(content)


def read_item_file(path: Path, report: ImportReport) -> ItemFile:
    """Return the items of a file.

    Args:
        path: ``.json`` or ``.json.gz``.
        report: Takes the findings.

    Raises:
        Problem: ``invalid-data``: the file cannot be read, or is not of this form.
    """
    try:
        content = json.loads(_unpacked(path), parse_float=Token, parse_int=Token)
    except (OSError, EOFError, zlib.error) as error:
        raise Problem("invalid-data", f"{path.name}: not readable: {error}", _HINT) from error
    except (ValueError, RecursionError) as error:
        raise Problem("invalid-data", f"{path.name}: not JSON: {error}", _HINT) from error
    about = content.get("metadata") if isinstance(content, dict) else None
    rows = content.get("items") if isinstance(content, dict) else None
    if not isinstance(about, dict) or not isinstance(rows, list):
        raise Problem("invalid-data", f"{path.name}: no object with metadata and items", _HINT)
    year = str(about.get("fiscalYear", ""))
    if not (year.isdecimal() and _FIRST_YEAR <= int(year) <= _LAST_YEAR):
        raise Problem(
            "invalid-data", f"{path.name}: metadata.fiscalYear is missing or no year", _HINT
        )
    if about.get("unit") != "yen":
        raise Problem("invalid-data", f"{path.name}: metadata.unit is not yen")
    documents = tuple(_documents(path, about.get("documents"), report))
    known = {each.identifier: each for each in documents}
    items: dict[str, Item] = {}
    for index, row in enumerate(rows, 1):
        item = _Cells(path.name, index, row, report).item(known)
        if item is None:
            continue
        if item.slug in items:
            report.add(path.name, index, "id", Severity.ROW_SKIPPED, "the id stands twice")
            continue
        items[item.slug] = item
    return ItemFile(int(year), documents, tuple(items.values()))


def _documents(path: Path, rows: object, report: ImportReport) -> Iterator[BudgetDocument]:
    for index, row in enumerate(rows if isinstance(rows, list) else (), 1):
        said = row if isinstance(row, dict) else {}
        identifier, title = str(said.get("documentId", "")), clean(str(said.get("title", "")))
        address = str(said.get("url", ""))
        if _PLAIN.fullmatch(identifier) and title and _ADDRESS.fullmatch(address):
            yield BudgetDocument(identifier, title, address)
        else:
            reason = "documentId, title or url is missing"
            report.add(path.name, index, "metadata.documents", Severity.ROW_SKIPPED, reason)


class _Cells:
    """The cells of one item."""

    def __init__(self, file: str, index: int, row: object, report: ImportReport) -> None:
        self._file = file
        self._index = index
        self._row: Mapping[str, Any] = row if isinstance(row, dict) else {}
        self._report = report

    def _find(self, field: str, reason: str, severity: Severity = Severity.ROW_SKIPPED) -> None:
        self._report.add(self._file, self._index, field, severity, reason)

    def _text(self, *fields: str) -> str:
        for field in fields:
            value = self._row.get(field)
            if isinstance(value, str) and not isinstance(value, Token) and clean(value):
                return clean(value)
        return ""

    def _amount(self, field: str) -> Amount | None:
        value = self._row.get(field)
        if value is None:
            return None
        try:
            amount = parse_amount(value, "円")
        except AmountError as fault:
            self._find(field, str(fault))
            return None
        if amount.rounded or amount.inclusive:
            self._find(field, "not a whole number of yen")
            return None
        return amount

    def item(self, documents: Mapping[str, BudgetDocument]) -> Item | None:
        """Return the item, or None after a finding."""
        slug = ascii_slug(self._text("id"))
        address, document = self._text("sourceUrl"), self._text("documentId")
        for field, sound in (
            ("id", bool(slug)),
            ("documentId", document in documents),
            ("name", bool(self._text("name"))),
            ("ministry", bool(self._text("ministry", "agency"))),
            ("sourceUrl", _ADDRESS.fullmatch(address) is not None),
        ):
            if not sound:
                self._find(field, "missing or unknown: the item is left out")
                return None
        figures = dict(self._figures())
        return Item(
            slug=slug,
            document=document,
            jurisdiction=self._text("ministry", "agency"),
            organization=self._text("organization", "subAccount", "specialAccount", "agency"),
            section=self._text("sectionName"),
            name=self._text("name"),
            figures={stage: amount for stage, amount in figures.items() if amount.yen},
            address=address,
            index=self._index,
        )

    def _figures(self) -> Iterator[tuple[Stage, Amount]]:
        kind = self._text("budgetType")
        if kind == "当初予算":
            stated = {Stage.INITIAL: self._amount("amount")}
        elif kind.startswith("補正予算"):
            stated = {Stage.SUPPLEMENTARY: self._difference()}
        elif kind == "決算":
            stated = {
                Stage.TOTAL: self._amount("currentAmount"),
                Stage.EXECUTED: self._amount("spent"),
                Stage.CARRIED_OUT: self._amount("carriedOver"),
            }
            self._check_settlement(stated)
        else:
            reason = "neither an initial or supplementary budget nor a settlement: left out"
            self._find("budgetType", reason, Severity.NOTICE)
            return
        for stage, amount in stated.items():
            if amount is not None:
                yield stage, amount

    def _difference(self) -> Amount | None:
        """Return what a supplementary budget changes, where it is revised less earlier budget."""
        change = self._amount("difference")
        revised, earlier = self._amount("amount"), self._amount("previousAmount")
        if change is None or revised is None:
            return None
        before = earlier.yen if earlier is not None else 0
        if revised.yen - before != change.yen:
            self._find("difference", "not the revised less the earlier budget")
            return None
        return change

    def _check_settlement(self, stated: Mapping[Stage, Amount | None]) -> None:
        unused = self._amount("unused")
        parts = [stated[Stage.EXECUTED], stated[Stage.CARRIED_OUT], unused]
        whole = stated[Stage.TOTAL]
        if (
            whole is not None
            and all(parts)
            and whole.yen != sum(each.yen for each in parts if each)
        ):
            reason = "spent, carried over and unused do not add up to the current budget"
            self._find("currentAmount", reason, Severity.NOTICE)
