"""What one import has brought: all its files and all that is remembered of it, as one thing.

An import of sheets has dozens of files, one of a document two and a review; whoever undoes it means
all of them. A file that belongs to none of these is an import by itself.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from medrd_kg.sources.content import imported_dir
from medrd_kg.sources.imported import ImportedFile, imported_files
from medrd_kg.sources.kept_runs import MOF, RS_CSV

__all__ = ["SHEETS", "ImportSet", "import_sets", "sheet_inputs"]

SHEETS: Final = "review-sheets"
_REVIEW: Final = (
    *(".txt", "-pairs.csv", "-pairs.json"),
    *("-judgements.json", "-journal.jsonl"),
)
_SHEETS_NOTE: Final = Path("import-state") / "review-sheets" / "import.json"
_RS_SYSTEM = re.compile(r"(?:linked-)?(rs-system-(\d{4}))")
_MOF = re.compile(r"(mof-(\d{4}))")
_DOCUMENT = re.compile(r"(document-([a-z0-9][a-z0-9-]*?))(?:-accepted)?")


@dataclass(frozen=True, slots=True)
class ImportSet:
    """One import.

    Attributes:
        name: What it is removed by.
        kind: `SHEETS`, ``rs-csv``, ``mof``, ``document`` or ``file``.
        files: What a build takes up.
        others: Further files and folders that came with it, if they are there.
        year: Year of an import that has one.
    """

    name: str
    kind: str
    files: tuple[ImportedFile, ...]
    others: tuple[Path, ...] = ()
    year: int | None = None


def import_sets(data_dir: Path) -> list[ImportSet]:
    """Return the imports of a data folder, by name."""
    outputs = set(_sheets_note(data_dir).get("outputs", ()))
    found: dict[tuple[str, str, int | None], list[ImportedFile]] = {}
    names = {each.name for each in imported_files(imported_dir(data_dir))}
    for each in imported_files(imported_dir(data_dir)):
        found.setdefault(_belongs(each, outputs, names), []).append(each)
    if outputs:
        found.setdefault((SHEETS, SHEETS, None), [])
    return sorted(
        (
            ImportSet(name, kind, tuple(files), tuple(_others(data_dir, name, kind)), year)
            for (name, kind, year), files in found.items()
        ),
        key=lambda each: each.name,
    )


def sheet_inputs(data_dir: Path) -> list[str]:
    """Return the names of the files of sheets that the import of sheets is made of."""
    return sorted(_sheets_note(data_dir).get("inputs", {}).get("hashes", {}))


def _sheets_note(data_dir: Path) -> dict[str, dict[str, dict[str, str]]]:
    try:
        noted = json.loads((data_dir / _SHEETS_NOTE).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return noted if isinstance(noted, dict) else {}


def _belongs(
    file: ImportedFile, outputs: Iterable[str], names: set[str]
) -> tuple[str, str, int | None]:
    """Return name, kind and year of the import that a file belongs to."""
    if file.path.name in outputs:
        return SHEETS, SHEETS, None
    for pattern, kind in ((_RS_SYSTEM, RS_CSV), (_MOF, MOF)):
        match = pattern.fullmatch(file.name)
        if match is not None:
            return match[1], kind, int(match[2])
    document = _DOCUMENT.fullmatch(file.name)
    # A slug may end in -accepted itself: then there is no file of the shorter name.
    if document is not None and document[1] in names:
        return document[1], "document", None
    if document is not None:
        return file.name, "document", None
    return file.name, "file", None


def _others(data_dir: Path, name: str, kind: str) -> Iterator[Path]:
    review = data_dir / "review"
    there: list[Path] = []
    if kind == SHEETS:
        there = [
            data_dir / "texts" / "review-sheets.jsonl",
            *(review / f"review-sheets{each}" for each in _REVIEW),
        ]
    elif kind == "document":
        slug = name.removeprefix("document-")
        there = [data_dir / "texts" / "documents" / f"{slug}.json", review / slug]
    yield from (each for each in there if each.exists())
