"""Who may do what: bearer tokens (RFC 6750) and the roles that they give.

Tokens are compared by their SHA-256 digests, each with every configured one and in constant time,
so that an answer's time tells nothing about a token. No token is kept, logged or repeated in an
answer.
"""

import hashlib
import hmac
from collections.abc import Iterable
from enum import IntEnum
from typing import Final

from pydantic import SecretStr
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from medrd_kg.problems import Problem
from medrd_kg.settings import ENVIRONMENT_PREFIX, Settings
from medrd_kg.web.responses import problem_response

__all__ = ["Authority", "Guard", "RawHeaders", "Role"]

RawHeaders = Iterable[tuple[bytes, bytes]]
"""Headers as ASGI gives them: names in lower case."""

_REALM: Final = "medrd-kg"
_HASHED: Final = "sha256:"
_BEARER: Final = b"bearer"
_OPEN_TO_ALL: Final = frozenset({"/health/live", "/health/ready"})


class Role(IntEnum):
    """What a caller may do; each role includes those before it."""

    ANONYMOUS = 0
    READER = 1
    EDITOR = 2
    ADMIN = 3


class Authority:
    """Knows the configured tokens by their digests."""

    def __init__(self, settings: Settings) -> None:
        """Take the tokens of ``settings``."""
        tokens = {
            Role.READER: settings.reader_token,
            Role.EDITOR: settings.editor_token,
            Role.ADMIN: settings.admin_token,
        }
        self._digests = [
            (role, _digest_of(token)) for role, token in tokens.items() if token is not None
        ]
        self._given = frozenset(role for role, _ in self._digests)

    @property
    def reads_need_token(self) -> bool:
        """Whether nobody reads without a token."""
        return Role.READER in self._given

    def role_of(self, headers: RawHeaders) -> Role:
        """Return the role that the headers of a request prove.

        Other schemes than Bearer prove nothing: they may belong to a proxy in between.

        Raises:
            Problem: ``unauthorized`` for a token that is none of ours or a header that breaks the
                syntax; ``malformed-request`` for two headers.
        """
        values = [value for name, value in headers if name == b"authorization"]
        if not values or not self._digests:
            return Role.ANONYMOUS
        if len(values) > 1:
            raise Problem(
                "malformed-request",
                f"the request has {len(values)} Authorization headers",
                "send one of them",
            )
        scheme, _, rest = values[0].strip().partition(b" ")
        if scheme.lower() != _BEARER:
            return Role.ANONYMOUS
        token = rest.strip()
        if not token:
            raise _challenge(
                "the Authorization header names no token",
                "send Authorization: Bearer TOKEN",
                error="invalid_request",
            )
        return self._proven(token)

    def require(self, role: Role, headers: RawHeaders) -> Role:
        """Return the role of a request that needs at least ``role``.

        Args:
            role: What is needed.
            headers: The request's headers.

        Raises:
            Problem: What `role_of` raises; ``forbidden`` when the token's role does not suffice,
                or no token could (the setting that would allow it is named); ``unauthorized``
                when there is no token.
        """
        if role == Role.ANONYMOUS or (role == Role.READER and not self.reads_need_token):
            return self.role_of(headers)
        found = self.role_of(headers)
        if found >= role:
            return found
        if role not in self._given:
            setting = f"{ENVIRONMENT_PREFIX}{role.name}_TOKEN"
            raise Problem(
                "forbidden",
                f"this is switched off: {setting} is not set",
                f"start the server with {setting}",
            )
        if found == Role.ANONYMOUS:
            raise _challenge(
                f"this needs the token of the {role.name.lower()}",
                "send it as Authorization: Bearer TOKEN",
            )
        raise Problem(
            "forbidden",
            f"the token is that of the {found.name.lower()}; this needs the {role.name.lower()}",
            f"send the token that {ENVIRONMENT_PREFIX}{role.name}_TOKEN holds",
        )

    def _proven(self, token: bytes) -> Role:
        digest = hashlib.sha256(token).digest()
        proven = Role.ANONYMOUS
        # No early end: the time must not tell which token was met.
        for role, known in self._digests:
            if hmac.compare_digest(digest, known):
                proven = max(proven, role)
        if proven == Role.ANONYMOUS:
            raise _challenge(
                "the token is not one of this service",
                "ask its operator for a token",
                error="invalid_token",
            )
        return proven


class Guard:
    """Lets nobody read without a token where reads need one."""

    def __init__(self, app: ASGIApp, *, authority: Authority) -> None:
        """Stand around ``app``."""
        self._app = app
        self._authority = authority

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on when its role suffices; OPTIONS carries no token (CORS preflight)."""
        exempt = scope["type"] != "http" or scope["method"] == "OPTIONS"
        if not exempt and scope["path"] not in _OPEN_TO_ALL:
            try:
                self._authority.require(Role.READER, scope["headers"])
            except Problem as problem:
                await problem_response(Request(scope), problem)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _digest_of(token: SecretStr) -> bytes:
    value = token.get_secret_value()
    if value.startswith(_HASHED):
        return bytes.fromhex(value.removeprefix(_HASHED))
    return hashlib.sha256(value.encode()).digest()


def _challenge(detail: str, hint: str, *, error: str | None = None) -> Problem:
    """Return the refusal with its challenge (RFC 6750, section 3)."""
    suffix = f', error="{error}"' if error else ""
    return Problem(
        "unauthorized",
        detail,
        hint,
        headers={"WWW-Authenticate": f'Bearer realm="{_REALM}"{suffix}'},
    )
