"""Processes of an import or a build end with it, even when it is killed."""

import os
import select
import subprocess
import sys
from pathlib import Path

import pytest

FORKED = """
import os, time
from medrd_kg.sources.review_sheets.parallel import each_in_parallel

def work(task):
    os.write(1, b"begun\\n")  # at once: two processes write here
    time.sleep(600)

for _ in each_in_parallel(["a", "b"], work, 2):
    pass
"""

SPAWNED = """
import os, time
from medrd_kg.build.parts.working import processes

if __name__ == "__main__":
    with processes() as pool:
        for waiting in [pool.submit(os.getpid) for _ in range(20)]:
            waiting.result()
        print("begun", flush=True)
        print("begun", flush=True)
        time.sleep(600)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="processes are watched as Linux does it")
@pytest.mark.parametrize("program", [FORKED, SPAWNED], ids=["import", "build"])
def test_processes_end_with_a_killed_parent(program: str, tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(program, encoding="utf-8")
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        for _ in range(2):
            assert parent.stdout.readline() == b"begun\n"
        ends = [os.pidfd_open(child) for child in children_of(parent.pid)]
        assert len(ends) >= 2
        parent.kill()
    for end in ends:
        assert select.select([end], [], [], 30)[0], "a child outlives its parent"
        os.close(end)


def children_of(process: int) -> list[int]:
    listed = Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for path in listed for child in path.read_text("ascii").split()]
