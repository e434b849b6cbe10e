"""``medrd-kg tag`` as a user runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCHEMES = "https://w3id.org/medrd-kg/schemes#"


def run(*arguments: str | Path, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "medrd_kg", "tag", *map(str, arguments)],
        input=given,
        capture_output=True,
        timeout=60,
        check=False,
        env={k: v for k, v in os.environ.items() if not k.startswith("MEDRD_KG_")},
    )


def test_json_lines_give_one_object_each(tmp_path: Path) -> None:
    file = tmp_path / "programmes.jsonl"
    # NEL ends a line for some; within a JSON string it does not.
    programmes: list[dict[str, Any]] = [
        {"name": "難病の全ゲノム解析等実証事業", "texts": {"purpose": "がんを\x85除く。"}},
        {"name": "道路橋の予防保全に関する技術開発"},
    ]
    lines = [json.dumps(each, ensure_ascii=False) for each in programmes]
    file.write_text("\n\n".join(lines) + "\n", encoding="utf-8")
    result = run(file)
    assert result.returncode == 0, result.stderr
    first, second = map(json.loads, result.stdout.decode().strip().split("\n"))
    assert (first["line"], second["line"]) == (1, 3)
    assert first["name"] == programmes[0]["name"]
    assert first["medicalResearch"]["value"] is True
    tagged = {each["id"] for each in first["concepts"]}
    assert f"{SCHEMES}disease-intractable" in tagged
    assert f"{SCHEMES}disease-cancer" not in tagged
    assert any(each["negated"] for each in first["mentions"])
    assert second["medicalResearch"]["value"] is False
    assert second["concepts"] == []


@pytest.mark.parametrize(
    ("language", "label"), [("ja", "精神疾患"), ("en", "psychiatric disorder")]
)
def test_plain_text_as_a_table_in_either_language(language: str, label: str) -> None:
    text = "精神・神経疾患の診断法の開発"
    result = run("-", "--format", "table", "--lang", language, given=text.encode())
    assert result.returncode == 0, result.stderr
    rows = [line for line in result.stdout.decode().splitlines() if label in line]
    assert len(rows) == 1
    assert "text 0-2" in rows[0]
    assert "list-head" in rows[0]


def test_text_that_names_nothing_has_its_row() -> None:
    result = run("-", "--format", "table", given="橋を架ける。".encode())
    assert result.returncode == 0
    assert "no" in result.stdout.decode().split()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (b'{"name": "a"}\n{"name": 3}', ["line 2", "'name'"]),
        (b'{"name": "a"', ["line 1", "not JSON"]),
        (b'{"nome": "a"}', ["line 1", "'nome'"]),
        (b"\xff\xfe", ["standard input"]),
    ],
)
def test_damaged_input_is_one_line_and_exit_code_1(given: bytes, words: list[str]) -> None:
    result = run("-", given=given)
    assert result.returncode == 1
    (line,) = result.stderr.decode().strip().splitlines()
    assert line.startswith("medrd-kg: ")
    for word in words:
        assert word in line


def test_a_missing_file_is_exit_code_1_and_wrong_usage_2(tmp_path: Path) -> None:
    assert run(tmp_path / "none.txt").returncode == 1
    assert run().returncode == 2
    assert run("-", "--lang", "fr").returncode == 2
    assert run("-", "--format", "xml").returncode == 2
