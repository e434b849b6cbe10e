"""``medrd-kg tag``: the concepts that given texts name, and whether they are medical R&D."""

import json
import sys
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO, Final

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from medrd_kg.linking import Linker
from medrd_kg.linking.answers import survey_document
from medrd_kg.linking.given import GivenProgramme
from medrd_kg.problems import Problem

__all__ = ["Language", "TagFormat", "read_given", "tag"]

_STANDARD_INPUT: Final = "-"
_LINES: Final = {".jsonl", ".ndjson"}
_WIDTH: Final = 200
"""Columns of a table that goes to a file or pipe."""


class TagFormat(StrEnum):
    """Forms in which the answer is printed."""

    JSONL = "jsonl"
    TABLE = "table"


class Language(StrEnum):
    """Languages of labels."""

    JA = "ja"
    EN = "en"


def read_given(file: str) -> Iterator[tuple[int, GivenProgramme]]:
    """Read what is to be tagged, with the line where each begins.

    Args:
        file: Path, or ``-`` for standard input. ``.jsonl``, ``.ndjson`` and text that begins with
            ``{`` hold one JSON object a line; anything else is one text.

    Raises:
        Problem: ``invalid-data``: the file cannot be read, is not UTF-8, or a line is not of the
            form of :meth:`GivenProgramme.of_json`.
    """
    where = "standard input" if file == _STANDARD_INPUT else file
    try:
        read = sys.stdin.buffer.read() if file == _STANDARD_INPUT else Path(file).read_bytes()
        text = read.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Problem("invalid-data", f"{where}: {error}") from error
    if Path(file).suffix not in _LINES and not text.lstrip().startswith("{"):
        yield 1, GivenProgramme.of_text(text)
        return
    # Not splitlines: JSON strings may hold the line ends of Unicode.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield number, GivenProgramme.of_json(line)
        except ValueError as error:
            raise Problem("invalid-data", f"{where}, line {number}: {error}") from error


def tag(
    given: Iterable[tuple[int, GivenProgramme]],
    tag_format: TagFormat,
    language: Language,
    output: BinaryIO,
) -> None:
    """Tag texts and write what was found.

    Args:
        given: The texts with their lines.
        tag_format: ``jsonl``: one object a text; ``table``: one row a mention.
        language: Language of the labels in a table; JSON has both.
        output: Receives the bytes.
    """
    linker = Linker.shipped()
    found = (
        {"line": line, "name": each.name} | survey_document(linker.survey(each.name, each.texts))
        for line, each in given
    )
    if tag_format == TagFormat.JSONL:
        output.writelines(
            json.dumps(document, ensure_ascii=False).encode() + b"\n" for document in found
        )
    else:
        output.write(_table(found, language).encode())


def _table(documents: Iterable[dict[str, Any]], language: Language) -> str:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("line", "medical R&D", "facet", "concept", "words", "where", "rule", "sure"):
        table.add_column(column, overflow="fold")
    for document in documents:
        medical = "yes" if document["medicalResearch"]["value"] else "no"
        line = str(document["line"])
        if not document["mentions"]:
            table.add_row(line, medical)
        for each in document["mentions"]:
            table.add_row(line, medical, *(Text(cell) for cell in _cells(each, language)))
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else _WIDTH)
    with console.capture() as capture:
        console.print(table)
    return capture.get()


def _cells(mention: dict[str, Any], language: Language) -> tuple[str, ...]:
    label = mention["label"]
    taken_back = " (negated)" if mention["negated"] else ""
    return (
        mention["facet"],
        label.get(language, mention["id"]),
        mention["surface"] + taken_back,
        f"{mention['field']} {mention['startOffset']}-{mention['endOffset']}",
        mention["rule"],
        f"{mention['confidence']:.2f}",
    )
