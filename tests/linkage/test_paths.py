"""Paths are those that a search without any cleverness finds, in the same order."""

import math
from collections.abc import Iterable
from itertools import islice, pairwise

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pyoxigraph import Quad
from tests.linkage.asking import ask
from tests.linkage.random_graphs import both, quads

from medrd_kg.linkage.items import Thing
from medrd_kg.linkage.paths import MOST, Connection, PathQuestion, iri_of_thing, paths
from medrd_kg.linkage.paths_links import BROADER
from medrd_kg.linkage.paths_packed import made_web, packed, unpacked, web_of
from medrd_kg.linkage.paths_search import Effort, Steps, paths_in_order
from medrd_kg.linkage.paths_web import Web, web_between
from medrd_kg.linkage.tables import FactTables
from medrd_kg.problems import Problem
from medrd_kg.store.base import Store
from medrd_kg.vocabulary import MRD, MRDS, kind_iri

_NOT_WALKED = ("fiscalYear", "actionStatus", "budgetStage", "level", "flowKind", "hasFlag")


def every_path(web: Web, source: int, target: int, longest: int, least: int) -> list[Steps]:
    """Return all paths, by trying all ways."""
    found: list[Steps] = []

    def walk(path: Steps) -> None:
        if path[-1] == target:
            found.append(path)
            return
        if len(path) > longest:
            return
        for each in web.neighbours[path[-1]]:
            if each not in path and (each == target or web.microbits(each) >= least):
                walk((*path, each))

    walk((source,))
    return sorted(
        found, key=lambda path: (len(path), sum(web.lost[each] for each in path[1:-1]), path)
    )


@st.composite
def webs(draw: st.DrawFn) -> Web:
    """A web of up to nine things, some of them concepts one above another."""
    size = draw(st.integers(2, 9))
    number = st.integers(0, size - 1)
    links = draw(
        st.lists(st.tuples(number, number, st.sampled_from(("p", "q", BROADER))), max_size=24)
    )
    names = [Thing(f"n{each}", None, None) for each in range(size)]
    return web_between(names, [(at, *link) for at, link in enumerate(links) if link[0] != link[1]])


@settings(max_examples=100, deadline=None)
@given(web=webs())
def test_a_packed_web_is_the_same(web: Web, facts: FactTables) -> None:
    with facts.session() as session:
        opened = unpacked(packed(web), session.single)
    assert [tuple(each) for each in opened.neighbours] == list(web.neighbours)
    assert {ends: list(links) for ends, links in opened.links.items()} == web.links
    assert (list(opened.lost), opened.size) == (web.lost, web.size)
    with pytest.raises(KeyError):
        opened.links[0, 0]


@pytest.mark.parametrize("basis", ["all", "stated", "computed"])
def test_the_web_of_a_release_is_that_of_its_tables(facts: FactTables, basis: str) -> None:
    with facts.session() as session:
        made, held = made_web(session, basis), web_of(facts, session, basis)
    assert packed(held) == packed(made)
    assert list(held.names) == list(made.names)
    assert {iri: held.numbers[iri] for iri in held.numbers} == made.numbers
    assert held.numbers.get("https://example.org/nothing") is None


@settings(max_examples=300, deadline=None)
@given(web=webs(), longest=st.integers(1, 6), least=st.sampled_from((0, 500_000, 1_500_000)))
def test_paths_are_those_of_a_search_of_all_ways(web: Web, longest: int, least: int) -> None:
    effort = Effort(10**6)
    found = paths_in_order(web, 0, 1, longest=longest, least=least, effort=effort)
    assert list(found) == (every_path(web, 0, 1, longest, least) if web.size else [])


def test_what_a_thing_tells_counts_what_is_narrower() -> None:
    names = [Thing(each, None, None) for each in ("broad", "narrow", "a", "b", "c")]
    web = web_between(names, [(0, 1, 0, BROADER), (1, 2, 1, "p"), (2, 3, 1, "p"), (3, 4, 0, "p")])
    # broad is linked with narrow and c; narrow, below it, with broad, a and b
    assert web.bits(0) == pytest.approx(math.log2(5 / 5), abs=1e-5)
    assert web.bits(1) == pytest.approx(math.log2(5 / 3), abs=1e-5)


def test_a_search_that_is_cut_off_says_so() -> None:
    names = [Thing(str(each), None, None) for each in range(30)]
    links = [(one * 30 + two, one, two, "p") for one in range(30) for two in range(one + 1, 30)]
    effort = Effort(2000)
    web = web_between(names, links)
    found = list(paths_in_order(web, 0, 1, longest=6, least=-10, effort=effort))
    assert effort.left < 0
    assert found[0] == (0, 1)
    assert [len(each) for each in found] == sorted(len(each) for each in found)


def walked(path: Connection) -> list[str]:
    return [path.steps[0].origin.iri, *(step.target.iri for step in path.steps)]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(graph=quads())
def test_random_graphs_connect_as_sparql_says(graph: list[Quad]) -> None:
    with both(graph) as one:
        source, target = f"{MRDS}disease-a", kind_iri("prj", "p")
        with one.facts.session() as session:
            known = web_of(one.facts, session, "all").numbers
        assume(source in known and target in known)  # else: not found, which has its own test
        asked = {
            str(middle)
            for (middle,) in ask(
                one.store,
                f"""SELECT DISTINCT ?m WHERE {{
                    {{ ?m mrd:hasDiseaseArea <{source}> }}
                    UNION {{ <{source}> skos:broader ?m }} UNION {{ ?m skos:broader <{source}> }}
                    ?m mrd:inProject <{target}>
                    FILTER NOT EXISTS {{ ?m a mrd:BudgetStatement }} }}""",
            )
        }
        question = PathQuestion(source, target, max_length=2, min_bits=0)
        found = {walked(each)[1] for each in paths(one.facts, question).paths.entries}
        assert found == asked


def two_steps(store: Store, source: str, target: str) -> set[str]:
    """Return what stands between two things over any property, without what is not walked."""
    left_out = ", ".join(f"mrd:{each}" for each in _NOT_WALKED)
    return {
        str(middle)
        for (middle,) in ask(
            store,
            f"""SELECT DISTINCT ?m WHERE {{
                {{ ?m ?p <{source}> }} UNION {{ <{source}> ?p ?m }}
                {{ ?m ?q <{target}> }} UNION {{ <{target}> ?q ?m }}
                FILTER (STRSTARTS(STR(?p), "{MRD}") && STRSTARTS(STR(?q), "{MRD}"))
                FILTER (?p NOT IN ({left_out}) && ?q NOT IN ({left_out})) }}""",
        )
    }


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (f"{MRDS}disease-cancer", kind_iri("prj", "drugs")),
        (kind_iri("prj", "genome-data"), kind_iri("prj", "devices-healthcare")),
        (f"{MRDS}disease-cancer", f"{MRDS}disease-dementia"),
        (kind_iri("org-", "cabinet-office"), kind_iri("process", "pdca-cycle")),
    ],
)
def test_two_steps_on_the_shipped_graph(
    graph: Store, facts: FactTables, source: str, target: str
) -> None:
    found = pages(facts, PathQuestion(source, target, max_length=2, min_bits=0))
    assert {walked(each)[1] for each in found if each.length == 2} == two_steps(
        graph, source, target
    )


def pages(facts: FactTables, question: PathQuestion) -> list[Connection]:
    found: list[Connection] = []
    offset: int | None = 0
    while offset is not None:
        page = paths(facts, question, offset=offset, limit=100).paths
        found += page.entries
        offset = page.next_offset
    return found


@pytest.mark.parametrize("basis", ["stated", "computed", "all"])
def test_the_shipped_graph_is_searched_as_by_trying_all_ways(facts: FactTables, basis: str) -> None:
    with facts.session() as session:
        web = web_of(facts, session, basis)
    pairs = [
        ("prg:meti-dementia-coexistence", "mrds:disease-cancer"),
        ("mrds:technology-robotics", "mrds:modality-medical-system"),
    ]
    for source, target in pairs:
        ends = [web.numbers[iri_of_thing("source", each)] for each in (source, target)]
        ways = every_path(web, ends[0], ends[1], 3, 3_000_000)
        question = PathQuestion(source, target, max_length=3, basis=basis)
        answer = paths(facts, question, limit=100)
        expected = [[web.names[each].iri for each in way] for way in islice(ways, 100)]
        assert [walked(each) for each in answer.paths.entries] == expected
        assert answer.paths.total == min(len(ways), MOST)
        assert answer.complete == (len(ways) <= MOST)


def test_every_step_has_its_relation_and_evidence(graph: Store, facts: FactTables) -> None:
    found = pages(facts, PathQuestion("disease-area/cancer", "organizations/amed", max_length=3))
    assert found
    relations = [(step, each) for path in found for step in path.steps for each in step.relations]
    assert all(each.evidence and each.ja and each.en for _, each in relations)
    assert {each.basis for _, each in relations} == {"stated", "computed"}
    for step, each in relations[:40]:
        ends = (step.origin.iri, step.target.iri)
        subject, target = ends if each.direction == "forward" else ends[::-1]
        if each.figures:
            paid = f"?f mrd:forProgramme <{subject}> ; <{each.iri}> <{target}>"
            pattern = f"{paid} FILTER NOT EXISTS {{ ?later mrd:supersedes ?f }}"
            counted = list(ask(graph, f"SELECT (COUNT(DISTINCT ?f) AS ?n) WHERE {{ {pattern} }}"))
            assert counted == [(each.figures,)]
        else:
            pattern = f"<{subject}> <{each.iri}> <{target}>"
            assert list(ask(graph, f"SELECT ?yes WHERE {{ {pattern} BIND (1 AS ?yes) }}"))
        if each.basis == "computed":
            assert each.axiom is not None


def test_steps_of_one_basis_only(facts: FactTables) -> None:
    question = PathQuestion("prg:meti-dementia-coexistence", "prj:drugs", basis="stated")
    found = pages(facts, question)
    assert found
    assert {each.basis for path in found for step in path.steps for each in step.relations} == {
        "stated"
    }
    lone = PathQuestion("prg:meti-dementia-coexistence", "prj:drugs", basis="computed")
    assert paths(facts, lone).paths.total == 0


def test_what_tells_little_is_not_passed_through(facts: FactTables) -> None:
    source, target = "disease-area/cancer", "org-:amed"
    for least in (0, 5):
        found = pages(facts, PathQuestion(source, target, max_length=3, min_bits=least))
        told = [step.bits for path in found for step in path.steps if step.bits is not None]
        assert min(told) >= least
        for path in found:
            bits = sum(step.bits or 0 for step in path.steps)
            assert path.bits == pytest.approx(bits, abs=1e-4)
            assert len(set(walked(path))) == path.length + 1
            assert all(one.target == two.origin for one, two in pairwise(path.steps))


def test_no_path_leads_over_years_and_stages(facts: FactTables) -> None:
    with facts.session() as session:
        web = web_of(facts, session, "all")
    hubs: Iterable[str] = ("/fiscal-year/", "#stage-", "#level-", "#status-", "/total/", "/flow/")
    assert web.size > 3000
    assert not [iri for iri in web.numbers if any(hub in iri for hub in hubs)]


@pytest.mark.parametrize(
    ("question", "slug"),
    [
        (PathQuestion("cancer", "prj:drugs"), "invalid-parameter"),
        (PathQuestion("planet/mars", "prj:drugs"), "invalid-parameter"),
        (PathQuestion("prj:drugs", "project/drugs"), "invalid-parameter"),
        (PathQuestion("prj:drugs", "prj:genome-data", max_length=7), "invalid-parameter"),
        (PathQuestion("prj:drugs", "prj:genome-data", basis="guessed"), "invalid-parameter"),
        (PathQuestion("prj:drugs", "prj:no-such"), "not-found"),
        (PathQuestion("fy:2022", "prj:drugs"), "not-found"),
    ],
)
def test_what_names_nothing_is_refused(
    facts: FactTables, question: PathQuestion, slug: str
) -> None:
    with pytest.raises(Problem) as caught:
        paths(facts, question)
    assert caught.value.slug == slug
