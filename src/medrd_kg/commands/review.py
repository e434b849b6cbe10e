"""``medrd-kg review``: a person's judgement on what was proposed from imported documents."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import typer

from medrd_kg.content import content_root
from medrd_kg.problems import Problem
from medrd_kg.reviewing import proposals
from medrd_kg.reviewing.pairs import PAIRS, judge_pairs, pair_documents
from medrd_kg.sources.content import content_files, imported_dir
from medrd_kg.sources.documents.deciding import Review, open_review
from medrd_kg.sources.documents.decisions import State
from medrd_kg.sources.documents.importing import (
    accepted_name,
    imported_documents,
    imported_name,
)
from medrd_kg.sources.documents.keeping import review_dir
from medrd_kg.sources.documents.known import read_known
from medrd_kg.sources.documents.proposing import Fact
from medrd_kg.sources.documents.scoring import score

__all__ = [
    "decide",
    "export_proposals",
    "list_proposals",
    "score_document",
    "show_unit",
    "take_edited",
]

_NAMES: Final = {State.ACCEPTED: "accepted", State.REJECTED: "rejected"}
_VIA: Final = "cli"


def list_proposals(
    data_dir: Path, slug: str | None, states: Sequence[State], *, as_json: bool
) -> None:
    """Print the proposals on a document, or the documents that were imported.

    Args:
        data_dir: Where they are kept.
        slug: The document; None lists the documents.
        states: Which proposals; none: those that are open.
        as_json: One JSON object a line.
    """
    pairs = pair_documents(data_dir) if slug in {None, PAIRS} else None
    if slug == PAIRS and pairs is not None:
        _list_pairs(pairs, set(states) or {State.OPEN}, as_json=as_json)
        return
    if slug is None:
        if pairs is not None:
            still_open = sum(each["state"] is State.OPEN for each in pairs)
            typer.echo(f"{PAIRS}: {still_open} open of {len(pairs)} doubtful pairs")
        for each in imported_documents(data_dir):
            counts = open_review(data_dir, each).counts()
            typer.echo(f"{each}: {', '.join(f'{n} {state}' for state, n in counts.items())}")
        return
    review = open_review(data_dir, slug)
    wanted = set(states) or {State.OPEN}
    for fact in review.document.proposals.facts:
        if review.state_of(fact) in wanted:
            typer.echo(_fact_line(review, fact, as_json=as_json))
    for term in review.document.proposals.terms:
        state = review.state_of_term(term)
        if state not in wanted:
            continue
        found = proposals.term_document(review, term)
        if as_json:
            typer.echo(_json(found))
        else:
            typer.echo(f"{term.id}  {state}  new term  {term.term}  {' '.join(found['units'])}")


def _list_pairs(pairs: Sequence[Mapping[str, Any]], states: set[State], *, as_json: bool) -> None:
    for each in pairs:
        if each["state"] not in states:
            continue
        if as_json:
            typer.echo(_json(dict(each)))
        else:
            one, other = each["one"], each["other"]
            typer.echo(
                f"{each['id']}  {each['state']}  {each['of']}  {one['label']} ({one['place']})"
                f"  {other['label']} ({other['place']})  {each['why']}"
            )


def show_unit(data_dir: Path, slug: str, unit_id: str) -> None:
    """Print the text of a unit and everything proposed on it.

    Raises:
        Problem: ``not-found``: the document has no such unit.
    """
    review = open_review(data_dir, slug)
    unit = next((each for each in review.document.units if each.unit_id == unit_id), None)
    if unit is None:
        raise Problem("not-found", f"{slug} has no unit {unit_id!r}")
    typer.echo(f"{unit.unit_id}  section {unit.section}  {unit.unit_type}\n{unit.text}\n")
    for fact in review.document.proposals.facts:
        if fact.unit == unit_id:
            typer.echo(_fact_line(review, fact, as_json=False))


def decide(
    data_dir: Path,
    slug: str,
    ids: Sequence[str],
    state: State,
    *,
    by: str,
    concept: str | None = None,
) -> None:
    """Accept or reject proposals or pairs and say how many; see `proposals.decide`."""
    if slug == PAIRS:
        judged = judge_pairs(data_dir, ids, state, by=by, via=_VIA)
        typer.echo(
            f"{judged.facts} pairs {_NAMES[state]}; {judged.open} are open;"
            " import the same sheets again to heed it"
        )
        return
    done = proposals.decide(data_dir, slug, ids, state, by=by, via=_VIA, concept=concept)
    typer.echo(
        f"{done.facts} facts and {done.terms} new terms {_NAMES[state]}; {done.open} facts are open"
    )


def take_edited(data_dir: Path, slug: str, file: Path, by: str) -> None:
    """Accept what a person wrote in Turtle; see `proposals.take_edited`."""
    done = proposals.take_edited(data_dir, slug, file, by=by, via=_VIA)
    typer.echo(
        f"{done.statements} statements accepted, {done.facts} proposals on their units rejected"
    )


def export_proposals(data_dir: Path, slug: str, out: Path | None) -> None:
    """Write the proposals in Turtle, for a person to edit and hand back.

    Raises:
        Problem: ``invalid-data``: the file cannot be written.
    """
    open_review(data_dir, slug)
    content = (review_dir(data_dir) / slug / "proposals.ttl").read_bytes()
    if out is None:
        typer.echo(content.decode(), nl=False)
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        raise Problem("invalid-data", f"{out}: {error.strerror or error}") from error


def score_document(data_dir: Path, slug: str) -> None:
    """Print how the proposals compare with what the graph states of the document."""
    review = open_review(data_dir, slug)
    files = content_files(content_root(), imported=imported_dir(data_dir))
    own = [f"data/ttl/{name}" for name in (imported_name(slug), accepted_name(slug))]
    known = read_known(files, review.document.identity.iri, own)
    if not known.citing:
        raise Problem("usage", f"the graph states nothing of {slug} to compare with")
    typer.echo("facet        precision  recall  right wrong missed")
    for facet, each in score(review.document.proposals, known).items():
        typer.echo(
            f"{facet:<12} {each.precision:>9.3f} {each.recall:>7.3f}"
            f" {each.right:>6} {each.wrong:>5} {each.missed:>6}"
        )


def _fact_line(review: Review, fact: Fact, *, as_json: bool) -> str:
    state = review.state_of(fact)
    decision = review.decision_on(fact)
    if as_json:
        return _json(proposals.fact_document(review, fact))
    label = fact.label.get("en") or fact.label.get("ja", "")
    decided = "" if decision is None else f"  {decision.by} {decision.at}"
    return (
        f"{fact.id}  {state}  {fact.predicate}  {label}  「{fact.surface}」"
        f" {fact.start}-{fact.end}  {fact.confidence:.2f}{decided}"
    )


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False)
