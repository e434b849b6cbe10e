"""Faults of ours, told to browsers as pages and to programs as problem documents."""

import anyio
import httpx
from fastapi import Request, Response
from starlette.types import Receive, Scope, Send

from medrd_kg.problems import Problem
from medrd_kg.web.faults import FaultBarrier


async def broken(_: Scope, __: Receive, ___: Send) -> None:
    raise RuntimeError("nobody foresaw this")


async def _answered(barrier: FaultBarrier) -> httpx.Response:
    transport = httpx.ASGITransport(app=barrier)
    async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
        return await client.get("/en/")


def test_an_unforeseen_fault_is_a_page_where_one_is_wanted() -> None:

    told: list[str] = []

    def page(_: Request, problem: Problem) -> Response:
        told.append(problem.slug)
        return Response("<!doctype html>", status_code=500, media_type="text/html")

    response = anyio.run(_answered, FaultBarrier(broken, page=page))
    assert (response.status_code, told) == (500, ["internal-error"])
    assert response.headers["content-type"].startswith("text/html")
    plain = anyio.run(_answered, FaultBarrier(broken))
    assert plain.headers["content-type"] == "application/problem+json"
    assert "nobody foresaw" not in plain.text
