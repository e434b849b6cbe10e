"""The mark that a release was rolled back to, so that no start builds the newer content over it.

It lies beside the releases and names one of them. It counts only while that one is current: written
before the pointer is switched and removed before a build switches it, it never holds another.
"""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from medrd_kg.build.durable import sync

__all__ = ["Hold", "end_hold", "read_hold"]

_FILE: Final = "held.json"
_UNFINISHED: Final = ".unfinished-held"


class Hold(BaseModel):
    """That a release stays current until somebody builds or rolls back again.

    Attributes:
        version: The release that is held.
        instead_of: The release that was current before.
        since: When, UTC, ISO 8601.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    version: str
    instead_of: str
    since: str

    @classmethod
    def now(cls, version: str, instead_of: str) -> "Hold":
        """Return a hold that begins now."""
        since = datetime.now(UTC).isoformat(timespec="seconds")
        return cls(version=version, instead_of=instead_of, since=since)

    def write(self, folder: Path) -> None:
        """Write it durably beside the releases, over an earlier one."""
        unfinished = folder / _UNFINISHED
        with unfinished.open("w", encoding="utf-8") as file:
            file.write(self.model_dump_json(indent=2) + "\n")
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(folder / _FILE)
        sync(folder)


def read_hold(folder: Path) -> Hold | None:
    """Return the hold in a folder of releases; None where there is none that can be read."""
    try:
        return Hold.model_validate_json((folder / _FILE).read_bytes())
    except (OSError, ValueError):
        return None


def end_hold(folder: Path) -> None:
    """Remove the hold from a folder of releases, durably."""
    path = folder / _FILE
    if path.exists():
        path.unlink()
        sync(folder)
