"""What a person decides: states, provenance, edited Turtle; and the commands."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest
from tests.sources.documents.conftest import NEXT_YEAR

from medrd_kg.problems import Problem
from medrd_kg.sources.content import content_files, imported_dir
from medrd_kg.sources.documents.deciding import Review, open_review
from medrd_kg.sources.documents.decisions import State, checked_handle
from medrd_kg.sources.documents.editing import read_edits
from medrd_kg.sources.documents.identity import Given
from medrd_kg.sources.documents.importing import accepted_name, import_document
from medrd_kg.sources.documents.keeping import review_dir
from medrd_kg.sources.documents.known import Known, read_known
from medrd_kg.vocabulary import ID, MRD, MRDS, PREFIXES, kind_iri

SLUG = "policy-fy2023"
BY = "policy-analyst"
OWL, PROV, SKOS = PREFIXES["owl"], PREFIXES["prov"], PREFIXES["skos"]
ANTIBODY = str(MRDS["modality-antibody-drug"])


def _ignore(_: str) -> None:
    """Take a note."""


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory, small_root: Path) -> Path:
    """A data folder with a policy that was just imported; tests change copies of it."""
    folder = tmp_path_factory.mktemp("imported")
    path = folder / "next-year.txt"
    path.write_text(NEXT_YEAR, encoding="utf-8")
    import_document(path, folder / "data", Given(), _ignore, root=small_root)
    return folder / "data"


@pytest.fixture
def review(imported: Path, tmp_path: Path) -> Review:
    """The review of a policy that was just imported."""
    return open_review(shutil.copytree(imported, tmp_path / "data"), SLUG)


@pytest.fixture(scope="module")
def known(small_root: Path) -> Known:
    """What the graph knew before."""
    return read_known(content_files(small_root), kind_iri("doc", SLUG))


def _accepted(review: Review) -> set[tuple[str, str, str]]:
    path = imported_dir(review.data_dir) / accepted_name(SLUG)
    return {
        (str(quad.subject)[1:-1], quad.predicate.value, getattr(quad.object, "value", ""))
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)
    }


def test_accepted_fact_says_who_accepted_it_when(review: Review) -> None:
    review.decide(["S008.modality-antibody-drug"], State.ACCEPTED, BY)
    decided = review.decisions[review.document.fingerprints["S008"], "modality-antibody-drug"]
    said = _accepted(review)
    topic = f"{ID}topic/{SLUG}-s008"
    axiom = f"{ID}axiom/{SLUG}-s008-modality-antibody-drug"
    reviewer = f"{ID}reviewer/{BY}"
    assert (topic, str(MRD.hasModality), ANTIBODY) in said
    assert (topic, str(MRD.statedIn), f"{ID}document/{SLUG}/S008") in said
    assert (topic, str(MRD.inProject), f"{ID}project/drugs") in said
    assert (axiom, f"{OWL}annotatedSource", topic) in said
    assert (axiom, f"{PROV}wasAttributedTo", reviewer) in said
    assert (axiom, f"{PROV}generatedAtTime", decided.at) in said
    assert (axiom, str(MRD.assertionBasis), str(MRDS["basis-stated"])) in said
    (activity,) = {value for subject, name, value in said if name == f"{PROV}wasGeneratedBy"}
    assert (activity, f"{PREFIXES['rdf']}type", f"{PROV}Activity") in said
    assert (activity, f"{PROV}wasAssociatedWith", reviewer) in said
    assert not any(value == str(MRDS["status-started"]) for _, _, value in said)


def test_statement_holds_what_was_accepted_and_no_more(review: Review) -> None:
    review.decide(["S011.disease-cancer"], State.REJECTED, BY)
    facts, _ = review.decide(["S011"], State.ACCEPTED, BY)
    assert "S011.disease-cancer" not in {each.id for each in facts}
    said = _accepted(review)
    assert not any("cancer" in value for _, _, value in said)
    assert any(name == str(MRD.hasPurpose) for _, name, _ in said)


def test_decision_may_be_changed(review: Review) -> None:
    for state in (State.ACCEPTED, State.REJECTED):
        review.decide(["S008.modality-antibody-drug"], state, BY)
    again = open_review(review.data_dir, SLUG)
    fact = next(f for f in again.document.proposals.facts if f.target == ANTIBODY)
    assert again.state_of(fact) is State.REJECTED
    assert not (imported_dir(review.data_dir) / accepted_name(SLUG)).exists()


@pytest.mark.parametrize("named", ["S999", "S008.disease-nothing", "T00000000", "modality"])
def test_unknown_proposals(review: Review, named: str) -> None:
    with pytest.raises(Problem, match=named):
        review.decide(["S008", named], State.ACCEPTED, BY)
    assert not open_review(review.data_dir, SLUG).decisions


@pytest.mark.parametrize("by", ["Taro Yamada", "山田太郎", "", "A", "x" * 41, "a/b", "-x"])
def test_names_of_persons_are_refused(review: Review, by: str) -> None:
    with pytest.raises(Problem, match="role or handle") as fault:
        review.decide(["S008"], State.ACCEPTED, by)
    assert fault.value.kind.exit_code == 2
    assert checked_handle("policy-analyst.2") == "policy-analyst.2"


def test_new_term_is_accepted_as_a_concept(review: Review) -> None:
    term = next(t for t in review.document.proposals.terms if t.term == "量子生命センサー")
    with pytest.raises(Problem, match="--as"):
        review.decide([term.id], State.ACCEPTED, BY)
    review.decide([term.id], State.ACCEPTED, BY, concept="technology-manufacturing")
    said = _accepted(review)
    uses = {(s, o) for s, p, o in said if p == str(MRD.usesTechnology)}
    assert uses == {
        (f"{ID}{kind}/{SLUG}-{unit}", str(MRDS["technology-manufacturing"]))
        for kind, unit in (("topic", "s009"), ("scope-item", "s012"))
    }
    assert (f"{ID}topic/{SLUG}-s009", f"{SKOS}hiddenLabel", "量子生命センサー") in said


def test_rejected_term_stays_rejected(review: Review) -> None:
    term = review.document.proposals.terms[0]
    review.decide([term.id], State.REJECTED, BY)
    assert open_review(review.data_dir, SLUG).state_of_term(term) is State.REJECTED


def _edited(review: Review, tmp_path: Path, *changes: tuple[str, str]) -> Path:
    text = (review_dir(review.data_dir) / SLUG / "proposals.ttl").read_text("utf-8")
    for old, new in changes:
        text, found = re.subn(old, new, text)
        assert found
    path = tmp_path / "edited.ttl"
    path.write_text(text, encoding="utf-8")
    return path


def test_edited_turtle_takes_the_place_of_proposals(
    review: Review, tmp_path: Path, known: Known
) -> None:
    review.decide(["S011.disease-cancer"], State.ACCEPTED, BY)
    path = _edited(
        review,
        tmp_path,
        (r"\n +mrd:hasModality +mrds:modality-antibody-drug ;", ""),
        ("S008：抗体医薬", "S008：抗体をもとにした薬"),
    )
    edits, dropped = read_edits(path, review, known, "chief-editor")
    assert {each.id for each in dropped} == {"S008.modality-antibody-drug"}
    review.take_edits(edits, dropped)
    said = _accepted(open_review(review.data_dir, SLUG))
    topic = f"{ID}topic/{SLUG}-s008"
    assert not any(s == topic and o == ANTIBODY for s, _, o in said)
    assert not any("modality-antibody-drug" in s for s, _, _ in said)
    assert any(s == topic and "抗体をもとにした薬" in o for s, _, o in said)
    assert (topic, f"{PROV}wasAttributedTo", f"{ID}reviewer/chief-editor") in said
    bases = {o for _, p, o in said if p == str(MRD.assertionBasis)}
    assert bases == {str(MRDS["basis-stated"])}
    assert not any(value == f"{ID}reviewer/{BY}" for _, _, value in said)
    again = open_review(review.data_dir, SLUG)
    again.decide(["S008"], State.REJECTED, BY)
    assert not any(s == topic for s, _, _ in _accepted(open_review(review.data_dir, SLUG)))


def test_edits_of_one_thing_in_several_units_add_up(
    review: Review, tmp_path: Path, known: Known
) -> None:
    path = tmp_path / "edited.ttl"
    for unit in ("S007", "S008"):
        path.write_text(f"<{ID}project/drugs> <{MRD.statedIn}> <{ID}document/{SLUG}/{unit}> .")
        review.take_edits(*read_edits(path, review, known, BY))
    cited = {o for s, p, o in _accepted(review) if p == str(MRD.statedIn)}
    assert cited == {f"{ID}document/{SLUG}/{unit}" for unit in ("S007", "S008")}


@pytest.mark.parametrize(
    ("turtle", "word"),
    [
        ("this is no Turtle", "Parser error"),
        ("<urn:x> <urn:y> <urn:z> .", "urn:x"),
        (f"<{ID}topic/a> <{MRD.statedIn}> <{ID}document/{SLUG}/S999> .", "S999"),
        (f"<{ID}topic/a> a <{MRD.PriorityTopic}> .", "cites no unit"),
        (
            f"<{ID}project/drugs> <{MRD.hasModality}> <{ANTIBODY}> .",
            "described elsewhere",
        ),
        (f"<{ID}topic/a> <{MRD.statedIn}> <{ID}document/{SLUG}/S008> ; <urn:p> [] .", "blank"),
        ("", "states nothing"),
    ],
)
def test_faulty_turtle_is_refused(
    review: Review, tmp_path: Path, known: Known, turtle: str, word: str
) -> None:
    path = tmp_path / "edited.ttl"
    path.write_text(turtle, encoding="utf-8")
    with pytest.raises(Problem, match=word) as fault:
        read_edits(path, review, known, BY)
    assert fault.value.kind.exit_code == 1


def test_interrupted_write_leaves_what_was_there(
    review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    review.decide(["S008"], State.ACCEPTED, BY)
    path = review_dir(review.data_dir) / SLUG / "decisions.json"
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Problem, match="No space left"):
        review.decide(["S011"], State.ACCEPTED, BY)
    assert path.read_bytes() == before
    assert not list(path.parent.glob(".*.part"))


def test_documents_that_were_not_imported(tmp_path: Path) -> None:
    for slug in ("policy-fy2023", "..", "../x", ""):
        with pytest.raises(Problem, match="was imported"):
            open_review(tmp_path, slug)


def _run(data_dir: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MEDRD_KG_")}
    return subprocess.run(
        [sys.executable, "-m", "medrd_kg", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=environment | {"MEDRD_KG_DATA_DIR": str(data_dir)},
    )


def test_commands(next_year: Path, tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    done = _run(data_dir, "import", "document", next_year)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{SLUG}: 16 units, ")
    listed = _run(data_dir, "review", "list", SLUG, "--json").stdout.splitlines()
    proposals = [json.loads(each) for each in listed]
    assert {each["state"] for each in proposals} == {"open"}
    assert any(each["id"] == "S008.modality-antibody-drug" for each in proposals)
    assert "抗体医薬" in _run(data_dir, "review", "show", SLUG, "S008").stdout
    out = tmp_path / "proposals.ttl"
    assert _run(data_dir, "review", "export", SLUG, "--out", out).returncode == 0
    text = out.read_text("utf-8")
    out.write_text(re.sub(r"mrd:fiscalYear +fy:2023 ;", "", text), encoding="utf-8")
    refused = _run(data_dir, "review", "accept", SLUG, "--from", out, "--by", BY)
    assert refused.returncode == 1
    assert "fiscal year" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
    out.write_text(text, encoding="utf-8")
    accepted = _run(data_dir, "review", "accept", SLUG, "--from", out, "--by", BY)
    assert accepted.returncode == 0, accepted.stderr
    assert (imported_dir(data_dir) / accepted_name(SLUG)).is_file()


def test_faults_of_commands_are_one_line(tmp_path: Path) -> None:
    for arguments, code, word in (
        (("review", "list", "nothing"), 1, "nothing"),
        (("import", "document", tmp_path / "nowhere.pdf"), 1, "nowhere.pdf"),
        (("review", "accept", SLUG, "--by", BY), 2, "--from"),
    ):
        done = _run(tmp_path, *arguments)
        assert done.returncode == code
        (line,) = done.stderr.strip().splitlines()
        assert word in line
