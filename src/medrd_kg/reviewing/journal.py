"""The journal of decisions: every act of judgement, in order, by whom, when and by which way.

What is decided at the moment stands in files of its own, which a later decision changes. A line of
the journal is never changed. It is durable before the act is acknowledged, and taken back when the
act fails.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from medrd_kg.problems import Problem

__all__ = ["Act", "noted", "now"]


def now() -> str:
    """Return this moment to the second, with zone."""
    return datetime.now(UTC).replace(microsecond=0).isoformat()


@dataclass(frozen=True, slots=True)
class Act:
    """One act of judgement.

    Attributes:
        by: Role or handle.
        via: How it came: ``cli``, ``rest`` or ``page``.
        action: ``accept``, ``reject`` or ``edit``.
        ids: What it is on: proposals, units, or subjects of statements.
        concept: Concept that a new term was accepted as.
        at: When.
    """

    by: str
    via: str
    action: str
    ids: tuple[str, ...]
    concept: str | None = None
    at: str = field(default_factory=now)


@contextmanager
def noted(path: Path, act: Act) -> Iterator[None]:
    """Note an act before it is carried out; the caller holds the lock on what it changes.

    Args:
        path: The journal.
        act: The act.

    Raises:
        Problem: ``invalid-data``: the journal cannot be written; nothing is carried out then.
    """
    line = json.dumps(asdict(act), ensure_ascii=False) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.stat().st_size if path.exists() else 0
        with path.open("ab") as file:
            file.write(line.encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise Problem("invalid-data", f"{path}: {error.strerror or error}") from error
    try:
        yield
    except BaseException:
        os.truncate(path, before)
        raise
