"""Drops are told, what changed is recorded as data, and no edit is lost to a new release."""

import json
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import Literal, NamedNode, Quad
from tests.build.conftest import Recorder, Two
from tests.build.test_rollback import NOTES as EDITED
from tests.build.test_rollback import record

from medrd_kg.build.alarms import LIMITS, Alarm, alarms_between
from medrd_kg.build.edit_history import edited_lines
from medrd_kg.build.notes import NOTES, read_notes
from medrd_kg.build.pipeline import build_release, open_current
from medrd_kg.problems import Problem
from medrd_kg.store.delta import Delta
from medrd_kg.store.journal import Journal
from medrd_kg.vocabulary import graph_iri, kind_iri

MRD = "https://w3id.org/medrd-kg/core#"


class TestAlarms:
    """A number that falls beyond its limit is told, and no other."""

    @pytest.mark.parametrize(
        ("before", "after", "told"),
        [
            (1000, 1000, False),
            (1000, 2000, False),
            (1000, 900, False),  # not beyond the share
            (1000, 899, True),
            (40, 36, False),  # fewer than the least number
            (40, 35, True),
            (3, 1, False),
            (3, 0, True),  # gone altogether
        ],
    )
    def test_classes(self, two: Two, before: int, after: int, told: bool) -> None:
        assert (LIMITS["class"].share, LIMITS["class"].least) == (0.10, 5)
        old = two.newer.model_copy(update={"classes": {"urn:c": before}})
        new = two.newer.model_copy(update={"classes": {"urn:c": after} if after else {}})
        expected = [Alarm("class", "urn:c", before, after)] if told else []
        assert alarms_between(old, new) == expected

    def test_graphs_and_the_total(self, two: Two) -> None:
        old = two.newer.model_copy(update={"triples": 10_000, "graphs": {"a": 9000, "b": 1000}})
        new = two.newer.model_copy(update={"triples": 9700, "graphs": {"a": 8800, "b": 880}})
        assert [(each.subject, each.name) for each in alarms_between(old, new)] == [
            ("total", ""),
            ("graph", "b"),
        ]


class TestNotes:
    """Each release says as data what changed against the one before."""

    def test_a_lost_import_is_told_and_recorded(self, two: Two, data_dir: Path) -> None:
        gone = graph_iri("review-sheets-2023")
        (data_dir / "imported" / "review-sheets-2023.ttl").unlink()
        with pytest.raises(Problem, match=f"triples of {gone} fell from 1 to 0") as caught:
            build_release(data_dir, root=two.content.root, refuse_drops=True, progress=Recorder())
        assert caught.value.slug == "invalid-data"
        assert open_current(data_dir, verify=True).manifest == two.newer

        progress = Recorder()
        built = build_release(data_dir, root=two.content.root, progress=progress)
        assert f"Alarm: triples of {gone} fell from 1 to 0." in progress.notes
        folder = open_current(data_dir, verify=True).path
        notes = read_notes(folder)
        assert notes is not None
        assert notes["previousVersion"] == two.newer.version
        assert notes["sources"]["removed"] == ["data/ttl/review-sheets-2023.ttl"]
        assert {"graph": gone, "before": 1, "triples": 0} in notes["graphs"]
        assert [each["on"] for each in notes["alarms"]] == [gone]

        graph = rdflib.Graph().parse(folder / NOTES, format="json-ld")
        release = rdflib.URIRef(f"https://w3id.org/medrd-kg/dataset/{built.version}")
        former = rdflib.URIRef(f"https://w3id.org/medrd-kg/dataset/{two.newer.version}")
        assert graph.value(release, rdflib.PROV.wasRevisionOf) == former
        assert str(graph.value(release, rdflib.URIRef(f"{rdflib.DCAT}version"))) == built.version
        alarm = graph.value(release, rdflib.URIRef("http://www.w3.org/ns/dqv#hasQualityAnnotation"))
        comments = {
            comment.language
            for comment in graph.objects(alarm, rdflib.RDFS.comment)
            if isinstance(comment, rdflib.Literal)
        }
        assert comments == {"en", "ja"}

        # The same content built once more differs from the release before, not from itself.
        again = build_release(data_dir, root=two.content.root, progress=Recorder())
        assert again.version == built.version
        assert read_notes(open_current(data_dir, verify=True).path) == notes

    def test_a_first_release_has_nothing_before_it(self, two: Two, data_dir: Path) -> None:
        notes = read_notes(data_dir / "releases" / two.older.version)
        assert notes is not None
        assert "previous" not in notes
        assert notes["alarms"] == []
        assert notes["triples"] == two.older.triples
        assert two.older.version in json.dumps(notes)


def test_edits_are_carried_over_and_conflicts_reported(two: Two, data_dir: Path) -> None:
    agency, new = NamedNode(kind_iri("org-", "agency")), kind_iri("org-", "new")
    note, taken = NamedNode(f"{MRD}note"), NamedNode("https://example.org/g")
    edits = Delta.of(
        added=[
            Quad(NamedNode("urn:mine"), note, agency, NamedNode(EDITED)),
            Quad(NamedNode("urn:mine"), note, NamedNode("urn:elsewhere"), taken),
            # Of what edits themselves describe, no release has to say anything.
            Quad(NamedNode(new), note, Literal("x"), NamedNode(EDITED)),
            Quad(NamedNode("urn:mine"), note, NamedNode(new), NamedNode(EDITED)),
        ],
        created=[EDITED, taken.value],
    )
    with Journal.open(data_dir / "edits") as journal:  # as a server does, during the build
        journal.append(record(two.newer.version, edits))
        before = edited_lines(data_dir)
        two.content.write(
            "data/ttl/organizations.ttl", 'org-:ministry a mrd:Ministry ; rdfs:label "省"@ja .'
        )
        (data_dir / "imported" / "rdf-x.nq").write_text(
            f"<urn:a> <urn:b> <urn:c> <{taken.value}> .\n", encoding="utf-8"
        )
        progress = Recorder()
        build_release(data_dir, root=two.content.root, progress=progress)
        assert edited_lines(data_dir) == before
    notes = read_notes(open_current(data_dir).path)
    assert notes is not None
    assert notes["edits"]["last"] == 1
    assert notes["edits"]["graphs"] == {EDITED: 3, taken.value: 1}
    assert notes["edits"]["conflicts"] == [
        {"kind": "graph-taken", "name": taken.value, "statements": 1},
        {"kind": "thing-gone", "name": agency.value, "statements": 1},
    ]
    assert sum(note.startswith("Conflict with 1 edited") for note in progress.notes) == 2
