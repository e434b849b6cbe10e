"""Collections: filters, pages, CSV, and strictness about parameters."""

import csv
import io
from typing import Any

import httpx
import pytest

from medrd_kg.web.collections import collections


def slugs(response: httpx.Response) -> list[str]:
    assert response.status_code == 200, response.text
    return [item["slug"] for item in response.json()["items"]]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (
            "topics",
            ["aids-antibody", "cancer-drugs", "cancer-genome", "hiv-registry", "plain-data"],
        ),
        ("topics?project=drugs", ["aids-antibody", "cancer-drugs"]),
        ("topics?project=https://w3id.org/medrd-kg/id/project/drugs&status=new", ["aids-antibody"]),
        ("topics?disease-area=infectious", ["aids-antibody", "hiv-registry"]),
        ("topics?disease-area=hiv", ["aids-antibody", "hiv-registry"]),
        ("topics?disease-area=aids", ["aids-antibody"]),
        (
            "topics?disease-area=aids&disease-area=cancer",
            ["aids-antibody", "cancer-drugs", "cancer-genome"],
        ),
        ("topics?disease-area=cancer&project=genome-data&fiscal_year=2022", ["cancer-genome"]),
        ("topics?fiscal_year=2021", ["hiv-registry"]),
        ("topics?modality=antibody-drug", ["aids-antibody"]),
        ("scope-items?project=genome-data", ["data-sharing"]),
        ("disease-areas", ["aids", "cancer", "hiv", "infectious"]),
        ("disease-areas?broader=infectious", ["aids", "hiv"]),
        ("documents", ["healthcare-policy", "policy-fy2022"]),
        ("documents?type=Strategy", ["healthcare-policy"]),
        ("organizations", ["amed", "mext"]),
        ("organizations?corporate_number=7000012060001", ["mext"]),
        ("organizations?corporate_number=1", []),
        ("ministries", ["mext"]),
        ("funding-flows?fiscal_year=2021&stage=executed&level=transfer", ["f1"]),
        ("funding-flows?total=fy2021&payer=mext&payee=amed&programme=seeds", ["f1"]),
        ("programmes?ministry=mext&project=drugs", ["seeds"]),
        ("funding-flows?ministry=mext&project=drugs", ["f1", "f2"]),
        ("funding-flows?project=genome-data", []),
        ("indicators?ministry=mext&indicator-of=seeds", ["papers"]),
        ("indicator-results?indicator=papers", ["papers-2021"]),
        ("totals?perimeter=all", ["fy2021"]),
        ("perimeters", ["all"]),
        ("bases", ["inferred"]),
        ("process-steps?process=requests", ["hear", "submit"]),
        ("fiscal-years", ["2021", "2022"]),
        ("goals", []),
    ],
)
def test_filters(server: httpx.Client, address: str, expected: list[str]) -> None:
    response = server.get(f"/api/v1/{address}")
    assert slugs(response) == expected
    assert response.json()["total"] == len(expected)
    assert response.json()["next"] is None


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
def test_pages_join_to_the_whole(server: httpx.Client, limit: int) -> None:
    whole = slugs(server.get("/api/v1/topics"))
    found: list[str] = []
    address: str | None = f"/api/v1/topics?limit={limit}"
    while address is not None:
        response = server.get(address)
        page = response.json()
        assert page["total"] == len(whole)
        assert len(page["items"]) <= limit
        found += slugs(response)
        address = page["next"]
        if address is None:
            assert 'rel="next"' not in response.headers.get("link", "")
        else:
            assert f'<{address}>; rel="next"' in response.headers["link"]
    assert found == whole


def test_filters_stay_on_the_next_page(server: httpx.Client) -> None:
    first = server.get("/api/v1/topics?disease-area=cancer&disease-area=aids&limit=2").json()
    second = server.get(first["next"])
    assert slugs(second) == ["cancer-genome"]
    assert second.json()["total"] == 3


@pytest.mark.parametrize(
    ("one", "same"),
    [
        ("topics?disease_area=cancer", "topics?disease-area=cancer"),
        ("topics?fiscal-year=2022", "topics?fiscal_year=2022"),
        ("topics?disease-area=disease-cancer", "topics?disease-area=cancer"),
        ("topics?disease-area=mrds:disease-cancer", "topics?disease-area=cancer"),
        ("topics?project=prj:drugs", "topics?project=drugs"),
    ],
)
def test_names_and_values_may_be_spelt_in_several_ways(
    server: httpx.Client, one: str, same: str
) -> None:
    found = slugs(server.get(f"/api/v1/{one}"))
    assert found == slugs(server.get(f"/api/v1/{same}"))
    assert 0 < len(found) < len(slugs(server.get("/api/v1/topics"))) or "year" in one


@pytest.mark.parametrize(
    ("address", "slug", "parameter"),
    [
        ("topics?colour=red", "unknown-parameter", "colour"),
        ("topics?corporate_number=1", "unknown-parameter", "corporate_number"),
        ("topics/cancer-drugs?limit=1", "unknown-parameter", "limit"),
        ("topics?project=planets", "invalid-parameter", "project"),
        ("topics?project=", "invalid-parameter", "project"),
        (
            "topics?project=https://w3id.org/medrd-kg/id/topic/cancer-drugs",
            "invalid-parameter",
            "project",
        ),
        ("topics?project=x:> } <y:", "invalid-parameter", "project"),
        ("topics?fiscal_year=1999", "invalid-parameter", "fiscal_year"),
        ("documents?type=Planet", "invalid-parameter", "type"),
        ("programme-editions?publication_year=two", "invalid-parameter", "publication_year"),
        ("topics?limit=0", "invalid-parameter", "limit"),
        ("topics?limit=1001", "invalid-parameter", "limit"),
        ("topics?limit=-1", "invalid-parameter", "limit"),
        ("topics?limit=１", "invalid-parameter", "limit"),
        ("topics?limit=1&limit=2", "invalid-parameter", "limit"),
        ("topics?cursor=%C3%A9", "invalid-parameter", "cursor"),
        ("topics?format=pdf", "invalid-parameter", "format"),
        ("topics?format=csv&bom=yes", "invalid-parameter", "bom"),
    ],
)
def test_strict_parameters(server: httpx.Client, address: str, slug: str, parameter: str) -> None:
    response = server.get(f"/api/v1/{address}")
    assert response.status_code == 400
    problem = response.json()
    assert problem["type"].endswith(f"/{slug}")
    assert problem["parameter"] == parameter


@pytest.mark.parametrize(
    ("address", "known"),
    [
        ("topics?project=planets", ["drugs", "genome-data"]),
        ("topics?disease-area=plague", ["aids", "cancer", "hiv", "infectious"]),
        ("goals?x=1", ["bom", "cursor", "explain", "format", "limit"]),
        ("topics?format=pdf", ["json", "jsonld", "csv", "xlsx"]),
    ],
)
def test_refusals_list_what_is_known(server: httpx.Client, address: str, known: list[str]) -> None:
    assert server.get(f"/api/v1/{address}").json()["known"] == known


def table(response: httpx.Response) -> list[dict[str, str]]:
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    "way", [{"params": {"format": "csv"}}, {"headers": {"Accept": "text/csv"}}]
)
def test_csv_holds_the_whole_collection(server: httpx.Client, way: dict[str, Any]) -> None:
    rows = {row["slug"]: row for row in table(server.get("/api/v1/topics", **way))}
    assert list(rows) == slugs(server.get("/api/v1/topics"))
    drugs = rows["cancer-drugs"]
    assert drugs["label_ja"] == 'カンマ, と "引用符" と\n改行'
    assert drugs["label_en"] == 'Cancer drugs, "strengthened"'
    assert drugs["inProject"] == "https://w3id.org/medrd-kg/id/project/drugs"
    assert drugs["inProject_ja"] == "医薬品プロジェクト"
    assert rows["aids-antibody"]["altLabel_ja"] == "エイズ薬 | 抗体"
    assert rows["aids-antibody"]["openList"] == "true"
    assert rows["plain-data"]["hasDiseaseArea"] == ""


def test_csv_keeps_yen_exact(server: httpx.Client) -> None:
    rows = table(server.get("/api/v1/funding-flows?format=csv"))
    assert [(row["amountJPY"], row["nonAdditiveAmountJPY"]) for row in rows] == [
        ("17500000000", ""),
        ("", "0"),
    ]


def test_csv_columns_do_not_depend_on_the_filter(server: httpx.Client) -> None:
    whole = server.get("/api/v1/topics?format=csv").text.splitlines()[0]
    part = server.get("/api/v1/topics?format=csv&project=genome-data").text.splitlines()[0]
    assert part == whole


def test_csv_is_cut_only_on_request_and_says_so(server: httpx.Client) -> None:
    response = server.get("/api/v1/topics?format=csv&limit=2")
    assert len(table(response)) == 2
    assert 'rel="next"' in response.headers["link"]


def test_a_byte_order_mark_for_excel(server: httpx.Client) -> None:
    assert server.get("/api/v1/topics?format=csv&bom=1").content.startswith(b"\xef\xbb\xbfid,slug")
    assert server.get("/api/v1/topics?format=csv").content.startswith(b"id,slug")


def test_amounts_are_integers_and_decimals_are_strings(server: httpx.Client) -> None:
    flow = server.get("/api/v1/funding-flows/f1").json()
    assert flow["amountJPY"] == 17_500_000_000
    assert flow["budgetStage"]["label"] == {"en": "executed", "ja": "執行"}
    result = server.get("/api/v1/indicator-results/papers-2021").json()
    assert result["targetValue"] == ["12.5"]


def test_a_final_slash_makes_no_difference(server: httpx.Client) -> None:
    assert server.get("/api/v1/topics/").content == server.get("/api/v1/topics").content


def test_an_unknown_item(server: httpx.Client) -> None:
    for path in ("topics/none", "topics/%E3%81%8C", "projects/cancer-drugs", "topics/a%20b"):
        response = server.get(f"/api/v1/{path}")
        assert response.status_code == 404
        assert response.json()["type"].endswith("/not-found")


def test_an_item_leads_to_the_lists_of_what_belongs_to_it(server: httpx.Client) -> None:
    links = server.get("/api/v1/projects/drugs").json()["links"]
    topics = next(each for each in links if each["collection"] == "topics")
    assert slugs(server.get(topics["href"])) == ["aids-antibody", "cancer-drugs"]


def test_every_filter_is_of_a_collection_that_exists() -> None:
    assert len(collections()) == len({each.path for each in collections().values()})
    assert {
        "projects",
        "programmes",
        "organizations",
        "modalities",
        "disease-areas",
        "purposes",
        "phases",
        "technologies",
        "topics",
        "scope-items",
        "documents",
        "funding-flows",
        "indicators",
        "fiscal-years",
    } <= set(collections())
