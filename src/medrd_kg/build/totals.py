"""The build's check on money: no yen twice within a total, no printed figure missed in silence.

A total is a set of addends (``mrd:additiveIn``). The check asks the store that a release is made
of, whatever file or importer a figure came from:

* an addend is current, carries ``mrd:amountJPY``, and is of the year, stage and level of its total;
* no two addends of a total overlap: neither by inclusion, nor as two statements for one programme,
  nor as parent and child programme;
* a figure is an addend of one perimeter only; the ministries' shares are a breakdown of one;
* the addends and the recorded remainder meet the printed figure, and a remainder has a note;
* a remainder on a figure is what its recorded parts leave of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal, NamedNode

from medrd_kg.problems import Problem
from medrd_kg.store.base import Row, Store
from medrd_kg.vocabulary import MRD, MRDS

__all__ = ["TotalFault", "check_totals", "require_sound_totals"]

_SHOWN: Final = 3
_BREAKDOWN: Final = f"{MRDS}perimeter-amed-ministry-share"

_PROLOGUE: Final = f"""
PREFIX mrd: <{MRD}>
PREFIX mrds: <{MRDS}>
"""

_CHECKS: Final = {
    "superseded-addend": """
        SELECT ?total ?figure WHERE {
            ?figure mrd:additiveIn ?total .
            FILTER EXISTS { ?later mrd:supersedes ?figure }
        }""",
    "addend-without-amount": """
        SELECT ?total ?figure WHERE {
            ?figure mrd:additiveIn ?total .
            FILTER NOT EXISTS { ?figure mrd:amountJPY ?amount }
        }""",
    "amount-without-total": """
        SELECT ?figure WHERE {
            ?figure mrd:amountJPY ?amount .
            FILTER NOT EXISTS { ?figure mrd:additiveIn ?total }
        }""",
    "other-year-stage-or-level": """
        SELECT DISTINCT ?total ?figure WHERE {
            ?figure mrd:additiveIn ?total ; mrd:fiscalYear ?year ; mrd:budgetStage ?stage ;
                mrd:level ?level .
            FILTER NOT EXISTS {
                ?total mrd:fiscalYear ?year ; mrd:budgetStage ?stage ; mrd:level ?level
            }
        }""",
    "part-and-whole": """
        SELECT DISTINCT ?total ?figure ?other WHERE {
            ?figure mrd:additiveIn ?total ; mrd:includedIn+ ?other .
            ?other mrd:additiveIn ?total .
        }""",
    "one-programme-twice": """
        SELECT ?total (MIN(STR(?one)) AS ?figure) (MAX(STR(?one)) AS ?other) WHERE {
            ?one mrd:additiveIn ?total ; a mrd:BudgetStatement ; mrd:forProgramme ?programme .
        } GROUP BY ?total ?programme HAVING (COUNT(?one) > 1)""",
    "parent-and-child": """
        SELECT ?total ?figure ?other WHERE {
            ?child mrd:subProgrammeOf+ ?parent .
            ?figure mrd:forProgramme ?child ; a mrd:BudgetStatement ; mrd:additiveIn ?total .
            ?other mrd:forProgramme ?parent ; a mrd:BudgetStatement ; mrd:additiveIn ?total .
        }""",
    "two-perimeters": f"""
        SELECT DISTINCT ?figure WHERE {{
            ?figure mrd:additiveIn ?total , ?another .
            ?total mrd:perimeter ?perimeter . ?another mrd:perimeter ?second .
            FILTER (STR(?perimeter) < STR(?second)
                && ?perimeter != <{_BREAKDOWN}> && ?second != <{_BREAKDOWN}>)
        }}""",
    "flagged-addend": """
        SELECT ?total ?figure WHERE {
            ?figure mrd:hasFlag ?flag ; mrd:additiveIn ?total .
            FILTER (?flag IN (mrds:flag-unit-slip, mrds:flag-inclusive,
                    mrds:flag-fiscal-year-doubtful)
                || ?flag = mrds:flag-executed-exceeds-total
                    && EXISTS { ?figure a mrd:FundingFlow })
        }""",
    "remainder-without-note": """
        SELECT ?figure WHERE {
            ?figure mrd:remainderJPY ?remainder .
            FILTER NOT EXISTS { ?figure mrd:note ?note }
        }""",
    "printed-figure-missed": """
        SELECT ?total ?figure ?difference WHERE {
            {
                SELECT ?total (SUM(?amount) AS ?sum) WHERE {
                    ?addend mrd:additiveIn ?total ; mrd:amountJPY ?amount .
                } GROUP BY ?total
            }
            ?total mrd:printedAs ?figure .
            ?figure mrd:amountJPY|mrd:nonAdditiveAmountJPY ?printed .
            OPTIONAL { ?total mrd:remainderJPY ?recorded }
            BIND (?printed - ?sum - COALESCE(?recorded, 0) AS ?difference)
            FILTER (?difference != 0)
        }""",
    "printed-without-addends": """
        SELECT ?total ?figure WHERE {
            ?total mrd:printedAs ?figure .
            FILTER NOT EXISTS { ?addend mrd:additiveIn ?total }
        }""",
    "parts-miss-the-whole": """
        SELECT ?figure ?difference WHERE {
            {
                SELECT ?figure (SUM(?amount) AS ?sum) WHERE {
                    ?part mrd:includedIn ?figure ; mrd:amountJPY|mrd:nonAdditiveAmountJPY ?amount .
                } GROUP BY ?figure
            }
            ?figure mrd:remainderJPY ?recorded ; mrd:amountJPY|mrd:nonAdditiveAmountJPY ?whole .
            BIND (?whole - ?sum - ?recorded AS ?difference)
            FILTER (?difference != 0)
        }""",
}


@dataclass(frozen=True, slots=True, order=True)
class TotalFault:
    """One way in which money does not add up.

    Attributes:
        kind: Name of the check.
        total: IRI of the total, where one is concerned.
        figures: IRIs of the figures concerned.
        difference: Yen by which a sum misses, where one does.
    """

    kind: str
    total: str | None
    figures: tuple[str, ...]
    difference: int | None = None

    def __str__(self) -> str:
        """One line, as a failed build prints it."""
        place = f" in {self.total}" if self.total else ""
        by = f" by {self.difference} yen" if self.difference is not None else ""
        return f"{self.kind}{place}{by}: {', '.join(self.figures)}"


def _iri(row: Row, name: str) -> str | None:
    value = row.get(name)
    return value.value if isinstance(value, NamedNode | Literal) else None


def _faults(store: Store, kind: str, query: str) -> Iterator[TotalFault]:
    for row in store.query(_PROLOGUE + query).rows():
        difference = row.get("difference")
        yield TotalFault(
            kind=kind,
            total=_iri(row, "total"),
            figures=tuple(
                figure for name in ("figure", "other") if (figure := _iri(row, name)) is not None
            ),
            difference=int(difference.value) if isinstance(difference, Literal) else None,
        )


def check_totals(store: Store) -> list[TotalFault]:
    """Return every fault of the money in a store, sorted; none means that it adds up.

    Args:
        store: Holds the figures and totals in its default graph.
    """
    return sorted(
        (fault for kind, query in _CHECKS.items() for fault in _faults(store, kind, query)),
        key=lambda fault: (fault.kind, fault.total or "", fault.figures),
    )


def require_sound_totals(store: Store) -> None:
    """Let a store pass whose money adds up.

    Raises:
        Problem: ``invalid-data`` with the first faults.
    """
    faults = check_totals(store)
    if faults:
        told = "; ".join(str(fault) for fault in faults[:_SHOWN])
        raise Problem(
            "invalid-data",
            f"{len(faults)} fault{'s' * (len(faults) > 1)} in the money, such as {told}",
            "import all sheets of the years concerned in one run, or mend the figures",
        )
