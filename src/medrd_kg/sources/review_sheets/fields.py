"""Names of the cells of a sheet, as the files of 2015 to 2022 have them."""

from collections.abc import Mapping
from typing import Final

from medrd_kg.sources.review_sheets.records import Stage

__all__ = ["FIELDS", "STAGES"]

STAGES: Final[Mapping[str, Stage]] = {
    "当初予算": Stage.INITIAL,
    "補正予算": Stage.SUPPLEMENTARY,
    "前年度から繰越し": Stage.CARRIED_IN,
    "翌年度へ繰越し": Stage.CARRIED_OUT,
    "予備費等": Stage.RESERVE,
    "予算計": Stage.TOTAL,
    "執行額": Stage.EXECUTED,
    "要求額": Stage.REQUEST,
}
"""Columns of the budget table, with the stage that each states."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FIELDS: Final[Mapping[str, frozenset[str]]] = {
    "": _words(
        "ID 事業ID 公開年度 事業名 開始年度 終了年度 府省庁 事業番号 事業番号1 事業番号2 事業番号3"
        " 事業番号4 事業番号5 担当部局庁 担当課室 会計区分 事業目的 事業概要 実施方法 主要施策"
        " 予算 支出先 アウトカム アウトプット 定量的な目標が設定できない理由 url"
        " 関連する過去のレビューシート"
    ),
    "予算": frozenset({"年度", *STAGES}),
    "支出先": _words("年度 グループ 番号 支出先名 法人番号 業務概要 支出額"),
    "アウトカム": _words("成果目標 成果指標 単位 目標値 目標最終年度 成果実績"),
    "成果実績": _words("年度 成果実績 目標値"),
    "関連する過去のレビューシート": _words("年度 府省庁 事業番号1 事業番号2 事業番号3"),
}
"""Fields of the sheets of 2015 to 2022, by the list that holds them; empty: the sheet itself."""
