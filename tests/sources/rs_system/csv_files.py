"""Makes the official CSV files of the RS system out of real values as they were re-published.

The columns come from the list of official columns; programmes, budgets, payees and chains of
blocks from the re-published JSON beside it. What that does not hold (indicators, policies) a test
adds as rows of its own.
"""

import csv
import gzip
import io
import json
import os
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

YEAR: Final = 2024
SHARED: Final = Path(
    os.environ.get("MEDRD_KG_SHARED", Path(__file__).resolve().parents[3].parent / "shared")
)
FOLDER: Final = SHARED / "data" / "rs-system"

Rows = dict[str, list[dict[str, str]]]

_KINDS: Final = {
    "補助": "実施方法ー補助",
    "直接実施": "実施方法ー直接実施",
    "負担": "実施方法ー負担",
    "交付": "実施方法ー交付",
    "その他": "実施方法ー その他",
}


@cache
def official_columns() -> Mapping[str, tuple[str, tuple[str, ...]]]:
    """Return file name and columns of each of the 15 tables, by its number."""
    found: dict[str, tuple[str, list[str]]] = {}
    with (FOLDER / "rs_schema_columns_2024.csv").open(encoding="utf-8-sig") as stream:
        for row in csv.DictReader(stream):
            file = row["元ファイル名"].removesuffix(".zip")
            columns = found.setdefault(file.split("_")[0], (file, []))[1]
            if row["カラム名"] not in columns:
                columns.append(row["カラム名"])
    return {number: (file, tuple(columns)) for number, (file, columns) in found.items()}


@cache
def published(name: str) -> Any:  # noqa: ANN401 - what the file holds
    """Return one of the re-published JSON files."""
    with gzip.open(FOLDER / name) as stream:
        return json.load(stream)


@cache
def budgets() -> Mapping[str, Mapping[str, Any]]:
    """Return the budget node of each programme by its identifier."""
    nodes = published("sankey-svg-2024-graph.json.gz")["nodes"]
    return {str(each["projectId"]): each for each in nodes if each["type"] == "project-budget"}


def _yen(value: object) -> str:
    return "" if value is None else str(value)


def real_rows(identifiers: Iterable[str]) -> Rows:
    """Return the rows of the official tables for some programmes, by number of the table."""
    rows: Rows = {number: [] for number in official_columns()}
    details = published("rs2024-project-details.json.gz")
    payees = published("project-quality-recipients-2024.json.gz")
    for identifier in identifiers:
        detail = details[identifier]
        base = {
            "シート種別": "レビューシート",
            "事業年度": str(YEAR),
            "予算事業ID": identifier,
            "事業名": detail["projectName"],
            "政策所管府省庁": detail["ministry"],
            "所管府省庁": detail["ministry"],
            "府省庁": detail["ministry"],
            "局・庁": detail.get("bureau") or "",
        }
        rows["1-1"].append(base)
        methods = {
            _KINDS[each]: "1.0" for each in detail["implementationMethods"] if each in _KINDS
        }
        rows["1-2"].append(
            base
            | methods
            | {
                "事業の目的": detail.get("purpose") or "",
                "事業の概要": detail.get("overview") or "",
                "事業開始年度": _yen(detail.get("startYear")),
                "事業終了（予定）年度": _yen(detail.get("endYear")),
                "旧事業番号": detail.get("oldProjectNumber") or "",
            }
        )
        node = budgets().get(identifier, {})
        _budget_rows(rows, base, node)
        _payment_rows(rows, base, payees.get(identifier, []))
    return rows


def _budget_rows(rows: Rows, base: dict[str, str], node: Mapping[str, Any]) -> None:
    held = node.get("budgetSummary")
    if held is not None:
        year = {"予算年度": str(held["fiscalYear"])}
        columns = {
            "当初予算（合計）": "initialBudget",
            "補正予算（合計）": "supplementaryBudget",
            "前年度からの繰越し（合計）": "carryoverBudget",
            "予備費等（合計）": "reserveFund",
            "計（歳出予算現額合計）": "totalBudget",
            "執行額（合計）": "executedAmount",
            "翌年度への繰越し(合計）": "carryoverToNext",
            "翌年度要求額（合計）": "nextYearRequest",
        }
        rows["2-1"].append(
            base | year | {column: _yen(held[name]) for column, name in columns.items()}
        )
        for account in held.get("accountSummaries", ()):
            rows["2-1"].append(
                base
                | year
                | {
                    "会計区分": account["accountCategory"],
                    "歳出予算現額": _yen(account["totalBudget"]),
                    "執行額": _yen(account["executedAmount"]),
                }
            )
    for line in node.get("budgetBreakdown", ()):
        rows["2-2"].append(
            base
            | {
                "予算年度": str(line["fiscalYear"]),
                "会計区分": line["accountCategory"],
                "会計": line["account"],
                "勘定": line["subAccount"],
                "予算種別": line["budgetType"],
                "所管": line["jurisdiction"],
                "組織・勘定": line["organizationAccount"],
                "項": line["item"],
                "目": line["subItem"],
                "予算額（歳出予算項目ごと）": _yen(line["amount"]),
            }
        )


def _payment_rows(rows: Rows, base: dict[str, str], payees: Sequence[Mapping[str, Any]]) -> None:
    blocks: dict[str, list[Mapping[str, Any]]] = {}
    edges: dict[tuple[str, str], None] = {}
    for each in payees:
        blocks.setdefault(each["b"], []).append(each)
        path = each["chain"].split("→")
        if len(path) > 1:
            edges[path[-2], path[-1]] = None
    for label, members in blocks.items():
        total = sum(each["a2"] or 0 for each in members)
        rows["5-1"].append(
            base
            | {
                "支出先ブロック番号": label,
                "支出先の数": str(len(members)),
                "ブロックの合計支出額": str(total),
                "事業を行う上での役割": members[0]["role"],
            }
        )
        for each in members:
            payee = base | {
                "支出先ブロック番号": label,
                "支出先名": each["n"],
                "法人番号": each["cn"],
                "その他支出先": "TRUE" if each["o"] else "FALSE",
            }
            rows["5-1"].append(payee | {"支出先の合計支出額": _yen(each["a2"])})
            rows["5-1"].append(payee | {"契約概要": each["cc"] or "契約", "金額": _yen(each["a2"])})
    for source, target in edges:
        direct = source == "組織"
        rows["5-2"].append(
            base
            | {
                "支出元の支出先ブロック": "" if direct else source,
                "担当組織からの支出": "TRUE" if direct else "FALSE",
                "支出先の支出先ブロック": target,
            }
        )


def table_bytes(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """Return a table as the official files are written: BOM, CRLF, every cell as a text."""
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(
        stream, columns, restval="", extrasaction="ignore", lineterminator="\r\n"
    )
    writer.writeheader()
    writer.writerows(rows)
    return ("\ufeff" + stream.getvalue()).encode()


def write_zips(folder: Path, rows: Rows) -> Path:
    """Write the 15 zipped files and return their folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (file, columns) in official_columns().items():
        with zipfile.ZipFile(folder / f"{file}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{file}.csv", table_bytes(columns, rows.get(number, ())))
    return folder
