"""Writes the folder of a release: store, fact tables, search index, dumps, manifest and more."""

import resource
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode

from medrd_kg import __version__
from medrd_kg.build.description import write_descriptions
from medrd_kg.build.dumps import DUMPS, forget_dumps, submit_dumps, write_dumps
from medrd_kg.build.former_store import Former
from medrd_kg.build.gates import validation_record
from medrd_kg.build.inference import INFERRED, Inference
from medrd_kg.build.inputs import content_hash
from medrd_kg.build.manifest import (
    Manifest,
    ReasoningRecord,
    RulesRecord,
    SourceRecord,
    inventory,
)
from medrd_kg.build.parts.working import processes
from medrd_kg.build.progress import Timings
from medrd_kg.build.quad_files import triple_of
from medrd_kg.build.reading import ReadContent
from medrd_kg.build.release import SEARCH_INDEX, STORE, TABLES
from medrd_kg.build.store_writing import write_store
from medrd_kg.build.totals import require_sound_totals
from medrd_kg.linkage.projection import project
from medrd_kg.search.joining import Extracts
from medrd_kg.search.writing import write_index, write_joined_index
from medrd_kg.sources.review_sheets.parallel import without_collector
from medrd_kg.store.base import Store
from medrd_kg.store.embedded import EmbeddedStore
from medrd_kg.vocabulary import BASE, PREFIXES

__all__ = ["write_release"]

_UNDATED: Final = "undated"

# A source of which only the year is known had come out by the last day of that year.
_LATEST_SOURCE: Final = """
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX mrd: <https://w3id.org/medrd-kg/core#>
SELECT (MAX(?day) AS ?latest) WHERE {
  ?source a mrd:Document .
  {
    VALUES ?property { dcterms:issued dcterms:modified }
    ?source ?property ?date .
    BIND(SUBSTR(STR(?date), 1, 10) AS ?day)
  }
  UNION
  {
    ?source mrd:publicationYear ?year .
    FILTER NOT EXISTS { ?source dcterms:issued ?date }
    BIND(CONCAT(STR(?year), "-12-31") AS ?day)
  }
  FILTER(REGEX(?day, "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))
}
"""

_CLASSES: Final = """
SELECT ?class (COUNT(?member) AS ?members) WHERE {
  ?member a ?class .
  FILTER(isIRI(?member) && isIRI(?class))
} GROUP BY ?class
"""

_ONTOLOGY_VERSION: Final = f"""
SELECT ?version WHERE {{
  <{BASE}ontology> <http://www.w3.org/2002/07/owl#versionIRI> ?version
}}
"""


def write_release(
    folder: Path,
    *,
    content: ReadContent,
    sources: Sequence[SourceRecord],
    timings: Timings,
    former: Former | None = None,
) -> Manifest:
    """Write everything into an empty folder, the manifest last.

    Args:
        folder: Where nobody reads yet.
        content: What the release is to hold; its store is closed and its files are gone on return.
        sources: The files that went in.
        timings: Told of each step; its seconds enter the manifest, outside of every hash.
        former: The release before, whose store is taken over where little differs.

    Raises:
        Problem: ``invalid-data``: a total is not the sum of its figures.
    """
    store, quads = content.store, content.quads
    if content.kept is None:
        manifest = _counted(content, sources, timings)
        with timings.step("projecting the fact tables"):
            project(store, folder / TABLES)
        with timings.step("indexing names for search"):
            write_index(store, folder / SEARCH_INDEX)
        store.close()
        with timings.step("writing the store"):
            write_store(folder / STORE, quads, former)
        with timings.step("writing the dumps"):
            write_dumps(quads, folder / DUMPS, PREFIXES)
    else:
        with processes() as pool:
            made = [
                pool.submit(_project, folder / STORE, folder / TABLES, content.rows),
                pool.submit(_index, content.extracts, folder / SEARCH_INDEX),
                *submit_dumps(pool, quads, folder / DUMPS, PREFIXES, content.kept),
            ]
            manifest = _counted(content, sources, timings)
            store.close()
            with timings.step("writing tables, search index and dumps"):
                for each in made:
                    each.result()
        forget_dumps(content.kept, folder / DUMPS)
    _write_without_graph(quads.graphs.get(INFERRED), folder / "inferred.nt")
    quads.remove()
    (folder / "validation.ttl").write_text(content.validation.turtle, encoding="utf-8")
    with timings.step("describing the release"):
        dumps = {f"{DUMPS}/{name}": record for name, record in inventory(folder / DUMPS).items()}
        write_descriptions(manifest, dumps, folder)
        finished = manifest.model_copy(
            update={
                "files": inventory(folder),
                "seconds": dict(timings.seconds),
                "peak_memory_mb": _peak_memory_mb(),
            }
        )
        finished.write(folder)
    return finished


def _counted(content: ReadContent, sources: Sequence[SourceRecord], timings: Timings) -> Manifest:
    """Return the manifest without files, times and memory; the totals must be sound."""
    store, quads, inference = content.store, content.quads, content.inference
    with timings.step("checking the totals"):
        require_sound_totals(store)
    with timings.step("counting"):
        source_date = _value(store, _LATEST_SOURCE, "latest") or _UNDATED
        return Manifest(
            version=f"{source_date}-{quads.digest[:12]}",
            content_hash=content_hash(sources),
            source_date=source_date,
            ontology_version=_value(store, _ONTOLOGY_VERSION, "version") or f"{BASE}ontology",
            triples=quads.triples,
            graphs=dict(quads.sizes),
            classes=_classes(store),
            reasoning=_reasoning(inference),
            rules=RulesRecord(rounds=inference.rules.rounds, triples=inference.rules.triples),
            validation=validation_record(content.validation),
            sources=list(sources),
            files={},
            built=datetime.now(UTC).isoformat(timespec="milliseconds"),
            peak_memory_mb=0,
            software={"medrd-kg": __version__, "pyoxigraph": version("pyoxigraph")},
        )


@contextmanager
def _opened(path: Path) -> Iterator[Store]:
    store = EmbeddedStore(path, read_only=True, holds_merge=True)
    try:
        yield store
    finally:
        store.close()


def _project(store: Path, target: Path, rows: Mapping[str, Sequence[Path]]) -> None:
    """Write the fact tables from a release's store, in a process of its own."""
    with _opened(store) as opened:
        project(opened, target, rows=rows)


def _index(extracts: Extracts, target: Path) -> None:
    """Write the search index from what the parts hold, in a process of its own."""
    with without_collector():
        write_joined_index(extracts, target)


def _write_without_graph(nquads: Path | None, target: Path) -> None:
    """Write the N-Quads of one graph as N-Triples; no file is an empty graph."""
    with target.open("wb") as written:
        if nquads is not None:
            with nquads.open("rb") as lines:
                written.writelines(triple_of(line) + b".\n" for line in lines)


def _reasoning(inference: Inference) -> dict[str, ReasoningRecord]:
    records = {}
    for part in inference.parts:
        result = inference.results.get(part.name)
        records[part.name] = ReasoningRecord(
            status="missing" if result is None else result.origin,
            content_hash=part.content_hash,
            triples=0 if result is None else len(result.lines),
        )
    return records


def _classes(store: Store) -> dict[str, int]:
    counts = {}
    for row in store.query(_CLASSES).rows():
        name, members = row["class"], row["members"]
        if isinstance(name, NamedNode) and isinstance(members, Literal):
            counts[name.value] = int(members.value)
    return dict(sorted(counts.items()))


def _value(store: Store, text: str, variable: str) -> str | None:
    """Return the value of a variable in the first row of a query, if it is bound."""
    for row in store.query(text).rows():
        term = row.get(variable)
        if isinstance(term, NamedNode | Literal):
            return term.value
    return None


def _peak_memory_mb() -> int:
    """Return the largest resident size of this process in megabytes (10^6 bytes)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, KiB on Linux
    return peak * unit // 1_000_000
