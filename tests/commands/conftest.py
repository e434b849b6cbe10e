"""The command line over a small release, in this process or in one of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.build.conftest import build, content, data_dir, progress, without_java

__all__ = ["Commands", "build", "content", "data_dir", "progress", "run", "without_java"]


class Commands:
    """Runs ``medrd-kg`` in a process of its own, over the shipped release.

    Attributes:
        data_dir: A data directory of the test's own; its releases are the shipped one.
    """

    def __init__(self, data_dir: Path) -> None:
        """Use a data directory."""
        self.data_dir = data_dir
        self._environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("MEDRD_KG_")},
            "MEDRD_KG_DATA_DIR": str(data_dir),
        }

    def __call__(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run it to its end."""
        return subprocess.run(
            [sys.executable, "-m", "medrd_kg", *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env=self._environment,
        )


@pytest.fixture
def run(release_data_dir: Path, tmp_path: Path) -> Commands:
    """The command line, with the shipped release and nothing imported."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "releases").symlink_to(release_data_dir / "releases")
    return Commands(folder)
