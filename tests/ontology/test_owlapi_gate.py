"""Every ontology file holds in the OWL API of Protégé 5.6 and in the next one.

A small Java program loads each file alone with the catalog of its folder and reports as JSON; the
files in ``faults/`` have one seeded fault each and show that the gate sees it.
"""

import fcntl
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypedDict

import pytest
from rdflib import OWL, RDF, URIRef

from medrd_kg.build import browse, catalogs, views

pytestmark = pytest.mark.java

CHECKOUT = Path(__file__).resolve().parents[2]
SOURCES = Path(__file__).parent / "java"
FAULTS = sorted((Path(__file__).parent / "faults").glob("*.ttl"))
JARS = CHECKOUT / ".cache" / "owlapi"
VERSIONS = ("4.5", "5.1")
FILES = sorted(catalogs.ontology_files(CHECKOUT).values())
BROWSE = CHECKOUT / browse.FILE
SCHEMES = CHECKOUT / "ontology" / "schemes.ttl"
ROOT = CHECKOUT / "ontology" / "medrd.ttl"

Task = tuple[str, Path]


class Report(TypedDict, total=False):
    """What the gate says of one task on one file."""

    task: str
    file: str
    api: str
    format: str
    fault: str
    ontologies: int
    loadSeconds: float
    seconds: float
    cpuSeconds: float
    unmappedImports: list[str]
    notFromFiles: list[str]
    networkAttempts: list[str]
    dlViolations: list[str]
    undeclared: list[str]
    untypedIndividuals: list[str]
    illegalPuns: list[str]
    legalPuns: list[str]
    roundTrip: dict[str, str]
    axioms: int
    entities: dict[str, int]
    consistent: bool
    unsatisfiableClasses: list[str]
    unsatisfiableProperties: list[str]
    hiddenEquivalences: list[str]
    viewMembers: dict[str, list[str]]


def run(version: str, tasks: Sequence[Task], scratch: Path) -> str:
    """Return the JSON of one Java process; skip the test where Java or the jars are missing."""
    jars = JARS / f"owlapi-{version}"
    if shutil.which("javac") is None:
        pytest.skip("no JDK: javac is missing")
    if not (jars / ".complete").is_file():
        pytest.skip(f"no OWL API {version}: run tools/owlapi_jars.py {JARS.relative_to(CHECKOUT)}")
    classes = scratch / f"classes-{version}"
    subprocess.run(
        [
            *("javac", "-nowarn", "-Xlint:none", "-encoding", "UTF-8", "-d", str(classes)),
            *("-classpath", f"{jars}/*", *map(str, sorted(SOURCES.glob("*.java")))),
        ],
        check=True,
    )
    done = subprocess.run(
        [
            # A heap that fits a small machine; what the libraries log is not the gate's report.
            *("java", "-Xmx2g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
            *("-Dfile.encoding=UTF-8", "-Dstdout.encoding=UTF-8"),
            *("-classpath", os.pathsep.join([str(classes), f"{jars}/*"]), "OntologyGate"),
            *(f"{task}={path}" for task, path in tasks),
        ],
        check=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    return done.stdout


ALWAYS = ("unmappedImports", "notFromFiles", "networkAttempts")
STRUCTURAL = ("dlViolations", "undeclared", "untypedIndividuals", "illegalPuns", "legalPuns")
LOGICAL = ("unsatisfiableClasses", "unsatisfiableProperties", "hiddenEquivalences")


def faults(report: Report) -> set[str]:
    """Return the names of the checks that a report fails; empty for a sound ontology."""
    found = {name for name in (*ALWAYS, *STRUCTURAL, *LOGICAL) if report.get(name)}
    if "fault" in report:
        return found | {"fault"}
    if not report["format"].startswith("Turtle"):
        found.add("format")
    if report["task"] == "inspect":
        if set(report["roundTrip"].values()) != {"identical"}:
            found.add("roundTrip")
    elif not report["consistent"]:
        found.add("inconsistent")
    return found


Gate = Callable[[str, Path], Report]


def _statements(folder: Path) -> Path:
    """The curated policy below the root ontology, without the materialised memberships."""
    graph = browse.load_policy(CHECKOUT)
    return _ontology(folder / "statements.ttl", graph.serialize(format="nt"), "ontology")


def _policy(folder: Path) -> Path:
    """The curated policy with core and schemes, without views: what HermiT can decide on."""
    graph = browse.load_policy(CHECKOUT)
    return _ontology(folder / "policy.ttl", graph.serialize(format="nt"), "schemes")


def _ontology(path: Path, triples: str, imported: str) -> Path:
    header = f"<https://example.org/{path.stem}>"
    path.write_text(
        f"{header} a <{OWL.Ontology}> ; <{OWL.imports}> <https://w3id.org/medrd-kg/{imported}> .\n"
        + triples,
        encoding="utf-8",
    )
    return path


def _said(path: Path, key: str) -> str:
    """What the head of a seeded file says for a key: the task, or the check that must fail."""
    found = re.search(rf"^# {key}: (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert found, f"{path} does not say '# {key}:'"
    return found[1]


def _prepare(folder: Path) -> None:
    """Fill a folder with the files that the tests make, and a catalog to the shipped modules."""
    catalog = catalogs.catalog_for(folder, catalogs.ontology_files(CHECKOUT))
    (folder / catalogs.CATALOG).write_text(catalog, encoding="utf-8")
    _policy(folder)
    _statements(folder)
    for path in FAULTS:
        shutil.copy(path, folder)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the files that the tests make, one for all test processes."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "owlapi"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / catalogs.CATALOG).exists():
            _prepare(folder)
    return folder


@pytest.fixture(scope="module", params=VERSIONS)
def gate(request: pytest.FixtureRequest, scratch: Path) -> Gate:
    """The reports of one OWL API version, by task and file; Java runs once for all tests."""
    version: str = request.param
    tasks: list[Task] = [
        ("elk", BROWSE),  # first: a cold start, as when an editor opens it
        ("hermit", SCHEMES),
        ("hermit", ROOT),
        ("hermit", scratch / "policy.ttl"),
        ("elk", scratch / "statements.ttl"),
        *(("inspect", path) for path in FILES),
        *((_said(path, "task"), scratch / path.name) for path in FAULTS),
    ]
    output = scratch / f"reports-{version}.json"
    with (scratch / "lock").open("w") as lock:
        # One after the other, so that the versions do not spoil each other's times.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not output.exists():
            output.write_text(run(version, tasks, scratch), encoding="utf-8")
    found: list[Report] = json.loads(output.read_text(encoding="utf-8"))
    reports = dict(zip(tasks, found, strict=True))
    return lambda task, path: reports[task, path]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_a_file_alone_is_owl_2_dl_offline_and_survives_every_syntax(gate: Gate, path: Path) -> None:
    report = gate("inspect", path)

    assert faults(report) == set(), report


@pytest.mark.parametrize(("path", "limit"), [(SCHEMES, 5.0), (ROOT, 15.0)], ids=["terms", "views"])
def test_hermit_classifies_the_terminology(gate: Gate, path: Path, limit: float) -> None:
    report = gate("hermit", path)

    assert faults(report) == set(), report
    assert report["cpuSeconds"] < limit


def test_the_policy_is_consistent_with_core_and_schemes(gate: Gate, scratch: Path) -> None:
    report = gate("hermit", scratch / "policy.ttl")

    assert faults(report) == set(), report


def test_the_browse_file_opens_with_elk_in_time(gate: Gate) -> None:
    report = gate("elk", BROWSE)

    assert faults(report) == set(), report
    assert report["cpuSeconds"] < 5.0


def test_the_rule_gives_the_memberships_that_elk_infers(gate: Gate, scratch: Path) -> None:
    inferred = gate("elk", scratch / "statements.ttl")["viewMembers"]

    computed: dict[str, list[str]] = {view: [] for view in inferred}
    pairs = views.members(views.load_schemes(CHECKOUT), browse.load_policy(CHECKOUT))
    for member, view in pairs:
        computed[str(view)].append(str(member))
    assert {view: sorted(found) for view, found in computed.items()} == inferred
    assert sum(map(len, inferred.values())) > 500


def test_the_browse_file_holds_what_the_policy_files_hold(gate: Gate) -> None:
    policy = browse.load_policy(CHECKOUT)
    individuals = {
        subject
        for subject, kind in policy.subject_objects(RDF.type)
        if isinstance(subject, URIRef) and kind != OWL.Axiom
    }

    entities = gate("inspect", BROWSE)["entities"]

    assert entities["NamedIndividual"] >= len(individuals)


@pytest.mark.parametrize("path", FAULTS, ids=lambda path: path.stem)
def test_a_seeded_fault_is_found(gate: Gate, scratch: Path, path: Path) -> None:
    expected = _said(path, "fails")

    found = faults(gate(_said(path, "task"), scratch / path.name))

    if expected == "nothing":
        assert found == set()
    else:
        # Versions of the OWL API may differ in which of two checks notices.
        assert found & set(expected.split(" or "))
