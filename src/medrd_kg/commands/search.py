"""``medrd-kg search``: things of the current release by words in their names and texts."""

import csv
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Final

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from medrd_kg.build.pipeline import current_release
from medrd_kg.build.release import SEARCH_INDEX
from medrd_kg.commands.search_format import SearchFormat
from medrd_kg.commands.tag import Language
from medrd_kg.problems import Problem
from medrd_kg.search.opening import SearchIndex
from medrd_kg.search.searching import Hit, SearchResult, search

__all__ = ["find"]

_WIDTH: Final = 200
"""Columns of a table that goes to a file or pipe."""

_COLUMNS: Final = ("id", "type", "label_ja", "label_en", "matched_text", "matched_language")


def find(
    data_dir: Path,
    text: str,
    *,
    kinds: Sequence[str],
    lang: Language | None,
    limit: int,
    search_format: SearchFormat,
    output: BinaryIO,
) -> None:
    """Search the current release and write the hits, the best first.

    Args:
        data_dir: Folder of the releases.
        text: Words between white space, in any spelling.
        kinds: Only things of any of these kinds; all for none.
        lang: Only texts of this language; both for None.
        limit: Most hits.
        search_format: Form of the answer; a table tells how many there are in all.
        output: Receives the bytes.

    Raises:
        Problem: ``no-release`` or ``damaged-release``: there is nothing to search;
            ``invalid-parameter``: a value is out of range.
    """
    path, _ = current_release(data_dir)
    try:
        index = SearchIndex(path / SEARCH_INDEX)
    except (FileNotFoundError, ValueError) as error:
        raise Problem("damaged-release", str(error), "run `medrd-kg build`") from error
    try:
        found = search(index, text, kinds=kinds, lang=lang, limit=limit)
    finally:
        index.close()
    output.write(_WRITTEN[search_format](found).encode())


def _jsonl(found: SearchResult) -> str:
    documents = (
        {
            "id": each.iri,
            "type": list(each.kinds),
            "label": dict(each.label),
            "matched": {"text": each.text, "language": each.language, "ranges": each.ranges},
        }
        for each in found.hits
    )
    return "".join(f"{json.dumps(each, ensure_ascii=False)}\n" for each in documents)


def _csv(found: SearchResult) -> str:
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(_COLUMNS)
    for each in found.hits:
        names = (each.label.get("ja", ""), each.label.get("en", ""))
        writer.writerow((each.iri, " ".join(each.kinds), *names, each.text, each.language))
    return written.getvalue()


def _table(found: SearchResult) -> str:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("type", "name", "English", "found in"):
        table.add_column(column, overflow="fold")
    table.add_column("IRI", no_wrap=True)  # whole, so that it can be copied
    for each in found.hits:
        table.add_row(*(Text(cell) for cell in _cells(each)))
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else _WIDTH)
    with console.capture() as capture:
        if found.hits:
            console.print(table)
        console.print(f"{len(found.hits)} of {found.total} things are shown", highlight=False)
    return capture.get()


def _cells(hit: Hit) -> tuple[str, ...]:
    japanese, english = hit.label.get("ja", ""), hit.label.get("en", "")
    matched = "" if hit.text in (japanese, english) else hit.text
    return (hit.kinds[0], japanese or english, english, matched, hit.iri)


_WRITTEN: Final = {
    SearchFormat.TABLE: _table,
    SearchFormat.JSONL: _jsonl,
    SearchFormat.CSV: _csv,
}
