"""The contract of OpenAPI, walked address by address: one envelope, one error form, tags, types."""

from typing import Any

import httpx
import jsonschema_rs
import pytest
from tests.web.walking import address_of, reads

JSON = "application/json"
PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def described(shipped_server: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = shipped_server.get("/openapi.json").json()
    return found


def schema_of(described: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "components": described["components"]}


def media_types(response: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = response.get("content", {})
    return found


def test_every_read_answers_as_it_is_described(
    shipped_server: httpx.Client, described: dict[str, Any]
) -> None:
    walked = 0
    for path, operation in reads(described):
        address = address_of(shipped_server, path, operation)
        response = shipped_server.get(address)
        assert response.status_code == httpx.codes.OK, f"{address}: {response.text[:300]}"
        offered = media_types(operation["responses"]["200"])
        got = response.headers["content-type"].partition(";")[0]
        assert got in offered, (address, got)
        assert response.headers["etag"]
        assert response.headers["medrd-kg-release"]
        document = response.json()
        schema = schema_of(described, offered[got]["schema"])
        faults = [
            f"{'/'.join(map(str, each.instance_path))}: {each.message}"
            for each in jsonschema_rs.validator_for(schema).iter_errors(document)
        ]
        assert faults[:3] == [], address
        if "items" in document:
            assert {"@context", "id", "items", "total", "next", "release"} <= set(document)
            assert document["id"].startswith(str(shipped_server.base_url).rstrip("/")), address
        again = shipped_server.get(address, headers={"If-None-Match": response.headers["etag"]})
        assert again.status_code == httpx.codes.NOT_MODIFIED, address
        assert not again.content
        walked += 1
    assert walked > 90


def test_every_collection_s_id_is_its_permalink(
    shipped_server: httpx.Client, described: dict[str, Any]
) -> None:
    for path, operation in reads(described):
        if path.startswith("/api/v1/queries/"):
            continue
        document = shipped_server.get(address_of(shipped_server, path, operation)).json()
        if "items" in document:
            again = shipped_server.get(document["id"]).json()
            assert again == document, path


def test_every_address_refuses_in_the_one_form(
    shipped_server: httpx.Client, described: dict[str, Any]
) -> None:
    schema = schema_of(described, described["components"]["schemas"]["Problem"])
    valid = jsonschema_rs.validator_for(schema)
    for path, operation in reads(described):
        address = address_of(shipped_server, path, operation)
        joint = "&" if "?" in address else "?"
        refused = {
            400: shipped_server.get(f"{address}{joint}no-such-parameter=1"),
            405: shipped_server.request("PATCH", address),
        }
        for status, response in refused.items():
            assert response.status_code == status, f"{address}: {response.status_code}"
            assert response.headers["content-type"] == PROBLEM
            valid.validate(response.json())
            assert response.json()["status"] == status
            assert str(status) in operation["responses"], (path, status)
        assert refused[405].headers["allow"]


def test_every_table_is_offered_and_is_one(
    shipped_server: httpx.Client, described: dict[str, Any]
) -> None:
    found = 0
    for path, operation in reads(described):
        if "text/csv" not in media_types(operation["responses"]["200"]):
            continue
        address = address_of(shipped_server, path, operation)
        joint = "&" if "?" in address else "?"
        paged = "" if path.endswith("}") else "&limit=2"
        response = shipped_server.get(f"{address}{joint}format=csv{paged}")
        assert response.status_code == httpx.codes.OK, address
        assert response.headers["content-type"].startswith("text/csv")
        found += 1
    assert found > 80


@pytest.mark.parametrize(
    ("path", "name", "collection"),
    [
        ("/api/v1/flows", "project", "projects"),
        ("/api/v1/flows", "disease_area", "disease-areas"),
        ("/api/v1/topics", "modality", "modalities"),
    ],
)
def test_values_are_those_of_the_graph(
    shipped_server: httpx.Client, described: dict[str, Any], path: str, name: str, collection: str
) -> None:
    listed = shipped_server.get(f"/api/v1/{collection}", params={"limit": 1000}).json()
    (schema,) = (
        each["schema"].get("items", each["schema"])
        for each in described["paths"][path]["get"]["parameters"]
        if each["name"] == name
    )
    assert schema["anyOf"][0]["enum"] == sorted(each["slug"] for each in listed["items"])
    assert "x-kind" not in str(described)
