"""The committed scripts of the query page are those that their sources make, byte for byte."""

import shutil
import subprocess
from pathlib import Path

import pytest

MADE = "src/medrd_kg/web/static/query"
REACHES_REGISTRY = 30
"""Seconds in which the package registry answers, or counts as out of reach."""


@pytest.fixture(scope="module")
def npm() -> str:
    """The program; what needs it is skipped where it, or the registry, is out of reach."""
    program = shutil.which("npm")
    if program is None or shutil.which("node") is None:
        pytest.skip("node is missing: make assets installs Debian's as root")
    try:
        subprocess.run([program, "ping"], check=True, capture_output=True, timeout=REACHES_REGISTRY)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        pytest.skip("the package registry is out of reach")
    return program


@pytest.fixture
def copy(checkout: Path, tmp_path: Path) -> Path:
    """A copy of what `make assets` reads and writes."""
    for part in ("frontend", MADE, "tools"):
        shutil.copytree(
            checkout / part, tmp_path / part, ignore=shutil.ignore_patterns("node_modules")
        )
    return tmp_path


def build(copy: Path) -> subprocess.CompletedProcess[str]:
    script = copy / "tools" / "build_assets.sh"
    return subprocess.run(
        [script, "--check"], check=False, capture_output=True, text=True, timeout=300
    )


@pytest.mark.usefixtures("npm")
def test_scripts_are_made_byte_for_byte(checkout: Path, copy: Path) -> None:
    done = build(copy)
    assert done.returncode == 0, done.stdout + done.stderr
    for made in (copy / MADE).iterdir():
        assert made.read_bytes() == (checkout / MADE / made.name).read_bytes(), made.name


@pytest.mark.usefixtures("npm")
def test_a_script_that_differs_is_told(copy: Path) -> None:
    with (copy / MADE / "workbench.js").open("a") as script:
        script.write("// changed by hand\n")
    done = build(copy)
    assert done.returncode == 1
    assert "run make assets" in done.stderr
