"""The local store of sentences: purpose, outline, goals and measures of the sheets.

They are texts of others. They serve search and pages on the machine of whoever imports the
sheets, and never enter the graph or a shipped file. Each part of an import writes its own; the
store is put together from them in the order of the files.
"""

import heapq
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from medrd_kg.sources.review_sheets.editions import slug_of
from medrd_kg.sources.review_sheets.records import Sheet
from medrd_kg.vocabulary import kind_iri

__all__ = ["TextStore", "join_texts"]


class TextStore:
    """Writes one JSON object a sheet behind its place; without a path it takes and forgets."""

    def __init__(self, path: Path | None) -> None:
        """Open the store.

        Args:
            path: File, replaced as a whole when the store is closed.
        """
        self._path = path
        self._stream: TextIO | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._part = path.with_name(f"{path.name}.part")
            self._stream = self._part.open("w", encoding="utf-8")

    def put(self, sheet: Sheet, programme: str, indicators: Mapping[str, str]) -> None:
        """Store the sentences of a sheet.

        Args:
            sheet: The sheet.
            programme: Slug of its programme.
            indicators: Local name of the indicator by JSON pointer of the outcome.
        """
        if self._stream is None:
            return
        record = {
            "edition": kind_iri("edition", slug_of(sheet)),
            "programme": kind_iri("prg", programme),
            "purpose": sheet.purpose,
            "outline": sheet.outline,
            "indicators": [
                {
                    "indicator": kind_iri("ind", indicators[outcome.pointer]),
                    "goal": outcome.goal,
                    "measure": outcome.measure,
                }
                for outcome in sheet.outcomes
                if outcome.pointer in indicators
            ],
        }
        text = json.dumps(record, ensure_ascii=False, sort_keys=True)
        self._stream.write(f"{sheet.file}\t{sheet.line}\t{text}\n")

    def close(self) -> None:
        """Put the file in its place."""
        if self._stream is not None and self._path is not None:
            self._stream.close()
            self._stream = None
            self._part.replace(self._path)

    def __enter__(self) -> Self:
        """Return the store."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the store; after a fault the earlier file stays."""
        if fault is None:
            self.close()
        elif self._stream is not None:
            self._stream.close()
            self._part.unlink(missing_ok=True)


def _placed(lines: Iterable[str]) -> Iterator[tuple[str, int, str]]:
    for line in lines:
        file, number, text = line.split("\t", 2)
        yield file, int(number), text


def join_texts(parts: Iterable[Path], path: Path) -> None:
    """Put the sentences of all parts together as JSON lines, in the order of the files.

    Args:
        parts: What `TextStore` wrote; missing files are passed over.
        path: File of JSON lines, replaced as a whole.

    Raises:
        OSError: A file cannot be read or written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.part")
    with ExitStack() as opened, unfinished.open("w", encoding="utf-8") as out:
        streams = [
            _placed(opened.enter_context(part.open(encoding="utf-8", newline="\n")))
            for part in parts
            if part.exists()
        ]
        out.writelines(text for _, _, text in heapq.merge(*streams))
    unfinished.replace(path)
