"""Proposals on imported documents: told alike everywhere, and decided by the same steps."""

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from medrd_kg.build.shapes_graph import ShapesGraph
from medrd_kg.build.validation import Severity, validate_files
from medrd_kg.content import content_root
from medrd_kg.problems import Problem
from medrd_kg.reviewing.journal import Act, noted
from medrd_kg.sources.content import ContentFile, content_files, imported_dir
from medrd_kg.sources.documents.deciding import Review, open_review
from medrd_kg.sources.documents.decisions import State, checked_handle
from medrd_kg.sources.documents.editing import read_edits
from medrd_kg.sources.documents.importing import accepted_name
from medrd_kg.sources.documents.keeping import review_dir, under_lock
from medrd_kg.sources.documents.known import read_known
from medrd_kg.sources.documents.proposing import Fact
from medrd_kg.sources.documents.terms import NewTerm
from medrd_kg.vocabulary import MRDS

__all__ = ["Outcome", "decide", "fact_document", "take_edited", "take_written", "term_document"]

_ACTIONS: Final = {State.ACCEPTED: "accept", State.REJECTED: "reject"}
_NEEDED: Final = (
    *("organizations", "fiscal-years", "policy-fy2022/", "document-"),
    "ontology/",
)
"""What files are called whose statements an edited one may point at."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a decision came to.

    Attributes:
        facts: Proposed facts that were decided; of edits, those that gave way to them.
        terms: New terms that were decided.
        statements: Statements of a person that were taken.
        open: Facts that are still open.
        at: When, with zone.
    """

    facts: int
    terms: int
    statements: int
    open: int
    at: str


def decide(
    data_dir: Path,
    slug: str,
    ids: Sequence[str],
    state: State,
    *,
    by: str,
    via: str,
    concept: str | None = None,
) -> Outcome:
    """Accept or reject proposals, durably; the next build takes up what was accepted.

    Args:
        data_dir: Where they are kept.
        slug: The document.
        ids: Facts, units with all their open facts, or new terms; see `Review.decide`.
        state: ``accepted`` or ``rejected``.
        by: Role or handle of whoever decides, which is published.
        via: How the decision came: ``cli``, ``rest`` or ``page``.
        concept: Slug of the concept that a new term is accepted as.

    Raises:
        Problem: ``not-found``: no such document; ``usage``: no such proposal, concept or handle;
            ``invalid-data``: a file cannot be written; nothing is changed then.
    """
    checked_handle(by)
    with under_lock(data_dir):
        review = open_review(data_dir, slug)
        if concept is not None:
            _require_concept(data_dir, review, concept)
        act = Act(by, via, _ACTIONS[state], tuple(ids), concept)
        with noted(_journal(data_dir, slug), act):
            facts, terms = review.decide(ids, state, by, concept=concept)
        return Outcome(len(facts), len(terms), 0, review.counts()[State.OPEN], act.at)


def take_edited(data_dir: Path, slug: str, file: Path, *, by: str, via: str) -> Outcome:
    """Accept what a person wrote in Turtle, after the shapes have been held against it.

    Args:
        data_dir: Where the review is kept.
        slug: The document.
        file: The Turtle.
        by: Role or handle of the person.
        via: How it came.

    Raises:
        Problem: ``not-found``; ``usage``; ``invalid-data``: it is faulty; nothing is changed then.
    """
    checked_handle(by)
    with under_lock(data_dir):
        review = open_review(data_dir, slug)
        files = content_files(content_root(), imported=imported_dir(data_dir))
        accepted = f"data/ttl/{accepted_name(slug)}"
        known = read_known(files, review.document.identity.iri, [accepted])
        edits, dropped = read_edits(file, review, known, by)
        _require_conformance(file, review, edits, [each for each in files if each.name != accepted])
        subjects = tuple(sorted({each.subject for each in edits}))
        act = Act(by, via, "edit", subjects)
        with noted(_journal(data_dir, slug), act):
            review.take_edits(edits, dropped)
        return Outcome(len(dropped), 0, len(edits), review.counts()[State.OPEN], act.at)


def take_written(data_dir: Path, slug: str, turtle: bytes, *, by: str, via: str) -> Outcome:
    """Accept Turtle that came in a request; see `take_edited`."""
    with tempfile.TemporaryDirectory(prefix="medrd-kg-review-") as folder:
        file = Path(folder) / "statements.ttl"
        file.write_bytes(turtle)
        try:
            return take_edited(data_dir, slug, file, by=by, via=via)
        except Problem as problem:
            # The caller knows no file of ours.
            detail = problem.detail.replace(f"{file}: ", "").replace(str(file), "the Turtle")
            raise Problem(problem.slug, detail, problem.hint) from problem


def fact_document(review: Review, fact: Fact) -> dict[str, Any]:
    """Return a proposed fact as JSON has it."""
    decision = review.decision_on(fact)
    return {
        "id": fact.id,
        "state": review.state_of(fact),
        "unit": fact.unit,
        "predicate": fact.predicate,
        "target": fact.target,
        "label": dict(fact.label),
        "surface": fact.surface,
        "startOffset": fact.start,
        "endOffset": fact.end,
        "rule": fact.rule,
        "confidence": fact.confidence,
        "by": None if decision is None else decision.by,
        "at": None if decision is None else decision.at,
    }


def term_document(review: Review, term: NewTerm) -> dict[str, Any]:
    """Return a new term as JSON has it."""
    return {
        "id": term.id,
        "state": review.state_of_term(term),
        "term": term.term,
        "units": sorted({unit for unit, _, _ in term.places}),
        "confidence": term.confidence,
    }


def _journal(data_dir: Path, slug: str) -> Path:
    return review_dir(data_dir) / slug / "journal.jsonl"


def _require_conformance(
    file: Path, review: Review, edits: Iterable[Any], files: Iterable[ContentFile]
) -> None:
    """Refuse statements that break a shape."""
    folder = review_dir(review.data_dir) / review.document.identity.slug
    trial = folder / ".edited.nt"
    lines = sorted({line for edit in edits for line in edit.triples})
    try:
        trial.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        needed = [each.path for each in files if _is_needed(each.name)]
        report = validate_files([*needed, trial], ShapesGraph.load())
    finally:
        trial.unlink(missing_ok=True)
    text = "\n".join(lines)
    broken = [
        each
        for each in report.findings
        if each.severity is Severity.VIOLATION and each.focus_node in text
    ]
    if broken:
        first = broken[0]
        raise Problem(
            "invalid-data",
            f"{file}: {first.focus_node}: {first.message.en}"
            + (f" (and {len(broken) - 1} more faults)" if len(broken) > 1 else ""),
        )


def _is_needed(name: str) -> bool:
    return name.removeprefix("data/ttl/").startswith(_NEEDED)


def _require_concept(data_dir: Path, review: Review, concept: str) -> None:
    files = content_files(content_root(), imported=imported_dir(data_dir))
    schemes = [each for each in files if each.name.startswith("ontology/schemes/")]
    if not read_known(schemes, review.document.identity.iri).labels.get(str(MRDS[concept])):
        raise Problem(
            "usage", f"there is no concept {concept!r}", "`medrd-kg query --list` helps to find it"
        )
