"""The wheel alone is enough: installed into an empty environment, it serves from any folder."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

BASE = "https://w3id.org/medrd-kg/"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory, checkout: Path) -> Path:
    """Bin folder of an environment that holds the wheel and its dependencies, nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "build", "--wheel", "--outdir", folder, checkout)
    (wheel,) = folder.glob("medrd_kg-*.whl")
    # Not every Python can put a pip of its own into an environment; the present one does.
    _run(sys.executable, "-m", "venv", "--without-pip", folder / "venv")
    pip = (sys.executable, "-m", "pip", "--python", folder / "venv" / "bin" / "python", "install")
    _run(*pip, "--quiet", "--constraint", checkout / "constraints.txt", wheel)
    return folder / "venv" / "bin"


def _run(*command: str | Path) -> str:
    result = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, timeout=600, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture
def served(environment: Path, tmp_path: Path) -> Iterator[str]:
    """Address of ``medrd-kg serve`` run from an empty folder."""
    home = tmp_path / "elsewhere"
    home.mkdir()
    variables = {k: v for k, v in os.environ.items() if not k.startswith(("MEDRD_KG_", "PYTHON"))}
    with subprocess.Popen(
        [environment / "medrd-kg", "serve", "--port", "0", "--data-dir", tmp_path / "data"],
        cwd=home,
        env=variables | {"HOME": str(home)},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        # The reading thread ends the wait below: output, or the end of the process.
        for line in process.stderr:
            if found := re.search(r"serving at (http://\S+)", line):
                break
        else:
            pytest.fail("the server ended before it served")
        drain = threading.Thread(target=process.stderr.read, daemon=True)
        drain.start()
        yield found[1]
        process.terminate()
        assert process.wait(timeout=30) in {0, -signal.SIGTERM}
        drain.join(timeout=10)


def test_wheel_serves_the_shipped_graph(served: str) -> None:
    transport = httpx.HTTPTransport(retries=5)
    with httpx.Client(base_url=served, timeout=60, transport=transport) as client:
        while (ready := client.get("/health/ready")).status_code != httpx.codes.OK:
            assert ready.status_code == httpx.codes.SERVICE_UNAVAILABLE  # opening the release
        answer = client.get(
            "/sparql", params={"query": f"SELECT ?p {{ ?p a <{BASE}core#IntegratedProject> }}"}
        ).json()
        assert len(answer["results"]["bindings"]) == 6
        queries = client.get("/api/v1/queries").json()
        assert queries["total"] >= 60
        ontology = client.get("/ontology", headers={"Accept": "text/turtle"})
        assert "owl:Ontology" in ontology.text


def test_wheel_holds_no_tests_and_no_texts(environment: Path) -> None:
    package = next((environment.parent / "lib").glob("python*/site-packages/medrd_kg"))
    assert (package / "content" / "ontology" / "shapes").is_dir()
    assert (package / "py.typed").is_file()
    assert not list(package.rglob("test_*.py"))
    assert not list(package.rglob("*.ndjson*"))
