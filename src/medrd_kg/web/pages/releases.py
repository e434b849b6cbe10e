"""Releases on this server: what each holds, where its files are, and what differs between two."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from anyio import to_thread
from fastapi import Request, Response
from pyoxigraph import RdfFormat, parse

from medrd_kg.build.dumps import ALL_QUADS, dump_name
from medrd_kg.build.manifest import Manifest
from medrd_kg.build.release_changes import changes_between
from medrd_kg.problems import Problem
from medrd_kg.web.dump_routes import DUMPS_PATH
from medrd_kg.web.kept_releases import KeptRelease, kept_releases
from medrd_kg.web.naming import RELEASE
from medrd_kg.web.pages.asking import ask
from medrd_kg.web.pages.graph_tables import labels_of
from medrd_kg.web.pages.site import Page, page_of, render
from medrd_kg.web.requests import refuse_parameters
from medrd_kg.web.state import Serving, serving

__all__ = ["RELEASES_PAGES"]

_PAIR: Final = ("from", "to")
_CHOICES: Final = (*_PAIR, "kind", "class", "cursor")
_ENTITIES: Final = 30
"""Entities that the page shows at a time."""

_VALUES: Final = 5
"""Values of one property that the page shows on either side."""


async def _overview(request: Request) -> Response:
    served = serving(request)
    refuse_parameters(request, _CHOICES)
    kept = await to_thread.run_sync(_kept, served)
    older, newer = _choose(request, kept)
    changes = changes_between(older, newer) if older and newer else None
    labels = {}
    if changes is not None and changes.classes:
        labels = await labels_of(served.evaluator, (each.name for each in changes.classes))
    page = page_of(request)
    return render(
        request,
        "releases.html",
        {
            "kept": kept,
            "served_version": served.release.version,
            "older": older,
            "newer": newer,
            "changes": changes,
            "labels": labels,
            "difference": await _difference(request, page, older, newer),
            "dump": lambda manifest, graph: page.api(
                f"{DUMPS_PATH}/{manifest.version}/{dump_name(graph) if graph else ALL_QUADS}"
            ),
        },
        # Releases come and go without a change of the served state.
        headers={"Cache-Control": "no-cache"},
    )


def _kept(served: Serving) -> list[KeptRelease]:
    return [] if served.release.folder is None else kept_releases(served.settings.data_dir)


def _choose(request: Request, kept: list[KeptRelease]) -> tuple[Manifest | None, Manifest | None]:
    """Return the two releases to compare: those asked for, or else the latest two.

    Raises:
        Problem: ``invalid-parameter``: there is no such release.
    """
    manifests = [each.manifest for each in kept if each.manifest is not None]
    by_version = {each.version: each for each in manifests}
    chosen = [
        manifests[1] if len(manifests) > 1 else None,
        manifests[0] if manifests else None,
    ]
    for at, name in enumerate(_PAIR):
        version = request.query_params.get(name)
        if not version:
            continue
        if version not in by_version:
            raise Problem(
                "invalid-parameter",
                f"{name}={version[:80]!r} is no release of this server",
                "the page without parameters lists them",
                extra={"parameter": name, "known": sorted(by_version)},
            )
        chosen[at] = by_version[version]
    return chosen[0], chosen[1]


async def _difference(
    request: Request, page: Page, older: Manifest | None, newer: Manifest | None
) -> dict[str, Any] | None:
    """Return what differs, entity by entity; None unless somebody asks to compare.

    It is what REST answers. Where that takes long, the page says so instead.
    """
    if older is None or newer is None or "from" not in request.query_params:
        return None
    given = {name: request.query_params.get(name) for name in ("kind", "class", "cursor")}
    path = f"/api/v1/releases/{newer.version}/diff"
    question = {"from": older.version, "kind": given["kind"], "class": given["class"]}
    files = {
        "json": page.api(path, question),
        "patch": page.api(path, {"from": older.version}, format="rdf-patch"),
    }
    try:
        found = await ask(
            request, path, {**question, "cursor": given["cursor"], "limit": _ENTITIES}
        )
    except Problem as problem:
        if problem.slug not in {"comparison-running", "busy"}:
            raise
        return {"is_waiting": True, "files": files}
    served = serving(request)
    changed = {each["property"] for item in found["items"] for each in item["changes"]}
    classes = [each["id"] for each in found["summary"]["classes"] if each["id"]]
    here = {"from": older.version, "to": newer.version}
    return {
        "is_waiting": False,
        "files": files,
        "summary": found["summary"],
        "total": found["total"],
        "labels": await labels_of(served.evaluator, {*changed, *classes}),
        "items": [_entity(page, each, older, newer) for each in found["items"]],
        "kind": given["kind"],
        "of_class": given["class"],
        "narrowed": lambda kind, name: page.url("/releases", {**here, "kind": kind, "class": name}),
        "next": _next(page, found["next"], {**here, **question}),
    }


def _next(page: Page, following: str | None, question: Mapping[str, Any]) -> str | None:
    """Return the address of the page with the entities that follow."""
    if following is None:
        return None
    (cursor,) = parse_qs(urlsplit(following).query)["cursor"]
    return page.url("/releases", {**question, "cursor": cursor})


def _entity(
    page: Page, item: Mapping[str, Any], older: Manifest, newer: Manifest
) -> dict[str, Any]:
    """Return an entity as the page shows it, linked to what it is, or was, in its release."""
    address = page.of_thing(item["id"])
    if address is not None and page.as_of is None:
        release = older.version if item["kind"] == "removed" else newer.version
        address = f"{address}{'&' if '?' in address else '?'}{RELEASE}={release}"
    return {
        "id": item["id"],
        "address": address,
        "label": item["label"] or {"en": item["id"].rpartition("/")[2]},
        "kind": item["kind"],
        "changes": [
            {
                "property": each["property"],
                "graph": each["graph"].rpartition("/graph/")[2],
                "before": list(_readable(each["before"])),
                "after": list(_readable(each["after"])),
                "more_before": max(0, each["beforeTotal"] - _VALUES),
                "more_after": max(0, each["afterTotal"] - _VALUES),
            }
            for each in item["changes"]
        ],
    }


def _readable(terms: list[str]) -> Iterator[dict[str, str | None]]:
    """Yield the first of some terms in N-Quads as a reader wants them: text and language."""
    for term in terms[:_VALUES]:
        if not term.startswith('"'):
            yield {"text": term.strip("<>"), "language": None}
            continue
        try:
            (quad,) = parse(f"<urn:s> <urn:p> {term} .", format=RdfFormat.N_TRIPLES)
        except (SyntaxError, ValueError):  # it was cut
            yield {"text": term, "language": None}
            continue
        yield {
            "text": getattr(quad.object, "value", term),
            "language": getattr(quad.object, "language", None),
        }


RELEASES_PAGES: Final[Mapping[str, Callable[[Request], Awaitable[Response]]]] = {
    "/releases": _overview
}
"""Paths after the language."""
