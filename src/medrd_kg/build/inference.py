"""Everything that the graph implies: the reasoner's conclusions, then those of the rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pyoxigraph import NamedNode, Quad

from medrd_kg.build.inputs import read_quads
from medrd_kg.build.progress import Progress
from medrd_kg.build.reasoning import Part, PartResult, derive, has_java, lookup, save
from medrd_kg.build.rules import RuleOutcome, apply_rules, read_rules
from medrd_kg.problems import Problem
from medrd_kg.sources.content import ContentFile, content_files
from medrd_kg.store.base import Store
from medrd_kg.vocabulary import graph_iri

__all__ = [
    "INFERRED",
    "Inference",
    "committed_dir",
    "infer",
    "parts",
    "reason",
    "refresh_committed",
]

INFERRED: Final = graph_iri("inferred")
"""IRI of the named graph of everything inferred."""

_ONTOLOGY: Final = graph_iri("ontology")
_POLICY: Final = graph_iri("policy-fy2022")
_VIEWS: Final = "ontology/views.ttl"


@dataclass(frozen=True, slots=True)
class Inference:
    """How the inferred graph came about.

    Attributes:
        parts: What the reasoner was to see.
        results: What it concluded, by part; a part without a result is absent.
        rules: What the rules concluded on top.
    """

    parts: Sequence[Part]
    results: dict[str, PartResult]
    rules: RuleOutcome


def committed_dir(root: Path) -> Path:
    """Return the folder of the committed results below a content root."""
    return root / "ontology" / "inferred"


def parts(files: Sequence[ContentFile]) -> list[Part]:
    """Return what the reasoner sees in each of its runs.

    ``browse`` is the vocabulary with the schemes and the browse classes, ``policy`` the vocabulary
    with the schemes and the curated policy.
    """
    vocabulary = [each for each in files if each.graph == _ONTOLOGY]
    policy = [each for each in files if each.graph == _POLICY]
    without_views = [each for each in vocabulary if each.name != _VIEWS]
    found = [
        Part.of("browse", read_quads(vocabulary)),
        Part.of("policy", read_quads([*without_views, *policy])),
    ]
    return [part for part in found if part.lines]


def reason(
    each_part: Sequence[Part], *, committed: Path, kept: Path, progress: Progress
) -> dict[str, PartResult]:
    """Return the reasoner's result for each part, from the cheapest place that has it.

    Args:
        each_part: What to reason over.
        committed: Folder of the results that come with the content.
        kept: Folder of the results of earlier builds; receives new ones.
        progress: Told when a part goes without the reasoner.

    Returns:
        Results by name of the part. A part whose content has changed has none without Java.

    Raises:
        Problem: ``reasoning-failed``: see `derive`.
    """
    results: dict[str, PartResult] = {}
    for part in each_part:
        result = lookup(part, committed, origin="committed") or lookup(part, kept, origin="kept")
        if result is None and has_java():
            with progress.step(f"reasoning over the {part.name} part with HermiT"):
                result = derive(part)
            save(result, kept)
        if result is None:
            progress.note(
                f"The {part.name} part of the content has changed and there is no Java to reason"
                " over it: the build goes on with the rules alone. Install a JDK to check it."
            )
        else:
            results[part.name] = result
    return results


def infer(store: Store, results: dict[str, PartResult], rules_dir: Path) -> RuleOutcome:
    """Fill the inferred graph of a store.

    Args:
        store: Holds the content.
        results: The reasoner's conclusions.
        rules_dir: Folder of the rules.

    Raises:
        Problem: ``invalid-data``: a rule is at fault.
    """
    target = NamedNode(INFERRED)
    for result in results.values():
        store.insert(
            Quad(triple.subject, triple.predicate, triple.object, target)
            for triple in result.triples()
            if not store.holds(triple)
        )
    return apply_rules(store, read_rules(rules_dir), graph=INFERRED)


def refresh_committed(root: Path, progress: Progress) -> list[PartResult]:
    """Reason over the content anew and write the results that are committed with it.

    Args:
        root: Content root.
        progress: Told of each part.

    Raises:
        Problem: ``reasoning-failed``: no Java, or see `derive`.
    """
    if not has_java():
        raise Problem("reasoning-failed", "there is no Java", "install a JDK")
    results = []
    for part in parts(content_files(root)):
        with progress.step(f"reasoning over the {part.name} part with HermiT"):
            results.append(derive(part))
        save(results[-1], committed_dir(root))
    return results
