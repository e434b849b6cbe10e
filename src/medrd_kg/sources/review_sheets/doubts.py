"""The review list of an import: pairs kept apart that may be one, or joined on little evidence.

A person reads it (CSV) or a program (JSON). Both candidates of a pair are named by IRI, label and
place; nobody is named who may not be named in the graph.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from typing import Final

from medrd_kg.sources.review_sheets.chains import ChainLink, Doubt, SheetKey, overlap
from medrd_kg.sources.review_sheets.judgements import (
    APART,
    EDITION,
    JOINED,
    ORGANISATION,
    PROGRAMME,
    Reason,
)
from medrd_kg.sources.review_sheets.ministries import Ministry
from medrd_kg.sources.review_sheets.organisations import (
    Organisation,
    OrganisationDoubt,
    OrganisationRegistry,
)
from medrd_kg.sources.review_sheets.survey import Survey
from medrd_kg.vocabulary import kind_iri

__all__ = ["Pair", "doubtful_pairs", "organisation_doubts", "pairs_as_csv", "pairs_as_json"]

_DECIDED: Final = frozenset({"reviewed", "judged"})


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """Two candidates that may be one.

    Attributes:
        kind: ``organization``, ``programme``, or ``edition`` for a joined pair.
        outcome: ``kept-apart``, or ``joined`` for two editions of what was taken for one programme
            although no restated figure says so.
        one: IRI of the first: organisation, programme, or edition of a joined pair.
        one_label: Its Japanese label.
        one_place: Its 法人番号, or the sheet with file and line; empty where there is none.
        other: IRI of the second.
        other_label: Its Japanese label.
        other_place: As `one_place`.
        why: Why they may be one, or may not.
        equal_figures: How many restated figures agree; None for organisations.
        different_figures: How many restated figures differ; None for organisations.
    """

    kind: str
    outcome: str
    one: str
    one_label: str
    one_place: str
    other: str
    other_label: str
    other_place: str
    why: str
    equal_figures: int | None = None
    different_figures: int | None = None


def organisation_doubts(
    registry: OrganisationRegistry, ministries: Iterable[Ministry]
) -> Iterator[OrganisationDoubt]:
    """Yield what the registry doubts, and publishers on no list whose name a number bears.

    Args:
        registry: Settled.
        ministries: Who publishes a sheet.
    """
    yield from registry.doubts()
    for ministry in sorted(ministries, key=lambda each: each.slug):
        if not ministry.listed:
            minted = Organisation(ministry.slug, None, Counter([ministry.name]))
            for numbered in registry.namesakes(ministry.name):
                yield OrganisationDoubt(minted, numbered, Reason.UNLISTED)


def doubtful_pairs(survey: Survey, organisations: Iterable[OrganisationDoubt]) -> list[Pair]:
    """Return the pairs of an import, sorted.

    Args:
        survey: Settled.
        organisations: Doubts of the registry.
    """
    pairs = [_of_organisations(each) for each in organisations]
    pairs += [_of_sheets(survey, each) for each in survey.doubts]
    pairs += [
        _joined(survey, before, link)
        for chain in survey.chains.values()
        for before, link in chain.pairs()
        if not link.equal and link.rule not in _DECIDED
    ]
    return sorted(set(pairs), key=_order)


def _order(pair: Pair) -> tuple[str, ...]:
    return pair.kind, pair.outcome, pair.one, pair.other, pair.why


def _of_organisations(doubt: OrganisationDoubt) -> Pair:
    one, other = doubt.organisation, doubt.other
    return Pair(
        kind=ORGANISATION,
        outcome=APART,
        one=kind_iri("org-", one.slug),
        one_label=one.label,
        one_place=one.number or "",
        other=kind_iri("org-", other.slug),
        other_label=other.label,
        other_place=other.number or "",
        why=doubt.why,
    )


def _of_sheets(survey: Survey, doubt: Doubt) -> Pair:
    equal, different = overlap(doubt.key.figures, doubt.other.figures)
    return Pair(
        kind=PROGRAMME,
        outcome=APART,
        one=kind_iri("prg", survey.programme_of(doubt.key)),
        one_label=doubt.key.printed,
        one_place=_place(survey, doubt.key),
        other=kind_iri("prg", survey.programme_of(doubt.other)),
        other_label=doubt.other.printed,
        other_place=_place(survey, doubt.other),
        why=doubt.why,
        equal_figures=equal,
        different_figures=different,
    )


def _joined(survey: Survey, before: SheetKey, link: ChainLink) -> Pair:
    return Pair(
        kind=EDITION,
        outcome=JOINED,
        one=kind_iri("edition", link.key.slug),
        one_label=link.key.printed,
        one_place=_place(survey, link.key),
        other=kind_iri("edition", before.slug),
        other_label=before.printed,
        other_place=_place(survey, before),
        why=f"rule {link.rule} and the same name; no restated figure says so, none speaks against",
        equal_figures=link.equal,
        different_figures=link.different,
    )


def _place(survey: Survey, key: SheetKey) -> str:
    candidate = survey.candidate(key)
    if candidate is None:
        return f"sheet {key.slug} of the graph"
    return f"sheet {key.slug} at {candidate.path.name}:{candidate.line}"


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
