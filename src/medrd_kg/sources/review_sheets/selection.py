"""Which sheets concern medical R&D: rules of code find candidates, a reviewed list decides.

Rules (each a fact of the sheet itself):

* ``amed-bound``: the funding agency AMED is among the payees;
* ``adjustment-fund``, ``moonshot``: the name of the programme says so;
* ``policy-tag``: the ministry marked the sheet 医療分野の研究開発関連.

``reviewed/programmes.tsv`` lists what is shipped, with one reason a programme;
``reviewed/excluded.tsv`` lists candidates that are not medical R&D, with the reason. A candidate
on neither list (a sheet of a later year) is taken where one of the first three rules holds and
reported where only the tag speaks for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from medrd_kg.sources.review_sheets.chains import without_former_names
from medrd_kg.sources.review_sheets.iris import sheet_slug
from medrd_kg.sources.review_sheets.names import programme_key
from medrd_kg.sources.review_sheets.records import Sheet
from medrd_kg.sources.review_sheets.reviewed import table

__all__ = [
    "AMED_CORPORATE_NUMBER",
    "Decision",
    "ReviewedProgramme",
    "Selection",
    "decide",
    "find_reviewed",
    "reviewed_programmes",
    "rules_met",
]

AMED_CORPORATE_NUMBER: Final = "9010005023796"
_AMED_NAME: Final = "日本医療研究開発機構"
_POLICY_TAG: Final = "医療分野の研究開発関連"
_NAME_RULES: Final = (
    ("adjustment-fund", "科学技術イノベーション創造推進費(健康医療分野)"),
    ("moonshot", "健康医療分野におけるムーンショット"),
)
_WHOLE_GOVERNMENT: Final = "all-sheets"
_SUFFICIENT: Final = frozenset({"amed-bound", "adjustment-fund", "moonshot"})


class Selection(StrEnum):
    """What an import takes."""

    MEDICAL = "medical"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class ReviewedProgramme:
    """One row of the reviewed list.

    Attributes:
        slug: Local name of the programme.
        ministry: Slug of the ministry.
        names: Printed names, oldest first.
        sheets: Pinned sheets, where a name alone is ambiguous.
        reason: Local name of the selection concept, without its facet.
        perimeter: Local name of the perimeter in which its appropriations are summed, or empty.
        part_of: Slug of the programme whose money this is a part of, or empty.
        project: Slug of the integrated project that its name states, or empty.
        line: Money line: programmes of one line restate each other's figures.
        succeeds: Slug of the programme that it followed, or empty.
        kind: Local name of the flow kind that its name states, or empty.
    """

    slug: str
    ministry: str
    names: tuple[str, ...]
    sheets: tuple[str, ...]
    reason: str
    perimeter: str
    part_of: str
    project: str
    line: str
    succeeds: str
    kind: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a sheet.

    Attributes:
        taken: Whether the sheet is imported.
        reviewed: Its row of the reviewed list, if any.
        reason: Selection concept, or the reason of an exclusion.
        unreviewed: Whether a person should look: a candidate on neither list.
        met: The rules of code that the sheet meets.
    """

    taken: bool
    reviewed: ReviewedProgramme | None
    reason: str
    unreviewed: bool = False
    met: tuple[str, ...] = ()


@cache
def reviewed_programmes() -> Mapping[str, ReviewedProgramme]:
    """Return the reviewed list by slug."""
    programmes = {}
    for row in table("programmes"):
        programmes[row["slug"]] = ReviewedProgramme(
            slug=row["slug"],
            ministry=row["ministry"],
            names=tuple(name.strip() for name in row["names"].split("||") if name.strip()),
            sheets=tuple(row["sheets"].split()),
            reason=row["reason"],
            perimeter=row["perimeter"],
            part_of=row["part_of"],
            project=row["project"],
            line=row["line"] or row["slug"],
            succeeds=row["succeeds"],
            kind=row["kind"],
        )
    return programmes


@cache
def _by_sheet() -> Mapping[str, ReviewedProgramme]:
    return {sheet: each for each in reviewed_programmes().values() for sheet in each.sheets}


@cache
def _by_name() -> Mapping[tuple[str, str], ReviewedProgramme]:
    return {
        (each.ministry, without_former_names(programme_key(name))): each
        for each in reviewed_programmes().values()
        if not each.sheets
        for name in each.names
    }


@cache
def _excluded() -> Mapping[tuple[str, str], str]:
    return {
        (row["ministry"], without_former_names(programme_key(row["name"]))): row["reason"]
        for row in table("excluded")
    }


def find_reviewed(ministry: str, name: str, sheet: str | None = None) -> ReviewedProgramme | None:
    """Return the reviewed programme of a ministry that bears a name, or that a sheet is pinned to.

    Args:
        ministry: Slug of the ministry.
        name: Name as printed.
        sheet: Local name of the sheet, where there is one.
    """
    pinned = _by_sheet().get(sheet) if sheet else None
    return pinned or _by_name().get((ministry, without_former_names(programme_key(name))))


def rules_met(sheet: Sheet) -> tuple[str, ...]:
    """Return the rules of code that make a sheet a candidate, strongest first."""
    met = []
    if any(
        each.corporate_number == AMED_CORPORATE_NUMBER or _AMED_NAME in each.payee
        for each in sheet.payments
    ):
        met.append("amed-bound")
    key = programme_key(sheet.name)
    met += [rule for rule, words in _NAME_RULES if words in key]
    if _POLICY_TAG in sheet.policies:
        met.append("policy-tag")
    return tuple(met)


def decide(sheet: Sheet, selection: Selection) -> Decision:
    """Return whether a sheet is imported, and why."""
    slug = sheet_slug(sheet.publication_year, sheet.ministry.slug, sheet.number)
    met = rules_met(sheet)
    reviewed = find_reviewed(sheet.ministry.slug, sheet.name, slug)
    if reviewed is not None:
        return Decision(True, reviewed, reviewed.reason, met=met)
    excluded = _excluded().get(
        (sheet.ministry.slug, without_former_names(programme_key(sheet.name)))
    )
    if selection is Selection.ALL:
        reason = met[0] if met and not excluded else _WHOLE_GOVERNMENT
        return Decision(True, None, reason, met=met)
    if excluded is not None or not met:
        return Decision(False, None, excluded or "", met=met)
    return Decision(met[0] in _SUFFICIENT, None, met[0], unreviewed=True, met=met)
