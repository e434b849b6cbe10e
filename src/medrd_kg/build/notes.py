"""Release notes as data: what changed against the release that was current before.

One file of JSON-LD, so that it is read as JSON and as RDF (DCAT 3, PROV-O, VoID, DQV). What the
former release counted is only in the JSON: as RDF, that release's own VoID says it.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from medrd_kg.build.alarms import Alarm
from medrd_kg.build.carried_edits import CarriedEdits
from medrd_kg.build.description import DATASET, DESCRIPTION
from medrd_kg.build.manifest import Manifest, checksum
from medrd_kg.build.release_changes import Count, ReleaseChanges, changes_between

__all__ = ["NOTES", "read_notes", "write_notes"]

NOTES: Final = f"{DESCRIPTION}/notes.jsonld"
"""File of the notes in a release."""

_RELEASE: Final = f"{DATASET}/"

_CONTEXT: Final = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "dqv": "http://www.w3.org/ns/dqv#",
    "oa": "http://www.w3.org/ns/oa#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "void": "http://rdfs.org/ns/void#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "id": "@id",
    "type": "@type",
    "version": "dcat:version",
    "versionOf": {"@id": "dcat:isVersionOf", "@type": "@id"},
    "previous": {"@id": "dcat:previousVersion", "@type": "@id"},
    "revisionOf": {"@id": "prov:wasRevisionOf", "@type": "@id"},
    "built": {"@id": "prov:generatedAtTime", "@type": "xsd:dateTime"},
    "triples": "void:triples",
    "classes": "void:classPartition",
    "graphs": "void:subset",
    "class": {"@id": "void:class", "@type": "@id"},
    "members": "void:entities",
    "graph": "@id",
    "alarms": "dqv:hasQualityAnnotation",
    "on": {"@id": "oa:hasTarget", "@type": "@id"},
    "message": {"@id": "rdfs:comment", "@container": "@language"},
}


def write_notes(
    folder: Path,
    manifest: Manifest,
    *,
    former: tuple[Manifest, Path] | None,
    alarms: Sequence[Alarm],
    edits: CarriedEdits,
) -> Manifest:
    """Write the notes into the folder of a release that is not published yet.

    A release that was built anew keeps the notes of the one of its version that it replaces: what
    it differs from is still the release before.

    Args:
        folder: Its folder.
        manifest: Its manifest, which is written again with the notes' checksum.
        former: Manifest and folder of the release that is current; None: there is none that can
            be read.
        alarms: Drops against that release.
        edits: The edits that are carried over.

    Returns:
        The manifest as it is now.
    """
    kept = None
    if former is not None and former[0].version == manifest.version:
        kept, former = read_notes(former[1]), None
    notes = kept or _notes(manifest, None if former is None else former[0], alarms, edits)
    path = folder / NOTES
    path.write_text(json.dumps(notes, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    finished = manifest.model_copy(update={"files": {**manifest.files, NOTES: checksum(path)}})
    finished.write(folder)
    return finished


def read_notes(release: Path) -> dict[str, Any] | None:
    """Return the notes in a release folder; None where it has none, as releases of old have."""
    try:
        found = json.loads((release / NOTES).read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _notes(
    manifest: Manifest, former: Manifest | None, alarms: Sequence[Alarm], edits: CarriedEdits
) -> dict[str, Any]:
    release = f"{_RELEASE}{manifest.version}"
    notes: dict[str, Any] = {
        "@context": _CONTEXT,
        "id": release,
        "type": ["dcat:Dataset", "prov:Entity"],
        "version": manifest.version,
        "versionOf": str(DATASET),
        "built": manifest.built,
        "triples": manifest.triples,
        "alarms": [_alarm(each, release) for each in alarms],
        "edits": {
            "last": edits.last,
            "graphs": edits.graphs,
            "conflicts": [asdict(each) for each in edits.conflicts],
        },
    }
    if former is not None:
        previous = f"{_RELEASE}{former.version}"
        changes = changes_between(former, manifest)
        notes |= {
            "previous": previous,
            "revisionOf": previous,
            "previousVersion": former.version,
            "triplesBefore": former.triples,
            "sources": _sources(changes),
            "classes": [
                {"class": each.name, "before": each.before, "members": each.after}
                for each in changes.classes
            ],
            "graphs": [_graph(each) for each in changes.graphs],
        }
    return notes


def _sources(changes: ReleaseChanges) -> dict[str, list[str]]:
    return {
        "added": list(changes.added),
        "removed": list(changes.removed),
        "changed": list(changes.changed),
    }


def _graph(count: Count) -> dict[str, Any]:
    return {"graph": count.name, "before": count.before, "triples": count.after}


def _alarm(alarm: Alarm, release: str) -> dict[str, Any]:
    return {
        "type": "dqv:QualityAnnotation",
        "on": alarm.name or release,
        "subject": alarm.subject,
        "before": alarm.before,
        "after": alarm.after,
        "message": {"en": alarm.message_en, "ja": alarm.message_ja},
    }
