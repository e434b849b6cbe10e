"""Random graphs with sheets, successions and results of programmes, beside figures and topics."""

from typing import Final

from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad
from tests.linkage.random_graphs import MINISTRIES, YEARS, quads

from medrd_kg.vocabulary import MRD, MRDS, PREFIXES, graph_iri, kind_iri

_SHEETS: Final = graph_iri("review-sheets-2022")
_NAMES: Final = ("がん研究", "がん 研究", "感染症研究", "ＡＭＥＤ事業", "AMED事業")
_STATUSES: Final = ("new", "continued", "promoted")
_PROGRAMMES: Final = tuple(kind_iri("prg", f"g{number}") for number in range(3))
_PUBLISHED: Final = (2020, *YEARS)
_TYPE: Final = f"{PREFIXES['rdf']}type"


def _quad(subject: str, predicate: str, value: str | int | Literal) -> Quad:
    if isinstance(value, str):
        term: NamedNode | Literal = NamedNode(value)
    else:
        term = Literal(value) if isinstance(value, int) else value
    return Quad(NamedNode(subject), NamedNode(predicate), term, NamedNode(_SHEETS))


class _Sheets:
    """What is drawn of sheets."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.quads: list[Quad] = []

    def add(self, subject: str, name: str, value: str | int | Literal) -> None:
        self.quads.append(_quad(subject, f"{MRD}{name}", value))

    def type(self, subject: str, name: str) -> None:
        self.quads.append(_quad(subject, _TYPE, f"{MRD}{name}"))

    def editions(self, programme: str) -> list[str]:
        """Draw the sheets of a programme: none, one or two a year."""
        slug = programme.rpartition("/")[2]
        sheets = []
        for year in _PUBLISHED:
            for place in range(self.draw(st.sampled_from((0, 1, 1, 2)))):
                edition = kind_iri("edition", f"{year}-{slug}-{place}")
                sheet = kind_iri("sheet", f"{year}-{slug}-{place}")
                sheets.append(sheet)
                self.type(edition, "ProgrammeEdition")
                self.type(sheet, "ReviewSheet")
                self.add(edition, "editionOf", programme)
                self.add(edition, "publicationYear", year)
                self.add(edition, "describedBy", sheet)
                self.add(edition, "statedIn", sheet)
                self.add(sheet, "preparedBy", self.draw(st.sampled_from(MINISTRIES)))
                self.add(edition, "printedName", Literal(self.draw(st.sampled_from(_NAMES))))
                for name in ("startYear", "endYear"):
                    stated = self.draw(st.sampled_from((None, 2019, *_PUBLISHED)))
                    if stated is not None:
                        self.add(edition, name, stated)
        return sheets

    def indicators(self, programme: str, sheets: list[str]) -> None:
        slug = programme.rpartition("/")[2]
        for number in range(self.draw(st.integers(0, 2))):
            indicator = kind_iri("ind", f"{slug}-{number}")
            self.type(indicator, "Indicator")
            self.add(indicator, "indicatorOf", programme)
            stated = self.draw(st.lists(st.sampled_from(sheets), unique=True)) if sheets else []
            for sheet in stated:
                self.add(indicator, "statedIn", sheet)
            for year in YEARS:
                result = kind_iri("result", f"{slug}-{number}-{year}")
                target, achieved = self.draw(st.tuples(*[st.sampled_from((None, 1, 2))] * 2))
                self.type(result, "IndicatorResult")
                self.add(result, "resultOf", indicator)
                self.add(result, "fiscalYear", kind_iri("fy", str(year)))
                if target is not None:
                    self.add(result, "targetValue", target)
                if achieved is not None:
                    self.add(result, "achievedValue", achieved)
                if self.draw(st.integers(0, 5)) == 0:
                    self.add(result, "hasFlag", f"{MRDS}flag-restated")


@st.composite
def changing(draw: st.DrawFn) -> list[Quad]:
    """A graph of programmes that change, with topics, figures and totals."""
    drawn = _Sheets(draw)
    for programme in _PROGRAMMES:
        drawn.type(programme, "Programme")
        drawn.indicators(programme, drawn.editions(programme))
        for other in draw(st.lists(st.sampled_from(_PROGRAMMES), max_size=2, unique=True)):
            drawn.add(programme, "succeeds", other)
    for number in range(4):
        topic = kind_iri("topic", f"t{number}")
        for status in draw(st.lists(st.sampled_from(_STATUSES), max_size=2, unique=True)):
            drawn.add(topic, "actionStatus", f"{MRDS}status-{status}")
    return draw(quads()) + drawn.quads
