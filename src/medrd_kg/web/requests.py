"""What callers may say in the parameters of a listing, read strictly."""

import base64
import binascii
from collections.abc import Collection as Names
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from fastapi import Request

from medrd_kg.problems import Problem
from medrd_kg.sparql.negotiation import negotiate
from medrd_kg.sparql.protocol import Parameters, read_parameters
from medrd_kg.web.openapi import parameter
from medrd_kg.web.responses import JSON_TYPES
from medrd_kg.web.schemas import Schema
from medrd_kg.web.table_formats import CSV, TABLE_TYPES, XLSX

__all__ = [
    "FORMAT_PARAMETERS",
    "PAGING_PARAMETERS",
    "Listing",
    "next_page",
    "read_cursor",
    "read_listing",
    "read_values",
    "refuse_parameters",
]

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 1000

_FORMATS: Final = {"json": JSON_TYPES[0], "jsonld": JSON_TYPES[1], "csv": CSV, "xlsx": XLSX}


PAGING_PARAMETERS: Final[tuple[Schema, ...]] = (
    parameter(
        "limit",
        "Most items on a page. CSV and XLSX without it hold all items.",
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
    ),
    parameter("cursor", "Where the page begins; taken from `next`.", {"type": "string"}),
)
FORMAT_PARAMETERS: Final[tuple[Schema, ...]] = (
    parameter("format", "Outranks Accept.", {"type": "string", "enum": list(_FORMATS)}),
    parameter(
        "bom",
        "1: CSV begins with a byte order mark, as Excel wants it.",
        {"type": "string", "enum": ["0", "1"], "default": "0"},
    ),
)
_FORMATTING: Final = ("format", "bom")
_PAGING: Final = ("limit", "cursor")
_COMMON: Final = (*_PAGING, *_FORMATTING)


@dataclass(frozen=True, slots=True)
class Listing:
    """A request for a listing.

    Attributes:
        own: Values of the parameters that this listing alone has, in the order given.
        limit: Most members; None for all.
        after: Decoded cursor; empty for the first page.
        media_type: What to answer in.
        bom: Whether CSV begins with a byte order mark.
        parameters: Everything as given, for the address of this page.
    """

    own: dict[str, list[str]]
    limit: int | None
    after: str
    media_type: str
    bom: bool
    parameters: tuple[tuple[str, str], ...]

    def following(self, address: str, last: str | None) -> str | None:
        """Return the address of the page after ``last``."""
        if last is None:
            return None
        return next_page(address, self.parameters, last)


def next_page(address: str, parameters: Sequence[tuple[str, str]], last: str) -> str:
    """Return the address of the page after ``last``, with the same parameters otherwise."""
    cursor = base64.urlsafe_b64encode(last.encode()).decode().rstrip("=")
    kept = [(name, value) for name, value in parameters if name != "cursor"]
    return f"{address}?{urlencode([*kept, ('cursor', cursor)])}"


def read_listing(
    request: Request,
    own: Names[str],
    *,
    single: Names[str] = (),
    formats: Sequence[str] = (),
    paged: bool = True,
) -> Listing:
    """Read the parameters of a listing.

    Args:
        request: The request.
        own: Names of the parameters that it takes beside paging and format.
        single: Those of them that may be given once only.
        formats: Media types that it answers in beside JSON, CSV and XLSX.
        paged: Whether it takes ``limit`` and ``cursor``.

    Raises:
        Problem: ``unknown-parameter``, ``invalid-parameter``, ``malformed-request`` or
            ``not-acceptable``.
    """
    given = read_parameters(request.scope["query_string"], "the address")
    common_names = _COMMON if paged else _FORMATTING
    _refuse_unknown(request, given, [*own, *common_names])
    values: dict[str, list[str]] = {}
    for name, value in given:
        values.setdefault(name, []).append(value)
    for name in (*_COMMON, *single):
        if len(values.get(name, ())) > 1:
            raise _invalid(name, f"{name} is given more than once")
    common = {name: values[name][0] for name in _COMMON if name in values}
    media_type = _media_type(request, common.get("format"), formats)
    return Listing(
        own={name: found for name, found in values.items() if name not in _COMMON},
        limit=_limit(common.get("limit"), None if media_type in TABLE_TYPES else DEFAULT_LIMIT),
        after=read_cursor(common.get("cursor")),
        media_type=media_type,
        bom=_choice("bom", common.get("bom", "0"), ("0", "1")) == "1",
        parameters=tuple(given),
    )


def read_values(
    request: Request, own: Names[str], *, single: Names[str] = ()
) -> tuple[dict[str, list[str]], tuple[tuple[str, str], ...]]:
    """Read the parameters of an address that takes ``limit`` and ``cursor`` beside its own.

    Args:
        request: The request.
        own: Names of the parameters that it takes beside those.
        single: Those of them that may be given once only.

    Returns:
        The values by name, and everything as given.

    Raises:
        Problem: ``unknown-parameter``, ``invalid-parameter`` or ``malformed-request``.
    """
    given = read_parameters(request.scope["query_string"], "the address")
    _refuse_unknown(request, given, [*own, *_PAGING])
    values: dict[str, list[str]] = {}
    for name, value in given:
        values.setdefault(name, []).append(value)
    for name in (*_PAGING, *single):
        if len(values.get(name, ())) > 1:
            raise _invalid(name, f"{name} is given more than once")
    return values, tuple(given)


def refuse_parameters(request: Request, known: Names[str] = ()) -> None:
    """Refuse every parameter that an address does not know.

    Raises:
        Problem: ``unknown-parameter``.
    """
    _refuse_unknown(request, read_parameters(request.scope["query_string"], "the address"), known)


def _refuse_unknown(request: Request, given: Parameters, known: Names[str]) -> None:
    for name, _ in given:
        if name not in known:
            raise Problem(
                "unknown-parameter",
                f"{name!r} is no parameter of {request.url.path}",
                f"it takes {', '.join(sorted(known))}" if known else "it takes none",
                extra={"parameter": name, "known": sorted(known)},
            )


def _media_type(request: Request, chosen: str | None, formats: Sequence[str]) -> str:
    offers = (*JSON_TYPES, *TABLE_TYPES, *formats)
    if chosen is not None:
        names = _FORMATS | {each.rpartition("-")[2]: each for each in formats}
        return names[_choice("format", chosen, tuple(names))]
    accept = request.headers.get("accept")
    found = negotiate(accept, offers)
    if found is None:
        raise Problem(
            "not-acceptable",
            f"none of the types in Accept ({accept}) can be sent",
            f"accept one of {', '.join(offers)}",
            extra={"available": list(offers)},
        )
    return found


def _limit(text: str | None, default: int | None) -> int | None:
    if text is None:
        return default
    # Longer digits than those of the maximum cannot be within it.
    if not (text.isascii() and text.isdecimal()) or len(text) > len(str(MAX_LIMIT)):
        raise _invalid("limit", f"limit={text!r} is no integer from 1 to {MAX_LIMIT}")
    if not 1 <= int(text) <= MAX_LIMIT:
        raise _invalid("limit", f"limit={text!r} is not between 1 and {MAX_LIMIT}")
    return int(text)


def read_cursor(cursor: str | None) -> str:
    """Return where a page begins; empty for the first one.

    Raises:
        Problem: ``invalid-parameter``: no cursor of this service looks like that.
    """
    if cursor is None:
        return ""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return base64.b64decode(padded, altchars="-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise _invalid("cursor", "the cursor is not one of this service") from error


def _choice(name: str, value: str, known: Sequence[str]) -> str:
    if value not in known:
        raise _invalid(name, f"{name}={value!r} is not possible", known)
    return value


def _invalid(name: str, detail: str, known: Sequence[str] = ()) -> Problem:
    extra: dict[str, object] = {"parameter": name}
    if known:
        extra["known"] = list(known)
    hint = f"use {' or '.join(known)}" if known else "follow the addresses in `next`"
    return Problem("invalid-parameter", detail, hint, extra=extra)
