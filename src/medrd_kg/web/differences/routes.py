"""``/api/v1/releases/{version}/diff``: what differs from another release, by class and entity."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from anyio import to_thread
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse

from medrd_kg.build.difference_summary import UNTYPED
from medrd_kg.build.release import damages
from medrd_kg.build.release_changes import changes_between
from medrd_kg.problems import Problem
from medrd_kg.web.differences.described import (
    FORMATS,
    KINDS,
    MOST,
    PATCH,
    USUAL,
    differences_operation,
)
from medrd_kg.web.differences.differences import Differences
from medrd_kg.web.dump_routes import require_release
from medrd_kg.web.kept_releases import CURRENT, KeptRelease, kept_releases, unknown_release
from medrd_kg.web.release_routes import RELEASES_PATH
from medrd_kg.web.requests import (
    negotiated,
    next_page,
    read_cursor,
    read_integer,
    read_offset,
    read_values,
)
from medrd_kg.web.responses import (
    JSON_TYPES,
    address_of,
    envelope,
    json_response,
    listing_headers,
)
from medrd_kg.web.state import Serving, serving

__all__ = ["install_differences"]

_PATH: Final = f"{RELEASES_PATH}/{{version}}/diff"
_OWN: Final = ("from", "kind", "class", "format")


def install_differences(app: FastAPI, differences: Differences) -> None:
    """Add the route to an application."""

    async def diff(request: Request) -> Response:
        return await _diff(request, differences)

    app.add_api_route(
        _PATH,
        diff,
        operation_id="get_release_differences",
        openapi_extra=differences_operation(),
        tags=["releases"],
        response_class=Response,
    )


async def _diff(request: Request, differences: Differences) -> Response:
    served = serving(request)
    values, given = read_values(request, _OWN, single=_OWN)
    chosen = {name: found[0] for name, found in values.items()}
    media_type = _media_type(request, chosen.get("format"))
    kind = chosen.get("kind")
    if kind is not None and kind not in KINDS:
        raise _impossible("kind", kind, KINDS)
    version = request.path_params["version"]
    older, newer = await to_thread.run_sync(_pair, served, version, chosen.get("from"))
    if media_type == PATCH:
        return _patch(await differences.patch(older.folder, newer.folder), older, newer)
    after = read_offset(read_cursor(_first(values, "cursor")))
    limit = read_integer("limit", _first(values, "limit"), least=1, most=MOST, default=USUAL)
    kept = await differences.between(older.folder, newer.folder)
    summary = await to_thread.run_sync(kept.summary)
    of_class = _class_iri(served, summary["classes"], chosen.get("class"))

    def page() -> Any:  # noqa: ANN401 - a page
        return kept.page(kind=kind, of_class=of_class, after=after, limit=limit)

    found = await to_thread.run_sync(page)
    path = request.url.path
    following = None
    if found.following is not None:
        following = next_page(address_of(served, path), given, str(found.following))
    first = [each for each in given if each[0] != "cursor"]
    address = address_of(served, path, given)
    document = envelope(
        served,
        address,
        [_item(served, each) for each in found.changes],
        total=found.total,
        following=following,
        more={
            "from": older.version,
            "to": newer.version,
            "summary": _summary(served, summary, older, newer),
        },
    )
    headers = listing_headers(address, address_of(served, path, first), following)
    return json_response(document, headers=headers)


def _first(values: Mapping[str, list[str]], name: str) -> str | None:
    return values[name][0] if name in values else None


def _media_type(request: Request, chosen: str | None) -> str:
    """Return the form of the answer.

    Raises:
        Problem: ``invalid-parameter`` or ``not-acceptable``.
    """
    if chosen is not None:
        if chosen not in FORMATS:
            raise _impossible("format", chosen, tuple(FORMATS))
        return FORMATS[chosen]
    return negotiated(request, (*JSON_TYPES, PATCH))


def _pair(served: Serving, version: str, of: str | None) -> tuple[KeptRelease, KeptRelease]:
    """Return the two releases that are compared, the one to compare from first.

    Raises:
        Problem: ``not-found`` for the release of the address, ``invalid-parameter`` for the other
            one, or where this program cannot read one. ``damaged-release``: a file is missing or
            cut.
    """
    newer = require_release(served, version)
    kept = kept_releases(served.settings.data_dir)
    if of is None:
        at = [each.version for each in kept].index(newer.version)
        earlier = [each for each in kept[at + 1 :] if each.reason is None]
        if not earlier:
            raise Problem(
                "invalid-parameter",
                f"no release is kept that was built before {newer.version}",
                "name one by from",
                extra={"parameter": "from", "known": [each.version for each in kept]},
            )
        older = earlier[0]
    else:
        named = [each for each in kept if each.version == of or (of == CURRENT and each.is_current)]
        if not named:
            raise unknown_release(of, (each.version for each in kept), parameter="from")
        older = named[0]
    for each in (older, newer):
        faults = damages(each.folder, each.require_manifest(), contents=False)
        if faults:
            raise Problem("damaged-release", f"{each.version}: {'; '.join(faults)}")
    return older, newer


def _class_iri(served: Serving, known: Mapping[str, Any], given: str | None) -> str | None:
    """Return the class that a caller means by its IRI or its name in the context.

    Raises:
        Problem: ``invalid-parameter``: nothing of that class differs.
    """
    if given is None:
        return None
    names = {_class_name(served, iri): iri for iri in known}
    iri = given if given in known and given else names.get(given)
    if iri is None:
        raise _impossible("class", given, sorted(names))
    return iri


def _class_name(served: Serving, iri: str) -> str:
    """Return how a class is called here: its name in the context, or its IRI."""
    if iri == UNTYPED:
        return "none"
    return served.vocabulary.classes.get(iri, iri)


def _item(served: Serving, change: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": change["entity"],
        "type": [_class_name(served, iri) for iri in change["classes"]],
        "label": change["labels"],
        "kind": change["kind"],
        "statements": {"added": change["added"], "removed": change["removed"]},
        "changes": change["changes"],
    }


def _summary(
    served: Serving, summary: Mapping[str, Any], older: KeptRelease, newer: KeptRelease
) -> dict[str, Any]:
    files = changes_between(older.require_manifest(), newer.require_manifest())
    return {
        "entities": summary["entities"],
        "statements": summary["statements"],
        "classes": [
            {"id": iri or None, "name": _class_name(served, iri), **numbers}
            for iri, numbers in summary["classes"].items()
        ],
        "graphs": [{"id": iri or None, **numbers} for iri, numbers in summary["graphs"].items()],
        "files": {
            "added": list(files.added),
            "removed": list(files.removed),
            "changed": list(files.changed),
        },
    }


def _patch(pieces: AsyncIterator[bytes], older: KeptRelease, newer: KeptRelease) -> Response:
    name = f"{older.version}..{newer.version}.rdfp"
    return StreamingResponse(
        pieces,
        media_type=PATCH,
        headers={
            "Vary": "Accept",
            "Content-Disposition": f'attachment; filename="{name}"',
        },
    )


def _impossible(name: str, value: str, known: Any) -> Problem:  # noqa: ANN401 - a sequence
    return Problem(
        "invalid-parameter",
        f"{name}={value[:80]!r} is not possible",
        f"use one of {', '.join(known)}" if known else "nothing differs",
        extra={"parameter": name, "known": list(known)},
    )
