"""Every promise of the threat model names a test, and each of those tests exists."""

import ast
import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
PAGE = (CHECKOUT / "docs" / "threat-model.md").read_text(encoding="utf-8")

_PROMISES = PAGE.partition("## Promises")[2].partition("## Not promised")[0]
_NAMED = re.compile(r"`(tests/[\w/]+\.py)::((?:Test\w+::)?test_\w+)`")


def _rows() -> list[str]:
    lines = [line for line in _PROMISES.splitlines() if line.startswith("|")]
    return [line for line in lines if line != "| promise | test |" and not line.startswith("|-")]


def _tests_of(path: Path) -> set[str]:
    """Names of the tests in a file, those of classes with the class."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            inner = [each for each in node.body if isinstance(each, ast.FunctionDef)]
            found |= {f"{node.name}::{each.name}" for each in inner}
    return found


@pytest.mark.parametrize("row", _rows(), ids=lambda row: row.split("|")[1].strip()[:60])
def test_each_promise_names_a_test(row: str) -> None:
    assert _NAMED.findall(row)


@pytest.mark.parametrize(("path", "name"), _NAMED.findall(_PROMISES), ids=str)
def test_each_named_test_exists(path: str, name: str) -> None:
    assert name in _tests_of(CHECKOUT / path)


def test_there_are_promises_of_each_kind() -> None:
    sections = re.findall(r"^### ", _PROMISES, re.MULTILINE)
    assert len(sections) == 5
    assert len(_rows()) >= 35


def test_what_is_not_promised_is_said() -> None:
    assert PAGE.partition("## Not promised")[2].count("\n* **") >= 6
