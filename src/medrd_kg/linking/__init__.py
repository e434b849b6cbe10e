"""Finds the concepts of the schemes in texts and decides what is medical R&D.

A dictionary over normalised text with rules kept as data (``rules/*.yaml``): labels of the schemes,
variants, compounds that change the meaning, negation, lists that share a head. Offsets always
refer to the text as it was given.

Rules for changes: a new word is a line of YAML, not code; every rule has a stable name, because
the name is kept with each link that it made.
"""

from medrd_kg.linking.linker import FieldMention, Linker, Survey, TaggedConcept, Tagging
from medrd_kg.linking.matching import Mention
from medrd_kg.linking.medical import MedicalJudgement

__all__ = [
    "FieldMention",
    "Linker",
    "MedicalJudgement",
    "Mention",
    "Survey",
    "TaggedConcept",
    "Tagging",
]
