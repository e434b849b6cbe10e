"""Review: what is proposed from imported documents, in the text that it was read from.

These pages are for reading; decisions are made at the command line of whoever keeps the data.
They show files that change while a release stays, so no answer is kept.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from anyio import to_thread
from fastapi import Request, Response

from medrd_kg.problems import Problem
from medrd_kg.sources.documents.deciding import Review, open_review
from medrd_kg.sources.documents.decisions import State
from medrd_kg.sources.documents.importing import imported_documents
from medrd_kg.sources.documents.proposing import Fact
from medrd_kg.vocabulary import MRD
from medrd_kg.web.pages.graph_tables import labels_of
from medrd_kg.web.pages.site import render
from medrd_kg.web.requests import refuse_parameters
from medrd_kg.web.state import serving

__all__ = ["REVIEW_PAGES"]

_STATE: Final = "state"
_ALL: Final = "all"
_NOT_KEPT: Final = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of a unit's text.

    Attributes:
        text: Its characters.
        is_named: Whether a proposal rests on it.
    """

    text: str
    is_named: bool


async def _overview(request: Request) -> Response:
    served = serving(request)
    refuse_parameters(request)
    reviews = await to_thread.run_sync(_all_reviews, served.settings.data_dir)
    return render(
        request,
        "review.html",
        {
            "documents": [
                {
                    "slug": each.document.identity.slug,
                    "label": _document_label(each),
                    "provenance": each.document.provenance,
                    "units": len(each.document.units),
                    "counts": {state.value: n for state, n in each.counts().items()},
                    "terms": len(each.document.proposals.terms),
                }
                for each in reviews
            ]
        },
        headers=_NOT_KEPT,
    )


def _all_reviews(data_dir: Path) -> list[Review]:
    return [open_review(data_dir, each) for each in imported_documents(data_dir)]


def _document_label(review: Review) -> dict[str, str]:
    identity = review.document.identity
    return {"ja": identity.label_ja, "en": identity.label_en}


async def _document(request: Request) -> Response:
    served = serving(request)
    refuse_parameters(request, (_STATE,))
    chosen = _chosen(request)
    slug = request.path_params["document"]
    review = await to_thread.run_sync(open_review, served.settings.data_dir, slug)
    predicates = {each.predicate for each in review.document.proposals.facts}
    iris = {name: str(MRD[name]) for name in predicates}
    labels = await labels_of(served.evaluator, sorted(iris.values()))
    terms = [
        {
            "proposal": each,
            "state": state.value,
            "units": sorted({unit for unit, *_ in each.places}),
        }
        for each in review.document.proposals.terms
        if (state := review.state_of_term(each)) in chosen
    ]
    return render(
        request,
        "review_document.html",
        {
            "slug": slug,
            "label": _document_label(review),
            "provenance": review.document.provenance,
            "counts": {state.value: n for state, n in review.counts().items()},
            "asked": request.query_params.get(_STATE, State.OPEN.value),
            "choices": (*(state.value for state in State), _ALL),
            "units": _units(review, chosen),
            "terms": terms,
            "relations": {name: labels.get(iri, {"en": name}) for name, iri in iris.items()},
        },
        headers=_NOT_KEPT,
    )


def _chosen(request: Request) -> frozenset[State]:
    asked = request.query_params.get(_STATE, State.OPEN.value)
    if asked == _ALL:
        return frozenset(State)
    try:
        return frozenset({State(asked)})
    except ValueError as error:
        known = ", ".join((*State, _ALL))
        raise Problem("invalid-parameter", f"state is one of {known}, not {asked!r}") from error


def _units(review: Review, chosen: frozenset[State]) -> list[dict[str, Any]]:
    """Return the units that have proposals of the chosen states."""
    facts: dict[str, list[Fact]] = {}
    for each in review.document.proposals.facts:
        if review.state_of(each) in chosen:
            facts.setdefault(each.unit, []).append(each)
    frames = review.document.proposals.frames
    return [
        {
            "unit": unit,
            "kind": frames[unit.unit_id].kind if unit.unit_id in frames else None,
            "pieces": _pieces(unit.text, facts[unit.unit_id]),
            "facts": [
                {
                    "proposal": each,
                    "state": review.state_of(each).value,
                    "decision": review.decision_on(each),
                }
                for each in facts[unit.unit_id]
            ],
        }
        for unit in review.document.units
        if unit.unit_id in facts
    ]


def _pieces(text: str, facts: Iterable[Fact]) -> list[_Piece]:
    """Return a text in pieces; places that overlap make one."""
    pieces: list[_Piece] = []
    at = 0
    for start, end in sorted((each.start, each.end) for each in facts):
        if end <= at:
            continue
        if start > at:
            pieces.append(_Piece(text[at:start], is_named=False))
        if start < at and pieces and pieces[-1].is_named:
            pieces[-1] = _Piece(pieces[-1].text + text[at:end], is_named=True)
        else:
            pieces.append(_Piece(text[max(at, start) : end], is_named=True))
        at = end
    if at < len(text):
        pieces.append(_Piece(text[at:], is_named=False))
    return pieces


REVIEW_PAGES: Final[Mapping[str, Callable[[Request], Awaitable[Response]]]] = {
    "/review": _overview,
    "/review/{document}": _document,
}
"""Paths after the language."""
