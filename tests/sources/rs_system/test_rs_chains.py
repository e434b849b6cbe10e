"""A sheet continues a programme of the graph by a named rule with evidence, or is a doubt."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.sources.rs_system.conftest import Imported, Write
from tests.sources.rs_system.csv_files import Rows

Run = Callable[..., Imported]

GRAPH = """
@prefix mrd: <https://w3id.org/medrd-kg/core#> .
@prefix mrds: <https://w3id.org/medrd-kg/schemes#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix prg: <https://w3id.org/medrd-kg/id/programme/> .
@prefix org-: <https://w3id.org/medrd-kg/id/organization/> .
@prefix edition: <https://w3id.org/medrd-kg/id/programme-edition/> .
@prefix budget: <https://w3id.org/medrd-kg/id/budget-statement/> .
@prefix sheet: <https://w3id.org/medrd-kg/id/review-sheet/> .
@prefix fy: <https://w3id.org/medrd-kg/id/fiscal-year/> .
"""
PROGRAMME = """
prg:{slug} a mrd:Programme ; rdfs:label "{name}"@ja ; mrd:administeredBy org-:mhlw ;
    mrd:selectedBecause mrds:selection-amed-bound .
edition:{edition} mrd:editionOf prg:{slug} ; mrd:printedName "{name}" ;
    mrd:publicationYear 2022 ; mrd:sheetNumber "2022-厚労-21-0001" ; mrd:programmeId "9001" .
budget:{slug} mrd:forProgramme prg:{slug} ; mrd:fiscalYear fy:2022 ;
    mrd:budgetStage mrds:stage-initial ; mrd:nonAdditiveAmountJPY {yen} ;
    mrd:statedIn sheet:2022-mhlw-1 .
"""
YEN = 70_000_000


def sheet(former: str = "") -> Rows:
    """Return a sheet that states the initial budget of FY2022 to the yen."""
    figures = {"予算年度": "2022", "当初予算（合計）": str(YEN + 400_000)}
    return {"1-1": [{}], "1-2": [{"旧事業番号": former}], "2-1": [figures]}


@pytest.fixture
def continued(
    write_csv: Write, run_import: Run, tmp_path: Path
) -> Callable[..., tuple[str, Imported]]:
    """Return the programme of the sheet beside some programmes of the graph."""

    def run(*programmes: dict[str, object], former: str = "") -> tuple[str, Imported]:
        beside = tmp_path / "beside"
        beside.mkdir()
        known = {"slug": "p", "name": "試験研究事業", "yen": YEN, "edition": "2022-mhlw-1"}
        content = GRAPH + "".join(PROGRAMME.format(**known | each) for each in programmes)
        (beside / "content.ttl").write_text(content, encoding="utf-8")
        imported = run_import(write_csv(sheet(former)), beside=(beside,))
        (programme,) = imported.said("2024-mhlw-rs-9001", "editionOf")
        return programme, imported

    return run


Continued = Callable[..., tuple[str, Imported]]


def test_ministry_and_name_with_an_equal_figure(continued: Continued) -> None:
    programme, imported = continued({})
    assert programme == "p"
    assert imported.summary.rules == {"name": 1}
    notes = imported.said("2024-mhlw-rs-9001", "note")
    assert "Continues the earlier edition by name; 1 restated figures are equal." in notes
    assert imported.said("p", "label") == [], "the graph has its label"


def test_one_name_with_other_figures_is_a_doubt(continued: Continued) -> None:
    programme, imported = continued({"yen": 10})
    assert programme == "rs-9001"
    assert any(
        "may continue p: name: no figure confirms it" in str(each) for each in imported.report
    )


def test_several_programmes_of_one_name_are_a_doubt(continued: Continued) -> None:
    programme, imported = continued({}, {"slug": "q", "edition": "2022-mhlw-2"})
    assert programme == "rs-9001"
    assert sum("several programmes fit" in str(each) for each in imported.report) == 2


def test_the_former_number_under_another_name(continued: Continued) -> None:
    programme, imported = continued({"name": "別の事業"}, former="2022-厚労-21-0001")
    assert (programme, imported.summary.rules) == ("p", {"predecessor": 1})


def test_a_former_number_without_an_equal_figure_proves_nothing(continued: Continued) -> None:
    programme, _ = continued({"name": "別の事業", "yen": 10}, former="2022-厚労-21-0001")
    assert programme == "rs-9001"


def test_the_identifier_of_another_year_of_the_rs_system(continued: Continued) -> None:
    known = {"slug": "rs-9001", "name": "旧い名", "edition": "2025-mhlw-rs-9001"}
    programme, imported = continued(known)
    assert (programme, imported.summary.rules) == ("rs-9001", {"rs-id": 1})


def test_an_identifier_that_now_is_another_programme(continued: Continued) -> None:
    known = {"slug": "rs-9001", "name": "旧い名", "edition": "2025-mhlw-rs-9001", "yen": 10}
    programme, _ = continued(known)
    assert programme == "rs-9001-2024"


def test_another_name_without_a_reference_is_a_programme_of_its_own(continued: Continued) -> None:
    assert continued({"name": "別の事業"})[0] == "rs-9001"


def test_one_name_that_several_numbers_bear_is_a_doubt(write_csv: Write, run_import: Run) -> None:
    payees = [
        {"支出先ブロック番号": block, "支出先名": "株式会社試験", "法人番号": number}
        | {"支出先の合計支出額": "10"}
        for block, number in (("A", "4010001129759"), ("B", "1010601027646"))
    ]
    unnumbered = {"支出先ブロック番号": "C", "支出先名": "(株)試験", "支出先の合計支出額": "10"}
    other = {"予算事業ID": "9002", "事業名": "別の事業"}
    rows = {"1-1": [{}, other], "5-1": [*payees, other | unnumbered]}
    imported = run_import(write_csv(rows))
    (payee,) = imported.said("2024-mhlw-rs-9002-c-1", "payee")
    assert payee.startswith("n-")
    doubts = [str(each) for each in imported.report if "kept apart" in str(each)]
    assert len(doubts) == 2
    assert "試験" not in "".join(doubts)
