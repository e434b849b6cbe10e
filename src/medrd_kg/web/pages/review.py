"""Review: what is proposed from imported documents, in the text that it was read from.

Who has the editor's token decides in the page's form, which `review_form` reads. The pages show
files that change while a release stays, so no answer is kept.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from anyio import to_thread
from fastapi import Request, Response

from medrd_kg.problems import Problem
from medrd_kg.reviewing.pairs import PAIRS, pair_documents
from medrd_kg.reviewing.proposals import term_document
from medrd_kg.sources.documents.deciding import Review, open_review
from medrd_kg.sources.documents.decisions import State
from medrd_kg.sources.documents.importing import imported_documents
from medrd_kg.sources.documents.proposing import Fact
from medrd_kg.vocabulary import MRD
from medrd_kg.web.pages.graph_tables import labels_of
from medrd_kg.web.pages.review_given import Given
from medrd_kg.web.pages.review_pairs import check_choices, show_pairs
from medrd_kg.web.pages.site import language_of, render
from medrd_kg.web.requests import refuse_parameters
from medrd_kg.web.review_openapi import ALL_STATES
from medrd_kg.web.review_routes import NOT_KEPT, wanted_states
from medrd_kg.web.state import serving

__all__ = ["REVIEW_PAGES", "show_review"]

_STATE: Final = "state"


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
    data_dir = served.settings.data_dir
    reviews = await to_thread.run_sync(_all_reviews, data_dir)
    pairs = await to_thread.run_sync(pair_documents, data_dir)
    return render(
        request,
        "review.html",
        {
            "pairs": None if pairs is None else _counts(pairs),
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
            ],
        },
        headers=NOT_KEPT,
    )


def _counts(pairs: Sequence[dict[str, Any]]) -> dict[str, int]:
    return Counter(each["state"].value for each in pairs)


def _all_reviews(data_dir: Path) -> list[Review]:
    return [open_review(data_dir, each) for each in imported_documents(data_dir)]


def _document_label(review: Review) -> dict[str, str]:
    identity = review.document.identity
    return {"ja": identity.label_ja, "en": identity.label_en}


async def _document(request: Request) -> Response:
    if request.path_params["document"] == PAIRS:
        check_choices(request)
        return await show_pairs(request)
    refuse_parameters(request, (_STATE,))
    wanted_states(request.query_params.get(_STATE, State.OPEN.value))
    return await show_review(request)


async def show_review(
    request: Request, *, problem: Problem | None = None, given: Given | None = None
) -> Response:
    """Return the page on a document.

    Args:
        request: The request; its path names the document.
        problem: Why a decision was refused.
        given: What the form held then.

    Raises:
        Problem: ``not-found``: no such document was imported.
    """
    served = serving(request)
    asked = request.query_params.get(_STATE, State.OPEN.value)
    chosen = wanted_states(asked)
    slug = request.path_params["document"]
    review = await to_thread.run_sync(open_review, served.settings.data_dir, slug)
    predicates = {each.predicate for each in review.document.proposals.facts}
    iris = {name: str(MRD[name]) for name in predicates}
    labels = await labels_of(served.evaluator, sorted(iris.values()))
    terms = [
        {"proposal": each, **term_document(review, each)}
        for each in review.document.proposals.terms
        if review.state_of_term(each) in chosen
    ]
    settings = served.settings
    return render(
        request,
        "review_document.html",
        {
            "slug": slug,
            "label": _document_label(review),
            "provenance": review.document.provenance,
            "counts": {state.value: n for state, n in review.counts().items()},
            "asked": asked,
            "choices": (*(state.value for state in State), ALL_STATES),
            "units": _units(review, chosen),
            "terms": terms,
            "relations": {name: labels.get(iri, {"en": name}) for name, iri in iris.items()},
            "may_decide": (settings.editor_token or settings.admin_token) is not None,
            "problem": problem and problem.document(language_of(request)),
            "given": given or Given(),
        },
        status=200 if problem is None else int(problem.kind.status),
        headers={**NOT_KEPT, **(problem.headers if problem is not None else {})},
    )


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
