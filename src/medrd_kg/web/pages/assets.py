"""Style sheets and scripts, at addresses that change with their content.

All files share one digest in their address, so that modules find each other by relative names.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from fastapi import FastAPI, Request, Response

from medrd_kg.problems import Problem

__all__ = ["asset_path", "install_assets"]

_TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
    "png": "image/png",
    "txt": "text/plain; charset=utf-8",
}
_DIGEST_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class Assets:
    """The files by name, and the digest of them all."""

    bodies: dict[str, bytes]
    digest: str


@cache
def _assets() -> Assets:
    bodies = dict(sorted(_read(files("medrd_kg.web").joinpath("static"), "")))
    digest = hashlib.sha256()
    for name, body in bodies.items():
        digest.update(b"%b\n%d\n%b" % (name.encode(), len(body), body))
    return Assets(bodies, digest.hexdigest()[:_DIGEST_DIGITS])


def _read(folder: Traversable, start: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        name = f"{start}{entry.name}"
        if entry.is_dir():
            yield from _read(entry, f"{name}/")
        elif _ending(name) in _TYPES:
            yield name, entry.read_bytes()


def _ending(name: str) -> str:
    return name.rpartition(".")[2]


def asset_path(name: str) -> str:
    """Return the path of a file; it may be kept for ever under it.

    Raises:
        KeyError: There is no such file.
    """
    found = _assets()
    if name not in found.bodies:
        raise KeyError(name)
    return f"/static/{found.digest}/{name}"


def install_assets(app: FastAPI) -> None:
    """Add the route to an application."""
    app.add_api_route("/static/{digest}/{name:path}", _serve, include_in_schema=False)


async def _serve(request: Request) -> Response:
    found = _assets()
    name = request.path_params["name"]
    body = found.bodies.get(name)
    if body is None:
        raise Problem("not-found", f"there is no file {name!r}")
    # Another digest is that of a page from before an update: it gets the file of today, unkept.
    is_current = request.path_params["digest"] == found.digest
    kept = "public, max-age=31536000, immutable" if is_current else "no-cache"
    return Response(
        body,
        media_type=_TYPES[_ending(name)],
        headers={"Cache-Control": kept, "X-Content-Type-Options": "nosniff"},
    )
