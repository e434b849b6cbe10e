"""The command line as a user runs it: output, one-line faults, exit codes."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import zstandard
from rdflib import Dataset, Graph

BASE = "https://w3id.org/medrd-kg/"
SHEET = "2022-経産-21-0042"


@pytest.fixture
def run(release_data_dir: Path) -> "Command":
    return Command(release_data_dir)


class Command:
    """Runs ``medrd-kg`` in a process of its own, over the shipped release."""

    def __init__(self, data_dir: Path) -> None:
        """Use the release in ``data_dir``."""
        self._environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("MEDRD_KG_")},
            "MEDRD_KG_DATA_DIR": str(data_dir),
        }

    def __call__(
        self, *arguments: str | Path, given: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run it to its end."""
        return subprocess.run(
            [sys.executable, "-m", "medrd_kg", *map(str, arguments)],
            input=given,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env=self._environment | environment,
        )


def _fails(result: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    assert result.returncode == code, result.stderr
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith("medrd-kg: ")
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in lines[0]


def test_version(run: Command) -> None:
    assert run("--version").stdout.startswith("medrd-kg 0.")


def test_no_command_shows_the_help(run: Command) -> None:
    result = run()
    assert result.returncode == 2
    assert "serve" in result.stderr


def test_unknown_command_is_one_line(run: Command) -> None:
    _fails(run("sreve"), 2, "sreve")


def test_wrong_setting_is_one_line(run: Command) -> None:
    _fails(run("build", MEDRD_KG_PORT="many"), 2, "MEDRD_KG_PORT", "'many'")


def test_query_prints_a_table(run: Command) -> None:
    result = run("query", f"SELECT ?p {{ ?p a <{BASE}core#IntegratedProject> }}")
    assert result.returncode == 0
    assert "prj:drugs" in result.stdout
    assert "6 rows" in result.stdout


def test_query_reads_standard_input_and_writes_json(run: Command) -> None:
    text = f"SELECT ?p {{ ?p a <{BASE}core#IntegratedProject> }}"
    result = run("query", "-", "--format", "json", given=text)
    assert len(json.loads(result.stdout)["results"]["bindings"]) == 6


def test_ask_says_yes_or_no(run: Command) -> None:
    assert run("query", f"ASK {{ <{BASE}id/project/drugs> ?p ?o }}").stdout == "yes\n"
    assert run("query", f"ASK {{ <{BASE}id/project/nothing> ?p ?o }}").stdout == "no\n"


def test_describe_writes_turtle(run: Command, tmp_path: Path) -> None:
    file = tmp_path / "question.rq"
    file.write_text(f"DESCRIBE <{BASE}id/project/drugs>", encoding="utf-8")
    result = run("query", "--file", file)
    assert len(Graph().parse(data=result.stdout, format="turtle")) > 5


def test_stored_query_takes_parameters(run: Command) -> None:
    of_drugs = run("query", "--stored", "topics-of-project", "--param", "project=drugs")
    of_devices = run(
        "query", "--stored", "topics-of-project", "--param", "project=devices-healthcare"
    )
    assert "S043" in of_drugs.stdout
    assert "S043" not in of_devices.stdout
    assert "S052" in of_devices.stdout


def test_every_stored_query_is_listed(run: Command, checkout: Path) -> None:
    listed = run("query", "--list").stdout
    for path in (checkout / "queries").glob("*.rq"):
        assert path.stem in listed


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["query", "SELECT ?s { ?s ?p }"], 1, ["line 1"]),
        (["query", "ASK { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"], 1, ["SERVICE"]),
        (["query"], 2, ["one query"]),
        (["query", "ASK {}", "--stored", "topics-of-project"], 2, ["one query"]),
        (["query", "--stored", "no-such-query"], 2, ["no-such-query", "--list"]),
        (["query", "--stored", "topics-of-project", "--param", "projct=drugs"], 2, ["projct"]),
        (["query", "--stored", "topics-of-project", "--param", "drugs"], 2, ["NAME=VALUE"]),
        (["query", "ASK {}", "--param", "a=b"], 2, ["--stored"]),
        (["query", "ASK {}", "--format", "turtle"], 2, ["turtle"]),
        (["query", "--file", "nowhere.rq"], 1, ["nowhere.rq"]),
        (["export", "--graph", "nowhere"], 2, ["policy-fy2022"]),
        (["export", "--format", "turtle"], 2, ["--graph"]),
        (["export", "--out", "nowhere/graph.nq"], 1, ["nowhere/graph.nq"]),
        (["verify-evidence", "nowhere.json"], 1, ["nowhere.json"]),
        (["validate", "nowhere.ttl"], 1, ["nowhere.ttl"]),
        (["import", "review-sheets", "nowhere"], 1, ["nowhere"]),
    ],
)
def test_fault_is_one_line_with_an_exit_code(
    run: Command, arguments: list[str], code: int, words: list[str]
) -> None:
    _fails(run(*arguments), code, *words)


def test_search_finds_a_thing_in_either_language(run: Command) -> None:
    japanese, english = run("search", "感染症"), run("search", "infectious")
    iri = f"{BASE}schemes#disease-infectious"
    assert iri in japanese.stdout
    assert iri in english.stdout


def test_search_counts_what_it_does_not_show(run: Command) -> None:
    shown = run("search", "がん", "--limit", "3").stdout.splitlines()[-1]
    found = int(shown.split(" of ")[1].split()[0])
    assert shown.startswith("3 of ")
    lines = run("search", "がん", "--limit", "100", "--format", "jsonl").stdout.splitlines()
    assert len(lines) == min(found, 100) > 3
    assert all("がん" in json.loads(line)["matched"]["text"] for line in lines[:3])


def test_search_writes_a_table_of_one_kind(run: Command) -> None:
    rows = list(
        csv.DictReader(
            run("search", "がん", "--type", "topic", "--format", "csv").stdout.splitlines()
        )
    )
    assert rows
    assert all("topic" in row["type"].split() for row in rows)


def test_search_names_the_known_kinds(run: Command) -> None:
    _fails(run("search", "がん", "--type", "thing"), 2, "'thing'", "disease-area")


def test_bench_takes_the_options_of_the_benchmarks(run: Command) -> None:
    result = run("bench", "--sizes", "huge")
    assert result.returncode == 2
    assert "unknown: huge" in result.stderr


def test_export_of_one_graph_is_turtle(run: Command, tmp_path: Path) -> None:
    out = tmp_path / "policy.ttl"
    assert (
        run("export", "--graph", "policy-fy2022", "--format", "turtle", "--out", out).stdout == ""
    )
    graph = Graph().parse(out)
    (count,) = run(
        "query",
        f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{BASE}graph/policy-fy2022> {{ ?s ?p ?o }} }}",
        "--format",
        "csv",
    ).stdout.splitlines()[1:]
    assert len(graph) == int(count)


def test_export_keeps_named_graphs(run: Command, tmp_path: Path) -> None:
    out = tmp_path / "all.nq"
    run("export", "--out", out)
    lines = out.read_text(encoding="utf-8").splitlines(keepends=True)
    names = {line.rstrip(" .\n").rsplit(" ", 1)[-1] for line in lines}
    assert f"<{BASE}graph/policy-fy2022>" in names
    assert f"<{BASE}graph/ontology>" in names
    assert len(Dataset().parse(data="".join(lines[:100]), format="nquads")) == 100


def test_verify_evidence_holds_for_the_document(run: Command, policy_units_file: Path) -> None:
    result = run("verify-evidence", policy_units_file)
    assert result.returncode == 0, result.stdout
    assert " 0 not borne out" in result.stdout


def test_verify_evidence_reads_the_document_itself(run: Command, shared_dir: Path) -> None:
    text = shared_dir / "sources" / "policy-fy2022.txt"
    result = run("verify-evidence", text, "--document", "policy-fy2022")
    assert result.returncode == 0, result.stdout
    assert " 0 not borne out" in result.stdout
    _fails(run("verify-evidence", text, "--document", "No document"), 2, "No document")


def test_verify_evidence_fails_for_a_changed_document(
    run: Command, policy_units_file: Path, tmp_path: Path
) -> None:
    changed = tmp_path / "units.json"
    text = policy_units_file.read_text(encoding="utf-8").replace("エクソソーム製剤", "別の製剤")
    changed.write_text(text, encoding="utf-8")
    result = run("verify-evidence", changed)
    assert result.returncode == 1
    assert "S045" in result.stdout
    assert "modality-exosome" in result.stdout


def test_validate_shipped_content_conforms(run: Command) -> None:
    result = run("validate")
    assert result.returncode == 0, result.stdout[-2000:]
    assert "conforms" in result.stdout


def test_validate_names_what_is_wrong(run: Command, tmp_path: Path) -> None:
    file = tmp_path / "wrong.ttl"
    file.write_text(f"<{BASE}id/topic/x> a <{BASE}core#PriorityTopic> .", encoding="utf-8")
    result = run("validate", file)
    assert result.returncode == 1
    assert "id/topic/x" in result.stdout
    assert "do not conform" in result.stderr


def test_build_names_the_release_that_is_there(run: Command, release_data_dir: Path) -> None:
    version = (release_data_dir / "releases" / "current").readlink().name
    assert version in run("build").stdout


def test_import_of_a_later_year_says_what_it_made(
    run: Command, shared_dir: Path, tmp_path: Path
) -> None:
    given = tmp_path / "later.ndjson"
    with zstandard.open(
        shared_dir / "data" / "review-sheets" / "judgit-2022.ndjson.zst", "rt", encoding="utf-8"
    ) as lines:
        sheet = next(each for each in map(json.loads, lines) if each["事業番号"] == SHEET)
    later = sheet | {"公開年度": 2023, "事業番号": SHEET.replace("2022-", "2023-")}
    given.write_text(f"{json.dumps(later, ensure_ascii=False)}\nno JSON\n", encoding="utf-8")
    out, report, data = tmp_path / "out", tmp_path / "report.txt", tmp_path / "data"
    result = run(
        "import", "review-sheets", given, "--out", out, "--report", report, "--data-dir", data
    )
    assert result.returncode == 0, result.stderr
    assert "1 sheets read, 1 taken: 1 programmes" in result.stdout
    (year,) = out.glob("review-sheets-*.ttl")
    assert "2023" in year.name
    assert len(Graph().parse(year)) > 50
    assert "later.ndjson:2:" in report.read_text(encoding="utf-8")


def test_import_of_shipped_sheets_adds_nothing(
    run: Command, shared_dir: Path, tmp_path: Path
) -> None:
    sheets = shared_dir / "data" / "review-sheets" / "judgit-2015.ndjson.zst"
    out = tmp_path / "out"
    result = run("import", "review-sheets", sheets, "--out", out, "--data-dir", tmp_path / "data")
    assert result.returncode == 0, result.stderr
    assert "nothing new" in result.stdout
    assert not list(out.glob("*.ttl"))
