"""Plan, do, check, action of a programme or a project, as one list of elements with evidence.

Plan: policy and targets. Do: the money of each named total. Check: results against targets, what
was executed against the budget. Action: what the next sheet and the next request changed. What
nobody states is told as such, with what was read.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from medrd_kg.linkage.facets import iri_of, require
from medrd_kg.linkage.items import PAGE, Page, Thing, check_page, number_of, things_of
from medrd_kg.linkage.pdca_drafts import Element, ElementDraft, shown_elements
from medrd_kg.linkage.pdca_money import amounts, execution_rates, figures_of, money_actions
from medrd_kg.linkage.pdca_sheets import Sheet, results, sheet_actions, sheets_of
from medrd_kg.linkage.pdca_topics import topics_sharing
from medrd_kg.linkage.selection import BASES
from medrd_kg.linkage.tables import FactTables, Row, Session
from medrd_kg.problems import Problem

__all__ = ["STEPS", "Cycle", "CycleQuestion", "Step", "pdca"]

STEPS: Final = ("plan", "do", "check", "action")
"""The steps of the cycle."""

_EXPECTED: Final = {
    "plan": ("topic", "scope-item", "target"),
    "do": ("request", "initial", "total", "executed"),
    "check": ("result", "execution-rate"),
    "action": ("request-change", "initial-change"),
}
"""Elements of which the absence is told."""

_MONEY: Final = frozenset({*_EXPECTED["do"], *_EXPECTED["action"], "execution-rate"})


@dataclass(frozen=True, slots=True)
class CycleQuestion:
    """Whose cycle is asked for.

    Attributes:
        programme: Slug or IRI of a programme; else of a project.
        project: Slug or IRI of a project; one of the two is named, not both.
        fiscal_year: Western year; None for all.
        steps: Steps to show, each one of `STEPS`; none for all.
        basis: One of `selection.BASES`: what connects topics and a programme.
    """

    programme: str | None = None
    project: str | None = None
    fiscal_year: int | None = None
    steps: tuple[str, ...] = ()
    basis: str = "all"


@dataclass(frozen=True, slots=True)
class Step:
    """What a step of the cycle holds.

    Attributes:
        step: One of `STEPS`.
        elements: Elements of it on all pages that are stated or computed.
        absent: Elements of it that are told as absent.
    """

    step: str
    elements: int
    absent: int


@dataclass(frozen=True, slots=True)
class Cycle:
    """The cycle of a programme or project.

    Attributes:
        subject: The programme or project.
        kind: ``programme`` or ``project``.
        programmes: How many programmes were looked at.
        sheets: How many review sheets of them were read.
        steps: What each step holds.
        elements: A page of the elements, step by step.
    """

    subject: Thing
    kind: str
    programmes: int
    sheets: int
    steps: tuple[Step, ...]
    elements: Page[Element]


def pdca(
    tables: FactTables, question: CycleQuestion, *, offset: int = 0, limit: int = PAGE
) -> Cycle:
    """Return the cycle of a programme or a project.

    Args:
        tables: The fact tables.
        question: Whose cycle.
        offset: Elements to pass over.
        limit: Elements to show, at most `items.PAGE`.

    Raises:
        Problem: ``invalid-parameter``: neither or both of programme and project are named, or a
            value is unknown or out of range; ``not-found``: there is no such thing.
    """
    check_page(offset, limit)
    steps = frozenset(require("step", each, STEPS) for each in question.steps or STEPS)
    require("basis", question.basis, BASES)
    kind, member = _subject(question)
    year = question.fiscal_year
    with tables.session() as session:
        iri = iri_of(kind, member)
        concept = number_of(session, iri)
        below = session.said_of("pdca_programmes", [concept])[concept]
        programmes = [number for number, facet in below if facet == kind]
        if kind == "programme" and not programmes:
            raise Problem("not-found", f"{iri} is no programme")
        subject = things_of(session, [concept])[concept]
        sheets = sheets_of(session, programmes)
        drafts: list[ElementDraft] = []
        if "plan" in steps:
            drafts += _policy(session, question, concept, programmes)
        if steps & {"plan", "check"}:
            drafts += results(session, programmes, year)
        if steps & {"do", "check", "action"}:
            project = concept if kind == "project" else None
            figures = figures_of(session, programmes, project, year)
            drafts += amounts(figures, year)
            drafts += execution_rates(figures, year)
            if "action" in steps:
                drafts += sheet_actions(sheets, year)
                drafts += money_actions(figures, year)
        drafts += _absences(drafts, kind, sheets, year)
        chosen = sorted(
            (each for each in drafts if each.step in steps), key=lambda each: STEPS.index(each.step)
        )
        shown = shown_elements(session, chosen[offset : offset + limit])
    counted = Counter((each.step, _is_absent(each)) for each in chosen)
    return Cycle(
        subject,
        kind,
        len(programmes),
        sum(year is None or each.published in {year, year + 1} for each in sheets),
        tuple(Step(each, counted[(each, False)], counted[(each, True)]) for each in STEPS),
        Page(shown, len(chosen), offset),
    )


def _is_absent(draft: ElementDraft) -> bool:
    return draft.state in {"not-stated", "not-held"}


def _subject(question: CycleQuestion) -> tuple[str, str]:
    """Return the facet and the member that were named.

    Raises:
        Problem: ``invalid-parameter``.
    """
    if question.programme is not None and question.project is None:
        return "programme", question.programme
    if question.project is not None and question.programme is None:
        return "project", question.project
    raise Problem(
        "invalid-parameter",
        "a programme or a project must be named, not both",
        "such as project=drugs",
        {"parameter": "programme"},
    )


def _policy(
    session: Session, question: CycleQuestion, concept: int, programmes: Sequence[int]
) -> Iterator[ElementDraft]:
    """Yield what the policy plans: projects, standing scope, topics, goals."""
    year = question.fiscal_year
    items: list[int] = []
    if question.project is not None:
        for item, kind, own_year in _statements(session, concept, year):
            items.append(item)
            yield ElementDraft("plan", kind, fiscal_year=own_year, item=item, basis="stated")
    else:
        programme = programmes[0]
        for (project,) in session.said_of("pdca_projects", [programme])[programme]:
            yield ElementDraft(
                "plan", "project", concept=project, basis="stated", items=tuple(programmes)
            )
            items += (item for item, *_ in _statements(session, project, year))
        for topic, shared, basis in topics_sharing(session, programme, year, question.basis):
            items.append(topic)
            yield ElementDraft("plan", "topic", "stated", item=topic, concept=shared, basis=basis)
    goals: dict[Thing, set[int]] = {}
    for rows in session.said_of("pdca_goals", items).values():
        for iri, ja, en, source in rows:
            goals.setdefault(Thing(iri, ja, en), set()).update(() if source is None else (source,))
    for goal in sorted(goals, key=lambda each: each.iri):
        yield ElementDraft("plan", "goal", goal=goal, cited=tuple(sorted(goals[goal])))


def _statements(session: Session, project: int, year: int | None) -> list[Row]:
    """Return topics of a year and standing scope of a project: number, kind, fiscal year."""
    return [
        row
        for row in session.said_of("pdca_statements", [project])[project]
        if year is None or row[1] == "scope-item" or row[2] == year
    ]


def _absences(
    drafts: Sequence[ElementDraft], kind: str, sheets: Sequence[Sheet], year: int | None
) -> Iterator[ElementDraft]:
    """Yield what nobody states, with the sheets that were read."""
    told = {(each.step, each.element) for each in drafts}
    read = tuple(each.item for each in sheets if year is None or each.published in {year, year + 1})
    for step, elements in _EXPECTED.items():
        for element in elements:
            if (step, element) not in told and not (
                kind == "programme" and element == "scope-item"
            ):
                of_sheets = element in _MONEY or element in {"target", "result"}
                yield ElementDraft(
                    step, element, "not-stated", year, items=read if of_sheets else ()
                )
    yield ElementDraft("action", "verdict", "not-held", year)
