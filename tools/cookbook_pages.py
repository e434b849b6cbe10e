"""The pages of the cookbook, made of its recipes and their answers."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import yaml

FOLDER: Final = Path("docs/cookbook")
SERVER: Final = "http://127.0.0.1:8000"

TOPICS: Final = {
    "coverage": ("カバレッジ", "Coverage"),
    "links": ("つながり", "Links"),
    "gaps": ("欠けているもの", "Gaps"),
    "overlaps": ("重なり", "Overlaps"),
    "payers": ("負担する者", "Who pays"),
    "flows": ("資金の流れ", "Flows of money"),
    "results": ("成果", "What came of it"),
    "process": ("手続", "Process"),
    "pdca": ("PDCA", "PDCA"),
    "changes": ("変化", "Changes"),
    "paths": ("経路", "Paths"),
    "evidence": ("根拠", "Evidence"),
    "search": ("検索", "Search"),
    "reconciliation": ("名寄せ", "Reconciliation"),
}
"""What the questions are about, in the order of the index."""

_INTRODUCTION: Final = {
    "en": (
        "Real questions about the policy and its money, each answered twice: by a REST call and by"
        " SPARQL. Tests ask both of a server of the shipped release and compare them with what is"
        " printed here. Terms such as `prj:drugs` stand for IRIs; `/api/v1/prefixes` lists the"
        " prefixes. Amounts are yen."
    ),
    "ja": (
        "方針とその資金についての実際の問いを集め、それぞれに REST と SPARQL の二通りで答える。"
        "どちらも、配布しているリリースのサーバに試験で問い合わせ、ここに印刷した答えと比べている。"
        "`prj:drugs` のような語は IRI を表し、接頭辞の一覧は `/api/v1/prefixes` にある。"
        "金額は円である。"
    ),
}


def cookbook_pages(checkout: Path, notice: str) -> dict[Path, str]:
    """Return the text of every page, by path below the checkout.

    Args:
        checkout: Top folder of the source checkout.
        notice: Line that says that a page is generated.
    """
    recipes = {
        path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in sorted((checkout / FOLDER / "recipes").glob("*.yaml"))
    }
    pages = {
        FOLDER / f"{name}.md": _page(name, recipe, checkout, notice)
        for name, recipe in recipes.items()
    }
    return {
        FOLDER / "README.md": _index("en", recipes, notice),
        FOLDER / "README.ja.md": _index("ja", recipes, notice),
        **pages,
    }


def _index(language: str, recipes: Mapping[str, Any], notice: str) -> str:
    title = {"en": "# Cookbook", "ja": "# クックブック"}[language]
    other = {"en": "[日本語](README.ja.md)", "ja": "[English](README.md)"}[language]
    lines = [title, "", notice.strip(), "", other, "", _INTRODUCTION[language]]
    for topic, names in TOPICS.items():
        of_topic = {name: each for name, each in recipes.items() if each["topic"] == topic}
        if of_topic:
            lines += ["", f"## {names[language == 'en']}", ""]
            lines += [f"- [{each['question'][language]}]({n}.md)" for n, each in of_topic.items()]
    return "\n".join(lines) + "\n"


def _page(name: str, recipe: Mapping[str, Any], checkout: Path, notice: str) -> str:
    return "\n".join(_lines(name, recipe, checkout, notice)) + "\n"


def _lines(name: str, recipe: Mapping[str, Any], checkout: Path, notice: str) -> Iterator[str]:
    question = recipe["question"]
    yield f"# {question['ja']}"
    yield ""
    yield notice.strip()
    yield ""
    yield f"**{question['en']}**"
    yield ""
    yield "[目次](README.ja.md) · [Index](README.md)"
    yield ""
    yield "## REST"
    yield ""
    yield "```"
    yield f"GET {_address(recipe['rest'])}"
    yield "```"
    yield ""
    yield f"答えの読み方 / What is read from the answer: {_reading(recipe['rest'])}"
    yield ""
    yield "## SPARQL"
    yield ""
    yield "```sparql"
    yield recipe["sparql"].strip()
    yield "```"
    yield ""
    yield "## 答え / Answer"
    yield ""
    yield from _table(checkout / FOLDER / "recipes" / f"{name}.csv")
    for part, title in (("note", "注 / Note"), ("checked", "出所との照合 / Checked by hand")):
        if part in recipe:
            yield ""
            yield f"**{title}**"
            yield ""
            yield f"- {recipe[part]['ja']}"
            yield f"- {recipe[part]['en']}"


def _address(rest: Mapping[str, Any]) -> str:
    parameters = urlencode(rest.get("parameters", {}), doseq=True, safe=",")
    return SERVER + rest["path"] + (f"?{parameters}" if parameters else "")


def _reading(rest: Mapping[str, Any]) -> str:
    """Return in words where the rows stand in the answer."""
    of = f"`{rest['each']}`"
    if "where" in rest:
        of += f" (`{json.dumps(rest['where'], ensure_ascii=False)}`)"
    return f"{of} → {', '.join(f'{name} = `{place}`' for name, place in rest['take'].items())}"


def _table(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", newline="") as table:
        header, *rows = csv.reader(table)
    yield f"| {' | '.join(header)} |"
    yield f"|{'---|' * len(header)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', ' / ') for cell in row)} |"
