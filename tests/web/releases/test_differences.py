"""What differs between two releases, over HTTP."""

import shutil
from pathlib import Path

import anyio
import httpx
import pyoxigraph as ox
import pytest
import zstandard
from tests.web.releases.conftest import Kept, serving_kept
from tests.web.test_life_cycle import talk_to, until_ready

from medrd_kg.settings import Settings
from medrd_kg.web.app import create_app
from medrd_kg.web.data_sources import find_release

BUREAU = "https://w3id.org/medrd-kg/id/organization/bureau"
AGENCY = "https://w3id.org/medrd-kg/id/organization/agency"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"


def diff(client: httpx.Client, version: str, **parameters: object) -> httpx.Response:
    given = {name.rstrip("_"): str(value) for name, value in parameters.items()}
    return client.get(f"/api/v1/releases/{version}/diff", params=given)


def quads(kept: Kept, version: str) -> ox.Dataset:
    packed = (kept.data_dir / "releases" / version / "dumps" / "medrd-kg.nq.zst").read_bytes()
    plain = zstandard.ZstdDecompressor().decompressobj().decompress(packed)
    return ox.Dataset(ox.parse(plain, format=ox.RdfFormat.N_QUADS))


class TestEntities:
    """Counted by class, told entity by entity."""

    def test_what_came_and_what_changed_is_told(
        self, kept_server: httpx.Client, kept: Kept
    ) -> None:
        document = diff(kept_server, kept.newer).json()
        assert (document["from"], document["to"]) == (kept.older, kept.newer)
        items = {each["id"]: each for each in document["items"]}
        assert items[BUREAU]["kind"] == "added"
        assert items[BUREAU]["label"] == {"ja": "局"}
        assert "Organization" in items[BUREAU]["type"]
        assert items[AGENCY]["kind"] == "changed"
        (label,) = [each for each in items[AGENCY]["changes"] if each["property"] == LABEL]
        assert (label["before"], label["after"]) == (['"機構"@ja'], ['"新機構"@ja'])
        assert label["graph"] == "https://w3id.org/medrd-kg/graph/facts"
        by_class = {each["name"]: each for each in document["summary"]["classes"]}
        organization = by_class["Organization"]
        assert (organization["added"], organization["changed"]) == (1, 1)
        assert document["summary"]["files"]["changed"] == ["data/ttl/organizations.ttl"]
        assert sum(document["summary"]["entities"].values()) == document["total"]

    def test_the_other_way_round_what_came_has_gone(
        self, kept_server: httpx.Client, kept: Kept
    ) -> None:
        there = diff(kept_server, kept.newer).json()["summary"]["statements"]
        back = diff(kept_server, kept.older, from_=kept.newer).json()["summary"]["statements"]
        assert (back["added"], back["removed"]) == (there["removed"], there["added"])
        same = diff(kept_server, kept.newer, from_="current").json()
        assert same["items"] == []
        assert same["total"] == 0

    def test_pages_filters_and_numbers_agree(self, kept_server: httpx.Client, kept: Kept) -> None:
        whole = diff(kept_server, kept.newer).json()
        page = diff(kept_server, kept.newer, limit=1).json()
        items = page["items"]
        while page["next"]:
            page = kept_server.get(page["next"]).json()
            assert len(page["items"]) == 1
            items += page["items"]
        assert items == whole["items"]
        for kind, number in whole["summary"]["entities"].items():
            found = diff(kept_server, kept.newer, kind=kind).json()
            assert found["total"] == number
            assert {each["kind"] for each in found["items"]} <= {kind}
        for each in whole["summary"]["classes"]:
            for name in filter(None, (each["id"], each["name"])):
                parameters = {"class": name, "kind": "added"}
                found = diff(kept_server, kept.newer, **parameters).json()
                assert found["total"] == each["added"], name

    @pytest.mark.parametrize(
        ("parameters", "known"),
        [
            ({"kind": "new"}, "added"),
            ({"class": "Nonsense"}, "Organization"),
            ({"format": "csv"}, "rdf-patch"),
        ],
    )
    def test_values_that_mean_nothing_are_refused(
        self, kept_server: httpx.Client, kept: Kept, parameters: dict[str, str], known: str
    ) -> None:
        answer = diff(kept_server, kept.newer, **parameters)
        assert answer.status_code == 400
        assert known in answer.json()["known"]

    def test_releases_that_are_not_there_are_told(
        self, kept_server: httpx.Client, kept: Kept
    ) -> None:
        assert diff(kept_server, "none").status_code == 404
        unknown = diff(kept_server, kept.newer, from_="none")
        assert unknown.status_code == 400
        assert set(unknown.json()["known"]) == {kept.older, kept.newer}
        first = diff(kept_server, kept.older)
        assert first.status_code == 400
        assert first.json()["parameter"] == "from"


class TestPatch:
    """All quads, as RDF Patch."""

    @pytest.mark.parametrize("backwards", [False, True])
    def test_the_patch_makes_the_one_release_of_the_other(
        self, kept_server: httpx.Client, kept: Kept, backwards: bool
    ) -> None:
        older, newer = (kept.newer, kept.older) if backwards else (kept.older, kept.newer)
        answer = kept_server.get(
            f"/api/v1/releases/{newer}/diff",
            params={"from": older},
            headers={"Accept": "application/rdf-patch"},
        )
        assert answer.headers["content-type"].startswith("application/rdf-patch")
        again = diff(kept_server, newer, from_=older, format="rdf-patch")
        assert again.content == answer.content
        data = quads(kept, older)
        for line in answer.text.splitlines():
            sign, _, quad = line.partition(" ")
            if sign in {"A", "D"}:
                (read,) = ox.parse(quad, format=ox.RdfFormat.N_QUADS)
                if sign == "A":
                    data.add(read)
                else:
                    assert read in data
                    data.remove(read)
        wanted = quads(kept, newer)
        data.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
        wanted.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
        assert data == wanted


def test_a_caller_does_not_wait_long_for_a_comparison(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("medrd_kg.web.differences.differences._PATIENCE_SECONDS", 0.0)
    settings = Settings.load({}, data_dir=kept.data_dir, public_url="http://service.example")
    app = create_app(settings, lambda: find_release(settings))
    path = f"/api/v1/releases/{kept.newer}/diff"

    async def talk(client: httpx.AsyncClient) -> None:
        await until_ready(client)
        first = await client.get(path)
        assert first.status_code == 503
        assert first.json()["type"].endswith("/comparison-running")
        assert first.headers["retry-after"] == "5"
        waiting = await client.get("/en/releases", params={"from": kept.older, "to": kept.newer})
        assert 'role="status"' in waiting.text
        with anyio.fail_after(60):
            while (await client.get(path)).status_code == 503:  # noqa: ASYNC110 - as callers do
                await anyio.sleep(0.05)
        assert (await client.get(path)).json()["items"]

    talk_to(app, talk)


def test_a_damaged_dump_is_told(kept: Kept, tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    shutil.copytree(kept.data_dir, data_dir, symlinks=True)
    dump = data_dir / "releases" / kept.older / "dumps" / "medrd-kg.nq.zst"
    whole = dump.read_bytes()
    with serving_kept(data_dir) as client:
        flipped = whole[: len(whole) // 2] + bytes([whole[len(whole) // 2] ^ 255])
        for damaged in (whole[: len(whole) // 2], flipped + whole[len(flipped) :]):
            dump.write_bytes(damaged)
            for form in ("json", "rdf-patch"):
                answer = diff(client, kept.newer, format=form)
                assert answer.json()["type"].endswith("/damaged-release"), answer.text
        dump.write_bytes(whole)
        assert diff(client, kept.newer).status_code == 200
