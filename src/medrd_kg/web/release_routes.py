"""``/api/v1/releases``: what is kept on the disk, what each release holds and was made from."""

from typing import Any, Final

from anyio import to_thread
from fastapi import FastAPI, Request, Response

from medrd_kg.build.description import DATASET
from medrd_kg.build.notes import read_notes
from medrd_kg.build.retention import size_of
from medrd_kg.web.dump_routes import dump_entries, require_release
from medrd_kg.web.kept_releases import KeptRelease, kept_releases
from medrd_kg.web.openapi import json_answer, operation, parameter
from medrd_kg.web.requests import refuse_parameters
from medrd_kg.web.responses import address_of, envelope, json_response
from medrd_kg.web.schemas import Schema, reference
from medrd_kg.web.state import Serving, serving

__all__ = ["RELEASES_PATH", "VERSION_PARAMETER", "install_releases"]

RELEASES_PATH: Final = "/api/v1/releases"
_TAG: Final = "releases"

VERSION_PARAMETER: Final = parameter(
    "version",
    "Version of the release; `current` is that of the data directory.",
    {"type": "string"},
    place="path",
    required=True,
    example="current",
)


def install_releases(app: FastAPI) -> None:
    """Add the routes to an application."""
    app.add_api_route(
        RELEASES_PATH,
        _list_releases,
        operation_id="list_releases",
        openapi_extra=operation(
            "The releases that are kept, the latest built first",
            json_answer(
                "The releases.",
                {
                    "allOf": [
                        reference("Collection"),
                        {
                            "type": "object",
                            "properties": {"items": {"type": "array", "items": _release_schema()}},
                        },
                    ]
                },
            ),
            problems=("unknown-parameter",),
        ),
        tags=[_TAG],
        response_class=Response,
    )
    app.add_api_route(
        f"{RELEASES_PATH}/{{version}}",
        _show_release,
        operation_id="get_release",
        openapi_extra=operation(
            "One release",
            json_answer(
                "The release.",
                {
                    "allOf": [
                        _release_schema(),
                        {
                            "type": "object",
                            "required": ["@context", "release"],
                            "properties": {
                                "@context": {"type": "string"},
                                "release": {"type": "string"},
                            },
                        },
                    ]
                },
            ),
            parameters=[VERSION_PARAMETER],
            problems=("unknown-parameter", "not-found"),
        ),
        tags=[_TAG],
        response_class=Response,
    )


async def _list_releases(request: Request) -> Response:
    served = serving(request)
    refuse_parameters(request)

    def items() -> list[dict[str, Any]]:
        if served.release.folder is None:
            return []
        return [_described(served, each) for each in kept_releases(served.settings.data_dir)]

    found = await to_thread.run_sync(items)
    address = address_of(served, RELEASES_PATH)
    return json_response(envelope(served, address, found, total=len(found)))


async def _show_release(request: Request) -> Response:
    served = serving(request)
    refuse_parameters(request)
    version = request.path_params["version"]

    def item() -> dict[str, Any]:
        return _described(served, require_release(served, version))

    found = await to_thread.run_sync(item)
    return json_response({"@context": served.context, **found, "release": served.state_id})


def _described(served: Serving, release: KeptRelease) -> dict[str, Any]:
    """Return a release as JSON: what its manifest says, and where its dumps are."""
    outline, manifest = release.outline, release.manifest
    address = served.address(f"{RELEASES_PATH}/{release.version}")
    found: dict[str, Any] = {
        "id": f"{DATASET}/{release.version}",
        "href": address,
        "type": ["dcat:Dataset"],
        "label": {"en": f"Release {release.version}", "ja": f"リリース {release.version}"},
        "version": release.version,
        "isCurrent": release.is_current,
        "isServed": release.version == served.release.version,
        "isReadable": release.reason is None,
        "builderSchema": None if outline is None else outline.builder_schema,
        "built": None if outline is None else outline.built,
        "bytes": size_of(release.folder),
    }
    if manifest is None:
        return {**found, "reason": release.reason}
    return {
        **found,
        "sourceDate": manifest.source_date,
        "ontologyVersion": manifest.ontology_version,
        "triples": manifest.triples,
        "graphs": manifest.graphs,
        "classes": manifest.classes,
        "conforms": manifest.validation.conforms,
        "sources": [
            {"name": each.name, "graph": each.graph or None, "sha256": each.sha256}
            for each in manifest.sources
        ],
        "notes": read_notes(release.folder),
        "dumps": dump_entries(served, release),
    }


def _release_schema() -> Schema:
    text: Schema = {"type": "string"}
    numbers: Schema = {"type": "object", "additionalProperties": {"type": "integer"}}
    return {
        "type": "object",
        "required": ["id", "type", "label", "version", "isCurrent", "isServed", "isReadable"],
        "properties": {
            "id": {**text, "format": "uri"},
            "href": {**text, "format": "uri"},
            "type": {"type": "array", "items": text},
            "label": reference("LanguageMap"),
            "version": text,
            "isCurrent": {
                "type": "boolean",
                "description": "Whether it is the current one of the data directory.",
            },
            "isServed": {
                "type": "boolean",
                "description": "Whether it answers requests that name no release.",
            },
            "isReadable": {
                "type": "boolean",
                "description": "False: `reason` tells why requests cannot name it.",
            },
            "reason": text,
            "builderSchema": {"type": ["integer", "null"]},
            "built": {"type": ["string", "null"], "format": "date-time"},
            "bytes": {"type": "integer", "description": "Bytes on the disk."},
            "sourceDate": {**text, "format": "date"},
            "ontologyVersion": {**text, "format": "uri"},
            "triples": {"type": "integer", "description": "Distinct triples of the default graph."},
            "graphs": {**numbers, "description": "Quads of each named graph."},
            "classes": {**numbers, "description": "Members of each class."},
            "conforms": {"type": "boolean", "description": "Whether no shape is violated."},
            "sources": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["name", "graph", "sha256"],
                    "properties": {
                        "name": text,
                        "graph": {"type": ["string", "null"], "format": "uri"},
                        "sha256": text,
                    },
                },
            },
            "notes": {
                "type": ["object", "null"],
                "description": "What it changed against the release before, as JSON-LD.",
            },
            "dumps": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["name", "href", "mediaType", "compressFormat", "bytes", "sha256"],
                    "properties": {
                        "name": text,
                        "href": {**text, "format": "uri"},
                        "mediaType": text,
                        "compressFormat": text,
                        "bytes": {"type": "integer"},
                        "sha256": text,
                    },
                },
            },
        },
    }
