"""What the linker looks for: labels of the shipped schemes and the rules beside this module."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import pyoxigraph
import yaml

from medrd_kg.content import ontology_dir
from medrd_kg.linking.normalisation import normalise
from medrd_kg.vocabulary import MRDS

__all__ = ["FACETS", "Compound", "Entry", "Lexicon", "Pattern", "rule_table", "shipped_lexicon"]

FACETS: Mapping[str, str] = {
    "disease": "disease-area",
    "modality": "modality",
    "purpose": "purpose",
    "phase": "phase",
    "technology": "technology",
}
"""Prefix of a concept's slug → name of its facet in the API; also the files that are read."""

_SKOS = "http://www.w3.org/2004/02/skos/core#"
_LABELS = {
    f"{_SKOS}prefLabel": "label",
    f"{_SKOS}altLabel": "alternative-label",
    f"{_SKOS}hiddenLabel": "hidden-label",
}
_CONFIDENCE = {"label": 0.98, "alternative-label": 0.95, "hidden-label": 0.92, "variant": 0.92}


@dataclass(frozen=True, slots=True)
class Entry:
    """A word that names a concept.

    Attributes:
        word: The word, normalised.
        concept: Slug with facet prefix, such as ``disease-cancer``.
        rule: Name of the rule that brings it.
        confidence: Between 0 and 1.
    """

    word: str
    concept: str
    rule: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression over normalised text that names a concept.

    The group ``m`` is the mention if it took part in the match; else the whole match is.
    """

    expression: re.Pattern[str]
    concept: str
    rule: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Compound:
    """A stretch of text in which words do not mean what they mean alone.

    Attributes:
        rule: Name of the rule.
        expression: What is looked for.
        facets: Prefixes of the facets that it silences.
        fields: ``name``, ``texts`` or both: institutes tell the field in a programme's name, but
            in a text they are only where things happen.
    """

    rule: str
    expression: re.Pattern[str]
    facets: frozenset[str]
    fields: frozenset[str]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All that matching needs, ready to use.

    Attributes:
        entries: Words by first character, longest first.
        patterns: Regular expressions, in the order of the rule file.
        compounds: Stretches that silence facets.
        negations: What after (``after``) or before (``before``) a mention takes it back.
        stems: Words without a head, by last character: stem, head and entry.
        broader: For each concept, the concepts above it, at any distance.
    """

    entries: Mapping[str, tuple[Entry, ...]]
    patterns: tuple[Pattern, ...]
    compounds: tuple[Compound, ...]
    negations: Mapping[str, tuple[tuple[str, re.Pattern[str]], ...]]
    stems: Mapping[str, tuple[tuple[str, str, Entry], ...]]
    broader: Mapping[str, frozenset[str]]


def rule_table(name: str) -> Any:  # noqa: ANN401 - YAML has no static type
    """Read one rule file.

    Args:
        name: File name without ``.yaml``.

    Raises:
        yaml.YAMLError: The file is damaged.
        FileNotFoundError: There is no such rule file.
    """
    path = files("medrd_kg.linking").joinpath("rules", f"{name}.yaml")
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@cache
def shipped_lexicon() -> Lexicon:
    """Build the lexicon of the shipped schemes and rules, once a process.

    Raises:
        ValueError: A rule names a concept that no scheme has.
        FileNotFoundError: The shipped schemes are missing.
    """
    labelled, parents = _read_schemes()
    known = {entry.concept for entry in labelled}
    variants = rule_table("variants")
    patterns = rule_table("patterns")
    unused = rule_table("unused-labels")
    for table in (variants, patterns, unused):
        if unknown := sorted(set(table) - known):
            raise ValueError(f"rules name concepts that no scheme has: {', '.join(unknown)}")
    words = [
        *_used(labelled, unused),
        *(
            Entry(normalise(word).text, concept, "variant", _CONFIDENCE["variant"])
            for concept, listed in variants.items()
            for word in listed
        ),
    ]
    unique = list({(entry.word, entry.concept): entry for entry in reversed(words)}.values())
    return Lexicon(
        entries=_by_first_character(unique),
        patterns=tuple(_patterns(patterns)),
        compounds=tuple(_compounds(rule_table("compounds"))),
        negations={
            side: tuple((rule, re.compile(text)) for rule, text in rules.items())
            for side, rules in rule_table("negations").items()
        },
        stems=_stems(unique, rule_table("lists")["heads"]),
        broader={concept: _above(concept, parents) for concept in known},
    )


def _read_schemes() -> tuple[list[Entry], dict[str, set[str]]]:
    """Read every label and every direct broader concept of the five schemes."""
    labels: list[Entry] = []
    parents: dict[str, set[str]] = {}
    for facet in FACETS:
        path = ontology_dir() / "schemes" / f"{facet}.ttl"
        for quad in pyoxigraph.parse(path=path, format=pyoxigraph.RdfFormat.TURTLE):
            if not isinstance(quad.subject, pyoxigraph.NamedNode):
                continue
            slug = quad.subject.value.removeprefix(str(MRDS))
            value = quad.object
            kind = _LABELS.get(quad.predicate.value)
            if quad.predicate.value == f"{_SKOS}broader" and isinstance(
                value, pyoxigraph.NamedNode
            ):
                parents.setdefault(slug, set()).add(value.value.removeprefix(str(MRDS)))
            elif kind and slug.startswith(f"{facet}-") and slug != f"{facet}-scheme":
                word = normalise(value.value).text if isinstance(value, pyoxigraph.Literal) else ""
                labels.extend([Entry(word, slug, kind, _CONFIDENCE[kind])] if word else [])
    return labels, parents


def _above(concept: str, parents: Mapping[str, set[str]]) -> frozenset[str]:
    found: set[str] = set()
    waiting = set(parents.get(concept, ()))
    while waiting:
        found |= waiting
        waiting = {up for one in waiting for up in parents.get(one, ())} - found
    return frozenset(found)


def _used(labelled: Iterable[Entry], unused: Mapping[str, list[str] | str]) -> Iterator[Entry]:
    """Yield the labels that may be matched as they stand."""
    for entry in labelled:
        left_out = unused.get(entry.concept, [])
        if left_out == "all" or entry.word in {normalise(word).text for word in left_out}:
            continue
        yield entry


def _by_first_character(entries: Iterable[Entry]) -> dict[str, tuple[Entry, ...]]:
    table: dict[str, list[Entry]] = {}
    for entry in entries:
        table.setdefault(entry.word[0], []).append(entry)
    return {
        first: tuple(sorted(group, key=lambda e: (-len(e.word), e.word, e.concept)))
        for first, group in table.items()
    }


def _patterns(table: Mapping[str, Mapping[str, str]]) -> Iterator[Pattern]:
    for concept, rules in table.items():
        for rule, text in rules.items():
            yield Pattern(re.compile(text), concept, f"pattern:{rule}", 0.9)


def _compounds(table: Mapping[str, Mapping[str, Any]]) -> Iterator[Compound]:
    for rule, settings in table.items():
        yield Compound(
            rule,
            re.compile(settings["pattern"]),
            frozenset(settings.get("facets", FACETS)),
            frozenset(settings.get("fields", ("name", "texts"))),
        )


def _stems(
    entries: Iterable[Entry], heads: Iterable[str]
) -> dict[str, tuple[tuple[str, str, Entry], ...]]:
    table: dict[str, list[tuple[str, str, Entry]]] = {}
    for entry in entries:
        for head in heads:
            stem = entry.word.removesuffix(head)
            if stem and stem != entry.word and "・" not in stem:
                table.setdefault(stem[-1], []).append((stem, head, entry))
    return {last: tuple(sorted(group, key=lambda s: -len(s[0]))) for last, group in table.items()}
