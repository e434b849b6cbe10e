"""Reviews and their proposals as JSON tells them."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from medrd_kg.reviewing.pairs import PAIRS, pair_documents
from medrd_kg.reviewing.proposals import fact_document, term_document
from medrd_kg.sources.documents.deciding import Review, open_review
from medrd_kg.sources.documents.decisions import State
from medrd_kg.sources.documents.importing import imported_documents
from medrd_kg.web.state import Serving

__all__ = [
    "REVIEWS",
    "described_reviews",
    "proposals_of",
    "summary_of_document",
    "summary_of_pairs",
]

REVIEWS: Final = "/api/v1/reviews"


def described_reviews(served: Serving) -> list[dict[str, Any]]:
    """Return every review of the data folder: documents, then doubtful pairs."""
    data_dir = served.settings.data_dir
    found = [
        summary_of_document(served, open_review(data_dir, each))
        for each in imported_documents(data_dir)
    ]
    pairs = pair_documents(data_dir)
    return found if pairs is None else [*found, summary_of_pairs(served, pairs)]


def summary_of_pairs(served: Serving, pairs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the review of doubtful pairs with its counts."""
    counts = Counter(each["state"] for each in pairs)
    return {
        "id": PAIRS,
        "kind": "pairs",
        "href": served.address(f"{REVIEWS}/{PAIRS}"),
        "label": {
            "ja": "行政事業レビューシートの、同一か疑わしい組",
            "en": "Doubtful pairs of the review sheets",
        },
        "counts": {state.value: counts[state] for state in State},
    }


def summary_of_document(served: Serving, review: Review) -> dict[str, Any]:
    """Return the review of a document with its counts."""
    identity = review.document.identity
    return {
        "id": identity.slug,
        "kind": "document",
        "href": served.address(f"{REVIEWS}/{identity.slug}"),
        "document": identity.iri,
        "label": {"ja": identity.label_ja, "en": identity.label_en},
        "units": len(review.document.units),
        "counts": {state.value: n for state, n in review.counts().items()},
        "terms": len(review.document.proposals.terms),
        "importedAt": review.document.provenance.get("importedAt"),
    }


def proposals_of(
    review: Review, states: frozenset[State], unit: str | None
) -> list[dict[str, Any]]:
    """Return proposals in some states, facts before new terms."""
    texts = {each.unit_id: each.text for each in review.document.units}
    facts = [
        {"kind": "fact", **fact_document(review, each), "text": texts[each.unit]}
        for each in review.document.proposals.facts
        if review.state_of(each) in states and unit in {None, each.unit}
    ]
    terms = [
        {"kind": "term", **found}
        for each in review.document.proposals.terms
        if review.state_of_term(each) in states
        and (found := term_document(review, each))
        and (unit is None or unit in found["units"])
    ]
    return [*facts, *terms]
