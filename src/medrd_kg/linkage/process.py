"""Process: who acts at which step, on which condition, with what going in and coming out.

The budget-request process, the allocation of the adjustment fund and the PDCA cycle, as the policy
states them. What a step does not say of itself is not taken over from the step that it is part of.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from medrd_kg.linkage.facets import require
from medrd_kg.linkage.items import PAGE, Page, check_page
from medrd_kg.linkage.process_stages import AGENTS, Named, Stage, stages_of
from medrd_kg.linkage.tables import FactTables
from medrd_kg.problems import Problem
from medrd_kg.vocabulary import PREFIXES

__all__ = ["ROLES", "ProcessQuestion", "Processes", "process"]

ROLES: Final = tuple(AGENTS)
"""In what somebody takes part in a step."""


@dataclass(frozen=True, slots=True)
class ProcessQuestion:
    """Which steps are wanted. Things are named by slug, IRI or prefixed name; None for any.

    Attributes:
        process: A process that they are part of, over others or directly.
        step: The step itself, or one that they are part of.
        actor: Who takes part in them.
        role: In which of `ROLES`; None for any.
        document: What goes into them or comes out of them.
        condition: What they require, or what sets them off.
    """

    process: str | None = None
    step: str | None = None
    actor: str | None = None
    role: str | None = None
    document: str | None = None
    condition: str | None = None


@dataclass(frozen=True, slots=True)
class Processes:
    """A page of steps.

    Attributes:
        steps: The steps in their order, process by process.
        processes: The processes that the steps of all pages are part of.
    """

    steps: Page[Stage]
    processes: tuple[Stage, ...]


def process(
    tables: FactTables, question: ProcessQuestion, *, offset: int = 0, limit: int = PAGE
) -> Processes:
    """Return the steps of processes.

    Args:
        tables: The fact tables.
        question: Which steps are wanted.
        offset: Steps to pass over.
        limit: Steps to show, at most `items.PAGE`.

    Raises:
        Problem: ``invalid-parameter``: the graph has no such process, step, actor, document or
            condition, or no such role; the known ones are told.
    """
    page = check_page(offset, limit)
    stages = stages_of(tables)
    wholes = {each.iri: each.part_of.iri for each in stages if each.part_of is not None}
    steps = [each for each in stages if each.kind == "step"]
    for keeps in _filters(question, stages, wholes):
        steps = [each for each in steps if keeps(each)]
    around = {whole for each in steps for whole in _above(each.iri, wholes)}
    return Processes(
        Page(tuple(steps[offset : offset + page["limit"]]), len(steps), offset),
        tuple(each for each in stages if each.kind == "process" and each.iri in around),
    )


def _filters(
    question: ProcessQuestion, stages: Sequence[Stage], wholes: Mapping[str, str]
) -> Iterable[Callable[[Stage], bool]]:
    """Yield what steps must meet."""
    if question.role is not None:
        require("role", question.role, ROLES)
    for name, value in (("process", question.process), ("step", question.step)):
        if value is not None:
            known = {each.iri for each in stages if each.kind == name}
            yield _within(_chosen(name, value, known), wholes)
    everybody = tuple(AGENTS.values())
    agents = everybody if question.role is None else (AGENTS[question.role],)
    if question.actor is not None:
        yield _naming(agents, _chosen("actor", question.actor, _all(stages, everybody)))
    elif question.role is not None:
        yield _naming(agents, _all(stages, agents))
    for name, value, attributes in (
        ("document", question.document, ("inputs", "outputs")),
        ("condition", question.condition, ("conditions", "triggers")),
    ):
        if value is not None:
            yield _naming(attributes, _chosen(name, value, _all(stages, attributes)))


def _within(wanted: set[str], wholes: Mapping[str, str]) -> Callable[[Stage], bool]:
    return lambda stage: not wanted.isdisjoint(_above(stage.iri, wholes))


def _naming(attributes: Sequence[str], wanted: set[str]) -> Callable[[Stage], bool]:
    return lambda stage: any(each.iri in wanted for each in _of(stage, attributes))


def _all(stages: Iterable[Stage], attributes: Sequence[str]) -> set[str]:
    return {each.iri for stage in stages for each in _of(stage, attributes)}


def _of(stage: Stage, attributes: Iterable[str]) -> Iterable[Named]:
    for attribute in attributes:
        yield from getattr(stage, attribute)


def _above(iri: str, wholes: Mapping[str, str]) -> set[str]:
    """Return a stage and all that it is part of."""
    found: set[str] = set()
    here: str | None = iri
    while here is not None and here not in found:
        found.add(here)
        here = wholes.get(here)
    return found


def _chosen(parameter: str, value: str, known: set[str]) -> set[str]:
    """Return the IRIs that a value names among those known.

    Raises:
        Problem: ``invalid-parameter``: it names none of them.
    """
    prefix, _, local = value.partition(":")
    iri = f"{PREFIXES[prefix]}{local}" if prefix in PREFIXES else value
    found = {each for each in known if each == iri or _slug(each) == value}
    if not found:
        slugs = sorted(map(_slug, known))
        raise Problem(
            "invalid-parameter",
            f"{parameter}={value!r} is none that a process names",
            f"one of: {', '.join(slugs)}",
            extra={"parameter": parameter, "known": slugs},
        )
    return found


def _slug(iri: str) -> str:
    return iri.rsplit("/", 1)[-1].rsplit("#", 1)[-1]
