"""Pages on evidence, quality, sources and releases show what the graph and the release hold."""

import csv
import io
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from medrd_kg.build.manifest import Manifest
from medrd_kg.build.release import OpenRelease
from medrd_kg.build.release_changes import Count, changes_between
from medrd_kg.web.pages.graph_tables import FILE_FORMATS
from medrd_kg.web.pages.words import LANGUAGES

UNIT = "/evidence/policy-fy2022/S045"
SHEET = "/sources/review-sheet/2022-cabinet-office-21-0137"
TABLES = (
    *(
        f"/quality/{name}"
        for name in (
            *("printed-totals", "restatements", "flags", "missing-values"),
            *("unnamed-payees", "label-coverage"),
        )
    ),
    *("/sources/publications", "/sources/references", "/evidence/documents-with-units"),
    *(
        "/sources/data-source/review-sheets-2022/sheets-of-publication",
        f"{SHEET}/figures-of-source",
    ),
    *("/evidence/policy-fy2022/units", UNIT),
)
"""Files of tables, after the language, without their ending."""


def shown(page: str) -> str:
    """Return the address of the page that shows a table."""
    return page if page == UNIT else page.rpartition("/")[0]


def csv_rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def asked(server: httpx.Client, page: str, path: str) -> str:
    """Return the query that a page offers beside the file of a table."""
    html = server.get(f"/en{page}").text
    after = html[html.index(f"/en{path}.csv") :]
    links = re.findall(r'href="([^"]+)"', after)
    found = next(link for link in links if "query=" in link)
    (text,) = parse_qs(urlsplit(unescape(found)).query)["query"]
    return text


@pytest.mark.parametrize("path", TABLES)
def test_a_table_its_file_and_its_query_say_the_same(
    shipped_server: httpx.Client, path: str
) -> None:
    rows = csv_rows(shipped_server.get(f"/en{path}.csv").text)
    assert rows
    query = asked(shipped_server, shown(path), path)
    accept = {"Accept": "text/csv"}
    found = csv_rows(shipped_server.get("/sparql", params={"query": query}, headers=accept).text)
    assert len(rows) == len(found)
    for row, expected in zip(rows, found, strict=True):
        same = {name: row[name] for name in expected}
        assert {name: text.removeprefix("'") for name, text in same.items()} == expected


@pytest.mark.parametrize("path", TABLES)
def test_both_languages_show_each_number_of_the_file(
    shipped_server: httpx.Client, path: str
) -> None:
    rows = csv_rows(shipped_server.get(f"/en{path}.csv").text)
    for language in LANGUAGES:
        assert shipped_server.get(f"/{language}{path}.csv").text.count("\n") == len(rows) + 1
        page = unescape(shipped_server.get(f"/{language}{shown(path)}").text)
        for row in rows:
            for name, text in row.items():
                if text.isdecimal() and name not in {"published", "fiscal_year"}:
                    assert re.search(rf"\D{int(text):,}\D|\D{text}\D", page), (name, text)


@pytest.mark.parametrize("path", TABLES)
def test_a_table_is_a_workbook_too(shipped_server: httpx.Client, path: str) -> None:
    answer = shipped_server.get(f"/ja{path}.xlsx")
    assert answer.headers["content-type"] == FILE_FORMATS["xlsx"]
    assert answer.content.startswith(b"PK")


@pytest.mark.parametrize(
    "path",
    [
        *("/quality/nothing.csv", "/quality/flags.pdf", "/sources/nothing.csv"),
        *("/sources/review-sheet/nothing", "/sources/person/x", f"{SHEET}/nothing.csv"),
        *("/evidence/nothing", "/evidence/policy-fy2022/S999", "/evidence/nothing.csv"),
    ],
)
def test_what_is_not_there_is_not_found(shipped_server: httpx.Client, path: str) -> None:
    answer = shipped_server.get(f"/ja{path}", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert '<html lang="ja">' in answer.text


def test_a_unit_shows_all_that_it_states(shipped_server: httpx.Client) -> None:
    stated = shipped_server.get("/api/v1/evidence/policy-fy2022/S045").json()
    for language in LANGUAGES:
        page = unescape(shipped_server.get(f"/{language}{UNIT}").text)
        for item in stated["items"]:
            assert item["label"][language] in page
            assert item["definition"][language] in page


def test_a_sheet_has_its_number_and_a_licence_its_name(shipped_server: httpx.Client) -> None:
    sheet = shipped_server.get("/ja/sources/review-sheet/2022-cabinet-office-21-0137").text
    assert '<dd lang="ja">2022-府-21-0137</dd>' in sheet
    assert ">CC BY 4.0</a>" in shipped_server.get("/ja/sources").text


def test_a_fact_leads_back_to_its_units(shipped_server: httpx.Client) -> None:
    topic = "https://w3id.org/medrd-kg/id/topic/exosome-quality-test"
    page = shipped_server.get("/ja/evidence", params={"of": topic}).text
    assert f'href="/ja{UNIT}"' in page
    flow = (
        "https://w3id.org/medrd-kg/id/budget-statement/2022-cabinet-office-21-0137-fy2022-initial"
    )
    page = shipped_server.get("/en/evidence", params={"of": f"<{flow}>"}).text
    assert f'href="/en{SHEET}"' in page
    assert re.search(r"judgit-2022\.ndjson\.zst:\d+#/", page)


@pytest.mark.parametrize("asked", ["no iri", "https://example.org/nothing", "<x> <y>", "'\"><b>"])
def test_what_is_no_fact_is_said_to_be_unknown(shipped_server: httpx.Client, asked: str) -> None:
    answer = shipped_server.get("/en/evidence", params={"of": asked})
    assert answer.status_code == 200
    assert "Nothing is known of this IRI." in answer.text
    assert "<b>" not in answer.text


def test_quality_tells_the_outcome_of_the_gate(
    shipped_server: httpx.Client, release: OpenRelease
) -> None:
    page = shipped_server.get("/en/quality").text
    assert f"{release.manifest.triples:,}" in page
    assert release.manifest.source_date in page
    assert "<dd>Conforms</dd>" in page


def test_releases_lists_what_is_kept(shipped_server: httpx.Client, release: OpenRelease) -> None:
    page = shipped_server.get("/ja/releases").text
    assert release.manifest.version in page
    for number in release.manifest.graphs.values():
        assert f"{number:,}" in page
    refused = shipped_server.get("/ja/releases", params={"from": "none"})
    assert refused.status_code == 400


def test_changes_between_releases(release: OpenRelease) -> None:
    older = release.manifest
    graph = next(iter(older.graphs))
    first, *others = older.sources
    newer = older.model_copy(
        update={
            "graphs": {**older.graphs, graph: older.graphs[graph] + 3, "urn:new": 2},
            "sources": [first.model_copy(update={"sha256": "0"}), *others[1:]],
        }
    )
    changes = changes_between(older, newer)
    assert set(changes.graphs) == {
        Count(graph, older.graphs[graph], older.graphs[graph] + 3),
        Count("urn:new", 0, 2),
    }
    assert {each.difference for each in changes.graphs} == {2, 3}
    assert (changes.added, changes.removed) == ((), (others[0].name,))
    assert changes.changed == (first.name,)
    assert changes.classes == ()
    assert changes_between(newer, older).added == (others[0].name,)
    same = changes_between(older, Manifest.model_validate(older.model_dump()))
    assert not any((same.graphs, same.classes, same.added, same.removed, same.changed))
