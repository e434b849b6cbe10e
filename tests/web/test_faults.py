"""What callers and operators are told of a fault."""

import asyncio
import logging

import httpx
import pytest
from fastapi import FastAPI

from medrd_kg.problems import Problem
from medrd_kg.web.faults import install_problem_handlers


def test_what_a_worker_said_is_logged_and_not_told(caplog: pytest.LogCaptureFixture) -> None:
    app = FastAPI()
    install_problem_handlers(app, lambda *_: None)

    @app.get("/broken")
    async def broken() -> None:
        problem = Problem("internal-error", "the service failed on this request")
        problem.__notes__ = ["Traceback of a worker"]
        raise problem

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.get("/broken")

    with caplog.at_level(logging.ERROR):
        answer = asyncio.run(ask())
    assert answer.status_code == 500
    assert "Traceback" not in answer.text
    assert "Traceback of a worker" in caplog.text
