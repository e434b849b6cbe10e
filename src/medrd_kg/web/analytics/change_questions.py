"""Changes between two fiscal years."""

from collections.abc import Mapping
from typing import Final

from medrd_kg.linkage.changes import CHANGES, ChangeKind, ChangeQuestion, YearRead, changes
from medrd_kg.linkage.changes_drafts import Change
from medrd_kg.linkage.tables import FactTables
from medrd_kg.linkage.totals import TotalChoice
from medrd_kg.linkage.twins.changes import change_twins
from medrd_kg.linkage.twins.patterns import Twin
from medrd_kg.web.analytics.arguments import (
    BASIS,
    TOTAL,
    integer,
    required,
    several,
    text,
)
from medrd_kg.web.analytics.question import Answer, Question, Values, given
from medrd_kg.web.analytics.shown import shown

__all__ = ["CHANGE_QUESTIONS"]

_FILTERS: Final[Mapping[str, str]] = {
    "project": "project",
    "programme": "programme",
    "ministry": "ministry",
    "organization": "organization",
    "disease_area": "disease-area",
    "modality": "modality",
}
"""Parameters that changes must fit, each with its facet."""

_OF_TOTAL: Final = ("stage", "level", "perimeter")


def _asked(values: Values) -> ChangeQuestion:
    return ChangeQuestion(
        values["from"],
        values["to"],
        values.get("change", ()),
        {facet: values[name] for name, facet in _FILTERS.items() if name in values},
        **given(values, "basis"),
        total=TotalChoice(**given(values, *_OF_TOTAL)),
    )


def _changes(tables: FactTables, values: Values, offset: int, limit: int) -> Answer:
    question = _asked(values)
    found = changes(tables, question, offset=offset, limit=limit)
    return Answer.of(
        found.changes,
        **{"from": question.from_year, "to": question.to_year},
        kinds=shown(found.kinds),
        read=shown(found.read),
        totals=shown(found.totals),
    )


def _twins(values: Values, answer: Answer) -> tuple[Twin, ...]:
    totals = answer.more["totals"] or {}
    before, after = (totals.get(side) for side in ("before", "after"))
    return change_twins(
        _asked(values),
        None if before is None else before["id"],
        None if after is None else after["id"],
    )


CHANGE_QUESTIONS: Final = (
    Question(
        "changes",
        "What changed between two fiscal years: programmes, amounts, results, topics",
        "`kinds` tells the rule of each kind of change and how many there are. A sheet published in"
        " a year states the budget of that year. That a programme begins or ends is told only where"
        " a sheet names the year; the last sheet is no end (`no-further-sheet`). Amounts are those"
        " of one stage, level and perimeter: `totals` has the named totals of both years and how"
        " their difference divides into programmes with figures in `both` years, in `only` one, in"
        " figures for no programme, and what the filters leave out. An amount that is missing is"
        " null, not 0; `otherFigures` tells what is restated or must not be summed. `read` tells"
        " what the graph holds of each year.",
        (
            required(integer("from", "The earlier western year.", least=1900, most=2200), "2020"),
            required(integer("to", "The later western year.", least=1900, most=2200), "2021"),
            several("change", "Kinds of change; without it, all.", known=CHANGES),
            *(
                text(name, f"Slug or IRI of a {facet} that it must fall under.")
                for name, facet in _FILTERS.items()
            ),
            BASIS,
            *(each for each in TOTAL if each.name in _OF_TOTAL),
        ),
        _changes,
        entry=Change,
        parts={"kinds": ChangeKind, "read": YearRead},
        twins=_twins,
    ),
)
