"""What the journal knows of an edit, through the real server."""

from pathlib import Path

import httpx
from tests.conftest import running_server

from medrd_kg.federation.hops import HOPS_HEADER
from medrd_kg.store.journal import EditRecord, author_fingerprint, recorded

EDITOR = "the-token-of-the-editor-of-tests"
ADMIN = "the-token-of-the-admin-of-tests!"


def update(address: str, text: str, token: str, **headers: str) -> httpx.Response:
    return httpx.post(
        f"{address}/update",
        data={"update": text},
        headers={"Authorization": f"Bearer {token}", **headers},
        timeout=60,
    )


def test_the_journal_tells_roles_and_tokens_apart_but_no_token(tmp_path: Path) -> None:
    arguments = ("--empty", "--data-dir", tmp_path, "--no-union-default-graph")
    with running_server(*arguments, "--editor-token", EDITOR, "--admin-token", ADMIN) as address:
        for number, token in enumerate((EDITOR, ADMIN)):
            text = f"INSERT DATA {{ <urn:a> <urn:b> {number} }}"
            assert update(address, text, token).status_code == 204
    _, segments = recorded(tmp_path / "empty" / "edits")
    records = [
        EditRecord.decode(record) for each in segments for _, record in each.records(after=0)
    ]
    assert [(each.role, each.author) for each in records] == [
        ("editor", author_fingerprint(EDITOR)),
        ("admin", author_fingerprint(ADMIN)),
    ]
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert EDITOR.encode() not in kept
    assert ADMIN.encode() not in kept


def test_an_update_that_another_service_sent_calls_nobody(tmp_path: Path) -> None:
    arguments = ("--empty", "--data-dir", tmp_path, "--editor-token", EDITOR)
    elsewhere = "http://127.0.0.1:9/"
    text = f"LOAD <{elsewhere}x.ttl> INTO GRAPH <urn:g>"
    with running_server(*arguments, "--service-allow", elsewhere) as address:
        called = update(address, text, EDITOR)
        passed_on = update(address, text, EDITOR, **{HOPS_HEADER: "1"})
    assert called.json()["type"].endswith("/remote-failure")
    assert passed_on.json()["type"].endswith("/service-not-allowed")
    assert "another service" in passed_on.json()["detail"]
