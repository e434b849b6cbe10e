"""Small random graphs with every shape that the fact tables know, and their tables."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad

from medrd_kg.linkage.projection import project
from medrd_kg.linkage.tables import FactTables
from medrd_kg.store.embedded import EmbeddedStore
from medrd_kg.vocabulary import MRD, MRDS, PREFIXES, graph_iri, kind_iri

YEARS: Final = (2021, 2022)
DISEASES: Final = tuple(f"{MRDS}disease-{letter}" for letter in "abcde")
MODALITIES: Final = tuple(f"{MRDS}modality-{letter}" for letter in "abc")
PROJECTS: Final = tuple(kind_iri("prj", letter) for letter in "pqr")
MINISTRIES: Final = tuple(kind_iri("org-", letter) for letter in "mn")
STATED: Final = graph_iri("policy-fy2022")
LINKED: Final = graph_iri("linked")


@dataclass(frozen=True)
class Both:
    """A graph twice: as it is and as fact tables."""

    store: EmbeddedStore
    facts: FactTables


def _type(subject: str, name: str) -> tuple[str, str, str]:
    return (subject, f"{PREFIXES['rdf']}type", f"{MRD}{name}")


def _quad(triple: tuple[str, str, str | int], graph: str) -> Quad:
    subject, predicate, value = triple
    term = Literal(value) if isinstance(value, int) else NamedNode(value)
    return Quad(NamedNode(subject), NamedNode(predicate), term, NamedNode(graph))


def _frame() -> list[tuple[str, str, str | int]]:
    """What every graph holds: years, concepts, projects, ministries."""
    triples: list[tuple[str, str, str | int]] = [
        (kind_iri("fy", str(year)), f"{MRD}yearNumber", year) for year in YEARS
    ]
    triples += [_type(each, "DiseaseArea") for each in DISEASES]
    triples += [_type(each, "Modality") for each in MODALITIES]
    triples += [_type(each, "IntegratedProject") for each in PROJECTS]
    for each in MINISTRIES:
        triples += [_type(each, "Ministry"), _type(each, "Organization")]
    return triples


class _Drawn:
    """A graph that is being drawn: what sources state, and what our own linker does."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.stated = _frame()
        self.linked: list[tuple[str, str, str | int]] = []

    def some(self, of: tuple[str, ...], most: int = 3) -> list[str]:
        return self.draw(st.lists(st.sampled_from(of), max_size=most, unique=True))

    def count(self, most: int) -> range:
        return range(self.draw(st.integers(0, most)))

    def schemes(self) -> None:
        """Any steps, cycles included: a query and the tables must agree on those too."""
        broader = f"{PREFIXES['skos']}broader"
        for scheme in (DISEASES, MODALITIES):
            steps = st.tuples(st.sampled_from(scheme), st.sampled_from(scheme))
            drawn = self.draw(st.lists(steps, max_size=5))
            self.stated += [(low, broader, high) for low, high in drawn]

    def concepts(self, item: str) -> None:
        for name, scheme in (("hasDiseaseArea", DISEASES), ("hasModality", MODALITIES)):
            for concept in self.some(scheme):
                triple = (item, f"{MRD}{name}", concept)
                by = self.draw(st.sampled_from(("source", "linker", "both")))
                if by != "linker":
                    self.stated.append(triple)
                if by != "source":
                    self.linked.append(triple)

    def place(self, item: str, most: int = 2) -> None:
        self.stated += [(item, f"{MRD}inProject", each) for each in self.some(PROJECTS, most)]

    def statements(self) -> None:
        for number in self.count(4):
            topic = kind_iri("topic", f"t{number}")
            year = self.draw(st.sampled_from(YEARS))
            self.stated += [
                _type(topic, "PriorityTopic"),
                (topic, f"{MRD}fiscalYear", kind_iri("fy", str(year))),
                (topic, f"{MRD}statedIn", kind_iri("unit", f"S00{number}")),
            ]
            self.concepts(topic)
            self.place(topic)
        for number in self.count(3):
            scope = kind_iri("scope", f"s{number}")
            self.stated.append(_type(scope, "ScopeItem"))
            self.concepts(scope)
            self.place(scope)

    def programmes(self) -> list[str]:
        programmes = [kind_iri("prg", f"g{number}") for number in self.count(3)]
        for programme in programmes:
            self.stated.append(_type(programme, "Programme"))
            self.stated += [
                (programme, f"{MRD}administeredBy", each) for each in self.some(MINISTRIES, 1)
            ]
            self.concepts(programme)
            self.place(programme)
        return programmes

    def totals(self) -> None:
        for year in YEARS:
            total = kind_iri("total", f"fy{year}")
            self.stated += [
                _type(total, "Total"),
                (total, f"{MRD}fiscalYear", kind_iri("fy", str(year))),
                (total, f"{MRD}budgetStage", f"{MRDS}stage-initial"),
                (total, f"{MRD}level", f"{MRDS}level-appropriation"),
                (total, f"{MRD}perimeter", f"{MRDS}perimeter-amed"),
            ]

    def figures(self, programmes: list[str]) -> None:
        figures = [kind_iri("budget", f"b{number}") for number in self.count(5)]
        for figure in figures:
            year = self.draw(st.sampled_from(YEARS))
            additive = self.draw(st.integers(0, 1)) == 1
            stage = self.draw(st.sampled_from(("initial", "request")))
            amount = self.draw(st.integers(-(10**12), 10**12))
            self.stated += [
                _type(figure, "BudgetStatement"),
                (figure, f"{MRD}fiscalYear", kind_iri("fy", str(year))),
                (figure, f"{MRD}budgetStage", f"{MRDS}stage-{stage}"),
                (figure, f"{MRD}level", f"{MRDS}level-appropriation"),
                (figure, f"{MRD}{'amountJPY' if additive else 'nonAdditiveAmountJPY'}", amount),
                *((figure, f"{MRD}payer", each) for each in self.some(MINISTRIES, 1)),
            ]
            if additive:
                self.stated.append((figure, f"{MRD}additiveIn", kind_iri("total", f"fy{year}")))
            for_one = self.draw(st.integers(0, 1)) == 1
            if programmes and for_one:
                programme = self.draw(st.sampled_from(programmes))
                self.stated.append((figure, f"{MRD}forProgramme", programme))
            self.place(figure, 1)
            if self.draw(st.integers(0, 4)) == 0:
                later = self.draw(st.sampled_from(figures))
                self.stated.append((later, f"{MRD}supersedes", figure))


@st.composite
def quads(draw: st.DrawFn) -> list[Quad]:
    """A graph of a few topics, scope items, programmes, figures and totals."""
    drawn = _Drawn(draw)
    drawn.schemes()
    drawn.statements()
    drawn.totals()
    drawn.figures(drawn.programmes())
    stated = [_quad(each, STATED) for each in drawn.stated]
    return stated + [_quad(each, LINKED) for each in drawn.linked]


@contextmanager
def both(given: list[Quad]) -> Iterator[Both]:
    """Load a graph and make its fact tables."""
    store = EmbeddedStore()
    store.insert(given)
    with tempfile.TemporaryDirectory() as folder:
        project(store, Path(folder))
        facts = FactTables(Path(folder))
        try:
            yield Both(store, facts)
        finally:
            facts.close()
            store.close()
