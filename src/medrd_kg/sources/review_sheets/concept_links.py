"""Blocks of the concepts that the linker finds in a sheet, each link with its reason.

A link is computed, not stated: it stands in a graph of its own and an ``owl:Axiom`` says which
rule found it, where, and how sure it is. Of the sheet only a short term is repeated.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from medrd_kg.linking import Linker, TaggedConcept
from medrd_kg.sources.review_sheets.editions import slug_of
from medrd_kg.sources.review_sheets.records import Sheet
from medrd_kg.sources.review_sheets.turtle import Block, decimal, integer, term, text
from medrd_kg.vocabulary import MRDS

__all__ = ["LINKED", "concept_link_blocks"]

LINKED: Final = "linked"
"""Name of the file and of the graph of computed links."""

_PROPERTIES: Final[Mapping[str, str]] = {
    "disease-area": "mrd:hasDiseaseArea",
    "modality": "mrd:hasModality",
    "purpose": "mrd:hasPurpose",
    "phase": "mrd:hasPhase",
    "technology": "mrd:usesTechnology",
}
_LONGEST_SURFACE: Final = 25
"""Characters of a term that may be repeated; what is longer is a sentence of others."""


def concept_link_blocks(sheet: Sheet, programme: str) -> Iterator[Block]:
    """Yield the concepts of a programme, as its sheet names them, and the reason of each link.

    Args:
        sheet: The newest sheet of the programme.
        programme: Slug of the programme.

    Yields:
        The programme with its concepts, then one block a link. Nothing where the linker finds no
        concept or does not take the programme for medical R&D.
    """
    texts = {"purpose": sheet.purpose, "outline": sheet.outline}
    tagging = Linker.shipped().tag(sheet.name, texts)
    if not tagging.concepts:
        return
    subject = Block(term("prg", programme))
    for tagged in tagging.concepts:
        subject.add(_PROPERTIES[tagged.facet], _concept(tagged))
    yield subject
    for tagged in tagging.concepts:
        yield _explanation(sheet, programme, tagged)


def _concept(tagged: TaggedConcept) -> str:
    return term("mrds", tagged.concept.removeprefix(str(MRDS)))


def _explanation(sheet: Sheet, programme: str, tagged: TaggedConcept) -> Block:
    slug = tagged.concept.removeprefix(str(MRDS))
    # The sheet is part of the name: an import that adds a newer sheet explains the link once more.
    block = Block(term("axiom", f"{slug_of(sheet)}-{slug}")).add("a", "owl:Axiom")
    block.add("owl:annotatedSource", term("prg", programme))
    block.add("owl:annotatedProperty", _PROPERTIES[tagged.facet])
    block.add("owl:annotatedTarget", _concept(tagged))
    block.add("mrd:assertionBasis", term("mrds", "basis-computed"))
    block.add("dcterms:source", term("sheet", slug_of(sheet)))
    best = tagged.best
    if len(best.mention.surface) <= _LONGEST_SURFACE:
        block.add("mrd:surfaceForm", text(best.mention.surface))
    block.add("mrd:textField", text(best.field))
    block.add("mrd:startOffset", integer(best.mention.start))
    block.add("mrd:endOffset", integer(best.mention.end))
    block.add("mrd:linkingRule", text(best.mention.rule))
    return block.add("mrd:confidence", decimal(Decimal(str(tagged.confidence))))
