"""The release described in VoID and DCAT, for catalogues and crawlers."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from rdflib import DCAT, DCTERMS, RDF, VOID, XSD, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from medrd_kg.build.manifest import FileRecord, Manifest
from medrd_kg.vocabulary import BASE, MRD, MRDS, PREFIXES

__all__ = ["DATASET", "DESCRIPTION", "DUMP_TYPES", "dcat", "void", "write_descriptions"]

DESCRIPTION: Final = "description"
"""Folder of the descriptions in a release."""

DATASET: Final = URIRef(f"{BASE}dataset")
"""The knowledge graph as a dataset, whatever its version."""

_SPDX: Final = Namespace("http://spdx.org/rdf/terms#")
_LICENCE: Final = URIRef("https://creativecommons.org/licenses/by/4.0/")
_TITLES: Final = (
    Literal("医療研究開発知識グラフ", lang="ja"),
    Literal("Medical R&D knowledge graph", lang="en"),
)
_DESCRIPTIONS: Final = (
    Literal("令和4年度の医療分野の資源配分方針と、その予算・支出を結んだデータ。", lang="ja"),
    Literal("Japan's FY2022 medical R&D resource allocation policy and its money.", lang="en"),
)
DUMP_TYPES: Final = {".nq.zst": "application/n-quads", ".ttl.zst": "text/turtle"}
_IANA: Final = "https://www.iana.org/assignments/media-types/"


def write_descriptions(manifest: Manifest, dumps: Mapping[str, FileRecord], release: Path) -> None:
    """Write ``void.ttl`` and ``dcat.ttl`` into a release folder.

    Args:
        manifest: What the release holds.
        dumps: Records of its dumps, by path below the release.
        release: Its folder.
    """
    folder = release / DESCRIPTION
    folder.mkdir(parents=True, exist_ok=True)
    for name, graph in (("void", void(manifest, dumps)), ("dcat", dcat(manifest, dumps))):
        graph.serialize(folder / f"{name}.ttl", format="turtle", encoding="utf-8")


def void(manifest: Manifest, dumps: Iterable[str]) -> Graph:
    """Describe the dataset, its graphs and classes in VoID (W3C Interest Group Note)."""
    graph = _titled_graph(manifest)
    graph.add((DATASET, RDF.type, VOID.Dataset))
    graph.add((DATASET, VOID.triples, Literal(manifest.triples)))
    graph.add((DATASET, VOID.classes, Literal(len(manifest.classes))))
    graph.add((DATASET, VOID.uriSpace, Literal(BASE)))
    for vocabulary in (MRD, MRDS):
        graph.add((DATASET, VOID.vocabulary, URIRef(str(vocabulary).rstrip("#"))))
    for name in dumps:
        graph.add((DATASET, VOID.dataDump, _dump_iri(manifest, name)))
    for name, quads in manifest.graphs.items():
        subset = URIRef(name)
        graph.add((DATASET, VOID.subset, subset))
        graph.add((subset, RDF.type, VOID.Dataset))
        graph.add((subset, VOID.triples, Literal(quads)))
    for name, members in manifest.classes.items():
        partition = URIRef(f"{DATASET}/class/{_local(name)}")
        graph.add((DATASET, VOID.classPartition, partition))
        graph.add((partition, VOID["class"], URIRef(name)))
        graph.add((partition, VOID.entities, Literal(members)))
    return graph


def dcat(manifest: Manifest, dumps: Mapping[str, FileRecord]) -> Graph:
    """Describe the dataset and its dumps in DCAT 3 (W3C Recommendation)."""
    graph = _titled_graph(manifest)
    graph.add((DATASET, RDF.type, DCAT.Dataset))
    graph.add((DATASET, URIRef(f"{DCAT}version"), Literal(manifest.version)))
    for language in ("JPN", "ENG"):
        authority = "http://publications.europa.eu/resource/authority/language/"
        graph.add((DATASET, DCTERMS.language, URIRef(f"{authority}{language}")))
    for name, record in dumps.items():
        dump = _dump_iri(manifest, name)
        sha256 = URIRef(f"{dump}#checksum")
        suffix = name[name.index(".") :]
        facts: list[tuple[Node, Node, Node]] = [
            (DATASET, DCAT.distribution, dump),
            (dump, RDF.type, DCAT.Distribution),
            (dump, DCTERMS.title, Literal(name.rpartition("/")[2])),
            (dump, DCTERMS.license, _LICENCE),
            (dump, DCAT.downloadURL, dump),
            (dump, DCAT.mediaType, URIRef(_IANA + DUMP_TYPES[suffix])),
            (dump, DCAT.compressFormat, URIRef(f"{_IANA}application/zstd")),
            (dump, DCAT.byteSize, Literal(record.bytes, datatype=XSD.nonNegativeInteger)),
            (dump, _SPDX.checksum, sha256),
            (sha256, RDF.type, _SPDX.Checksum),
            (sha256, _SPDX.algorithm, _SPDX.checksumAlgorithm_sha256),
            (sha256, _SPDX.checksumValue, Literal(record.sha256, datatype=XSD.hexBinary)),
        ]
        for fact in facts:
            graph.add(fact)
    return graph


def _titled_graph(manifest: Manifest) -> Graph:
    graph = Graph(bind_namespaces="none")
    for prefix in ("dcat", "dcterms", "void", "xsd"):
        graph.bind(prefix, PREFIXES[prefix])
    graph.bind("spdx", _SPDX)
    for title in _TITLES:
        graph.add((DATASET, DCTERMS.title, title))
    for text in _DESCRIPTIONS:
        graph.add((DATASET, DCTERMS.description, text))
    graph.add((DATASET, DCTERMS.license, _LICENCE))
    graph.add((DATASET, DCTERMS.identifier, Literal(manifest.version)))
    graph.add((DATASET, DCTERMS.conformsTo, URIRef(manifest.ontology_version)))
    return graph


def _dump_iri(manifest: Manifest, name: str) -> URIRef:
    """Return where the service offers a dump; the base stands for the service's own address."""
    return URIRef(f"{BASE}dumps/{manifest.version}/{name.rpartition('/')[2]}")


def _local(iri: str) -> str:
    """Return a name for a class that is unique within the dataset."""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace):
            return f"{prefix}-{iri.removeprefix(namespace)}"
    return iri.rpartition("//")[2].replace("/", "-").replace("#", "-")
