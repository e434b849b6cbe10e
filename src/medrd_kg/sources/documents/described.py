"""Blocks of Turtle: a document with its units and texts, and statements drawn from units."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from medrd_kg.sources.documents.identity import DocumentIdentity
from medrd_kg.sources.documents.proposing import Fact, Frame
from medrd_kg.sources.policy_document import TextUnit
from medrd_kg.sources.review_sheets.turtle import (
    Block,
    RenderedBlock,
    decimal,
    document,
    integer,
    iri,
    term,
    text,
    typed,
)
from medrd_kg.sources.review_sheets.years import fiscal_year_blocks
from medrd_kg.vocabulary import ID, KINDS, MRDS

__all__ = [
    "Acceptance",
    "document_turtle",
    "reviewer_iri",
    "statement_blocks",
    "statement_slug",
    "turtle",
]

_KINDS: Final = {"PriorityTopic": "topic", "ScopeItem": "scope", "Principle": "principle"}
_LONGEST: Final = 25
"""Characters of a term that may be repeated outside the text."""

_SHOWN: Final = 3
_TITLES: Final = {
    "doc": "The document",
    "source": "The file that it was read from",
    "fy": "Its fiscal year",
    "topic": "What is to be done in the fiscal year",
    "scope": "Standing scope of projects",
    "principle": "Rules, points to note and other statements",
    "axiom": "What each fact rests on, and who accepted it when",
}


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who accepted a fact, and when.

    Attributes:
        by: Role or handle.
        at: Date and time with zone, as ``xsd:dateTime`` writes it.
    """

    by: str
    at: str


def turtle(comment: str, blocks: Iterable[Block]) -> bytes:
    """Return a Turtle file of blocks; those on one subject are merged."""
    merged: dict[str, Block] = {}
    for each in blocks:
        first = merged.setdefault(each.subject, each)
        if first is not each:
            first.merge(each)
    rendered = [RenderedBlock(each.subject, each.render()) for each in merged.values()]
    return document(comment, rendered, _TITLES).encode()


def document_turtle(
    identity: DocumentIdentity,
    units: Sequence[TextUnit],
    *,
    file_name: str,
    sha256: str,
    already: bool,
) -> bytes:
    """Return the graph of an imported document.

    Args:
        identity: The document.
        units: Its units in order.
        file_name: Name of the file that was read.
        sha256: Its digest.
        already: Whether the graph has the document and its units: then only their texts are new.
    """
    blocks: list[Block] = []
    source = term("source", f"document-{identity.slug}")
    about = Block(term("doc", identity.slug)).add("dcterms:source", source)
    blocks.append(
        Block(source, "DataSource")
        .add("rdfs:label", text(f"{identity.label_ja}の取込元ファイル", "ja"))
        .add("rdfs:label", text(f"Imported file of {identity.label_en}", "en"))
        .add("dcterms:title", text(file_name))
        .add("dcterms:identifier", text(f"sha256:{sha256}"))
    )
    if not already:
        about.add("a", "mrd:PolicyDocument")
        about.add("rdfs:label", text(identity.label_ja, "ja"), text(identity.label_en, "en"))
        about.add("dcterms:title", text(identity.title, "ja"))
        about.add("mrd:fiscalYear", term("fy", str(identity.fiscal_year)))
        about.add("mrd:decidedBy", iri(identity.decided_by))
        blocks += fiscal_year_blocks([identity.fiscal_year])
    blocks.append(about)
    for order, unit in enumerate(units, start=1):
        blocks.append(_unit(identity, unit, order, with_numbers=not already))
    comment = (
        f"{identity.label_en}: its units with their texts, as read from a file of the user.\n"
        "Written by `medrd-kg import document`; not to be published without leave of whoever has"
        " the rights in the text."
    )
    return turtle(comment, blocks)


def _unit(identity: DocumentIdentity, unit: TextUnit, order: int, *, with_numbers: bool) -> Block:
    block = Block(unit_iri(identity, unit.unit_id))
    block.add("schema:text", text(unit.text, "ja"))
    if with_numbers:
        block.add("a", "mrd:DocumentUnit")
        block.add("rdfs:label", text(f"{identity.label_ja} {unit.unit_id}", "ja"))
        block.add("rdfs:label", text(f"{identity.label_en}, {unit.unit_id}", "en"))
        block.add("mrd:unitId", text(unit.unit_id))
        block.add("mrd:sectionNumber", text(unit.section))
        block.add("mrd:paragraphNumber", integer(unit.paragraph))
        block.add("mrd:sentenceNumber", integer(unit.sentence))
        block.add("mrd:unitType", text(unit.unit_type))
        block.add("mrd:unitOrder", integer(order))
        block.add("mrd:partOf", term("doc", identity.slug))
    return block


def unit_iri(identity: DocumentIdentity, unit_id: str) -> str:
    """Return the reference to a unit."""
    return iri(f"{identity.iri}/{unit_id}")


def reviewer_iri(handle: str) -> str:
    """Return the reference to whoever decides under a role or handle."""
    return iri(f"{ID}reviewer/{handle}")


def statement_slug(identity: DocumentIdentity, frame: Frame) -> str:
    """Return the reference to the statement of a unit."""
    return term(_KINDS[frame.kind], f"{identity.slug}-{frame.unit.lower()}")


def statement_blocks(
    identity: DocumentIdentity,
    frames: Mapping[str, Frame],
    facts: Iterable[Fact],
    accepted: Mapping[str, Acceptance] | None = None,
) -> Iterator[Block]:
    """Yield the statements of units, with the mention that each of their facts rests on.

    Args:
        identity: The document.
        frames: The frame of each unit.
        facts: What is to be stated.
        accepted: Who accepted each fact, by its id; None writes proposals.
    """
    by_unit: dict[str, list[Fact]] = {}
    for each in facts:
        by_unit.setdefault(each.unit, []).append(each)
    for unit, own in by_unit.items():
        belonging = [each for each in own if each.predicate != "statedIn"]
        if belonging and unit in frames:
            yield _statement(identity, frames[unit], belonging)
        for each in own:
            subject = _subject(identity, frames.get(unit), each)
            if subject is None:
                continue
            if each.predicate == "statedIn":
                yield Block(subject).add("mrd:statedIn", unit_iri(identity, unit))
            yield _mention(identity, subject, each, (accepted or {}).get(each.id))
    if accepted:
        yield from _reviewers(accepted.values())


def _subject(identity: DocumentIdentity, frame: Frame | None, fact: Fact) -> str | None:
    if fact.predicate == "statedIn":
        return _reference(fact.target)
    return None if frame is None else statement_slug(identity, frame)


def _reference(address: str) -> str:
    """Return a thing's prefixed name where it has one."""
    if address.startswith(str(MRDS)):
        return term("mrds", address.removeprefix(str(MRDS)))
    kind, _, local = address.removeprefix(str(ID)).partition("/")
    prefix = next((each for each, path in KINDS.items() if path == kind), None)
    try:
        return iri(address) if prefix is None else term(prefix, local)
    except ValueError:
        return iri(address)


def _statement(identity: DocumentIdentity, frame: Frame, facts: Sequence[Fact]) -> Block:
    block = Block(statement_slug(identity, frame), frame.kind)
    ja, en = _summary(facts)
    label_ja = f"{identity.label_ja} {frame.unit}" + (f"：{'、'.join(ja)}" if ja else "")
    label_en = f"{identity.label_en}, {frame.unit}" + (f": {', '.join(en)}" if en else "")
    block.add("rdfs:label", text(label_ja, "ja"), text(label_en, "en"))
    for each in facts:
        if len(each.surface) <= _LONGEST and each.surface != label_ja:
            block.add("skos:hiddenLabel", text(each.surface, "ja"))
        block.add(f"mrd:{each.predicate}", _reference(each.target))
    about_ja = f"{'、'.join(ja)}について" if ja else ""
    about_en = f" about {', '.join(en)}" if en else ""
    block.add("skos:definition", text(f"{about_ja}単位{frame.unit}が述べる事項。", "ja"))
    block.add("skos:definition", text(f"What unit {frame.unit} states{about_en}.", "en"))
    if frame.kind == "PriorityTopic":
        block.add("mrd:fiscalYear", term("fy", str(identity.fiscal_year)))
    if frame.kind != "Principle":
        block.add("mrd:actionStatus", *(term("mrds", f"status-{each}") for each in frame.statuses))
    if frame.undertaking is not None:
        is_project = frame.undertaking.startswith(f"{ID}project/")
        block.add(
            "mrd:inProject" if is_project else "mrd:ofUndertaking", _reference(frame.undertaking)
        )
    return block.add("mrd:statedIn", unit_iri(identity, frame.unit))


def _summary(facts: Sequence[Fact]) -> tuple[list[str], list[str]]:
    """Return the first names of what a statement is about, in Japanese and English."""
    about = [each.label for each in facts if each.predicate != "actionStatus"]
    ja = [each["ja"] for each in about if each.get("ja")]
    en = [each["en"] for each in about if each.get("en")]
    return ja[:_SHOWN], en[:_SHOWN]


def _mention(
    identity: DocumentIdentity, subject: str, fact: Fact, acceptance: Acceptance | None
) -> Block:
    slug = fact.id.lower().replace(".", "-")
    unit = unit_iri(identity, fact.unit)
    target = unit if fact.predicate == "statedIn" else _reference(fact.target)
    block = Block(term("axiom", f"{identity.slug}-{slug}")).add("a", "owl:Axiom")
    block.add("owl:annotatedSource", subject)
    block.add("owl:annotatedProperty", f"mrd:{fact.predicate}")
    block.add("owl:annotatedTarget", target)
    # A person who accepts a fact has read it in the unit; a proposal was only computed.
    basis = "basis-computed" if acceptance is None else "basis-stated"
    block.add("mrd:assertionBasis", term("mrds", basis))
    block.add("dcterms:source", unit)
    if len(fact.surface) <= _LONGEST:
        block.add("mrd:surfaceForm", text(fact.surface))
    block.add("mrd:textField", text("text"))
    block.add("mrd:startOffset", integer(fact.start))
    block.add("mrd:endOffset", integer(fact.end))
    block.add("mrd:linkingRule", text(fact.rule))
    block.add("mrd:confidence", decimal(Decimal(str(fact.confidence))))
    if acceptance is not None:
        block.add("prov:wasGeneratedBy", _activity_iri(acceptance))
        block.add("prov:wasAttributedTo", reviewer_iri(acceptance.by))
        block.add("prov:generatedAtTime", typed(acceptance.at, "xsd:dateTime"))
    return block


def _activity_iri(acceptance: Acceptance) -> str:
    moment = acceptance.at.replace(":", "").replace("+", "p")
    return iri(f"{ID}review/{acceptance.by}-{moment}")


def _reviewers(acceptances: Iterable[Acceptance]) -> Iterator[Block]:
    """Yield each review and whoever did it: a role or handle, never a private person's name."""
    for each in sorted(set(acceptances), key=lambda one: (one.at, one.by)):
        reviewer = Block(reviewer_iri(each.by)).add("a", "prov:Agent")
        yield reviewer.add("rdfs:label", text(each.by, "en"), text(each.by, "ja"))
        activity = Block(_activity_iri(each)).add("a", "prov:Activity")
        activity.add("rdfs:label", text(f"{each.by}による確認（{each.at}）", "ja"))
        activity.add("rdfs:label", text(f"Review by {each.by}, {each.at}", "en"))
        activity.add("prov:endedAtTime", typed(each.at, "xsd:dateTime"))
        yield activity.add("prov:wasAssociatedWith", reviewer_iri(each.by))
