"""Public facts: every row has a meaning, a source and the value of the research table."""

import csv
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from medrd_kg.sources.facts import PublicFacts, handled
from medrd_kg.sources.facts_figures import PROJECTS, handles_figure
from medrd_kg.sources.facts_links import initials_blocks
from medrd_kg.sources.facts_rows import FactRow, fact_rows, row_amount, source_blocks
from medrd_kg.sources.facts_sheets import sheet_statements, transfer_blocks
from medrd_kg.sources.review_sheets.known import known_organisations
from medrd_kg.sources.review_sheets.names import match_key
from medrd_kg.sources.review_sheets.report import ImportReport
from medrd_kg.sources.review_sheets.reviewed import table


@pytest.fixture(scope="module")
def research_table(shared_dir: Path) -> list[dict[str, str]]:
    """The table that the rows were taken from."""
    with (shared_dir / "data" / "facts.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def cells(row: FactRow) -> Mapping[str, str]:
    return {
        "subject": row.subject,
        "predicate": row.predicate,
        "object": row.object,
        "value": row.value,
        "unit": row.unit,
        "fiscal_year": row.years,
        "source_title": row.title,
        "source_url": row.address,
    }


def test_every_row_is_handled_and_sourced() -> None:
    rows = fact_rows()
    assert [row.line for row in rows if not handled(row)] == []
    assert all(row.title for row in rows)
    assert len({row.line for row in rows}) == len(rows)


@pytest.mark.shared
def test_rows_are_those_of_the_research_table(research_table: list[dict[str, str]]) -> None:
    for row in fact_rows():
        original = research_table[row.line - 2]
        told = {name: original[name].strip() for name in cells(row)}
        # How the table's compilers looked for a source is no part of its name.
        told["source_title"] = re.sub(r" found by \w+ \([^)]*\)", "", told["source_title"])
        assert told == cells(row)


@pytest.mark.shared
def test_shipped_figures_agree_with_the_sheets_of_earlier_years(
    research_table: list[dict[str, str]],
) -> None:
    # The table also repeats sheets of 2020-2022; those rows are not shipped twice.
    shipped = {row.line for row in fact_rows()}
    repeated = [
        line
        for line, row in enumerate(research_table, 2)
        if row["predicate"].startswith("review_sheet_")
        and "2023年度公開" not in row["source_title"]
    ]
    assert repeated
    assert shipped.isdisjoint(repeated)


def test_every_figure_has_an_amount() -> None:
    figures = [row for row in fact_rows() if handles_figure(row)]
    assert len(figures) > 200
    assert all(row_amount(row).yen > 0 for row in figures)


def test_a_row_about_an_imported_sheet_is_left_out() -> None:
    report = ImportReport()
    everything = list(sheet_statements(fact_rows(), frozenset(), report))
    slugs = Counter(each.slug.partition("-fy")[0] for each in everything)
    known = next(slug for slug in slugs if "mhlw-22-0964-1" in slug).removeprefix("facts-")
    left = list(sheet_statements(fact_rows(), frozenset({known}), report))
    assert len(everything) - len(left) == slugs[f"facts-{known}"] > 0
    assert len(report) == 0


def test_a_row_of_an_unknown_programme_ends_in_the_report() -> None:
    row = next(each for each in fact_rows() if each.predicate == "review_sheet_initial_budget")
    strange = FactRow(
        **{name: getattr(row, name) for name in row.__slots__} | {"object": "謎の事業"}
    )
    report = ImportReport()
    assert list(sheet_statements([strange], frozenset(), report)) == []
    assert [each.line for each in report] == [row.line]


def test_transfers_of_the_adjustment_fund_are_not_summed() -> None:
    blocks = list(transfer_blocks(fact_rows(), frozenset(), {}))
    fund = [each for each in blocks if each.get("mrd:drawnFrom")]
    assert len(fund) == 1
    assert fund[0].get("mrd:amountJPY") == ()
    assert fund[0].get("mrd:nonAdditiveAmountJPY") == ("17500000000",)


def test_every_printed_total_names_a_figure() -> None:
    figures = {row.line for row in fact_rows() if handles_figure(row)}
    for row in table("printed"):
        assert int(row["row"]) in figures
        assert bool(row["ja"]) == bool(row["en"])


def test_identifiers_belong_to_reviewed_organisations() -> None:
    names = {match_key(each.name): each.slug for each in known_organisations().values()}
    numbers = [row for row in fact_rows() if row.predicate.startswith("corporate_number")]
    assert len(numbers) == 23
    for row in numbers:
        assert known_organisations()[names[match_key(row.subject)]].number == row.object


def test_the_six_projects_have_the_slugs_of_the_graph() -> None:
    assert sorted(PROJECTS.values()) == [
        "devices-healthcare",
        "disease-basics",
        "drugs",
        "genome-data",
        "regenerative-cell-gene-therapy",
        "seeds-infrastructure",
    ]


def test_sources_are_named_once_with_their_address() -> None:
    blocks = list(source_blocks(fact_rows()))
    assert len({each.subject for each in blocks}) == len(blocks)
    assert all(each.get("dcterms:source") for each in blocks)
    assert PublicFacts.shipped() is PublicFacts.shipped()


def test_ministries_are_found_by_the_initials_that_the_table_uses() -> None:
    blocks = {block.subject: block for block in initials_blocks(fact_rows())}
    assert {
        (subject, relation, name)
        for subject, block in blocks.items()
        for relation in ("rdfs:label", "skos:altLabel")
        for name in block.get(relation)
    } == {
        ("org-:mext", "skos:altLabel", '"MEXT"@en'),
        ("org-:meti", "skos:altLabel", '"METI"@en'),
        ("org-:mhlw", "rdfs:label", '"MHLW"@en'),  # the table has no longer name of it in English
    }
    assert all(block.get("mrd:statedIn") for block in blocks.values())
