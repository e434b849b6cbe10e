"""``medrd-kg diff``: what differs between two releases, as text, JSON or RDF Patch."""

import json
from pathlib import Path
from typing import Any, BinaryIO, Final

from medrd_kg.build.difference_summary import DifferenceSummary, Entities, Statements, summarise
from medrd_kg.build.differences import EntityChange, changed_lines, entity_changes
from medrd_kg.build.rdf_patch import patch_lines
from medrd_kg.build.release import Releases
from medrd_kg.build.rollback import known_release
from medrd_kg.commands.release_formats import DiffFormat
from medrd_kg.vocabulary import MRD, PREFIXES, graph_iri

__all__ = ["run_diff"]

_SIGNS: Final = {"added": "+", "removed": "-", "changed": "~"}
_LONGEST: Final = 120
"""Characters of a value that a line of text shows at most."""


def run_diff(
    data_dir: Path,
    versions: tuple[str, str],
    diff_format: DiffFormat,
    out: BinaryIO,
    *,
    graphs: list[str],
    of_class: str | None,
    most: int,
) -> None:
    """Write what differs between two kept releases.

    Args:
        data_dir: Holds the releases.
        versions: The older and the newer one; ``current`` is a name of the current one.
        diff_format: Text with the first changes and all totals; JSON with the same; or a patch
            with every statement.
        out: Receives it.
        graphs: Graphs to compare, by IRI or name; none: all.
        of_class: Class of the entities that text and JSON show, by IRI or name.
        most: How many entities text and JSON show.

    Raises:
        Problem: ``not-found``: a release is not kept. ``damaged-release``: a dump cannot be read.
    """
    releases = Releases(data_dir)
    older, newer = (known_release(releases, each) for each in versions)
    chosen = [each if ":" in each else graph_iri(each) for each in graphs]
    if diff_format is DiffFormat.PATCH:
        changes = changed_lines(older, newer, graphs=chosen)
        out.writelines(patch_lines(changes, older.name, newer.name))
        return
    found = summarise(
        entity_changes(older, newer, graphs=chosen), most=most, of_class=_class_iri(of_class)
    )
    if diff_format is DiffFormat.JSON:
        document = _document(found, older.name, newer.name)
        out.write(json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n")
    else:
        out.write(_text(found, older.name, newer.name).encode())


def _class_iri(name: str | None) -> str | None:
    if name is None or "://" in name:
        return name
    prefix, colon, local = name.rpartition(":")
    return f"{PREFIXES.get(prefix, f'{prefix}:')}{local}" if colon else f"{MRD}{name}"


def _document(found: DifferenceSummary, older: str, newer: str) -> dict[str, Any]:
    return {
        "older": older,
        "newer": newer,
        "statements": _statements(found.statements),
        "entities": _entities(found.entities),
        "classes": {name: _entities(each) for name, each in found.classes.items()},
        "graphs": {name: _statements(each) for name, each in found.graphs.items()},
        "changes": [
            {
                "entity": each.entity,
                "kind": each.kind,
                "classes": list(each.classes),
                "labels": dict(each.labels),
                "statements": [
                    {
                        "predicate": one.predicate.strip("<>"),
                        "graph": one.graph,
                        "before": list(one.before),
                        "after": list(one.after),
                    }
                    for one in each.alterations()
                ],
            }
            for each in found.shown
        ],
    }


def _statements(counts: Statements) -> dict[str, int]:
    return {"added": counts.added, "removed": counts.removed}


def _entities(counts: Entities) -> dict[str, int]:
    return {"added": counts.added, "removed": counts.removed, "changed": counts.changed}


def _text(found: DifferenceSummary, older: str, newer: str) -> str:
    if found.is_empty:
        return f"{older} and {newer} state the same\n"
    statements = f"+{found.statements.added} -{found.statements.removed}"
    lines = [
        f"{older} → {newer}: statements {statements}; entities {_counted(found.entities)}",
        "by graph:",
    ]
    lines += [
        f"  {_short(name) or 'the default graph'}: +{each.added} -{each.removed}"
        for name, each in found.graphs.items()
    ]
    lines.append("by class:")
    lines += [
        f"  {_short(name) or 'without a class'}: {_counted(each)}"
        for name, each in found.classes.items()
    ]
    if found.shown:
        lines.append("by entity:")
    for change in found.shown:
        lines += _entity_lines(change)
    rest = found.entities.total - len(found.shown)
    if rest:
        lines.append(f"{rest} more entities are not shown: raise --limit, or take --format patch")
    return "\n".join(lines) + "\n"


def _counted(counts: Entities) -> str:
    return f"+{counts.added} -{counts.removed} ~{counts.changed}"


def _entity_lines(change: EntityChange) -> list[str]:
    label = change.labels.get("ja") or change.labels.get("en") or ""
    lines = [f"{_SIGNS[change.kind]} {_short(change.entity)} {label}".rstrip()]
    for each in change.alterations():
        name = _short(each.predicate.strip("<>"))
        lines += [f"    - {name} {_value(value)}" for value in each.before]
        lines += [f"    + {name} {_value(value)}" for value in each.after]
    return lines


def _value(term: str) -> str:
    shown = _short(term.strip("<>")) if term.startswith("<") else term
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


def _short(iri: str) -> str:
    """Return an IRI with a prefix, for reading; what follows the prefix may hold slashes."""
    names = [(prefix, base) for prefix, base in PREFIXES.items() if iri.startswith(str(base))]
    if not names:
        return iri
    prefix, base = max(names, key=lambda each: len(each[1]))
    return f"{prefix}:{iri.removeprefix(str(base))}"
