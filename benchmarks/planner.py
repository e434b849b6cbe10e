"""CPU of queries as analysts write them, plain and planned, in one process on the same data.

Two vocabularies: the model's own (`benchmarks.synthetic`) and one of a plain grant register. For
each query the plain text and the plan take turns; the figure is the least CPU time of each, of
evaluating the text and fetching all rows. What planning itself costs the first time is a column of
its own, and so is computing a table of sums. Answers are compared as bags before anything is told.

usage: python -m benchmarks.planner [--triples N] [--repeats N] [--json FILE]
"""

import argparse
import gc
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Final

import pyoxigraph as ox
from rich.console import Console
from rich.table import Table

from benchmarks import synthetic
from medrd_kg.sparql.planning import RollupIndex, Signature, compute, plan
from medrd_kg.sparql.planning.extents import StoreExtents
from medrd_kg.store.embedded import EmbeddedStore
from medrd_kg.vocabulary import BASE

GRAPH: Final = "urn:benchmark:data"
_LONG: Final = 3.0
"""Seconds after which a text is measured once only."""

_REGISTER: Final = "http://example.org/register#"
_TYPE: Final = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_LABEL: Final = "<http://www.w3.org/2000/01/rdf-schema#label>"
_INTEGER: Final = "<http://www.w3.org/2001/XMLSchema#integer>"
_DIMENSIONS: Final = {"ministry": 8, "project": 400, "disease": 60, "modality": 40}
_TRIPLES_PER_GRANT: Final = 22

_MODEL_PREFIXES: Final = (
    f"PREFIX mrd: <{BASE}core#> PREFIX prj: <{BASE}id/project/> PREFIX prg: <{BASE}id/programme/>"
    f" PREFIX fy: <{BASE}id/fiscal-year/> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
)
_MODEL: Final = {
    "gaps: disease x modality in one project": (
        "SELECT ?d ?m { ?d a mrd:DiseaseArea . ?m a mrd:Modality FILTER NOT EXISTS"
        " { ?i mrd:hasDiseaseArea ?d ; mrd:hasModality ?m ; mrd:inProject prj:genome-data } }"
    ),
    "gaps: diseases without a topic of one project": (
        "SELECT ?d ?l { ?d a mrd:DiseaseArea ; rdfs:label ?l FILTER(LANG(?l) = 'en')"
        " FILTER NOT EXISTS { ?t mrd:hasDiseaseArea ?d ; mrd:inProject prj:seeds-infrastructure } }"
    ),
    "link1: diseases of two projects": (
        "SELECT DISTINCT ?d { ?a mrd:inProject prj:drugs ; mrd:hasDiseaseArea ?d ."
        " ?b mrd:inProject prj:genome-data ; mrd:hasDiseaseArea ?d }"
    ),
    "link1: figures of two programmes with one payee": (
        "SELECT ?a ?b ?o { ?a mrd:forProgramme prg:p300 ; mrd:payee ?o ; mrd:fiscalYear ?y ."
        " ?b mrd:forProgramme prg:p310 ; mrd:payee ?o ; mrd:fiscalYear ?y }"
    ),
    "sum: payer x project": (
        "SELECT ?m ?p (SUM(?a) AS ?yen) { ?f mrd:payer ?m ; mrd:forProgramme ?g ;"
        " mrd:amountJPY ?a . ?g mrd:inProject ?p } GROUP BY ?m ?p"
    ),
    "sum: payer x year x stage": (
        "SELECT ?m ?y ?s (SUM(?a) AS ?yen) (COUNT(?f) AS ?n) { ?f mrd:payer ?m ;"
        " mrd:fiscalYear ?y ; mrd:budgetStage ?s ; mrd:amountJPY ?a } GROUP BY ?m ?y ?s"
    ),
    "sum: one year's labels": (
        "SELECT ?y (SUM(?a) AS ?yen) { ?f mrd:payer ?m ; mrd:fiscalYear ?f1 ;"
        " mrd:budgetStage ?s ; mrd:amountJPY ?a . ?f1 mrd:yearNumber ?y } GROUP BY ?y"
    ),
    "matrix": (
        "SELECT ?d ?p (COUNT(DISTINCT ?i) AS ?n) { ?i a mrd:PriorityTopic ;"
        " mrd:hasDiseaseArea ?d ; mrd:inProject ?p } GROUP BY ?d ?p"
    ),
}

_REGISTER_PREFIXES: Final = (
    f"PREFIX : <{_REGISTER}> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
)
_REGISTERED: Final = {
    "gaps: disease x ministry for one modality": (
        "SELECT ?d ?m { ?d a :Disease . ?m a :Ministry FILTER NOT EXISTS"
        " { ?g :disease ?d ; :ministry ?m ; :modality :modality35 } }"
    ),
    "gaps: diseases without a grant of one project": (
        "SELECT ?d { ?d a :Disease FILTER NOT EXISTS { ?g :disease ?d ; :project :project250 } }"
    ),
    "link1: grants of two projects with one disease and modality": (
        "SELECT ?a ?b { ?a :project :project200 ; :disease ?d ; :modality ?m ."
        " ?b :project :project230 ; :disease ?d ; :modality ?m FILTER(?a != ?b) }"
    ),
    "link1: ministries that share a disease": (
        "SELECT DISTINCT ?d { ?a :ministry ?m1 ; :disease ?d . ?b :ministry ?m2 ; :disease ?d"
        " FILTER(?m1 = :ministry1) FILTER(?m2 = :ministry2) }"
    ),
    "sum: ministry x year": (
        "SELECT ?m ?y (SUM(?a) AS ?t) { ?g :ministry ?m ; :year ?y ; :amount ?a } GROUP BY ?m ?y"
    ),
    "sum: ministry's label, since 2018": (
        "SELECT ?l (SUM(?a) AS ?t) (COUNT(?g) AS ?n) { ?g a :Grant ; :ministry ?m ; :year ?y ;"
        " :amount ?a . ?m rdfs:label ?l FILTER(LANG(?l) = 'en' && ?y >= 2018) }"
        " GROUP BY ?l ORDER BY DESC(?t)"
    ),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """What one query cost.

    Attributes:
        vocabulary: Whose names it uses.
        name: What it asks.
        rows: Number of rows.
        rules: The rules that applied.
        plain_ms: CPU milliseconds as written.
        planned_ms: CPU milliseconds of the planned text.
        planning_ms: CPU milliseconds of planning it for the first time.
        table_ms: CPU milliseconds of computing its table of sums; 0 without one.
    """

    vocabulary: str
    name: str
    rows: int
    rules: tuple[str, ...]
    plain_ms: float
    planned_ms: float
    planning_ms: float
    table_ms: float


def register(wanted: int) -> Iterator[str]:
    """Yield a register of grants as lines of N-Triples, with about ``wanted`` triples."""
    chance = Random(synthetic.SEED)
    for kind, many in _DIMENSIONS.items():
        for number in range(many):
            thing = f"<{_REGISTER}{kind}{number}>"
            yield f"{thing} {_TYPE} <{_REGISTER}{kind.capitalize()}> .\n"
            yield f'{thing} {_LABEL} "{kind} {number}"@en .\n'
    for number in range(wanted // _TRIPLES_PER_GRANT):
        grant = f"<{_REGISTER}g{number}>"
        project = min(int(chance.expovariate(1 / 60)), _DIMENSIONS["project"] - 1)
        yield f"{grant} {_TYPE} <{_REGISTER}Grant> .\n"
        yield f'{grant} {_LABEL} "grant {number}"@en .\n'
        links = [("project", project), ("ministry", project % _DIMENSIONS["ministry"])]
        for kind, mean in (("disease", 9), ("modality", 6)):
            for _ in range(2):
                value = min(int(chance.expovariate(1 / mean)), _DIMENSIONS[kind] - 1)
                links.append((kind, value))
        for kind, value in links:
            yield f"{grant} <{_REGISTER}{kind}> <{_REGISTER}{kind}{value}> .\n"
        for name, amount in (
            ("year", 2014 + chance.randrange(10)),
            ("amount", 100_000 * chance.randrange(1, 500)),
        ):
            yield f'{grant} <{_REGISTER}{name}> "{amount}"^^{_INTEGER} .\n'
        for note in range(_TRIPLES_PER_GRANT - 10):
            yield f'{grant} <{_REGISTER}note{note}> "{number} {note}" .\n'


def measure(
    vocabulary: str, prefixes: str, queries: dict[str, str], lines: Iterator[str], repeats: int
) -> Iterator[Measured]:
    """Load the data and yield what each query costs.

    Raises:
        SystemExit: A plan's answer is not that of its query.
    """
    store = EmbeddedStore(union_default_graph=False)
    engine = ox.Store()
    store._store = engine  # noqa: SLF001 - plain and planned texts go to the engine itself
    engine.bulk_load("".join(lines).encode(), format=ox.RdfFormat.N_TRIPLES)
    extents, rollups = StoreExtents(store), RollupIndex()
    for name, body in queries.items():
        text = prefixes + body
        table = 0.0
        for signature in rollups.wanted(text):
            table += _cpu(partial(_adopt, rollups, store, signature))
        planning = _cpu(partial(plan, text, extents, rollups))
        planned = plan(text, extents, rollups)
        plain_answer, plain = _answered(engine, text)
        planned_answer, fast = _answered(engine, planned.text)
        if plain_answer != planned_answer:
            raise SystemExit(f"{name}: the plan answers otherwise\n{planned.text}")
        for _ in range(repeats):
            plain = plain if plain > _LONG else min(plain, _cpu(partial(_rows, engine, text)))
            fast = min(fast, _cpu(partial(_rows, engine, planned.text)))
        yield Measured(
            vocabulary,
            name,
            plain_answer.total(),
            tuple(dict.fromkeys(each.rule for each in planned.rewrites)),
            1000 * plain,
            1000 * fast,
            1000 * planning,
            1000 * table,
        )
    store.close()


def _adopt(rollups: RollupIndex, store: EmbeddedStore, signature: Signature) -> None:
    rollups.adopt(compute(store, signature).encode())


def _answered(engine: ox.Store, text: str) -> tuple[Counter[str], float]:
    """Return the answer as a bag, and the CPU seconds that it took."""
    begun = time.process_time()
    rows = _rows(engine, text)
    return Counter(map(str, rows)), time.process_time() - begun


def _rows(engine: ox.Store, text: str) -> list[ox.QuerySolution]:
    answer = engine.query(text)
    if not isinstance(answer, ox.QuerySolutions):
        raise TypeError("a SELECT is due")
    return list(answer)


def _cpu(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def main() -> None:
    """Measure both vocabularies and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.planner", description=__doc__)
    parser.add_argument("--triples", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    found: list[Measured] = []
    for vocabulary, prefixes, queries, lines in (
        ("model", _MODEL_PREFIXES, _MODEL, synthetic.triples(synthetic.Scale(arguments.triples))),
        ("register", _REGISTER_PREFIXES, _REGISTERED, register(arguments.triples)),
    ):
        for each in measure(vocabulary, prefixes, queries, lines, arguments.repeats):
            found.append(each)
            print(f"{each.name}: {each.plain_ms:.1f} and {each.planned_ms:.2f} ms", flush=True)
        gc.collect()  # the first store may go before the second one is filled
    columns = ("query", "rows", "plain, CPU ms", "planned", "times", "planning", "table", "rules")
    table = Table(*columns)
    for each in found:
        table.add_row(
            f"{each.vocabulary} {each.name}",
            str(each.rows),
            f"{each.plain_ms:.1f}",
            f"{each.planned_ms:.2f}",
            f"{each.plain_ms / each.planned_ms:.0f}",
            f"{each.planning_ms:.2f}",
            f"{each.table_ms:.0f}",
            ", ".join(each.rules),
        )
    Console(width=170).print(table)
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(each) for each in found], indent=1))


if __name__ == "__main__":
    main()
