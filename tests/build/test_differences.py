"""Differences between releases hold to what set arithmetic over both of them says."""

import random
from collections.abc import Callable, Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.build.conftest import Content

from medrd_kg.build.canonical import canonical_lines, canonical_quads
from medrd_kg.build.difference_summary import summarise
from medrd_kg.build.differences import Alteration, changed_lines, entity_changes
from medrd_kg.build.manifest import Manifest
from medrd_kg.build.rdf_patch import patch_lines
from medrd_kg.problems import Problem
from medrd_kg.vocabulary import graph_iri, kind_iri

Build = Callable[[], Manifest]

MRD = "https://w3id.org/medrd-kg/core#"


def quads(text: str) -> list[ox.Quad]:
    return list(ox.parse(text, format=ox.RdfFormat.TRIG))


def dumped(folder: Path, statements: Iterable[ox.Quad]) -> Path:
    """Write a release folder that holds no more than the dump of some statements."""
    (folder / "dumps").mkdir(parents=True, exist_ok=True)
    lines = canonical_lines(canonical_quads(statements))
    packed = zstandard.ZstdCompressor().compress(b"".join(lines))
    (folder / "dumps" / "medrd-kg.nq.zst").write_bytes(packed)
    return folder


def graph_of(lines: Iterable[bytes]) -> ox.Dataset:
    dataset = ox.Dataset(ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def patched(statements: Iterable[ox.Quad], patch: Iterable[bytes]) -> list[bytes]:
    """Apply a patch as its specification says: line by line."""
    lines = set(canonical_lines(canonical_quads(statements)))
    rows = list(patch)
    begin = rows.index(b"TX .\n")
    assert all(row.startswith((b"H ", b"#")) for row in rows[:begin])
    assert rows[-1] == b"TC .\n"
    for row in rows[begin + 1 : -1]:
        code, line = row[:2], row[2:]
        if code == b"D ":
            assert line in lines
            lines.remove(line)
        else:
            assert code == b"A "
            assert line not in lines
            lines.add(line)
    return sorted(lines)


_IRIS = [ox.NamedNode(f"urn:{name}") for name in ("a", "a-b", "ab", "b", "b#c")]
_BLANK = [ox.BlankNode(f"n{number}") for number in range(5)]
_VALUES = [
    ox.Literal("x"),
    ox.Literal("<urn:a> .\n", language="ja"),
    ox.Literal('" _:n0 <urn:g> .'),
    ox.Literal("1", datatype=ox.NamedNode("urn:number")),
]
_quads = st.lists(
    st.builds(
        ox.Quad,
        st.sampled_from(_IRIS + _BLANK),
        st.sampled_from(_IRIS[:2]),
        st.sampled_from(_IRIS + _BLANK + _VALUES),
        st.sampled_from(_IRIS[:2]),
    ),
    max_size=14,
)


class TestStatements:
    """Removing what is gone and adding what is new turns one release into the other."""

    @given(_quads, _quads, st.randoms(use_true_random=False))
    @settings(max_examples=60, deadline=None)
    def test_the_patch_makes_the_newer_of_the_older(
        self,
        tmp_path_factory: pytest.TempPathFactory,
        before: list[ox.Quad],
        other: list[ox.Quad],
        chance: random.Random,
    ) -> None:
        folder = tmp_path_factory.mktemp("releases")
        after = [each for each in before if chance.random() < 0.7] + other[:4]
        older, newer = dumped(folder / "1", before), dumped(folder / "2", after)
        changes = list(changed_lines(older, newer))
        result = patched(before, patch_lines(changes, "1", "2"))
        assert graph_of(result) == graph_of(canonical_lines(after))

    @given(_quads)
    @settings(max_examples=25, deadline=None)
    def test_equal_content_differs_in_nothing(
        self, tmp_path_factory: pytest.TempPathFactory, same: list[ox.Quad]
    ) -> None:
        folder = tmp_path_factory.mktemp("releases")
        other = [ox.Quad(q.subject, q.predicate, q.object, q.graph_name) for q in reversed(same)]
        older, newer = dumped(folder / "1", same), dumped(folder / "2", other)
        assert list(changed_lines(older, newer)) == []

    def test_a_new_blank_node_does_not_rename_the_others(self, tmp_path: Path) -> None:
        kept = "".join(f"<urn:s{i}> <urn:p> [ <urn:q> {i} ] . " for i in range(20))
        before = quads(f"<urn:g> {{ {kept} }}")
        after = quads(f"<urn:g> {{ {kept} <urn:new> <urn:p> [ <urn:q> 99 ] }}")
        older, newer = dumped(tmp_path / "1", before), dumped(tmp_path / "2", after)
        changes = list(changed_lines(older, newer))
        assert len(changes) == 2
        assert all(is_new for is_new, _ in changes)

    def test_one_of_two_equal_blank_nodes_may_go(self, tmp_path: Path) -> None:
        # Connected by nothing, and of equal content in both graphs.
        both = quads("<urn:g> { [] <urn:p> 1 } <urn:h> { [] <urn:p> 1 }")
        one = [each for each in both if each.graph_name == ox.NamedNode("urn:g")]
        older, newer = dumped(tmp_path / "1", both), dumped(tmp_path / "2", one)
        ((is_new, line),) = changed_lines(older, newer)
        assert not is_new
        assert line.endswith(b"<urn:h> .\n")

    def test_graphs_can_be_chosen(self, tmp_path: Path) -> None:
        older = dumped(tmp_path / "1", quads("<urn:g> { <urn:s> <urn:p> 1 }"))
        newer = dumped(tmp_path / "2", quads("<urn:h> { <urn:s> <urn:p> 1 }"))
        assert len(list(changed_lines(older, newer))) == 2
        ((is_new, _),) = changed_lines(older, newer, graphs=["urn:h"])
        assert is_new

    def test_a_damaged_dump_is_said_so(self, tmp_path: Path) -> None:
        older = dumped(tmp_path / "1", quads("<urn:g> { <urn:s> <urn:p> 1 }"))
        dump = older / "dumps" / "medrd-kg.nq.zst"
        dump.write_bytes(b"no zstd")
        with pytest.raises(Problem, match="1: its dump cannot be read") as caught:
            list(entity_changes(older, older))
        assert caught.value.slug == "damaged-release"
        dump.unlink()
        with pytest.raises(Problem, match="1: its dump cannot be read"):
            list(entity_changes(older, older))


class TestEntities:
    """Changes are told entity by entity, with class and label."""

    def test_two_releases(self, build: Build, content: Content, data_dir: Path) -> None:
        older = build()
        content.write(
            "data/ttl/organizations.ttl",
            'org-:ministry a mrd:Ministry ; rdfs:label "府"@ja ; mrd:administers org-:bureau .\n'
            'org-:bureau a mrd:Organization ; rdfs:label "局"@ja .',
        )
        newer = build()
        folder = data_dir / "releases"
        facts = graph_iri("facts")
        found = {
            each.entity: each
            for each in entity_changes(folder / older.version, folder / newer.version)
        }
        ministry, agency, bureau = (
            kind_iri("org-", name) for name in ("ministry", "agency", "bureau")
        )
        assert set(found) == {ministry, agency, bureau}
        assert found[agency].kind == "removed"
        assert found[agency].labels == {"ja": "機構"}
        assert found[bureau].kind == "added"
        assert found[bureau].removed == ()
        assert found[ministry].kind == "changed"
        assert found[ministry].classes == (f"{MRD}Ministry", f"{MRD}Organization")
        assert found[ministry].labels == {"ja": "府"}
        label = Alteration(
            "<http://www.w3.org/2000/01/rdf-schema#label>", facts, ('"省"@ja',), ('"府"@ja',)
        )
        assert label in found[ministry].alterations()

        summary = summarise(found.values(), most=2)
        assert (summary.entities.added, summary.entities.removed, summary.entities.changed) == (
            1,
            1,
            1,
        )
        assert summary.classes[f"{MRD}Ministry"].changed == 1
        assert summary.classes[f"{MRD}Organization"].total == 3
        assert summary.statements.added == sum(len(each.added) for each in found.values())
        assert sum(each.removed for each in summary.graphs.values()) == summary.statements.removed
        assert [each.entity for each in summary.shown] == sorted(found)[:2]
        chosen = summarise(found.values(), most=5, of_class=f"{MRD}Ministry")
        assert [each.entity for each in chosen.shown] == [ministry]
        assert chosen.entities.total == 3
