"""The first page."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from fastapi import Request, Response

from medrd_kg.web.pages.site import render
from medrd_kg.web.requests import refuse_parameters
from medrd_kg.web.state import serving

__all__ = ["HOME_PAGES"]


async def _home(request: Request) -> Response:
    serving(request)
    refuse_parameters(request)
    return render(request, "home.html")


HOME_PAGES: Final[Mapping[str, Callable[[Request], Awaitable[Response]]]] = {"/": _home}
