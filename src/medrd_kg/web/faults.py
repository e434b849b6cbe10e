"""Faults on their way out: whatever goes wrong becomes one problem document."""

import logging
from collections.abc import Callable, Sequence

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from medrd_kg.problems import Problem
from medrd_kg.web.responses import problem_response

__all__ = [
    "BrokenAnswer",
    "FaultBarrier",
    "allowed_methods",
    "install_problem_handlers",
    "log_traces",
]

_logger = logging.getLogger(__name__)

_NOT_FOUND = 404
_METHOD_NOT_ALLOWED = 405


class BrokenAnswer(Exception):
    """An answer broke off after its beginning; the connection is cut so that it looks so."""


class FaultBarrier:
    """Answers unforeseen exceptions with ``internal-error``; the trace goes to the log alone."""

    def __init__(
        self, app: ASGIApp, page: Callable[[Request, Problem], Response | None] = lambda *_: None
    ) -> None:
        """Stand around ``app``.

        Args:
            app: The application.
            page: Returns a page that tells of a problem, for callers who want one.
        """
        self._app = app
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; answer for the application when it fails."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def watch(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except ClientDisconnect:
            _logger.debug("%s %s: the client has gone", scope["method"], scope["path"])
        except BrokenAnswer as broken:  # a limit was reached, which is no fault of ours
            _logger.info("%s %s broke off: %s", scope["method"], scope["path"], broken)
            raise
        except Exception:
            _logger.exception("%s %s failed", scope["method"], scope["path"])
            if begun:  # an answer that broke off must not look whole
                raise
            problem = Problem(
                "internal-error",
                "the service failed on this request",
                "the fault is ours: report the address and the time",
            )
            request = Request(scope)
            answer = self._page(request, problem) or problem_response(request, problem)
            await answer(scope, receive, send)


def log_traces(problem: Problem) -> None:
    """Tell operators what a worker said of its own failure, which no caller is told."""
    for trace in getattr(problem, "__notes__", ()):
        _logger.error("a worker failed: %s", trace)


def install_problem_handlers(
    app: FastAPI, page: Callable[[Request, Problem], Response | None]
) -> None:
    """Answer problems and the framework's own refusals with problem documents.

    Args:
        app: The application.
        page: Returns a page that tells of a problem instead, for callers who want one.
    """

    async def on_problem(request: Request, problem: Exception) -> Response:
        if not isinstance(problem, Problem):
            raise TypeError(type(problem)) from problem
        log_traces(problem)
        return page(request, problem) or problem_response(request, problem)

    async def on_refusal(request: Request, error: Exception) -> Response:
        return await on_problem(request, _refusal(request, error))

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(HTTPException, on_refusal)


def _refusal(request: Request, error: Exception) -> Problem:
    """Translate what the framework refuses by itself."""
    status = error.status_code if isinstance(error, HTTPException) else 0
    path = request.url.path
    if status == _NOT_FOUND:
        return Problem("not-found", f"there is nothing at {path}", "/api lists all addresses")
    if status == _METHOD_NOT_ALLOWED:
        methods = allowed_methods(request.app.router.routes, request.scope)
        return Problem(
            "method-not-allowed",
            f"{request.method} is not possible at {path}",
            f"use {', '.join(methods)}",
            headers={"Allow": ", ".join(methods)},
        )
    return Problem("malformed-request", f"the request cannot be read ({error})")


def allowed_methods(routes: Sequence[BaseRoute], scope: Scope) -> list[str]:
    """Return the methods that an address accepts; none when there is no such address."""
    found: set[str] = set()
    for route in routes:
        match, _ = route.matches(scope)
        if match is not Match.NONE:
            found |= getattr(route, "methods", None) or set()
    if "GET" in found:
        found.add("HEAD")
    return sorted(found | {"OPTIONS"}) if found else []
