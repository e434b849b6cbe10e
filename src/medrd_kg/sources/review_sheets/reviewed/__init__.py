"""Decisions of people as data: selection, names, organisations. One table a file, with reasons."""

import csv
from functools import cache
from importlib.resources import files

__all__ = ["table"]


@cache
def table(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of ``<name>.tsv`` beside this module; lines that begin with ``#`` are notes.

    Raises:
        FileNotFoundError: There is no such table.
    """
    text = files(__package__).joinpath(f"{name}.tsv").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE, restval="")
    return tuple({key: value.strip() for key, value in row.items()} for row in rows)
