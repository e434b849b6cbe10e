"""The linker against the policy as it was curated by hand: facets of statements, texts of units."""

import json
from pathlib import Path

import pyoxigraph
import pytest

from medrd_kg.content import data_dir
from medrd_kg.linking import Linker
from medrd_kg.vocabulary import MRD, MRDS

FACET_PROPERTIES = ("hasDiseaseArea", "hasModality", "hasPurpose", "hasPhase", "usesTechnology")
TOO_GENERAL = {str(MRDS["disease-all"]), str(MRDS["modality-any"])}
"""Concepts that the linker leaves out where 疾患 and モダリティ stand by themselves."""


@pytest.mark.shared
def test_facets_of_the_curated_policy_are_found_in_its_units(policy_units_file: Path) -> None:
    units = json.loads(policy_units_file.read_text(encoding="utf-8"))
    linker = Linker.shipped()
    named = {
        unit["sid"]: {mention.concept for mention in linker.mentions(unit["text"])}
        for unit in units
    }
    properties = {str(MRD[name]) for name in FACET_PROPERTIES}
    stated: dict[str, set[str]] = {}
    facets: set[tuple[str, str]] = set()
    for path in sorted((data_dir() / "policy-fy2022").glob("*.ttl")):
        for quad in pyoxigraph.parse(path=path, format=pyoxigraph.RdfFormat.TURTLE):
            subject, value = str(quad.subject), quad.object
            if not isinstance(value, pyoxigraph.NamedNode):
                continue
            if quad.predicate.value == str(MRD.statedIn):
                stated.setdefault(subject, set()).add(value.value.rpartition("/")[2])
            elif quad.predicate.value in properties and value.value not in TOO_GENERAL:
                facets.add((subject, value.value))
    missed = sorted(
        (subject, concept)
        for subject, concept in facets
        if not any(concept in named.get(unit, ()) for unit in stated.get(subject, ()))
    )
    assert len(facets) > 300
    assert len(missed) <= 0.05 * len(facets), missed
