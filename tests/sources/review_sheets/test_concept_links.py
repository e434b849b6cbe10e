"""Computed links of the import: the words that each rests on, decoys, additions, the release."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from medrd_kg.build.release import OpenRelease
from medrd_kg.content import data_dir
from medrd_kg.linking import FieldMention, Mention, TaggedConcept, Tagging
from medrd_kg.linking.linker import Linker
from medrd_kg.sources.content import content_files
from medrd_kg.sources.facts import PublicFacts
from medrd_kg.sources.review_sheets.concept_links import concept_link_blocks
from medrd_kg.sources.review_sheets.editions import slug_of
from medrd_kg.sources.review_sheets.importer import import_review_sheets
from medrd_kg.sources.review_sheets.records import Sheet
from medrd_kg.sources.review_sheets.report import ImportReport
from medrd_kg.sources.review_sheets.selection import Decision, Selection
from medrd_kg.vocabulary import MRD, MRDS, graph_iri, kind_iri

MakeRow = Callable[..., dict[str, Any]]
WriteRows = Callable[..., Path]
OWL = "http://www.w3.org/2002/07/owl#"
SOURCE = "http://purl.org/dc/terms/source"


def described(path: Path) -> dict[str, dict[str, set[str]]]:
    """Return the values of a Turtle file by subject and predicate."""
    found: dict[str, dict[str, set[str]]] = {}
    for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
        assert isinstance(quad.subject, ox.NamedNode)
        assert not isinstance(quad.object, ox.BlankNode | ox.Triple)
        values = found.setdefault(quad.subject.value, {})
        values.setdefault(quad.predicate.value, set()).add(quad.object.value)
    return found


def explanations(path: Path) -> list[dict[str, str]]:
    """Return the annotated links of a file, each property with its one value."""
    found = []
    for values in described(path).values():
        if f"{OWL}annotatedSource" in values:
            assert {name: len(each) for name, each in values.items()} == dict.fromkeys(values, 1)
            found.append({name: next(iter(each)) for name, each in values.items()})
    return found


def fields_of(sheet: Sheet) -> dict[str, str]:
    return {"name": sheet.name, "purpose": sheet.purpose, "outline": sheet.outline}


def pointed_at(link: dict[str, str], sheet: Sheet) -> str:
    """Return the words of the sheet at the place that a link names."""
    field = fields_of(sheet)[link[f"{MRD}textField"]]
    return field[int(link[f"{MRD}startOffset"]) : int(link[f"{MRD}endOffset"])]


@pytest.fixture
def linked(tmp_path: Path, write_rows: WriteRows) -> Callable[..., Path]:
    """Import rows beside a graph that is empty but for what is given; return the links' file."""

    def importing(*rows: object, beside: Path | None = None) -> Path:
        out = tmp_path / "out"
        import_review_sheets(
            [write_rows(*rows)],
            selection=Selection.ALL,
            out_dir=out,
            texts_path=None,
            report=ImportReport(),
            facts=PublicFacts(()),
            beside=beside or tmp_path / "nothing",
        )
        found = sorted(path for path in out.glob("linked*.ttl") if "names" not in path.name)
        return found[0] if found else out / "linked.ttl"

    return importing


def test_a_programme_is_linked_and_each_link_points_at_its_words(
    linked: Callable[..., Path], make_row: MakeRow, make_sheet: Callable[..., Sheet]
) -> None:
    cells = {
        "事業名": "難治性がん研究事業",
        "事業目的": "ｉＰＳ細胞を用いて、\n認知症の治療法を開発する。",
        "事業概要": "人工知能を用いる治験を支援する。",
    }
    sheet = make_sheet(**cells)
    links = explanations(linked(make_row(**cells)))
    assert links
    sources = {link[f"{OWL}annotatedSource"] for link in links}
    (programme,) = sources
    stated = described(linked(make_row(**cells)))[programme]
    assert {(p, o) for p, values in stated.items() for o in values} == {
        (link[f"{OWL}annotatedProperty"], link[f"{OWL}annotatedTarget"]) for link in links
    }
    for link in links:
        assert link[f"{MRD}surfaceForm"] == pointed_at(link, sheet)
        assert link[f"{MRD}assertionBasis"] == f"{MRDS}basis-computed"
        assert link[SOURCE] == kind_iri("sheet", slug_of(sheet))
        assert 0 < float(link[f"{MRD}confidence"]) < 1
        assert link[f"{MRD}linkingRule"]
    by_concept = {
        link[f"{OWL}annotatedTarget"].removeprefix(str(MRDS)): (
            link[f"{MRD}textField"],
            link[f"{MRD}surfaceForm"],
        )
        for link in links
    }
    assert by_concept["disease-cancer"] == ("name", "がん")
    assert by_concept["disease-dementia"] == ("purpose", "認知症")
    assert by_concept["technology-ai"] == ("outline", "人工知能")


def test_a_decoy_gets_no_link(linked: Callable[..., Path], make_row: MakeRow) -> None:
    decoy = make_row(
        事業名="橋梁の予防保全事業",
        事業目的="橋梁の耐風診断を行い、予防保全を進める。",
        事業概要="橋梁の点検と補修を行う。",
    )
    assert not linked(decoy).exists()


def test_the_newest_sheet_decides(linked: Callable[..., Path], make_row: MakeRow) -> None:
    figures = {"予算": [{"年度": 2020, "当初予算": 12.3, "執行額": 11.9}]}
    older = make_row(
        公開年度=2021,
        事業番号="2021-厚労-20-9001",
        事業名="医薬品研究開発事業",
        事業目的="がんの治療薬を開発する。",
        **figures,
    )
    newer = make_row(
        事業番号="2022-厚労-21-9001",
        事業名="医薬品研究開発事業",
        事業目的="認知症の治療薬を開発する。",
        関連する過去のレビューシート=[{"年度": 2021, "府省庁": "厚生労働省", "番号": "9001"}],
        **figures,
    )
    links = explanations(linked(older, newer))
    assert len({link[f"{OWL}annotatedSource"] for link in links}) == 1
    named = {link[f"{OWL}annotatedTarget"].removeprefix(str(MRDS)) for link in links}
    assert "disease-dementia" in named
    assert "disease-cancer" not in named
    assert {link[SOURCE] for link in links} == {kind_iri("sheet", "2022-mhlw-21-9001")}


def test_an_addition_has_a_file_of_its_own_in_the_same_graph(
    linked: Callable[..., Path], make_row: MakeRow, tmp_path: Path
) -> None:
    graph = tmp_path / "graph"
    graph.mkdir()
    (graph / "review-sheets-2015.ttl").write_text("", encoding="utf-8")
    path = linked(make_row(事業名="がん研究開発事業"), beside=graph)
    assert path.name == "linked-added-2022.ttl"
    (path.parent / "linkedin.ttl").write_text("", encoding="utf-8")
    graphs = {each.path.name: each.graph for each in content_files(tmp_path, imported=path.parent)}
    assert graphs["linked-added-2022.ttl"] == graph_iri("linked")
    assert graphs["linkedin.ttl"] == graph_iri("facts")
    assert graphs["review-sheets-2022-added-2022.ttl"] == graph_iri("review-sheets-2022")


def test_words_that_are_too_long_are_pointed_at_but_not_repeated(
    make_sheet: Callable[..., Sheet], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Linker.shipped().tag("がん研究開発事業")
    concept = f"{MRDS}disease-cancer"

    class Long:
        """Finds one concept, of a given length of words."""

        def __init__(self, length: int) -> None:
            self.length = length

        def tag(self, *_: object) -> Tagging:
            words = Mention(concept, "disease-area", "癌" * self.length, 0, self.length, "x", 0.9)
            places = (FieldMention("purpose", words),)
            return Tagging(real.medical, (TaggedConcept(concept, "disease-area", 0.873, places),))

    def rendered(length: int) -> str:
        monkeypatch.setattr(Linker, "shipped", classmethod(lambda _: Long(length)))
        return "".join(each.render() for each in concept_link_blocks(make_sheet(), "some"))

    assert "癌" * 25 in rendered(25)
    too_long = rendered(26)
    assert "癌" not in too_long
    assert "mrd:endOffset         26" in too_long


@pytest.mark.shared
def test_the_shipped_links_point_at_their_words(
    decided_sheets: list[tuple[Sheet, Decision]],
) -> None:
    sheets = {kind_iri("sheet", slug_of(sheet)): sheet for sheet, _ in decided_sheets}
    links = explanations(data_dir() / "linked.ttl")
    assert len(links) > 500
    for link in links:
        words = pointed_at(link, sheets[link[SOURCE]])
        assert words
        assert link.get(f"{MRD}surfaceForm") == (words if len(words) <= 25 else None)


def test_a_release_holds_the_links_and_queries_see_them(release: OpenRelease) -> None:
    assert graph_iri("linked") in release.store.graphs()
    query = (
        f"SELECT ?p ?c WHERE {{ ?p <{MRD}hasDiseaseArea> ?c ."
        f" GRAPH <{graph_iri('linked')}> {{ ?p <{MRD}hasDiseaseArea> ?c }} }}"
    )
    links = described(data_dir() / "linked.ttl").values()
    expected = sum(len(values.get(f"{MRD}hasDiseaseArea", ())) for values in links)
    assert expected > 50
    assert sum(1 for _ in release.store.query(query).rows()) == expected
