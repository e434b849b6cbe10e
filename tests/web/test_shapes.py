"""One success envelope and one form of fault, on every address that OpenAPI lists."""

import re
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from medrd_kg.problems import PROBLEM_TYPES
from medrd_kg.web.pages.api import in_language

SAMPLES = {
    "document": "policy-fy2022",
    "unit": "S001",
    "path": "project/drugs",
    "module": "disease",
}
ENVELOPE = {"@context", "id", "items", "total", "next", "release"}
PROBLEM = {"type", "title", "status", "detail"}
APART = {
    "/graph-store",
    "/api/v1/admin/queries",
    "/metrics",
    "/dumps",
    "/api/v1/releases/{version}/diff",
    "/.well-known/void",
    "/catalog",
    "/api/v1/reviews",
}
"""Addresses that answer to tokens or parameters, in a form of their own, or from files of a release
or imports that the fixture lacks; tested elsewhere."""

APART_BELOW = "/reconcile"
"""Addresses below it answer in the form of the Reconciliation API, and pass parameters over."""

UNFILLED = ("/api/v1/queries/", "/api/v1/overlaps", "/api/v1/flows")

ONE_OF_SEVERAL = {"/api/v1/pdca": {"project": "drugs"}}
"""One of the parameters of which one must be given, though none of them must be."""

HEALTH = {"/health/live", "/health/ready"}


@pytest.fixture(scope="module")
def document(server: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = server.get("/openapi.json").json()
    return found


@pytest.fixture(scope="module")
def addresses(server: httpx.Client, document: dict[str, Any]) -> list[str]:
    """A real address for every path that answers GET."""
    found = []
    for path, operations in document["paths"].items():
        if "get" not in operations or {path, path.partition("/{")[0]} & APART:
            continue
        if path.startswith(APART_BELOW):
            continue
        address = path
        if path == "/problems/{slug}":
            address = "/problems/not-found"
        elif path.endswith("/{slug}"):
            items = server.get(path.removesuffix("/{slug}")).json()["items"]
            if not items:
                continue
            address = path.replace("{slug}", items[0]["slug"])
        elif path == "/api/v1/releases/{version}":
            items = server.get("/api/v1/releases").json()["items"]
            if not items:
                continue  # the fixture's content is no release on disk
            address = f"/api/v1/releases/{items[0]['version']}"
        for name, value in SAMPLES.items():
            address = address.replace(f"{{{name}}}", value)
        needed = {
            each["name"]: each["example"]
            for each in operations["get"]["parameters"]
            if each["in"] == "query" and each["required"]
        }
        found.append(f"{address}?{urlencode(needed)}" if needed else address)
    return found


def test_success_has_one_envelope(server: httpx.Client, addresses: list[str]) -> None:
    lists = 0
    for address in addresses:
        response = server.get(address, params=ONE_OF_SEVERAL.get(address))
        if response.status_code == 400 and address.startswith(UNFILLED):
            continue  # the default or the total that is asked for need not be in the fixture data
        assert response.status_code == 200, address
        assert response.headers["etag"]
        assert response.headers["medrd-kg-release"] == "2022-01-01-fixture00000"
        if "json" not in response.headers["content-type"]:
            continue
        found = response.json()
        if "items" in found:
            lists += 1
            assert found.keys() >= ENVELOPE, address
            assert isinstance(found["total"], int)
            assert len(found["items"]) <= found["total"]
        if address != "/openapi.json":
            assert found["release"] == "2022-01-01-fixture00000", address
        else:
            assert found["info"]["x-release"] == "2022-01-01-fixture00000"
    assert lists > 40


def test_faults_have_one_form(server: httpx.Client, addresses: list[str]) -> None:
    for address in addresses:
        faults = [server.delete(address), server.patch(address)]
        if address not in HEALTH and address != "/sparql":
            faults.append(server.get(address, params={"no-such-parameter": "1"}))
        for response in faults:
            assert 400 <= response.status_code < 500, address
            assert response.headers["content-type"] == "application/problem+json"
            problem = response.json()
            assert problem.keys() >= PROBLEM
            assert problem["status"] == response.status_code
            assert problem["type"].rpartition("/")[2] in PROBLEM_TYPES
            assert response.headers["cache-control"] == "no-store"


def test_head_answers_wherever_get_does(server: httpx.Client, addresses: list[str]) -> None:
    for address in addresses:
        head = server.head(address)
        assert head.content == b""
        assert head.status_code in {200, 400}, address
        assert "GET" in server.options(address).headers["allow"]


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def references(value: object) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return own + [each for inner in value.values() for each in references(inner)]
        if isinstance(value, list):
            return [each for inner in value for each in references(inner)]
        return []

    found = set(references(document))
    assert len(found) > 10
    for reference in found:
        target: Any = document
        for segment in reference.removeprefix("#/").split("/"):
            target = target[segment]


def test_every_operation_is_complete(document: dict[str, Any]) -> None:
    names = []
    for path, operations in document["paths"].items():
        for operation in operations.values():
            names.append(operation["operationId"])
            assert operation["summary"], path
            assert {"500", "503"} <= operation["responses"].keys()
            assert any(status.startswith("2") for status in operation["responses"])
            in_path = {each["name"] for each in operation["parameters"] if each["in"] == "path"}
            assert in_path == {
                segment[1:].removesuffix("}").partition(":")[0]
                for segment in path.split("/")
                if segment.startswith("{")
            }
            for parameter in operation["parameters"]:
                assert parameter["description"]
                assert parameter["schema"]
    assert len(names) == len(set(names))
    assert document["openapi"].startswith("3.1")


def test_examples_are_true(server: httpx.Client, document: dict[str, Any]) -> None:
    compared = 0
    for path in document["paths"]:
        content = document["paths"][path].get("get", {}).get("responses", {}).get("200", {})
        example = content.get("content", {}).get("application/json", {}).get("example")
        if example is not None and "{" not in path:
            assert server.get(example["id"]).json() == example
            compared += 1
    assert compared > 15


def test_problem_types_are_described(server: httpx.Client) -> None:
    listed = {item["slug"] for item in server.get("/problems").json()["items"]}
    assert listed == set(PROBLEM_TYPES)
    assert server.get("/problems/none").status_code == 404


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_api_page_lists_every_operation(
    server: httpx.Client, document: dict[str, Any], language: str
) -> None:
    page = server.get("/api", headers={"Accept-Language": language})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-language"] == language
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for path, operations in document["paths"].items():
        for method in operations:
            assert f"<code>{method.upper()} {path}</code>" in page.text
    chosen = server.get(f"/{language}/api", headers={"Accept-Language": "fr"})
    assert chosen.headers["content-language"] == language
    assert chosen.text == page.text


def test_what_the_api_says_is_there_in_both_languages(document: dict[str, Any]) -> None:
    texts = {
        text
        for operations in document["paths"].values()
        for described in operations.values()
        for text in (
            described["summary"],
            described.get("description", ""),
            *(each["description"] for each in described.get("parameters", [])),
        )
        if text
    }
    assert len(texts) > 500
    japanese = re.compile(r"[ぁ-ゖァ-ヺ一-鿿]")
    assert [each for each in texts if not japanese.search(in_language(each, "ja"))] == []
    assert [each for each in texts if japanese.search(in_language(each, "en"))] == []
