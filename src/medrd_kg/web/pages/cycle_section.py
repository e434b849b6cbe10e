"""The section on plan, do, check and action: the first entries of each of the four steps."""

from typing import Final

from fastapi import Request

from medrd_kg.problems import Problem
from medrd_kg.web.pages.asking import ask
from medrd_kg.web.pages.sections import Column, Json, Section, refused, table_of, within

__all__ = ["cycle"]

_PATH: Final = "/api/v1/pdca"
_SHOWN_OF_STEP: Final = 12
_MOST: Final = 100
"""The most that an answer holds; steps that lie behind it are asked for by themselves."""
_COLUMNS: Final = (
    Column("step", "step", lambda entry: entry["step"]),
    Column("element", "element", lambda entry: entry["element"]),
    Column("year", "year", lambda entry: entry["fiscalYear"]),
    Column("what", "thing", lambda entry: entry.get("what")),
    Column("state", "state", lambda entry: entry["state"]),
    Column("amount", "yen", lambda entry: entry["amount"]),
    Column("target", "text", lambda entry: entry["target"]),
    Column("achieved", "text", lambda entry: entry["achieved"]),
    Column("evidence", "evidence", lambda entry: entry["evidence"]),
)


async def cycle(request: Request, kind: str, slug: str, item: Json) -> Section:
    """Ask what was planned, done, checked and changed for a programme or project.

    Args:
        request: The request for the page.
        kind: ``programme`` or ``project``.
        slug: Of the thing.
        item: The thing.
    """
    asked: dict[str, str | int] = {kind: slug, "limit": _MOST}
    try:
        answer = await ask(request, _PATH, {**asked, "explain": "true"})
    except Problem as problem:
        return refused("pdca", _PATH, {kind: slug}, problem)
    of_step: dict[str, list[Json]] = {each["step"]: [] for each in answer["steps"]}
    for entry in answer["items"]:
        of_step[entry["step"]].append(entry)
    for each in answer["steps"]:
        wanted = min(_SHOWN_OF_STEP, each["elements"] + each["absent"])
        if len(of_step[each["step"]]) < wanted:
            more = await ask(request, _PATH, {**asked, "limit": wanted, "step": each["step"]})
            of_step[each["step"]] = more["items"]
    # Of every step, since plans alone can fill a page.
    entries = [entry for found in of_step.values() for entry in found[:_SHOWN_OF_STEP]]
    entries = [
        {**each, "what": within(item, told)} if (told := each["item"] or each["concerns"]) else each
        for each in entries
    ]
    return table_of("pdca", {**answer, "items": entries}, _PATH, {kind: slug}, _COLUMNS)
