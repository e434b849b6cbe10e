"""Edits that a build folds in: content like any other, and still edits that go on."""

import shutil
from pathlib import Path

import httpx
import pytest
from tests.build.conftest import Recorder
from tests.web.releases.conftest import ADMIN, AS_ADMIN, Kept, serving_kept
from tests.web.releases.test_as_of import NAMES, NEW, PREFIXES, names
from tests.web.releases.test_switching import SWITCH, until_state

from medrd_kg.build.folding import fold_edits
from medrd_kg.build.pipeline import build_release, ensure_release, open_current
from medrd_kg.build.rollback import roll_back
from medrd_kg.store.journal import Journal

EDITED = "https://w3id.org/medrd-kg/graph/edits/test"
MINE = "https://example.org/mine"


def update(client: httpx.Client, text: str) -> httpx.Response:
    return client.post("/update", data={"update": f"{PREFIXES} {text}"}, headers=AS_ADMIN)


def organisation(graph: str, slug: str, name: str) -> str:
    return (
        f"GRAPH <{graph}> {{ <urn:x:{slug}> a mrd:Organization ; rdfs:label '{name}'@ja ;"
        " <urn:x:note> [ <urn:x:says> 'so' ] }"
    )


NOTES = "SELECT ?says { ?x <urn:x:note> [ <urn:x:says> ?says ] }"


@pytest.mark.parametrize(
    "store", ["embedded:memory", pytest.param("embedded:disk", marks=pytest.mark.long)]
)
def test_folded_edits(kept: Kept, tmp_path: Path, store: str) -> None:
    data_dir = tmp_path / "data"
    shutil.copytree(kept.data_dir, data_dir, symlinks=True)
    with serving_kept(data_dir, f"admin_token={ADMIN}", f"store={store}") as client:
        for graph, slug, name in ((EDITED, "office", "室"), (MINE, "desk", "係")):
            done = update(client, f"INSERT DATA {{ {organisation(graph, slug, name)} }}")
            assert done.status_code == 204, done.text
        assert client.get("/api/v1/search", params={"q": "室"}).json()["total"] == 0

        assert fold_edits(data_dir) == 2
        folded = build_release(data_dir, root=kept.content.root, progress=Recorder())
        assert folded.graphs[EDITED] == folded.graphs[MINE] == 4
        again = Recorder()
        assert ensure_release(data_dir, root=kept.content.root, progress=again) == folded
        assert again.steps == []
        assert client.post(SWITCH, headers=AS_ADMIN).json()["release"] == f"{folded.version}+2"
        assert sorted(names(client.get("/sparql", params={"query": NAMES}))) == sorted(
            ["室", "係", *NEW]
        )
        said = client.get("/sparql", params={"query": NOTES}).json()["results"]["bindings"]
        assert len(said) == 2, "a blank node that was folded in is not there twice"

        done = update(client, f"DELETE WHERE {{ GRAPH <{EDITED}> {{ <urn:x:office> ?p ?o }} }}")
        assert done.status_code == 204, done.text
        done = update(client, f"INSERT DATA {{ {organisation(MINE, 'table', '卓')} }}")
        assert done.status_code == 204, done.text

        after = sorted(["係", "卓", *NEW])
        until_state(client, f"{folded.version}+4")
        assert sorted(names(client.get("/sparql", params={"query": NAMES}))) == after
        # Back to the release without them, and on again: the same edits are served.
        for version in (kept.newer, folded.version):
            assert roll_back(data_dir, version).after == version
            switched = client.post(SWITCH, headers=AS_ADMIN)
            assert switched.json().get("release") == f"{version}+4", switched.text
            assert sorted(names(client.get("/sparql", params={"query": NAMES}))) == after

    # A checkpoint takes the place of the records, also of those that removed what was folded in.
    with Journal.open(data_dir / "edits") as journal:
        text = "".join(
            f'<urn:x:{slug}> <http://www.w3.org/2000/01/rdf-schema#label> "{name}"@ja <{MINE}> .\n'
            f"<urn:x:{slug}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
            f" <https://w3id.org/medrd-kg/core#Organization> <{MINE}> .\n"
            for slug, name in (("desk", "係"), ("table", "卓"))
        )
        journal.checkpoint(4, [text.encode()], release=folded.version, graphs=[MINE])
    with serving_kept(data_dir, f"admin_token={ADMIN}", f"store={store}") as client:
        assert sorted(names(client.get("/sparql", params={"query": NAMES}))) == after


def test_nothing_is_folded_where_nothing_was_edited(kept: Kept, tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    shutil.copytree(kept.data_dir, data_dir, symlinks=True)
    before = open_current(data_dir).manifest
    assert fold_edits(data_dir) == 0
    assert ensure_release(data_dir, root=kept.content.root, progress=Recorder()) == before
