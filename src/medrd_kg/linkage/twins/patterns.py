"""Graph patterns of which the twins are made: items, what they name, figures of a total."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from pyoxigraph import Literal, NamedNode

from medrd_kg.kinds import kinds
from medrd_kg.linkage.facets import CONCEPT_FACETS
from medrd_kg.linkage.selection import Selection
from medrd_kg.problems import Problem
from medrd_kg.vocabulary import PREFIXES

__all__ = [
    "CLASSES",
    "PROPERTIES",
    "Twin",
    "falls_under",
    "figures",
    "figures_naming",
    "figures_under",
    "members",
    "money",
    "names",
    "subject",
    "term",
    "text_of",
    "twin",
    "under_any",
    "year_of",
]

_PROLOGUE: Final = "".join(
    f"PREFIX {name}: <{PREFIXES[name]}>\n"
    for name in ("mrd", "mrds", "skos", "owl", "org", "graph")
)

PROPERTIES: Final = {
    "disease-area": "mrd:hasDiseaseArea",
    "modality": "mrd:hasModality",
    "purpose": "mrd:hasPurpose",
    "phase": "mrd:hasPhase",
    "technology": "mrd:usesTechnology",
    "resource": "mrd:usesResource",
    "beneficiary": "mrd:hasBeneficiary",
    "theme": "mrd:hasTheme",
    "status": "mrd:actionStatus",
    "project": "mrd:inProject",
}
"""Facets that items carry by one property."""

CLASSES: Final = {name: f"mrd:{kind.class_name}" for name, kind in kinds().items()}
"""Classes of the members of each kind."""


@dataclass(frozen=True, slots=True)
class Twin:
    """A query that gives a part of an answer.

    Attributes:
        part: ``items``, or the member of the answer that it gives.
        text: The query.
        rows: Which entries of the part it gives: those with one of these values in these columns.
        lists: Columns that are lists in the answer; each row has one of their members.
        leaves_out: What it does not give: a key of ``leaves_out.yaml``; None for nothing.
        exact: Whether its rows are those of the answer; otherwise they hold these and others,
            and ``leaves_out`` tells which.
    """

    part: str
    text: str
    rows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lists: tuple[str, ...] = ()
    leaves_out: str | None = None
    exact: bool = True


def twin(
    part: str,
    query: str,
    *,
    rows: Mapping[str, tuple[str, ...]] | None = None,
    lists: tuple[str, ...] = (),
    leaves_out: str | None = None,
    exact: bool = True,
) -> Twin:
    """Return a twin with the prefixes that its query needs, one level of indentation removed.

    Args:
        part: As the attributes of `Twin`, like the others.
        query: The query without its prefixes.
        rows: None for all entries.
        lists: None for no column.
        leaves_out: None for nothing.
        exact: Whether its rows are those of the answer.
    """
    lines = [line.removeprefix("    ") for line in query.strip().splitlines() if line.strip()]
    needed = [each for each in _PROLOGUE.splitlines() if f"{each.split()[1]}" in query]
    text = "\n".join([*needed, *lines]) + "\n"
    return Twin(part, text, rows or {}, lists, leaves_out, exact)


def term(iri: str) -> str:
    """Return an IRI as SPARQL writes it.

    Raises:
        Problem: ``invalid-parameter``: it is none.
    """
    try:
        return str(NamedNode(iri))
    except ValueError as error:
        raise Problem("invalid-parameter", f"{iri!r} is no IRI") from error


def text_of(value: str) -> str:
    """Return a text as SPARQL writes it."""
    return str(Literal(value))


def year_of(item: str, year: int | None) -> str:
    """Return the pattern of what is of a fiscal year; none for any year."""
    return "" if year is None else f"{item} mrd:fiscalYear/mrd:yearNumber {year} ."


def subject(selection: Selection) -> str:
    """Return the pattern that binds ``?item`` to the items of a selection, once each."""
    year = selection.fiscal_year
    kinds = []
    if selection.statements and selection.scope != "standing":
        kinds.append(f"{{ ?item a mrd:PriorityTopic . {year_of('?item', year)} }}")
    if selection.statements and selection.scope != "fiscal-year":
        kinds.append("{ ?item a mrd:ScopeItem }")
    if selection.programmes:
        budgeted = (
            ""
            if year is None
            else f"""?budgeted mrd:forProgramme ?item ; mrd:budgetStage ?stage .
            {year_of("?budgeted", year)}
            FILTER (?stage != mrds:stage-request)
            FILTER NOT EXISTS {{ ?later mrd:supersedes ?budgeted }}"""
        )
        kinds.append(f"{{ ?item a mrd:Programme . {budgeted} }}")
    return f"{{ SELECT DISTINCT ?item WHERE {{ {' UNION '.join(kinds)} }} }}"


def falls_under(facet: str, variable: str, *, basis: str = "all", item: str = "?item") -> str:
    """Return the pattern that binds a variable to all that an item falls under in a facet.

    What it names itself is bound to the variable with ``_named``.
    """
    named = f"{variable}_named"
    if facet not in CONCEPT_FACETS:
        return f"{_relation(facet, item, variable)} BIND ({variable} AS {named})"
    triple = f"{item} {PROPERTIES[facet]} {named}"
    return f"{triple} . {_basis(triple, variable, basis)} {named} skos:broader* {variable} ."


def names(facet: str, item: str = "?item", *, basis: str = "all") -> str:
    """Return the pattern of an item that names anything of a facet."""
    if facet not in CONCEPT_FACETS:
        return _relation(facet, item, "?anything")
    triple = f"{item} {PROPERTIES[facet]} ?anything"
    return f"{triple} . {_basis(triple, '?anything', basis)}"


def figures_naming(facet: str, *, basis: str = "all") -> str:
    """Return the pattern of figures that are for anything of a facet; see `figures_under`."""
    return f"""{{ {names(facet, basis=basis)} }}
        UNION {{
            ?item mrd:forProgramme ?own_programme . ?own_programme a mrd:Programme .
            {names(facet, "?own_programme", basis=basis)}
            FILTER NOT EXISTS {{ {names(facet)} }}
        }}"""


def under_any(
    facets: Iterable[str], facet: str, concept: str, *, basis: str = "all", item: str = "?item"
) -> str:
    """Return the pattern of what an item falls under in any of some facets, and the facet."""
    ways = [
        f"{{ {falls_under(each, concept, basis=basis, item=item)}"
        f" BIND ({text_of(each)} AS {facet}) }}"
        for each in facets
    ]
    return "\n        UNION ".join(ways)


def members(facet: str, variable: str, chosen: str | None = None) -> str:
    """Return the pattern of the members of a facet, or of one of them."""
    one = "" if chosen is None else f"VALUES {variable} {{ {term(chosen)} }} "
    return f"{one}{variable} a {CLASSES[facet]} ."


def figures(total: str) -> str:
    """Return the pattern of the figures of a total, with their yen as ``?weight``."""
    return f"?item mrd:additiveIn {term(total)} ; mrd:amountJPY ?weight ."


def figures_under(facet: str, variable: str, *, basis: str = "all") -> str:
    """Return the pattern of what a figure is for: by itself, else by what its programme names."""
    return f"""{{ {falls_under(facet, variable, basis=basis)} }}
        UNION {{
            ?item mrd:forProgramme ?own_programme . ?own_programme a mrd:Programme .
            {falls_under(facet, variable, basis=basis, item="?own_programme")}
            FILTER NOT EXISTS {{ {names(facet)} }}
        }}"""


def money(total: str, programme: str, amount: str) -> str:
    """Return the subquery of the yen of each programme within a total."""
    return f"""{{ SELECT {programme} (SUM(?yen) AS {amount}) WHERE {{
            ?figure mrd:forProgramme {programme} ; mrd:additiveIn {term(total)} ;
                mrd:amountJPY ?yen .
        }} GROUP BY {programme} }}"""


def _relation(facet: str, item: str, variable: str) -> str:
    match facet:
        case "project":
            return f"{item} mrd:inProject {variable} ."
        case "ministry":
            return f"{item} mrd:administeredBy|mrd:payer {variable} . {variable} a mrd:Ministry ."
        case "organization":
            return f"{item} mrd:administeredBy|mrd:payer|mrd:payee {variable} ."
        case "programme":
            return (
                f"{{ {item} a mrd:Programme . BIND ({item} AS {variable}) }} UNION"
                f" {{ {item} mrd:editionOf|mrd:indicatorOf|mrd:forProgramme {variable} }}"
            )
        case _:
            return f"{item} a mrd:PriorityTopic . BIND ({item} AS {variable})"


def _basis(triple: str, variable: str, basis: str) -> str:
    """Return the filter of what sources state, or of what our linker alone says."""
    graph = f"{variable}_graph"
    others = (
        f"{{ GRAPH {graph} {{ {triple} }}"
        f" FILTER ({graph} != graph:linked && {graph} != graph:inferred) }}"
    )
    linked = f"{{ GRAPH graph:linked {{ {triple} }} }}"
    match basis:
        case "stated":
            return f"FILTER (EXISTS {others} || NOT EXISTS {linked})"
        case "computed":
            return f"FILTER (EXISTS {linked} && NOT EXISTS {others})"
        case _:
            return ""
