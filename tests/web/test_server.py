"""The server as a process: its address, its log, its end."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from tests.web.conftest import CHECKOUT, free_port, running

SERVE = [sys.executable, "-m", "medrd_kg", "serve"]


def test_a_taken_address_is_said_at_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [*SERVE, f"--port={port}", f"--data-dir={tmp_path}"],
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert f"cannot listen on 127.0.0.1 port {port}" in done.stderr
    assert list(tmp_path.iterdir()) == [], "nothing was built for an address that cannot be had"


@pytest.mark.xdist_group("release")
def test_the_log_can_be_json_lines(release_data_dir: Path, tmp_path: Path) -> None:
    port = free_port()
    log = tmp_path / "log"
    address = f"http://127.0.0.1:{port}"
    command = [*SERVE, f"--port={port}", f"--data-dir={release_data_dir}", "--log-format=json"]
    with log.open("w") as stream, running(command, address, log=stream) as client:
        assert client.get("/health/live").status_code == 200
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    serving = [line for line in lines if line["message"].startswith(f"serving at {address}")]
    assert len(serving) == 1
    assert serving[0].keys() == {"time", "level", "logger", "message"}
    assert serving[0]["level"] == "info"
