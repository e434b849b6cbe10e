"""Years of sheets that come one at a time: chained with those before, as if all came at once."""

import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from medrd_kg.build.totals import check_totals
from medrd_kg.commands.review_sheets import run_import
from medrd_kg.sources.facts import PublicFacts
from medrd_kg.sources.review_sheets import importer
from medrd_kg.sources.review_sheets.importer import import_review_sheets
from medrd_kg.sources.review_sheets.report import ImportReport
from medrd_kg.sources.review_sheets.selection import Selection, reviewed_programmes
from medrd_kg.store.embedded import EmbeddedStore
from medrd_kg.vocabulary import MRD, graph_iri

SUMMED = next(
    each
    for each in reviewed_programmes().values()
    if each.ministry == "mhlw" and each.perimeter == "other-medical-rd" and not each.part_of
)
Given = dict[int, Path]


@pytest.fixture
def given(make_row: Callable[..., dict[str, Any]], tmp_path: Path) -> Given:
    """Three years: a programme that is renamed, one whose figures are summed, and a new one."""

    def row(year: int, number: str, name: str, *, paid: float, **more: object) -> dict[str, Any]:
        budgets = [
            {"年度": year - 1, "当初予算": 5000.0 + year - 1, "執行額": paid},
            {"年度": year, "当初予算": 5000.0 + year},
        ]
        payee = {"支出先名": "株式会社甲", "年度": year - 1, "グループ": "A", "番号": 1}
        return make_row(
            公開年度=year,
            事業番号=f"{year}-厚労-21-{number}",
            事業名=name,
            予算=budgets,
            支出先=[payee | {"支出額": paid}],
            **more,
        )

    files = {}
    for year in (2020, 2021, 2022):
        renamed = "新しい名の事業(旧試験研究事業)" if year == 2022 else "試験研究事業"
        rows = [
            row(year, "9001", renamed, paid=4000.5),
            row(year, "9002", SUMMED.names[-1], paid=year - 1000.0),
        ]
        rows += [row(year, f"900{year - 2010}", "一度の事業", paid=7.0)] if year == 2021 else []
        files[year] = tmp_path / f"judgit-{year}.ndjson"
        lines = (json.dumps(each, ensure_ascii=False) + "\n" for each in rows)
        files[year].write_text("".join(lines), encoding="utf-8")
    return files


@pytest.mark.parametrize("order", [(2022, 2020, 2021)])
@pytest.mark.parametrize("shipped_year", [None, 2020])
def test_one_year_at_a_time_gives_the_bytes_of_all_at_once(
    order: tuple[int, ...],
    shipped_year: int | None,
    given: Given,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    if shipped_year is not None:
        imported([given[shipped_year]], shipped, beside=tmp_path / "none")
    monkeypatch.setattr(importer, "data_dir", lambda: shipped)
    monkeypatch.setattr(PublicFacts, "shipped", lambda: PublicFacts(()))

    def left(data_dir: Path, *runs: tuple[int, ...]) -> dict[str, bytes]:
        for years in runs:
            run_import(
                [given[year] for year in years],
                selection=Selection.ALL,
                out=None,
                report_file=None,
                data_dir=data_dir,
            )
        found = [*(data_dir / "imported").iterdir(), *(data_dir / "review").iterdir()]
        return {path.name: path.read_bytes() for path in found}

    assert left(tmp_path / "apart", *((year,) for year in order)) == left(
        tmp_path / "together", tuple(given)
    )


def imported(paths: list[Path], out: Path, beside: Path) -> None:
    import_review_sheets(
        paths,
        selection=Selection.ALL,
        out_dir=out,
        texts_path=None,
        report=ImportReport(),
        facts=PublicFacts(()),
        beside=beside,
        processes=1,
    )


def test_a_year_beside_a_graph_continues_its_programmes_and_figures(
    given: Given, tmp_path: Path
) -> None:
    shipped, out = tmp_path / "shipped", tmp_path / "out"
    imported([given[2020], given[2021]], shipped, beside=tmp_path / "none")
    imported([given[2022]], out, beside=shipped)
    said: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    store = EmbeddedStore()
    for path in [*shipped.glob("*.ttl"), *out.glob("*.ttl")]:
        store.bulk_load(path, graph=graph_iri(path.stem))
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            node = quad.object.value if not isinstance(quad.object, ox.Triple) else ""
            name = quad.predicate.value.removeprefix(str(MRD))
            said[str(quad.subject.value).rsplit("/", 1)[-1], name].append(node.rsplit("/", 1)[-1])
    (programme,) = said["2022-mhlw-21-9001", "editionOf"]
    assert [programme] == said["2020-mhlw-21-9001", "editionOf"]
    continued = "Rule former-name: the former name that its name states."
    assert any(continued in note for note in said["2022-mhlw-21-9001-edition", "note"])
    # No total rests on the one programme: the newer edition supersedes the graph's statement.
    newer = "2022-mhlw-21-9001-fy2021-initial"
    assert said[newer, "supersedes"] == ["2021-mhlw-21-9001-fy2021-initial"]
    # A total rests on the other: its statement stays current and counted once.
    beside = "2022-mhlw-21-9002-fy2021-initial"
    assert sorted(said[beside, "concerns"]) == sorted(
        [SUMMED.slug, "2021-mhlw-21-9002-fy2021-initial"]
    )
    assert said[beside, "supersedes"] == said[beside, "forProgramme"] == []
    assert said["2021-mhlw-21-9002-fy2021-initial", "amountJPY"] == ["7021000000"]
    assert check_totals(store) == []
    store.close()


def test_what_the_graph_labels_a_thing_with_is_no_other_name_of_it(
    make_row: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    """An import that joins a graph may find another spelling more often than the graph's."""
    spellings = {2020: ["株式会社甲乙"], 2021: ["株式会社 甲乙"] * 3 + ["株式会社甲乙"]}
    for year, names in spellings.items():
        payments = [
            {"支出先名": name, "年度": year - 1, "グループ": "A", "番号": number, "支出額": 1.0}
            for number, name in enumerate(names, 1)
        ]
        row = make_row(公開年度=year, 事業番号=f"{year}-厚労-21-0001", 支出先=payments)
        path = tmp_path / f"judgit-{year}.ndjson"
        path.write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
    shipped, out = tmp_path / "shipped", tmp_path / "out"
    imported([tmp_path / "judgit-2020.ndjson"], shipped, beside=tmp_path / "none")
    imported([tmp_path / "judgit-2021.ndjson"], out, beside=shipped)
    said: defaultdict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    axioms: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for path in [*shipped.glob("*.ttl"), *out.glob("*.ttl")]:
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
            predicate = quad.predicate.value.rpartition("#")[2]
            said[str(quad.subject)][predicate].add(str(quad.object))
            axioms[str(quad.subject)][predicate] = str(quad.object)
    labelled = [each for each in said.values() if '"株式会社甲乙"@ja' in each["label"]]
    assert [each["label"] for each in labelled] == [{'"株式会社甲乙"@ja'}]
    assert not any(each["label"] & each["altLabel"] for each in said.values())
    assert '"株式会社甲乙"@ja' not in {each.get("annotatedTarget") for each in axioms.values()}
