"""What callers may say in the parameters of a listing, read strictly."""

import base64
import binascii
from collections.abc import Collection as Names
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, overload

from fastapi import Request

from medrd_kg.problems import Problem
from medrd_kg.sparql.negotiation import negotiate
from medrd_kg.sparql.protocol import Parameters, read_parameters
from medrd_kg.web.openapi import parameter
from medrd_kg.web.responses import JSON_TYPES
from medrd_kg.web.schemas import Schema
from medrd_kg.web.state import with_parameters
from medrd_kg.web.table_formats import CSV, TABLE_TYPES, XLSX

__all__ = [
    "FORMAT_PARAMETERS",
    "PAGING_PARAMETERS",
    "Listing",
    "negotiated",
    "next_page",
    "paging_parameters",
    "read_cursor",
    "read_integer",
    "read_listing",
    "read_offset",
    "read_values",
    "refuse_parameters",
]

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 1000

_FORMATS: Final = {"json": JSON_TYPES[0], "jsonld": JSON_TYPES[1], "csv": CSV, "xlsx": XLSX}


def paging_parameters(most: int = MAX_LIMIT, usual: int = DEFAULT_LIMIT) -> tuple[Schema, ...]:
    """Return the parameter objects of a listing that comes in pages.

    Args:
        most: The longest page.
        usual: The length of a page unless the caller says otherwise.
    """
    return (
        parameter(
            "limit",
            "Most items on a page. CSV and XLSX without it hold all items.",
            {"type": "integer", "minimum": 1, "maximum": most, "default": usual},
        ),
        parameter("cursor", "Where the page begins; taken from `next`.", {"type": "string"}),
    )


PAGING_PARAMETERS: Final = paging_parameters()
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

_SHOWN: Final = 50
"""Characters of a wrong value that a problem repeats."""

_PLACE_DIGITS: Final = 9


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
    return with_parameters(address, [*kept, ("cursor", cursor)])


def read_listing(
    request: Request,
    own: Names[str],
    *,
    single: Names[str] = (),
    formats: Sequence[str] = (),
    paged: bool = True,
    most: int = MAX_LIMIT,
    usual: int = DEFAULT_LIMIT,
) -> Listing:
    """Read the parameters of a listing.

    Args:
        request: The request.
        own: Names of the parameters that it takes beside paging and format.
        single: Those of them that may be given once only.
        formats: Media types that it answers in beside JSON, CSV and XLSX.
        paged: Whether it takes ``limit`` and ``cursor``.
        most: The longest page.
        usual: The length of a page of JSON unless the caller says otherwise.

    Raises:
        Problem: ``unknown-parameter``, ``invalid-parameter``, ``malformed-request`` or
            ``not-acceptable``.
    """
    common_names = _COMMON if paged else _FORMATTING
    values, given = _values(request, own, common_names, single)
    common = {name: values[name][0] for name in _COMMON if name in values}
    media_type = _media_type(request, common.get("format"), formats)
    return Listing(
        own={name: found for name, found in values.items() if name not in _COMMON},
        limit=read_integer(
            "limit",
            common.get("limit"),
            least=1,
            most=most,
            default=None if media_type in TABLE_TYPES else usual,
        ),
        after=read_cursor(common.get("cursor")),
        media_type=media_type,
        bom=_choice("bom", common.get("bom", "0"), ("0", "1")) == "1",
        parameters=given,
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
    return _values(request, own, _PAGING, single)


def _values(
    request: Request, own: Names[str], common: Names[str], single: Names[str]
) -> tuple[dict[str, list[str]], tuple[tuple[str, str], ...]]:
    """Return the values by name, and everything as given."""
    known = [*own, *common]
    given = [
        (_spelt(name, known), value)
        for name, value in read_parameters(request.scope["query_string"], "the address")
    ]
    _refuse_unknown(request, given, known)
    values: dict[str, list[str]] = {}
    for name, value in given:
        values.setdefault(name, []).append(value)
    for name in (*common, *single):
        if len(values.get(name, ())) > 1:
            raise _invalid(name, f"{name} is given more than once")
    return values, tuple(given)


def _spelt(name: str, known: Names[str]) -> str:
    """Return a parameter's name as the address spells it: ``-`` and ``_`` are alike to callers."""
    if name not in known:
        for other in (name.replace("-", "_"), name.replace("_", "-")):
            if other in known:
                return other
    return name


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
    return negotiated(request, offers)


def negotiated(request: Request, offers: Sequence[str]) -> str:
    """Return the offered media type that a request ranks highest.

    Raises:
        Problem: ``not-acceptable``: it takes none of them.
    """
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


@overload
def read_integer(name: str, given: str, *, least: int, most: int) -> int: ...


@overload
def read_integer(name: str, given: str | None, *, least: int, most: int, default: int) -> int: ...


@overload
def read_integer(
    name: str, given: str | None, *, least: int, most: int, default: int | None
) -> int | None: ...


def read_integer(
    name: str, given: str | None, *, least: int, most: int, default: int | None = None
) -> int | None:
    """Return the value of a parameter that is a whole number, not below zero.

    Args:
        name: The parameter.
        given: What the caller wrote; None when it is not given.
        least: Its least value.
        most: Its greatest value.
        default: Its value when it is not given.

    Raises:
        Problem: ``invalid-parameter``.
    """
    if given is None:
        return default
    # More digits than those of the greatest value cannot be within it.
    is_number = given.isascii() and given.isdecimal() and len(given) <= len(str(most))
    if not is_number or not least <= int(given) <= most:
        shown = given if len(given) <= _SHOWN else f"{given[:_SHOWN]}…"
        raise Problem(
            "invalid-parameter",
            f"{name}={shown!r} is no integer from {least} to {most}",
            "follow `next` for more" if name == "limit" else "write digits alone",
            extra={"parameter": name},
        )
    return int(given)


def read_offset(cursor: str) -> int:
    """Return the place that a decoded cursor names, where pages begin at places.

    Raises:
        Problem: ``invalid-parameter``: no cursor of this service looks like that.
    """
    is_place = cursor.isascii() and cursor.isdecimal() and len(cursor) <= _PLACE_DIGITS
    if cursor and not is_place:
        raise _invalid("cursor", "the cursor is not one of this service")
    return int(cursor or "0")


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
