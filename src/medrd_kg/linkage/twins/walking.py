"""What paths walk, in SPARQL: links with their direction, and the paths of one and two steps."""

from typing import Final

from medrd_kg.linkage.paths import PathQuestion, iri_of_thing
from medrd_kg.linkage.twins.patterns import Twin, term, twin

__all__ = ["LINKS", "path_twins", "stated_only"]

LINKS: Final = """mrd:inProject mrd:carriedOutIn mrd:ofUndertaking mrd:partOf mrd:restates
            mrd:hasDiseaseArea mrd:hasModality mrd:hasPurpose mrd:hasPhase mrd:usesTechnology
            mrd:usesResource mrd:hasBeneficiary mrd:hasTheme mrd:concerns mrd:aimsAt mrd:appliesTo
            mrd:basedOn mrd:feedsInto mrd:steeredBy mrd:linkageSource mrd:linkageTarget
            mrd:administeredBy mrd:overseenBy mrd:carriedOutBy mrd:jointlyWith mrd:addressedTo
            mrd:decidedBy mrd:approvedBy mrd:preparedBy mrd:participant mrd:hasRole mrd:roleIn
            mrd:triggeredBy mrd:requires mrd:hasInput mrd:hasOutput mrd:precedes mrd:feedsBackTo
            mrd:allocatedTo mrd:allocatedFrom mrd:drawnFrom mrd:succeeds mrd:subProgrammeOf
            mrd:editionOf mrd:describedBy mrd:indicatorOf mrd:responsibleUnit org:unitOf
            org:subOrganizationOf org:memberOf skos:broader"""
"""The properties that are walked between any things; see ``projection/path_links.rq``."""

_BOOKKEEPING: Final = """mrd:FundingFlow mrd:BudgetStatement mrd:Total mrd:FiscalYear
            mrd:BudgetStage mrd:BudgetLevel mrd:FlowKind mrd:ActionStatus mrd:AdministrativeCode
            mrd:IndicatorResult"""
"""Classes of what is not walked."""


def stated_only(subject: str, property_: str, value: str) -> str:
    """Return the condition that a link is not said by our linker alone."""
    triple = f"{subject} {property_} {value}"
    return (
        f"EXISTS {{ GRAPH ?source_graph {{ {triple} }}"
        " FILTER (?source_graph != graph:linked && ?source_graph != graph:inferred) }"
        f" || NOT EXISTS {{ GRAPH graph:linked {{ {triple} }} }}"
    )


def path_twins(question: PathQuestion) -> tuple[Twin, ...]:
    """Return the queries for the paths of one step and of two, a row for each link of a step."""
    source = term(iri_of_thing("source", question.source))
    target = term(iri_of_thing("target", question.target))
    found = [_steps(source, target, question, 1, "")]
    if question.max_length > 1:
        thing = f"""{{ SELECT DISTINCT ?thing WHERE {{
            {{ SELECT DISTINCT ?thing WHERE {{ {_link(source, "?thing", question.basis)} }} }}
            {{ SELECT DISTINCT ?thing WHERE {{ {_link(target, "?thing", question.basis)} }} }}
            {_telling(source, question)}
        }} }}
        VALUES ?step {{ 1 2 }}"""
        found.append(_steps(source, target, question, 2, thing))
    return tuple(found)


def _steps(source: str, target: str, question: PathQuestion, length: int, between: str) -> Twin:
    ends = f"""BIND (IF(?step = 1, {source}, ?thing) AS ?steps_origin)
        BIND (IF(?step = 1, ?thing, {target}) AS ?steps_target)"""
    if length == 1:
        ends = f"VALUES (?steps_origin ?steps_target) {{ ({source} {target}) }}"
    query = f"""
    SELECT DISTINCT ?length ?steps_origin ?steps_target ?steps_relations
        ?steps_relations_direction
    WHERE {{
        {between}
        {ends}
        {_link("?steps_origin", "?steps_target", question.basis)}
        BIND ({length} AS ?length)
    }}
    ORDER BY ?steps_origin ?steps_target ?steps_relations"""
    return twin(
        "items",
        query,
        rows={"length": (str(length),)},
        lists=("steps_relations", "steps_relations_direction"),
        leaves_out="long-paths" if question.max_length > length > 1 else "path-bits",
    )


def _telling(source: str, question: PathQuestion) -> str:
    """Return the pattern that keeps things on the way that tell enough: n * 2^bits <= N."""
    if question.min_bits == 0:
        return ""
    basis = question.basis
    return f"""{{ SELECT ?thing (COUNT(DISTINCT ?around) AS ?n) WHERE {{
            {{ SELECT DISTINCT ?thing WHERE {{ {_link(source, "?thing", basis)} }} }}
            ?narrower skos:broader* ?thing .
            {_link("?narrower", "?around", basis)}
        }} GROUP BY ?thing }}
        {{ SELECT (COUNT(DISTINCT ?one) AS ?N) WHERE {{ {_link("?one", "?other", basis)} }} }}
        FILTER (?n * {2**question.min_bits} <= ?N)"""


def _link(one: str, two: str, basis: str) -> str:
    """Return the pattern of the links between two things, with property and direction."""
    return f"""{{
            {_said(one, two, basis)} BIND ("forward" AS ?steps_relations_direction)
        }} UNION {{
            {_said(two, one, basis)} BIND ("backward" AS ?steps_relations_direction)
        }}"""


def _said(subject: str, value: str, basis: str) -> str:
    """Return the pattern of the links from a subject to a value."""
    condition = stated_only(subject, "?steps_relations", value)
    based = {
        "stated": f"FILTER ({condition})",
        "computed": f"FILTER (!({condition}))",
        "all": "",
    }[basis]
    paid = f""" UNION {{
            VALUES ?steps_relations {{ mrd:payer mrd:payee }}
            ?figure mrd:forProgramme {subject} ; ?steps_relations {value} .
            {{ ?figure a mrd:FundingFlow }} UNION {{ ?figure a mrd:BudgetStatement }}
            FILTER NOT EXISTS {{ ?later mrd:supersedes ?figure }}
            FILTER (!CONTAINS(STR({value}), "/id/payee/"))
        }}"""
    return f"""{{
            {{
                VALUES ?steps_relations {{ {LINKS} }}
                {subject} ?steps_relations {value} .
                FILTER NOT EXISTS {{ {subject} a mrd:ReviewSheet }}
            }} UNION {{
                VALUES ?steps_relations {{ mrd:statedIn }}
                {subject} ?steps_relations {value} .
                {value} a mrd:DocumentUnit .
            }}
            {based}
            FILTER NOT EXISTS {{ VALUES ?books {{ {_BOOKKEEPING} }} {subject} a ?books }}
            FILTER NOT EXISTS {{ VALUES ?books {{ {_BOOKKEEPING} }} {value} a ?books }}
            FILTER (ISIRI({subject}) && ISIRI({value}) && {subject} != {value})
        }}{"" if basis == "computed" else paid}"""
