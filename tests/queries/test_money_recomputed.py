"""Answers about money, computed a second time from the raw sheets and the table of facts.

Nothing of the importer is used (see `raw_sheets`). Of several editions the newest that states money
counts.
"""

import csv
import json
import re
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from medrd_kg.content import queries_dir
from medrd_kg.sparql.parameters import Scalar
from medrd_kg.sparql.stored import load_stored_queries
from medrd_kg.store.base import Store, Term

from .conftest import curie
from .raw_sheets import (
    FACT_STAGES,
    FUND_LINE,
    HEALTH_MINISTRY,
    LINES,
    OTHER_SHEETS,
    PARTS,
    SINGLE_SHEET,
    SLUGS,
    STAGES,
    SUMMED,
    YEARS,
    Place,
    RawSheet,
    line_of,
    name_key,
    raw_lines,
    yen,
)

pytestmark = pytest.mark.shared

QUERIES = load_stored_queries(queries_dir())


@pytest.fixture(scope="module")
def included(store: Store) -> set[tuple[int, int]]:
    """Publication year and line of every sheet that the release holds."""
    rows = store.query(
        "PREFIX mrd: <https://w3id.org/medrd-kg/core#> "
        "SELECT ?place { ?sheet a mrd:ReviewSheet ; mrd:sourceLocator ?place }"
    ).rows()
    places = [
        re.fullmatch(r"judgit-(\d{4})\.ndjson\.zst:(\d+)", _text(row["place"])) for row in rows
    ]
    assert places
    assert all(places)
    return {(int(place[1]), int(place[2])) for place in places if place}


@pytest.fixture(scope="module")
def sheets(shared_dir: Path, included: set[tuple[int, int]]) -> dict[tuple[int, int], RawSheet]:
    """Sheets that the release holds, and all that bear a name written down above."""
    found = {}
    for year in YEARS:
        for number, line in raw_lines(shared_dir / f"data/review-sheets/judgit-{year}.ndjson.zst"):
            if (year, number) in included or line_of(line) is not None:
                row = json.loads(line, parse_float=str, parse_int=str)
                found[year, number] = RawSheet(year, number, row)
    return found


@pytest.fixture(scope="module")
def facts_table(shared_dir: Path) -> list[dict[str, str]]:
    """The rows of the table of public facts."""
    with (shared_dir / "data/facts.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def editions(
    sheets: dict[tuple[int, int], RawSheet], facts_table: list[dict[str, str]]
) -> dict[Place, dict[int, int]]:
    """What each edition states: yen by publication year, for programme, fiscal year and stage."""
    stated: defaultdict[Place, dict[int, int]] = defaultdict(dict)
    for sheet in sheets.values():
        ministry = SLUGS.get(sheet.row["府省庁"], "")
        line = LINES.get((ministry, name_key(sheet.row["事業名"])))
        if line is None or (ministry, sheet.year, sheet.row["事業番号"]) in OTHER_SHEETS:
            continue
        for cells in sheet.row["予算"]:
            for field, stage in STAGES.items():
                if cells.get(field) is not None and yen(cells[field]):
                    of_year = stated[line, int(cells["年度"]), stage]
                    assert sheet.year not in of_year, "two sheets of one programme and year"
                    of_year[sheet.year] = yen(cells[field])
    for row in facts_table:
        stage = FACT_STAGES.get(row["predicate"], "")
        line = LINES.get((SLUGS.get(row["subject"], ""), name_key(row["object"])))
        if stage and line is not None and "2023年度公開" in row["source_title"]:
            stated[line, int(row["fiscal_year"]), stage][2023] = yen(row["value"])
    return stated


@pytest.fixture(scope="module")
def amed_budget(editions: dict[Place, dict[int, int]]) -> dict[Place, int]:
    """The newest figures of the AMED budget, each yen once."""
    newest = {place: of_year[max(of_year)] for place, of_year in editions.items()}
    return {
        (line, year, stage): amount
        for (line, year, stage), amount in newest.items()
        if year >= 2015
        and line != FUND_LINE
        and not (line in PARTS and (SINGLE_SHEET, year, stage) in newest)
    }


def _text(term: Term) -> str:
    assert isinstance(term, Literal | NamedNode)
    return term.value


def ask(store: Store, name: str, **given: Scalar) -> list[dict[str, str]]:
    """Return the rows of a stored query, values as text, IRIs shortened."""
    values = {key.replace("_", "-") if key != "fiscal_year" else key: v for key, v in given.items()}
    return [
        {
            column: curie(term.value) if isinstance(term, NamedNode) else _text(term)
            for column, term in row.items()
        }
        for row in store.query(QUERIES[name].bind(values)).rows()
    ]


@pytest.mark.parametrize("stage", SUMMED)
def test_totals_of_the_amed_budget(stage: str, store: Store, amed_budget: dict[Place, int]) -> None:
    sums: Counter[int] = Counter()
    counts: Counter[int] = Counter()
    for (_, year, of_stage), amount in amed_budget.items():
        if of_stage == stage:
            sums[year] += amount
            counts[year] += 1
    found = {
        int(row["fiscal_year"]): (int(row["figures"]), int(row["amount"]))
        for row in ask(store, "totals-and-remainders", stage=stage)
    }
    assert found == {year: (counts[year], sums[year]) for year in sums}


def test_budget_by_ministry_and_year(store: Store, amed_budget: dict[Place, int]) -> None:
    sums: Counter[tuple[int, str]] = Counter()
    for ((ministry, _), year, stage), amount in amed_budget.items():
        if stage == "initial":
            sums[year, ministry] += amount
    found = [
        (int(row["fiscal_year"]), row["ministry"].removeprefix("org-:"), int(row["amount"]))
        for row in ask(store, "budget-by-ministry-and-year")
    ]
    assert found == [(year, ministry, sums[year, ministry]) for year, ministry in sorted(sums)]


def test_stages_of_the_health_ministrys_subsidy(
    store: Store, editions: dict[Place, dict[int, int]]
) -> None:
    found = {
        (int(row["fiscal_year"]), row["stage"].removeprefix("mrds:stage-")): int(row["amount"])
        for row in ask(store, "budget-stages-of-programme")
    }
    assert found == {
        (year, stage): of_year[max(of_year)]
        for (line, year, stage), of_year in editions.items()
        if line == HEALTH_MINISTRY
    }


def test_superseded_figures_of_the_adjustment_fund(
    store: Store, editions: dict[Place, dict[int, int]]
) -> None:
    found = Counter(
        (
            int(row["fiscal_year"]),
            row["stage"].removeprefix("mrds:stage-"),
            int(row["older_amount"]),
            int(row["newer_amount"]),
        )
        for row in ask(store, "superseded-figures")
    )
    expected: Counter[tuple[int, str, int, int]] = Counter()
    for (line, year, stage), of_year in editions.items():
        if line == FUND_LINE:
            chain = [of_year[published] for published in sorted(of_year)]
            expected.update((year, stage, older, newer) for older, newer in pairwise(chain))
    assert found == expected


def test_largest_payees_by_corporate_number(
    store: Store, sheets: dict[tuple[int, int], RawSheet], included: set[tuple[int, int]]
) -> None:
    """The health ministry's parent sheet of 2022 lists nobody, so no sheet is left out."""
    sums: Counter[str] = Counter()
    for place in included:
        for payment in sheets[place].row["支出先"]:
            number = payment["法人番号"]
            if payment["年度"] == "2021" and number and number != "9010005023796":
                sums[number] += yen(payment["支出額"])
    found = {row["corporate_number"]: int(row["listed"]) for row in ask(store, "top-payees")}
    assert len(found) == 9
    assert found == {number: amount for number, amount in sums.items() if amount >= 10_000_000_000}


def test_payments_before_their_programme(
    store: Store, sheets: dict[tuple[int, int], RawSheet], included: set[tuple[int, int]]
) -> None:
    expected = {
        f"judgit-{year}.ndjson.zst:{line}#/支出先/{index}"
        for year, line in included
        for index, payment in enumerate(sheets[year, line].row["支出先"])
        if sheets[year, line].row["開始年度"]
        and int(payment["年度"]) < int(sheets[year, line].row["開始年度"])
        and yen(payment["支出額"])
    }
    assert {row["locator"] for row in ask(store, "flagged-figures")} == expected


def test_every_figure_stands_where_it_says(
    store: Store, sheets: dict[tuple[int, int], RawSheet]
) -> None:
    rows = store.query(
        "PREFIX mrd: <https://w3id.org/medrd-kg/core#> "
        "SELECT ?place ?yen ?printed ?year { ?figure mrd:sourceLocator ?place ; "
        "mrd:amountJPY|mrd:nonAdditiveAmountJPY ?yen ; mrd:amountAsPrinted ?printed ; "
        "mrd:fiscalYear/mrd:yearNumber ?year }"
    ).rows()
    checked = 0
    for row in rows:
        place = re.fullmatch(r"judgit-(\d{4})\.ndjson\.zst:(\d+)#/(.+)", _text(row["place"]))
        if place is None:
            continue
        names = place[3].split("/")
        entry = sheets[int(place[1]), int(place[2])].row[names[0]][int(names[1])]
        token = entry["支出額" if names[0] == "支出先" else names[2]]
        assert _text(row["printed"]) == f"{token}百万円", place[0]
        assert int(_text(row["yen"])) == yen(token), place[0]
        assert _text(row["year"]) == entry["年度"], place[0]
        checked += 1
    assert checked > 20_000


def test_identifiers_are_those_of_the_table(
    store: Store, facts_table: list[dict[str, str]]
) -> None:
    numbers = {
        (row["subject"], row["object"])
        for row in facts_table
        if row["predicate"].startswith("corporate_number")
    }
    forms = {
        "ror_id": "{}",
        "wikidata_id": "Wikidata {}",
        "crossref_funder_id": "Crossref Funder ID {}",
        "isni": "ISNI {}",
    }
    identifiers = {
        forms[row["predicate"]].format(row["object"])
        for row in facts_table
        if row["predicate"] in forms
    }
    rows = ask(store, "organisation-identifiers")
    assert {row["identifier"] for row in rows if "identifier" in row} == identifiers
    found = {
        (row["organization_ja"], row["corporate_number"])
        for row in rows
        if "corporate_number" in row
    }
    assert found <= numbers
    assert len(found) >= 20
