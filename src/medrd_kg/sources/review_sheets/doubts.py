"""The review list of an import: pairs that may be one and were kept apart, with the reason.

A person reads it (CSV) or a program (JSON). Both candidates of a pair are named by IRI, label and
place; nobody is named who may not be named in the graph.
"""

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields

from medrd_kg.sources.review_sheets.chains import Doubt, SheetKey, overlap
from medrd_kg.sources.review_sheets.organisations import OrganisationDoubt
from medrd_kg.sources.review_sheets.survey import Survey
from medrd_kg.vocabulary import kind_iri

__all__ = ["Pair", "doubtful_pairs", "pairs_as_csv", "pairs_as_json"]


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """Two candidates that may be one.

    Attributes:
        kind: ``organization`` or ``programme``.
        one: IRI of the first.
        one_label: Its Japanese label.
        one_place: Its 法人番号, or the sheet with file and line; empty where there is none.
        other: IRI of the second.
        other_label: Its Japanese label.
        other_place: As `one_place`.
        why: Why they may be one, and why they were kept apart.
        equal_figures: How many restated figures agree; None for organisations.
        different_figures: How many restated figures differ; None for organisations.
    """

    kind: str
    one: str
    one_label: str
    one_place: str
    other: str
    other_label: str
    other_place: str
    why: str
    equal_figures: int | None = None
    different_figures: int | None = None


def doubtful_pairs(survey: Survey, organisations: Iterable[OrganisationDoubt]) -> list[Pair]:
    """Return the pairs of an import, sorted.

    Args:
        survey: Settled.
        organisations: Doubts of the registry.
    """
    pairs = [_of_organisations(each) for each in organisations]
    pairs += [_of_sheets(survey, each) for each in survey.doubts]
    return sorted(set(pairs), key=_order)


def _order(pair: Pair) -> tuple[str, ...]:
    return pair.kind, pair.one, pair.other, pair.why


def _of_organisations(doubt: OrganisationDoubt) -> Pair:
    one, other = doubt.organisation, doubt.other
    return Pair(
        kind="organization",
        one=kind_iri("org-", one.slug),
        one_label=one.label,
        one_place=one.number or "",
        other=kind_iri("org-", other.slug),
        other_label=other.label,
        other_place=other.number or "",
        why=f"{doubt.why}; kept apart",
    )


def _of_sheets(survey: Survey, doubt: Doubt) -> Pair:
    equal, different = overlap(doubt.key.figures, doubt.other.figures)
    (one, one_place), (other, other_place) = (
        _sheet(survey, key) for key in (doubt.key, doubt.other)
    )
    return Pair(
        kind="programme",
        one=one,
        one_label=doubt.key.printed,
        one_place=one_place,
        other=other,
        other_label=doubt.other.printed,
        other_place=other_place,
        why=f"{doubt.why}; kept apart",
        equal_figures=equal,
        different_figures=different,
    )


def _sheet(survey: Survey, key: SheetKey) -> tuple[str, str]:
    candidate = survey.candidate(key)
    programme = kind_iri("prg", survey.programme(candidate))
    return programme, f"sheet {candidate.slug} at {candidate.path.name}:{candidate.line}"


def pairs_as_json(pairs: Iterable[Pair]) -> str:
    """Return the pairs as a JSON array."""
    return json.dumps([asdict(each) for each in pairs], ensure_ascii=False, indent=1) + "\n"


def pairs_as_csv(pairs: Iterable[Pair]) -> str:
    """Return the pairs as CSV with a header."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, [each.name for each in fields(Pair)], lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(asdict(each) for each in pairs)
    return stream.getvalue()
