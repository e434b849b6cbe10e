"""Topics and programmes are linked as `linkages` says, and as sources state."""

import math

import pytest
from tests.linkage.asking import ask

from medrd_kg.linkage.linkages import VIA, LinkageQuestion, linkages
from medrd_kg.linkage.tables import FactTables
from medrd_kg.linkage.topic_programmes import (
    TopicProgramme,
    TopicProgrammeQuestion,
    topic_programmes,
)
from medrd_kg.problems import Problem
from medrd_kg.store.base import Store
from medrd_kg.vocabulary import kind_iri


def every_pair(facts: FactTables, question: TopicProgrammeQuestion) -> list[TopicProgramme]:
    found: list[TopicProgramme] = []
    offset: int | None = 0
    while offset is not None:
        page = topic_programmes(facts, question, offset=offset, limit=100)
        found += page.entries
        offset = page.next_offset
    assert len(found) == page.total
    return found


@pytest.mark.parametrize("topic", ["cancer-drug-technical-support", "disease-database-research"])
def test_shared_concepts_are_those_of_linkages(facts: FactTables, topic: str) -> None:
    question = LinkageQuestion("topic", "programme", (*VIA, "project"), thing=topic)
    linked = linkages(facts, question, limit=100, shown=0)
    assert linked.pairs.next_offset is None
    expected = {
        pair.right.iri: (
            pair.strength,
            {(each.concept.iri, each.how, each.bits, each.named_by) for each in pair.shared},
        )
        for pair in linked.pairs.entries
    }
    assert expected
    found = every_pair(facts, TopicProgrammeQuestion(topic=topic, reason="shared-concept"))
    assert {each.programme.iri for each in found} == set(expected)
    for pair in found:
        strength, shared = expected[pair.programme.iri]
        assert pair.strength == pytest.approx(strength, abs=1e-5)
        assert shared == {
            (one.concept.iri, one.how, one.bits, one.named_by)
            for one in pair.reasons
            if one.concept is not None
        }


def test_links_that_sources_state(graph: Store, facts: FactTables) -> None:
    asked = set(
        ask(
            graph,
            """SELECT ?topic ?programme WHERE { ?topic a mrd:PriorityTopic .
                ?programme a mrd:Programme . ?topic mrd:concerns ?programme }""",
        )
    )
    found = every_pair(facts, TopicProgrammeQuestion(reason="stated-link"))
    assert {(each.topic.iri, each.programme.iri) for each in found} == asked
    assert asked
    for pair in found:
        assert [cited.kind for one in pair.reasons for cited in one.evidence] == ["unit"]


def test_units_that_name_both(graph: Store, facts: FactTables) -> None:
    asked = set(
        ask(
            graph,
            """SELECT ?topic ?programme ?unit WHERE { ?topic a mrd:PriorityTopic ;
                mrd:statedIn ?unit . ?programme a mrd:Programme ; mrd:statedIn ?unit .
                ?unit a mrd:DocumentUnit }""",
        )
    )
    found = every_pair(facts, TopicProgrammeQuestion(reason="named-together"))
    assert asked == {
        (pair.topic.iri, pair.programme.iri, cited.iri)
        for pair in found
        for one in pair.reasons
        for cited in one.evidence
    }
    assert asked
    items = """VALUES ?class { mrd:PriorityTopic mrd:ScopeItem mrd:Programme } ?item a ?class"""
    ((whole,),) = ask(graph, f"SELECT (COUNT(DISTINCT ?item) AS ?n) WHERE {{ {items} }}")
    reason = found[0].reasons[0]
    assert reason.bits == pytest.approx(math.log2(int(whole or 0) / reason.named_by), abs=1e-5)


def test_every_reason_has_evidence_and_what_is_computed_its_axioms(facts: FactTables) -> None:
    found = every_pair(facts, TopicProgrammeQuestion(programme="meti-drug-discovery-platform"))
    assert found
    for pair in found:
        assert pair.topic.evidence
        assert pair.programme.evidence
        for one in pair.reasons:
            assert one.evidence
            assert one.axioms or one.basis == "stated"
        weights = [one.bits / 2 if one.how in {"broader", "narrower"} else one.bits
                   for one in pair.reasons]  # fmt: skip
        assert pair.strength == pytest.approx(sum(weights), abs=1e-4)
    strengths = [pair.strength for pair in found]
    assert strengths == sorted(strengths, reverse=True)


def test_the_basis_divides_the_reasons(graph: Store, facts: FactTables) -> None:
    for basis in ("stated", "computed"):
        found = every_pair(facts, TopicProgrammeQuestion(basis=basis))
        assert found
        assert {one.basis for pair in found for one in pair.reasons} == {basis}
    stated = TopicProgrammeQuestion(topic="translational-programme-consolidation", basis="stated")
    first = topic_programmes(facts, stated).entries[0]
    for one in first.reasons:
        if one.facet == "phase" and one.concept is not None:
            sources = {
                str(where)
                for (where,) in ask(
                    graph,
                    f"""SELECT ?where WHERE {{ GRAPH ?where {{
                        <{first.programme.iri}> mrd:hasPhase <{one.concept.iri}> }} }}""",
                )
            }
            assert any(each.endswith("policy-fy2022") for each in sources)
            break
    else:
        pytest.fail("the policy states the phase of the programme that it names")


def test_a_year_keeps_programmes_of_that_year(graph: Store, facts: FactTables) -> None:
    year = kind_iri("fy", "2022")
    of_year = {
        str(programme)
        for (programme,) in ask(
            graph,
            f"""SELECT DISTINCT ?programme WHERE {{
                ?figure mrd:forProgramme ?programme ; mrd:fiscalYear <{year}> ;
                    mrd:budgetStage ?stage FILTER (?stage != mrds:stage-request)
                FILTER NOT EXISTS {{ ?later mrd:supersedes ?figure }} }}""",
        )
    }
    every = {each.programme.iri for each in every_pair(facts, TopicProgrammeQuestion())}
    found = {
        each.programme.iri for each in every_pair(facts, TopicProgrammeQuestion(fiscal_year=2022))
    }
    assert found == every & of_year
    assert found != every


def test_what_is_unknown_is_refused(facts: FactTables) -> None:
    for question, slug in (
        (TopicProgrammeQuestion(topic="no-such"), "not-found"),
        (TopicProgrammeQuestion(programme="prg:no-such"), "not-found"),
        (TopicProgrammeQuestion(reason="whim"), "invalid-parameter"),
        (TopicProgrammeQuestion(basis="guessed"), "invalid-parameter"),
    ):
        with pytest.raises(Problem) as caught:
            topic_programmes(facts, question)
        assert caught.value.slug == slug
