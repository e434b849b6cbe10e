"""The import of a document as a whole: read, cut, identify, propose, keep."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from medrd_kg import __version__
from medrd_kg.content import content_root
from medrd_kg.problems import Problem
from medrd_kg.sources.content import ContentFile, content_files, imported_dir
from medrd_kg.sources.documents.cutting import cut
from medrd_kg.sources.documents.described import document_turtle, statement_blocks, turtle
from medrd_kg.sources.documents.identity import DocumentIdentity, Given, identify, is_slug, named
from medrd_kg.sources.documents.keeping import (
    read_json,
    review_dir,
    texts_file,
    under_lock,
    write_json,
    write_whole,
)
from medrd_kg.sources.documents.known import Known, read_known
from medrd_kg.sources.documents.naming import Names
from medrd_kg.sources.documents.proposing import Proposals, fingerprint, propose
from medrd_kg.sources.documents.reading import ReadDocument, read
from medrd_kg.sources.policy_document import TextUnit, read_units
from medrd_kg.vocabulary import kind_iri

__all__ = [
    "ImportedDocument",
    "accepted_name",
    "import_document",
    "imported_documents",
    "imported_name",
    "read_document",
    "read_imported",
]

Note = Callable[[str], None]

_YEAR: Final = "年度"
_START: Final = 64
"""Bytes that tell JSON from a document."""

_NUMBERS: Final = (
    ("sectionNumber", "section"),
    ("paragraphNumber", "paragraph"),
    ("sentenceNumber", "sentence"),
    ("unitType", "unit_type"),
)


@dataclass(frozen=True)
class ImportedDocument:
    """A document that was imported.

    Attributes:
        identity: Which one it is.
        units: Its units with their texts.
        provenance: ``file``, ``sha256``, ``bytes``, ``pages``, ``form``, ``importedAt``,
            ``tool``, ``leftOut``.
        proposals: What it may state.
    """

    identity: DocumentIdentity
    units: Sequence[TextUnit]
    provenance: dict[str, Any]
    proposals: Proposals

    @cached_property
    def fingerprints(self) -> dict[str, str]:
        """Digest of the text of each unit, by its number."""
        return {each.unit_id: fingerprint(each) for each in self.units}


def imported_name(slug: str) -> str:
    """Return the name of the import file of a document."""
    return f"document-{slug}.ttl"


def accepted_name(slug: str) -> str:
    """Return the name of the import file with the facts that were accepted."""
    return f"document-{slug}-accepted.ttl"


def import_document(
    path: Path, data_dir: Path, given: Given, note: Note, *, root: Path | None = None
) -> ImportedDocument:
    """Import a document into a data directory; the next build takes it up.

    The same file gives the same bytes: a second import changes nothing, and decisions stay.

    Args:
        path: PDF, text, or a document cut into units (JSON).
        data_dir: Receives ``imported/document-SLUG.ttl``, the text and the proposals.
        given: What the caller says of the document.
        note: Told what was left out.
        root: Content root; the shipped content by default.

    Raises:
        Problem: ``invalid-data`` or ``usage``, in one line; nothing was written then.
    """
    document, units = read_document(path)
    for each in document.notes:
        note(each)
    imported = imported_dir(data_dir)
    files = content_files(root or content_root(), imported=imported)
    with under_lock(data_dir):
        known, identity = _recognised(path, units, files, given)
        already = _held_against(path, identity, units, known)
        proposals = propose(units, known, Names(_without_namesakes(known, identity)))
        provenance = _provenance(path, document, data_dir, identity)
        found = ImportedDocument(identity, units, provenance, proposals)
        _keep(found, data_dir, already=already)
    return found


def read_document(path: Path) -> tuple[ReadDocument, Sequence[TextUnit]]:
    """Return what a file says, and the units that it is cut into.

    Args:
        path: PDF, text, or a document cut into units (JSON).

    Raises:
        Problem: ``invalid-data``, in one line.
    """
    if _is_cut(path):
        units = read_units(path)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        return ReadDocument((), 0, digest, (), "units"), units
    document = read(path)
    units = cut(document.lines)
    if not any(each.unit_type == "sentence" for each in units):
        raise Problem(
            "invalid-data",
            f"{path}: no sentence in it ends with a full stop (。)",
            "is it a policy?",
        )
    return document, units


def _is_cut(path: Path) -> bool:
    """Whether a file holds units in JSON, whatever it is called."""
    try:
        with path.open("rb") as file:
            start = file.read(_START)
    except OSError:
        return False  # reading it tells what is wrong
    return start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"[", b"{"}


def _recognised(
    path: Path, units: Sequence[TextUnit], files: Sequence[ContentFile], given: Given
) -> tuple[Known, DocumentIdentity]:
    """Return what the graph knows without earlier imports of this document, and which it is."""
    slug, _ = named(path, units, given)
    own = [f"data/ttl/{name}" for name in (imported_name(slug), accepted_name(slug))]
    known = read_known(files, kind_iri("doc", slug), own)
    return known, identify(path, units, known, Names(known), given)


def _without_namesakes(known: Known, identity: DocumentIdentity) -> Known:
    """Return the graph without names of other years' policies that say no year.

    Each policy calls itself the policy: such a name means the one at hand.
    """
    names = [
        each
        for each in known.names
        if each.iri == identity.iri
        or _YEAR in each.text
        or "PolicyDocument" not in known.typed.get(each.iri, ())
    ]
    return replace(known, names=names)


def _held_against(
    path: Path, identity: DocumentIdentity, units: Sequence[TextUnit], known: Known
) -> bool:
    """Return whether the graph has these units; refuse others under the same name."""
    if not known.units:
        return False
    for unit in units:
        there = known.units.get(unit.unit_id, {})
        here = {name: str(getattr(unit, field)) for name, field in _NUMBERS}
        if any(there.get(name) != value for name, value in here.items()):
            raise Problem(
                "invalid-data",
                f"{path}: unit {unit.unit_id} (section {unit.section}, paragraph {unit.paragraph},"
                f" sentence {unit.sentence}) is another one in the graph's {identity.slug}",
                "is it another version? Give it a name of its own: --slug NAME",
            )
    if len(units) != len(known.units):
        raise Problem(
            "invalid-data",
            f"{path}: {len(units)} units; the graph's {identity.slug} has {len(known.units)}",
            "is it another version? Give it a name of its own: --slug NAME",
        )
    return True


def _provenance(
    path: Path, document: ReadDocument, data_dir: Path, identity: DocumentIdentity
) -> dict[str, Any]:
    found = {
        "file": path.name,
        "sha256": document.sha256,
        "bytes": path.stat().st_size,
        "pages": document.pages,
        "form": document.form,
        "importedAt": datetime.now(UTC).replace(microsecond=0).isoformat(),
        "tool": f"medrd-kg {__version__}",
        "leftOut": list(document.notes),
    }
    before = read_json(texts_file(data_dir, identity.slug)) or {}
    kept = before.get("provenance", {})
    unmoved = ("file", "sha256", "tool")
    if all(kept.get(name) == found[name] for name in unmoved):
        found["importedAt"] = kept["importedAt"]  # it was imported then; nothing is new
    return found


def _keep(found: ImportedDocument, data_dir: Path, *, already: bool) -> None:
    """Write the files, the one that a build takes up last."""
    identity = found.identity
    write_json(
        texts_file(data_dir, identity.slug),
        {
            "document": asdict(identity),
            "provenance": found.provenance,
            "units": [asdict(each) for each in found.units],
        },
    )
    folder = review_dir(data_dir) / identity.slug
    write_json(folder / "proposals.json", found.proposals.to_json())
    comment = (
        f"Proposals on {identity.label_en}: computed, to be accepted, edited or rejected by a"
        " person.\nEdit and hand back with `medrd-kg review accept --from FILE`."
    )
    facts = [each for each in found.proposals.facts if not each.known]
    blocks = statement_blocks(identity, found.proposals.frames, facts)
    write_whole(folder / "proposals.ttl", turtle(comment, blocks))
    write_whole(
        imported_dir(data_dir) / imported_name(identity.slug),
        document_turtle(
            identity,
            found.units,
            file_name=found.provenance["file"],
            sha256=found.provenance["sha256"],
            already=already,
        ),
    )


def imported_documents(data_dir: Path) -> list[str]:
    """Return the slugs of the documents that were imported."""
    return sorted(path.stem for path in texts_file(data_dir, "x").parent.glob("*.json"))


def read_imported(data_dir: Path, slug: str) -> ImportedDocument | None:
    """Return a document that was imported; None where there is none of this name.

    Raises:
        Problem: ``invalid-data``: its files are damaged.
    """
    if not is_slug(slug):
        return None
    texts = read_json(texts_file(data_dir, slug))
    proposals = read_json(review_dir(data_dir) / slug / "proposals.json")
    if texts is None or proposals is None:
        return None
    try:
        return ImportedDocument(
            DocumentIdentity(**texts["document"]),
            [TextUnit(**each) for each in texts["units"]],
            texts["provenance"],
            Proposals.of_json(proposals),
        )
    except (KeyError, TypeError) as error:
        raise Problem(
            "invalid-data",
            f"the imported document {slug} cannot be read: {error}",
            "import it again",
        ) from error
