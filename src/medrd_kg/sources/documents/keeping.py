"""Files of the data directory that are written whole or not at all, under one lock."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from medrd_kg.problems import Problem

__all__ = ["read_json", "review_dir", "texts_file", "under_lock", "write_json", "write_whole"]

_LOCK: Final = ".lock"


def texts_file(data_dir: Path, slug: str) -> Path:
    """Return the file with the text of a document, which is never shipped."""
    return data_dir / "texts" / "documents" / f"{slug}.json"


def review_dir(data_dir: Path) -> Path:
    """Return the folder with the proposals on each document and what was decided."""
    return data_dir / "review"


@contextmanager
def under_lock(data_dir: Path) -> Iterator[None]:
    """Let one process at a time change imports of documents and decisions; others wait.

    Raises:
        Problem: ``invalid-data``: the folder cannot be written.
    """
    folder = review_dir(data_dir)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / _LOCK).open("w")
    except OSError as error:
        raise Problem("invalid-data", f"{folder}: {error.strerror or error}") from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write_whole(path: Path, content: bytes) -> bool:
    """Write a file in one durable step; one that has the content already is left alone.

    Returns:
        Whether something was written.

    Raises:
        Problem: ``invalid-data``: the file cannot be written; it is then as it was before.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        if path.is_file() and path.read_bytes() == content:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise Problem("invalid-data", f"{path}: {error.strerror or error}") from error
    return True


def write_json(path: Path, document: object) -> bool:
    """Write a JSON file; see `write_whole`."""
    text = json.dumps(document, ensure_ascii=False, indent=1)
    return write_whole(path, f"{text}\n".encode())


def read_json(path: Path) -> Any:  # noqa: ANN401 - decoded JSON
    """Read a JSON file; None where there is none.

    Raises:
        Problem: ``invalid-data``: it is damaged.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise Problem(
            "invalid-data", f"{path} cannot be read: {error}", "import the document again"
        ) from error
