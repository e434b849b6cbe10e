"""The draft of the Reconciliation API over HTTP: a session as a client of tables has it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from tests.search.reconciliation_forms import (
    DraftExtended,
    DraftManifest,
    DraftResultBatch,
    Proposal,
    Suggested,
    SuggestedEntities,
)
from tests.web.conftest import fixture_server

pytestmark = pytest.mark.xdist_group("release")

_ROOT = "/reconcile/1.0-draft"
_RIKEN = "https://w3id.org/medrd-kg/id/organization/riken"


@dataclass
class Table:
    """A client that reconciles a column as OpenRefine does: manifest first, then batches.

    Attributes:
        client: Speaks HTTP.
        manifest: What the service says of itself.
        language: Language of the names.
    """

    client: httpx.Client
    manifest: dict[str, Any]
    language: str

    @classmethod
    def connect(cls, client: httpx.Client, language: str = "ja") -> "Table":
        """Read the manifest of the service."""
        response = client.get(_ROOT, headers={"Accept-Language": language})
        assert response.status_code == httpx.codes.OK
        DraftManifest.model_validate(response.json())
        return cls(client, response.json(), language)

    def post(self, path: str, document: object) -> httpx.Response:
        """Post JSON as a page of another origin does."""
        headers = {"Accept-Language": self.language, "Origin": "https://table.example"}
        return self.client.post(f"{_ROOT}{path}", json=document, headers=headers)

    def reconcile(self, cells: Sequence[str], kind: str | None = None) -> list[list[Any]]:
        """Return the candidates of each cell, asked for in batches of the service's size."""
        size = self.manifest["batchSize"]
        found: list[list[Any]] = []
        for first in range(0, len(cells), size):
            queries = [
                {
                    "conditions": [{"matchType": "name", "v": cell}],
                    **({"type": kind} if kind else {}),
                }
                for cell in cells[first : first + size]
            ]
            response = self.post("/reconcile", {"queries": queries})
            assert response.status_code == httpx.codes.OK, response.text
            assert response.headers["access-control-allow-origin"] == "*"
            DraftResultBatch.model_validate(response.json())
            found.extend(each["candidates"] for each in response.json()["results"])
        return found

    def get(self, path: str, **parameters: str) -> httpx.Response:
        """Get an address below the root."""
        headers = {"Accept-Language": self.language}
        return self.client.get(f"{_ROOT}{path}", params=parameters, headers=headers)


def test_a_column_is_reconciled_extended_and_previewed(shipped_server: httpx.Client) -> None:
    table = Table.connect(shipped_server)
    cells = ["理化学研究所", "ＡＭＥＤ", "ほげほげ株式会社", "厚労省", "理化学研究所"]
    columns = table.reconcile(cells, "organization")
    assert [any(each["match"] for each in column) for column in columns] == [
        *(True, True, False, False, True)
    ]
    assert columns[0] == columns[4]
    assert columns[0][0]["id"] == _RIKEN
    assert columns[3][0]["name"] == "厚生労働省"

    properties = table.get("/extend/propose", type="organization", limit="5").json()
    Proposal.model_validate(properties)
    asked = [{"id": each["id"]} for each in properties["properties"]]
    extended = table.post("/extend", {"ids": [_RIKEN], "properties": asked}).json()
    DraftExtended.model_validate(extended)
    (row,) = extended["rows"]
    assert row["id"] == _RIKEN
    assert [each["id"] for each in row["properties"]] == [each["id"] for each in asked]
    assert any(each["values"] for each in row["properties"])

    page = table.get("/preview", id=_RIKEN)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "理化学研究所" in page.text
    assert table.manifest["preview"]["width"] > 0
    view = urlsplit(table.manifest["view"]["url"])
    assert f"{view.path}?{view.query}" == f"{_ROOT}/view?id={{id}}"
    shown = table.get("/view", id=_RIKEN)
    assert shown.status_code == httpx.codes.SEE_OTHER
    assert shipped_server.get(urlsplit(shown.headers["location"]).path).json()["id"] == _RIKEN


def test_suggestions_are_those_the_manifest_promises(shipped_server: httpx.Client) -> None:
    table = Table.connect(shipped_server, "en")
    assert table.manifest["suggest"] == {"entity": True, "property": True, "type": True}
    entities = table.get("/suggest/entity", prefix="canc").json()
    SuggestedEntities.model_validate(entities)
    assert "cancer" in {each["name"] for each in entities["result"]}
    for what in ("type", "property"):
        first = table.get(f"/suggest/{what}", prefix="").json()
        Suggested.model_validate(first)
        more = table.get(f"/suggest/{what}", prefix="", cursor=str(len(first["result"]))).json()
        shown = [each["id"] for each in (*first["result"], *more["result"])]
        assert len(shown) == len(set(shown)) > 10


def test_batches_larger_than_one_request_come_in_order(shipped_server: httpx.Client) -> None:
    table = Table.connect(shipped_server)
    size = table.manifest["batchSize"]
    cells = [f"研究{number}" for number in range(size - 1)] + ["理化学研究所", "文部科学省"]
    columns = table.reconcile(cells)
    assert len(columns) == size + 1
    assert [column[0]["name"] for column in columns[size - 1 :]] == [
        "国立研究開発法人理化学研究所",
        "文部科学省",
    ]
    queries = [{"conditions": [{"matchType": "name", "v": cell}]} for cell in cells]
    response = table.post("/reconcile", {"queries": queries})
    assert response.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE


def test_both_versions_give_the_same_candidates(shipped_server: httpx.Client) -> None:
    cells = ["がん", "橋渡し", "調整費", "Rainbow BioScience", "無い名前"]
    batch = {cell: {"query": cell} for cell in cells}
    old = shipped_server.post(
        "/reconcile", data={"queries": json.dumps(batch)}, headers={"Accept-Language": "ja"}
    ).json()
    new = Table.connect(shipped_server).reconcile(cells)
    assert [old[cell]["result"] for cell in cells] == new


def test_conditions_may_be_required(shipped_server: httpx.Client) -> None:
    table = Table.connect(shipped_server)
    condition = {
        "matchType": "property",
        "pid": "https://w3id.org/medrd-kg/core#corporateNumber",
        "v": "1030005007111",
        "required": True,
    }
    response = table.post("/reconcile", {"queries": [{"conditions": [condition]}]})
    (result,) = response.json()["results"]
    assert [each["id"] for each in result["candidates"]] == [_RIKEN]


@pytest.mark.parametrize(
    ("path", "body", "content_type", "status"),
    [
        ("/reconcile", b"", "application/json", 400),
        ("/reconcile", b"[]", "application/json", 400),
        ("/reconcile", b'{"queries": {}}', "application/json", 400),
        ("/reconcile", b'{"queries": [{"conditions": []}]}', "application/json", 400),
        ("/reconcile", b'{"queries": [{"query": "x"}]}', "application/json", 400),
        ("/reconcile", b"\xff", "application/json", 400),
        ("/reconcile", b'{"queries": []}', "text/plain", 415),
        ("/reconcile", b"queries=[]", "application/x-www-form-urlencoded", 415),
        ("/extend", b'{"ids": []}', "application/json", 400),
        ("/extend", b"extend={}", "application/x-www-form-urlencoded", 415),
    ],
)
def test_what_is_no_batch_is_a_problem(
    shipped_server: httpx.Client, path: str, body: bytes, content_type: str, status: int
) -> None:
    response = shipped_server.post(
        f"{_ROOT}{path}", content=body, headers={"Content-Type": content_type}
    )
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"


def test_a_batch_is_posted(shipped_server: httpx.Client) -> None:
    response = shipped_server.get(f"{_ROOT}/reconcile")
    assert response.status_code == httpx.codes.METHOD_NOT_ALLOWED
    assert "POST" in response.headers["allow"]
    empty = shipped_server.post(f"{_ROOT}/reconcile", json={"queries": []})
    assert empty.json() == {"results": []}


def test_reading_by_post_needs_what_reading_by_get_needs() -> None:
    queries = {"queries": [{"conditions": [{"matchType": "name", "v": "がん"}]}]}
    token = "reader" * 4
    with fixture_server(f"reader_token={token}") as closed:
        refused = closed.post(f"{_ROOT}/reconcile", json=queries)
        assert refused.status_code == httpx.codes.UNAUTHORIZED
        allowed = closed.post(
            f"{_ROOT}/reconcile", json=queries, headers={"Authorization": f"Bearer {token}"}
        )
        assert allowed.status_code == httpx.codes.OK
