"""Search indexes that were read in parts: the same bytes, and little that is read anew."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pyoxigraph as ox
import pytest
from tests.build.test_part_rows import conforming_lines

from medrd_kg.build.canonical import canonical_lines, canonical_quads
from medrd_kg.build.parts.extent import Cutter
from medrd_kg.build.parts.indexing import part_extract, properties_of
from medrd_kg.build.parts.projecting import ProjectedParts
from medrd_kg.content import ontology_dir
from medrd_kg.search.contents import contents
from medrd_kg.search.extracting import Extractor
from medrd_kg.search.joining import Extracts
from medrd_kg.search.writing import write_index, write_joined_index
from medrd_kg.store.embedded import EmbeddedStore
from medrd_kg.vocabulary import MRD, PREFIXES, graph_iri

_ORGANIZATION = "https://w3id.org/medrd-kg/id/organization"
_LABEL = f"<{PREFIXES['rdfs']}label>"
_ALTERNATIVE = f"<{PREFIXES['skos']}altLabel>"
_TYPE = f"<{PREFIXES['rdf']}type>"

_NAMES = """
SELECT value FROM name JOIN subject ON subject.id = name.subject WHERE iri = ?
"""

_ODD = rf"""
<{_ORGANIZATION}/odd> {_TYPE} <{MRD}Organization> .
<{_ORGANIZATION}/odd> {_LABEL} "(株)a \"b\" \\ <c> .\nd \t <urn:g> ."@ja .
<{_ORGANIZATION}/odd> {_LABEL} "same"@en .
<{_ORGANIZATION}/odd> {_ALTERNATIVE} "same"@en .
<{_ORGANIZATION}/odd> {_ALTERNATIVE} "plain" .
<{_ORGANIZATION}/odd> {_ALTERNATIVE} <urn:no-text> .
<{_ORGANIZATION}/odd> <{MRD}partOf> <{_ORGANIZATION}/odd> .
<{_ORGANIZATION}/odd> <{MRD}partOf> <{_ORGANIZATION}/nameless> .
<{_ORGANIZATION}/odd> <{MRD}partOf> _:c14n999 .
<{_ORGANIZATION}/nameless> {_TYPE} <{MRD}Organization> .
<{_ORGANIZATION}/nameless> <{MRD}note> "described only"@en .
<{_ORGANIZATION}/of-no-kind> {_LABEL} "of no kind"@en .
<urn:elsewhere> {_TYPE} <{MRD}Organization> .
<urn:elsewhere> {_LABEL} "elsewhere"@en .
<urn:elsewhere> <urn:p> <{_ORGANIZATION}/odd> .
_:c14n999 <{MRD}partOf> <{_ORGANIZATION}/odd> .
"""


def _in_graph(ntriples: str, graph: str) -> list[bytes]:
    return [
        line.removesuffix(".").encode() + f"<{graph_iri(graph)}> .\n".encode()
        for line in ntriples.strip().splitlines()
    ]


@pytest.fixture(scope="module")
def lines() -> list[bytes]:
    """A graph of all kinds of things with the ontology and some odd things, as sorted lines.

    Some triples stand in two graphs.
    """
    ontology = ox.NamedNode(graph_iri("ontology"))
    terms = canonical_lines(
        ox.Quad(each.subject, each.predicate, each.object, ontology)
        for path in sorted(ontology_dir().glob("*.ttl"))
        for each in canonical_quads(ox.parse(path=str(path)))
    )
    told = [*conforming_lines(), *_in_graph(_ODD, "facts")]
    again = [line.replace(graph_iri("facts").encode(), b"urn:again") for line in told[::3]]
    return sorted({*told, *again, *terms, *_in_graph(_ODD, "linked")})


def extracts_of(lines: Sequence[bytes], folder: Path) -> Extracts:
    """Read what the index wants, each subject a part."""
    every = folder / "every.nq"
    every.write_bytes(b"".join(lines))
    parts = ProjectedParts(Cutter(fewest=1, most=1, one_in=1))
    for start in range(0, len(lines), 100):  # terms of the model stand in several blocks
        block = [*lines[start : start + 100]]
        parts.take(block, b"".join(block))
    parts.cutter.end()
    kept = folder / "kept"
    kept.mkdir(exist_ok=True)
    properties = properties_of(parts.terms)
    asked = sorted(properties)
    files = [part_extract(every, part, asked, kept) for part in parts.cutter.ranges]
    return Extracts(properties, files)


def of_whole(lines: Sequence[bytes], path: Path) -> bytes:
    store = EmbeddedStore()
    store.bulk_insert(ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS))
    write_index(store, path)
    return path.read_bytes()


def of_parts(extracts: Extracts, path: Path) -> bytes:
    write_joined_index(extracts, path)
    return path.read_bytes()


def test_they_are_those_of_the_whole(lines: list[bytes], tmp_path: Path) -> None:
    extracts = extracts_of(lines, tmp_path)
    assert len(extracts.files) > 500
    assert len(extracts.properties) > 50
    parts = of_parts(extracts, tmp_path / "parts")
    assert parts == of_whole(lines, tmp_path / "whole")
    with closing(sqlite3.connect(tmp_path / "parts")) as connection:
        found = {
            name: connection.execute(_NAMES, (f"{_ORGANIZATION}/{name}",)).fetchall()
            for name in ("odd", "nameless", "of-no-kind")
        }
        assert ('(株)a "b" \\ <c> .\nd \t <urn:g> .',) in found["odd"]
        assert not found["nameless"] + found["of-no-kind"]
        counts = "SELECT count(*), count(object), count(DISTINCT datatype) FROM fact"
        assert min(connection.execute(counts).fetchone()) > 4


def test_a_triple_of_two_graphs_counts_once(lines: list[bytes]) -> None:
    read = Extractor(contents(), [f"{MRD}partOf"]).extract(lines)
    odd = f"{_ORGANIZATION}/odd"
    assert read.pointed[odd] == 3
    assert len([each for each in read.facts if each.subject == odd]) == 2
    assert "urn:no-text" not in read.pointed


def test_only_what_changed_is_read_anew(lines: list[bytes], tmp_path: Path) -> None:
    first = extracts_of(lines, tmp_path)
    new = f"""
<{_ORGANIZATION}/new> {_TYPE} <{MRD}Organization> .
<{_ORGANIZATION}/new> {_LABEL} "new"@en .
<{_ORGANIZATION}/new> <{MRD}partOf> <{_ORGANIZATION}/odd> .
<{_ORGANIZATION}/odd> {_ALTERNATIVE} "another"@en .
"""
    more = sorted([*lines, *_in_graph(new, "facts")])
    again = extracts_of(more, tmp_path)
    assert len({*again.files} - {*first.files}) == 2
    assert of_parts(again, tmp_path / "parts") == of_whole(more, tmp_path / "whole")


def test_another_name_of_a_property_is_told_without_reading_anew(
    lines: list[bytes], tmp_path: Path
) -> None:
    first = extracts_of(lines, tmp_path)
    name = f"<{MRD}partOf> {_LABEL} ".encode()
    other = [
        line.replace(b'"@en', b' anew"@en') if line.startswith(name) else line for line in lines
    ]
    again = extracts_of(sorted(other), tmp_path)
    assert len({*again.files} - {*first.files}) == 1
    assert of_parts(again, tmp_path / "parts") == of_whole(other, tmp_path / "whole")


def test_a_further_property_is_looked_for_everywhere(lines: list[bytes], tmp_path: Path) -> None:
    first = extracts_of(lines, tmp_path)
    new = f"""
<{MRD}furtherProperty> {_TYPE} <{PREFIXES["owl"]}DatatypeProperty> .
<{MRD}furtherProperty> {_LABEL} "別"@ja .
<{MRD}furtherProperty> {_LABEL} "further"@en .
<{_ORGANIZATION}/odd> <{MRD}furtherProperty> "007"^^<{PREFIXES["xsd"]}token> .
"""
    more = sorted([*lines, *_in_graph(new, "ontology")])
    again = extracts_of(more, tmp_path)
    assert not {*again.files} & {*first.files}
    assert of_parts(again, tmp_path / "parts") == of_whole(more, tmp_path / "whole")
