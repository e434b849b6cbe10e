"""Builds of a small content: what a release holds, and when it is a new one."""

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import rdflib
import zstandard
from pyoxigraph import Literal, NamedNode
from tests.build.conftest import PREFIXES, Content, Recorder

from medrd_kg.build.manifest import Manifest
from medrd_kg.build.pipeline import build_release, ensure_release, open_current
from medrd_kg.problems import Problem
from medrd_kg.store.base import Dataset
from medrd_kg.vocabulary import graph_iri, kind_iri

Build = Callable[[], Manifest]

PARTS = "PREFIX mrd: <https://w3id.org/medrd-kg/core#> SELECT ?part { ?part mrd:partOf ?whole }"


def changed_files(first: Manifest, second: Manifest, folder: str) -> list[str]:
    names = {name for name in (*first.files, *second.files) if name.startswith(folder)}
    return [name for name in sorted(names) if first.files.get(name) != second.files.get(name)]


class TestContents:
    """What a release holds."""

    def test_each_file_is_stated_in_its_graph(self, build: Build, data_dir: Path) -> None:
        manifest = build()
        graphs = {"ontology", "policy-fy2022", "review-sheets-2022", "facts", "inferred"}
        assert set(manifest.graphs) == {graph_iri(name) for name in graphs}
        store = open_current(data_dir).store
        assert set(store.graphs()) == set(manifest.graphs)
        policy = Dataset(default_graphs=(graph_iri("policy-fy2022"),))
        assert len(list(store.query(PARTS, dataset=policy).rows())) == 2

    def test_what_is_implied_is_inferred(self, build: Build, data_dir: Path) -> None:
        build()
        store = open_current(data_dir).store
        rows = store.query(PARTS).rows()
        section, sentence = kind_iri("doc", "section"), kind_iri("doc", "sentence")
        assert sorted(str(row["part"])[1:-1] for row in rows) == [section, sentence, sentence]
        organizations = store.query(
            "PREFIX mrd: <https://w3id.org/medrd-kg/core#> SELECT ?x { ?x a mrd:Organization }"
        )
        assert len(list(organizations.rows())) == 2

    def test_inferred_triples_repeat_no_stated_one(self, build: Build, data_dir: Path) -> None:
        build()
        store = open_current(data_dir).store
        inferred = graph_iri("inferred")
        stated = {
            q.triple for name in store.graphs() if name != inferred for q in store.quads(name)
        }
        assert stated.isdisjoint(q.triple for q in store.quads(inferred))
        dumped = rdflib.Graph().parse(open_current(data_dir).path / "inferred.nt", format="nt")
        assert len(dumped) == len(list(store.quads(inferred))) > 0

    def test_the_manifest_counts(self, build: Build, data_dir: Path) -> None:
        manifest = build()
        current = open_current(data_dir)
        statistics = current.store.statistics()
        assert manifest.triples == statistics.triples
        assert manifest.graphs == statistics.graphs
        assert manifest.classes["https://w3id.org/medrd-kg/core#Organization"] == 2
        assert manifest.classes["https://w3id.org/medrd-kg/core#Document"] == 2
        assert manifest.ontology_version == "https://w3id.org/medrd-kg/ontology/9.9.9"
        assert manifest.source_date == "2022-11-30"
        assert manifest.version.startswith("2022-11-30-")
        assert {each.name for each in manifest.sources} >= {
            "ontology/shapes/names.ttl",
            "ontology/rules/4-classes.rq",
            "data/ttl/organizations.ttl",
        }
        assert "data/ttl/browse.ttl" not in {each.name for each in manifest.sources}
        assert (
            json.loads((current.path / "manifest.json").read_bytes())["version"]
            == current.path.name
        )

    def test_the_dumps_hold_the_graphs(self, build: Build, data_dir: Path) -> None:
        build()
        current = open_current(data_dir)
        packed = (current.path / "dumps" / "medrd-kg.nq.zst").read_bytes()
        lines = zstandard.ZstdDecompressor().decompress(packed).decode().splitlines()
        assert lines == sorted(set(lines))
        assert len(lines) == sum(current.manifest.graphs.values())
        for graph, quads in current.manifest.graphs.items():
            name = f"{graph.rpartition('/')[2]}.ttl.zst"
            packed = (current.path / "dumps" / name).read_bytes()
            text = zstandard.ZstdDecompressor().decompress(packed)
            assert len(rdflib.Graph().parse(data=text, format="turtle")) == quads

    def test_the_release_is_described(self, build: Build, data_dir: Path) -> None:
        manifest = build()
        folder = open_current(data_dir).path / "description"
        void = rdflib.Graph().parse(folder / "void.ttl")
        dataset = rdflib.URIRef("https://w3id.org/medrd-kg/dataset")
        assert void.value(dataset, rdflib.VOID.triples) == rdflib.Literal(manifest.triples)
        assert len(set(void.objects(dataset, rdflib.VOID.subset))) == len(manifest.graphs)
        dcat = rdflib.Graph().parse(folder / "dcat.ttl")
        sizes = {int(str(size)) for size in dcat.objects(None, rdflib.DCAT.byteSize)}
        dumps = {record.bytes for name, record in manifest.files.items() if "dumps/" in name}
        assert sizes == dumps

    def test_imported_files_are_taken_up(
        self, build: Build, content: Content, data_dir: Path
    ) -> None:
        first = build()
        imported = Content(data_dir / "imported")
        imported.write(
            "review-sheets-2023/a.ttl", "org-:new a mrd:Organization ; rdfs:label 'n'@ja ."
        )
        imported.write("organizations.ttl", "org-:other a mrd:Ministry ; rdfs:label 'o'@ja .")
        second = build()
        assert second.version != first.version
        assert second.graphs[graph_iri("review-sheets-2023")] == 2
        assert second.graphs[graph_iri("facts")] == 2
        assert (content.root / "data/ttl/organizations.ttl").is_file()


class TestVersions:
    """The same content makes the same version, other content another."""

    def test_the_same_content_gives_the_same_release(
        self,
        build: Build,
        content: Content,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        first = build()

        class Later(dt.datetime):
            @classmethod
            def now(cls, tz: dt.tzinfo | None = None) -> "Later":
                return cls(2031, 1, 1, tzinfo=tz)

        monkeypatch.setattr("medrd_kg.build.writing.datetime", Later)
        second = build_release(tmp_path / "elsewhere", root=content.root, progress=Recorder())
        assert second.built.startswith("2031") > first.built.startswith("2031")
        assert second.version == first.version
        assert second.content_hash == first.content_hash
        assert changed_files(first, second, "dumps/") == []
        assert first.files["inferred.nt"] == second.files["inferred.nt"]

    def test_order_and_names_of_blank_nodes_do_not_count(
        self, build: Build, content: Content
    ) -> None:
        blank = "{} a mrd:Organization ; rdfs:label {} .\n"
        axioms = (
            "mrd:Ministry rdfs:subClassOf _:{0} . _:{0} a owl:Class ; owl:complementOf mrd:{1} .\n"
        )
        content.write(
            "data/ttl/more.ttl",
            blank.format("org-:a", "'a'@ja")
            + axioms.format("x", "Document")
            + axioms.format("y", "Place"),
        )
        first = build()
        content.write(
            "data/ttl/more.ttl",
            axioms.format("q", "Place")
            + axioms.format("p", "Document")
            + blank.format("org-:a", "'a'@ja"),
        )
        second = build()
        assert second.content_hash != first.content_hash
        assert second.version == first.version
        assert changed_files(first, second, "dumps/") == []

    def test_a_source_of_a_known_year_counts_with_its_last_day(
        self, build: Build, content: Content
    ) -> None:
        content.append("data/ttl/organizations.ttl", "doc:paper a mrd:DataSource .\n")
        assert build().source_date == "2022-11-30"
        content.append("data/ttl/organizations.ttl", "doc:paper mrd:publicationYear 2022 .\n")
        assert build().source_date == "2022-12-31"
        content.append("data/ttl/review-sheets-2022.ttl", "doc:sheets mrd:publicationYear 2023 .\n")
        assert build().source_date == "2022-12-31"

    def test_content_without_dated_sources_says_so(self, build: Build, content: Content) -> None:
        (content.root / "data/ttl/review-sheets-2022.ttl").unlink()
        (content.root / "data/ttl/policy-fy2022/document.ttl").unlink()
        assert build().version.startswith("undated-")

    def test_a_changed_statement_gives_a_new_version(
        self, build: Build, content: Content, data_dir: Path
    ) -> None:
        first = build()
        content.append("data/ttl/organizations.ttl", "org-:agency rdfs:label 'Agency'@en .")
        second = build()
        assert second.version != first.version
        assert second.source_date == first.source_date
        assert open_current(data_dir).manifest == second
        assert (data_dir / "releases" / first.version / "manifest.json").is_file()

    def test_a_statement_in_another_graph_gives_a_new_version(
        self, build: Build, content: Content
    ) -> None:
        first = build()
        content.append("data/ttl/review-sheets-2022.ttl", "org-:agency rdfs:label '機構'@ja .")
        second = build()
        assert second.triples == first.triples
        assert second.version != first.version

    def test_a_comment_gives_the_same_version_and_a_fresh_manifest(
        self, build: Build, content: Content, data_dir: Path
    ) -> None:
        first = build()
        content.append("data/ttl/organizations.ttl", "# reviewed\n")
        second = build()
        assert second.version == first.version
        assert open_current(data_dir, verify=True).manifest.content_hash == second.content_hash

    def test_old_releases_are_removed(self, content: Content, data_dir: Path) -> None:
        versions = []
        for number in range(4):
            content.append(
                "data/ttl/organizations.ttl", f"org-:agency rdfs:label '{number}'@en .\n"
            )
            manifest = build_release(data_dir, root=content.root, keep=2, progress=Recorder())
            versions.append(manifest.version)
        kept = {path.name for path in (data_dir / "releases").iterdir()}
        assert kept == {"current", *versions[-2:]}


class TestGates:
    """A build that fails says why, and leaves the old release serving."""

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("data/ttl/organizations.ttl", "org-:x a mrd:Organization .\n org-:y zz ."),
            ("ontology/shapes/names.ttl", "<urn:shape:named> a ."),
        ],
    )
    def test_files_that_do_not_parse(
        self, build: Build, content: Content, data_dir: Path, name: str, text: str
    ) -> None:
        old = build()
        content.append(name, text)
        with pytest.raises(Problem, match=r"line \d+") as caught:
            build()
        assert caught.value.slug == "invalid-data"
        assert Path(name).name in caught.value.detail
        assert open_current(data_dir, verify=True).manifest == old

    def test_data_that_do_not_conform(self, build: Build, content: Content, data_dir: Path) -> None:
        old = build()
        content.append("data/ttl/organizations.ttl", "org-:nameless a mrd:Organization .")
        with pytest.raises(
            Problem, match=r"1 violation of .*nameless.* Give it a name\."
        ) as caught:
            build()
        assert caught.value.slug == "invalid-data"
        report = rdflib.Graph().parse(data_dir / "failed-validation.ttl")
        assert (None, rdflib.SH.conforms, rdflib.Literal(False)) in report
        assert open_current(data_dir, verify=True).manifest == old
        content.write("data/ttl/more.ttl", "org-:nameless rdfs:label '名'@ja .")
        assert build().validation.conforms
        assert not (data_dir / "failed-validation.ttl").exists()

    def test_money_that_does_not_add_up(
        self, build: Build, content: Content, data_dir: Path
    ) -> None:
        old = build()
        content.append(
            "data/ttl/review-sheets-2022.ttl",
            "<urn:figure> mrd:amountJPY 5 ; mrd:additiveIn <urn:total> . "
            "<urn:total> mrd:printedAs <urn:printed> . <urn:printed> mrd:nonAdditiveAmountJPY 6 .",
        )
        with pytest.raises(Problem, match="printed-figure-missed in urn:total by 1 yen") as caught:
            build()
        assert caught.value.slug == "invalid-data"
        assert open_current(data_dir, verify=True).manifest == old

    def test_a_malformed_rule(self, build: Build, content: Content) -> None:
        (content.root / "ontology" / "rules" / "5-bad.rq").write_text(
            "CONSTRUCT { ?s ?p } WHERE {}"
        )
        with pytest.raises(Problem, match="rule 5-bad: line 1, column 19"):
            build()

    @pytest.mark.parametrize("step", ["writing.require_sound_totals", "pipeline.write_release"])
    def test_nothing_is_left_of_a_failed_build(
        self, build: Build, data_dir: Path, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        old = build()

        def fail(*_: object, **__: object) -> None:
            raise OSError("No space left on device")

        monkeypatch.setattr(f"medrd_kg.build.{step}", fail)
        with pytest.raises((OSError, Problem), match="No space left"):
            build()
        assert {path.name for path in (data_dir / "releases").iterdir()} == {"current", old.version}


class TestEnsuring:
    """A release is built when it is needed, and only then."""

    @pytest.mark.usefixtures("without_java")
    def test_it_builds_the_first_release(
        self, content: Content, data_dir: Path, progress: Recorder
    ) -> None:
        manifest = ensure_release(data_dir, root=content.root, progress=progress)
        assert open_current(data_dir).manifest == manifest
        assert progress.steps

    def test_it_leaves_an_up_to_date_release_alone(
        self, build: Build, content: Content, data_dir: Path
    ) -> None:
        built = build()
        again = Recorder()
        assert ensure_release(data_dir, root=content.root, progress=again) == built
        assert again.steps == []

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("data/ttl/organizations.ttl", "org-:agency rdfs:label 'Agency'@en ."),
            ("ontology/shapes/names.ttl", "# another word"),
            ("ontology/rules/4-classes.rq", "# another word"),
        ],
    )
    def test_it_builds_when_anything_has_changed(
        self, build: Build, content: Content, data_dir: Path, name: str, text: str
    ) -> None:
        old = build()
        content.append(name, text)
        new = ensure_release(data_dir, root=content.root, progress=Recorder())
        assert new.content_hash != old.content_hash
        assert open_current(data_dir).manifest == new

    def test_it_builds_when_a_file_was_removed(
        self, build: Build, content: Content, data_dir: Path
    ) -> None:
        old = build()
        (content.root / "data/ttl/review-sheets-2022.ttl").unlink()
        new = ensure_release(data_dir, root=content.root, progress=Recorder())
        assert new.version != old.version
        assert new.source_date == "2021-06-22"

    def test_it_builds_when_the_release_is_cut(
        self, build: Build, content: Content, data_dir: Path
    ) -> None:
        old = build()
        (open_current(data_dir).path / "inferred.nt").write_bytes(b"")
        again = Recorder()
        assert ensure_release(data_dir, root=content.root, progress=again).version == old.version
        assert again.steps
        open_current(data_dir, verify=True)


def test_no_release_is_said_so(data_dir: Path) -> None:
    with pytest.raises(Problem, match="there is no release") as caught:
        open_current(data_dir)
    assert caught.value.slug == "no-release"


def test_progress_is_plain_lines_where_there_is_no_terminal(
    content: Content, data_dir: Path
) -> None:
    script = (
        "import sys; from pathlib import Path; from medrd_kg.build import inference, pipeline;"
        "inference.has_java = lambda: False;"
        "pipeline.build_release(Path(sys.argv[1]), root=Path(sys.argv[2]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(data_dir), str(content.root)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert any(line.startswith("reading the content: ") for line in lines)
    assert any("goes on with the rules alone" in line.replace("  ", " ") for line in lines)
    assert "\x1b" not in done.stderr


def test_the_plain_dataset_of_a_release_has_no_default_graph(build: Build, data_dir: Path) -> None:
    build()
    plain = open_current(data_dir, union_default_graph=False).store
    assert list(plain.query("SELECT * { ?s ?p ?o }").rows()) == []
    graphs = plain.query("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }").rows()
    assert {row["g"] for row in graphs} == {NamedNode(name) for name in plain.graphs()}


def test_labels_keep_their_language(build: Build, data_dir: Path) -> None:
    build()
    rows = open_current(data_dir).store.query(
        "SELECT ?label { <https://w3id.org/medrd-kg/id/organization/ministry> "
        "<http://www.w3.org/2000/01/rdf-schema#label> ?label }"
    )
    assert [row["label"] for row in rows.rows()] == [Literal("省", language="ja")]


def test_the_prefixes_of_the_samples_are_the_projects() -> None:
    names = rdflib.Graph().parse(data=PREFIXES, format="turtle").namespaces()
    known = {prefix: str(iri) for prefix, iri in names}
    assert known["org-"] == kind_iri("org-", "")
