"""A content read in parts: the same statements, conclusions and verdicts as of the whole."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from tests.build.conftest import Content, Recorder
from tests.build.shapes.examples import CASE_IDS, CASES, Case, conforming_graph
from tests.build.shapes.reference import of_findings

from medrd_kg.build.canonical import digest
from medrd_kg.build.inputs import source_records
from medrd_kg.build.manifest import BUILDER_SCHEMA, Manifest, checksum
from medrd_kg.build.parts.assembling import Assembled, assemble
from medrd_kg.build.parts.examining import Bench
from medrd_kg.build.parts.extent import Cutter, Extent, Range
from medrd_kg.build.parts.patterns import Patterns
from medrd_kg.build.parts.runs import FileRun, file_run
from medrd_kg.build.parts.shape_scopes import ShapeScopes
from medrd_kg.build.parts.verdicts import Verdict, combined
from medrd_kg.build.pipeline import build_release, open_current
from medrd_kg.build.progress import Timings
from medrd_kg.build.reasoning import PartResult
from medrd_kg.build.shapes_graph import ShapesGraph
from medrd_kg.build.validation import ValidationReport, validate_ntriples
from medrd_kg.content import ontology_dir
from medrd_kg.problems import Problem
from medrd_kg.search.writing import write_joined_index
from medrd_kg.sources.content import ContentFile, content_files

SHAPES = ontology_dir() / "shapes"

_OF_VOCABULARY = (
    b"<https://w3id.org/medrd-kg/schemes#",
    b"<https://w3id.org/medrd-kg/core#",
    b"<http://www.w3.org/",
)


def cut_everywhere() -> Cutter:
    """A part for each subject."""
    return Cutter(fewest=1, most=1, one_in=1)


@pytest.fixture(scope="module")
def scopes() -> ShapeScopes:
    return ShapeScopes.load(SHAPES)


@pytest.fixture(scope="module")
def shapes() -> ShapesGraph:
    return ShapesGraph.load(SHAPES)


def in_parts(
    ntriples: str, scopes: ShapeScopes, shapes: ShapesGraph, folder: Path, cutter: Cutter
) -> tuple[ValidationReport, int]:
    """Validate a graph part by part; its terms and concepts are the vocabulary of every part."""
    triples = sorted(set(ntriples.encode().splitlines()))
    lines = [line[:-1] + b"<urn:g> .\n" for line in triples if line]
    vocabulary = [line for line in lines if line.startswith(_OF_VOCABULARY)]
    stated, types = folder / "stated.nq", folder / "types.nq"
    stated.write_bytes(b"".join(lines))
    types.write_bytes(b"".join(line for line in lines if b"#type> " in line))
    cutter.take(lines)
    cutter.end()
    bench = Bench(
        extent=Extent(stated),
        scopes=scopes,
        shapes_key=b"",
        patterns=Patterns(b"", ()),
        rules_key=b"",
        vocabulary=b"".join(vocabulary),
        kept=folder,
    )
    verdicts: list[Verdict] = [bench.check(part)[1] for part in cutter.ranges]
    for shape in scopes.far:
        some = folder / "some.nq"
        some.write_bytes(
            b"".join(line for line in lines if line.split(b" ", 2)[1] in shape.mentioned)
        )
        verdicts.append(bench.check_far(shape, [some], types)[1])
    return combined(verdicts, shapes), len(cutter.ranges)


class TestShapes:
    """What is found in parts is what is found in the whole."""

    def test_most_shapes_are_near(self, scopes: ShapeScopes) -> None:
        far = {each.name.rpartition("#")[2].strip(">") for each in scopes.far}
        assert {"CorporateNumberUniqueShape", "TotalShape", "InclusionAcyclicShape"} <= far
        assert not {"MoneyFigureShape", "PolicyStatementShape", "IndicatorShape"} & far
        assert len(scopes.near.compiled) > 200

    def test_a_conforming_graph_conforms_subject_by_subject(
        self, scopes: ShapeScopes, shapes: ShapesGraph, tmp_path: Path
    ) -> None:
        text = conforming_graph().serialize(format="nt")
        report, parts = in_parts(text, scopes, shapes, tmp_path, cut_everywhere())
        assert parts > 50
        assert report == validate_ntriples(text, shapes)

    @pytest.mark.parametrize("case", CASES[::12], ids=CASE_IDS[::12])
    def test_a_fault_is_found_across_parts(
        self, case: Case, scopes: ShapeScopes, shapes: ShapesGraph, tmp_path: Path
    ) -> None:
        self.check(case, scopes, shapes, tmp_path, Cutter(fewest=1, most=400, one_in=9))

    @pytest.mark.long
    @pytest.mark.parametrize("case", CASES, ids=CASE_IDS)
    def test_every_fault_is_found_subject_by_subject(
        self, case: Case, scopes: ShapeScopes, shapes: ShapesGraph, tmp_path: Path
    ) -> None:
        self.check(case, scopes, shapes, tmp_path, cut_everywhere())

    def check(
        self,
        case: Case,
        scopes: ShapeScopes,
        shapes: ShapesGraph,
        folder: Path,
        cutter: Cutter,
    ) -> None:
        """Compare the findings in parts with those in the whole."""
        text = case.graph.serialize(format="nt")
        report, parts = in_parts(text, scopes, shapes, folder, cutter)
        assert parts > 3
        whole = validate_ntriples(text, shapes)
        assert of_findings(report.findings) == of_findings(whole.findings)
        assert report.conforms == whole.conforms is False
        assert report.turtle.count("sh:focusNode") == len(report.findings)


class TestStatements:
    """The statements of the whole, whatever the parts."""

    @pytest.fixture
    def files(self, content: Content) -> Callable[[], list[ContentFile]]:
        """The files of the small content as they are now."""
        return lambda: content_files(content.root)

    def assembled(self, content: Content, files: Sequence[ContentFile], folder: Path) -> Assembled:
        """Read the small content, each subject a part."""
        nothing: dict[str, PartResult] = {}
        return assemble(
            files,
            source_records(files),
            nothing,
            root=content.root,
            kept=folder / "kept",
            work=folder / "work",
            timings=Timings(Recorder()),
            write_store=lambda _: None,
            cutter=cut_everywhere(),
        )

    def test_they_and_what_follows_are_those_of_a_build_at_once(
        self,
        build: Callable[[], Manifest],
        content: Content,
        files: Callable[[], list[ContentFile]],
        tmp_path: Path,
    ) -> None:
        content.append(
            "data/ttl/facts.ttl",
            "@prefix ex: <urn:x:> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
            'ex:a ex:b 3.0 , 007 , "2020-01-01T00:00:00.0Z"^^xsd:dateTime , [ ex:c _:d ] .\n'
            "ex:a <https://w3id.org/medrd-kg/core#partOf> ex:b .\n"
            "<urn:x:c> <https://w3id.org/medrd-kg/core#partOf> ex:a .\n",
        )
        manifest = build()
        first = self.assembled(content, files(), tmp_path / "first")
        assert manifest.version.endswith(first.quads.digest[:12])
        assert first.quads.sizes == manifest.graphs
        assert first.quads.triples == manifest.triples
        assert first.validation.conforms
        write_joined_index(first.extracts, tmp_path / "first.sqlite")
        assert checksum(tmp_path / "first.sqlite") == manifest.files["search.sqlite"]
        content.write(
            "data/ttl/review-sheets-2023.ttl",
            'org-:new a mrd:Ministry ; rdfs:label "新"@ja ; mrd:partOf org-:agency .',
        )
        kept = {path.name for path in (tmp_path / "first" / "kept").iterdir()}
        again = self.assembled(content, files(), tmp_path / "first")
        new = {path.name for path in (tmp_path / "first" / "kept").iterdir()} - kept
        added = [path for path in new if path.endswith(".conclusions")]
        assert len(added) == 1  # what follows from the new subject, and nothing else anew
        changed = [path for path in new if path.endswith(".extract")]
        assert len(changed) == 2  # what is said of it, and of what it is part of
        manifest = build()
        assert manifest.version.endswith(again.quads.digest[:12])
        write_joined_index(again.extracts, tmp_path / "again.sqlite")
        assert checksum(tmp_path / "again.sqlite") == manifest.files["search.sqlite"]

    def test_a_large_content_is_read_in_parts(
        self,
        content: Content,
        data_dir: Path,
        monkeypatch: pytest.MonkeyPatch,
        without_java: None,  # noqa: ARG002 - for its effect
    ) -> None:
        at_once = build_release(data_dir, root=content.root, progress=Recorder())
        monkeypatch.setattr("medrd_kg.build.pipeline.MOST_IN_MEMORY", 0)
        other = data_dir.with_name("other")
        parts = build_release(other, root=content.root, progress=Recorder())
        assert parts.version == at_once.version
        assert parts.rules.triples == at_once.rules.triples
        assert parts.classes == at_once.classes
        folders = ("dumps/", "tables/", "inferred.nt", "validation.ttl", "search")
        for name, record in at_once.files.items():
            if name.startswith(folders):
                assert parts.files[name] == record, name
        assert not (open_current(other).path / "work").exists()
        store = open_current(other).store
        assert set(store.quads()) == set(open_current(data_dir).store.quads())
        content.write("data/ttl/organizations.ttl", "org-:bad a mrd:Organization .")
        with pytest.raises(Problem, match=r"1 violation of the shapes.*Give it a name"):
            build_release(other, root=content.root, progress=Recorder())

    def test_a_file_that_does_not_parse_is_told_with_its_line(self, tmp_path: Path) -> None:
        path = tmp_path / "broken.ttl"
        path.write_text("@prefix ex: <urn:x:> .\nex:a ex:b ex:c .\nex:a ex:b .\n", "utf-8")
        file = ContentFile("urn:g", "data/ttl/broken.ttl", path)
        with pytest.raises(Problem, match=r"data/ttl/broken\.ttl: .*line 3") as caught:
            file_run(file, "name", tmp_path)
        assert "\n" not in str(caught.value)


class TestExtent:
    """Ranges of a sorted file, and what it says of a subject."""

    @pytest.fixture
    def lines(self) -> list[bytes]:
        """Subjects with few and with many lines."""
        return sorted(
            b'<urn:x:%d> <urn:p> "%d" <urn:g> .\n' % (subject, value)
            for subject in range(2000)
            for value in range(1 + subject % 7 + 900 * (subject == 50))
        )

    def test_it_finds_all_lines_of_a_subject(self, lines: list[bytes], tmp_path: Path) -> None:
        path = tmp_path / "lines.nq"
        path.write_bytes(b"".join(lines))
        extent = Extent(path)
        for subject in (b"<urn:x:0>", b"<urn:x:50>", b"<urn:x:999>", b"<urn:x:1999>", b"<urn:y>"):
            expected = b"".join(line for line in lines if line.startswith(subject + b" "))
            assert b"".join(extent.about([subject])) == expected

    def test_a_change_moves_few_borders(self, lines: list[bytes]) -> None:
        def ranges(of: Sequence[bytes]) -> dict[str, Range]:
            cutter = Cutter(fewest=20, most=2000, one_in=8)
            cutter.take(of)
            cutter.end()
            found = {}
            for part in cutter.ranges:
                text = b"".join(of)[part.start : part.end]
                found[digest([text], str(BUILDER_SCHEMA))] = part
            assert sum(part.end - part.start for part in cutter.ranges) == len(b"".join(of))
            return found

        whole, less = ranges(lines), ranges([each for each in lines if b":77" not in each])
        assert len(whole) > 50
        assert len(whole.keys() - less.keys()) < len(whole) / 5


def test_a_run_is_read_again_only_when_the_file_changed(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_text("<urn:a> <urn:b> <urn:c> .", "utf-8")
    file = ContentFile("urn:g", "data/ttl/a.ttl", path)
    run = file_run(file, "one", tmp_path)
    assert run == FileRun(tmp_path / "one.nq", tmp_path / "one.anonymous.nq")
    path.unlink()
    assert file_run(file, "one", tmp_path) == run
