"""Synthetic data of any size in the shape of the real model, the same each time.

Items are topics, funding flows and budget statements in the proportion 4 : 4 : 2; with their share
of programmes, editions and organisations an item has about 22 triples. Facets, projects, years and
units are as many as in the real graph, so that they connect more items the larger the data are.

usage: python -m benchmarks.synthetic TRIPLES FILE    (N-Triples; compressed when FILE ends in .zst)
"""

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import IO, Final

import zstandard

from medrd_kg.vocabulary import BASE

__all__ = ["Scale", "triples", "write"]

SEED: Final = 2022
PROJECTS: Final = (
    "drugs",
    "devices-healthcare",
    "regenerative-cell-gene-therapy",
    "genome-data",
    "disease-basics",
    "seeds-infrastructure",
)
MINISTRIES: Final = ("cao", "mic", "mext", "mhlw", "meti", "maff", "moe", "mod")
STAGES: Final = ("request", "initial", "supplementary", "executed")
YEARS: Final = range(2015, 2024)
DISEASES: Final = 34
MODALITIES: Final = 28
PURPOSES: Final = 8
PHASES: Final = 6
TECHNOLOGIES: Final = 20
UNITS: Final = 99

_TRIPLES_PER_ITEM: Final = 22
_ITEMS_PER_PROGRAMME: Final = 10
_ITEMS_PER_ORGANISATION: Final = 25
_EDITIONS: Final = 4
_LINES_PER_WRITE: Final = 20_000
_KINDS: Final = (
    "topic",
    "flow",
    "topic",
    "flow",
    "budget",
    "topic",
    "flow",
    "topic",
    "flow",
    "budget",
)

_CORE: Final = f"{BASE}core#"
_SCHEMES: Final = f"{BASE}schemes#"
_ID: Final = f"{BASE}id/"
_RDF_TYPE: Final = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_LABEL: Final = "<http://www.w3.org/2000/01/rdf-schema#label>"
_SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
_INTEGER: Final = "http://www.w3.org/2001/XMLSchema#integer"
_PLACES: Final = ("北海道", "東北", "関東", "中部", "近畿", "中国", "四国", "九州")
_FIELDS: Final = (
    "ゲノム",
    "創薬",
    "再生医療",
    "がん",
    "難病",
    "感染症",
    "医療機器",
    "認知症",
    "データ基盤",
)


@dataclass(frozen=True, slots=True)
class Scale:
    """How many things there are, for a wanted number of triples.

    Attributes:
        wanted: Triples wanted; what comes differs by a few percent.
    """

    wanted: int

    @property
    def items(self) -> int:
        """Topics, flows and budget statements together."""
        return max(self.wanted // _TRIPLES_PER_ITEM, len(_KINDS))

    @property
    def programmes(self) -> int:
        """Programmes, each with four yearly editions."""
        return max(self.items // _ITEMS_PER_PROGRAMME, 1)

    @property
    def organisations(self) -> int:
        """Payees."""
        return max(self.items // _ITEMS_PER_ORGANISATION, 1)


def triples(scale: Scale) -> Iterator[str]:
    """Yield the data as lines of N-Triples, with few repeated ones."""
    chance = Random(SEED)
    yield from _vocabulary()
    for number in range(scale.organisations):
        yield from _organisation(number, chance)
    for number in range(scale.programmes):
        yield from _programme(number, chance)
    for number in range(scale.items):
        kind = _KINDS[number % len(_KINDS)]
        if kind == "topic":
            yield from _topic(number, chance)
        else:
            yield from _figure(number, kind == "flow", scale, chance)


def write(scale: Scale, path: Path) -> int:
    """Write the data to a file and return how many lines there are."""
    count = 0
    with ExitStack() as stack:
        out: IO[bytes] = stack.enter_context(path.open("wb"))
        if path.suffix == ".zst":
            out = stack.enter_context(zstandard.ZstdCompressor().stream_writer(out))
        pending = []
        for line in triples(scale):
            pending.append(line)
            if len(pending) == _LINES_PER_WRITE:
                out.write("".join(pending).encode())
                count += len(pending)
                pending.clear()
        out.write("".join(pending).encode())
    return count + len(pending)


class _Thing:
    """Writes the triples of one thing."""

    __slots__ = ("_iri",)

    def __init__(self, iri: str) -> None:
        self._iri = f"<{iri}>"

    def a(self, name: str) -> str:
        return f"{self._iri} {_RDF_TYPE} <{_CORE}{name}> .\n"

    def to(self, name: str, iri: str) -> str:
        return f"{self._iri} <{_CORE}{name}> <{iri}> .\n"

    def text(self, name: str, value: str) -> str:
        return f'{self._iri} <{_CORE}{name}> "{value}" .\n'

    def number(self, name: str, value: int) -> str:
        return f'{self._iri} <{_CORE}{name}> "{value}"^^<{_INTEGER}> .\n'

    def label(self, value: str, language: str) -> str:
        return f'{self._iri} {_LABEL} "{value}"@{language} .\n'

    def skos(self, name: str, value: str, language: str) -> str:
        return f'{self._iri} <{_SKOS}{name}> "{value}"@{language} .\n'

    def broader(self, iri: str) -> str:
        return f"{self._iri} <{_SKOS}broader> <{iri}> .\n"


def _vocabulary() -> Iterator[str]:
    facets = (
        ("disease", "DiseaseArea", DISEASES),
        ("modality", "Modality", MODALITIES),
        ("purpose", "DevelopmentPurpose", PURPOSES),
        ("phase", "ResearchPhase", PHASES),
        ("technology", "Technology", TECHNOLOGIES),
    )
    for facet, kind, many in facets:
        for number in range(many):
            concept = _Thing(_concept(facet, number))
            yield concept.a(kind)
            yield concept.label(f"{facet} {number}", "en")
            yield concept.label(f"{_FIELDS[number % len(_FIELDS)]}{number}", "ja")
            if number:  # a tree of at most four children each
                yield concept.broader(_concept(facet, (number - 1) // 4))
    for name in PROJECTS:
        project = _Thing(f"{_ID}project/{name}")
        yield project.a("IntegratedProject")
        yield project.label(f"{name} project", "en")
    for year in YEARS:
        of_year = _Thing(f"{_ID}fiscal-year/{year}")
        yield of_year.a("FiscalYear")
        yield of_year.number("yearNumber", year)
        for stage in STAGES:
            total = _Thing(_total(year, stage))
            yield total.a("Total")
            yield total.to("fiscalYear", f"{_ID}fiscal-year/{year}")
            yield total.to("budgetStage", f"{_SCHEMES}stage-{stage}")


def _organisation(number: int, chance: Random) -> Iterator[str]:
    organisation = _Thing(f"{_ID}organization/c{number:013}")
    yield organisation.a("Organization")
    yield organisation.label(f"{chance.choice(_PLACES)}大学第{number}研究所", "ja")
    yield organisation.text("corporateNumber", f"{number:013}")


def _programme(number: int, chance: Random) -> Iterator[str]:
    iri = f"{_ID}programme/p{number}"
    programme, field = _Thing(iri), chance.choice(_FIELDS)
    ministry = f"{_ID}organization/{chance.choice(MINISTRIES)}"
    yield programme.a("Programme")
    yield programme.label(f"{field}研究開発事業{number}", "ja")
    yield programme.label(f"Programme {number}", "en")
    yield programme.to("inProject", f"{_ID}project/{chance.choice(PROJECTS)}")
    yield programme.to("administeredBy", ministry)
    yield programme.to("hasPhase", _concept("phase", chance.randrange(PHASES)))
    yield programme.to("statedIn", _unit(chance))
    first = chance.choice(YEARS)
    for each in range(_EDITIONS):
        edition = _Thing(f"{_ID}programme-edition/p{number}-{each}")
        yield edition.a("ProgrammeEdition")
        yield edition.label(f"{field}研究開発事業{number}（{first + each}年公表）", "ja")
        yield edition.to("editionOf", iri)
        yield edition.number("publicationYear", first + each)
        yield edition.number("startYear", first)
        yield edition.text("printedName", f"{field}研究開発事業{number}")
        yield edition.text("sheetNumber", f"{first + each}-{number:06}")
        yield edition.to("describedBy", f"{_ID}review-sheet/{first + each}-{number:06}")
        yield edition.to("responsibleUnit", ministry)
        yield edition.to("statedIn", f"{_ID}review-sheet/{first + each}-{number:06}")


def _topic(number: int, chance: Random) -> Iterator[str]:
    topic, field = _Thing(f"{_ID}topic/t{number}"), chance.choice(_FIELDS)
    yield topic.a("PriorityTopic")
    yield topic.label(f"{field}に係る研究開発{number}の推進", "ja")
    yield topic.label(f"Promotion of research {number}", "en")
    yield topic.skos("altLabel", f"{field}研究{number}", "ja")
    yield topic.skos("definition", f"{field}の研究開発{number}を進める。", "ja")
    yield topic.skos("definition", f"Promotes research and development {number}.", "en")
    yield topic.to("inProject", f"{_ID}project/{PROJECTS[_skewed(len(PROJECTS), chance)]}")
    yield topic.to("fiscalYear", f"{_ID}fiscal-year/{chance.choice(YEARS)}")
    yield topic.to("actionStatus", f"{_SCHEMES}status-{chance.choice(('new', 'continued'))}")
    for name, facet, size, most in (
        ("hasDiseaseArea", "disease", DISEASES, 3),
        ("hasModality", "modality", MODALITIES, 3),
        ("hasPurpose", "purpose", PURPOSES, 1),
        ("hasPhase", "phase", PHASES, 2),
        ("usesTechnology", "technology", TECHNOLOGIES, 2),
    ):
        for concept in dict.fromkeys(_skewed(size, chance) for _ in range(chance.randint(1, most))):
            yield topic.to(name, _concept(facet, concept))
    for unit in dict.fromkeys((_unit(chance), _unit(chance))):
        yield topic.to("statedIn", unit)


def _figure(number: int, is_flow: bool, scale: Scale, chance: Random) -> Iterator[str]:
    figure = _Thing(f"{_ID}{'flow/f' if is_flow else 'budget-statement/b'}{number}")
    year, stage = chance.choice(YEARS), "executed" if is_flow else chance.choice(STAGES[:3])
    programme = _skewed(scale.programmes, chance)
    amount = 1000 * int(10 ** chance.uniform(2, 7))
    sheet = f"{year + 1}-{programme:06}"
    yield figure.a("FundingFlow" if is_flow else "BudgetStatement")
    yield figure.label(f"{year}年度 事業{programme} 支出{number}", "ja")
    yield figure.to("payer", f"{_ID}organization/{chance.choice(MINISTRIES)}")
    if is_flow:
        organisation = _skewed(scale.organisations, chance)
        yield figure.to("payee", f"{_ID}organization/c{organisation:013}")
        yield figure.number("rank", chance.randint(1, 10))
        yield figure.text("blockLabel", chance.choice("ABCDE"))
    yield figure.to("forProgramme", f"{_ID}programme/p{programme}")
    yield figure.to("fiscalYear", f"{_ID}fiscal-year/{year}")
    yield figure.to("budgetStage", f"{_SCHEMES}stage-{stage}")
    yield figure.to("level", f"{_SCHEMES}level-{'payment' if is_flow else 'appropriation'}")
    yield figure.to("flowKind", f"{_SCHEMES}flow-kind-{chance.choice(('subsidy', 'commission'))}")
    yield figure.number("amountJPY", amount)
    yield figure.text("amountAsPrinted", f"{amount / 1e6:.1f}百万円")
    yield figure.to("additiveIn", _total(year, stage))
    yield figure.to("statedIn", f"{_ID}review-sheet/{sheet}")
    yield figure.text("sourceLocator", f"sheets-{year + 1}.ndjson.zst:{programme}#/支出先/{number}")


def _skewed(size: int, chance: Random) -> int:
    """Choose a number below ``size``, small ones more often."""
    return int(size * chance.random() ** 2)


def _concept(facet: str, number: int) -> str:
    return f"{_SCHEMES}{facet}-c{number}"


def _total(year: int, stage: str) -> str:
    return f"{_ID}total/fy{year}-{stage}"


def _unit(chance: Random) -> str:
    return f"{_ID}document/policy-fy2022/S{1 + chance.randrange(UNITS):03}"


if __name__ == "__main__":
    print(write(Scale(int(sys.argv[1])), Path(sys.argv[2])))
