"""The servers that are compared: how each is installed, loaded, started and asked."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import ClassVar, Final

from benchmarks.load import Endpoint
from benchmarks.processes import ProcessTree, end_with_parent

from medrd_kg import __version__

__all__ = ["SERVERS", "Dataset", "Loaded", "Server", "Unavailable"]

_START_SECONDS: Final = 900
_STEP_SECONDS: Final = 0.05
_BIN: Final = Path(sys.executable).parent


class Unavailable(Exception):
    """A server cannot be had here, or not for these data; the message says why."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """Data to load.

    Attributes:
        name: ``shipped`` or how many triples.
        path: N-Triples.
        triples: How many distinct ones.
        release: Data folder of a release with the same triples, where there is one.
    """

    name: str
    path: Path
    triples: int
    release: Path | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading took.

    Attributes:
        cpu_seconds: Of all processes that took part.
        wall_seconds: Until the server answered.
    """

    cpu_seconds: float
    wall_seconds: float


@dataclass
class Server(ABC):
    """One server over one dataset, in a folder of its own.

    Attributes:
        folder: For its data, configuration and log.
    """

    name: ClassVar[str]
    largest: ClassVar[int] = 50_000_000
    """Most triples that it is asked to hold."""

    folder: Path
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    port: int = field(default=0, init=False)

    @property
    def tree(self) -> ProcessTree:
        """Its processes, while it runs."""
        if self._process is None:
            raise RuntimeError(f"{self.name} does not run")
        return ProcessTree(self._process.pid)

    @property
    @abstractmethod
    def endpoint(self) -> Endpoint:
        """Where it takes queries."""

    @abstractmethod
    def version(self) -> str:
        """Return which version is here.

        Raises:
            Unavailable: None is, and none can be installed.
        """

    @abstractmethod
    def load(self, dataset: Dataset) -> Loaded:
        """Load the data and start.

        Raises:
            Unavailable: It cannot.
        """

    def stop(self) -> None:
        """End all its processes."""
        if self._process is None:
            return
        tree = self.tree
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for left in tree.living():
            os.kill(left.pid, signal.SIGKILL)
        self._process = None

    def _start(self, *command: str | Path, environment: dict[str, str] | None = None) -> None:
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                list(map(str, command)),
                cwd=self.folder,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=end_with_parent,  # noqa: PLW1509 - no threads here
            )

    def _wait(self, path: str) -> None:
        """Wait until it answers a GET."""
        begun = time.monotonic()
        while True:
            if self._process is not None and self._process.poll() is not None:
                said = (self.folder / "log").read_text(errors="replace")[-500:]
                raise Unavailable(f"it ended by itself: {said}")
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60):
                    return
            except OSError as error:
                if time.monotonic() - begun > _START_SECONDS:
                    raise Unavailable(f"it did not start within {_START_SECONDS} s") from error
                time.sleep(_STEP_SECONDS)


class MedrdKg(Server):
    """This project's server with its default settings, but for limits that heavy tasks need."""

    name = "medrd-kg"
    more: tuple[str, ...] = ()
    """Further settings."""
    _TOKEN: Final = "editor-token-of-the-benchmarks"  # noqa: S105 - on loopback, for one run
    _PART_BYTES: Final = 200_000_000

    @property
    def endpoint(self) -> Endpoint:
        """``/sparql``."""
        return Endpoint(self.port, "/sparql")

    def version(self) -> str:
        """Return the version of the package."""
        return __version__

    def load(self, dataset: Dataset) -> Loaded:
        """Open the release, or send the data through the Graph Store Protocol."""
        self.port = _free_port()
        limits = (
            "--query-timeout-seconds",
            "300",
            "--query-memory-mb",
            "6000",
            "--max-body-mb",
            "1024",
        )
        data = (
            ("--data-dir", dataset.release)
            if dataset.release
            else ("--empty", "--data-dir", self.folder / "data")
        )
        environment = {k: v for k, v in os.environ.items() if not k.startswith("MEDRD_KG_")}
        begun = time.monotonic()
        self._start(
            *(_BIN / "medrd-kg", "serve", "--port", str(self.port), *limits, *data),
            *(() if dataset.release else ("--no-union-default-graph",)),
            *self.more,
            environment=environment | {"MEDRD_KG_EDITOR_TOKEN": self._TOKEN},
        )
        self._wait("/health/ready")
        if not dataset.release:
            for part in _parts(dataset.path, self._PART_BYTES):
                self._post(part)
        self._wait("/sparql?query=ASK%20%7B%7D")
        return Loaded(self.tree.cpu_seconds(), time.monotonic() - begun)

    def _post(self, part: bytes) -> None:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/graph-store?default",
            part,
            {"Content-Type": "application/n-triples", "Authorization": f"Bearer {self._TOKEN}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=_START_SECONDS):
                pass
        except OSError as error:
            raise Unavailable(f"it does not take the data: {error}") from error


class OxigraphServe(Server):
    """Oxigraph's own server over its store on disk."""

    name = "oxigraph serve"

    @property
    def endpoint(self) -> Endpoint:
        """``/query``."""
        return Endpoint(self.port, "/query")

    def version(self) -> str:
        """Return the version of the executable."""
        return _said(_BIN / "oxigraph", "--version")

    def load(self, dataset: Dataset) -> Loaded:
        """Load with its bulk loader, then serve read-only, the fastest that it has."""
        self.port = _free_port()
        store = self.folder / "store"
        begun = time.monotonic()
        cpu = _cpu_of(_BIN / "oxigraph", "load", "--location", store, "--file", dataset.path)
        seconds = time.monotonic() - begun
        bind = f"127.0.0.1:{self.port}"
        self._start(_BIN / "oxigraph", "serve-read-only", "--location", store, "--bind", bind)
        self._wait("/query?query=ASK%20%7B%7D")
        return Loaded(cpu, seconds)


class RdflibEndpoint(Server):
    """rdflib behind FastAPI, with its store in memory."""

    name = "rdflib-endpoint"
    # It holds a triple in about a kilobyte and reads 20,000 a second; its joins are in Python.
    largest = 700_000

    @property
    def endpoint(self) -> Endpoint:
        """The root."""
        return Endpoint(self.port, "/")

    def version(self) -> str:
        """Return the version of the package."""
        try:
            return metadata.version("rdflib-endpoint")
        except metadata.PackageNotFoundError:
            raise Unavailable("not installed: pip install -e '.[bench]'") from None

    def load(self, dataset: Dataset) -> Loaded:
        """Serve the file; it loads before it listens."""
        self.port = _free_port()
        begun = time.monotonic()
        self._start(
            *(_BIN / "rdflib-endpoint", "serve", "--host", "127.0.0.1", "--port", str(self.port)),
            dataset.path,
        )
        self._wait("/?query=ASK%20%7B%7D")
        return Loaded(self.tree.cpu_seconds(), time.monotonic() - begun)


class Virtuoso(Server):
    """Virtuoso Open Source of Debian."""

    name = "Virtuoso"
    _PACKAGE: Final = "virtuoso-opensource-7-bin"
    """The server of the package ``virtuoso-opensource``, without the service that it starts."""
    _GRAPH: Final = "urn:bench"

    @property
    def endpoint(self) -> Endpoint:
        """``/sparql`` with the graph of the data, so that its own system graphs stay apart."""
        return Endpoint(self.port, f"/sparql?default-graph-uri={self._GRAPH}")

    def version(self) -> str:
        """Return the version of the Debian package, installed first when missing."""
        if shutil.which("virtuoso-t") is None:
            if os.geteuid() != 0 or shutil.which("apt-get") is None:
                raise Unavailable(f"not installed: as root, apt-get install {self._PACKAGE}")
            for arguments in (
                ["update"],
                ["install", "-y", "--no-install-recommends", self._PACKAGE],
            ):
                done = subprocess.run(
                    ["apt-get", "-qq", *arguments],
                    env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
                    capture_output=True,
                    check=False,
                )
            if done.returncode:
                raise Unavailable(f"apt-get fails: {done.stderr.decode(errors='replace')[-200:]}")
        return _said("dpkg-query", "-W", "-f", "${Version}", self._PACKAGE)

    def load(self, dataset: Dataset) -> Loaded:
        """Start over an empty database and load with its bulk loader."""
        self.port, sql_port = _free_port(), _free_port()
        configuration = self.folder / "virtuoso.ini"
        configuration.write_text(
            _VIRTUOSO_INI.format(
                folder=self.folder,
                sql_port=sql_port,
                http_port=self.port,
                source=dataset.path.parent,
                buffers=max(20_000, dataset.triples // 25),
            )
        )
        self._start("virtuoso-t", "+foreground", "+configfile", configuration)
        self._wait("/sparql?query=ASK%20%7B%7D")
        begun, before = time.monotonic(), self.tree.cpu_seconds()
        loading = (
            f"ld_dir('{dataset.path.parent}', '{dataset.path.name}', '{self._GRAPH}');"
            " rdf_loader_run(); checkpoint;"
        )
        subprocess.run(
            ["isql-vt", f"127.0.0.1:{sql_port}", "dba", "dba", f"exec={loading}"],
            check=True,
            capture_output=True,
        )
        return Loaded(self.tree.cpu_seconds() - before, time.monotonic() - begun)


SERVERS: Final = (MedrdKg, OxigraphServe, Virtuoso, RdflibEndpoint)
"""All of them; the others are compared with the first."""

_VIRTUOSO_INI: Final = """[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
FileExtend = 200
Striping = 0

[TempDatabase]
DatabaseFile = {folder}/temporary.db
TransactionFile = {folder}/temporary.trx

[Parameters]
ServerPort = 127.0.0.1:{sql_port}
DirsAllowed = {folder}, {source}
NumberOfBuffers = {buffers}
MaxDirtyBuffers = {buffers}
ThreadsPerQuery = 2
SchedulerInterval = 10

[HTTPServer]
ServerPort = 127.0.0.1:{http_port}
ServerRoot = {folder}
ServerThreads = 16
MaxClientConnections = 16
MaxKeepAlives = 16
KeepAliveTimeout = 60

[SPARQL]
ResultSetMaxRows = 100000000
MaxQueryCostEstimationTime = 100000
MaxQueryExecutionTime = 600
"""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _said(*command: str | Path) -> str:
    try:
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Unavailable(f"not installed: {error}") from error
    return done.stdout.strip()


def _cpu_of(*command: str | Path) -> float:
    """Run a command to its end and return its CPU seconds."""
    before = os.times()
    done = subprocess.run(list(map(str, command)), capture_output=True, check=False)
    if done.returncode:
        raise Unavailable(done.stderr.decode(errors="replace")[-300:])
    after = os.times()
    return (after.children_user + after.children_system) - (
        before.children_user + before.children_system
    )


def _parts(path: Path, size: int) -> Iterator[bytes]:
    """Yield a file of lines in parts of about ``size`` bytes that end with a line."""
    with path.open("rb") as source:
        while part := source.read(size):
            yield part + source.readline()
