"""A document's file as printed lines: PDF or plain text, with bounds on what is read."""

import hashlib
import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from medrd_kg.problems import Problem
from medrd_kg.sources.documents.printed import (
    PrintedLine,
    display_width,
    mended,
    without_furniture,
)

__all__ = ["MOST_BYTES", "MOST_CHARACTERS", "MOST_PAGES", "MOST_SECONDS", "ReadDocument", "read"]

MOST_BYTES: Final = 100_000_000
MOST_PAGES: Final = 500
MOST_CHARACTERS: Final = 2_000_000
MOST_SECONDS: Final = 60
"""Bounds of a document; a policy has 20 pages and 20,000 characters."""

_ENCODINGS: Final = ("utf-8-sig", "cp932")
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_OTHERS: Final = {
    b"PK\x03\x04": "an Office file or archive",
    b"\xd0\xcf\x11\xe0": "an old Office file",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"II*\x00": "an image",
    b"MM\x00*": "an image",
    b"<!DO": "a web page",
    b"<htm": "a web page",
}
_SPARSE: Final = 20
"""Characters a page below which a PDF is taken for a scan."""

_SAVE_AS: Final = "save it as PDF or as plain text (UTF-8)"


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """What a file says.

    Attributes:
        lines: Its lines without page furniture.
        pages: Number of its pages; for a text without page breaks 1.
        sha256: Digest of the file, in hexadecimal.
        notes: What was left out.
        form: ``pdf`` or ``text``.
    """

    lines: Sequence[PrintedLine]
    pages: int
    sha256: str
    notes: tuple[str, ...]
    form: str


def read(path: Path) -> ReadDocument:
    """Read a document.

    Args:
        path: A PDF with a text layer, or a text in UTF-8, UTF-16 or Shift_JIS.

    Raises:
        Problem: ``invalid-data``, in one line: what the file is instead, or which bound it breaks.
    """
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise Problem(
                "invalid-data",
                f"{path}: {size / 1e6:.0f} MB; a document has at most {MOST_BYTES / 1e6:.0f} MB",
                "give the policy without its attachments",
            )
        content = path.read_bytes()
    except OSError as error:
        raise Problem("invalid-data", f"{path}: {error.strerror or error}") from error
    notes: list[str] = []
    is_pdf = b"%PDF-" in content[:1024]
    lines, pages = _pdf_lines(path, notes) if is_pdf else _text_lines(path, content)
    kept = without_furniture(lines, notes.append)
    if not kept:
        raise Problem("invalid-data", f"{path}: there is no text in it", _SAVE_AS)
    digest = hashlib.sha256(content).hexdigest()
    return ReadDocument(kept, pages, digest, tuple(notes), "pdf" if is_pdf else "text")


def _pdf_lines(path: Path, notes: list[str]) -> tuple[list[PrintedLine], int]:
    found = _extracted(path)
    _refuse(path, found)
    characters = sum(len(each["text"].strip()) for each in found["lines"])
    if found["turned"] > characters:
        raise Problem(
            "invalid-data",
            f"{path}: its text is set vertically or turned, which is not read",
            _SAVE_AS,
        )
    if characters < _SPARSE * found["pages"]:
        raise Problem(
            "invalid-data",
            f"{path}: {found['pages']} pages with {characters} characters of text: it is a scan",
            "give it a text layer (OCR), or a plain text",
        )
    if found["turned"]:
        notes.append(f"{found['turned']} turned characters left out")
    em = statistics.mode(round(each["size"], 1) for each in found["lines"]) or 1.0
    lines = [
        PrintedLine(
            mended(each["text"]).strip(), each["page"], each["left"] / em, each["right"] / em
        )
        for each in found["lines"]
    ]
    return lines, found["pages"]


def _extracted(path: Path) -> dict[str, Any]:
    """Return what the process that reads PDF found.

    Raises:
        Problem: ``invalid-data``: it takes too long, or ended without an answer.
    """
    command = [
        *(sys.executable, "-m", "medrd_kg.sources.documents.pdf_text"),
        *(str(path), str(MOST_PAGES), str(MOST_CHARACTERS)),
    ]
    try:
        done = subprocess.run(  # noqa: S603 - our own module; the path is one argument
            command, capture_output=True, check=False, timeout=MOST_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise Problem(
            "invalid-data", f"{path}: not read within {MOST_SECONDS} s", _SAVE_AS
        ) from error
    if done.returncode != 0:
        raise Problem(
            "invalid-data",
            f"{path}: the PDF cannot be read (its reader ended with {done.returncode})",
            _SAVE_AS,
        )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _refuse(path: Path, found: dict[str, Any]) -> None:
    match found.get("fault"):
        case "encrypted":
            raise Problem(
                "invalid-data", f"{path}: the PDF is encrypted", "give a copy without a password"
            )
        case "damaged":
            raise Problem(
                "invalid-data", f"{path}: the PDF cannot be read: {found['detail']}", _SAVE_AS
            )
        case "pages":
            raise Problem(
                "invalid-data",
                f"{path}: {found['pages']} pages; a document has at most {MOST_PAGES}",
                "give the policy without its attachments",
            )
        case "characters":
            raise Problem(
                "invalid-data",
                f"{path}: more than {MOST_CHARACTERS} characters",
                "give the policy without its attachments",
            )


def _text_lines(path: Path, content: bytes) -> tuple[list[PrintedLine], int]:
    for start, kind in _OTHERS.items():
        if content.startswith(start):
            raise Problem("invalid-data", f"{path}: {kind}, not a PDF or text", _SAVE_AS)
    text = _decoded(path, content)
    if len(text) > MOST_CHARACTERS:
        raise Problem(
            "invalid-data",
            f"{path}: more than {MOST_CHARACTERS} characters",
            "give the policy without its attachments",
        )
    pages = text.split("\f")
    lines = [
        _text_line(line, number)
        for number, page in enumerate(pages, start=1)
        for line in page.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    ]
    return lines, len(pages)


def _text_line(line: str, page: int) -> PrintedLine:
    clean = mended(line.expandtabs(4)).rstrip()
    left = display_width(clean) - display_width(clean.lstrip())
    return PrintedLine(clean.strip(), page, left, display_width(clean))


def _decoded(path: Path, content: bytes) -> str:
    encodings = ("utf-16",) if content.startswith(_UTF_16) else _ENCODINGS
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Problem(
        "invalid-data", f"{path}: neither a PDF nor text in UTF-8, UTF-16 or Shift_JIS", _SAVE_AS
    )
