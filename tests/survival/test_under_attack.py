"""Killer queries without pause: everybody else is served, and nothing is left behind."""

import pytest
from tests.survival.clients import Attack, Readings, attacking, read_for
from tests.survival.conftest import CACHE_MB, DEADLINE_SECONDS
from tests.survival.killers import KILLERS
from tests.survival.serving import Server, eventually

_SLOWEST_MILLISECONDS = 250
_TIMES_SLOWER = 5
_REST_SECONDS = 30  # the pause after which workers with copies of the data are let go, and more
_GROWTH_BYTES = (CACHE_MB + 96) * 1_000_000  # answers are kept, and large requests leave room


def _attacked(
    server: Server, calm_seconds: float, attack_seconds: float
) -> tuple[Readings, Attack]:
    read_for(server.address, 1, readers=1, name="warm")
    processes, memory = len(server.tree.living()), server.tree.memory_bytes()
    calm = read_for(server.address, calm_seconds, name="calm")
    assert not calm.failures
    with attacking(server.address) as attack:
        attacked = read_for(server.address, attack_seconds, name="attacked")
    assert not attacked.failures
    allowed = max(_TIMES_SLOWER * calm.percentile(99), _SLOWEST_MILLISECONDS)
    assert attacked.percentile(99) <= allowed
    eventually("no query runs on", server.rests, within=DEADLINE_SECONDS + 5)
    eventually(
        "only the idle processes are left",
        lambda: len(server.tree.processes()) <= processes,
        within=_REST_SECONDS,
    )
    eventually(
        "the memory is given back",
        lambda: server.tree.memory_bytes() <= memory + _GROWTH_BYTES,
        within=5,
    )
    return attacked, attack


def _check_ends(attack: Attack) -> None:
    """Each attack ended as it may, or was told at once that the queue is full."""
    # In a queue, the deadline may come before the query's own fault is found.
    allowed = {
        f"{killer.name}: {end}"
        for killer in KILLERS
        for end in (*killer.ends, "busy", "query-timeout")
    }
    assert attack.ends
    assert set(attack.ends) <= allowed


def test_readers_are_served_while_killers_run(survivor: Server) -> None:
    readings, attack = _attacked(survivor, calm_seconds=4, attack_seconds=14)
    assert len(readings.milliseconds) > 100
    _check_ends(attack)


@pytest.mark.long
def test_readers_are_served_through_a_long_attack(survivor: Server) -> None:
    readings, attack = _attacked(survivor, calm_seconds=10, attack_seconds=120)
    assert len(readings.milliseconds) > 1000
    _check_ends(attack)
