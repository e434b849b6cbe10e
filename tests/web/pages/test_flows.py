"""The page of money flows shows the very yen that REST, CSV and SPARQL give."""

import csv
import io
import re

import httpx
import pytest
from tests.web.pages.reading_pages import Read, read_page, yen_of

from medrd_kg.web.pages.words import words

FLOWS = "/api/v1/flows"
ASKED = {"fiscal_year": "2022", "stage": "initial", "level": "appropriation", "perimeter": "amed"}
CASES = [
    {},
    {"ministry": "meti"},
    {"stage": "executed", "level": "transfer"},
    {"perimeter": "in-house-whole"},
    {"stage": "carried-out"},
    {"disease_area": "cancer"},
    {"disease_area": "cancer", "basis": "computed"},
]


def read(client: httpx.Client, language: str, **asked: str) -> Read:
    answer = client.get(f"/{language}/flows", params=asked)
    assert answer.status_code == 200, answer.text
    found = read_page(answer.text)
    assert found.lang == language
    return found


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(case) or "usual")
def test_tables_sum_to_the_yen_of_rest(
    shipped_server: httpx.Client, language: str, case: dict[str, str]
) -> None:
    t = words(language).flows
    answer = shipped_server.get(FLOWS, params=ASKED | case).json()
    assert answer["links"]
    page = read(shipped_server, language, **case)
    for kind in ("payer", "programme"):
        table = page.table(getattr(t.by, kind))
        assert sum(yen_of(row[1]) for row in table.body) == answer["selected"]
        assert yen_of(table.foot[1]) == answer["selected"]
        targets = [link for link in answer["links"] if link["target"]["kind"] == kind]
        assert sorted(yen_of(row[1]) for row in table.body) == sorted(
            link["amount"] for link in targets
        )


def test_both_languages_have_the_same_numbers(shipped_server: httpx.Client) -> None:
    ja, en = (
        read(shipped_server, language, compare="2021", stage="executed")
        for language in ("ja", "en")
    )
    for one, two in zip(ja.tables, en.tables, strict=True):
        assert len(one.body) == len(two.body)
    for kind in ("payer", "programme"):
        tables = [page.table(getattr(words(page.lang).flows.by, kind)) for page in (ja, en)]
        amounts = [[yen_of(row[1]) for row in table.body] for table in tables]
        assert amounts[0] == amounts[1]


@pytest.mark.parametrize("case", [{}, {"stage": "executed", "level": "transfer"}])
def test_the_drawings_for_narrow_screens_tell_the_same_yen(
    shipped_server: httpx.Client, case: dict[str, str]
) -> None:
    answer = shipped_server.get("/ja/flows", params=case)
    wide, _, narrow = answer.text.partition('class="if-narrow"')
    told = [
        sorted(re.findall(r"<path[^>]*c-band[^>]*><title>([^<]*)", part)) for part in (wide, narrow)
    ]
    assert told[0] == told[1]
    links = shipped_server.get(FLOWS, params=ASKED | case).json()["links"]
    assert sum(yen_of(each.rpartition(": ")[2]) for each in told[1]) == sum(
        link["amount"] for link in links
    )


def test_csv_and_sparql_behind_it_give_the_same_yen(shipped_server: httpx.Client) -> None:
    page = read(shipped_server, "ja", ministry="meti")
    table = page.table(words("ja").flows.by.programme)
    shown = sorted(yen_of(row[1]) for row in table.body)
    lines = shipped_server.get(page.address(words("ja").files.csv)).content.decode("utf-8-sig")
    rows = [row for row in csv.DictReader(io.StringIO(lines)) if row["target_kind"] == "programme"]
    assert sorted(int(row["amount"]) for row in rows) == shown
    explained = shipped_server.get(
        FLOWS, params=ASKED | {"ministry": "meti", "explain": "true"}
    ).json()
    query = next(each for each in explained["explanation"]["queries"] if each["part"] == "items")
    found = shipped_server.get(
        "/sparql",
        params={"query": query["query"]},
        headers={"Accept": "application/sparql-results+json"},
    ).json()["results"]["bindings"]
    assert sorted(int(row["amount"]["value"]) for row in found) == shown


def test_a_comparison_tells_the_difference_of_each_payer(shipped_server: httpx.Client) -> None:
    page = read(shipped_server, "en", compare="2021")
    table = page.table(words("en").flows.compared_by.payer)
    sums = [
        shipped_server.get(FLOWS, params=ASKED | {"fiscal_year": year}).json()["selected"]
        for year in ("2022", "2021")
    ]
    assert [yen_of(cell) for cell in table.foot[1:]] == [*sums, sums[0] - sums[1]]
    for _, one, two, difference in table.body:
        known = [0 if cell == "–" else yen_of(cell) for cell in (one, two)]
        assert yen_of(difference) == known[0] - known[1]


def test_the_remainder_to_the_printed_total_is_shown(shipped_server: httpx.Client) -> None:
    page = read(shipped_server, "ja", fiscal_year="2016")
    assert words("ja").flows.unreconciled in page.text
    assert "31,000,000円" in page.text


def test_where_there_is_no_such_total_others_are_offered(shipped_server: httpx.Client) -> None:
    page = read(shipped_server, "en", stage="reserve")
    assert words("en").flows.no_total in page.text
    offered = [address for address, _ in page.links if "stage=initial" in address]
    assert offered
    assert shipped_server.get(offered[0]).status_code == 200


def test_where_nothing_matches_the_page_says_so(shipped_server: httpx.Client) -> None:
    page = read(shipped_server, "ja", project="drugs")
    assert words("ja").flows.nothing in page.text
    assert "0円" in page.text


def test_stated_concepts_alone_can_be_asked_for(shipped_server: httpx.Client) -> None:
    asked = {"disease_area": "cancer", "basis": "stated"}
    assert shipped_server.get(FLOWS, params=ASKED | asked).json()["selected"] == 0
    page = read(shipped_server, "en", **asked)
    assert "stated" in page.chosen
    assert words("en").flows.nothing in page.text


def test_the_language_link_keeps_the_question(shipped_server: httpx.Client) -> None:
    page = read(shipped_server, "ja", ministry="meti", compare="2021")
    address = next(address for address, _ in page.links if address.startswith("/en/flows"))
    again = read_page(shipped_server.get(address).text)
    assert "meti" in again.chosen
    assert "2021" in again.chosen


@pytest.mark.parametrize(
    "asked",
    [{"stage": "someday"}, {"fiscal_year": "x"}, {"ministry": ["meti", "mext"]}, {"colour": "red"}],
)
def test_what_the_page_does_not_know_is_refused_as_a_page(
    shipped_server: httpx.Client, asked: dict[str, str | list[str]]
) -> None:
    answer = shipped_server.get("/en/flows", params=asked, headers={"Accept": "text/html"})
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/html")


def test_hostile_values_stay_text(shipped_server: httpx.Client) -> None:
    answer = shipped_server.get(
        "/en/flows", params={"perimeter": '"><script>alert(1)</script>', "compare": "<b>"}
    )
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert "<b>" not in answer.text
