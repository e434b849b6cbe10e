"""Releases survive whatever happens to the builds beside them."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from tests.build.conftest import Content, Recorder, Two

from medrd_kg.build.backup import write_backup
from medrd_kg.build.durable import exchange
from medrd_kg.build.manifest import Manifest
from medrd_kg.build.pipeline import build_release, ensure_release, open_current
from medrd_kg.build.release import Releases
from medrd_kg.problems import Problem

Build = Callable[[], Manifest]

STEPS: Final = (
    "reading the content",
    "looking up the reasoner's results",
    "validating against the shapes",
    "inferring by rule",
    "checking the totals",
    "putting the statements into canonical form",
    "counting",
    "projecting the fact tables",
    "indexing names for search",
    "writing the store",
    "writing the dumps",
    "describing the release",
    "publishing",
)

SHORT: Final = frozenset(
    {"reading the content", "writing the store", "publishing", "with the new pointer prepared"}
)
PLACES: Final = [
    pytest.param(place, marks=() if place in SHORT else pytest.mark.long)
    for place in (*STEPS, "after the folder has its name", "with the new pointer prepared")
]

# A build that stops for good at one place, tells its parent, and waits to be killed.
STOPPING_BUILD: Final = """
import signal, sys
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from medrd_kg.build import inference, pipeline, release
from medrd_kg.build.progress import SilentProgress

data_dir, root, place = sys.argv[1:]
inference.has_java = pipeline.has_java = lambda: False

def stop(*_, **__):
    print("stopped", flush=True)
    signal.pause()

class Progress(SilentProgress):
    @contextmanager
    def step(self, title):
        if title == place:
            stop()
        yield

if place == "after the folder has its name":
    Path.symlink_to = stop
if place == "with the new pointer prepared":
    Path.replace = stop
if place == "while old releases are removed":
    release.shutil = SimpleNamespace(rmtree=stop)  # others remove folders of their own
keep = 1 if place == "while old releases are removed" else 3
pipeline.build_release(Path(data_dir), root=Path(root), keep=keep, progress=Progress())
"""


@contextmanager
def stopped_build(data_dir: Path, content: Content, place: str) -> Iterator[subprocess.Popen[str]]:
    """A process whose build has come to ``place`` and will not go on."""
    process = subprocess.Popen(
        [sys.executable, "-c", STOPPING_BUILD, str(data_dir), str(content.root), place],
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "stopped\n"
            yield process
        finally:
            process.kill()


def names(data_dir: Path) -> set[str]:
    return {path.name for path in (data_dir / "releases").iterdir()}


@pytest.fixture
def changed(build: Build, content: Content) -> Manifest:
    """A release, and content that has changed since; the manifest of that release."""
    old = build()
    content.append("data/ttl/organizations.ttl", "org-:agency rdfs:label 'Agency'@en .")
    return old


class TestKilledBuilds:
    """``kill -9`` at any step leaves a whole release, and nothing that the next build keeps."""

    @pytest.mark.parametrize("place", PLACES)
    def test_the_old_release_goes_on_serving(
        self, changed: Manifest, content: Content, data_dir: Path, place: str
    ) -> None:
        with stopped_build(data_dir, content, place) as process:
            assert open_current(data_dir, verify=True).manifest == changed
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        current = open_current(data_dir, verify=True)
        assert current.manifest == changed
        assert current.store.statistics().triples == changed.triples

        new = ensure_release(data_dir, root=content.root, progress=Recorder())
        assert new.version != changed.version
        assert open_current(data_dir, verify=True).manifest == new
        assert names(data_dir) == {"current", changed.version, new.version}

    def test_the_new_release_serves_once_it_is_published(
        self, changed: Manifest, content: Content, data_dir: Path
    ) -> None:
        with stopped_build(data_dir, content, "while old releases are removed") as process:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        new = open_current(data_dir, verify=True).manifest
        assert new.version != changed.version
        again = Recorder()
        assert ensure_release(data_dir, root=content.root, progress=again) == new
        assert again.steps == []
        build_release(data_dir, root=content.root, keep=1, progress=Recorder())
        assert names(data_dir) == {"current", new.version}

    def test_a_first_build_that_is_killed_leaves_no_release(
        self,
        content: Content,
        data_dir: Path,
        without_java: None,  # noqa: ARG002
    ) -> None:
        with stopped_build(data_dir, content, "after the folder has its name") as process:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        with pytest.raises(Problem, match="there is no release"):
            open_current(data_dir)
        new = ensure_release(data_dir, root=content.root, progress=Recorder())
        assert open_current(data_dir, verify=True).manifest == new

    def test_readers_of_the_old_release_are_not_disturbed(
        self, changed: Manifest, content: Content, data_dir: Path
    ) -> None:
        reader = open_current(data_dir)
        new = build_release(data_dir, root=content.root, keep=1, progress=Recorder())
        assert names(data_dir) == {"current", new.version}
        assert reader.store.statistics().triples == changed.triples


class TestOneBuildAtATime:
    """Two builds never work in one data directory."""

    def test_a_second_build_is_refused(
        self, changed: Manifest, content: Content, data_dir: Path
    ) -> None:
        with (
            stopped_build(data_dir, content, "writing the store") as process,
            pytest.raises(Problem) as caught,
        ):
            build_release(data_dir, root=content.root, progress=Recorder())
        assert caught.value.slug == "build-running"
        assert f"process {process.pid} is building" in caught.value.detail
        assert open_current(data_dir).manifest == changed

    def test_ensuring_waits_and_takes_what_the_other_has_built(
        self,
        content: Content,
        data_dir: Path,
        tmp_path: Path,
        without_java: None,  # noqa: ARG002
    ) -> None:
        script = (
            "import sys; from pathlib import Path; from medrd_kg.build import inference, pipeline;"
            "inference.has_java = pipeline.has_java = lambda: False;"
            "print(pipeline.ensure_release(Path(sys.argv[1]), root=Path(sys.argv[2])).version)"
        )
        command: Sequence[str] = [sys.executable, "-c", script, str(data_dir), str(content.root)]
        with Releases(data_dir).exclusive():
            waiting = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
            assert waiting.stderr is not None
            assert waiting.stderr.readline().startswith(f"Waiting: process {os.getpid()}")
            # What this process builds meanwhile, elsewhere because it holds the lock itself.
            other = tmp_path / "other"
            built = build_release(other, root=content.root, progress=Recorder())
            for name in (built.version, "current"):
                (other / "releases" / name).rename(data_dir / "releases" / name)
        output, said = waiting.communicate()
        assert output == f"{built.version}\n"
        assert "reading the content" not in said

    def test_a_failed_build_lets_the_next_one_build(
        self, build: Build, content: Content, data_dir: Path
    ) -> None:
        content.append("data/ttl/organizations.ttl", "no turtle")
        with pytest.raises(Problem, match="organizations"):
            build()
        content.write("data/ttl/organizations.ttl", "org-:a a mrd:Ministry ; rdfs:label 'a'@ja .")
        assert build() == open_current(data_dir).manifest


class TestDamage:
    """A release whose files differ from its manifest is not opened."""

    @pytest.mark.parametrize(
        "name", ["dumps/medrd-kg.nq.zst", "inferred.nt", "description/void.ttl", "validation.ttl"]
    )
    def test_a_changed_file_is_found(self, build: Build, data_dir: Path, name: str) -> None:
        build()
        path = open_current(data_dir, verify=True).path / name
        written = bytearray(path.read_bytes())
        written[len(written) // 2] ^= 1
        path.write_bytes(written)
        with pytest.raises(Problem, match=f"{name} has been changed") as caught:
            open_current(data_dir, verify=True)
        assert caught.value.slug == "damaged-release"
        assert caught.value.kind.exit_code == 3

    def test_a_changed_store_is_found(self, build: Build, data_dir: Path) -> None:
        build()
        store = open_current(data_dir).path / "store"
        path = max(store.glob("*.sst"), key=lambda each: each.stat().st_size)
        written = bytearray(path.read_bytes())
        written[len(written) // 2] ^= 1
        path.write_bytes(written)
        with pytest.raises(Problem, match=f"store/{path.name} has been changed"):
            open_current(data_dir, verify=True)

    def test_a_missing_or_cut_file_is_found_without_reading_all(
        self, build: Build, data_dir: Path
    ) -> None:
        build()
        path = open_current(data_dir).path
        (path / "inferred.nt").unlink()
        (path / "dumps" / "medrd-kg.nq.zst").write_bytes(b"")
        with pytest.raises(Problem) as caught:
            open_current(data_dir)
        assert "inferred.nt is missing" in caught.value.detail
        assert "medrd-kg.nq.zst has 0 bytes instead of" in caught.value.detail

    @pytest.mark.parametrize("text", ["", "{}", '{"version": 1'])
    def test_a_broken_manifest_is_found(self, build: Build, data_dir: Path, text: str) -> None:
        build()
        (open_current(data_dir).path / "manifest.json").write_text(text, encoding="utf-8")
        with pytest.raises(Problem, match="no valid manifest"):
            open_current(data_dir)

    def test_reading_a_release_changes_none_of_its_files(
        self, build: Build, data_dir: Path
    ) -> None:
        build()
        for _ in range(3):
            current = open_current(data_dir, verify=True)
            assert len(list(current.store.query("SELECT * { ?s ?p ?o }").rows())) > 10
            current.store.close()

    def test_a_damaged_release_is_replaced_by_a_build_of_the_same_content(
        self, build: Build, data_dir: Path
    ) -> None:
        old = build()
        (open_current(data_dir).path / "inferred.nt").unlink()
        assert build().version == old.version
        open_current(data_dir, verify=True)
        assert names(data_dir) == {"current", old.version}


def test_exchanged_folders_keep_their_contents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name)
    exchange(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "a" / "file").read_text() == "b"
    monkeypatch.setattr("medrd_kg.build.durable.ctypes.CDLL", lambda *_, **__: object())
    exchange(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "a" / "file").read_text() == "a"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0 or sys.platform != "linux",
    reason="only root may mount a small file system",
)
class TestFullDisk:
    """On a disk that runs full a build or a backup says so, and loses nothing."""

    @pytest.fixture
    def small_disk(self, tmp_path: Path) -> Iterator[Path]:
        """A file system of 8 MB."""
        disk = tmp_path / "disk"
        disk.mkdir()
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)],
            capture_output=True,
            check=False,
        )
        if mounted.returncode:
            pytest.skip("this machine mounts no small file system")
        try:
            yield disk
        finally:
            subprocess.run(["umount", "--lazy", str(disk)], check=True)

    @pytest.mark.parametrize(
        "free", [pytest.param(300_000, marks=pytest.mark.long), 100_000, 8_000]
    )
    def test_a_build(
        self, two: Two, data_dir: Path, small_disk: Path, monkeypatch: pytest.MonkeyPatch, free: int
    ) -> None:
        data = small_disk / "data"
        shutil.copytree(data_dir, data, symlinks=True)
        shutil.rmtree(data / "releases" / two.older.version)
        two.content.append("data/ttl/organizations.ttl", "org-:agency rdfs:label 'x'@fr .")
        with pytest.raises(Problem, match="a build needs about") as caught:
            build_release(data, root=two.content.root, progress=Recorder())
        assert caught.value.slug == "insufficient-storage"
        # Somebody else takes the room after the estimate.
        monkeypatch.setattr("medrd_kg.build.pipeline.require_space", lambda *_: None)
        ballast = small_disk / "ballast"
        ballast.write_bytes(bytes(shutil.disk_usage(small_disk).free - free))
        with pytest.raises(Problem, match="took no more") as caught:
            build_release(data, root=two.content.root, progress=Recorder())
        assert caught.value.slug == "insufficient-storage"
        assert names(data) == {"current", two.newer.version}
        assert open_current(data, verify=True).manifest == two.newer
        backup = small_disk / "b.tar.zst"
        if free < 100_000:
            with pytest.raises(Problem, match="took no more"):
                write_backup(data, backup)
            assert [path.name for path in small_disk.iterdir() if "tar" in path.name] == []
        ballast.unlink()
        built = build_release(data, root=two.content.root, progress=Recorder())
        assert open_current(data, verify=True).manifest == built
