"""Reading the raw review sheets and the table of facts anew, without the importer.

Which names are one programme is written down here as a reader of the sheets would say it. Amounts
of the sheets are in million yen; a zero states nothing.
"""

import io
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import zstandard

YEARS = range(2015, 2023)
STAGES = {
    "要求額": "request",
    "当初予算": "initial",
    "補正予算": "supplementary",
    "前年度から繰越し": "carried-in",
    "翌年度へ繰越し": "carried-out",
    "予備費等": "reserve",
    "予算計": "total",
    "執行額": "executed",
}
FACT_STAGES = {
    "review_sheet_requested": "request",
    "review_sheet_initial_budget": "initial",
    "review_sheet_supplementary_budget": "supplementary",
    "review_sheet_carried_in": "carried-in",
    "review_sheet_carried_out": "carried-out",
    "review_sheet_reserve_or_transfer": "reserve",
    "review_sheet_budget_total": "total",
    "review_sheet_executed": "executed",
}
SUMMED = sorted(set(STAGES.values()) - {"reserve"})
"""Stages of the AMED budget; its reserve may hold the adjustment fund and is not summed."""

MINISTRIES = {
    "cabinet-office": "内閣府",
    "meti": "経済産業省",
    "mext": "文部科学省",
    "mhlw": "厚生労働省",
    "mic": "総務省",
    "reconstruction-agency": "復興庁",
}
AMED_PROGRAMMES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "cabinet-office": (
        ("国立研究開発法人日本医療研究開発機構出資に必要な経費",),
        (
            "健康・医療分野におけるムーンショット型研究開発事業",
            "健康・医療分野におけるムーンショット型研究開発等事業",
        ),
        ("ワクチン・新規モダリティ研究開発事業",),
        ("革新的医療技術研究開発推進事業(仮称)",),
    ),
    "meti": (
        ("次世代治療・診断実現のための創薬基盤技術開発事業",),
        ("未来医療を実現する医療機器・システム研究開発事業",),
        ("医工連携事業化推進事業",),
        ("医工連携イノベーション推進事業", "医工連携イノベーション事業"),
        (
            "再生医療の産業化に向けた評価基盤技術開発事業",
            "再生医療・遺伝子治療の産業化に向けた基盤技術開発事業",
        ),
        ("ロボット介護機器開発・導入促進事業",),
        ("ロボット介護機器開発・標準化事業", "ロボット介護機器等福祉用具開発標準化事業"),
        ("生体機能国際協力基礎研究事業",),
        (
            "健康・医療情報を活用した行動変容促進事業",
            "健康・医療情報を活用したヘルスケア・イノベーション基盤整備事業",
        ),
        (
            "先進的医療機器・システム等技術開発事業",
            "医療機器等における先進的研究開発・開発体制強靱化事業",
        ),
        (
            "認知症対策官民イノベーション実証基盤整備事業費",
            "認知症等対策官民イノベーション実証基盤整備事業費",
            "予防・健康づくりの社会実装に向けた研究開発基盤整備事業",
        ),
        (
            "健康・医療分野におけるムーンショット型研究開発事業",
            "健康・医療分野におけるムーンショット型研究開発等事業",
        ),
        ("ウイルス等感染症対策技術開発事業",),
        ("創薬ベンチャーエコシステム強化事業",),
        ("健康・医療研究開発データ統合利活用プラットフォーム事業",),
        ("ワクチン・新規モダリティ研究開発事業",),
        ("迅速ウイルス検出機器導入実証事業(先進的医療機器・システム等技術開発事業)",),
    ),
    "mext": (
        ("医療分野の研究開発の推進",),
        (
            "国立研究開発法人日本医療研究開発機構運営費交付金に必要な経費",
            "国立研究開発行政法人日本医療研究開発機構運営費交付金に必要な経費",
        ),
    ),
    "mhlw": (
        (
            "医療研究開発推進事業費補助金(保健衛生医療調査等推進事業費補助金を含む)",
            "医療研究開発推進事業費補助金(保健衛生医療調査等推進事業費補助金等を含む)",
            "医療研究開発推進事業費補助金",
        ),
    ),
    "mic": (
        (
            "次世代医療・介護・健康ICT基盤高度化事業(補助金)",
            "医療・健康データ利活用基盤高度化事業(補助金)",
            "医療・介護・健康データ利活用基盤高度化事業(医療研究開発推進事業費補助金)",
        ),
    ),
    "reconstruction-agency": (("医療分野の研究開発の推進(東北メディカル・メガバンク)",),),
}
"""What is bound for AMED, by ministry: the names of each programme over the years."""

PARTS_OF_MEXT = (
    "再生・細胞医療・遺伝子治療実現加速化プログラム",
    "脳とこころの研究推進プログラム",
    "生命科学・創薬研究支援基盤事業",
    "医療分野国際科学技術共同研究開発推進事業",
    "次世代がん医療加速化研究事業",
    "先端的バイオ創薬等基盤技術開発事業",
    "医療機器等研究成果展開事業",
    "ゲノム医療実現バイオバンク利活用プログラム(B-cure)等",
    "新興・再興感染症研究基盤創生事業",
    "橋渡し研究プログラム",
    "革新的先端研究開発支援事業",
    "ヒューマン・フロンティア・サイエンス・プログラム",
    "ナショナルバイオリソースプロジェクト",
    "健康・医療研究開発データ統合利活用プラットフォーム事業",
    "健康・医療分野におけるムーンショット型研究開発等事業",
    "ワクチン・新規モダリティ研究開発事業",
    "ワクチン開発のための世界トップレベル研究開発拠点の形成事業",
)
"""Sheets of 2023 that replaced the single sheet of the education ministry. They restate parts of
it, and stand for themselves where it states nothing."""

OTHER_SHEETS = {
    ("meti", 2015, "0077"),
    ("meti", 2015, "0082"),
    ("meti", 2015, "0083"),
    ("meti", 2015, "0088"),
    ("meti", 2015, "0089"),
    ("meti", 2019, "0011"),
}
"""Same name, another programme: what the ministry paid out itself until FY2014, and equipment for
care that goes to NEDO."""

FUND = (
    "戦略的イノベーション創造プログラム(健康・医療分野)",
    "科学技術イノベーション創造推進費(健康・医療分野)",
)

Line = tuple[str, str]
Place = tuple[Line, int, str]


def name_key(name: str) -> str:
    """Return a name without blanks, dots and what it says of former names."""
    key = re.sub(r"[\s\u200b、,・「」]", "", unicodedata.normalize("NFKC", name))
    return re.sub(r"\(旧.*\)$", "", key)


def _lines() -> dict[Line, Line]:
    lines: dict[Line, Line] = {}
    for ministry, programmes in AMED_PROGRAMMES.items():
        for names in programmes:
            for name in names:
                lines[ministry, name_key(name)] = (ministry, name_key(names[0]))
    for name in PARTS_OF_MEXT:
        lines["mext", name_key(name)] = ("mext", name_key(name))
    for name in FUND:
        lines["cabinet-office", name_key(name)] = ("cabinet-office", "fund")
    return lines


LINES = _lines()
SLUGS = {name: slug for slug, name in MINISTRIES.items()}
SINGLE_SHEET: Line = ("mext", name_key("医療分野の研究開発の推進"))
PARTS = {("mext", name_key(name)) for name in PARTS_OF_MEXT}
FUND_LINE: Line = ("cabinet-office", "fund")
HEALTH_MINISTRY: Line = ("mhlw", name_key(AMED_PROGRAMMES["mhlw"][0][0]))


@dataclass(frozen=True)
class RawSheet:
    """A line of a raw file; numbers as they are spelled."""

    year: int
    line: int
    row: dict[str, Any]


def yen(token: str) -> int:
    """Return the yen of a number of million yen."""
    return int((Decimal(token) * 1_000_000).to_integral_value())


def raw_lines(path: Path) -> Iterator[tuple[int, str]]:
    with path.open("rb") as file:
        text = io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(file), "utf-8")
        yield from enumerate(text, 1)


def _field(line: str, name: str) -> str:
    found = re.search(rf'"{name}":\s*("(?:[^"\\]|\\.)*")', line)
    return str(json.loads(found[1])) if found else ""


def line_of(line: str) -> Line | None:
    ministry = SLUGS.get(_field(line, "府省庁"))
    return LINES.get((ministry, name_key(_field(line, "事業名")))) if ministry else None
