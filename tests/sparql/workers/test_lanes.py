"""Which queries count as long: those that use the processor, not those that wait for it."""

from types import SimpleNamespace
from typing import cast

import pytest

from medrd_kg.sparql.workers.job import Job, LaneName
from medrd_kg.sparql.workers.lanes import SLICE_SECONDS, Lanes
from medrd_kg.sparql.workers.process import Worker


def _looked_at(used: float, *, waited: float, is_streaming: bool = False) -> tuple[Job, Worker]:
    """Return a job after a look at it: ``used`` and ``waited`` are seconds since it began."""
    worker = SimpleNamespace(yields=False, processor_seconds=lambda: 1.0 + used)
    worker.yield_processor = lambda: setattr(worker, "yields", True)
    lanes = Lanes(1, lambda _: None)
    job = Job(b"", 2.0, begun=100.0, used_before=1.0, worker=cast("Worker", worker))
    job.is_streaming = is_streaming
    lanes.enter(job)
    assert list(lanes.look(100.0 + waited)) == []
    return job, cast("Worker", worker)


@pytest.mark.parametrize(
    ("used", "waited", "lane"),
    [
        (0.001, 0.01, LaneName.FAST),
        (0.001, 1.5, LaneName.YIELDING),
        (SLICE_SECONDS * 0.4, 1.5, LaneName.YIELDING),
        (SLICE_SECONDS * 0.6, 0.2, LaneName.YIELDING),
        (SLICE_SECONDS * 0.6, 0.4, LaneName.LONG),
        (SLICE_SECONDS * 1.1, 0.1, LaneName.LONG),
    ],
)
def test_what_counts_is_the_processor(used: float, waited: float, lane: LaneName) -> None:
    job, worker = _looked_at(used, waited=waited)
    assert job.lane is lane
    assert worker.yields == (used > 0.005)


def test_a_stream_that_waits_for_its_client_needs_a_slot() -> None:
    job, _ = _looked_at(0.001, waited=0.4, is_streaming=True)
    assert job.lane is LaneName.LONG
