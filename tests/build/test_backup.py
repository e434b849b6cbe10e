"""Backups are whole or refused; a restore brings back what was there, and loses nothing."""

import io
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import threading
from pathlib import Path

import pytest
import zstandard
from tests.build.conftest import Cli, Recorder, Two
from tests.build.test_rollback import edit

from medrd_kg.build.backup import write_backup
from medrd_kg.build.in_use import Claim
from medrd_kg.build.pipeline import ensure_release, open_current
from medrd_kg.build.release import Releases
from medrd_kg.build.restore import restore_backup
from medrd_kg.problems import Problem
from medrd_kg.store.journal import Journal


def files(folder: Path) -> dict[str, bytes]:
    """Return all files of a data directory but locks and the engine's own logs."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
        and not path.name.startswith(("LOG", "LOCK"))
        and path.suffix != ".lock"
        and "current" not in path.parts
    }


def unpacked(archive: Path) -> io.BytesIO:
    with archive.open("rb") as packed:
        return io.BytesIO(zstandard.ZstdDecompressor().stream_reader(packed).read())


def members(archive: Path) -> list[tuple[tarfile.TarInfo, bytes]]:
    with tarfile.open(fileobj=unpacked(archive)) as tar:
        found = []
        for each in tar:
            content = tar.extractfile(each)
            assert content is not None
            found.append((each, content.read()))
        return found


def repacked(archive: Path, changed: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as tar:
        for info, content in changed:
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    archive.write_bytes(zstandard.ZstdCompressor().compress(plain.getvalue()))


@pytest.fixture
def full(two: Two, data_dir: Path) -> Path:
    """A data directory with a release, an import, a text, and a journal of edits."""
    (data_dir / "texts").mkdir()
    (data_dir / "texts" / "本文.txt").write_text("本文", encoding="utf-8")
    with Journal.open(data_dir / "edits") as journal:
        journal.append(edit(two.newer.version, added=("1",)))
    shutil.rmtree(data_dir / "releases" / two.older.version)  # a backup holds one release
    return data_dir


class TestRestoring:
    """What was backed up comes back byte for byte."""

    def test_a_rehearsal(self, full: Path, two: Two, tmp_path: Path, cli: Cli) -> None:
        archive, elsewhere = tmp_path / "b.tar.zst", tmp_path / "elsewhere"
        written = cli("backup", str(archive), "--data-dir", str(full))
        assert written.code == 0, written.stderr
        assert archive.is_file()
        again = cli("backup", str(archive), "--data-dir", str(full))
        assert again.code == 2
        assert "is there already" in again.stderr
        # What a person can do without this program.
        by_hand = tmp_path / "by-hand"
        by_hand.mkdir()
        tar = ["tar", "--extract", "--no-same-owner"]
        subprocess.run(tar, input=unpacked(archive).read(), cwd=by_hand, check=True)
        subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=by_hand, check=True)

        restored = cli("restore", str(archive), "--data-dir", str(elsewhere))
        assert restored.code == 0, restored.stderr
        before, after = files(full), files(elsewhere)
        assert after.keys() == before.keys()
        assert after == before
        manifest = open_current(elsewhere, verify=True).manifest
        started = Recorder()
        assert ensure_release(elsewhere, root=two.content.root, progress=started) == manifest
        assert started.steps == []
        with Journal.open(elsewhere / "edits") as journal:
            assert journal.last_sequence == 1

    def test_only_with_leave_over_what_is_there(self, full: Path, tmp_path: Path) -> None:
        archive = tmp_path / "b.tar.zst"
        write_backup(full, archive)
        (full / "texts" / "new.txt").write_text("new")
        before = files(full)
        with pytest.raises(Problem, match="is not empty") as caught:
            restore_backup(full, archive)
        assert caught.value.slug == "usage"
        assert files(full) == before
        # Not under a server that writes, nor under one that reads.
        with Journal.open(full / "edits"), pytest.raises(Problem, match="writes the journal"):
            restore_backup(full, archive, replace=True)
        current = Releases(full).current()
        assert current is not None
        with Claim(current), pytest.raises(Problem, match="a server reads release"):
            restore_backup(full, archive, replace=True)
        assert files(full) == before
        done = restore_backup(full, archive, replace=True)
        assert done.replaced is not None
        assert files(done.replaced) == before
        assert not (full / "texts" / "new.txt").exists()
        open_current(full, verify=True)
        # What was moved aside is no part of the next backup.
        write_backup(full, tmp_path / "c.tar.zst")
        assert not any("replaced" in info.name for info, _ in members(tmp_path / "c.tar.zst"))

    def test_a_restore_that_is_killed_is_no_data_directory(
        self, full: Path, tmp_path: Path, two: Two
    ) -> None:
        archive = tmp_path / "b.tar.zst"
        write_backup(full, archive)
        before = files(full)
        script = (
            "import os, signal, sys; from pathlib import Path;"
            "from medrd_kg.build.release import Releases;"
            "from medrd_kg.build.restore import restore_backup;"
            "Releases.switch_to = lambda *_: os.kill(os.getpid(), signal.SIGKILL);"
            "restore_backup(Path(sys.argv[1]), Path(sys.argv[2]), replace=True)"
        )
        done = subprocess.run([sys.executable, "-c", script, str(full), str(archive)], check=False)
        assert done.returncode == -signal.SIGKILL
        with pytest.raises(Problem, match=r"a restore into .* was cut"):
            ensure_release(full, root=two.content.root, progress=Recorder())
        assert any(files(each) == before for each in full.glob("replaced-*"))
        restore_backup(full, archive, replace=True)
        open_current(full, verify=True)
        assert {n: c for n, c in files(full).items() if not n.startswith("replaced-")} == before


class TestDamage:
    """An archive that is not whole is refused, and nothing has changed."""

    def test_no_byte_may_differ(self, full: Path, tmp_path: Path) -> None:
        archive, target = tmp_path / "b.tar.zst", tmp_path / "target"
        write_backup(full, archive)
        whole = archive.read_bytes()
        places = [10, len(whole) // 3, len(whole) // 2, len(whole) - 5]
        damaged = [whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :] for at in places]
        cut = [whole[:at] for at in (0, 100, len(whole) // 2, len(whole) - 20)]
        for content in [*damaged, *cut, b"no archive", zstandard.compress(b"no tar")]:
            archive.write_bytes(content)
            with pytest.raises(Problem, match="cannot be restored") as caught:
                restore_backup(target, archive)
            assert caught.value.slug == "invalid-data"
            assert files(target) == {}
        archive.write_bytes(whole)
        restore_backup(target, archive)
        open_current(target, verify=True)

    def test_checksums_hold_where_the_compression_cannot_tell(
        self, full: Path, tmp_path: Path
    ) -> None:
        archive, target = tmp_path / "b.tar.zst", tmp_path / "target"
        write_backup(full, archive)
        whole = members(archive)

        def refused(changed: list[tuple[tarfile.TarInfo, bytes]], why: str) -> None:
            repacked(archive, changed)
            with pytest.raises(Problem, match=why):
                restore_backup(target, archive)
            assert files(target) == {}

        name = "texts/本文.txt"
        refused(
            [(info, b"other" if info.name == name else content) for info, content in whole],
            f"the checksum of {name} does not hold",
        )
        refused([each for each in whole if each[0].name != name], f"checksum of {name}")
        refused([*whole, (tarfile.TarInfo("texts/more"), b"x")], "checksum of texts/more")
        refused(whole[:-1], "it has no SHA256SUMS")
        refused([*whole, (tarfile.TarInfo("../outside"), b"x")], "it has a member")
        refused([*whole, (tarfile.TarInfo("/outside"), b"x")], "it has a member")
        assert not (tmp_path / "outside").exists()
        link = tarfile.TarInfo("texts/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        refused([*whole, (link, b"")], "it has a member")

    def test_a_damaged_release_is_not_backed_up(self, full: Path, tmp_path: Path) -> None:
        current = Releases(full).current()
        assert current is not None
        (current / "inferred.nt").write_bytes(b"x")
        with pytest.raises(Problem, match=r"inferred\.nt has 1 bytes"):
            write_backup(full, tmp_path / "b.tar.zst")
        with pytest.raises(Problem, match="lies in the data folder"):
            write_backup(full, full / "b.tar.zst")
        assert list(tmp_path.glob("*b.tar.zst")) == []


def test_a_backup_beside_a_writer_is_a_state_of_its_journal(full: Path, tmp_path: Path) -> None:
    """Edits and checkpoints go on; each backup holds all edits up to some moment."""
    version = open_current(full).manifest.version
    stop = threading.Event()
    accepted = [1]

    def write() -> None:
        with Journal.open(full / "edits") as journal:
            while not stop.is_set():
                accepted[0] = journal.append(edit(version, added=(str(accepted[0]),) * 1))
                if accepted[0] % 7 == 0:
                    journal.checkpoint(accepted[0], [b""], release=version, graphs=[])

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            least = accepted[0]
            archive, target = tmp_path / f"{number}.tar.zst", tmp_path / f"target-{number}"
            write_backup(full, archive)
            most = accepted[0]
            restore_backup(target, archive)
            with Journal.open(target / "edits") as journal:
                assert least <= journal.last_sequence <= most + 1
                assert [n for n, _ in journal.replay()] == list(
                    range(journal.last_sequence - len(list(journal.replay())) + 1,
                          journal.last_sequence + 1)
                )  # fmt: skip
    finally:
        stop.set()
        writer.join()
    assert os.path.exists(full / "edits")  # noqa: PTH110 - the writer's folder is untouched
