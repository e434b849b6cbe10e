"""The way back to an earlier release, and from there to the present content again."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad
from tests.build.conftest import Cli, Recorder, Two

from medrd_kg.build.edit_history import edit_history, edited_lines
from medrd_kg.build.manifest import BUILDER_SCHEMA
from medrd_kg.build.pipeline import ensure_release, open_current
from medrd_kg.build.release import Releases
from medrd_kg.build.rollback import roll_back
from medrd_kg.problems import Problem
from medrd_kg.store.delta import Delta
from medrd_kg.store.journal import EditRecord, Journal

NOTES = "https://w3id.org/medrd-kg/graph/edits/notes"


def quad(value: str) -> Quad:
    return Quad(NamedNode("urn:s"), NamedNode("urn:p"), Literal(value), NamedNode(NOTES))


def edit(release: str, *, added: tuple[str, ...] = (), removed: tuple[str, ...] = ()) -> bytes:
    """Return the record of an edit as the service writes it."""
    return record(
        release, Delta.of(added=map(quad, added), removed=map(quad, removed), created=[NOTES])
    )


def record(release: str, delta: Delta) -> bytes:
    return EditRecord(
        datetime(2024, 5, 6, tzinfo=UTC), release, "editor", "0" * 16, "0" * 16, delta.encode()
    ).encode()


class TestRollback:
    """A rollback holds until somebody builds, and removes nothing."""

    def test_it_holds_against_every_start_and_ends_with_a_build(
        self, two: Two, data_dir: Path
    ) -> None:
        releases = Releases(data_dir)
        done = roll_back(data_dir)
        assert (done.before, done.after) == (two.newer.version, two.older.version)
        assert done.changes is not None
        assert done.changes.changed == ("data/ttl/organizations.ttl",)
        assert open_current(data_dir, verify=True).manifest == two.older

        started = Recorder()  # what `serve`, `query` and `export` do, also with other content
        two.content.append("data/ttl/organizations.ttl", "org-:agency rdfs:label 'A'@fr .")
        assert ensure_release(data_dir, root=two.content.root, progress=started) == two.older
        assert started.steps == []
        assert "since the rollback" in started.notes[0]

        text = (two.content.root / "data/ttl/organizations.ttl").read_text(encoding="utf-8")
        (two.content.root / "data/ttl/organizations.ttl").write_text(
            text.replace("org-:agency rdfs:label 'A'@fr .", ""), encoding="utf-8"
        )
        again = Recorder()
        built = ensure_release(data_dir, root=two.content.root, ends_hold=True, progress=again)
        assert built == two.newer
        assert again.steps == []  # it was kept, so nothing had to be built
        assert releases.held() is None
        assert open_current(data_dir, verify=True).manifest == two.newer
        assert not (releases.folder / "held.json").exists()

    def test_a_build_of_new_content_ends_it(self, two: Two, data_dir: Path) -> None:
        roll_back(data_dir, two.older.version)
        two.content.append("data/ttl/organizations.ttl", "org-:agency rdfs:label 'A'@fr .")
        new = ensure_release(data_dir, root=two.content.root, ends_hold=True, progress=Recorder())
        assert new.version not in {two.older.version, two.newer.version}
        assert Releases(data_dir).held() is None
        later = ensure_release(data_dir, root=two.content.root, progress=Recorder())
        assert later == new
        # A hold that a crash left behind names a release that is not current, and holds nothing.
        (data_dir / "releases" / "held.json").write_text(
            json.dumps({"version": two.older.version, "instead_of": "x", "since": "x"})
        )
        assert Releases(data_dir).held() is None

    def test_it_names_what_was_edited_since_and_keeps_it(
        self, two: Two, data_dir: Path, cli: Cli
    ) -> None:
        with Journal.open(data_dir / "edits") as journal:
            journal.append(edit(two.older.version, added=("1", "2")))
            journal.append(edit(two.newer.version, added=("3",), removed=("1",)))
            done = cli("rollback", "--format", "json", "--data-dir", str(data_dir))
        told = json.loads(done.stdout)
        assert told["before"] == two.newer.version
        assert told["edits"]["last"] == 2
        assert told["edits"]["on_what_is_set_aside"] == [
            {
                "sequence": 2,
                "accepted": "2024-05-06T00:00:00+00:00",
                "graphs": [NOTES],
                "added": 1,
                "removed": 1,
            }
        ]
        last, lines = edited_lines(data_dir)
        assert last == 2
        assert lines == {f'<urn:s> <urn:p> "{each}" <{NOTES}> .\n'.encode() for each in "23"}
        listed = cli("releases", "--data-dir", str(data_dir)).stdout.splitlines()
        assert listed[1].startswith(f"  {two.newer.version}")
        assert listed[2].startswith(f"* {two.older.version}")
        assert "since the rollback" in listed[3]
        assert listed[4].startswith("2 edits are kept")
        found = json.loads(cli("releases", "--format", "json", "--data-dir", str(data_dir)).stdout)
        assert found["held"]["instead_of"] == two.newer.version
        assert [each["current"] for each in found["releases"]] == [False, True]
        assert [each["edits"] for each in found["releases"]] == [1, 1]
        assert found["releases"][0]["triples"] == two.newer.triples
        differing = cli("diff", two.older.version, two.newer.version, "--data-dir", str(data_dir))
        assert "+1 -0" in differing.stdout
        assert '+ rdfs:label "Agency"@en' in differing.stdout
        patch = cli(
            "diff", two.older.version, two.newer.version, "--format", "patch",
            "--data-dir", str(data_dir),
        )  # fmt: skip
        assert sum(line.startswith("A ") for line in patch.stdout.splitlines()) == 1
        absent = cli("diff", "no-such", "--data-dir", str(data_dir))
        assert absent.code == 1
        assert two.older.version in absent.stderr

    def test_what_cannot_be_served_is_refused(self, two: Two, data_dir: Path) -> None:
        folder = data_dir / "releases" / two.older.version
        with pytest.raises(Problem, match="there is no release 'other'") as caught:
            roll_back(data_dir, "../other"[3:])
        assert caught.value.slug == "not-found"
        written = bytearray((folder / "inferred.nt").read_bytes())
        written[0] ^= 1
        (folder / "inferred.nt").write_bytes(written)
        with pytest.raises(Problem, match=r"inferred\.nt has been changed"):
            roll_back(data_dir)
        manifest = json.loads((folder / "manifest.json").read_bytes())
        manifest["builder_schema"] = BUILDER_SCHEMA + 1
        (folder / "manifest.json").write_text(json.dumps(manifest))
        with pytest.raises(Problem, match="another version of medrd-kg"):
            roll_back(data_dir)
        with Releases(data_dir).exclusive(), pytest.raises(Problem, match="is building"):
            roll_back(data_dir)
        assert open_current(data_dir, verify=True).manifest == two.newer


def test_a_journal_with_a_checkpoint_is_read_beside_its_writer(data_dir: Path) -> None:
    assert edit_history(data_dir).last == 0
    with Journal.open(data_dir / "edits") as journal:
        journal.append(edit("r1", added=("1", "2")))
        journal.checkpoint(1, [str(quad("1")).encode() + b" .\n"], release="r1", graphs=[NOTES])
        journal.append(edit("r2", added=("3",)))
        history = edit_history(data_dir)
        last, lines = edited_lines(data_dir)
    assert (history.last, history.summed) == (2, 1)
    assert [each.sequence for each in history.on("r2")] == [2]
    assert last == 2
    assert len(lines) == 2
