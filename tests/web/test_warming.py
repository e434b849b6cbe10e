"""Pages that are made before anybody asks for them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from tests.web.test_life_cycle import talk_to, until_ready

from medrd_kg.kinds import Kind, kinds
from medrd_kg.settings import Settings
from medrd_kg.sparql.workers.own_queries import OwnQueries
from medrd_kg.store.base import Row
from medrd_kg.web import warming as subject
from medrd_kg.web.app import create_app
from medrd_kg.web.pages import asking
from medrd_kg.web.state import Release, Service, Usage
from medrd_kg.web.warming import Warming

AS_BROWSER = {"accept": "text/html"}
DEAR = ("/ja/", "/en/", "/ja/api", "/en/api", "/ja/quality", "/ja/linkage", "/en/linkage")
HAS_NO_BUDGET = "fiscal_year=2022&stage=initial"
"""Of what the pages ask, the fixture cannot answer this; a refusal is not kept."""


@pytest.fixture
def app(local_settings: Settings, fixture_data: Release) -> FastAPI:
    return create_app(local_settings, lambda: fixture_data)


def when_ready(app: FastAPI, talk: Callable[[httpx.AsyncClient], Awaitable[None]]) -> None:
    async def conversation(client: httpx.AsyncClient) -> None:
        await until_ready(client)
        await talk(client)

    talk_to(app, conversation)


def test_the_first_reader_of_a_dear_page_lets_nothing_be_computed(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    warming = Warming(app)
    app.state.life.on_served = warming.begin

    answer = asking._answer

    async def refuse(app: FastAPI, around: Mapping[str, Any], path: str, query: str) -> bytes:
        if query.startswith(HAS_NO_BUDGET):
            return await answer(app, around, path, query)
        raise AssertionError(f"computed for a reader: {path}?{query}")

    async def refuse_query(_: OwnQueries, text: str) -> list[Row]:
        raise AssertionError(f"computed for a reader: {text}")

    async def talk(client: httpx.AsyncClient) -> None:
        await warming.wait()
        monkeypatch.setattr(OwnQueries, "select", refuse_query)
        monkeypatch.setattr(asking, "_answer", refuse)
        for path in DEAR:
            page = await client.get(path, headers=AS_BROWSER)
            assert page.status_code == 200, path
        # What nobody made before is computed: the check above could fail.
        other = await client.get("/ja/linkage?rows=modality", headers=AS_BROWSER)
        assert other.status_code == 500

    when_ready(app, talk)


class Served:
    """What making pages needs of the served state, without any data."""

    def __init__(self) -> None:
        """Be idle."""
        self.usage = Usage()
        self.listings = self

    async def members(self, kind: Kind) -> tuple[str, ...]:
        return (kind.iri("one"), kind.iri("two"))

    def require_serving(self) -> "Served":
        return self


@pytest.fixture
def served() -> Served:
    return Served()


@pytest.fixture
def warming(served: Served) -> Warming:
    app = FastAPI()
    app.state.service = served
    return Warming(app)


def test_readers_go_first_and_an_end_is_not_delayed(
    served: Served, warming: Warming, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    is_making = asyncio.Event()

    async def never(_: FastAPI, path: str) -> bytes:
        made.append(path)
        is_making.set()
        return await asyncio.Future()

    monkeypatch.setattr(subject, "answer_of", never)

    async def talk() -> None:
        with served.usage.counted():
            warming.begin()
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(is_making.wait(), 1.5 * subject._QUIET_SECONDS)
        assert made == []
        await asyncio.wait_for(is_making.wait(), 10)
        assert made == ["/ja/"], "one page at a time"
        warming.end()
        with pytest.raises(asyncio.CancelledError):
            await warming.wait()

    asyncio.run(talk())


def test_a_page_that_fails_does_not_keep_the_others_from_being_made(
    warming: Warming, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made: list[str] = []

    async def fail_at_first(_: FastAPI, path: str) -> bytes:
        made.append(path)
        if len(made) == 1:
            raise ZeroDivisionError("a fault of the page")
        return b""

    monkeypatch.setattr(subject, "answer_of", fail_at_first)

    async def talk() -> None:
        warming.begin()
        await warming.wait()

    asyncio.run(talk())
    assert {"/ja/", "/en/", "/ja/quality", "/ja/projects/two", "/ja/diseases/one"} <= set(made)
    assert len(made) == len(set(made))
    assert "/ja/ cannot be made" in caplog.text


def test_sizes_are_those_of_the_listings(app: FastAPI) -> None:
    async def talk(_: httpx.AsyncClient) -> None:
        service: Service = app.state.service
        listings = service.require_serving().listings
        sizes = await listings.sizes(list(kinds().values()))
        assert sizes == {each.name: len(await listings.members(each)) for each in kinds().values()}
        assert sizes["project"] == 2
        assert 0 in sizes.values(), "there are kinds without members too"

    when_ready(app, talk)
