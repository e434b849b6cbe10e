"""Rate limits in query seconds."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.web.front.conftest import peer

from medrd_kg.problems import Problem
from medrd_kg.web.front.budget import Budget, Reservation, client_of

TOKEN = "r" * 24


class Clock:
    """A clock that tests turn."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def spend(budget: Budget, client: str, seconds: float) -> None:
    budget.settle(budget.reserve(client), seconds)


def standing(budget: Budget, client: str) -> tuple[int, int]:
    value = dict(budget.headers(client))[b"ratelimit"].decode()
    found = re.fullmatch(r'"query-seconds";r=(\d+);t=(\d+)', value)
    assert found is not None, value
    return int(found[1]), int(found[2])


def test_a_client_spends_and_recovers() -> None:
    clock = Clock()
    budget = Budget(60, clock=clock)
    assert standing(budget, "a") == (60, 0)
    assert dict(budget.headers("a"))[b"ratelimit-policy"] == b'"query-seconds";q=60;w=60'
    spend(budget, "a", 18)
    assert standing(budget, "a") == (42, 18)
    clock.now += 10
    assert standing(budget, "a") == (52, 8)
    clock.now += 1000
    assert standing(budget, "a") == (60, 0)
    assert standing(budget, "b") == (60, 0)


def test_an_overdrawn_client_waits_until_it_is_even() -> None:
    clock = Clock()
    budget = Budget(60, clock=clock)
    spend(budget, "a", 90)
    with pytest.raises(Problem) as refused:
        budget.reserve("a")
    assert refused.value.slug == "rate-limited"
    assert refused.value.headers == {"Retry-After": "31"}
    assert standing(budget, "a") == (0, 90)
    budget.reserve("b")
    clock.now += 31
    spend(budget, "a", 0.1)
    assert budget.refused == 1


@pytest.mark.parametrize(
    ("rate", "policy"),
    [(0.5, b"q=1;w=120"), (1, b"q=1;w=60"), (2.5, b"q=3;w=72"), (0.01, b"q=1;w=6000")],
)
def test_any_rate_has_whole_numbers(rate: float, policy: bytes) -> None:
    assert dict(Budget(rate).headers("a"))[b"ratelimit-policy"].endswith(policy)


@given(
    events=st.lists(
        st.tuples(st.sampled_from(["ask", "end", "wait"]), st.floats(0, 20)), max_size=60
    )
)
def test_no_order_of_requests_evades_the_rate(events: list[tuple[str, float]]) -> None:
    """What is admitted costs at most quota, refill, and what single requests overdraw."""
    clock, spent, begun = Clock(), 0.0, 1000.0
    budget = Budget(10, clock=clock)
    open_: list[Reservation] = []
    for what, amount in events:
        if what == "wait":
            clock.now += amount
        elif what == "end" and open_:
            spent += amount
            budget.settle(open_.pop(), amount)
        elif what == "ask":
            left = 10 + (clock.now - begun) * 10 / 60 - spent
            try:
                open_.append(budget.reserve("a"))
            except Problem:
                continue
            assert left > 0, "nobody is admitted who has nothing left"
    assert len(open_) <= 11 + (clock.now - begun), "requests at once are bounded"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
    ],
)
def test_addresses_of_one_client(one: str, other: str, same: bool) -> None:
    assert (client_of(one) == client_of(other)) is same


def test_queries_cost_and_ready_answers_do_not(unique: str) -> None:
    with peer("rate_limit=60") as running:
        first = running.get(f"/sparql?name={unique}&cost=30")
        assert first.headers["ratelimit-policy"] == '"query-seconds";q=60;w=60'
        assert first.headers["ratelimit"].startswith('"query-seconds";r=')
        for _ in range(5):
            again = running.get(f"/sparql?name={unique}&cost=30")
            assert re.match(r'"query-seconds";r=(29|30);t=', again.headers["ratelimit"])
        running.get(f"/sparql?name={unique}&cost=31")
        refused = running.get(f"/sparql?name={unique}&cost=1")
        assert refused.status_code == 429
        assert refused.json()["type"].endswith("/rate-limited")
        assert int(refused.headers["retry-after"]) >= 1
        assert refused.headers["ratelimit"].startswith('"query-seconds";r=0;t=')
        assert running.get(f"/sparql?name={unique}&cost=30").status_code == 200, "it is ready"
        assert running.get("/health/counts").status_code == 200
        assert running.get("/health/counts").headers.get("retry-after") is None


def test_requests_at_once_do_not_evade_it(unique: str) -> None:
    with peer("rate_limit=4") as running, ThreadPoolExecutor(20) as pool:
        asked = [
            pool.submit(running.get, f"/sparql?name={unique}&gate={unique}&cost=4&n={number}")
            for number in range(20)
        ]
        begun = refused = 0
        while begun + refused < 20:  # each turn is a round trip to the server
            begun = running.tell("counts").get(f"{unique} begun", 0)
            refused = sum(each.done() for each in asked)
        running.tell("open", gate=unique)
        statuses = [each.result().status_code for each in asked]
        assert statuses.count(429) == refused
        assert 1 <= begun <= 10, "an eighth of the quota is reserved for each"


def test_clients_have_their_own_budgets(unique: str) -> None:
    with peer("rate_limit=1", "trusted_proxies=127.0.0.1", f"reader_token={TOKEN}") as running:
        reader = {"authorization": f"Bearer {TOKEN}"}
        running.get(f"/sparql?name={unique}&cost=50", x_forwarded_for="192.0.2.1", **reader)
        assert (
            running.get(f"/sparql?name={unique}&1", x_forwarded_for="192.0.2.2", **reader)
        ).status_code == 429, "a token counts wherever it comes from"
        other = running.get(f"/sparql?name={unique}&2", x_forwarded_for="192.0.2.1")
        assert other.status_code == 200
        made_up = {"authorization": "Bearer " + "x" * 24, "x_forwarded_for": "192.0.2.3"}
        running.get(f"/sparql?name={unique}&3&cost=50", x_forwarded_for="192.0.2.3")
        assert running.get(f"/sparql?name={unique}&4", **made_up).status_code == 429
