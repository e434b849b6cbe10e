"""Writing beside a release: what stays as it was built, what the shapes refuse, who may read."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx
import pytest
from pyoxigraph import Literal, RdfFormat, parse
from tests.conftest import running_server

READER, EDITOR = "reader-token-0123456789abc", "editor-token-0123456789abc"
GRAPHS: Final = "https://w3id.org/medrd-kg/graph/"
NOTES: Final = f"{GRAPHS}edits/notes"
TOPIC: Final = "<https://w3id.org/medrd-kg/id/topic/made-up>"
NAMELESS: Final = f"{TOPIC} a <https://w3id.org/medrd-kg/core#PriorityTopic> ."
REMARK: Final = "<https://w3id.org/medrd-kg/id/project/drugs> <http://example.org/remark> '注'@ja ."
CONFORMS: Final = "http://www.w3.org/ns/shacl#conforms"


def _digest(token: str) -> str:
    return f"sha256:{hashlib.sha256(token.encode()).hexdigest()}"


@pytest.fixture(scope="module")
def client(
    release_data_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """A client with the editor's token, of a server over the shipped release with its own edits."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "releases").symlink_to(release_data_dir / "releases")
    (folder / "current").symlink_to(release_data_dir / "current")
    arguments = (
        f"--reader-token={_digest(READER)}",
        f"--editor-token={_digest(EDITOR)}",
        "--data-dir",
        folder,
    )
    with (
        running_server(*arguments) as address,
        httpx.Client(
            base_url=address, headers={"Authorization": f"Bearer {EDITOR}"}, timeout=60
        ) as found,
    ):
        yield found


def put(client: httpx.Client, graph: str, turtle: str, **headers: str) -> httpx.Response:
    return client.put(
        "/graph-store",
        params={"graph": graph},
        content=turtle,
        headers={"Content-Type": "text/turtle", **headers},
    )


@pytest.mark.parametrize(
    "graph", [f"{GRAPHS}policy-fy2022", f"{GRAPHS}ontology", f"{GRAPHS}inferred", f"{GRAPHS}facts"]
)
def test_what_was_built_stays(client: httpx.Client, graph: str) -> None:
    answers = [
        put(client, graph, REMARK),
        client.delete("/graph-store", params={"graph": graph}),
        client.post("/update", data={"update": f"CLEAR GRAPH <{graph}>"}),
        client.post(
            "/update", data={"update": f"INSERT DATA {{ GRAPH <{graph}> {{ {REMARK} }} }}"}
        ),
    ]
    assert [answer.status_code for answer in answers] == [httpx.codes.CONFLICT] * 4
    assert {answer.json()["type"].rpartition("/")[2] for answer in answers} == {"read-only-graph"}


def test_the_default_graph_is_the_merge(client: httpx.Client) -> None:
    answer = client.put(
        "/graph-store?default", content=REMARK, headers={"Content-Type": "text/turtle"}
    )
    assert answer.status_code == httpx.codes.CONFLICT
    assert client.head("/graph-store?default").status_code == httpx.codes.OK


def test_an_edit_is_seen_in_the_merge_and_goes_again(client: httpx.Client) -> None:
    ask = {"query": f"ASK {{ {REMARK} }}"}
    before = client.get("/sparql", params=ask)
    assert before.json()["boolean"] is False
    done = put(client, NOTES, REMARK)
    assert done.status_code == httpx.codes.CREATED
    version, _, sequence = done.headers["medrd-kg-release"].partition("+")
    assert before.headers["medrd-kg-release"].partition("+")[0] == version
    assert int(sequence) > 0
    after = client.get("/sparql", params=ask)
    assert after.json()["boolean"] is True
    assert after.headers["medrd-kg-release"] == done.headers["medrd-kg-release"]
    assert client.delete("/graph-store", params={"graph": NOTES}).status_code == 204
    assert client.get("/sparql", params=ask).json()["boolean"] is False


def test_a_new_graph_is_one_of_the_edits(client: httpx.Client) -> None:
    made = client.post("/graph-store", content=REMARK, headers={"Content-Type": "text/turtle"})
    assert made.status_code == httpx.codes.CREATED
    graph = made.headers["location"]
    assert graph.startswith(f"{GRAPHS}edits/")
    assert client.delete("/graph-store", params={"graph": graph}).status_code == 204


def test_data_that_do_not_conform_are_refused_with_the_report(client: httpx.Client) -> None:
    told = put(client, NOTES, NAMELESS)
    assert told.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    problem = told.json()
    assert problem["type"].endswith("/invalid-data")
    assert problem["report"]
    in_japanese = put(client, NOTES, NAMELESS, **{"Accept-Language": "ja"}).json()
    assert in_japanese["title"] == "データが検証を通りません"
    assert in_japanese["detail"] != problem["detail"]
    for media_type in ("text/turtle", "application/ld+json"):
        answer = put(client, NOTES, NAMELESS, Accept=media_type)
        assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        assert answer.headers["content-type"].partition(";")[0] == media_type
        rdf_format = RdfFormat.from_media_type(media_type)
        report = list(parse(input=answer.content, format=rdf_format))
        assert [
            each.object.value
            for each in report
            if each.predicate.value == CONFORMS and isinstance(each.object, Literal)
        ] == ["false"]
        assert any(str(each.object) == TOPIC for each in report)
    assert client.head("/graph-store", params={"graph": NOTES}).status_code == 404


A_GRAPH = "/graph-store?graph=https://w3id.org/medrd-kg/graph/policy-fy2022"
READS = ["/sparql?query=ASK%20%7B%7D", "/sparql", A_GRAPH, "/id/project/drugs",
         "/ontology", "/api/v1/projects", "/openapi.json", "/"]  # fmt: skip


@pytest.mark.parametrize("path", READS)
def test_reads_need_the_readers_token(client: httpx.Client, path: str) -> None:
    def status(authorization: str | None) -> int:
        headers = {} if authorization is None else {"Authorization": authorization}
        return httpx.get(f"{client.base_url}{path}", headers=headers, timeout=60).status_code

    assert status(f"Bearer {READER}") < 400
    assert status(f"Bearer {EDITOR}") < 400
    assert status(None) == httpx.codes.UNAUTHORIZED
    assert status(f"Bearer {READER}x") == httpx.codes.UNAUTHORIZED


def test_health_needs_no_token(client: httpx.Client) -> None:
    for path in ("/health/live", "/health/ready"):
        assert httpx.get(f"{client.base_url}{path}").status_code == httpx.codes.OK


def test_a_reader_does_not_write(client: httpx.Client) -> None:
    answer = put(client, NOTES, REMARK, Authorization=f"Bearer {READER}")
    assert answer.status_code == httpx.codes.FORBIDDEN
    assert "MEDRD_KG_EDITOR_TOKEN" in answer.json()["hint"]
