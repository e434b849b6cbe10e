"""``?release=…``: the answer of the release that is named, as it was published."""

import json
import re
import shutil
from pathlib import Path

import anyio
import httpx
import pytest
from rdflib import RDF, VOID, Graph, Literal, URIRef
from tests.web.releases.conftest import AS_ADMIN, Kept, serving_kept
from tests.web.test_life_cycle import talk_to, until_ready

from medrd_kg.client import Client, ServiceProblem
from medrd_kg.settings import Settings
from medrd_kg.web.app import create_app
from medrd_kg.web.data_sources import find_release

SD = "http://www.w3.org/ns/sparql-service-description#"
PREFIXES = """PREFIX mrd: <https://w3id.org/medrd-kg/core#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
"""
NAMES = PREFIXES + "SELECT ?name { ?s a mrd:Organization ; rdfs:label ?name } ORDER BY ?name"
OLD, NEW = ["機構", "省"], ["局", "新機構", "省"]
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }"
EDITOR = "editor-token-of-the-tests-0000"


def names(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [row["name"]["value"] for row in answer.json()["results"]["bindings"]]


def refusal(answer: httpx.Response, status: int = 400) -> dict[str, object]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, object] = answer.json()
    return problem


class TestSparql:
    """Queries by each way of the protocol."""

    def test_a_query_is_answered_from_the_release_that_it_names(
        self, kept_server: httpx.Client, kept: Kept
    ) -> None:
        params = {"query": NAMES, "release": kept.older}
        bare = {"Content-Type": "application/sparql-query"}
        only = {"release": kept.older}
        for answer in (
            kept_server.get("/sparql", params=params),
            kept_server.get("/sparql/", params=params),
            kept_server.post("/sparql", data=params),
            kept_server.post("/sparql", data={"query": NAMES}, params=only),
            kept_server.post("/sparql", content=NAMES, headers=bare, params=only),
        ):
            assert names(answer) == OLD
            assert answer.headers["medrd-kg-release"] == kept.older
        now = kept_server.get("/sparql", params={"query": NAMES})
        assert names(now) == NEW
        assert now.headers["medrd-kg-release"] == kept.newer

    def test_the_release_that_is_served_can_be_named(
        self, kept_server: httpx.Client, kept: Kept
    ) -> None:
        answer = kept_server.get("/sparql", params={"query": NAMES, "release": kept.newer})
        assert names(answer) == NEW
        assert answer.headers["medrd-kg-release"] == kept.newer

    def test_a_word_of_the_query_is_no_release(self, kept_server: httpx.Client, kept: Kept) -> None:
        query = 'SELECT ("release=1&release=2" AS ?name) {}'
        answers = [
            kept_server.get("/sparql", params={"query": query}),
            kept_server.post("/sparql", data={"query": query}),
        ]
        for answer in answers:
            assert names(answer) == ["release=1&release=2"]
            assert answer.headers["medrd-kg-release"] == kept.newer

    @pytest.mark.parametrize("version", ["", "nonsense", "../current", "current+1", "2022-01-01"])
    def test_unknown_releases_are_told_with_those_that_are_kept(
        self, kept_server: httpx.Client, kept: Kept, version: str
    ) -> None:
        problem = refusal(kept_server.get("/sparql", params={"query": NAMES, "release": version}))
        assert problem["type"] == "https://w3id.org/medrd-kg/problems/invalid-parameter"
        assert problem["parameter"] == "release"
        assert set(problem["known"]) == {kept.older, kept.newer}  # type: ignore[call-overload]

    def test_two_releases_are_refused(self, kept_server: httpx.Client, kept: Kept) -> None:
        twice = kept_server.get(
            f"/sparql?query=ASK%7B%7D&release={kept.older}&release={kept.newer}"
        )
        both = kept_server.post(
            "/sparql",
            data={"query": NAMES, "release": kept.older},
            params={"release": kept.older},
        )
        for answer in (twice, both):
            assert str(refusal(answer)["type"]).endswith("/malformed-request")

    @pytest.mark.parametrize("name", ["%72elease", "releas%65", "release%3Dx&release"])
    def test_a_name_that_is_not_understood_is_not_ignored(
        self, kept_server: httpx.Client, kept: Kept, name: str
    ) -> None:
        target = f"{name}={kept.older}&query=ASK%7B%7D".replace("release%3Dx&release", "%72elease")
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        refusal(kept_server.get(f"/sparql?{target}"))
        refusal(kept_server.post("/sparql", content=target, headers=form))

    def test_the_description_of_the_service_is_that_of_the_release(
        self, kept_server: httpx.Client, kept: Kept
    ) -> None:
        answer = kept_server.get("/sparql", params={"release": kept.older})
        assert answer.status_code == 200
        described = Graph().parse(data=answer.text, format="turtle")
        endpoint = URIRef(f"{str(kept_server.base_url).rstrip('/')}/sparql")
        assert (endpoint, RDF.type, URIRef(f"{SD}Service")) in described
        now = Graph().parse(data=kept_server.get("/sparql").text, format="turtle")
        sizes = [
            max(int(str(size)) for size in each.objects(None, VOID.triples))
            for each in (described, now)
        ]
        assert sizes[0] < sizes[1]


class TestRest:
    """Collections, items, questions and search."""

    def test_collections_and_their_addresses_stay_in_the_release(
        self, kept_server: httpx.Client, kept: Kept
    ) -> None:
        first = kept_server.get(
            "/api/v1/organizations", params={"release": kept.older, "limit": 1}
        ).json()
        assert first["total"] == 2
        assert first["release"] == kept.older
        labels = [first["items"][0]["label"]["ja"]]
        second = kept_server.get(first["next"]).json()
        assert second["release"] == kept.older
        labels.append(second["items"][0]["label"]["ja"])
        assert sorted(labels) == OLD
        assert kept_server.get(first["id"]).json() == first
        item = kept_server.get(first["items"][0]["href"]).json()
        assert item["release"] == kept.older
        context = kept_server.get(item["@context"]).json()
        assert context["release"] == kept.older
        assert kept_server.get("/api/v1/organizations").json()["total"] == 3

    def test_search_and_tables_are_those_of_the_release(
        self, kept_server: httpx.Client, kept: Kept
    ) -> None:
        found = kept_server.get("/api/v1/search", params={"q": "新機構", "release": kept.older})
        assert found.json()["asOf"] == kept.older
        assert [each["label"]["ja"] for each in found.json()["items"]] != ["新機構"]
        now = kept_server.get("/api/v1/search", params={"q": "新機構"})
        assert now.json()["items"][0]["label"]["ja"] == "新機構"
        process = kept_server.get("/api/v1/process", params={"release": kept.older})
        assert process.status_code == 200, process.text
        assert process.json()["asOf"] == kept.older

    def test_things_are_those_of_the_release(self, kept_server: httpx.Client, kept: Kept) -> None:
        bureau = "/id/organization/bureau"
        assert kept_server.get(bureau).status_code == 200
        assert kept_server.get(bureau, params={"release": kept.older}).status_code == 404

    def test_reconciliation_is_that_of_the_release(
        self, kept_server: httpx.Client, kept: Kept
    ) -> None:
        only = {"release": kept.older}
        batch = {"queries": json.dumps({"a": {"query": "新機構"}})}
        for answer in (
            kept_server.get("/reconcile", params=batch | only),
            kept_server.post("/reconcile", data=batch, params=only),
            kept_server.post("/reconcile", data=batch | only),
        ):
            assert answer.status_code == 200, answer.text
            assert answer.headers["medrd-kg-release"] == kept.older
            assert not any(each["match"] for each in answer.json()["a"]["result"])
        now = kept_server.post("/reconcile", data=batch).json()["a"]["result"]
        assert now[0]["match"]
        draft = kept_server.post(
            "/reconcile/1.0-draft/reconcile",
            json={"queries": [{"conditions": [{"matchType": "name", "propertyValue": "新機構"}]}]},
            params=only,
        )
        assert draft.headers["medrd-kg-release"] == kept.older, draft.text

    def test_a_manifest_leads_to_the_same_release(
        self, kept_server: httpx.Client, kept: Kept
    ) -> None:
        for root in ("/reconcile", "/reconcile/1.0-draft"):
            manifest = kept_server.get(root, params={"release": kept.older}).json()
            assert f"release={kept.older}&id=" in manifest["view"]["url"]
        suggest = kept_server.get("/reconcile", params={"release": kept.older}).json()["suggest"]
        address = suggest["entity"]["service_url"] + suggest["entity"]["service_path"]
        found = kept_server.get(f"{address}&prefix=新機構")
        assert found.headers["medrd-kg-release"] == kept.older
        assert "新機構" not in {each["name"] for each in found.json()["result"]}
        assert "release" not in kept_server.get("/reconcile").text

    def test_the_python_client_asks_the_release(
        self, kept_server: httpx.Client, kept: Kept
    ) -> None:
        address = str(kept_server.base_url)
        older = Client(address, release=kept.older)
        assert [row["name"] for row in older.select(NAMES)] == [Literal(n, "ja") for n in OLD]
        assert [str(row["name"]) for row in Client(address).select(NAMES)] == NEW
        with pytest.raises(ServiceProblem, match="nonsense"):
            Client(address, release="nonsense").ask("ASK {}")

    def test_what_does_not_answer_from_a_release_takes_none(
        self, kept_server: httpx.Client, kept: Kept
    ) -> None:
        only = {"release": kept.older}
        for path in ("/api/v1/releases", "/problems", "/catalog"):
            problem = refusal(kept_server.get(path, params=only))
            assert str(problem["type"]).endswith("/unknown-parameter"), path


def test_a_dataset_without_releases_says_so(server: httpx.Client) -> None:
    assert server.get("/api/v1/releases").json()["items"] == []
    named = server.get("/sparql", params={"query": NAMES, "release": "none"})
    assert refusal(named)["known"] == []
    assert server.get("/dumps/current/medrd-kg.nq.zst").status_code == 404
    assert server.get("/.well-known/void").status_code == 404
    assert server.get("/en/releases").status_code == 200


class TestKeeping:
    """A release never changes, so that answers from it may be kept for long."""

    def test_answers_tell_how_long_they_may_be_kept(
        self, kept_server: httpx.Client, kept: Kept
    ) -> None:
        for path in ("/sparql?query=ASK%7B%3Fs+%3Fp+1%7D&", "/api/v1/organizations?limit=2&"):
            address = f"{path}release={kept.older}"
            first = kept_server.get(address)
            assert first.headers["cache-control"] == f"max-age={7 * 24 * 3600}"
            again = kept_server.get(address, headers={"If-None-Match": first.headers["etag"]})
            assert again.status_code == 304
            assert again.headers["medrd-kg-release"] == kept.older
            hit = kept_server.get(address)
            assert "hit" in hit.headers["server-timing"], "it is answered from ready bytes"
            assert hit.headers["medrd-kg-release"] == kept.older
            assert hit.content == first.content
            plain = kept_server.get(path.rstrip("&"))
            assert plain.headers["cache-control"] == "no-cache"
            assert plain.headers["etag"] != first.headers["etag"] or plain.content == first.content

    def test_what_changes_by_itself_is_not_kept(
        self, kept_server: httpx.Client, kept: Kept
    ) -> None:
        params = {"query": "SELECT (NOW() AS ?name) {}", "release": kept.older}
        assert kept_server.get("/sparql", params=params).headers["cache-control"] == "no-store"

    def test_forms_are_answered_from_ready_bytes_too(
        self, kept_server: httpx.Client, kept: Kept
    ) -> None:
        fields = {"query": f"{NAMES} LIMIT 1", "release": kept.older}
        first = kept_server.post("/sparql", data=fields)
        again = kept_server.post("/sparql", data=fields)
        assert again.content == first.content
        assert "hit" in again.headers["server-timing"]


class TestPages:
    """Pages of a named release say so, and lead on within it."""

    @pytest.mark.parametrize("language", ["ja", "en"])
    def test_a_reader_stays_in_the_release(
        self, kept_server: httpx.Client, kept: Kept, language: str
    ) -> None:
        path = f"/{language}/organizations"
        page = kept_server.get(path, params={"release": kept.older})
        assert page.status_code == 200
        assert 'class="as-of"' in page.text
        assert "新機構" not in page.text
        assert f'href="{path}"' in page.text, "the way back"
        menu = re.findall(r'<a href="(/(?:ja|en)/[^"]*)"', page.text)
        assert all(f"release={kept.older}" in each for each in menu if each != path)
        assert page.text.count("<form") == page.text.count('name="release"')
        assert "release=" not in "".join(re.findall(r'"(/static/[^"]*)"', page.text))
        now = kept_server.get(path)
        assert 'class="as-of"' not in now.text
        assert "新機構" in now.text

    def test_a_fault_is_told_on_a_page(self, kept_server: httpx.Client) -> None:
        page = kept_server.get(
            "/en/organizations", params={"release": "none"}, headers={"Accept": "text/html"}
        )
        assert page.status_code == 400
        assert page.headers["content-type"].startswith("text/html")


def test_an_edit_is_not_in_the_release(kept: Kept, tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    shutil.copytree(kept.data_dir, data_dir, symlinks=True)
    update = (
        f"{PREFIXES} INSERT DATA {{ GRAPH <https://w3id.org/medrd-kg/graph/edits/test> {{"
        ' <urn:x:office> a mrd:Organization ; rdfs:label "室"@ja } }'
    )
    with serving_kept(data_dir, f"editor_token={EDITOR}") as client:
        as_editor = {"Authorization": f"Bearer {EDITOR}"}
        named = {"query": NAMES, "release": kept.newer}
        assert names(client.get("/sparql", params=named)) == NEW
        written = client.post("/update", data={"update": update}, headers=as_editor)
        assert written.status_code == 204, written.text
        state = written.headers["medrd-kg-release"]
        assert state == f"{kept.newer}+1"
        served = client.get("/sparql", params={"query": NAMES})
        assert sorted(names(served)) == sorted(["室", *NEW])
        assert served.headers["medrd-kg-release"] == state
        answer = client.get("/sparql", params=named)
        assert names(answer) == NEW
        assert answer.headers["medrd-kg-release"] == kept.newer


def test_a_release_of_another_builder_is_refused_with_the_reason(
    kept: Kept, tmp_path: Path
) -> None:
    data_dir = tmp_path / "data"
    shutil.copytree(kept.data_dir, data_dir, symlinks=True)
    manifest = data_dir / "releases" / kept.older / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"builder_schema": 999}))
    with serving_kept(data_dir) as client:
        problem = refusal(client.get("/sparql", params={"query": NAMES, "release": kept.older}))
        assert "its schema is 999" in str(problem["detail"])
        unknown = refusal(client.get("/sparql", params={"query": NAMES, "release": "x"}))
        assert unknown["known"] == [kept.newer]
        listed = client.get("/api/v1/releases").json()["items"]
        readable = {each["version"]: each["isReadable"] for each in listed}
        assert readable == {kept.newer: True, kept.older: False}
        shutil.rmtree(data_dir / "releases" / kept.older)
        gone = refusal(client.get("/sparql", params={"query": NAMES, "release": kept.older}))
        assert gone["known"] == [kept.newer]


def test_no_query_of_an_older_release_can_hold_up_the_server(
    kept_server: httpx.Client, kept: Kept
) -> None:
    endless = {"query": ENDLESS, "release": kept.older}

    async def ask() -> None:
        async with httpx.AsyncClient(base_url=kept_server.base_url, timeout=30) as client:

            async def fail() -> None:
                answer = await client.get("/sparql", params=endless)
                assert str(refusal(answer, 503)["type"]).endswith("/query-timeout")

            async with anyio.create_task_group() as tasks:
                tasks.start_soon(fail)
                listed: list[dict[str, object]] = []
                with anyio.fail_after(10):
                    while not listed:
                        found = await client.get("/api/v1/admin/queries", headers=AS_ADMIN)
                        listed = [each for each in found.json()["items"] if not each["own"]]
                for release in (kept.older, kept.newer):
                    answer = await client.get(
                        "/sparql", params={"query": NAMES, "release": release}
                    )
                    assert names(answer) == (OLD if release == kept.older else NEW)

    anyio.run(ask)


def test_a_release_that_nobody_asks_is_closed(kept: Kept) -> None:
    settings = Settings.load({}, data_dir=kept.data_dir, public_url="http://service.example")
    app = create_app(settings, lambda: find_release(settings))
    older = app.state.older
    older.idle_seconds = 0.5

    async def talk(client: httpx.AsyncClient) -> None:
        await until_ready(client)
        assert older.pools() == []
        for time in range(2):
            params = {"query": f"{NAMES} # {time}", "release": kept.older}
            answer = await client.get("/sparql", params=params)
            assert names(answer) == OLD
            (pool,) = older.pools()
            with anyio.fail_after(10):
                while older.pools():  # noqa: ASYNC110 - that it happens by itself is the point
                    await anyio.sleep(0.01)
            assert not pool.is_open
            assert pool.nursery is None

    talk_to(app, talk)
