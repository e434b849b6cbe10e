"""``/dumps/{version}/…``: the dumps of releases, as they are described in VoID and DCAT.

A file comes as it lies on the disk, whole or in part (RFC 9110, section 14), or unpacked where its
name is asked for without ``.zst``. It never changes, and its tag is its checksum.
"""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final, NamedTuple

import zstandard
from anyio import open_file, to_thread
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse

from medrd_kg.build.description import DUMP_TYPES
from medrd_kg.build.dumps import DUMPS
from medrd_kg.build.manifest import FileRecord
from medrd_kg.problems import Problem
from medrd_kg.sparql.media_types import content_type
from medrd_kg.web.front.answers import matches
from medrd_kg.web.kept_releases import CURRENT, KeptRelease, kept_release
from medrd_kg.web.openapi import operation, parameter
from medrd_kg.web.requests import refuse_parameters
from medrd_kg.web.schemas import Schema
from medrd_kg.web.state import Serving, serving

__all__ = ["DUMPS_PATH", "dump_entries", "install_dumps", "require_release"]

DUMPS_PATH: Final = "/dumps"

_PACKED: Final = ".zst"
_ZSTD: Final = "application/zstd"
_PIECE: Final = 1 << 18
_FRAME_HEADER: Final = 18
"""Bytes of the longest header of a Zstandard frame."""

_PARTIAL: Final = 206
_NOT_MODIFIED: Final = 304
_RANGE: Final = re.compile(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*$")
_YEAR: Final = 31_536_000


class _File(NamedTuple):
    """A dump that was asked for.

    Attributes:
        path: The packed file.
        record: Its size and checksum.
        media_type: What is in it.
        is_unpacked: Whether it is wanted unpacked.
    """

    path: Path
    record: FileRecord
    media_type: str
    is_unpacked: bool


def install_dumps(app: FastAPI) -> None:
    """Add the route to an application."""
    app.add_api_route(
        f"{DUMPS_PATH}/{{version}}/{{name}}",
        _send_dump,
        operation_id="get_dump",
        openapi_extra=_operation(),
        tags=["releases"],
        response_class=Response,
    )


def dump_entries(served: Serving, release: KeptRelease) -> list[Schema]:
    """Return the dumps of a release as JSON: what each holds, where it is, its checksum."""
    manifest = release.manifest
    if manifest is None:
        return []
    return [
        {
            "name": name.rpartition("/")[2],
            "href": served.address(f"{DUMPS_PATH}/{release.version}/{name.rpartition('/')[2]}"),
            "mediaType": _media_type(name),
            "compressFormat": _ZSTD,
            "bytes": record.bytes,
            "sha256": record.sha256,
        }
        for name, record in manifest.files.items()
        if name.startswith(f"{DUMPS}/")
    ]


def require_release(served: Serving, version: str) -> KeptRelease:
    """Return a kept release whose version stands in an address.

    Raises:
        Problem: ``not-found``.
    """
    found = None
    if served.release.folder is not None:
        found = kept_release(served.settings.data_dir, version)
    if found is None:
        raise Problem(
            "not-found",
            f"no release {version[:80]!r} is kept here",
            "/api/v1/releases lists those that are",
        )
    return found


async def _send_dump(request: Request) -> Response:
    served = serving(request)
    refuse_parameters(request)
    version, name = request.path_params["version"], request.path_params["name"]
    release = await to_thread.run_sync(require_release, served, version)
    file = _found(release, name)
    if version == CURRENT:
        return Response(
            status_code=307,
            headers={"Location": f"../{release.version}/{name}", "Cache-Control": "no-cache"},
        )
    tag = f'"{file.record.sha256}{"-unpacked" if file.is_unpacked else ""}"'
    scope = "private" if served.settings.reader_token is not None else "public"
    headers = {
        "ETag": tag,
        "Cache-Control": f"{scope}, max-age={_YEAR}, immutable",
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    unless = request.headers.get("if-none-match")
    if unless is not None and matches(unless.encode("latin-1"), tag.encode()):
        return Response(status_code=_NOT_MODIFIED, headers=headers)
    if file.is_unpacked:
        headers["Cache-Control"] += ", no-transform"  # who wants it packed asks for the file
        return await _unpacked(file, headers)
    return await _packed(file, headers, _range(request, tag, file.record.bytes))


def _found(release: KeptRelease, name: str) -> _File:
    """Return the file behind a name.

    Raises:
        Problem: ``not-found``, also where the release cannot be read.
    """
    files = {} if release.manifest is None else release.manifest.files
    for stored, is_unpacked in ((name, False), (f"{name}{_PACKED}", True)):
        record = files.get(f"{DUMPS}/{stored}")
        if record is not None and stored.endswith(_PACKED):
            path = release.folder / DUMPS / stored
            return _File(path, record, _media_type(stored), is_unpacked)
    raise Problem(
        "not-found",
        f"release {release.version} has no dump {name[:80]!r}",
        f"/api/v1/releases/{release.version} lists its dumps",
    )


def _media_type(name: str) -> str:
    return DUMP_TYPES[name[name.index(".") :]]


def _range(request: Request, tag: str, size: int) -> range | None:
    """Return the bytes that are wanted; None for all of them.

    Several ranges at once, and what is no range at all, are answered by the whole file, as RFC 9110
    lets a server do.

    Raises:
        Problem: ``range-not-satisfiable``.
    """
    given = request.headers.get("range")
    found = None if given is None else _RANGE.match(given)
    if found is None or request.headers.get("if-range", tag) != tag:
        return None
    first, last = found.groups()
    if not first and not last:
        return None
    if first:
        wanted = range(int(first), min(int(last) + 1, size) if last else size)
    else:
        wanted = range(max(size - int(last), 0), size)
    if not first or not last or int(first) <= int(last):
        if wanted:
            return wanted
        raise Problem(
            "range-not-satisfiable",
            f"the file has {size} bytes",
            "ask for bytes within it",
            headers={"Content-Range": f"bytes */{size}"},
        )
    return None


async def _packed(file: _File, headers: dict[str, str], wanted: range | None) -> Response:
    size = file.record.bytes
    part = range(size) if wanted is None else wanted
    headers = {**headers, "Accept-Ranges": "bytes", "Content-Length": str(len(part))}
    if wanted is not None:
        headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    return StreamingResponse(
        _bytes_of(file.path, part),
        status_code=200 if wanted is None else _PARTIAL,
        media_type=_ZSTD,
        headers=headers,
    )


async def _bytes_of(path: Path, part: range) -> AsyncIterator[bytes]:
    async with await open_file(path, "rb") as stream:
        await stream.seek(part.start)
        left = len(part)
        while left > 0 and (piece := await stream.read(min(_PIECE, left))):
            left -= len(piece)
            yield piece
        if left:
            raise OSError(f"{path.name} is shorter than its release says")


async def _unpacked(file: _File, headers: dict[str, str]) -> Response:
    async with await open_file(file.path, "rb") as packed:
        size = zstandard.frame_content_size(await packed.read(_FRAME_HEADER))
    if size >= 0:  # the packer knew
        headers["Content-Length"] = str(size)
    return StreamingResponse(
        _text_of(file.path), media_type=content_type(file.media_type), headers=headers
    )


async def _text_of(path: Path) -> AsyncIterator[bytes]:
    async with await open_file(path, "rb") as packed:
        unpacking = zstandard.ZstdDecompressor().decompressobj()
        while piece := await packed.read(_PIECE):
            text = await to_thread.run_sync(unpacking.decompress, piece)
            for at in range(0, len(text), _PIECE):
                yield text[at : at + _PIECE]
        if not unpacking.eof:
            raise OSError(f"{path.name} is shorter than its release says")


def _operation() -> Schema:
    text = {"type": "string"}
    headers = {
        "ETag": {"schema": text, "description": "The checksum of the file."},
        "Content-Length": {"schema": {"type": "integer"}},
        "Accept-Ranges": {"schema": text},
    }
    content = {each: {"schema": text} for each in (_ZSTD, *sorted(set(DUMP_TYPES.values())))}
    return operation(
        "A dump of a release",
        {"description": "The file.", "headers": headers, "content": content},
        description=(
            "Packed by Zstandard, in part where Range wants it; or unpacked, where the name is"
            " given without .zst. `current` leads to the current release."
        ),
        parameters=[
            parameter("version", "Version of the release.", text, place="path", required=True),
            parameter(
                "name",
                "Name of the dump.",
                text,
                place="path",
                required=True,
                example="medrd-kg.nq.zst",
            ),
        ],
        problems=("unknown-parameter", "not-found", "range-not-satisfiable"),
        others={
            "206": {
                "description": "The part that Range wants.",
                "content": {_ZSTD: {"schema": text}},
            },
            "307": {"description": "The dump of the current release, in Location."},
        },
    )
