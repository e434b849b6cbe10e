"""The official CSV files of the RS system become figures that count no yen twice."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.sources.rs_system.conftest import Imported, Write
from tests.sources.rs_system.csv_files import Rows, budgets, published, real_rows, write_zips

from medrd_kg.build.shapes_graph import ShapesGraph
from medrd_kg.build.totals import check_totals
from medrd_kg.build.validation import validate_files
from medrd_kg.content import content_root
from medrd_kg.sources.content import content_files
from medrd_kg.sources.review_sheets.ministries import authority
from medrd_kg.sources.review_sheets.selection import Selection
from medrd_kg.store.embedded import EmbeddedStore
from medrd_kg.vocabulary import graph_iri

Run = Callable[..., Imported]

COMPANY, AMED = "4010001129759", "9010005023796"
SOME = ("15", "274", "719", "141", "1691", "2867", "2958", "4")
"""Chains of three blocks, AMED, the adjustment fund, a part and its whole, no payees at all."""

CHAIN: Rows = {
    "1-1": [{}],
    "1-2": [{"事業開始年度": "2015", "実施方法ー補助": "1.0", "事業の目的": "目的の文。"}],
    "1-3": [
        {"政策": "医療の質", "施策": "研究の推進", "政策・施策URL": "https://example.org/p"},
        {"法令名": "試験法", "法令番号": "令和元年法律第1号"},
        {"計画通知名": "健康・医療戦略"},
    ],
    "2-1": [
        {
            "予算年度": "2023",
            "当初予算（合計）": "1000000",
            "補正予算（合計）": "0",
            "計（歳出予算現額合計）": "1000000",
            "執行額（合計）": "900000",
        },
        {"予算年度": "2024", "当初予算（合計）": "1,200,000", "翌年度要求額（合計）": "1300000"},
    ],
    "2-2": [
        {
            "予算年度": "2023",
            "予算種別": "当初予算",
            "所管": "厚生労働省",
            "組織・勘定": "厚生労働本省",
            "項": "医療研究費",
            "目": "補助金",
            "予算額（歳出予算項目ごと）": "1000000",
        }
    ],
    "3-1": [
        {
            "種別（アクティビティ・アウトプット・アウトカム）": "アウトカム",
            "アクティビティ・アウトプット・アウトカムの番号": "1",
            "活動指標／成果指標": "論文数",
            "単位": "件",
            "目標年度／目標値／実績値／達成率": what,
            "2021": value,
            "2023": "n/a" if what == "実績値" else "12.5",
        }
        for what, value in (("目標値", "10"), ("実績値", "11"), ("達成率", "110"))
    ],
    "5-1": [
        {"支出先ブロック番号": "A", "ブロックの合計支出額": "900000"},
        {
            "支出先ブロック番号": "A",
            "支出先名": "株式会社試験",
            "法人番号": COMPANY,
            "支出先の合計支出額": "900000",
        },
        {
            "支出先ブロック番号": "A",
            "支出先名": "株式会社試験",
            "法人番号": COMPANY,
            "支出先の合計支出額": "900000",
            "契約概要": "委託契約",
            "金額": "900000",
        },
        {"支出先ブロック番号": "B", "ブロックの合計支出額": "600000"},
        {"支出先ブロック番号": "B", "支出先名": "山田太郎", "支出先の合計支出額": "200000"},
        {"支出先ブロック番号": "B", "支出先名": "株式会社外注", "契約概要": "一", "金額": "150000"},
        {"支出先ブロック番号": "B", "支出先名": "株式会社外注", "契約概要": "二", "金額": "250000"},
        {"支出先ブロック番号": "C", "ブロックの合計支出額": "100000"},
    ],
    "5-2": [
        {"担当組織からの支出": "TRUE", "支出先の支出先ブロック": "A"},
        {
            "支出元の支出先ブロック": "A",
            "担当組織からの支出": "FALSE",
            "支出先の支出先ブロック": "B",
        },
        {"支出元の支出先ブロック": "B", "支出先の支出先ブロック": "C"},
        {
            "国自らが支出する間接経費の項目": "旅費",
            "国自らが支出する間接経費の金額": "5000",
        },
    ],
}


@pytest.fixture
def chain(write_csv: Write, run_import: Run) -> Imported:
    """An import of one sheet with a chain of three blocks."""
    return run_import(write_csv(CHAIN))


def test_a_chain_of_blocks_states_who_pays_whom_and_counts_its_money_once(chain: Imported) -> None:
    first, second, third = (f"2024-mhlw-rs-9001-{label}-block" for label in "abc")
    assert chain.addends("payment") == {first: 900000, "2024-mhlw-rs-9001-overhead-1": 5000}
    assert chain.said(first, "payer") == ["mhlw"]
    assert chain.said(second, "payer") == [f"c{COMPANY}"], "the one payee of the block before"
    assert chain.said(third, "payer") == ["2024-mhlw-rs-9001-b"], "several payees: their group"
    assert chain.said(second, "includedIn") == [first]
    assert chain.said(third, "wasDerivedFrom") == [second]
    assert chain.said("2024-mhlw-rs-9001-a-1", "includedIn") == [first]
    assert chain.said("2024-mhlw-rs-9001-a-1", "payee") == [f"c{COMPANY}"]


def test_a_payee_is_one_flow_though_its_contracts_repeat_it(chain: Imported) -> None:
    flows = [each for each in chain.subjects["FundingFlow"] if "-a-" in each]
    assert sorted(flows) == ["2024-mhlw-rs-9001-a-1", "2024-mhlw-rs-9001-a-block"]
    amounts = [
        chain.said(f"2024-mhlw-rs-9001-b-{rank}", "nonAdditiveAmountJPY") for rank in (1, 2, 3)
    ]
    assert amounts == [["200000"], ["150000"], ["250000"]], "contracts where no total is stated"


def test_no_person_is_named(chain: Imported) -> None:
    written = (chain.folder / "rs-system-2024.ttl").read_text(encoding="utf-8")
    assert "山田" not in written
    assert "山田" not in "".join(str(each) for each in chain.report)
    assert chain.said("2024-mhlw-rs-9001-b-1", "payee") == ["2024-mhlw-rs-9001"]


def test_each_stage_is_summed_in_the_one_year_that_its_edition_settles(chain: Imported) -> None:
    assert chain.addends("appropriation", "executed") == {
        "2024-mhlw-rs-9001-fy2023-executed": 900000
    }
    assert chain.addends("appropriation", "initial") == {
        "2024-mhlw-rs-9001-fy2024-initial": 1200000
    }
    assert chain.addends("appropriation", "request") == {
        "2024-mhlw-rs-9001-fy2025-request": 1300000
    }
    assert chain.said("2024-mhlw-rs-9001-fy2023-initial", "nonAdditiveAmountJPY") == ["1000000"]
    assert chain.said("2024-mhlw-rs-9001-fy2023-initial-line-1", "includedIn") == [
        "2024-mhlw-rs-9001-fy2023-initial"
    ]
    assert chain.said("2024-mhlw-rs-9001-fy2023-initial-line-1", "printedName") == [
        "厚生労働省／厚生労働本省／医療研究費／補助金"
    ]


def test_indicators_keep_target_and_result_and_report_what_is_no_number(chain: Imported) -> None:
    assert chain.said("rs-2024-9001-1", "unitOfMeasure") == ["件"]
    assert chain.said("rs-2024-9001-1-fy2021", "targetValue") == ["10.0"]
    assert chain.said("rs-2024-9001-1-fy2021", "achievedValue") == ["11.0"]
    assert chain.said("rs-2024-9001-1-fy2023", "achievedValue") == []
    assert "3-1_RS_2024_表.csv:3: 2023: row-skipped: not a finite decimal number" in [
        str(each) for each in chain.report
    ]


def test_policies_laws_and_plans_are_linked(chain: Imported) -> None:
    steering = chain.said("rs-9001", "steeredBy")
    assert {chain.said(each, "label")[0] for each in steering} == {
        "医療の質 研究の推進",
        "健康・医療戦略",
    }
    assert [each for doc in steering for each in chain.said(doc, "source")] == ["p"]
    (law,) = chain.said("rs-9001", "basedOn")
    assert chain.said(law, "type") == ["Law"]
    assert chain.said(law, "documentNumber") == ["令和元年法律第1号"]


def test_the_same_import_again_writes_the_same_bytes(
    chain: Imported, write_csv: Write, run_import: Run
) -> None:
    before = (chain.folder / "rs-system-2024.ttl").read_bytes()
    again = run_import(write_csv(CHAIN, "again"))
    assert (again.folder / "rs-system-2024.ttl").read_bytes() == before


def test_the_shapes_and_the_check_of_totals_hold(chain: Imported) -> None:
    ontology = [each for each in content_files(content_root()) if "ontology/" in each.name]
    path = chain.folder / "rs-system-2024.ttl"
    found = validate_files([*(each.path for each in ontology), path], ShapesGraph.load())
    assert [str(each) for each in found.findings] == []
    store = EmbeddedStore()
    store.bulk_load(path, graph=graph_iri("rs-system-2024"))
    assert check_totals(store) == []
    store.close()


def test_what_other_totals_sum_is_left_to_them(
    write_csv: Write, run_import: Run, tmp_path: Path
) -> None:
    beside = tmp_path / "beside"
    beside.mkdir()
    (beside / "facts-totals.ttl").write_text(
        "@prefix mrd: <https://w3id.org/medrd-kg/core#> .\n"
        "@prefix mrds: <https://w3id.org/medrd-kg/schemes#> .\n"
        "<https://w3id.org/medrd-kg/id/total/t> a mrd:Total ;"
        " mrd:fiscalYear <https://w3id.org/medrd-kg/id/fiscal-year/2023> ;"
        " mrd:budgetStage mrds:stage-executed ; mrd:level mrds:level-appropriation .\n",
        encoding="utf-8",
    )
    imported = run_import(write_csv(CHAIN), beside=(beside,))
    assert imported.addends("appropriation", "executed") == {}
    assert imported.addends("payment") != {}, "another level is another sum"


def test_a_block_paid_by_the_ministry_and_a_block_is_in_no_sum(
    write_csv: Write, run_import: Run
) -> None:
    both = {"担当組織からの支出": "TRUE", "支出先の支出先ブロック": "B"}
    imported = run_import(write_csv({**CHAIN, "5-2": [*CHAIN["5-2"], both]}))
    assert "2024-mhlw-rs-9001-b-block" not in imported.addends("payment")
    assert any("paid by the ministry and by a block" in str(each) for each in imported.report)


def test_blocks_in_a_circle_end_in_the_report(write_csv: Write, run_import: Run) -> None:
    back = {"支出元の支出先ブロック": "C", "支出先の支出先ブロック": "B"}
    only = [CHAIN["5-2"][0], CHAIN["5-2"][2], back]
    imported = run_import(write_csv({**CHAIN, "5-2": only}))
    assert imported.said("2024-mhlw-rs-9001-b-block", "includedIn") == []
    assert any("in a circle" in str(each) for each in imported.report)


def sheet(identifier: str) -> str:
    """Return the local name of a real sheet."""
    ministry = authority(published("rs2024-project-details.json.gz")[identifier]["ministry"])
    assert ministry is not None
    return f"2024-{ministry.slug}-rs-{identifier}"


@pytest.mark.shared
def test_real_values_are_summed_as_the_files_state_them(
    shared_dir: Path, tmp_path: Path, run_import: Run
) -> None:
    assert shared_dir.is_dir()
    imported = run_import(write_zips(tmp_path / "zips", real_rows(SOME)))
    direct: dict[str, int] = {}
    everything = 0
    payees = published("project-quality-recipients-2024.json.gz")
    for identifier in SOME:
        for each in payees.get(identifier, ()):
            everything += each["a2"] or 0
            if each["chain"].count("→") == 1:
                place = f"{sheet(identifier)}-{each['b'].lower()}-block"
                direct[place] = direct.get(place, 0) + (each["a2"] or 0)
    left_out = (f"{sheet('141')}-", f"{sheet('2867')}-")  # the adjustment fund; a part of 2958
    expected = {
        place: yen for place, yen in direct.items() if yen and not place.startswith(left_out)
    }
    summed = imported.addends("payment") | imported.addends("transfer")
    withheld = {place: yen for place, yen in expected.items() if place not in summed}
    assert {place: yen for place, yen in expected.items() if place in summed} == summed
    for place in withheld:
        flags = imported.said(place, "hasFlag")
        assert {"flag-executed-exceeds-total", "flag-unit-slip"} & set(flags)
    assert sum(summed.values()) < everything, "sub-payments stand in the graph, not in the sum"
    executed = {
        f"{sheet(identifier)}-fy2023-executed": budgets()[identifier]["budgetSummary"][
            "executedAmount"
        ]
        for identifier in SOME
        if identifier not in {"141", "2867"} and "budgetSummary" in budgets().get(identifier, {})
    }
    assert imported.addends("appropriation") == {key: yen for key, yen in executed.items() if yen}


@pytest.mark.shared
def test_real_sheets_continue_the_programmes_of_the_graph(
    shared_dir: Path, tmp_path: Path, run_import: Run
) -> None:
    assert shared_dir.is_dir()
    files = write_zips(tmp_path / "zips", real_rows([*SOME, "3578"]))
    shipped = content_root() / "data" / "ttl"
    imported = run_import(files, selection=Selection.MEDICAL, beside=(shipped,))
    assert imported.said(sheet("1691"), "editionOf") == ["amed-operating-grant"]
    assert imported.said(sheet("2958"), "editionOf") == ["mhlw-medical-rd-subsidy"]
    assert imported.said(sheet("15"), "editionOf") == [], "no medical R&D"
    assert imported.said("amed-operating-grant", "label") == [], "its label stands in the graph"
    inner = "meti-prevention-health-rd-platform"
    assert imported.said(sheet("3578"), "editionOf") == [inner], "its name stands within (うち…)"
    assert imported.said(inner, "inProject") == [], "no project but by the reviewed list"
    assert imported.addends("appropriation", "total") == {}, "FY2023 has a total of the AMED budget"
    links = (imported.folder / "linked-rs-system-2024.ttl").read_text(encoding="utf-8")
    assert f"sheet:{sheet('2958')}" in links, "what the linker finds in the texts"
