"""A disk that takes no more: the append fails, the journal stays whole, later appends work."""

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from medrd_kg.problems import Problem
from medrd_kg.store.journal import Journal

ROOM = 96 * 1024
"""Bytes that the disk of these tests takes."""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with little room, where the tests may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    try:
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", folder],
            capture_output=True,
            check=False,
        )
    except OSError as error:
        pytest.skip(f"no file system can be mounted here: {error}")
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


@contextmanager
def limited_files() -> Iterator[None]:
    """Let no file of this process grow beyond the room."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def fill(journal: Journal) -> list[bytes]:
    """Append until the disk takes no more; return what it took."""
    taken: list[bytes] = []
    while True:
        record = os.urandom(10_000)
        try:
            assert journal.append_many([record, b"second"]) == len(taken) + 2
        except Problem as told:
            assert told.slug == "storage-failure"  # noqa: PT017
            assert told.hint == "make room on the disk"  # noqa: PT017
            break
        taken += [record, b"second"]
    assert len(taken) >= 10
    return taken


def require(folder: Path, expected: list[bytes]) -> None:
    """Require that a journal opens without anything to mend, and holds the records."""
    (path,) = folder.glob("records-*")
    size = path.stat().st_size
    with Journal.open(folder) as journal:
        assert list(journal.replay()) == list(enumerate(expected, 1))
    assert path.stat().st_size == size


def test_a_full_disk_takes_nothing_half_and_room_helps(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(24 * 1024))
    with Journal.open(small_disk / "journal") as journal:
        taken = fill(journal)
        for _ in range(3):
            with pytest.raises(Problem, match="No space left"):
                journal.append(bytes(20_000))
            assert list(journal.replay()) == list(enumerate(taken, 1))
        ballast.unlink()
        taken.append(bytes(20_000))
        assert journal.append(taken[-1]) == len(taken)
    require(small_disk / "journal", taken)


def test_a_full_disk_keeps_the_old_checkpoint(small_disk: Path) -> None:
    with Journal.open(small_disk) as journal:
        journal.append(b"1")
        old = journal.checkpoint(1, [b"<urn:a> <urn:b> <urn:c> .\n"])
        journal.append(b"2")
        with pytest.raises(Problem, match="No space left") as told:
            journal.checkpoint(2, (os.urandom(10_000) for _ in range(20)))
        assert told.value.slug == "storage-failure"
        assert journal.checkpoint_in_use == old
        assert not list(small_disk.glob(".unfinished-*"))
        assert journal.append(bytes(50_000)) == 3
    with Journal.open(small_disk) as journal:
        assert list(journal.replay()) == [(2, b"2"), (3, bytes(50_000))]


def test_a_full_disk_makes_no_segment(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    with pytest.raises(OSError, match="No space left"):
        ballast.write_bytes(bytes(2 * ROOM))
    with pytest.raises(OSError, match="No space left"):
        Journal.open(small_disk / "journal")
    ballast.unlink()
    with Journal.open(small_disk / "journal") as journal:
        assert journal.append(b"1") == 1


def test_a_write_that_is_cut_by_a_limit_is_taken_back(tmp_path: Path) -> None:
    with Journal.open(tmp_path) as journal:
        with limited_files():
            taken = fill(journal)
        taken.append(b"more")
        assert journal.append(b"more") == len(taken)
    require(tmp_path, taken)


@contextmanager
def unwritable(journal: Journal) -> Iterator[None]:
    """Put a descriptor that takes no writes in the place of the journal's."""
    kept = os.dup(journal._descriptor)
    (path,) = journal.folder.glob("records-*")
    reader = os.open(path, os.O_RDONLY)
    os.dup2(reader, journal._descriptor)
    os.close(reader)
    yield
    os.dup2(kept, journal._descriptor)
    os.close(kept)


def test_after_another_fault_the_journal_must_be_opened_anew(tmp_path: Path) -> None:
    with Journal.open(tmp_path) as journal:
        journal.append(b"1")
        with unwritable(journal), pytest.raises(Problem, match="start the server again"):
            journal.append(b"2")
        with pytest.raises(Problem, match="start the server again"):
            journal.append(b"2")
    require(tmp_path, [b"1"])
