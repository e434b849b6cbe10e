"""Which items a question looks at: a year's topics, standing scope, programmes of a year."""

from dataclasses import dataclass
from typing import Final

from medrd_kg.linkage.facets import require

__all__ = ["BASES", "SCOPES", "Selection"]

SCOPES: Final = ("fiscal-year", "standing", "all")
"""Topics of the year, standing scope of the projects, or both."""

BASES: Final = ("stated", "computed", "all")
"""Concepts that sources state, concepts that our own linker found, or both."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The items of a question.

    Attributes:
        scope: One of `SCOPES`.
        fiscal_year: Western year of topics and programmes; None for every year.
        basis: One of `BASES`; links to projects, programmes and organisations always count.
        statements: Whether topics and scope items are looked at.
        programmes: Whether programmes are: those with a current figure, other than a request,
            for the year.
    """

    scope: str = "all"
    fiscal_year: int | None = None
    basis: str = "all"
    statements: bool = True
    programmes: bool = False

    def check(self) -> None:
        """Refuse what cannot be asked for.

        Raises:
            Problem: ``invalid-parameter``: scope or basis is unknown.
        """
        require("scope", self.scope, SCOPES)
        require("basis", self.basis, BASES)

    def parameters(self) -> dict[str, object]:
        """Return the parameters of ``sql/subject.sql`` and ``sql/named.sql``.

        Raises:
            Problem: ``invalid-parameter``: scope or basis is unknown.
        """
        self.check()
        return {
            "yearly": self.statements and self.scope != "standing",
            "standing": self.statements and self.scope != "fiscal-year",
            "programmes": self.programmes,
            "fiscal_year": self.fiscal_year,
            "basis": self.basis,
        }
