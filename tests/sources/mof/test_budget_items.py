"""Items of the Ministry of Finance stand beside the sheets, compared and never summed."""

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from medrd_kg.build.shapes_graph import ShapesGraph
from medrd_kg.build.totals import check_totals
from medrd_kg.build.validation import validate_files
from medrd_kg.content import content_root, data_dir
from medrd_kg.problems import Problem
from medrd_kg.sources.content import content_files
from medrd_kg.sources.mof.importer import MofSummary, import_mof
from medrd_kg.sources.review_sheets.records import Stage
from medrd_kg.sources.review_sheets.report import ImportReport
from medrd_kg.sources.review_sheets.selection import Selection
from medrd_kg.store.embedded import EmbeddedStore
from medrd_kg.vocabulary import graph_iri

ITEM: dict[str, Any] = {
    "id": "general-d1-1-1",
    "budgetType": "当初予算",
    "documentId": "d1",
    "ministry": "厚生労働省",
    "organization": "厚生労働本省",
    "sourceUrl": "https://www.bb.mof.go.jp/page.xml",
    "sectionName": "医療研究費",
    "name": "試験研究に必要な経費",
    "amount": 5_000_000_000,
    "previousAmount": None,
    "difference": None,
}
BESIDE = """
@prefix mrd: <https://w3id.org/medrd-kg/core#> .
@prefix mrds: <https://w3id.org/medrd-kg/schemes#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix prg: <https://w3id.org/medrd-kg/id/programme/> .
@prefix org-: <https://w3id.org/medrd-kg/id/organization/> .
@prefix edition: <https://w3id.org/medrd-kg/id/programme-edition/> .
@prefix budget: <https://w3id.org/medrd-kg/id/budget-statement/> .
@prefix sheet: <https://w3id.org/medrd-kg/id/review-sheet/> .
@prefix fy: <https://w3id.org/medrd-kg/id/fiscal-year/> .
prg:p a mrd:Programme ; rdfs:label "試験研究"@ja ; mrd:administeredBy org-:mhlw ;
    mrd:selectedBecause mrds:selection-amed-bound .
edition:e mrd:editionOf prg:p ; mrd:printedName "試験研究" ; mrd:publicationYear 2023 .
budget:s mrd:forProgramme prg:p ; mrd:fiscalYear fy:2023 ; mrd:budgetStage mrds:stage-initial ;
    mrd:nonAdditiveAmountJPY %d ; mrd:statedIn sheet:2023-e .
budget:line mrd:fiscalYear fy:2023 ; mrd:budgetStage mrds:stage-initial ;
    mrd:nonAdditiveAmountJPY 3000000000 ;
    mrd:printedName "厚生労働省／厚生労働本省／医療研究費／目" .
"""


class Imported:
    """One import: its summary, report and triples."""

    def __init__(self, folder: Path, summary: MofSummary, report: ImportReport) -> None:
        """Read the files that were written."""
        self.folder = folder
        self.summary = summary
        self.report = [str(each) for each in report]
        self.said: defaultdict[str, dict[str, list[str]]] = defaultdict(dict)
        for path in sorted(folder.glob("*.ttl")):
            for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
                assert isinstance(quad.subject, ox.NamedNode)
                node = quad.object
                value = node.value if isinstance(node, ox.NamedNode | ox.Literal) else ""
                predicate = quad.predicate.value.rsplit("#", 1)[-1]
                said = self.said[quad.subject.value.rsplit("/", 1)[-1]]
                kept = value if isinstance(node, ox.Literal) else value.rsplit("/", 1)[-1]
                said.setdefault(predicate, []).append(kept)


Run = Callable[..., Imported]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Import items that a test makes, beside a graph whose sheet states some yen."""

    def run(
        *items: dict[str, Any], sheet: int | None = None, year: int = 2023, out: str = "out"
    ) -> Imported:
        content = {
            "metadata": {
                "fiscalYear": year,
                "unit": "yen",
                "documents": [
                    {"documentId": "d1", "title": "一般会計予算", "url": "https://example.org/1"}
                ],
            },
            "items": items,
        }
        path = tmp_path / "items.json.gz"
        path.write_bytes(gzip.compress(json.dumps(content).encode()))
        beside = tmp_path / "beside"
        beside.mkdir(exist_ok=True)
        if sheet is not None:
            (beside / "content.ttl").write_text(BESIDE % sheet, encoding="utf-8")
        return importing(path, tmp_path / out, beside)

    return run


def importing(path: Path, out: Path, *beside: Path, **options: Any) -> Imported:  # noqa: ANN401
    """Import a file."""
    report = ImportReport()
    selection = options.get("selection", Selection.ALL)
    summary = import_mof([path], selection=selection, out_dir=out, beside=beside, report=report)
    return Imported(out, summary, report)


def settled(**cells: object) -> dict[str, Any]:
    """Return an item of a settlement."""
    own = {"currentAmount": 100, "spent": 70, "carriedOver": 20, "unused": 10}
    return ITEM | {"id": "general-d1-1-9", "budgetType": "決算"} | own | cells


def test_a_figure_keeps_its_page_and_is_in_no_sum(run: Run) -> None:
    figure = run(ITEM).said["mof-general-d1-1-1-initial"]
    assert figure["sourceLocator"] == ["https://www.bb.mof.go.jp/page.xml"]
    assert figure["nonAdditiveAmountJPY"] == ["5000000000"]
    assert figure["amountAsPrinted"] == ["5000000000円"]
    assert figure["statedIn"] == ["mof-d1"]
    assert "additiveIn" not in figure
    assert "amountJPY" not in figure


def test_the_stages_of_a_settlement_and_of_a_supplementary_budget(run: Run) -> None:
    revised = ITEM | {"id": "x-2", "budgetType": "補正予算（第2号）"}
    revised |= {"amount": 90, "previousAmount": 100, "difference": -10}
    said = run(settled(), revised).said
    stages = {
        name.rsplit("9-", 1)[-1]: each["nonAdditiveAmountJPY"]
        for name, each in said.items()
        if "1-9-" in name
    }
    assert stages == {"total": ["100"], "executed": ["70"], "carried-out": ["20"]}
    assert said["mof-x-2-supplementary"]["nonAdditiveAmountJPY"] == ["-10"]


@pytest.mark.parametrize(
    ("item", "place", "reason"),
    [
        (ITEM | {"amount": "多額"}, "amount", "a text stands where a number is expected"),
        (ITEM | {"amount": 1.5}, "amount", "not a whole number of yen"),
        (ITEM | {"sourceUrl": "javascript:x"}, "sourceUrl", "missing or unknown"),
        (ITEM | {"documentId": "d9"}, "documentId", "missing or unknown"),
        (ITEM | {"budgetType": "暫定予算"}, "budgetType", "left out"),
        (settled(unused=11), "currentAmount", "do not add up to the current budget"),
        (
            ITEM | {"budgetType": "補正予算（第1号）", "previousAmount": 1, "difference": 1},
            "difference",
            "not the revised less the earlier budget",
        ),
    ],
)
def test_a_bad_item_is_reported_by_file_item_and_field(
    run: Run, item: dict[str, Any], place: str, reason: str
) -> None:
    (said,) = run(item).report
    assert said.startswith(f"items.json.gz:1: {place}: ")
    assert reason in said


def test_what_the_sheet_states_equal_is_linked_and_has_no_remainder(run: Run) -> None:
    imported = run(ITEM, sheet=5_000_000_000)
    figure = imported.said["mof-general-d1-1-1-initial"]
    assert sorted(figure["concerns"]) == ["p", "s"]
    assert "remainderJPY" not in figure
    assert imported.summary.agreeing == 1


def test_a_disagreement_is_a_fact_and_in_the_report(run: Run) -> None:
    imported = run(ITEM, sheet=4_998_000_000)
    figure = imported.said["mof-general-d1-1-1-initial"]
    assert figure["remainderJPY"] == ["2000000"]
    assert len(figure["note"]) == 2
    assert "forProgramme" not in figure, "it is no figure of the programme"
    (said,) = imported.report
    assert said.endswith("notice: initial differs from s by 2000000 yen")


def test_the_rounding_of_the_sheet_is_no_disagreement(run: Run) -> None:
    exact = ITEM | {"amount": 5_000_400_000}
    assert run(exact, sheet=5_000_000_000).summary.agreeing == 1


def test_two_items_of_one_name_are_a_doubt_and_not_matched(run: Run) -> None:
    imported = run(ITEM, ITEM | {"id": "general-d1-1-2"}, sheet=5_000_000_000)
    assert imported.summary.agreeing == imported.summary.differing == 0
    assert sum("several items are initial of p" in each for each in imported.report) == 2


def test_a_section_is_compared_with_the_lines_of_the_sheets(run: Run) -> None:
    other = {"name": "別の事項に必要な経費", "amount": 1_000_000_000}
    items = [ITEM | other, ITEM | {"id": "general-d1-1-2", "name": "第三の事項に必要な経費"}]
    said = run(*items, sheet=0).said
    (section,) = [name for name in said if "-section-" in name]
    assert said[section]["nonAdditiveAmountJPY"] == ["6000000000"]
    assert said[section]["concerns"] == ["line"]
    assert said[section]["remainderJPY"] == ["3000000000"]


def test_the_second_import_writes_the_same_bytes(run: Run) -> None:
    first = run(ITEM, settled(), sheet=1, out="first").folder / "mof-2023.ttl"
    again = run(ITEM, settled(), sheet=1, out="second").folder / "mof-2023.ttl"
    assert first.read_bytes() == again.read_bytes()


def test_the_shapes_and_the_check_of_totals_hold(run: Run) -> None:
    joint = ITEM | {
        "id": "special-d1-2-2",
        "ministry": "内閣府及び厚生労働省",
        "organization": "勘定",
    }
    path = run(ITEM, joint, settled()).folder / "mof-2023.ttl"
    ontology = [each.path for each in content_files(content_root()) if "ontology/" in each.name]
    found = validate_files([*ontology, path], ShapesGraph.load())
    assert [str(each) for each in found.findings] == []
    store = EmbeddedStore()
    store.bulk_load(path, graph=graph_iri("mof-2023"))
    assert check_totals(store) == []
    store.close()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", "not JSON"),
        (b"[]", "no object with metadata and items"),
        (b'{"metadata": {"fiscalYear": 2023, "unit": "thousand yen"}, "items": []}', "not yen"),
        (b'{"metadata": {"fiscalYear": "soon", "unit": "yen"}, "items": []}', "no year"),
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "items.json"
    path.write_bytes(content)
    with pytest.raises(Problem, match=rf"^items\.json: .*{reason}"):  # not the copy that is kept
        importing(path, tmp_path / "out")


def test_a_file_that_is_no_gzip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "items.json.gz"
    path.write_bytes(b"no gzip")
    with pytest.raises(Problem, match="not readable"):
        importing(path, tmp_path / "out")


@pytest.mark.shared
def test_real_items_are_taken_whole_and_agree_with_the_sheets(
    shared_dir: Path, tmp_path: Path
) -> None:
    path = shared_dir / "data" / "mof" / "mof-jikou-2022.json.gz"
    imported = importing(path, tmp_path / "out", data_dir())
    with gzip.open(path) as stream:
        rows = json.load(stream)["items"]
    expected: Counter[Stage] = Counter()
    for row in rows:
        kind = row["budgetType"]
        if kind == "当初予算":
            expected[Stage.INITIAL] += row["amount"]
        elif kind == "決算":
            expected[Stage.EXECUTED] += row["spent"]
            expected[Stage.TOTAL] += row["currentAmount"]
            expected[Stage.CARRIED_OUT] += row["carriedOver"]
        else:
            expected[Stage.SUPPLEMENTARY] += row["amount"] - row["previousAmount"]
    assert {stage: yen for (_, stage), yen in imported.summary.yen.items()} == dict(expected)
    written: Counter[str] = Counter()
    pages = {row["sourceUrl"] for row in rows}
    for figure in imported.said.values():
        if "nonAdditiveAmountJPY" in figure:
            stage = figure["budgetStage"][0].removeprefix("schemes#stage-")
            written[stage] += int(figure["nonAdditiveAmountJPY"][0])
            assert figure["sourceLocator"][0] in pages
    assert {stage: written[stage] for stage in expected} == dict(expected)
    operating = [
        figure
        for figure in imported.said.values()
        if "amed-operating-grant" in figure.get("concerns", ())
    ]
    assert next(each["nonAdditiveAmountJPY"] for each in operating) == ["6667835000"]
    assert imported.summary.agreeing >= 12
    assert imported.summary.differing == 0


@pytest.mark.shared
def test_a_medical_import_takes_institutes_and_matched_items(
    shared_dir: Path, tmp_path: Path
) -> None:
    path = shared_dir / "data" / "mof" / "mof-jikou-2022.json.gz"
    imported = importing(path, tmp_path, data_dir(), selection=Selection.MEDICAL)
    names = {name for each in imported.said.values() for name in each.get("printedName", ())}
    assert "国立研究開発法人日本医療研究開発機構運営費交付金に必要な経費" in names
    assert "内廷に必要な経費" not in names
    assert 10 <= imported.summary.taken <= 100
