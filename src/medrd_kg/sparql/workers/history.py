"""All edits since a release was made, in the form in which workers take them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from medrd_kg.sparql.workers.frames import Kind, frame
from medrd_kg.sparql.workers.holding import SEQUENCE_BYTES
from medrd_kg.store.delta import Delta
from medrd_kg.store.journal import EditRecord, recorded

__all__ = ["delta_frame", "history"]


def history(edits: Path | None, folded: Path | None) -> Iterator[tuple[int, bytes]]:
    """Yield the state of the checkpoint and all edits after it, as numbers with frames.

    Args:
        edits: Folder of the journal; None, or no folder: there are no edits.
        folded: N-Quads of the edits that were folded into the release, if any were.
    """
    if edits is None or not edits.is_dir():
        return
    # What was folded into the release comes from the journal: edits since then may have
    # removed it, and names of blank nodes are the journal's.
    replaced = b"" if folded is None else folded.read_bytes()
    for sequence, encoded in _repeated(edits):
        delta = encoded
        if replaced:
            first = Delta.decode(encoded)
            delta = replace(first, removed=replaced + first.removed).encode()
            replaced = b""
        yield sequence, delta_frame(sequence, delta)


def delta_frame(sequence: int, delta: bytes) -> bytes:
    """Return the frame that tells the nursery and workers of an edit.

    Args:
        sequence: Its number.
        delta: An encoded `Delta`.
    """
    return frame(Kind.DELTA, sequence.to_bytes(SEQUENCE_BYTES, "big") + delta)


def _repeated(folder: Path) -> Iterator[tuple[int, bytes]]:
    """Yield what a journal holds as encoded deltas, the checkpoint first."""
    checkpoint, segments = recorded(folder)
    base = 0
    if checkpoint is not None:
        base = checkpoint.sequence
        whole = Delta(added=b"".join(checkpoint.content()), created=tuple(checkpoint.graphs))
        yield base, whole.encode()
    for segment in segments:
        for sequence, record in segment.records(after=base):
            yield sequence, EditRecord.decode(record).delta
