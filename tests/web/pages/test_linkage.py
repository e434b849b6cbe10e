"""The page of connections shows what REST answers, in every view."""

import re

import httpx
import pytest
from tests.web.pages.reading_pages import Read, read_page, yen_of

from medrd_kg.web.pages.words import words

CANCER = "https://w3id.org/medrd-kg/schemes#disease-cancer"
GENOME = "https://w3id.org/medrd-kg/id/project/genome-data"
KINDS = {"rows": "disease-area", "columns": "project"}
VIEWS = ["matrix", "network", "list", "overlaps", "gaps"]


def read(client: httpx.Client, language: str, **asked: str) -> Read:
    answer = client.get(f"/{language}/linkage", params=asked)
    assert answer.status_code == 200, answer.text
    found = read_page(answer.text)
    assert found.lang == language
    return found


@pytest.mark.parametrize("view", VIEWS)
def test_both_languages_have_the_same_tables(shipped_server: httpx.Client, view: str) -> None:
    ja, en = (read(shipped_server, language, view=view) for language in ("ja", "en"))
    assert [len(table.body) for table in ja.tables] == [len(table.body) for table in en.tables]
    assert ja.tables
    numbers = [
        re.findall(r"\d+\.\d\d\b", " ".join(" ".join(row) for row in table.body))
        for table in (*ja.tables, *en.tables)
    ]
    assert numbers[: len(ja.tables)] == numbers[len(ja.tables) :]


@pytest.mark.parametrize("measure", ["topics", "programmes", "amount"])
def test_the_matrix_has_the_numbers_of_rest(shipped_server: httpx.Client, measure: str) -> None:
    asked = {"rows": "modality", "columns": "ministry", "measure": measure, "fiscal_year": "2022"}
    if measure == "topics":
        asked["columns"] = "project"
    answer = shipped_server.get("/api/v1/coverage", params=asked).json()
    (table,) = read(shipped_server, "ja", **asked).tables
    shown = [yen_of(cell) for row in table.body for cell in row[1:-1] if cell != "–"]
    assert sorted(shown) == sorted(each["value"] for each in answer["items"])
    assert yen_of(table.foot[-1]) == answer["whole"]["value"]


def test_a_cell_leads_to_what_was_counted_in_it(shipped_server: httpx.Client) -> None:
    page = read(shipped_server, "en", **KINDS)
    address = next(
        address
        for address, _ in page.links
        if "row=" in address and "disease-cancer&" in address and "genome-data" in address
    )
    chosen = read_page(shipped_server.get(address).text)
    answer = shipped_server.get(
        "/api/v1/coverage/items",
        params=KINDS | {"fiscal_year": "2022", "row": CANCER, "column": GENOME},
    ).json()
    table = chosen.table(words("en").linkage.items_title)
    assert len(table.body) == answer["total"] > 0
    for row, item in zip(table.body, answer["items"], strict=True):
        assert item["item"]["label"]["en"] in row[0]
        assert item["item"]["evidence"][0]["unitId"] in row[0]


def test_what_has_nothing_is_named(shipped_server: httpx.Client) -> None:
    answer = shipped_server.get("/api/v1/coverage", params=KINDS | {"fiscal_year": "2022"}).json()
    page = read(shipped_server, "ja", **KINDS)
    links = {text for _, text in page.links}
    for each in answer["rows"]:
        assert each["thing"]["label"]["ja"] in links


@pytest.mark.parametrize("kinds", [KINDS, {"rows": "project", "columns": "project"}])
def test_the_network_has_the_pairs_of_rest(
    shipped_server: httpx.Client, kinds: dict[str, str]
) -> None:
    of = f"{kinds['rows']},{kinds['columns']}"
    answer = shipped_server.get(
        "/api/v1/linkages", params={"of": of, "fiscal_year": "2022", "limit": "40"}
    ).json()
    text = shipped_server.get("/ja/linkage", params={"view": "network", **kinds}).text
    assert text.count('class="c-edge"') == len(answer["items"])
    table = read_page(text).tables[0]
    assert [row[2] for row in table.body] == [f"{each['strength']:.2f}" for each in answer["items"]]


def test_a_line_leads_to_the_items_and_their_evidence(shipped_server: httpx.Client) -> None:
    page = read(shipped_server, "ja", view="network", left=CANCER, right=GENOME)
    answer = shipped_server.get(
        "/api/v1/linkages/items",
        params={
            "of": "disease-area,project",
            "fiscal_year": "2022",
            "left": CANCER,
            "right": GENOME,
        },
    ).json()
    table = page.table(words("ja").linkage.items_title)
    assert len(table.body) == len(answer["items"]) > 0
    assert table.body[0][0] == "がん"
    assert answer["items"][0]["item"]["evidence"][0]["unitId"] in table.body[0][2]


@pytest.mark.parametrize("view", ["list", "gaps"])
def test_a_list_goes_on_where_it_ended(shipped_server: httpx.Client, view: str) -> None:
    page = read(shipped_server, "en", view=view)
    address = next(address for address, _ in page.links if "cursor=" in address)
    following = read_page(shipped_server.get(address).text)
    assert following.tables[0].body != page.tables[0].body


def test_gaps_are_those_of_rest(shipped_server: httpx.Client) -> None:
    answer = shipped_server.get(
        "/api/v1/gaps", params=KINDS | {"fiscal_year": "2022", "limit": "50"}
    ).json()
    (table,) = read(shipped_server, "ja", view="gaps").tables
    assert [row[1] for row in table.body] == [
        each["row"]["label"]["ja"] for each in answer["items"]
    ]


def test_overlaps_have_the_yen_of_rest(shipped_server: httpx.Client) -> None:
    answer = shipped_server.get(
        "/api/v1/overlaps", params={"fiscal_year": "2022", "limit": "100"}
    ).json()
    page = read(shipped_server, "ja", view="overlaps")
    for row, each in zip(page.tables[0].body, answer["items"], strict=True):
        amount = row[3].split()[-1]
        assert (None if amount == "–" else yen_of(amount)) == each["amount"]


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_has_its_file_and_its_query(shipped_server: httpx.Client, view: str) -> None:
    page = read(shipped_server, "en", view=view)
    t = words("en").files
    lines = shipped_server.get(page.address(t.csv))
    assert lines.status_code == 200
    assert lines.content.startswith(b"\xef\xbb\xbf")
    queries = [address for address, text in page.links if text.startswith(t.query)]
    assert queries
    assert shipped_server.get(queries[0]).status_code == 200


def test_money_is_summed_within_a_year(shipped_server: httpx.Client) -> None:
    asked = {"measure": "amount", "fiscal_year": "every", "rows": "modality", "columns": "ministry"}
    assert "2022" in read(shipped_server, "ja", **asked).chosen


def test_views_keep_the_question_as_far_as_it_can_be_asked(shipped_server: httpx.Client) -> None:
    page = read(shipped_server, "en", rows="topic", columns="modality", fiscal_year="2022")
    for name in VIEWS:
        address = page.address(getattr(words("en").linkage.views, name))
        assert "columns=modality" in address
        assert shipped_server.get(address).status_code == 200


@pytest.mark.parametrize(
    "asked",
    [
        {"view": "pie"},
        {"rows": "x"},
        {"measure": "x"},
        {"fiscal_year": "x"},
        {"via": "x", "view": "list"},
    ],
)
def test_what_the_page_does_not_know_is_refused(
    shipped_server: httpx.Client, asked: dict[str, str]
) -> None:
    answer = shipped_server.get("/ja/linkage", params=asked, headers={"Accept": "text/html"})
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/html")


def test_where_nothing_is_linked_the_page_says_so(shipped_server: httpx.Client) -> None:
    nothing = {"rows": "topic", "columns": "topic", "via": "purpose", "fiscal_year": "2017"}
    asked = {"of": "topic,topic", "via": "purpose", "fiscal_year": "2017"}
    assert shipped_server.get("/api/v1/linkages", params=asked).json()["total"] == 0
    page = read(shipped_server, "ja", view="network", **nothing)
    assert words("ja").linkage.none in page.text
