"""The reasoner as a gate and as a source of inferred triples.

HermiT sees two parts, never the money: the vocabulary with the browse classes, and the vocabulary
with the curated policy. (Browse classes and individuals together are out of its reach, and so
are a hundred thousand figures.) A result belongs to the hash of the logical content of its part,
so a new label or definition does not outdate it. The shipped content has its results committed;
where the hash differs and Java is present the build derives them anew, and keeps them.
"""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from pyoxigraph import NamedNode, Quad, Triple

from medrd_kg.build.canonical import canonical_lines, canonical_quads, digest, parsed_lines
from medrd_kg.problems import Problem

__all__ = [
    "Origin",
    "Part",
    "PartResult",
    "derive",
    "has_java",
    "lookup",
    "save",
]

Origin = Literal["committed", "kept", "derived"]
"""Where a result comes from: the content, an earlier build, or this one."""

_OWL: Final = "http://www.w3.org/2002/07/owl#"
_RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
_TYPE: Final = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_BUILTIN_ANNOTATIONS: Final = frozenset(
    {
        *(f"{_RDFS}{name}" for name in ("label", "comment", "seeAlso", "isDefinedBy")),
        *(f"{_OWL}{name}" for name in ("versionInfo", "deprecated", "imports", "versionIRI")),
    }
)
_UNREASONED: Final = frozenset({f"{_OWL}Ontology", f"{_OWL}Axiom", f"{_OWL}AnnotationProperty"})
"""Things of these types are about statements or documents: no reasoner concludes from them."""

_WORKER: Final = "medrd_kg.build.hermit"
_TIME_LIMIT: Final = 180.0
"""Seconds for one part; it takes about 6 on the reference machine."""


@dataclass(frozen=True, slots=True)
class Part:
    """What HermiT sees in one run.

    Attributes:
        name: ``browse`` or ``policy``; file name of its results.
        lines: Its logical content as sorted N-Triples.
    """

    name: str
    lines: Sequence[bytes]

    @classmethod
    def of(cls, name: str, quads: Iterable[Quad]) -> "Part":
        """Reduce quads to what a reasoner can conclude from."""
        return cls(name, canonical_lines(canonical_quads(_logical(quads))))

    @property
    def content_hash(self) -> str:
        """SHA-256 over the lines."""
        return digest(self.lines)


@dataclass(frozen=True, slots=True)
class PartResult:
    """What HermiT concluded from a part that it found consistent and satisfiable.

    Attributes:
        name: Name of the part.
        content_hash: Hash of the part's logical content.
        lines: Entailed triples that the part does not state, as sorted N-Triples.
        origin: ``committed``, ``kept`` (by an earlier build) or ``derived`` (now).
    """

    name: str
    content_hash: str
    lines: Sequence[bytes]
    origin: Origin

    def triples(self) -> Iterator[Triple]:
        """Yield what was concluded."""
        for quad in parsed_lines(self.lines):
            yield Triple(quad.subject, quad.predicate, quad.object)


def _logical(quads: Iterable[Quad]) -> list[Quad]:
    """Drop graph names, annotations, ontology headers and annotated axioms."""
    given = list(quads)
    types = [(quad.subject, quad.object) for quad in given if quad.predicate == _TYPE]
    unreasoned = {
        subject
        for subject, kind in types
        if isinstance(kind, NamedNode) and kind.value in _UNREASONED
    }
    return [
        Quad(quad.subject, quad.predicate, quad.object)
        for quad in given
        if quad.subject not in unreasoned
        and quad.predicate not in unreasoned
        and quad.predicate.value not in _BUILTIN_ANNOTATIONS
    ]


def has_java() -> bool:
    """Whether a Java runtime can be started."""
    return shutil.which("java") is not None


def lookup(part: Part, folder: Path, *, origin: Origin) -> PartResult | None:
    """Return the result that a folder holds for exactly this content, or None.

    A result file that was altered by hand does not count.
    """
    record = _records(folder).get(part.name, {})
    path = folder / f"{part.name}.nt"
    if record.get("content") != part.content_hash or not path.is_file():
        return None
    written = path.read_bytes()
    if hashlib.sha256(written).hexdigest() != record.get("sha256"):
        return None
    return PartResult(part.name, part.content_hash, written.splitlines(keepends=True), origin)


def save(result: PartResult, folder: Path) -> None:
    """Write a result and the hash of its content to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    written = b"".join(result.lines)
    (folder / f"{result.name}.nt").write_bytes(written)
    records = _records(folder)
    records[result.name] = {
        "content": result.content_hash,
        "sha256": hashlib.sha256(written).hexdigest(),
        "triples": len(result.lines),
    }
    temporary = folder / "results.json.new"
    text = json.dumps(records, indent=2, sort_keys=True) + "\n"
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(folder / "results.json")


def _records(folder: Path) -> dict[str, dict[str, Any]]:
    try:
        found = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def derive(part: Part, *, time_limit: float = _TIME_LIMIT) -> PartResult:
    """Run HermiT over a part.

    Args:
        part: What to reason over.
        time_limit: Seconds after which the reasoner is ended.

    Raises:
        Problem: ``reasoning-failed``: the part is inconsistent, has unsatisfiable classes, or
            the reasoner could not decide (datatype outside OWL 2, memory, time).
    """
    with tempfile.TemporaryDirectory(prefix="medrd-kg-") as folder:
        source, target = Path(folder, "content.nt"), Path(folder, "entailed.nt")
        source.write_bytes(b"".join(part.lines))
        verdict = _run_worker(part.name, [str(source), str(target)], time_limit)
        if not verdict["consistent"]:
            raise _failure(part.name, "is inconsistent: no state of the world satisfies it")
        if verdict["unsatisfiable"]:
            classes = ", ".join(verdict["unsatisfiable"])
            raise _failure(part.name, f"has classes that can have no member: {classes}")
        lines = target.read_bytes().splitlines(keepends=True)
    return PartResult(part.name, part.content_hash, lines, "derived")


def _run_worker(name: str, arguments: Sequence[str], time_limit: float) -> dict[str, Any]:
    # A session of its own, so that the Java process can be ended together with its parent.
    with subprocess.Popen(  # noqa: S603 - our own module, our own files
        [sys.executable, "-m", _WORKER, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as worker:
        try:
            output, faults = worker.communicate(timeout=time_limit)
        except BaseException as error:
            os.killpg(worker.pid, signal.SIGKILL)
            if isinstance(error, subprocess.TimeoutExpired):
                raise _failure(name, f"was not decided within {time_limit:g} s") from None
            raise
    if worker.returncode:
        last = (faults.strip().splitlines() or ["no message"])[-1]
        raise _failure(name, f"was not decided: {last}")
    verdict: dict[str, Any] = json.loads(output)
    return verdict


def _failure(name: str, what: str) -> Problem:
    return Problem(
        "reasoning-failed",
        f"the {name} part of the content {what}",
        "open the content in Protégé and let HermiT explain",
    )
