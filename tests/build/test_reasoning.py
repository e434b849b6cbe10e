"""The reasoner: what it is asked, whose results are used, and what stops a build."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse
from tests.build.conftest import PREFIXES, Content, Recorder

from medrd_kg.build import inference, reasoning
from medrd_kg.build.inference import committed_dir, infer, parts, refresh_committed
from medrd_kg.build.inputs import read_quads
from medrd_kg.build.pipeline import build_release, ensure_release, open_current
from medrd_kg.build.progress import SilentProgress
from medrd_kg.build.reasoning import Part, PartResult, derive, has_java, lookup, save
from medrd_kg.build.release import OpenRelease
from medrd_kg.problems import Problem
from medrd_kg.sources.content import content_files
from medrd_kg.store.embedded import EmbeddedStore
from medrd_kg.vocabulary import MRD, kind_iri


def needs_java(test: Callable[..., None]) -> Callable[..., None]:
    """Mark a test that runs HermiT; without Java it is skipped."""
    skipping = pytest.mark.skipif(not has_java(), reason="HermiT needs a JDK")
    marked: Callable[..., None] = pytest.mark.java(skipping(test))
    return marked


def quads(turtle: str) -> Iterable[Quad]:
    return parse(f"{PREFIXES}@prefix : <urn:> .\n{turtle}", format=RdfFormat.TURTLE)


def part(turtle: str) -> Part:
    return Part.of("policy", quads(turtle))


class TestContent:
    """What the reasoner's results belong to."""

    LOGIC = ":A a owl:Class . :a a :A ; :p :b ."

    @pytest.mark.parametrize(
        "turtle",
        [
            ":A rdfs:label 'A'@en ; rdfs:comment 'a class' .",
            ":note a owl:AnnotationProperty ; rdfs:label 'note'@en . :a :note 'new' .",
            "<urn:ontology> a owl:Ontology ; owl:imports <urn:other> ; dcterms:title 't' .",
            ":x a owl:Axiom ; owl:annotatedSource :a ; owl:annotatedTarget :b ; :note 'why' .",
        ],
        ids=["label", "annotation", "header", "annotated axiom"],
    )
    def test_words_about_the_content_do_not_count(self, turtle: str) -> None:
        assert part(self.LOGIC + turtle) == part(self.LOGIC)

    @pytest.mark.parametrize("turtle", [":b a :A .", ":a :q 'value' .", ":A rdfs:subClassOf :B ."])
    def test_every_logical_statement_counts(self, turtle: str) -> None:
        assert part(self.LOGIC + turtle).content_hash != part(self.LOGIC).content_hash

    def test_the_money_is_never_among_it(self, content: Content) -> None:
        content.append("data/ttl/review-sheets-2022.ttl", "<urn:money> mrd:partOf <urn:budget> .")
        content.append("data/ttl/organizations.ttl", "<urn:money> mrd:partOf <urn:budget> .")
        for each in parts(content_files(content.root)):
            assert b"urn:money" not in b"".join(each.lines)

    def test_browse_classes_and_policy_are_apart(self, content: Content) -> None:
        content.write("ontology/views.ttl", "<urn:view> a owl:Class .")
        browse, policy = parts(content_files(content.root))
        assert (browse.name, policy.name) == ("browse", "policy")
        seen = [b"".join(each.lines) for each in (browse, policy)]
        assert [b"urn:view" in text for text in seen] == [True, False]
        assert [b"document/section" in text for text in seen] == [False, True]


class TestKeptResults:
    """A result counts for exactly its content, and unaltered."""

    PART = part(":a a :A .")

    @pytest.fixture
    def result(self) -> PartResult:
        return PartResult(
            "policy", self.PART.content_hash, [b"<urn:a> <urn:p> <urn:b> .\n"], "derived"
        )

    def test_it_is_found_again(self, result: PartResult, tmp_path: Path) -> None:
        save(result, tmp_path / "results")
        found = lookup(self.PART, tmp_path / "results", origin="kept")
        assert found == PartResult("policy", self.PART.content_hash, result.lines, "kept")
        assert list(found.triples()) == [Triple(*map(NamedNode, ("urn:a", "urn:p", "urn:b")))]

    def test_it_does_not_count_for_other_content(self, result: PartResult, tmp_path: Path) -> None:
        save(result, tmp_path)
        assert lookup(part(":a a :B ."), tmp_path, origin="kept") is None

    def test_it_does_not_count_when_altered(self, result: PartResult, tmp_path: Path) -> None:
        save(result, tmp_path)
        (tmp_path / "policy.nt").write_text("<urn:a> <urn:p> <urn:invented> .\n")
        assert lookup(self.PART, tmp_path, origin="kept") is None

    @pytest.mark.parametrize("records", ["", "[]", '{"policy": {}}'])
    def test_broken_records_count_as_none(
        self, result: PartResult, tmp_path: Path, records: str
    ) -> None:
        save(result, tmp_path)
        (tmp_path / "results.json").write_text(records)
        assert lookup(self.PART, tmp_path, origin="kept") is None

    def test_both_parts_share_a_folder(self, result: PartResult, tmp_path: Path) -> None:
        other = Part.of("browse", quads(":c a :C ."))
        save(result, tmp_path)
        save(PartResult("browse", other.content_hash, [], "derived"), tmp_path)
        assert lookup(self.PART, tmp_path, origin="committed") is not None
        assert lookup(other, tmp_path, origin="committed") is not None
        assert json.loads((tmp_path / "results.json").read_text())["policy"]["triples"] == 1


class TestBuildsWithoutJava:
    """A build needs no Java for known content, and says what it lacks for other content."""

    def test_changed_content_goes_on_with_the_rules_and_says_so(
        self,
        content: Content,
        data_dir: Path,
        progress: Recorder,
        without_java: None,  # noqa: ARG002
    ) -> None:
        manifest = build_release(data_dir, root=content.root, progress=progress)
        assert {each.status for each in manifest.reasoning.values()} == {"missing"}
        assert not manifest.reasoned
        assert [note for note in progress.notes if "the rules alone" in note] == progress.notes
        assert len(progress.notes) == 2
        assert open_current(data_dir).manifest.reasoning == manifest.reasoning

    def test_committed_results_are_used_while_they_fit(
        self,
        content: Content,
        data_dir: Path,
        progress: Recorder,
        without_java: None,  # noqa: ARG002
    ) -> None:
        concluded = f"<{kind_iri('doc', 'policy')}> <urn:concluded> <urn:thing> .\n".encode()
        for each in parts(content_files(content.root)):
            lines = [concluded] if each.name == "policy" else []
            result = PartResult(each.name, each.content_hash, lines, "derived")
            save(result, committed_dir(content.root))
        manifest = build_release(data_dir, root=content.root, progress=progress)
        assert {each.status for each in manifest.reasoning.values()} == {"committed"}
        assert manifest.reasoned
        assert progress.notes == []
        conclusion = Triple(
            NamedNode(kind_iri("doc", "policy")), NamedNode("urn:concluded"), NamedNode("urn:thing")
        )
        assert open_current(data_dir).store.holds(conclusion)

        content.append("data/ttl/policy-fy2022/document.ttl", "doc:new mrd:partOf doc:policy .")
        changed = build_release(data_dir, root=content.root, progress=progress)
        assert changed.reasoning["policy"].status == "missing"
        assert changed.reasoning["browse"].status == "committed"
        assert not open_current(data_dir).store.holds(conclusion)

    def test_java_that_comes_later_is_put_to_use(
        self,
        content: Content,
        data_dir: Path,
        without_java: None,  # noqa: ARG002
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        assert not build_release(data_dir, root=content.root, progress=Recorder()).reasoned
        for module in ("inference", "pipeline"):
            monkeypatch.setattr(f"medrd_kg.build.{module}.has_java", lambda: True)
        seen: list[str] = []

        def derived(each: Part) -> PartResult:
            seen.append(each.name)
            return PartResult(each.name, each.content_hash, [], "derived")

        monkeypatch.setattr(inference, "derive", derived)
        manifest = ensure_release(data_dir, root=content.root, progress=Recorder())
        assert seen == ["browse", "policy"]
        assert {each.status for each in manifest.reasoning.values()} == {"derived"}
        again = build_release(data_dir, root=content.root, progress=Recorder())
        assert seen == ["browse", "policy"]
        assert {each.status for each in again.reasoning.values()} == {"kept"}

    def test_results_are_refreshed_only_with_java(
        self,
        content: Content,
        without_java: None,  # noqa: ARG002
    ) -> None:
        with pytest.raises(Problem, match="no Java"):
            refresh_committed(content.root, SilentProgress())


class TestRunningTheReasoner:
    """HermiT in a process of its own."""

    def test_it_is_ended_when_it_takes_too_long(self) -> None:
        with pytest.raises(Problem, match=r"not decided within 0\.01 s") as caught:
            derive(part(":a a :A ."), time_limit=0.01)
        assert caught.value.slug == "reasoning-failed"

    def test_a_failure_is_told_in_one_line(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reasoning, "_WORKER", "medrd_kg.no_such_module")
        with pytest.raises(Problem, match="No module named"):
            derive(part(":a a :A ."))

    @needs_java
    def test_it_concludes_from_axioms(self) -> None:
        result = derive(
            part(
                """
                :p a owl:ObjectProperty ; owl:inverseOf :q ; rdfs:subPropertyOf :r ;
                    rdfs:domain :A .
                :q a owl:ObjectProperty . :r a owl:ObjectProperty .
                :A a owl:Class ; rdfs:subClassOf :B . :B a owl:Class .
                :a :p :b .
                """
            )
        )
        found = {str(each) for each in result.triples()}
        assert {
            "<urn:b> <urn:q> <urn:a>",
            "<urn:a> <urn:r> <urn:b>",
            "<urn:a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <urn:B>",
            "<urn:a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <urn:A>",
        } <= found
        assert not any("<urn:a> <urn:p> <urn:b>" in each for each in found), "stated already"
        assert list(result.lines) == sorted(set(result.lines))

    @needs_java
    def test_an_inconsistent_content_stops_the_build(
        self, content: Content, data_dir: Path
    ) -> None:
        content.append(
            "data/ttl/policy-fy2022/document.ttl",
            "doc:both a mrd:Document , mrd:Organization ; rdfs:label 'both'@ja .",
        )
        with pytest.raises(Problem, match="policy part of the content is inconsistent") as caught:
            build_release(data_dir, root=content.root, progress=Recorder())
        assert caught.value.slug == "reasoning-failed"
        assert not (data_dir / "releases" / "current").exists()

    @needs_java
    def test_an_unsatisfiable_class_stops_the_build(self, content: Content, data_dir: Path) -> None:
        content.append(
            "ontology/core.ttl",
            "mrd:Both a owl:Class ; rdfs:subClassOf mrd:Document , mrd:Organization .",
        )
        with pytest.raises(Problem, match=f"can have no member: {MRD.Both}"):
            build_release(data_dir, root=content.root, progress=Recorder())

    @needs_java
    def test_a_datatype_outside_owl_stops_the_build(self, content: Content, data_dir: Path) -> None:
        content.append(
            "data/ttl/policy-fy2022/document.ttl",
            "mrd:day a owl:DatatypeProperty . doc:policy mrd:day '2021-06-22'^^xsd:date .",
        )
        with pytest.raises(Problem, match="was not decided") as caught:
            build_release(data_dir, root=content.root, progress=Recorder())
        assert caught.value.slug == "reasoning-failed"


class TestShippedContent:
    """The results that come with the content are the reasoner's own."""

    def test_they_fit_the_content(self, checkout: Path) -> None:
        for each in parts(content_files(checkout)):
            found = lookup(each, committed_dir(checkout), origin="committed")
            assert found is not None, "run `python tools/refresh_reasoning.py`"
            assert found.lines

    @needs_java
    @pytest.mark.parametrize("number", [0, 1], ids=["browse", "policy"])
    def test_they_are_what_the_reasoner_concludes_anew(self, checkout: Path, number: int) -> None:
        each = parts(content_files(checkout))[number]
        committed = lookup(each, committed_dir(checkout), origin="committed")
        assert committed is not None
        assert list(derive(each).lines) == list(committed.lines)

    def test_a_release_of_it_is_reasoned(self, release: OpenRelease) -> None:
        assert release.manifest.reasoned

    @pytest.mark.parametrize("number", [0, 1], ids=["browse", "policy"])
    def test_the_rules_alone_conclude_all_of_it(self, checkout: Path, number: int) -> None:
        """Where there is no Java, nothing is missing."""
        files = content_files(checkout)
        each = parts(files)[number]
        committed = lookup(each, committed_dir(checkout), origin="committed")
        assert committed is not None
        store = EmbeddedStore()
        shown = [file for file in files if number == 0 or file.name != "ontology/views.ttl"]
        store.bulk_insert(
            read_quads(file for file in shown if file.graph.endswith(("ontology", "policy-fy2022")))
        )
        infer(store, {}, checkout / "ontology" / "rules")
        missing = [triple for triple in committed.triples() if not store.holds(triple)]
        assert missing == []

    def test_literals_are_never_inferred(self, checkout: Path) -> None:
        for path in committed_dir(checkout).glob("*.nt"):
            assert not any(
                isinstance(each.object, Literal)
                for each in parse(path=str(path), format=RdfFormat.N_TRIPLES)
            )


def test_the_serving_code_never_imports_the_reasoner(checkout: Path) -> None:
    source = checkout / "src" / "medrd_kg"
    users = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if re.search(r"^\s*(import|from) owlready2", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert users == {"build/hermit.py"}
    script = "import sys, medrd_kg.build.pipeline; print('owlready2' in sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert loaded.stdout == "False\n"
