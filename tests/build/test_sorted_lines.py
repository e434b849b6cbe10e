"""Sorted lines merged by blocks, and what statements entail by the patterns of the rules."""

from pathlib import Path
from random import Random

import pytest

from medrd_kg.build.parts.concluding import conclusions, load_premises, rule_store
from medrd_kg.build.parts.deriving import with_conclusions
from medrd_kg.build.parts.patterns import Patterns
from medrd_kg.build.rules import read_rules
from medrd_kg.build.sorted_lines import Block, blocks_of, merged, unique
from medrd_kg.content import ontology_dir

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"


def in_blocks(lines: Block, size: int) -> list[Block]:
    return [lines[at : at + size] for at in range(0, len(lines), size)]


@pytest.mark.parametrize("size", [1, 3, 50])
def test_blocks_are_merged_in_order_and_with_what_comes_again(size: int) -> None:
    chance = Random(size)
    sources = [
        sorted(b"%03d\n" % chance.randrange(300) for _ in range(chance.randrange(120)))
        for _ in range(7)
    ]
    sources.append([])
    found = list(merged(in_blocks(source, size) for source in sources))
    every = sorted(line for source in sources for line in source)
    assert [line for block in found for line in block] == every
    once = unique(merged(in_blocks(source, size) for source in sources))
    assert [line for block in once for line in block] == sorted(set(every))


def test_a_file_is_read_in_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    lines = [b"%06d %b\n" % (number, b"x" * (number % 90)) for number in range(40_000)]
    path.write_bytes(b"".join(lines))
    found = list(blocks_of(path))
    assert len(found) > 1
    assert [line for block in found for line in block] == lines


@pytest.mark.parametrize("size", [1, 2, 100])
def test_conclusions_that_are_stated_anyway_are_left_out(size: int) -> None:
    stated = [
        b"<urn:a> <urn:p> <urn:b> <urn:g> .\n",
        b'<urn:a> <urn:p> "v" <urn:g> .\n',
        b"<urn:c> <urn:p> <urn:b> <urn:g> .\n",
        b"<urn:c> <urn:p> <urn:b> <urn:h> .\n",
    ]
    one = [b"<urn:a> <urn:p> <urn:b> \t001002\n", b"<urn:b> <urn:q> <urn:a> \t002001\n"]
    other = [b"<urn:b> <urn:q> <urn:a> \t001003\n", b"<urn:c> <urn:p> <urn:b> \t001000\n"]
    last = [b"<urn:z> <urn:p> <urn:b> \t003000\n"]
    counts: dict[int, int] = {}
    rounds: set[int] = set()
    sources = [in_blocks(each, size) for each in (one, other, last)]
    lines = [
        line
        for block in with_conclusions(in_blocks(sorted(stated), size), sources, counts, rounds)
        for line in block
    ]
    inferred = b"<https://w3id.org/medrd-kg/graph/inferred> .\n"
    new = [b"<urn:b> <urn:q> <urn:a> " + inferred, b"<urn:z> <urn:p> <urn:b> " + inferred]
    assert lines == sorted([*stated, *new])
    assert counts == {3: 1, 0: 1}
    assert rounds == {1, 3}


VOCABULARY = f"""
<urn:p> <{RDF}type> <{OWL}ObjectProperty> . <urn:q> <{RDF}type> <{OWL}ObjectProperty> .
<urn:d> <{RDF}type> <{OWL}DatatypeProperty> . <urn:s> <{RDF}type> <{OWL}SymmetricProperty> .
<urn:p> <{RDFS}subPropertyOf> <urn:q> . <urn:q> <{OWL}inverseOf> <urn:r> .
<urn:p> <{RDFS}domain> <urn:C> . <urn:q> <{RDFS}range> <urn:D> . <urn:d> <{RDFS}domain> <urn:D> .
<urn:C> <{RDFS}subClassOf> <urn:D> . <urn:D> <{RDFS}subClassOf> <urn:E> .
"""


def test_statements_entail_by_patterns_what_they_entail_by_queries() -> None:
    rules = read_rules(ontology_dir() / "rules")
    premises = "".join(
        f"{statement.strip()} <urn:g> .\n"
        for statement in VOCABULARY.replace("\n", " ").split(" . ")
        if statement.strip()
    ).encode()
    things = ["<urn:x:1>", "<urn:x:2>", "_:a", "_:b"]
    statements = [
        f"{subject} <urn:{name}> {value}"
        for name in ("p", "q", "r", "s", "d", "other")
        for subject in things
        for value in (*things, '"v"', '"<urn:x> "@en')
    ]
    statements += [f"{subject} <{RDF}type> <urn:{name}>" for subject in things for name in "CDX"]
    patterns = Patterns(premises, rules)
    for chosen in (statements[::5], statements[1::5], statements[2::3]):
        lines = b"".join(sorted(f"{each} <urn:g> .\n".encode() for each in chosen))
        store = rule_store(premises)
        load_premises(store, lines)
        expected = dict(line.split(b"\t") for line in conclusions(store, rules))
        stated = {line[: line.rindex(b"<")] for line in lines.splitlines()}
        found: dict[bytes, bytes] = {}
        for line in patterns.conclusions(lines):
            triple, place = line.split(b"\t")
            if triple not in stated:
                found.setdefault(triple, place)
        assert len(expected) > 10
        assert found == expected
