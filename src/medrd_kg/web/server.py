"""Running the service: a release at hand, a socket, and uvicorn around the application."""

import json
import logging
import socket
import time
from typing import Final

import uvicorn

from medrd_kg.build.pipeline import ensure_release, open_current
from medrd_kg.problems import Problem
from medrd_kg.settings import Settings
from medrd_kg.store.base import StoreStatistics
from medrd_kg.web.app import create_app
from medrd_kg.web.state import Release

__all__ = ["open_release", "run_server"]

_GRACE_SECONDS: Final = 5

_logger = logging.getLogger(__name__)


def run_server(settings: Settings) -> None:
    """Serve until interrupted; build a release first when none fits the content.

    Raises:
        Problem: The address is taken, or no release can be built or opened.
    """
    if settings.log_format == "json":
        for handler in logging.getLogger().handlers:
            handler.setFormatter(_JsonLines())
    with _listen(settings) as listening:
        settings = settings.model_copy(update={"port": listening.getsockname()[1]})
        ensure_release(settings.data_dir, keep=settings.releases_keep)
        release = open_release(settings)
        config = uvicorn.Config(
            create_app(settings, release),
            log_config=None,
            log_level="warning",
            access_log=False,  # addresses hold queries, which may say more than a log should keep
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        _logger.info("serving at %s (SPARQL at %s/sparql)", settings.base_url, settings.base_url)
        try:
            uvicorn.Server(config).run(sockets=[listening])
        finally:
            release.store.close()


def open_release(settings: Settings) -> Release:
    """Open the current release of the data directory.

    Raises:
        Problem: There is none, or it is damaged.
    """
    opened = open_current(settings.data_dir, union_default_graph=settings.union_default_graph)
    manifest = opened.manifest
    triples = manifest.triples if settings.union_default_graph else 0
    statistics = StoreStatistics(triples=triples, graphs=manifest.graphs)
    return Release(manifest.version, opened.store, statistics)


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
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
