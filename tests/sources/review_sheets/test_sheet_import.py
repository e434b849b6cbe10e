"""The import as a whole: files, privacy, texts, additions to a graph, repeatability."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from medrd_kg.sources.facts import PublicFacts
from medrd_kg.sources.review_sheets.importer import import_review_sheets
from medrd_kg.sources.review_sheets.report import ImportReport, Severity
from medrd_kg.sources.review_sheets.selection import Selection
from medrd_kg.sources.review_sheets.summary import ImportSummary

MakeRow = Callable[..., dict[str, Any]]
WriteRows = Callable[..., Path]
AMED = {"支出先名": "国立研究開発法人日本医療研究開発機構", "法人番号": "9010005023796"}


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., ImportSummary]:
    """Import files beside an empty graph, without the shipped facts."""

    def importing(*paths: Path, **options: Any) -> ImportSummary:  # noqa: ANN401
        given: dict[str, Any] = {
            "selection": Selection.MEDICAL,
            "out_dir": tmp_path / "out",
            "texts_path": tmp_path / "texts.jsonl",
            "report": ImportReport(),
            "facts": PublicFacts(()),
            "beside": tmp_path / "nothing",
        }
        return import_review_sheets(list(paths), **(given | options))

    return importing


def payment(rank: int, amount: float, **cells: object) -> dict[str, object]:
    return {"年度": 2021, "グループ": "A", "番号": rank, "支出額": amount} | cells


@pytest.fixture
def row(make_row: MakeRow) -> dict[str, Any]:
    """A sheet of the reviewed list with figures, payees of every kind and an outcome."""
    return make_row(
        府省庁="経済産業省",
        事業番号="2022-経産-21-0042",
        事業名="生体機能国際協力基礎研究事業",
        担当部局庁="商務・サービスグループ",
        予算=[
            {"年度": 2021, "当初予算": 476.0, "予算計": 476.0, "執行額": 476.0},
            {"年度": 2023, "要求額": 480.0},
        ],
        支出先=[
            payment(1, 476.0, **AMED),
            payment(2, 5.0, 支出先名="山田太郎", 法人番号=None),
            payment(3, 4.0, 支出先名="東京大学 鈴木花子", 法人番号=None),
            payment(4, 9999999.0, 支出先名="株式会社山田商会", 法人番号=None),
            payment(5, 0.0, 支出先名="株式会社鈴木商会", 法人番号=None),
        ],
        アウトカム=[
            {
                "成果目標": "この文は外に出ない。" * 5,
                "成果指標": "承認件数",
                "単位": "件",
                "成果実績": [{"年度": 2021, "成果実績": 3.0, "目標値": 4.0}],
            }
        ],
    )


def content(folder: Path) -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted(folder.glob("*.ttl")))


def test_one_sheet_becomes_turtle(
    run: Callable[..., ImportSummary], write_rows: WriteRows, row: object, tmp_path: Path
) -> None:
    summary = run(write_rows(row))
    assert (summary.editions, summary.programmes, summary.statements) == (1, 1, 4)
    assert (summary.flows, summary.unnamed_flows, summary.payments_without_amount) == (4, 2, 1)
    assert set(summary.files) == {
        "review-sheets-2022.ttl",
        "organizations.ttl",
        "fiscal-years.ttl",
        "facts-totals.ttl",
        "linked.ttl",
    }
    for path in (tmp_path / "out").glob("*.ttl"):
        subjects = {
            type(quad.subject) for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)
        }
        assert subjects == {ox.NamedNode}


def test_names_of_persons_leave_no_trace(
    run: Callable[..., ImportSummary], write_rows: WriteRows, row: object, tmp_path: Path
) -> None:
    report = ImportReport()
    run(write_rows(row), report=report)
    everything = content(tmp_path / "out") + (tmp_path / "texts.jsonl").read_text("utf-8")
    everything += "\n".join(map(str, report))
    assert "山田太郎" not in everything
    assert "鈴木花子" not in everything
    assert "株式会社山田商会" in everything
    assert "payee:2022-meti-21-0042" in everything


def test_sentences_stay_in_the_local_store(
    run: Callable[..., ImportSummary], write_rows: WriteRows, row: object, tmp_path: Path
) -> None:
    run(write_rows(row))
    shipped = content(tmp_path / "out")
    assert "目的の文" not in shipped
    assert "この文は外に出ない" not in shipped
    assert '"承認件数"@ja' in shipped
    (stored,) = (tmp_path / "texts.jsonl").read_text("utf-8").splitlines()
    record = json.loads(stored)
    assert record["purpose"] == "目的の文。"
    assert record["indicators"][0]["goal"].startswith("この文は")
    assert record["indicators"][0]["indicator"].endswith("/meti-human-frontier-science-1")


def test_a_unit_slip_is_flagged_reported_and_summed_nowhere(
    run: Callable[..., ImportSummary], write_rows: WriteRows, row: object, tmp_path: Path
) -> None:
    report = ImportReport()
    run(write_rows(row), report=report)
    (found,) = [each for each in report if "unit slip" in each.reason]
    assert (found.line, found.field) == (1, "/支出先/3/支出額")
    blocks = content(tmp_path / "out").split("\n\n")
    (flow,) = [block for block in blocks if "flow:2022-meti-21-0042-a-4\n" in block]
    assert "flag-unit-slip" in flow
    assert "mrd:nonAdditiveAmountJPY 9999999000000" in flow


@pytest.fixture
def other(make_row: MakeRow) -> dict[str, Any]:
    """Another sheet of the reviewed list."""
    return make_row(事業名="国立感染症研究所基盤的研究費", 事業番号="2022-厚労-21-0979")


def test_the_same_input_gives_the_same_bytes(
    run: Callable[..., ImportSummary],
    write_rows: WriteRows,
    row: object,
    other: object,
    tmp_path: Path,
) -> None:
    one, two = write_rows(row, name="a.ndjson"), write_rows(other, name="b.ndjson")
    run(one, two, out_dir=tmp_path / "first")
    run(two, one, out_dir=tmp_path / "second")
    names = sorted(path.name for path in (tmp_path / "first").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "second").iterdir())
    for name in names:
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


def test_the_number_of_parts_changes_nothing(
    run: Callable[..., ImportSummary],
    write_rows: WriteRows,
    make_row: MakeRow,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    numbers = range(9001, 9006)
    path = write_rows(
        *(make_row(事業番号=f"2022-厚労-21-{each}", 事業名=f"事業{each}") for each in numbers)
    )
    run(path, out_dir=tmp_path / "one", selection=Selection.ALL)
    monkeypatch.setattr("medrd_kg.sources.review_sheets.importer._SHEETS_A_PART", 2)
    run(path, out_dir=tmp_path / "three", selection=Selection.ALL)
    assert content(tmp_path / "one") == content(tmp_path / "three")


def test_the_same_sheet_twice_is_reported_and_taken_once(
    run: Callable[..., ImportSummary], write_rows: WriteRows, row: object
) -> None:
    report = ImportReport()
    assert run(write_rows(row, row), report=report).editions == 1
    assert [(each.line, each.severity) for each in report if each.field == "/事業番号"] == [
        (2, Severity.SHEET_SKIPPED)
    ]


def test_an_unreviewed_candidate_is_reported(
    run: Callable[..., ImportSummary], write_rows: WriteRows, make_row: MakeRow
) -> None:
    report = ImportReport()
    tagged = make_row()
    bound = make_row(事業番号="2022-厚労-21-9002", 支出先=[payment(1, 1.0, **AMED)])
    other = make_row(事業番号="2022-厚労-21-9003", 主要施策=[])
    summary = run(write_rows(tagged, bound, other), report=report)
    assert summary.editions == 1
    reasons = [each.reason for each in report if each.severity is Severity.DOUBT]
    assert [reason.partition(":")[2] for reason in sorted(reasons)] == [" taken", " not taken"]


@pytest.fixture
def graph(
    run: Callable[..., ImportSummary], write_rows: WriteRows, row: dict[str, Any], tmp_path: Path
) -> Path:
    """A graph that holds the sheet of 2022."""
    folder = tmp_path / "graph"
    run(write_rows(row, name="first.ndjson"), out_dir=folder)
    return folder


def test_a_later_year_adds_without_contradiction(
    run: Callable[..., ImportSummary],
    write_rows: WriteRows,
    row: dict[str, Any],
    graph: Path,
    tmp_path: Path,
) -> None:
    later = row | {
        "公開年度": 2024,
        "事業番号": "2024-経産-23-0042",
        "事業名": "生体機能国際協力基礎研究事業",
        "予算": [{"年度": 2021, "当初予算": 477.0}],
    }
    out = tmp_path / "out"
    summary = run(write_rows(later), out_dir=out, beside=graph)
    assert summary.added_only
    assert summary.totals == 0
    assert all("-added-2024" in name for name in summary.files)
    added = content(out)
    assert "mrd:amountJPY" not in added
    labels: dict[str, set[str]] = {}
    for path in (*out.glob("*.ttl"), *graph.glob("*.ttl")):
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            if quad.predicate.value.endswith("#label") and isinstance(quad.object, ox.Literal):
                labels.setdefault(f"{quad.subject} {quad.object.language}", set()).add(
                    quad.object.value
                )
    assert [key for key, values in labels.items() if len(values) > 1] == []
    assert any("meti-human-frontier-science-2" in key for key in labels)


def test_sheets_that_the_graph_has_are_left_out(
    run: Callable[..., ImportSummary],
    write_rows: WriteRows,
    row: dict[str, Any],
    other: object,
    graph: Path,
) -> None:
    (graph / "review-sheets-2015.ttl").write_text("", encoding="utf-8")
    changed = row | {"予算": [{"年度": 2021, "当初予算": 1.0}]}
    summary = run(write_rows(changed, other), beside=graph)
    assert (summary.editions, summary.known_sheets) == (1, 1)


def test_no_file_at_all_is_a_plain_fault(run: Callable[..., ImportSummary], tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        run(tmp_path / "nowhere.ndjson")
