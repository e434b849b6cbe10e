"""Process: who acts at which step, on which condition, with what going in and coming out."""

from typing import Final

from medrd_kg.linkage.items import PAGE
from medrd_kg.linkage.process import ROLES, ProcessQuestion, process
from medrd_kg.linkage.process_stages import Stage
from medrd_kg.linkage.tables import FactTables
from medrd_kg.linkage.twins.process import process_twins
from medrd_kg.web.analytics.arguments import choice, text
from medrd_kg.web.analytics.question import Answer, Question, Values
from medrd_kg.web.analytics.shown import shown

__all__ = ["PROCESS_QUESTIONS"]


def _process(tables: FactTables, values: Values, offset: int, limit: int) -> Answer:
    found = process(tables, ProcessQuestion(**values), offset=offset, limit=limit)
    return Answer.of(found.steps, processes=shown(found.processes))


PROCESS_QUESTIONS: Final = (
    Question(
        "process",
        "Who acts at which step of the policy's processes, on which condition, with which output",
        "The budget-request process, the allocation of the adjustment fund, and the PDCA cycle:"
        " steps in their order, process by process; `processes` has what is said of the processes"
        " as wholes. What a step does not say of itself is not taken over from what it is part of.",
        (
            text("process", "Slug or IRI of a process: its steps, over others too."),
            text("step", "Slug or IRI of a step: it, and the steps that are part of it."),
            text("actor", "Slug or IRI of who takes part."),
            choice("role", "In which role; without it, any.", ROLES),
            text("document", "Slug or IRI of what goes in or comes out."),
            text("condition", "Slug or IRI of what must hold, or of what sets a step off."),
        ),
        _process,
        usual=PAGE,
        entry=Stage,
        parts={"processes": Stage},
        operation="get_processes_with_steps",
        twins=lambda values, _answer: process_twins(ProcessQuestion(**values)),
    ),
)
