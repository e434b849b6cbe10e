"""Every merge and every chain has its reason in the data; doubts are on the review list."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from medrd_kg.sources.facts import PublicFacts
from medrd_kg.sources.review_sheets.doubts import Pair
from medrd_kg.sources.review_sheets.importer import import_review_sheets
from medrd_kg.sources.review_sheets.report import ImportReport
from medrd_kg.sources.review_sheets.selection import Selection
from medrd_kg.store.embedded import EmbeddedStore
from medrd_kg.vocabulary import PREFIXES

Row = dict[str, Any]
MakeRow = Callable[..., Row]
TOKYO = "5010005007398"
KYOTO = "3130005005532"


def paid(name: str, number: str | None = None, year: int = 2020) -> Row:
    return {
        "年度": year,
        "グループ": "A",
        "番号": 1,
        "支出先名": name,
        "法人番号": number,
        "支出額": 1.0,
    }


@pytest.fixture
def imported(tmp_path: Path, write_rows: Callable[..., Path]) -> Callable[..., list[Pair]]:
    """Import rows as all sheets beside an empty graph; return the review list."""

    def importing(*rows: Row) -> list[Pair]:
        summary = import_review_sheets(
            [write_rows(*rows)],
            selection=Selection.ALL,
            out_dir=tmp_path / "out",
            texts_path=None,
            report=ImportReport(),
            facts=PublicFacts(()),
            beside=tmp_path / "nothing",
        )
        return summary.doubtful_pairs

    return importing


def reasons(folder: Path) -> dict[tuple[str, str], str]:
    """Return the rule by (last part of the subject, target) of every axiom with a rule."""
    store = EmbeddedStore()
    for path in sorted(folder.glob("*.ttl")):
        store.bulk_load(path, graph="https://example.org/")
    prologue = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
    query = """SELECT ?source ?target ?note ?stated {
        GRAPH ?g { ?axiom a owl:Axiom ; owl:annotatedSource ?source ;
            owl:annotatedProperty ?property ; owl:annotatedTarget ?target ; mrd:note ?note ;
            mrd:assertionBasis mrds:basis-computed .
            BIND (EXISTS { ?source ?property ?target } AS ?stated) }
        FILTER (LANG(?note) = "en") }"""
    found = {}
    for row in store.query(prologue + query).rows():
        source, target, note, stated = (row[n] for n in ("source", "target", "note", "stated"))
        assert isinstance(source, ox.NamedNode)
        assert isinstance(target, ox.NamedNode | ox.Literal)
        assert isinstance(note, ox.Literal)
        assert isinstance(stated, ox.Literal)
        assert stated.value == "true", f"{source} {target}"
        rule = note.value.removeprefix("Rule ").partition(":")[0]
        found[source.value.rpartition("/")[2], target.value.rpartition("/")[2]] = rule
    store.close()
    return found


def test_each_spelling_has_the_rule_that_joined_it(
    imported: Callable[..., list[Pair]], make_row: MakeRow, tmp_path: Path
) -> None:
    one = [paid("国立大学法人東京大学", TOKYO), paid("国立大学法人東京大学", TOKYO)]
    one += [paid("東京大学大学院", TOKYO)]
    other = [paid("東京大学"), paid("（株）未来 商会"), paid("株式会社未来商会")]
    other += [paid("株式会社未来商会")]
    imported(
        make_row(事業番号="2021-厚労-20-0001", 支出先=one),
        make_row(事業番号="2021-厚労-20-0002", 支出先=other),
    )
    found = reasons(tmp_path / "out")
    assert found[f"c{TOKYO}", "東京大学大学院"] == "corporate-number"
    assert found[f"c{TOKYO}", "東京大学"] == "public-form"
    assert {rule for (_, name), rule in found.items() if name == "（株）未来 商会"} == {"same-name"}


@pytest.mark.parametrize(("elsewhere", "rule"), [(None, "one-number"), (KYOTO, "same-programme")])
def test_a_name_of_one_number_and_one_that_the_same_programme_pays(
    imported: Callable[..., list[Pair]],
    make_row: MakeRow,
    tmp_path: Path,
    elsewhere: str | None,
    rule: str,
) -> None:
    company, short = "株式会社未来商会", "(株)未来商会"
    one = make_row(事業番号="2021-厚労-20-0001", 支出先=[paid(company, TOKYO), paid(short)])
    other = paid(company, elsewhere)
    another = make_row(事業番号="2021-厚労-20-0002", 事業名="別の事業", 支出先=[other])
    imported(one, another)
    assert reasons(tmp_path / "out") == {(f"c{TOKYO}", short): rule}


def test_another_legal_form_is_a_doubt_and_no_merge(
    imported: Callable[..., list[Pair]], make_row: MakeRow, tmp_path: Path
) -> None:
    pairs = imported(make_row(支出先=[paid("未来商会株式会社", TOKYO), paid("株式会社未来商会")]))
    (pair,) = (each for each in pairs if each.kind == "organization")
    assert pair.outcome == "kept-apart"
    assert (pair.one_label, pair.other_label) == ("株式会社未来商会", "未来商会株式会社")
    assert (pair.one_place, pair.other_place) == ("", TOKYO)
    assert "legal form" in pair.why
    assert not any(name == "株式会社未来商会" for _, name in reasons(tmp_path / "out"))


def test_each_edition_has_the_rule_that_chained_it(
    imported: Callable[..., list[Pair]], make_row: MakeRow, tmp_path: Path
) -> None:
    def sheet(year: int, number: str, name: str, yen: float, **cells: object) -> Row:
        budget = [{"年度": 2018, "当初予算": yen}]
        return make_row(公開年度=year, 事業番号=number, 事業名=name, 予算=budget, **cells)

    link = [{"年度": 2018, "府省庁": "厚生労働省", "事業番号1": "0001"}]
    pairs = imported(
        sheet(2018, "0001", "甲", 100.0),
        sheet(2019, "0011", "甲の後", 100.0, 関連する過去のレビューシート=link),
        sheet(2018, "0002", "乙", 200.0, 事業ID="77"),
        sheet(2019, "0012", "乙の後", 200.0, 事業ID="77"),
        sheet(2018, "0003", "丙", 300.0),
        sheet(2019, "0013", "丙", 300.0),
        sheet(2018, "0004", "丁", 400.0),
        sheet(2019, "0014", "戊（旧：丁）", 400.0),
        sheet(2018, "0005", "己", 0.0),
        sheet(2019, "0015", "己", 0.0),
    )
    found = reasons(tmp_path / "out")
    rules = {edition.rpartition("-")[2]: rule for (edition, _), rule in found.items()}
    assert rules == {
        "0011": "predecessor",
        "0012": "programme-id",
        "0013": "name",
        "0014": "former-name",
        "0015": "name",
    }
    (joined,) = (pair for pair in pairs if pair.outcome == "joined")
    assert (joined.one_label, joined.equal_figures) == ("己", 0)
    assert joined.one.endswith("2019-mhlw-0015")
    assert joined.other.endswith("2018-mhlw-0005")


def test_a_later_agency_with_a_number_elsewhere_is_a_doubt(
    imported: Callable[..., list[Pair]], make_row: MakeRow
) -> None:
    pairs = imported(
        make_row(府省庁="未来庁", 支出先=[]),
        make_row(事業番号="2022-厚労-21-0002", 支出先=[paid("未来庁", TOKYO)]),
    )
    (pair,) = (each for each in pairs if each.kind == "organization")
    assert (pair.one_label, pair.other_place) == ("未来庁", TOKYO)
    assert "publisher" in pair.why
