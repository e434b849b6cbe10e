"""One request to one server, over a connection to an address that was checked."""

import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

import httpx

from medrd_kg import __version__
from medrd_kg.federation.addresses import IPAddress
from medrd_kg.federation.hops import HOPS_HEADER
from medrd_kg.federation.inflation import ACCEPTED_ENCODINGS, BodyFault, body_within
from medrd_kg.federation.limits import Limits
from medrd_kg.federation.locations import Location

__all__ = ["ExchangeFault", "Request", "exchange"]

_USER_AGENT: Final = f"medrd-kg/{__version__} (+https://w3id.org/medrd-kg/ontology)"


class ExchangeFault(Exception):
    """Why a server gave no usable answer; the words name no address."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a server.

    Attributes:
        location: Where; its path and query are sent as they are.
        accept: Media types that can be read, the best first.
        hops: How many services have passed the question on, this one included.
        form: Fields of a body of type ``application/x-www-form-urlencoded``; None sends a GET.
        most_bytes: Largest body, in bytes.
    """

    location: Location
    accept: Sequence[str]
    hops: int
    form: Mapping[str, str] | None = None
    most_bytes: int = field(kw_only=True)


async def exchange(
    request: Request, addresses: Sequence[IPAddress], tls: ssl.SSLContext, limits: Limits
) -> tuple[str, bytes]:
    """Send ``request`` to the first of ``addresses`` that takes a connection.

    Names are not resolved here: the connection goes to the address, while TLS and the Host header
    have the name, so that a name server's second thoughts change nothing.

    Returns:
        Media type (lower case, without parameters) and decoded body.

    Raises:
        ExchangeFault: The server gave no usable answer.
    """
    for address in addresses[: limits.addresses]:
        try:
            async with _answer(request, address, tls, limits) as response:
                return await _taken_in(response, request, limits)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            if _is_about_tls(error):
                raise ExchangeFault("its TLS certificate or handshake is not valid") from error
            continue  # nothing was sent yet, so the next address may be tried
        except BodyFault as fault:
            raise ExchangeFault(str(fault)) from fault
        except httpx.RemoteProtocolError as error:
            raise ExchangeFault("it breaks off or does not speak HTTP as it should") from error
        except httpx.HTTPError as error:
            raise ExchangeFault("the connection to it failed") from error
    raise ExchangeFault("no connection to it could be made")


@asynccontextmanager
async def _answer(
    request: Request, address: IPAddress, tls: ssl.SSLContext, limits: Limits
) -> AsyncIterator[httpx.Response]:
    """Open a connection of its own: a kept one could be to an address of another name."""
    location = request.location
    url = httpx.URL(
        scheme=location.scheme,
        host=str(address),
        port=location.port,
        raw_path=location.target.encode("ascii"),
    )
    headers = {
        "Host": location.authority,
        "Accept": ", ".join(request.accept),
        "Accept-Encoding": ACCEPTED_ENCODINGS,
        "User-Agent": _USER_AGENT,
        HOPS_HEADER: str(request.hops),
        "Connection": "close",
    }
    # The time of the whole call is limited by the caller; only connecting is tried again.
    timeout = httpx.Timeout(None, connect=limits.connect_seconds)
    async with (
        httpx.AsyncClient(verify=tls, trust_env=False, timeout=timeout) as client,
        client.stream(
            "GET" if request.form is None else "POST",
            url,
            headers=headers,
            data=request.form,
            follow_redirects=False,
            extensions={} if location.ip_address else {"sni_hostname": location.host},
        ) as response,
    ):
        yield response


async def _taken_in(
    response: httpx.Response, request: Request, limits: Limits
) -> tuple[str, bytes]:
    fields = response.headers.raw
    size = sum(len(name) + len(value) for name, value in fields)
    if len(fields) > limits.headers or size > limits.header_bytes:
        raise ExchangeFault("the header of its answer is too large")
    if response.is_redirect:
        raise ExchangeFault("it redirects elsewhere, which is not followed")
    if response.status_code != HTTPStatus.OK:
        raise ExchangeFault(f"it answered with status {response.status_code}")
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    encoding = response.headers.get("content-encoding", "").strip().lower()
    body = await body_within(response.aiter_raw(), encoding, request.most_bytes)
    return media_type, body


def _is_about_tls(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
