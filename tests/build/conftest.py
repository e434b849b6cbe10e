"""A small content root of the same layout as the shipped one, and builds of it."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pytest

from medrd_kg.build.manifest import Manifest
from medrd_kg.build.pipeline import build_release
from medrd_kg.cli import main

PREFIXES = """\
@prefix mrd: <https://w3id.org/medrd-kg/core#> .
@prefix org-: <https://w3id.org/medrd-kg/id/organization/> .
@prefix doc: <https://w3id.org/medrd-kg/id/document/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

FILES = {
    "ontology/medrd.ttl": """
<https://w3id.org/medrd-kg/ontology> a owl:Ontology ;
    owl:imports <https://w3id.org/medrd-kg/core> ;
    owl:versionIRI <https://w3id.org/medrd-kg/ontology/9.9.9> .
""",
    "ontology/core.ttl": """
mrd:Document a owl:Class .
mrd:DataSource a owl:Class ; rdfs:subClassOf mrd:Document .
mrd:Organization a owl:Class ; owl:disjointWith mrd:Document .
mrd:Ministry a owl:Class ; rdfs:subClassOf mrd:Organization .
mrd:partOf a owl:ObjectProperty , owl:TransitiveProperty ; owl:inverseOf mrd:hasPart .
mrd:hasPart a owl:ObjectProperty .
mrd:administers a owl:ObjectProperty ;
    rdfs:domain [ a owl:Class ; owl:unionOf ( mrd:Organization mrd:Document ) ] .
""",
    "ontology/shapes/names.ttl": """
<urn:shape:named> a sh:NodeShape ;
    sh:targetClass mrd:Organization ;
    sh:property <urn:shape:named-label> .
<urn:shape:named-label> sh:path rdfs:label ; sh:minCount 1 ;
    sh:message "名称を付けてください。"@ja , "Give it a name."@en .
""",
    "data/ttl/policy-fy2022/document.ttl": """
doc:policy a mrd:Document ; dcterms:issued "2021-06-22T00:00:00+09:00"^^xsd:dateTime .
doc:section mrd:partOf doc:policy .
doc:sentence mrd:partOf doc:section .
""",
    "data/ttl/organizations.ttl": """
org-:ministry a mrd:Ministry ; rdfs:label "省"@ja ; mrd:administers org-:agency .
org-:agency a mrd:Organization ; rdfs:label "機構"@ja .
""",
    "data/ttl/review-sheets-2022.ttl": """
doc:sheets a mrd:DataSource ; dcterms:issued "2022-11-30T00:00:00+09:00"^^xsd:dateTime .
""",
    "data/ttl/browse.ttl": "repeats the rest for editors, and is never read",
}


@dataclass
class Content:
    """A content root that a test may change.

    Attributes:
        root: Its folder.
    """

    root: Path

    def write(self, name: str, text: str) -> None:
        """Write a Turtle file under the usual prefixes."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PREFIXES + text, encoding="utf-8")

    def append(self, name: str, text: str) -> None:
        """Add to a file."""
        with (self.root / name).open("a", encoding="utf-8") as stream:
            stream.write(text)


@dataclass
class Recorder:
    """Progress that remembers what it was told."""

    steps: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Remember the step."""
        self.steps.append(title)
        yield

    def note(self, message: str) -> None:
        """Remember the message."""
        self.notes.append(message)


@pytest.fixture
def content(tmp_path: Path, checkout: Path) -> Content:
    """A small content root with the shipped rules."""
    return small_content(tmp_path / "content", checkout)


def small_content(root: Path, checkout: Path) -> Content:
    """Write the small content root."""
    small = Content(root)
    for name, text in FILES.items():
        small.write(name, text)
    shutil.copytree(checkout / "ontology" / "rules", small.root / "ontology" / "rules")
    return small


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """An empty data directory."""
    return tmp_path / "data"


@pytest.fixture
def without_java(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has no Java."""
    for module in ("inference", "pipeline"):
        monkeypatch.setattr(f"medrd_kg.build.{module}.has_java", lambda: False)


class Two(NamedTuple):
    """Two releases, and the content of the newer one, which is current.

    Attributes:
        older: Manifest of the release that was built first.
        newer: Manifest of the current one.
        content: What it was built from, beside the imported file.
    """

    older: Manifest
    newer: Manifest
    content: Content


@pytest.fixture(scope="session")
def two_built(tmp_path_factory: pytest.TempPathFactory, checkout: Path) -> tuple[Path, Two]:
    """A folder with a content root and a data directory of two releases; never changed."""
    folder = tmp_path_factory.mktemp("two-releases")
    content = small_content(folder / "content", checkout)
    imported = Content(folder / "data" / "imported")
    with pytest.MonkeyPatch.context() as patch:
        for module in ("inference", "pipeline"):
            patch.setattr(f"medrd_kg.build.{module}.has_java", lambda: False)
        built = []
        for text in ("", "org-:agency rdfs:label 'Agency'@en ."):
            content.append("data/ttl/organizations.ttl", text)
            imported.write("review-sheets-2023.ttl", "<urn:imported> rdfs:label 'n'@ja .")
            built.append(build_release(folder / "data", root=content.root, progress=Recorder()))
    return folder, Two(built[0], built[1], content)


@pytest.fixture
def two(
    two_built: tuple[Path, Two],
    tmp_path: Path,
    data_dir: Path,
    without_java: None,  # noqa: ARG001 - for its effect
) -> Two:
    """Two releases in the data directory, the newer one current, with an imported file."""
    folder, built = two_built
    shutil.copytree(folder / "data", data_dir, symlinks=True)
    shutil.copytree(folder / "content", tmp_path / "content")
    return built._replace(content=Content(tmp_path / "content"))


class Ran(NamedTuple):
    """What a command did.

    Attributes:
        code: Its exit code.
        stdout: Its output.
        stderr: What it told beside.
    """

    code: int
    stdout: str
    stderr: str


Cli = Callable[..., Ran]
"""Runs ``medrd-kg`` with arguments, as its entry point does."""


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Cli:
    """Run the command line in this process: a process of its own takes a second to start."""

    def run(*arguments: str) -> Ran:
        capsysbinary.readouterr()
        monkeypatch.setattr("sys.argv", ["medrd-kg", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        assert isinstance(code, int)
        said = capsysbinary.readouterr()
        return Ran(code, said.out.decode(), said.err.decode())

    return run


@pytest.fixture
def progress() -> Recorder:
    """Progress that the test can look at."""
    return Recorder()


@pytest.fixture
def build(
    content: Content,
    data_dir: Path,
    progress: Recorder,
    without_java: None,  # noqa: ARG001 - for its effect
) -> Callable[[], Manifest]:
    """Build the small content as it is now."""
    return lambda: build_release(data_dir, root=content.root, progress=progress)
