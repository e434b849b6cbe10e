"""What a crash cut is removed; what was acknowledged and is damaged is told, never dropped."""

import itertools
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medrd_kg.problems import Problem
from medrd_kg.store.journal import Journal
from medrd_kg.store.journal.frames import (
    FRAME_HEADER_BYTES,
    SEGMENT_HEADER_BYTES,
    FrameHeader,
    SegmentHeader,
    later_frame,
)

BATCHES = st.lists(
    st.lists(st.binary(max_size=200), min_size=1, max_size=3), min_size=1, max_size=6
)
PROPERTY = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Written:
    """A journal of one segment, and where its frames end."""

    def __init__(self, folder: Path, batches: list[list[bytes]]) -> None:
        """Append the batches, one frame each."""
        self.folder = folder
        self.batches = batches
        with Journal.open(folder) as journal:
            (self.path,) = folder.glob("records-*")
            self.ends = [SEGMENT_HEADER_BYTES]
            for batch in batches:
                journal.append_many(batch)
                self.ends.append(self.path.stat().st_size)
        self.content = self.path.read_bytes()

    def frame_at(self, offset: int) -> int:
        """Return which frame has the byte, from 0."""
        return sum(end <= offset for end in self.ends[1:])

    def require(self, frames: int) -> None:
        """Require that the journal opens with just so many frames, and takes a new record."""
        expected = list(enumerate(itertools.chain(*self.batches[:frames]), 1))
        with Journal.open(self.folder) as journal:
            assert list(journal.replay()) == expected
            assert journal.append(b"new") == len(expected) + 1
        with Journal.open(self.folder) as journal:
            assert list(journal.replay()) == [*expected, (len(expected) + 1, b"new")]

    def require_refusal(self, match: str) -> None:
        """Require that the journal does not open, names the file, and leaves it alone."""
        before = self.path.read_bytes()
        for _ in range(2):
            with pytest.raises(Problem, match=match) as told:
                Journal.open(self.folder)
            assert told.value.slug == "damaged-journal"
            assert str(self.path) in told.value.detail
        assert self.path.read_bytes() == before


@PROPERTY
@given(BATCHES, st.data())
def test_a_cut_anywhere_loses_only_what_was_cut(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[bytes]], data: st.DataObject
) -> None:
    written = Written(tmp_path_factory.mktemp("journal"), batches)
    offset = data.draw(st.integers(0, len(written.content)))
    written.path.write_bytes(written.content[:offset])
    if offset < SEGMENT_HEADER_BYTES:
        written.require_refusal("does not start as a journal does")
    else:
        written.require(sum(end <= offset for end in written.ends[1:]))


@PROPERTY
@given(BATCHES, st.data())
def test_a_changed_byte_is_never_passed_over(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[bytes]], data: st.DataObject
) -> None:
    written = Written(tmp_path_factory.mktemp("journal"), batches)
    offset = data.draw(st.integers(0, len(written.content) - 1))
    changed = bytearray(written.content)
    changed[offset] ^= data.draw(st.integers(1, 255))
    written.path.write_bytes(changed)
    if offset < SEGMENT_HEADER_BYTES:
        written.require_refusal("header is damaged|does not start|has format")
    elif (frame := written.frame_at(offset)) < len(batches) - 1:
        written.require_refusal(f"at byte {written.ends[frame]} is damaged")
    else:
        written.require(frame)


@PROPERTY
@given(BATCHES, st.binary(min_size=1, max_size=300), st.data())
def test_the_rest_of_a_cut_write_is_removed_whatever_it_is(
    tmp_path_factory: pytest.TempPathFactory,
    batches: list[list[bytes]],
    rest: bytes,
    data: st.DataObject,
) -> None:
    """Pages of one write reach the disk in any order, so any of its bytes may be missing."""
    written = Written(tmp_path_factory.mktemp("journal"), batches)
    key = SegmentHeader.decode(written.content).key
    records = list(itertools.chain(*batches))
    frame = bytearray(FrameHeader.frame(key, len(records) + 1, [rest, rest]))
    hole = sorted(data.draw(st.integers(0, len(frame))) for _ in range(2))
    frame[hole[0] : hole[1]] = bytes(hole[1] - hole[0])
    if frame == FrameHeader.frame(key, len(records) + 1, [rest, rest]):
        frame.pop()
    written.path.write_bytes(written.content + frame)
    written.require(len(batches))


def test_a_removed_rest_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    written = Written(tmp_path, [[b"one"], [b"two"]])
    written.path.write_bytes(written.content[:-1])
    Journal.open(tmp_path).close()
    (line,) = caplog.messages
    assert str(written.path) in line
    assert f"removed {len(written.content) - 1 - written.ends[1]} bytes after record 1" in line


def test_text_in_a_record_never_passes_for_a_frame(tmp_path: Path) -> None:
    other = Written(tmp_path / "other", [[b"a"], [b"b"]])
    forged = other.content[SEGMENT_HEADER_BYTES:]
    written = Written(tmp_path / "own", [[b"one"], [forged * 3]])
    written.path.write_bytes(written.content[:-1])
    written.require(1)


@given(st.integers(0, 300))
def test_a_later_frame_is_found_across_the_pieces_of_a_search(shift: int) -> None:
    key = b"k" * 16
    before = 2 * (1 << 20) - 150 + shift
    frame = FrameHeader.frame(key, 7, [b"record"])
    file = BytesIO(b"\xff\xfe" * (before // 2) + b"\xff" * (before % 2) + frame)
    assert later_frame(key, file, 0, 6) == before
    assert later_frame(key, file, 0, 7) is None
    assert later_frame(key, file, before + 1, 6) is None
    assert later_frame(b"j" * 16, file, 0, 6) is None
    assert len(frame) == FRAME_HEADER_BYTES + 8 + len(b"record")


# Files that are missing


def three_segments(folder: Path) -> list[Path]:
    """Make a journal whose checkpoint leaves records in two segments behind."""
    with Journal.open(folder) as journal:
        journal.append_many([b"1", b"2"])
        journal.checkpoint(1, [b""])
        journal.append(b"3")
        journal.checkpoint(1, [b""])
        journal.append(b"4")
    return sorted(folder.glob("records-*"))


@pytest.mark.parametrize(("missing", "match"), [(0, "from 2 on, before it"), (1, "from 3 on")])
def test_a_missing_segment_is_told(tmp_path: Path, missing: int, match: str) -> None:
    three_segments(tmp_path)[missing].unlink()
    with pytest.raises(Problem, match=f"the records {match}"):
        Journal.open(tmp_path)


def test_a_missing_end_of_an_inner_segment_is_told(tmp_path: Path) -> None:
    inner = three_segments(tmp_path)[1]
    inner.write_bytes(inner.read_bytes()[:-1])
    with pytest.raises(Problem, match=r"its end, after record 2, is damaged"):
        Journal.open(tmp_path)


def test_a_checkpoint_without_records_is_told(tmp_path: Path) -> None:
    for path in three_segments(tmp_path):
        path.unlink()
    with pytest.raises(Problem, match="the records after checkpoint 1 are missing"):
        Journal.open(tmp_path)


def test_a_missing_checkpoint_is_told(tmp_path: Path) -> None:
    with Journal.open(tmp_path) as journal:
        journal.append(b"1")
        journal.checkpoint(1, [b"x"]).path.unlink()
    with pytest.raises(Problem, match="the records from 1 on, before it, are missing"):
        Journal.open(tmp_path)


@PROPERTY
@given(st.binary(max_size=2000), st.data())
def test_a_damaged_checkpoint_never_reads_as_another_state(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    with Journal.open(folder) as journal:
        journal.append(b"1")
        made = journal.checkpoint(1, [content], release="r1", graphs=["urn:g"])
    whole = made.path.read_bytes()
    offset = data.draw(st.integers(0, len(whole) - 1))
    cut = data.draw(st.booleans())
    changed = b"" if cut else bytes([whole[offset] ^ 1]) + whole[offset + 1 :]
    made.path.write_bytes(whole[:offset] + changed)
    try:
        with Journal.open(folder) as journal:
            found = journal.checkpoint_in_use
            assert found == made
            # Some bits of the compressed form mean nothing.
            assert b"".join(made.content()) == content
            assert not cut
    except Problem as told:
        assert told.slug == "damaged-journal"  # noqa: PT017
        assert str(made.path) in told.detail  # noqa: PT017


def test_a_changed_line_of_a_checkpoint_is_told(tmp_path: Path) -> None:
    with Journal.open(tmp_path) as journal:
        journal.append(b"1")
        made = journal.checkpoint(1, [b"<urn:a> <urn:b> <urn:c> .\n"])
        whole = made.path.read_bytes()
        assert b"<urn:a>" in whole  # too short to be compressed
        made.path.write_bytes(whole.replace(b"<urn:a>", b"<urn:x>"))
        with pytest.raises(Problem, match=f"{made.path.name}: its content is damaged"):
            list(made.content())


def test_a_journal_of_another_version_is_told(tmp_path: Path) -> None:
    written = Written(tmp_path, [[b"one"]])
    changed = bytearray(written.content)
    changed[8] = 9
    written.path.write_bytes(changed)
    written.require_refusal("it has format 9; this program knows format 1")
