"""A later year whose files write numbers otherwise: each yen is counted, or its cell is named."""

import json
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.sources.review_sheets.recomputed import STAGES, of_turtle

from medrd_kg.problems import Problem
from medrd_kg.sources.review_sheets.importer import import_review_sheets
from medrd_kg.sources.review_sheets.numerals import western_year
from medrd_kg.sources.review_sheets.report import ImportReport, Severity
from medrd_kg.sources.review_sheets.selection import Selection

Cell = tuple[object, int | None]
"""What stands in a cell, and the yen that it states; None where it is a fault."""
WIDE = str.maketrans("0123456789,.", "０１２３４５６７８９，．")
MINISTRIES = ("厚生労働省", "文部科学省", "未来庁", "新宇宙省", "デジタル統計庁")


def million(draw: random.Random) -> Cell:
    """Return a cell in one of the ways in which tables write an amount in million yen."""
    thousands = draw.randrange(1, 10**8)
    plain = f"{thousands // 1000}.{thousands % 1000:03}"
    grouped = f"{thousands // 1000:,}.{thousands % 1000:03}"
    yen = thousands * 1000
    ways: list[Cell] = [
        (float(plain), yen),
        (-float(plain), -yen),
        (thousands // 1000, thousands // 1000 * 1_000_000),
        (plain, yen),
        (grouped, yen),
        (grouped.translate(WIDE), yen),
        (f"△{grouped}", -yen),
        (f"▲ {plain.translate(WIDE)}", -yen),
        (f"\u2212{plain}", -yen),
        (f"{plain}百万円", yen),
        (f" {plain}\u3000", yen),
        ("", 0),
        ("－", 0),
        (None, 0),
        (0.0, 0),
        ("未定", None),
        (f"({plain})", None),
        (f"{plain}千円", None),
        (True, None),
    ]
    return draw.choice(ways)


def year(draw: random.Random, value: int) -> object:
    ways = [value, float(value), str(value), str(value).translate(WIDE), f"{value}年度"]
    return draw.choice([*ways, f"令和{value - 2018}年度"])


class Made:
    """A file of sheets with what it states and where it is at fault."""

    def __init__(self, draw: random.Random, make_row: Callable[..., dict[str, Any]]) -> None:
        """Draw sixty sheets."""
        self.rows: list[dict[str, Any]] = []
        self.budgets: Counter[tuple[int, int, str]] = Counter()
        self.payments: Counter[tuple[int, int]] = Counter()
        self.faults: set[tuple[int, str]] = set()
        for number in range(1, 61):
            budgets, payments = self._budgets(draw, number), self._payments(draw, number)
            row = make_row(
                公開年度=year(draw, 2023),
                府省庁=draw.choice(MINISTRIES),
                事業番号=f"2023-新-22-{number:04}",
                事業名=f"後年の事業{number}",
                予算=budgets,
                支出先=payments,
                様式=draw.choice(["改3", None, {"版": 1}]),
            )
            for field in draw.sample(
                ["アウトカム", "主要施策", "会計区分", "終了年度", "事業ID"], 2
            ):
                del row[field]
            self.rows.append(row)

    def _budgets(self, draw: random.Random, line: int) -> list[dict[str, object]]:
        rows = []
        for place, fiscal in enumerate((2021, 2022, 2023)):
            row: dict[str, object] = {"年度": year(draw, fiscal), "流用増減額": 5.0}
            for field in draw.sample(list(STAGES), 5):
                row[field], yen = million(draw)
                if yen is None:
                    self.faults.add((line, f"/予算/{place}/{field}"))
                else:
                    self.budgets[2023, fiscal, STAGES[field]] += yen
            rows.append(row)
        return rows

    def _payments(self, draw: random.Random, line: int) -> list[dict[str, object]]:
        rows = []
        for place in range(draw.randrange(4)):
            cell, yen = million(draw)
            payment = {"年度": year(draw, 2022), "グループ": "A", "番号": str(place + 1)}
            rows.append(payment | {"支出先名": f"株式会社第{place}", "支出額": cell})
            if yen is None:
                self.faults.add((line, f"/支出先/{place}/支出額"))
            else:
                self.payments[2023, 2022] += yen
        return rows


@pytest.mark.parametrize("seed", [1, 2])
def test_every_yen_is_counted_or_its_cell_is_named(
    seed: int, make_row: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    made = Made(random.Random(seed), make_row)
    path = tmp_path / "judgit-2023.ndjson"
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in made.rows)
    path.write_text("".join(lines), encoding="utf-8")
    report = ImportReport()
    summary = import_review_sheets(
        [path],
        selection=Selection.ALL,
        out_dir=tmp_path / "out",
        texts_path=None,
        report=report,
        beside=tmp_path / "nothing",
        processes=1,
    )
    assert summary.editions == len(made.rows)
    stated = of_turtle((tmp_path / "out").glob("review-sheets-2023*.ttl"))
    assert stated.budgets == {key: yen for key, yen in made.budgets.items() if yen}
    assert stated.payments == {key: yen for key, yen in made.payments.items() if yen}
    told = {
        (each.line, each.field)
        for each in report
        if each.severity is Severity.ROW_SKIPPED and each.reason != "the amount is missing"
    }
    assert told == made.faults
    unknown = {each.field for each in report if "does not know" in each.reason}
    assert unknown == {"/様式", "予算/流用増減額"}
    assert sum("on no list of ministries" in each.reason for each in report) == 3


@pytest.mark.parametrize("text", ["", "5", "令和", "令和100", "20235", "2023/04", "R", "x" * 99])
def test_a_text_that_names_no_year_is_none(text: str) -> None:
    assert western_year(text) is None


@pytest.mark.parametrize("text", ["", "<urn:a> <urn:b> <urn:c> .\n", "{}\n[]\n"])
def test_a_file_without_any_sheet_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "judgit-2030.ndjson"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Problem, match=r"judgit-2030\.ndjson: no line of it is a review sheet"):
        import_review_sheets(
            [path],
            selection=Selection.ALL,
            out_dir=tmp_path / "out",
            texts_path=None,
            report=ImportReport(),
            beside=tmp_path / "nothing",
        )
    assert not (tmp_path / "out").exists()
