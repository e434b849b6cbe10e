"""Processes and their steps in SPARQL."""

from typing import Final

from medrd_kg.linkage.process import ProcessQuestion
from medrd_kg.linkage.twins.patterns import Twin, text_of, twin
from medrd_kg.vocabulary import PREFIXES

__all__ = ["process_twins"]

_AGENTS: Final = {
    "actor": "mrd:carriedOutBy",
    "partner": "mrd:jointlyWith",
    "addressee": "mrd:addressedTo",
    "approver": "mrd:approvedBy",
    "decider": "mrd:decidedBy",
    "overseer": "mrd:overseenBy",
}
"""The property of each role."""

_LISTS: Final = {
    **{f"{role}s": property_ for role, property_ in _AGENTS.items()},
    "conditions": "mrd:requires",
    "triggers": "mrd:triggeredBy",
    "inputs": "mrd:hasInput",
    "outputs": "mrd:hasOutput",
    "preceding": "^mrd:precedes",
    "following": "mrd:precedes",
    "feedsBackTo": "mrd:feedsBackTo",
    "basedOn": "mrd:basedOn",
    "aims": "mrd:aimsAt",
    "appliesTo": "mrd:appliesTo",
    "allocatedTo": "mrd:allocatedTo",
    "concerns": "mrd:concerns",
    "evidence": "mrd:statedIn",
}
"""Columns that are lists, each with what leads to its members."""


def process_twins(question: ProcessQuestion) -> tuple[Twin, ...]:
    """Return the queries for the steps, what each names, and the processes around them."""
    steps = f"?id a mrd:ProcessStep . {_filters(question)}"
    wholes = f"""{{ SELECT DISTINCT ?id WHERE {{
            ?step mrd:partOf+ ?id . ?id a mrd:Process .
            {steps.replace("?id ", "?step ")}
        }} }}"""
    return (
        twin("items", _stages(steps, "step"), leaves_out="deep-numbers"),
        twin("items", _members(steps), lists=tuple(_LISTS), leaves_out="link-evidence"),
        twin("processes", _stages(wholes, "process"), leaves_out="deep-numbers"),
        twin("processes", _members(wholes), lists=tuple(_LISTS), leaves_out="link-evidence"),
    )


def _stages(pattern: str, kind: str) -> str:
    """Return the query for what stages are, and where in the whole they stand."""
    number = ""
    if kind == "step":
        number = """OPTIONAL { ?id mrd:stepOrder ?place }
        OPTIONAL {
            ?id mrd:partOf ?above . ?above a mrd:ProcessStep ; mrd:stepOrder ?place_above .
            OPTIONAL {
                ?above mrd:partOf ?top . ?top a mrd:ProcessStep ; mrd:stepOrder ?place_top
            }
        }
        BIND (CONCAT(COALESCE(CONCAT(STR(?place_top), "."), ""),
            COALESCE(CONCAT(STR(?place_above), "."), ""), STR(?place)) AS ?number)"""
    return f"""
    SELECT DISTINCT ?id ?kind ?process ?partOf ?number ?timing_ja ?timing_en ?openList WHERE {{
        {pattern}
        BIND ({text_of(kind)} AS ?kind)
        OPTIONAL {{
            ?id mrd:partOf ?partOf .
            {{ ?partOf a mrd:Process }} UNION {{ ?partOf a mrd:ProcessStep }}
        }}
        OPTIONAL {{
            ?id mrd:partOf+ ?process . ?process a mrd:Process .
            FILTER NOT EXISTS {{
                ?id mrd:partOf+ ?nearer . ?nearer a mrd:Process ; mrd:partOf+ ?process
            }}
        }}
        {number}
        OPTIONAL {{ ?id mrd:timing ?timing_ja FILTER (LANG(?timing_ja) = "ja") }}
        OPTIONAL {{ ?id mrd:timing ?timing_en FILTER (LANG(?timing_en) = "en") }}
        OPTIONAL {{ ?id mrd:openList ?openList }}
    }}
    ORDER BY ?id"""


def _members(pattern: str) -> str:
    """Return the query for the members of the lists, one a row."""
    ways = "\n        UNION ".join(
        f"{{ ?id {path} ?{column} FILTER (ISIRI(?{column})) }}" for column, path in _LISTS.items()
    )
    return f"""
    SELECT DISTINCT ?id {" ".join(f"?{column}" for column in _LISTS)} WHERE {{
        {pattern}
        {ways}
    }}
    ORDER BY ?id"""


def _filters(question: ProcessQuestion) -> str:
    everybody = "|".join(_AGENTS.values())
    played = everybody if question.role is None else _AGENTS[question.role]
    found = [
        _naming(path, value, a)
        for path, value, a in (
            ("mrd:partOf*", question.process, "mrd:Process"),
            ("mrd:partOf*", question.step, "mrd:ProcessStep"),
            (played, question.actor, None),
            ("mrd:hasInput|mrd:hasOutput", question.document, None),
            ("mrd:requires|mrd:triggeredBy", question.condition, None),
        )
        if value is not None
    ]
    if question.role is not None and question.actor is None:
        found.append(f"FILTER EXISTS {{ ?id {played} ?anybody }}")
    return " ".join(found)


def _naming(path: str, value: str, a: str | None) -> str:
    """Return the filter of what names a thing by slug, IRI or prefixed name."""
    prefix, _, local = value.partition(":")
    iri = f"{PREFIXES[prefix]}{local}" if prefix in PREFIXES else value
    kind = "" if a is None else f" ?named a {a}"
    return (
        f"FILTER EXISTS {{ ?id {path} ?named .{kind}"
        f" FILTER (STR(?named) = {text_of(iri)}"
        f' || REPLACE(STR(?named), "^.*[/#]", "") = {text_of(value)}) }}'
    )
