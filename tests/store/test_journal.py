"""The journal as its users see it: order, numbers, metadata, checkpoints, one writer."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from medrd_kg.problems import Problem
from medrd_kg.store.journal import EditRecord, Journal, author_fingerprint

CHECKOUT = Path(__file__).resolve().parents[2]


def records(journal: Journal) -> list[tuple[int, bytes]]:
    return list(journal.replay())


def test_records_come_back_in_order_with_their_numbers(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "journal"
    with Journal.open(folder) as journal:
        assert journal.last_sequence == 0
        assert records(journal) == []
        assert journal.append(b"one") == 1
        assert journal.append_many([b"", b"three"]) == 3
        assert journal.append_many([]) == 3
    with Journal.open(folder) as journal:
        assert journal.last_sequence == 3
        assert records(journal) == [(1, b"one"), (2, b""), (3, b"three")]
        assert list(journal.replay(after=2)) == [(3, b"three")]
        assert list(journal.replay(after=3)) == []
        assert journal.append(b"four") == 4
        assert records(journal)[-1] == (4, b"four")


def test_a_replay_ends_with_the_last_record_at_its_start(tmp_path: Path) -> None:
    with Journal.open(tmp_path) as journal:
        journal.append(b"before")
        replay = journal.replay()
        journal.append(b"after")
        assert list(replay) == [(1, b"before")]


def test_a_checkpoint_takes_the_place_of_records(tmp_path: Path) -> None:
    lines = [b"<urn:a> <urn:b> <urn:c> <urn:g> .\n"] * 1000
    with Journal.open(tmp_path) as journal:
        journal.append_many([b"1", b"2"])
        journal.append(b"3")
        made = journal.checkpoint(2, lines, release="r1", graphs=["urn:g", "urn:empty"])
        assert b"".join(made.content()) == b"".join(lines)
        assert records(journal) == [(3, b"3")]
        with pytest.raises(ValueError, match="given way"):
            journal.replay(after=1)
        with pytest.raises(ValueError, match="from 2 to 3"):
            journal.checkpoint(1, lines)
        with pytest.raises(ValueError, match="from 2 to 3"):
            journal.checkpoint(4, lines)
    with Journal.open(tmp_path) as journal:
        found = journal.checkpoint_in_use
        assert found == made
        assert (found.sequence, found.release, found.graphs) == (2, "r1", ("urn:g", "urn:empty"))
        assert records(journal) == [(3, b"3")]
        assert journal.append(b"4") == 4


def test_a_checkpoint_of_everything_leaves_an_empty_segment(tmp_path: Path) -> None:
    with Journal.open(tmp_path) as journal:
        for number in range(50):
            journal.append(b"x" * 10_000 + b"%d" % number)
        grown = journal.bytes_since_checkpoint
        plain = tmp_path / "edits.nq"
        plain.write_bytes(b"<urn:a> <urn:b> <urn:c> .\n")
        journal.checkpoint(50, plain)
        assert journal.bytes_since_checkpoint < 100 < grown
        assert journal.append(b"51") == 51
        packed = tmp_path / "edits.nq.zst"
        packed.write_bytes(zstandard.compress(plain.read_bytes()))
        journal.checkpoint(51, packed)
    with Journal.open(tmp_path) as journal:
        assert journal.last_sequence == 51
        assert records(journal) == []
        assert journal.checkpoint_in_use is not None
        assert b"".join(journal.checkpoint_in_use.content()) == plain.read_bytes()
    assert len(list(tmp_path.glob("records-*"))) == len(list(tmp_path.glob("checkpoint-*"))) == 1


def test_a_checkpoint_is_plain_zstandard(tmp_path: Path) -> None:
    with Journal.open(tmp_path) as journal:
        journal.append(b"1")
        made = journal.checkpoint(1, [b"<urn:a> <urn:b> ", b"<urn:c> .\n"])
    with made.path.open("rb") as file:
        reader = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
        assert reader.read() == b"<urn:a> <urn:b> <urn:c> .\n"


def test_a_checkpoint_whose_content_fails_changes_nothing(tmp_path: Path) -> None:
    def failing() -> Iterator[bytes]:
        yield b"<urn:a> <urn:b> <urn:c> .\n"
        raise LookupError("the state is gone")

    with Journal.open(tmp_path) as journal:
        journal.append(b"1")
        names = sorted(tmp_path.iterdir())
        with pytest.raises(LookupError):
            journal.checkpoint(1, failing())
        assert sorted(tmp_path.iterdir()) == names
        assert records(journal) == [(1, b"1")]


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_any_sequence_of_calls_keeps_everything(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    model: list[bytes] = []
    base = 0
    for call in data.draw(st.lists(st.sampled_from(("append", "many", "checkpoint")), max_size=8)):
        with Journal.open(folder) as journal:
            for _ in range(data.draw(st.integers(1, 3))):
                match call:
                    case "append":
                        model.append(data.draw(st.binary(max_size=50)))
                        assert journal.append(model[-1]) == len(model)
                    case "many":
                        added = data.draw(st.lists(st.binary(max_size=50), max_size=4))
                        model.extend(added)
                        assert journal.append_many(added) == len(model)
                    case _:
                        base = data.draw(st.integers(base, len(model)))
                        journal.checkpoint(base, [b"%d" % base])
                _require_state(journal, model, base)
        with Journal.open(folder) as journal:
            _require_state(journal, model, base)


def _require_state(journal: Journal, model: list[bytes], base: int) -> None:
    assert journal.last_sequence == len(model)
    assert records(journal) == list(enumerate(model[base:], base + 1))
    if found := journal.checkpoint_in_use:
        assert found.sequence == base
        assert b"".join(found.content()) == b"%d" % base


# Metadata


@given(
    st.builds(
        EditRecord,
        accepted=st.datetimes(timezones=st.just(UTC)),
        release=st.text(),
        role=st.text(),
        author=st.text(),
        request=st.text(),
        delta=st.binary(),
    )
)
def test_an_edit_record_comes_back(record: EditRecord) -> None:
    assert EditRecord.decode(record.encode()) == record


@given(st.binary(max_size=40))
def test_other_bytes_are_no_edit_record(data: bytes) -> None:
    with pytest.raises(ValueError, match="no edit record"):
        EditRecord.decode(data)


def test_an_edit_record_names_no_token_and_no_local_time() -> None:
    token = "-".join(["characters"] * 3)
    author = author_fingerprint(token)
    assert author == author_fingerprint(token) != author_fingerprint(token + "x")
    accepted = datetime(2022, 4, 1, tzinfo=UTC)
    record = EditRecord(accepted, "r1", "editor", author, "digest", b"")
    assert token.encode() not in record.encode()
    with pytest.raises(ValueError, match="offset"):
        EditRecord(accepted.replace(tzinfo=None), "r1", "editor", author, "d", b"").encode()


# One writer


@contextmanager
def child(*arguments: str | Path) -> Iterator[tuple[subprocess.Popen[bytes], bytes]]:
    """Run a process that has the journal open; yield it with its first line."""
    command = [sys.executable, "-m", "tests.store.journal_child", *map(str, arguments)]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            yield process, line
        finally:
            process.kill()


def test_two_processes_never_write_one_journal(tmp_path: Path) -> None:
    with child("hold", tmp_path) as (process, _):
        with pytest.raises(Problem, match=f"process {process.pid} writes") as told:
            Journal.open(tmp_path)
        assert told.value.slug == "journal-in-use"
        process.kill()
        process.wait()
        with Journal.open(tmp_path) as journal:
            assert journal.append(b"mine") == 1


def test_one_process_opens_it_once(tmp_path: Path) -> None:
    with Journal.open(tmp_path), pytest.raises(Problem, match=f"process {os.getpid()} writes"):
        Journal.open(tmp_path)


def test_a_forked_child_does_not_keep_the_journal(tmp_path: Path) -> None:
    with child("fork", tmp_path) as (process, line):
        try:
            process.kill()
            process.wait()
            Journal.open(tmp_path).close()
        finally:
            os.kill(int(line), signal.SIGKILL)


def test_a_closed_journal_takes_nothing(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    journal.close()
    journal.close()
    with pytest.raises(ValueError, match="closed"):
        journal.append(b"late")
    with pytest.raises(ValueError, match="closed"):
        journal.checkpoint(0, [])
