"""Two real releases of a small content root, and servers over them."""

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from tests.build.conftest import FILES, Content, Recorder
from tests.web.conftest import free_port, running

from medrd_kg.build.pipeline import build_release

ADMIN = "administrator-token-of-the-tests"
AS_ADMIN = {"Authorization": f"Bearer {ADMIN}"}


BUREAU = 'org-:bureau a mrd:Organization ; rdfs:label "局"@ja .\n'


@dataclass(frozen=True)
class Kept:
    """A data directory with releases.

    Attributes:
        data_dir: The directory.
        older: Version of the release before the current one.
        newer: Version of the current one.
        content: What they were made from, as the newer one has it.
        build: Makes a release of the content as it is, in that directory; returns its version.
    """

    data_dir: Path
    older: str
    newer: str
    content: Content
    build: Callable[[], str]


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory, checkout: Path) -> Iterator[Kept]:
    """Two releases: in the second, an agency has another name and a bureau is new."""
    folder = tmp_path_factory.mktemp("kept")
    content, data_dir = Content(folder / "content"), folder / "data"
    for name, text in FILES.items():
        content.write(name, text)
    content.append(
        "ontology/core.ttl",
        """
rdfs:label a owl:AnnotationProperty .
""",
    )
    shutil.copytree(checkout / "ontology" / "rules", content.root / "ontology" / "rules")

    def build() -> str:
        return build_release(data_dir, root=content.root, progress=Recorder()).version

    with pytest.MonkeyPatch.context() as patched:
        for module in ("inference", "pipeline"):
            patched.setattr(f"medrd_kg.build.{module}.has_java", lambda: False)
        older = build()
        organizations = FILES["data/ttl/organizations.ttl"].replace("機構", "新機構")
        content.write("data/ttl/organizations.ttl", organizations)
        content.append("data/ttl/organizations.ttl", BUREAU)
        newer = build()
        yield Kept(data_dir, older, newer, content, build)


@contextmanager
def serving_kept(data_dir: Path, *settings: str) -> Iterator[httpx.Client]:
    """Serve the current release of a data directory, apart from any terminal."""
    port = free_port()
    module = "tests.web.releases.serving_kept"
    command = ["setsid", sys.executable, "-m", module, str(port), str(data_dir), *settings]
    with running(command, f"http://127.0.0.1:{port}") as client:
        yield client


@pytest.fixture(scope="session")
def kept_server(kept: Kept) -> Iterator[httpx.Client]:
    """A client of the newer release."""
    with serving_kept(kept.data_dir, f"admin_token={ADMIN}", "query_timeout_seconds=3") as client:
        yield client
