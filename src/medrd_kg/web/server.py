"""Running the service: a release at hand, a socket, and uvicorn around the application."""

import asyncio
import gc
import json
import logging
import os
import signal
import socket
import time
from functools import partial
from typing import Final

import uvicorn

from medrd_kg.build.pipeline import ensure_release
from medrd_kg.problems import Problem
from medrd_kg.settings import Settings
from medrd_kg.web.app import create_app
from medrd_kg.web.data_sources import empty_dataset, find_release
from medrd_kg.web.front.protocol import protocol_of
from medrd_kg.web.older_releases import OlderReleases
from medrd_kg.web.release_life import ReleaseLife
from medrd_kg.web.slow_log import FIELDS
from medrd_kg.web.state import Service
from medrd_kg.web.warming import Warming

__all__ = ["run_server"]

_GRACE_SECONDS: Final = 5
_YOUNG_OBJECTS: Final = 20_000
"""New objects after which the server looks for cycles: requests leave few."""

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
        warming = Warming(app)
        app.state.life.on_served = warming.begin
        _Server(config, service, app.state.life, app.state.older, warming).run(sockets=[listening])
        if service.failure is not None:
            raise service.failure


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
    """Uvicorn's server; SIGHUP lets it serve the current release, whoever waits is told its end."""

    def __init__(
        self,
        config: uvicorn.Config,
        service: Service,
        life: ReleaseLife,
        older: OlderReleases,
        warming: Warming,
    ) -> None:
        super().__init__(config)
        self._service = service
        self._life = life
        self._older = older
        self._warming = warming
        self._switching: asyncio.Task[None] | None = None
        service.on_failure = self._give_up

    def _give_up(self) -> None:
        """End: there is nothing to serve."""
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin, and listen to SIGHUP."""
        await super().startup(sockets)
        if _may_use_hangup():
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._on_hangup)

    def _on_hangup(self) -> None:
        self._switching = asyncio.ensure_future(self._switch())

    async def _switch(self) -> None:
        try:
            switched = await self._life.switch()
        except Problem as problem:
            _logger.error("goes on as before: %s", problem)  # noqa: TRY400 - for the operator
        else:
            if switched.before == switched.after:
                _logger.info("serving %s, which is the current release", switched.after)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let running queries end; those that do not are told shortly before all is cut."""
        self._warming.end()
        telling = asyncio.get_running_loop().call_later(_GRACE_SECONDS - 1, self._tell)
        await super().shutdown(sockets)
        telling.cancel()

    def _tell(self) -> None:
        self._older.give_up()
        if self._service.serving is not None:
            self._service.serving.engine_room.pool.give_up()


def _may_use_hangup() -> bool:
    """Tell whether SIGHUP does not say that the terminal, and with it the service, is closed."""
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:  # nohup
        return True
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return True
    return False


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
