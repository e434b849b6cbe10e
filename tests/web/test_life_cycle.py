"""Start, failure and faults of the application, inside the test's process."""

import threading
from collections.abc import Awaitable, Callable

import anyio
import httpx
import pytest
from fastapi import FastAPI

from medrd_kg.problems import Problem
from medrd_kg.settings import Settings
from medrd_kg.sparql.workers.own_queries import OwnQueries
from medrd_kg.web.app import create_app
from medrd_kg.web.state import Release

Talk = Callable[[httpx.AsyncClient], Awaitable[None]]


def talk_to(app: FastAPI, talk: Talk) -> None:
    """Run a conversation with an application from its start to its end."""

    async def conversation() -> None:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://local") as client,
        ):
            await talk(client)

    anyio.run(conversation)


async def until_ready(client: httpx.AsyncClient) -> httpx.Response:
    with anyio.fail_after(30):
        while True:
            response = await client.get("/health/ready")
            if response.json().get("type", "").endswith("/starting"):
                await anyio.lowlevel.checkpoint()
                continue
            return response


def test_before_the_release_is_open_callers_are_told_to_wait(
    local_settings: Settings, fixture_data: Release
) -> None:
    may_open = threading.Event()

    def source() -> Release:
        may_open.wait()
        return fixture_data

    async def talk(client: httpx.AsyncClient) -> None:
        try:
            assert (await client.get("/health/live")).json() == {"status": "live", "release": None}
            for path in ("/health/ready", "/sparql?query=ASK+%7B%7D", "/api/v1/topics"):
                response = await client.get(path)
                assert response.status_code == 503
                assert response.headers["retry-after"] == "1"
                assert response.json()["type"].endswith("/starting")
                assert "medrd-kg-release" not in response.headers
        finally:
            may_open.set()
        assert (await until_ready(client)).json()["release"] == fixture_data.version

    talk_to(create_app(local_settings, source), talk)


@pytest.mark.parametrize(
    ("failure", "slug"),
    [
        (Problem("no-release", "there is none"), "no-release"),
        (OSError("disk on fire"), "internal-error"),
    ],
)
def test_a_release_that_cannot_be_opened_is_told(
    local_settings: Settings, failure: Exception, slug: str
) -> None:
    def source() -> Release:
        raise failure

    async def talk(client: httpx.AsyncClient) -> None:
        response = await until_ready(client)
        assert response.status_code >= 500
        assert response.json()["type"].endswith(f"/{slug}")
        assert "disk on fire" not in response.text

    talk_to(create_app(local_settings, source), talk)


def test_unforeseen_exceptions_tell_nothing(
    local_settings: Settings,
    fixture_data: Release,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = create_app(local_settings, lambda: fixture_data)

    def explode(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a secret")

    async def talk(client: httpx.AsyncClient) -> None:
        await until_ready(client)
        monkeypatch.setattr(OwnQueries, "select", explode)
        response = await client.get("/api/v1/topics")
        assert response.status_code == 500
        assert response.headers["content-type"] == "application/problem+json"
        assert response.headers["access-control-allow-origin"] == "*"
        assert response.json()["type"].endswith("/internal-error")
        assert "secret" not in response.text
        assert "Traceback" not in response.text

    talk_to(app, talk)
    assert "a secret" in caplog.text, "the log tells what the caller must not know"


def test_addresses_come_from_the_settings(local_settings: Settings, fixture_data: Release) -> None:
    async def talk(client: httpx.AsyncClient) -> None:
        await until_ready(client)
        page = (await client.get("/api/v1/topics?limit=1")).json()
        for address in (page["@context"], page["id"], page["next"], page["items"][0]["href"]):
            assert address.startswith("http://service.example/api/v1/")

    talk_to(create_app(local_settings, lambda: fixture_data), talk)
