"""Named totals: the only frames within which amounts are summed, one at a time."""

from dataclasses import dataclass
from typing import Final

from medrd_kg.kinds import kinds
from medrd_kg.linkage.facets import require
from medrd_kg.linkage.tables import FactTables, Session, statement
from medrd_kg.problems import Problem

__all__ = [
    "LEVELS",
    "STAGES",
    "NamedTotal",
    "TotalChoice",
    "chosen_total",
    "named_totals",
    "totals_of",
]

STAGES: Final = (
    "request",
    "initial",
    "supplementary",
    "carried-in",
    "carried-out",
    "reserve",
    "total",
    "executed",
)
"""The points of the budget cycle."""

LEVELS: Final = ("appropriation", "transfer", "payment")
"""The layers at which an amount appears."""


@dataclass(frozen=True, slots=True)
class NamedTotal:
    """A total with the sum of its addends.

    Attributes:
        iri: Its IRI.
        ja: Its Japanese label.
        en: Its English label.
        fiscal_year: Western year.
        stage: One of `STAGES`.
        level: One of `LEVELS`.
        perimeter: Which programmes or agents it covers, such as ``amed``.
        amount: Sum of its addends, in yen.
        figures: How many they are.
        printed: What a source prints for it, in yen; None where no source does.
        remainder: The printed amount minus the sum, in yen, as recorded; None where they meet or
            nothing is printed.
        note_ja: What must be known to read it.
        note_en: The same in English.
    """

    iri: str
    ja: str | None
    en: str | None
    fiscal_year: int
    stage: str
    level: str
    perimeter: str
    amount: int
    figures: int
    printed: int | None
    remainder: int | None
    note_ja: str | None
    note_en: str | None


@dataclass(frozen=True, slots=True)
class TotalChoice:
    """How a caller names a total.

    Attributes:
        total: Its slug or IRI; the other attributes are not looked at then.
        fiscal_year: Western year.
        stage: One of `STAGES`.
        level: One of `LEVELS`.
        perimeter: Which programmes or agents it covers.
    """

    total: str | None = None
    fiscal_year: int | None = None
    stage: str = "initial"
    level: str = "appropriation"
    perimeter: str = "amed"

    def parameters(self) -> dict[str, object]:
        """Return the parameters of ``sql/totals.sql``.

        Raises:
            Problem: ``invalid-parameter``: stage or level is unknown.
        """
        if self.total is not None:
            iri = kinds()["total"].named(self.total)
            return {
                "total": iri, "fiscal_year": None, "stage": None, "level": None, "perimeter": None
            }  # fmt: skip
        return {
            "total": None,
            "fiscal_year": self.fiscal_year,
            "stage": require("stage", self.stage, STAGES),
            "level": require("level", self.level, LEVELS),
            "perimeter": self.perimeter,
        }


def named_totals(tables: FactTables, *, fiscal_year: int | None = None) -> tuple[NamedTotal, ...]:
    """Return the totals of a year, or all of them, in the order of their IRIs."""
    anything: dict[str, object] = dict.fromkeys(("total", "stage", "level", "perimeter"))
    with tables.session() as session:
        rows = session.rows(statement("totals"), anything | {"fiscal_year": fiscal_year})
        return tuple(NamedTotal(*row) for row in rows)


def chosen_total(session: Session, choice: TotalChoice) -> NamedTotal:
    """Return the one total that a caller means.

    Raises:
        Problem: ``invalid-parameter``: no total answers the description, or more than one does,
            which would count the same yen in several.
    """
    found = totals_of(session, choice)
    if len(found) == 1:
        return found[0]
    if not found:
        raise Problem(
            "invalid-parameter",
            "no total is of this year, stage, level and perimeter",
            "name a total, or take another year or stage",
        )
    names = [each.iri for each in found]
    raise Problem(
        "invalid-parameter",
        f"{len(found)} totals are of this year, stage, level and perimeter",
        "name one of them as total",
        {"parameter": "total", "known": names},
    )


def totals_of(session: Session, choice: TotalChoice) -> list[NamedTotal]:
    """Return the totals that answer a description, in the order of their IRIs.

    Raises:
        Problem: ``invalid-parameter``: stage or level is unknown.
    """
    parameters = choice.parameters()

    def load(missing: list[TotalChoice]) -> dict[TotalChoice, list[NamedTotal]]:
        found = [NamedTotal(*row) for row in session.rows(statement("totals"), parameters)]
        # Descriptions that nothing answers are a stranger's to invent: they are not kept.
        return dict.fromkeys(missing, found) if found else {}

    return session.remembered.looked_up("total", [choice], load).get(choice, [])
