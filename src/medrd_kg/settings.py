"""All settings in one table: environment, command-line flags, defaults and documentation.

Each field of `Settings` is one setting. Its environment variable is ``MEDRD_KG_`` and the field's
name in capitals; its flag is the name with dashes. A flag outranks the environment.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from medrd_kg.problems import Problem

__all__ = ["ENVIRONMENT_PREFIX", "SECRETS", "Settings"]

ENVIRONMENT_PREFIX = "MEDRD_KG_"

SECRETS = frozenset({"reader_token", "editor_token", "admin_token"})
"""Fields whose values never reach a terminal or a log."""

_HASHED_TOKEN = re.compile(r"sha256:[0-9a-f]{64}")
_TOKEN_CHARACTERS = 24
_LISTS = ("cors_origins", "service_allow", "trusted_hosts", "trusted_proxies")


class Settings(BaseSettings):
    """What a user can set; construct it with `load`, which reports faults in one line."""

    model_config = SettingsConfigDict(
        env_prefix=ENVIRONMENT_PREFIX, extra="forbid", frozen=True, validate_default=True
    )

    host: str = Field("127.0.0.1", description="Address that the server listens on.")
    port: int = Field(
        8000, ge=0, le=65535, description="Port that the server listens on; 0 picks a free one."
    )
    data_dir: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("medrd-kg", appauthor=False)),
        description="Folder of releases, imported sources and local texts.",
    )
    store: str = Field(
        "embedded:",
        pattern=r"^embedded:(memory|disk)?$",
        description=(
            "RDF store: `embedded:memory` asks data in memory, `embedded:disk` the files of the"
            " release, and `embedded:` what suits the size of the data."
        ),
    )
    analytics: str = Field(
        "duckdb:",
        pattern=r"^duckdb:?$",
        description=(
            "Engine of the fact tables, which answers linkages, coverage, gaps, flows and changes:"
            " `duckdb:`, embedded, is the only one so far."
        ),
    )
    public_url: str = Field(
        "",
        pattern=r"^(https?://[^\s/]+(/[^\s]*[^\s/])?)?$",
        description=(
            "Address under which users reach the service, without a trailing slash;"
            " empty: `http://HOST:PORT`."
        ),
    )
    max_body_mb: int = Field(
        10, ge=1, le=1024, description="Largest accepted request body in megabytes (10^6 bytes)."
    )
    max_result_rows: int = Field(
        0, ge=0, description="Most rows of a query result; 0 sets no limit."
    )
    workers: int = Field(
        2,
        ge=1,
        le=256,
        description="How many long queries run at a time, each in a process of its own.",
    )
    query_timeout_seconds: float = Field(
        30,
        ge=0.1,
        le=86_400,
        description="Longest time from a query's arrival to its answer's end.",
    )
    query_memory_mb: int = Field(
        1024,
        ge=64,
        description="Memory in megabytes (10^6 bytes) that one query may take beside the data.",
    )
    cache_mb: int = Field(
        128, ge=0, description="Memory in megabytes for ready answers; 0 keeps none."
    )
    service_allow: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description=(
            "Endpoints, separated by commas, that SERVICE may ask, and documents that LOAD may"
            " read; an address that ends in `/` allows all below it; empty: none."
        ),
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        ("*",), description="Origins, separated by commas, whose scripts may read; `*` means any."
    )
    trusted_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        ("*",),
        description="Host names, separated by commas, that requests may name; `*` means any.",
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description=(
            "Addresses or networks, separated by commas, of proxies whose `X-Forwarded-For` tells"
            " the client; empty: none."
        ),
    )
    reader_token: SecretStr | None = Field(
        None,
        description=(
            "Bearer token that reads need: 24 characters or more, or `sha256:` and the hex digest"
            " of one, the form for command lines, which others can see; unset: anybody reads."
        ),
    )
    editor_token: SecretStr | None = Field(
        None, description="Bearer token that writes need; unset: nobody writes."
    )
    admin_token: SecretStr | None = Field(
        None, description="Bearer token that administration needs; it can write as well."
    )
    rate_limit: float = Field(
        0,
        ge=0,
        description="Query seconds that one client may spend in a minute; 0 sets no limit.",
    )
    union_default_graph: bool = Field(
        True,
        description=(
            "Whether the default graph of a query is the RDF merge of all named graphs;"
            " false: the unnamed graph alone."
        ),
    )
    releases_keep: int = Field(
        3, ge=1, le=1000, description="How many releases a build keeps, the newest first."
    )
    releases_max_mb: int = Field(
        0,
        ge=0,
        description=(
            "Disk space in megabytes (10^6 bytes) for all kept releases together: a build removes"
            " the oldest beyond it, never the current one; 0 sets no limit."
        ),
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="Form of the log lines: `text` or `json`."
    )

    log_queries: Literal["off", "slow", "all"] = Field(
        "off",
        description=(
            "Whose text is logged: `slow` for queries that leave the fast lane, `all`, or `off`"
            " for none (slow ones are then logged by their digest)."
        ),
    )

    @field_validator("reader_token", "editor_token", "admin_token")
    @classmethod
    def _strong(cls, value: SecretStr | None) -> SecretStr | None:
        """Refuse tokens that could be guessed, and empty ones that look like protection."""
        if value is not None and not _is_token(value.get_secret_value()):
            raise ValueError("must have 24 characters or more, or be sha256:<64 hex digits>")
        return value

    @field_validator(*_LISTS, mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """Accept a comma-separated list, the form that environment variables have."""
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None, **flags: object) -> Self:
        """Read the settings from flags and the environment.

        Args:
            environment: Variables to check for unknown names; the process's own by default.
            flags: Values given on the command line; None means not given.

        Raises:
            Problem: ``invalid-settings`` with every fault, when a name or a value is wrong.
        """
        variables = os.environ if environment is None else environment
        faults = _unknown_names(variables)
        given: dict[str, Any] = {name: value for name, value in flags.items() if value is not None}
        try:
            settings = cls(**given)
        except ValidationError as error:
            faults += [
                _fault(each["loc"], each.get("input"), each["msg"])
                for each in error.errors(include_url=False)
            ]
        if faults:
            raise Problem(
                "invalid-settings",
                "; ".join(faults),
                "see `medrd-kg serve --help` for every setting and its values",
            )
        return settings

    @property
    def local_url(self) -> str:
        """Address at which the server listens, whatever users reach it under."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def base_url(self) -> str:
        """The service's own address without a trailing slash."""
        return self.public_url or f"http://{self.host}:{self.port}"


def _unknown_names(variables: Mapping[str, str]) -> list[str]:
    """Name each variable with our prefix that no setting reads (a typing slip)."""
    known = {name.upper() for name in Settings.model_fields}
    # Variables of the test suite share the prefix, so that one word finds them all.
    known.add("SHARED")
    faults = []
    for variable in sorted(variables):
        if not variable.startswith(ENVIRONMENT_PREFIX):
            continue
        name = variable.removeprefix(ENVIRONMENT_PREFIX)
        if name not in known:
            faults.append(f"{variable} is not a setting: unset it or mend its name")
    return faults


def _is_token(value: str) -> bool:
    if value.startswith("sha256:"):
        return _HASHED_TOKEN.fullmatch(value) is not None
    return len(value) >= _TOKEN_CHARACTERS


def _fault(location: tuple[int | str, ...], value: object, message: str) -> str:
    name = str(location[0]) if location else "settings"
    if name in SECRETS:
        return f"{ENVIRONMENT_PREFIX}{name.upper()}: {message.removeprefix('Value error, ')}"
    return f"{ENVIRONMENT_PREFIX}{name.upper()} = {value!r}: {message}"
