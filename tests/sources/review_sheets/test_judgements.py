"""What a person judged of doubtful pairs: the next import of the same sheets heeds it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from medrd_kg.commands.review_sheets import run_import
from medrd_kg.reviewing.pairs import judge_pairs, pair_documents
from medrd_kg.sources.documents.decisions import State
from medrd_kg.sources.facts import PublicFacts
from medrd_kg.sources.review_sheets import importer
from medrd_kg.sources.review_sheets.selection import Selection

NUMBER = "5010005007398"
PROV = "http://www.w3.org/ns/prov#"


@pytest.fixture
def imported(
    make_row: Callable[..., dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], Path]:
    """Import two years with a doubtful organisation and a doubtful programme, again and again."""
    (tmp_path / "shipped").mkdir()
    monkeypatch.setattr(importer, "data_dir", lambda: tmp_path / "shipped")
    monkeypatch.setattr(PublicFacts, "shipped", lambda: PublicFacts(()))
    large = [{"年度": 2020, "当初予算": 700.0, "補正予算": 80.0, "執行額": 600.0}]
    payee = {"年度": 2020, "グループ": "A", "番号": 1, "支出額": 1.0}
    rows = [
        make_row(
            公開年度=2021,
            事業番号="2021-厚労-20-0001",
            事業名="古い名の事業",
            予算=large,
            支出先=[
                payee | {"支出先名": "未来商会株式会社", "法人番号": NUMBER},
                payee | {"支出先名": "株式会社未来商会"},
            ],
        ),
        make_row(公開年度=2022, 事業番号="2022-厚労-21-0007", 事業名="まったく別の名", 予算=large),
        make_row(公開年度=2021, 事業番号="2021-厚労-20-0002", 事業名="己", 予算=[], 支出先=[]),
        make_row(公開年度=2022, 事業番号="2022-厚労-21-0008", 事業名="己", 予算=[], 支出先=[]),
    ]
    path = tmp_path / "sheets.ndjson"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")

    def run() -> Path:
        run_import(
            [path],
            selection=Selection.ALL,
            out=None,
            report_file=None,
            data_dir=tmp_path / "data",
        )
        return tmp_path / "data"

    return run


def said(data: Path, name: str, predicate: str) -> set[str]:
    return {
        str(getattr(quad.object, "value", "")).rpartition("/")[2]
        for path in (data / "imported").glob("*.ttl")
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)
        if str(quad.subject.value).rpartition("/")[2] == name
        and quad.predicate.value.endswith(predicate)
    }


def test_accepted_pairs_are_one_from_the_next_import_on(imported: Callable[[], Path]) -> None:
    data = imported()
    pairs = [each for each in pair_documents(data) or [] if each["outcome"] == "kept-apart"]
    assert {each["of"] for each in pairs} == {"organization", "programme"}
    programme = next(each for each in pairs if each["of"] == "programme")
    edition = "2022-mhlw-21-0007"
    assert said(data, edition, "editionOf") == {programme["one"]["id"].rpartition("/")[2]}
    ids = [each["id"] for each in pairs]
    judge_pairs(data, ids, State.ACCEPTED, by="analyst", via="cli")
    imported()
    assert said(data, edition, "editionOf") == {programme["other"]["id"].rpartition("/")[2]}
    assert "株式会社未来商会" in said(data, f"c{NUMBER}", "altLabel")
    axiom = f"{edition}-edition"
    assert said(data, axiom, f"{PROV}wasAttributedTo") == {"analyst"}
    assert said(data, axiom, f"{PROV}generatedAtTime")
    assert any(note.startswith("Rule judged:") for note in said(data, axiom, "note"))
    assert {each["id"] for each in pair_documents(data) or []} > set(ids)
    judge_pairs(data, ids, State.REJECTED, by="analyst", via="cli")
    imported()
    assert said(data, edition, "editionOf") == {programme["one"]["id"].rpartition("/")[2]}


def test_rejected_pairs_stay_apart_and_are_open_no_longer(imported: Callable[[], Path]) -> None:
    data = imported()
    pairs = pair_documents(data) or []
    ids = [each["id"] for each in pairs if each["outcome"] == "kept-apart"]
    before = {path.name: path.read_bytes() for path in (data / "imported").iterdir()}
    judge_pairs(data, ids, State.REJECTED, by="analyst", via="cli")
    imported()
    assert {path.name: path.read_bytes() for path in (data / "imported").iterdir()} == before
    rejected = [
        each["id"] for each in pair_documents(data) or [] if each["state"] is State.REJECTED
    ]
    assert sorted(rejected) == sorted(ids)


def test_joined_editions_that_are_rejected_are_two_programmes(imported: Callable[[], Path]) -> None:
    data = imported()
    (pair,) = (each for each in pair_documents(data) or [] if each["outcome"] == "joined")
    assert pair["of"] == "edition"
    later, earlier = (pair[side]["id"].rpartition("/")[2] for side in ("one", "other"))
    joined = said(data, later, "editionOf")
    assert joined == said(data, earlier, "editionOf")
    judge_pairs(data, [pair["id"]], State.ACCEPTED, by="analyst", via="cli")
    imported()
    assert said(data, later, "editionOf") == joined
    judge_pairs(data, [pair["id"]], State.REJECTED, by="analyst", via="cli")
    imported()
    assert said(data, later, "editionOf") != joined
    assert said(data, earlier, "editionOf") == joined
    (settled,) = (each for each in pair_documents(data) or [] if each["id"] == pair["id"])
    assert (settled["outcome"], settled["one"]["label"]) == ("kept-apart", "己")
    judge_pairs(data, [pair["id"]], State.ACCEPTED, by="analyst", via="cli")
    imported()
    assert said(data, later, "editionOf") == joined
