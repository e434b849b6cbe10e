"""docs/answers.md: the columns of every answer as a table, and what each of its numbers means."""

from collections.abc import Iterable, Mapping

from medrd_kg.web.analytics.definitions import stated
from medrd_kg.web.analytics.entries import columns_of
from medrd_kg.web.analytics.question import Question
from medrd_kg.web.analytics.questions import QUESTIONS

_INTRODUCTION = """\
The questions below `/api/v1/` answer as JSON, CSV and XLSX. A column is named after the members
of the JSON that lead to its value, with `_` between them; a label takes `_ja` and `_en`. Lists
share a cell, with ` | ` between, unless each of their members has a row (told below). Columns do
not depend on the entries: an empty answer has them all. In JSON, a number is found by the names
with `.` between.

Each row ends with what it is of: `namedTotal`, `namedTotal_ja`, `namedTotal_en` and
`namedTotal_fiscalYear` where yen of a total are counted, `asked_fiscalYear` (the parameter), and
`release`. XLSX holds every list of the answer as a sheet, and `notes` with the address, the total
and the definitions.
"""


def answers_page(notice: str) -> str:
    """Return the page.

    Args:
        notice: What stands below the title.
    """
    common = _numbers("Numbers of several answers", stated("common"))
    sections = "\n".join(_section(each) for each in QUESTIONS)
    return (
        f"# Answers as tables, and their numbers\n\n{notice}{_INTRODUCTION}\n{common}\n{sections}"
    )


def _section(question: Question) -> str:
    lines = [f"## `{question.path}`", "", f"{question.summary}.", ""]
    if isinstance(question.entry, Mapping):
        for kind, entry in question.entry.items():
            lines += _columns(f"`kind={kind}`", entry, question)
    else:
        lines += _columns("`items`", question.entry, question)
    if question.explode:
        lines += [f"Each member of `{question.explode}` has a row.", ""]
    for name, entry in question.parts.items():
        found = columns_of(entry)
        lines += [f"`part={name}`: {_joined(each.name for each in found)}.", ""]
    own = stated(question.path.replace("/", "-"))
    return "\n".join(lines) + (f"\n{_numbers('', own)}" if own else "")


def _columns(title: str, entry: type, question: Question) -> list[str]:
    found = columns_of(entry, question.explode, tuple(question.names))
    return [f"{title}: {_joined(each.name for each in found)}.", ""]


def _joined(names: Iterable[str]) -> str:
    return ", ".join(f"`{each}`" for each in names)


def _numbers(title: str, definitions: Mapping[str, Mapping[str, str]]) -> str:
    rows = [f"| `{name}` | {each['en']} | {each['ja']} |" for name, each in definitions.items()]
    heading = [f"## {title}", ""] if title else []
    return "\n".join([*heading, "| number | en | ja |", "|---|---|---|", *rows, ""])
