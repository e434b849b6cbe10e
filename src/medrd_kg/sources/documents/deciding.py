"""What a person decided on proposals: kept by the text of the unit, so it outlives an import."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from medrd_kg.problems import Problem
from medrd_kg.sources.content import imported_dir
from medrd_kg.sources.documents.decisions import Decision, Edit, State, checked_handle
from medrd_kg.sources.documents.described import Acceptance, statement_blocks, turtle
from medrd_kg.sources.documents.importing import (
    ImportedDocument,
    accepted_name,
    imported_documents,
    read_imported,
)
from medrd_kg.sources.documents.keeping import read_json, review_dir, write_json, write_whole
from medrd_kg.sources.documents.known import FACETS
from medrd_kg.sources.documents.proposing import Fact
from medrd_kg.sources.documents.terms import NewTerm
from medrd_kg.vocabulary import MRDS

__all__ = ["Review", "open_review"]

_TERM: Final = "term"
"""Stands for the unit in the key of a decision on a new term."""

_TERM_RULE: Final = "reviewed-term"
_SEVERAL: Final = 5


@dataclass
class Review:
    """The review of one document.

    Attributes:
        data_dir: Where it is kept.
        document: The document with its proposals.
        decisions: By fingerprint and target.
        edits: By subject and the digests of its units' texts.
    """

    data_dir: Path
    document: ImportedDocument
    decisions: dict[tuple[str, str], Decision] = field(default_factory=dict)
    edits: dict[tuple[str, tuple[str, ...]], Edit] = field(default_factory=dict)

    def state_of(self, fact: Fact) -> State:
        """Return where a proposed fact stands."""
        if fact.known:
            return State.KNOWN
        decision = self.decisions.get(self._key(fact))
        return State.OPEN if decision is None else State(decision.state)

    def state_of_term(self, term: NewTerm) -> State:
        """Return where a new term stands."""
        decision = self.decisions.get((_TERM, term.id))
        return State.OPEN if decision is None else State(decision.state)

    def decision_on(self, fact: Fact) -> Decision | None:
        """Return the decision on a fact, if there is one."""
        return self.decisions.get(self._key(fact))

    def counts(self) -> dict[State, int]:
        """Return how many facts are in each state."""
        found = dict.fromkeys(State, 0)
        for each in self.document.proposals.facts:
            found[self.state_of(each)] += 1
        return found

    def decide(
        self, ids: Sequence[str], state: State, by: str, *, concept: str | None = None
    ) -> tuple[list[Fact], list[NewTerm]]:
        """Accept or reject proposals, and write the outcome.

        Args:
            ids: Facts (``S045.modality-vaccine``), all open facts of a unit (``S045``), or new
                terms (``T0a1b2c3d``). Rejecting a unit also withdraws what was written on it.
            state: ``accepted`` or ``rejected``.
            by: Role or handle of whoever decides.
            concept: Slug of the concept that a new term is accepted as.

        Returns:
            Facts and terms that were decided.

        Raises:
            Problem: ``usage``: there is no such proposal, or a term lacks its concept.
        """
        checked_handle(by)
        facts, terms = self._resolved(ids)
        if terms and state is State.ACCEPTED and concept is None:
            raise Problem(
                "usage",
                f"{terms[0].id} ({terms[0].term}) is a new term: as what is it accepted?",
                "name a concept of the graph: --as modality-vaccine; or write a new one in Turtle",
            )
        if concept is not None and (not terms or concept.partition("-")[0] not in FACETS):
            raise Problem("usage", f"--as {concept}: give a new term and the slug of a concept")
        at = datetime.now(UTC).replace(microsecond=0).isoformat()
        for fact in facts:
            key = self._key(fact)
            self.decisions[key] = Decision(*key, state.value, by, at)
        if state is State.REJECTED:
            self._withdraw(ids)
        for term in terms:
            kept = concept if state is State.ACCEPTED else None
            self.decisions[_TERM, term.id] = Decision(_TERM, term.id, state.value, by, at, kept)
        self.write()
        return facts, terms

    def _withdraw(self, ids: Sequence[str]) -> None:
        """Forget what a person wrote on units that are rejected as a whole."""
        gone = {self._fingerprints().get(each) for each in ids}
        self.edits = {
            key: edit for key, edit in self.edits.items() if not gone & set(edit.fingerprints)
        }

    def take_edits(self, edits: Iterable[Edit], dropped: Iterable[Fact]) -> None:
        """Take statements that a person wrote; what was proposed on their units gives way.

        Args:
            edits: The statements.
            dropped: Proposals on their units that the person left out.
        """
        new = list(edits)
        covered = {each for edit in new for each in edit.fingerprints}
        self.edits = {
            key: edit
            for key, edit in self.edits.items()
            if not covered.issuperset(edit.fingerprints)
        } | {(edit.subject, edit.fingerprints): edit for edit in new}
        for fact in dropped:
            key = self._key(fact)
            self.decisions[key] = Decision(*key, State.REJECTED.value, new[0].by, new[0].at)
        self.write()

    def write(self) -> None:
        """Write decisions and what was accepted; the file that a build takes up comes last.

        Raises:
            Problem: ``invalid-data``: a file cannot be written; what was there is whole.
        """
        slug = self.document.identity.slug
        write_json(
            review_dir(self.data_dir) / slug / "decisions.json",
            {
                "document": slug,
                "decisions": [asdict(each) for _, each in sorted(self.decisions.items())],
                "edits": [asdict(each) for _, each in sorted(self.edits.items())],
            },
        )
        path = imported_dir(self.data_dir) / accepted_name(slug)
        content = self.accepted_turtle()
        if content is None:
            path.unlink(missing_ok=True)
        else:
            write_whole(path, content)

    def accepted_turtle(self) -> bytes | None:
        """Return the graph of what was accepted; None where nothing was."""
        accepted = {fact.id: self._acceptance(fact) for fact in self._accepted()}
        facts = [*self._accepted(), *self._term_facts(accepted)]
        edits = self._standing_edits()
        if not facts and not edits:
            return None
        identity = self.document.identity
        comment = (
            f"Facts of {identity.label_en} that a person accepted, with who did so and when.\n"
            "Written by `medrd-kg review`; do not edit."
        )
        blocks = list(statement_blocks(identity, self.document.proposals.frames, facts, accepted))
        content = turtle(comment, blocks)
        lines = sorted({line for edit in edits for line in edit.triples})
        if lines:
            content += b"\n# Statements that a person wrote\n\n"
            content += "".join(f"{line}\n" for line in lines).encode()
        return content

    def edited_units(self) -> set[str]:
        """Return the digests of the texts whose statements a person wrote."""
        return {each for edit in self._standing_edits() for each in edit.fingerprints}

    def _standing_edits(self) -> list[Edit]:
        """Return the edits whose units the document still has."""
        there = self._fingerprints().values()
        present = set(there)
        return [edit for edit in self.edits.values() if present.issuperset(edit.fingerprints)]

    def _accepted(self) -> list[Fact]:
        edited = self.edited_units()
        fingerprints = self._fingerprints()
        return [
            each
            for each in self.document.proposals.facts
            if self.state_of(each) is State.ACCEPTED and fingerprints[each.unit] not in edited
        ]

    def _acceptance(self, fact: Fact) -> Acceptance:
        decision = self.decisions[self._key(fact)]
        return Acceptance(decision.by, decision.at)

    def _term_facts(self, accepted: dict[str, Acceptance]) -> list[Fact]:
        """Return what accepted terms say of the units that have them, noting who accepted."""
        texts = {unit.unit_id: unit.text for unit in self.document.units}
        found: dict[str, Fact] = {}
        for term in self.document.proposals.terms:
            decision = self.decisions.get((_TERM, term.id))
            if decision is None or decision.concept is None:
                continue
            predicate = FACETS[decision.concept.partition("-")[0]]
            for unit, start, end in term.places:
                fact_id = f"{unit}.{decision.concept}"
                if fact_id in accepted or unit not in self.document.proposals.frames:
                    continue
                accepted[fact_id] = Acceptance(decision.by, decision.at)
                found[fact_id] = Fact(
                    id=fact_id,
                    unit=unit,
                    predicate=predicate,
                    target=str(MRDS[decision.concept]),
                    label={"ja": term.term},
                    surface=texts[unit][start:end],
                    start=start,
                    end=end,
                    rule=_TERM_RULE,
                    confidence=term.confidence,
                    known=False,
                )
        return list(found.values())

    def _resolved(self, ids: Sequence[str]) -> tuple[list[Fact], list[NewTerm]]:
        facts = {each.id: each for each in self.document.proposals.facts}
        terms = {each.id: each for each in self.document.proposals.terms}
        units = {each.unit_id for each in self.document.units}
        found: list[Fact] = []
        named: list[NewTerm] = []
        unknown: list[str] = []
        for each in ids:
            if each in facts:
                found.append(facts[each])
            elif each in terms:
                named.append(terms[each])
            elif each in units:
                found += [
                    fact
                    for fact in self.document.proposals.facts
                    if fact.unit == each and self.state_of(fact) is State.OPEN
                ]
            else:
                unknown.append(each)
        if unknown:
            raise Problem(
                "usage",
                f"nothing is proposed under {', '.join(unknown[:_SEVERAL])}",
                f"`medrd-kg review list {self.document.identity.slug}` tells what is",
            )
        known = [each.id for each in found if each.known]
        if known:
            raise Problem(
                "usage", f"{known[0]} is in the graph already", "there is nothing to decide"
            )
        return found, named

    def _key(self, fact: Fact) -> tuple[str, str]:
        return self._fingerprints()[fact.unit], fact.id.partition(".")[2]

    def _fingerprints(self) -> Mapping[str, str]:
        return self.document.fingerprints


def open_review(data_dir: Path, slug: str) -> Review:
    """Return the review of an imported document.

    Raises:
        Problem: ``not-found``: it was not imported; ``invalid-data``: its files are damaged.
    """
    document = read_imported(data_dir, slug)
    if document is None:
        there = ", ".join(imported_documents(data_dir)) or "none"
        raise Problem(
            "not-found",
            f"no document {slug!r} was imported (imported: {there})",
            "`medrd-kg import document FILE` imports one",
        )
    found = Review(data_dir, document)
    kept: dict[str, Any] = read_json(review_dir(data_dir) / slug / "decisions.json") or {}
    try:
        for each in kept.get("decisions", []):
            decision = Decision(**each)
            found.decisions[decision.fingerprint, decision.target] = decision
        for each in kept.get("edits", []):
            edit = Edit(**each)
            fingerprints = tuple(edit.fingerprints)
            found.edits[edit.subject, fingerprints] = replace(
                edit, fingerprints=fingerprints, triples=tuple(edit.triples)
            )
    except TypeError as error:
        raise Problem("invalid-data", f"the decisions on {slug} cannot be read: {error}") from error
    return found
