"""Processes answer what the graph states of them."""

import pytest
from tests.linkage.asking import ask

from medrd_kg.linkage.process import ROLES, ProcessQuestion, process
from medrd_kg.linkage.process_stages import AGENTS, Stage, stages_of
from medrd_kg.linkage.tables import FactTables
from medrd_kg.problems import Problem
from medrd_kg.store.base import Store
from medrd_kg.vocabulary import kind_iri

_PROPERTIES = {
    "actors": "carriedOutBy",
    "partners": "jointlyWith",
    "addressees": "addressedTo",
    "approvers": "approvedBy",
    "deciders": "decidedBy",
    "overseers": "overseenBy",
    "conditions": "requires",
    "triggers": "triggeredBy",
    "inputs": "hasInput",
    "outputs": "hasOutput",
    "following": "precedes",
    "preceding": "follows",
    "feeds_back_to": "feedsBackTo",
    "based_on": "basedOn",
}


def slugs(steps: tuple[Stage, ...]) -> list[str]:
    return [each.iri.rsplit("/", 1)[-1] for each in steps]


@pytest.mark.parametrize(("attribute", "name"), _PROPERTIES.items())
def test_stages_say_what_the_graph_says(
    graph: Store, facts: FactTables, attribute: str, name: str
) -> None:
    asked = set(
        ask(
            graph,
            f"""SELECT ?stage ?value WHERE {{
                VALUES ?class {{ mrd:Process mrd:ProcessStep }}
                ?stage a ?class ; mrd:{name} ?value }}""",
        )
    )
    assert asked
    assert {
        (stage.iri, each.iri) for stage in stages_of(facts) for each in getattr(stage, attribute)
    } == asked


def test_every_stage_and_what_it_names_cites_units(graph: Store, facts: FactTables) -> None:
    units = {
        (str(stage), str(unit))
        for stage, unit in ask(
            graph,
            """SELECT ?stage ?unit WHERE { VALUES ?class { mrd:Process mrd:ProcessStep }
                ?stage a ?class ; mrd:statedIn/mrd:unitId ?unit }""",
        )
    }
    stages = stages_of(facts)
    assert {(each.iri, str(cited.unit)) for each in stages for cited in each.evidence} == units
    for stage in stages:
        assert stage.ja
        assert stage.en
        for attribute in _PROPERTIES:
            assert all(each.evidence for each in getattr(stage, attribute))


def test_steps_of_a_process_stand_in_their_order(facts: FactTables) -> None:
    found = process(facts, ProcessQuestion(process="budget-request-coordination"))
    steps = found.steps.entries
    numbered = {
        each.number: slug
        for each, slug in zip(steps, slugs(steps), strict=True)
        if each.process and each.process.iri.endswith("budget-request-coordination")
    }
    assert [numbered[str(place)] for place in range(1, 6)] == [
        "submission-of-requests",
        "cabinet-office-hearing",
        "joint-budget-request",
        "consolidation-at-headquarters",
        "budget-negotiation",
    ]
    places = {each.iri: place for place, each in enumerate(steps)}
    for each in steps:
        assert all(places[each.iri] < places[later.iri] for later in each.following)
        if each.part_of is not None and each.part_of.iri in places:
            assert places[each.part_of.iri] < places[each.iri]
    assert slugs(found.processes) == ["budget-request-coordination", "yearly-policy-and-request"]


def test_who_decides_on_the_adjustment_fund(facts: FactTables) -> None:
    found = process(facts, ProcessQuestion(process="process:adjustment-fund-allocation"))
    assert slugs(found.steps.entries) == [
        "grasp-of-research-front",
        "additional-allocation",
        "agile-allocation",
    ]
    deciders = {each.iri for step in found.steps.entries for each in step.deciders}
    assert deciders == {kind_iri("org-", "headquarters-for-healthcare-policy")}
    agile = found.steps.entries[-1]
    assert [each.iri for each in agile.triggers] == [kind_iri("cond", "prompt-start-needed")]
    assert [each.inferred for each in agile.inputs] == [True]


def test_filters_keep_what_the_graph_says(graph: Store, facts: FactTables) -> None:
    office = kind_iri("org-", "cabinet-office")
    for role in ROLES:
        name = _PROPERTIES[AGENTS[role]]
        asked = {
            str(step)
            for (step,) in ask(
                graph, f"SELECT ?step WHERE {{ ?step a mrd:ProcessStep ; mrd:{name} <{office}> }}"
            )
        }
        found = process(facts, ProcessQuestion(actor="cabinet-office", role=role))
        assert {each.iri for each in found.steps.entries} == asked
    paper = kind_iri("doc", "budget-request")
    asked = {
        str(step)
        for (step,) in ask(
            graph,
            f"""SELECT ?step WHERE {{
                ?step a mrd:ProcessStep ; mrd:hasInput|mrd:hasOutput <{paper}> }}""",
        )
    }
    found = process(facts, ProcessQuestion(document="doc:budget-request"))
    assert {each.iri for each in found.steps.entries} == asked
    assert len(asked) > 1


def test_a_step_brings_its_parts_and_pages_hold_all(facts: FactTables) -> None:
    whole = process(facts, ProcessQuestion(step="joint-budget-request")).steps.entries
    assert slugs(whole)[0] == "joint-budget-request"
    assert len(whole) == 7
    paged = [
        each
        for offset in range(0, 7, 3)
        for each in process(
            facts, ProcessQuestion(step="joint-budget-request"), offset=offset, limit=3
        ).steps.entries
    ]
    assert tuple(paged) == whole


@pytest.mark.parametrize("name", ["process", "step", "actor", "role", "document", "condition"])
def test_unknown_values_are_refused_with_the_known_ones(facts: FactTables, name: str) -> None:
    with pytest.raises(Problem) as caught:
        process(facts, ProcessQuestion(**{name: "no-such"}))
    assert caught.value.slug == "invalid-parameter"
    assert caught.value.extra["parameter"] == name
    known = caught.value.extra["known"]
    assert isinstance(known, list)
    for each in known:
        assert process(facts, ProcessQuestion(**{name: each})).steps.total >= (name != "role")
