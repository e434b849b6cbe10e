"""Plan, do, check, action of a programme or a project."""

from typing import Final

from medrd_kg.linkage.pdca import STEPS, CycleQuestion, Step, pdca
from medrd_kg.linkage.pdca_drafts import Element
from medrd_kg.linkage.tables import FactTables
from medrd_kg.linkage.twins.pdca import cycle_twins
from medrd_kg.web.analytics.arguments import BASIS, FISCAL_YEAR, several, text
from medrd_kg.web.analytics.question import Answer, Question, Values, given
from medrd_kg.web.analytics.shown import shown

__all__ = ["PDCA_QUESTIONS"]


def _asked(values: Values) -> CycleQuestion:
    return CycleQuestion(
        **given(values, "programme", "project", "fiscal_year", "basis"),
        steps=values.get("step", ()),
    )


def _pdca(tables: FactTables, values: Values, offset: int, limit: int) -> Answer:
    found = pdca(tables, _asked(values), offset=offset, limit=limit)
    return Answer.of(
        found.elements,
        subject=shown(found.subject),
        kind=found.kind,
        programmes=found.programmes,
        sheets=found.sheets,
        steps=shown(found.steps),
    )


PDCA_QUESTIONS: Final = (
    Question(
        "pdca",
        "Plan, do, check, action of a programme or a project",
        "Name a `programme` or a `project`. Plan: topics, standing scope and goals of the policy,"
        " and targets. Do: the money of each named total, one element a total, and figures that no"
        " total sums (`not-summed`). Check: results against targets, and what was executed in"
        " percent of the budget. Action: what the sheet of the next year changed, and how its"
        " request and initial budget differ. What nobody states is an element too, with the state"
        " `not-stated` and what was read as its evidence; `not-held` is what the graph does not"
        " hold of any programme. Yen of different totals must not be added up.",
        (
            text("programme", "Slug or IRI of the programme."),
            text("project", "Slug or IRI of the integrated project."),
            FISCAL_YEAR,
            several("step", "Steps of the cycle; without it, all.", known=STEPS),
            BASIS,
        ),
        _pdca,
        usual=100,
        entry=Element,
        parts={"steps": Step},
        twins=lambda values, _answer: cycle_twins(_asked(values)),
    ),
)
