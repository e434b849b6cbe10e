"""Running the service: a release at hand, a socket, and uvicorn around the application."""

import asyncio
import gc
import json
import logging
import signal
import socket
import time
from functools import partial
from typing import Final

import uvicorn

from medrd_kg.build.dumps import ALL_QUADS, DUMPS
from medrd_kg.build.pipeline import current_release, ensure_release
from medrd_kg.build.release import SEARCH_INDEX, STORE, TABLES
from medrd_kg.content import ontology_dir
from medrd_kg.problems import Problem
from medrd_kg.settings import Settings
from medrd_kg.sparql.workers.source import DataSource
from medrd_kg.store.base import StoreStatistics
from medrd_kg.store.embedded import EmbeddedStore
from medrd_kg.web.app import create_app
from medrd_kg.web.front.protocol import protocol_of
from medrd_kg.web.slow_log import FIELDS
from medrd_kg.web.state import Release, Service

__all__ = ["empty_dataset", "find_release", "run_server"]

_GRACE_SECONDS: Final = 5
_YOUNG_OBJECTS: Final = 20_000
"""New objects after which the server looks for cycles: requests leave few."""


_IN_MEMORY: Final = "embedded:memory"
_ON_DISK: Final = "embedded:disk"

MOST_TRIPLES_IN_MEMORY: Final = 3_000_000
"""Triples up to which data are asked in memory unless a setting says otherwise: about 0.8 kB each,
and each worker forks in proportion."""

_logger = logging.getLogger(__name__)


def run_server(settings: Settings, *, empty: bool = False) -> None:
    """Serve until interrupted; build a release first when none fits the content.

    Args:
        settings: How to serve.
        empty: Serve a dataset of its own, which begins empty, instead of a release.

    Raises:
        Problem: The address is taken, or no release can be built or opened.
    """
    if settings.log_format == "json":
        for handler in logging.getLogger().handlers:
            handler.setFormatter(_JsonLines())
    with _listen(settings) as listening:
        settings = settings.model_copy(update={"port": listening.getsockname()[1]})
        if not empty:
            ensure_release(
                settings.data_dir, keep=settings.releases_keep, max_mb=settings.releases_max_mb
            )
        find = partial(empty_dataset if empty else find_release, settings)
        app = create_app(settings, find)
        config = uvicorn.Config(
            app,
            http=protocol_of(app.state.front, app.state.direct),
            log_config=None,
            log_level="warning",
            access_log=False,  # addresses hold queries, which may say more than a log should keep
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        # What fails has been told by the application's own barrier, once.
        logging.getLogger("uvicorn.error").addFilter(_is_news)
        _logger.info("serving at %s (SPARQL at %s/sparql)", settings.base_url, settings.base_url)
        # Uvicorn raises what ended it once more when all is done: that is an end in good order.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)
        service: Service = app.state.service
        gc.set_threshold(_YOUNG_OBJECTS)
        _Server(config, service).run(sockets=[listening])
        if service.failure is not None:
            raise service.failure


def find_release(settings: Settings) -> Release:
    """Return the current release of the data directory.

    Raises:
        Problem: There is none, or it is damaged.
    """
    folder, manifest = current_release(settings.data_dir)
    union = settings.union_default_graph
    on_disk = settings.store == _ON_DISK or (
        settings.store != _IN_MEMORY and manifest.triples > MOST_TRIPLES_IN_MEMORY
    )
    source = DataSource(
        dump=None if on_disk else (folder / DUMPS / ALL_QUADS).resolve(),
        union_default_graph=union,
        protected=frozenset(manifest.graphs),
        shapes=(ontology_dir() / "shapes").resolve(),
        snapshot=(folder / STORE).resolve() if on_disk else None,
    )
    return Release(
        version=manifest.version,
        source=source,
        statistics=StoreStatistics(manifest.triples if union else 0, manifest.graphs),
        edits=settings.data_dir / "edits",
        tables=folder / TABLES,
        search_index=folder / SEARCH_INDEX,
    )


def empty_dataset(settings: Settings) -> Release:
    """Return a dataset without shapes, in which everything may be written."""
    folder = settings.data_dir / "empty"
    union = settings.union_default_graph
    snapshot = None
    if settings.store == _ON_DISK:
        snapshot = (folder / "nothing").resolve()
        if not snapshot.is_dir():
            EmbeddedStore(snapshot, union_default_graph=union).close()
    return Release(
        version="empty",
        source=DataSource(None, union, snapshot=snapshot),
        statistics=StoreStatistics(triples=0),
        edits=folder / "edits",
    )


def _is_news(record: logging.LogRecord) -> bool:
    """Tell whether a record of uvicorn's log is not a failure of the application."""
    return not record.getMessage().startswith("Exception in ASGI application")


def _listen(settings: Settings) -> socket.socket:
    """Take the address before anything slow happens; connections are refused until uvicorn runs.

    Raises:
        Problem: ``invalid-settings`` when it cannot be had.
    """
    taken = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((settings.host, settings.port))
    except OSError as error:
        taken.close()
        raise Problem(
            "invalid-settings",
            f"cannot listen on {settings.host} port {settings.port}: {error.strerror}",
            "choose another HOST or PORT, or stop what uses it",
        ) from error
    return taken


class _Server(uvicorn.Server):
    """Uvicorn's server, which tells those who still wait at its end."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service
        service.on_failure = self._give_up

    def _give_up(self) -> None:
        """End: there is nothing to serve."""
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let running queries end; those that do not are told shortly before all is cut."""
        telling = asyncio.get_running_loop().call_later(_GRACE_SECONDS - 1, self._tell)
        await super().shutdown(sockets)
        telling.cancel()

    def _tell(self) -> None:
        if self._service.serving is not None:
            self._service.serving.engine_room.pool.give_up()


class _JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON."""
        line = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= getattr(record, FIELDS, {})
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
