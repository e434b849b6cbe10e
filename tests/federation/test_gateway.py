"""Which servers the gateway calls, and how; with real sockets, only the resolver is given."""

import asyncio
import subprocess
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext, SSLObject, SSLSocket, create_default_context
from typing import Any, TypeVar

import httpx
import pytest
from tests.federation.servers import EMPTY_JSON, Visit, answer, free_port, oxigraph_server, site

from medrd_kg.federation.documents import Document
from medrd_kg.federation.gateway import Gateway
from medrd_kg.federation.hops import HOPS_HEADER
from medrd_kg.federation.limits import Limits
from medrd_kg.problems import Problem

_Result = TypeVar("_Result")

QUERY = "SELECT * WHERE { ?s ?p ?o }"


class Names:
    """A resolver whose answers the test decides: one after the other, the last for ever."""

    def __init__(self, *answers: Sequence[str]) -> None:
        """Give ``answers``."""
        self._answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        assert port > 0
        self.asked.append(host)
        found = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if not found:
            raise OSError("no such name")
        return found


def soon() -> float:
    return time.monotonic() + 20


def run(work: Coroutine[Any, Any, _Result]) -> _Result:
    return asyncio.run(work)


async def asked(
    endpoint: str,
    *,
    allowed: Sequence[str] | None = None,
    own: Sequence[str] = (),
    resolve: Names | None = None,
    tls: SSLContext | None = None,
    hops: int = 0,
) -> Document:
    gateway = Gateway([endpoint] if allowed is None else allowed, own, resolve=resolve, tls=tls)
    try:
        return await gateway.ask(endpoint, QUERY, deadline=soon(), hops=hops)
    finally:
        await gateway.aclose()


async def refusal(asking: Coroutine[Any, Any, Document]) -> Problem:
    with pytest.raises(Problem) as caught:
        await asking
    assert caught.value.slug == "service-not-allowed"
    return caught.value


@dataclass(frozen=True)
class RemoteCall:
    """A call as a worker names it."""

    endpoint: str
    query: str | None
    silent: bool
    nested: tuple[str, ...] = ()


def call(endpoint: str, *, silent: bool = False, nested: tuple[str, ...] = ()) -> RemoteCall:
    return RemoteCall(endpoint, QUERY, silent, nested)


# What is asked, and how


def test_a_real_endpoint_answers_short_and_long_queries() -> None:
    with oxigraph_server("<http://a/s> <http://a/p> 'o' .") as address:

        async def scenario() -> None:
            gateway = Gateway([f"{address}/query"])
            for query in (QUERY, f"{QUERY} # {'long ' * 1000}"):
                found = await gateway.ask(f"{address}/query", query, deadline=soon())
                assert found.media_type == "application/sparql-results+json"
                assert b'"http://a/s"' in found.content
            await gateway.aclose()

        run(scenario())


def test_requests_carry_what_they_should_and_nothing_of_the_caller() -> None:
    async def scenario() -> list[Visit]:
        handler = answer(fields=("Set-Cookie: id=1; Path=/",))
        async with site(handler) as other:
            endpoint = f"http://127.0.0.1:{other.port}/sparql?graph=%E3%81%82"
            gateway = Gateway([endpoint])
            for query in (QUERY, f"{QUERY} # {'x' * 3000}"):
                await gateway.ask(endpoint, query, deadline=soon())
            await gateway.aclose()
            return other.visits

    short, long = run(scenario())
    assert short.line == (
        "GET /sparql?graph=%E3%81%82&query=SELECT%20%2A%20WHERE%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D"
        " HTTP/1.1"
    )
    assert long.line == "POST /sparql?graph=%E3%81%82 HTTP/1.1"
    assert long.headers["content-type"] == "application/x-www-form-urlencoded"
    assert long.body.startswith(b"query=SELECT")
    for visit in (short, long):
        assert visit.headers["host"].startswith("127.0.0.1:")
        assert visit.headers["user-agent"].startswith("medrd-kg/")
        assert visit.headers["accept"].startswith("application/sparql-results+json,")
        assert visit.headers[HOPS_HEADER.lower()] == "1"
        assert not {"cookie", "authorization", "referer", "origin"} & set(visit.headers)


def test_proxies_and_credentials_of_the_environment_are_ignored(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for variable in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(variable, f"http://127.0.0.1:{free_port()}")
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))

    async def scenario() -> Visit:
        async with site(answer()) as other:
            await asked(f"http://127.0.0.1:{other.port}/")
            return other.visits[0]

    assert "authorization" not in run(scenario()).headers


def test_xml_is_taken_as_well() -> None:
    async def scenario() -> Document:
        async with site(answer(b"<sparql/>", "Application/SPARQL-results+XML; charset=utf-8")) as o:
            return await asked(f"http://127.0.0.1:{o.port}/")

    assert run(scenario()).media_type == "application/sparql-results+xml"


# Which addresses are called


@pytest.mark.parametrize(
    ("host", "leads_to"),
    [
        ("127.0.0.1", None),
        ("127.0.0.2", None),
        ("[::1]", None),
        ("[::ffff:127.0.0.1]", None),
        ("[::ffff:7f00:1]", None),
        ("0.0.0.0", None),  # noqa: S104 - called, not listened on
        ("[::]", None),
        ("localhost", "127.0.0.1"),
        ("localhost", "::1"),
        ("alias.example", "127.0.0.1"),
        ("alias.example", "::ffff:127.0.0.1"),
    ],
)
@pytest.mark.parametrize("listening", ["127.0.0.1", "0.0.0.0", "[::]"])  # noqa: S104
def test_the_service_never_calls_itself(host: str, leads_to: str | None, listening: str) -> None:
    async def scenario() -> None:
        async with site(answer()) as own:
            endpoint = f"http://{host}:{own.port}/sparql"
            names = Names([leads_to or ""])
            refused = await refusal(
                asked(endpoint, own=[f"http://{listening}:{own.port}"], resolve=names)
            )
            assert "this service itself" in refused.detail
            assert own.connections == 0

    run(scenario())


def test_its_public_address_is_itself_by_any_name() -> None:
    async def scenario() -> None:
        own = ["http://127.0.0.1:8000", "https://kg.example"]
        names = Names(["93.184.216.34"])
        for endpoint in ("https://kg.example/sparql", "https://alias.example/sparql"):
            refused = await refusal(asked(endpoint, own=own, resolve=names))
            assert "this service itself" in refused.detail

    run(scenario())


def test_another_port_of_this_machine_is_another_service() -> None:
    async def scenario() -> None:
        async with site(answer()) as other:
            found = await asked(
                f"http://127.0.0.1:{other.port}/", own=[f"http://127.0.0.1:{free_port()}"]
            )
            assert found.content == EMPTY_JSON

    run(scenario())


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["::1"],
        ["10.0.0.1"],
        ["169.254.169.254"],
        ["::ffff:169.254.169.254"],
        ["fe80::1"],
        ["224.0.0.1"],
        ["0.0.0.0"],  # noqa: S104
        ["255.255.255.255"],
        ["64:ff9b::7f00:1"],
        ["93.184.216.34", "127.0.0.1"],
        ["2606:4700::1111", "10.0.0.1"],
    ],
)
def test_a_name_that_leads_inside_is_refused_whatever_else_it_leads_to(
    addresses: list[str],
) -> None:
    async def scenario() -> None:
        async with site(answer()) as inside:
            names = Names(addresses)
            problem = await refusal(asked(f"http://name.example:{inside.port}/", resolve=names))
            assert inside.connections == 0
            assert not any(address in str(problem.document()) for address in addresses)

    run(scenario())


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[fe80::1]/",
        "http://224.0.0.1/",
        "http://[::ffff:169.254.169.254]/",
        "http://0.0.0.0/",
    ],
)
def test_some_addresses_are_never_called_even_if_listed(endpoint: str) -> None:
    refused = run(refusal(asked(endpoint)))
    assert "never called" in refused.detail


def test_localhost_must_lead_to_this_machine() -> None:
    assert (
        "private network"
        in run(refusal(asked("http://localhost/", resolve=Names(["10.0.0.1"])))).detail
    )


def test_a_name_is_resolved_once_and_its_later_answers_do_not_matter() -> None:
    """The second answer of the name server would lead to another server on the same port."""

    async def scenario() -> None:
        async with (
            site(answer()) as checked,
            site(answer(), host="127.0.0.2", port=checked.port) as later,
        ):
            names = Names(["127.0.0.1"], ["127.0.0.2"])
            await asked(f"http://localhost:{checked.port}/", resolve=names)
            assert names.asked == ["localhost"]
            assert (checked.connections, later.connections) == (1, 0)
            assert checked.visits[0].headers["host"] == f"localhost:{checked.port}"

    run(scenario())


def test_an_address_that_takes_no_connection_is_followed_by_the_next() -> None:
    async def scenario() -> None:
        async with site(answer()) as other:
            names = Names(["127.0.0.3", "127.0.0.1"])
            found = await asked(f"http://localhost:{other.port}/", resolve=names)
            assert found.content == EMPTY_JSON

    run(scenario())


# TLS


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for localhost, with its key in the same file."""
    folder = tmp_path_factory.mktemp("tls")
    command = ["openssl", "req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    command += ["-addext", "subjectAltName=DNS:localhost", "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_bytes((folder / "key.pem").read_bytes() + (folder / "cert.pem").read_bytes())
    return both


def test_tls_is_verified_against_the_name_on_a_pinned_connection(certificate: Path) -> None:
    indicated: list[str | None] = []

    def note(_socket: SSLSocket | SSLObject, name: str | None, _context: SSLContext) -> None:
        indicated.append(name)

    serving = SSLContext(PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate)
    serving.sni_callback = note
    trusting = create_default_context(cafile=str(certificate))

    async def scenario() -> None:
        async with site(answer(), tls=serving) as other:
            endpoint = f"https://localhost:{other.port}/"
            names = Names(["127.0.0.1"])
            found = await asked(endpoint, resolve=names, tls=trusting)
            assert found.content == EMPTY_JSON
            assert indicated == ["localhost"]
            for url, context in (
                (f"https://127.0.0.1:{other.port}/", trusting),  # the certificate names no address
                (endpoint, None),  # the usual authorities do not know it
            ):
                with pytest.raises(Problem, match="TLS") as caught:
                    await asked(url, resolve=names, tls=context)
                assert caught.value.slug == "remote-failure"
            assert len(other.visits) == 1

    run(scenario())


# Circles


def test_a_request_that_another_service_passed_on_is_not_passed_further() -> None:
    refused = run(refusal(asked("http://127.0.0.1:1/", hops=1)))
    assert "sent by another service" in refused.detail


# Several calls


def test_calls_of_one_query_are_made_together_and_equal_ones_once() -> None:
    async def scenario() -> None:
        arrived, both = 0, asyncio.Event()

        async def handle(visit: Visit, writer: asyncio.StreamWriter) -> None:
            nonlocal arrived
            arrived += 1
            if arrived == 2:
                both.set()
            await both.wait()  # for ever, unless a second call comes meanwhile
            await answer()(visit, writer)

        async with site(handle) as other:
            base = f"http://127.0.0.1:{other.port}/"
            gateway = Gateway([base])
            calls = [call(f"{base}a"), call(f"{base}b"), call(f"{base}a")]
            found = await gateway.answers(calls, deadline=soon())
            assert [each.iri if each else None for each in found] == [c.endpoint for c in calls]
            assert other.connections == 2
            await gateway.aclose()

    run(scenario())


def test_more_calls_of_one_server_than_it_shall_bear_wait() -> None:
    async def scenario() -> None:
        release, two = asyncio.Event(), asyncio.Event()
        running = peak = 0

        async def handle(visit: Visit, writer: asyncio.StreamWriter) -> None:
            nonlocal running, peak
            running += 1
            peak = max(peak, running)
            if running == 2:
                two.set()
            await release.wait()
            running -= 1
            await answer()(visit, writer)

        async with site(handle) as slow, site(answer()) as quick:
            bases = [f"http://127.0.0.1:{each.port}/" for each in (slow, quick)]
            gateway = Gateway(bases, limits=Limits(calls_per_origin=2))
            calls = [call(f"{bases[0]}{n}") for n in range(6)]
            work = asyncio.create_task(gateway.answers(calls, deadline=soon()))
            await two.wait()
            # Another server's turn comes at once; its whole round trip leaves time for a third.
            await gateway.ask(bases[1], QUERY, deadline=soon())
            release.set()
            assert len(await work) == 6
            assert peak == 2
            await gateway.aclose()

    run(scenario())


def test_silent_calls_may_fail_but_not_be_forbidden() -> None:
    async def scenario() -> None:
        async with site(answer(status="500 Oops")) as other:
            base = f"http://127.0.0.1:{other.port}/"
            gateway = Gateway([base])
            assert await gateway.answers([call(base, silent=True)], deadline=soon()) == [None]
            for forbidden in (
                call("http://elsewhere.example/", silent=True),
                call(base, silent=True, nested=("http://elsewhere.example/",)),
            ):
                with pytest.raises(Problem, match=r"elsewhere\.example"):
                    await gateway.answers([forbidden], deadline=soon())
            with pytest.raises(Problem, match="status 500"):
                await gateway.answers([call(base, silent=True), call(base)], deadline=soon())
            await gateway.aclose()

    run(scenario())


def test_nothing_is_sent_before_all_calls_are_admitted() -> None:
    async def scenario() -> None:
        async with site(answer()) as other:
            base = f"http://127.0.0.1:{other.port}/"
            gateway = Gateway([base])
            with pytest.raises(Problem):
                await gateway.answers(
                    [call(base), call("http://elsewhere.example/")], deadline=soon()
                )
            assert other.connections == 0
            await gateway.aclose()

    run(scenario())


def test_a_caller_who_leaves_ends_the_call() -> None:
    async def scenario() -> None:
        arrived = asyncio.Event()

        async def handle(_visit: Visit, writer: asyncio.StreamWriter) -> None:
            arrived.set()
            while True:  # until the other side closes, which makes drain fail
                writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
                await writer.drain()

        async with site(handle) as other:
            base = f"http://127.0.0.1:{other.port}/"
            gateway = Gateway([base])
            work = asyncio.create_task(gateway.answers([call(base)], deadline=soon()))
            await arrived.wait()
            work.cancel()
            with pytest.raises(asyncio.CancelledError):
                await work
            await other.left.wait()
            await gateway.aclose()

    run(scenario())


# Documents to load


def test_a_document_is_read_from_a_real_server() -> None:
    with oxigraph_server("<http://a/s> <http://a/p> 'o' .") as address:

        async def scenario() -> Document:
            gateway = Gateway([f"{address}/"])
            found = await gateway.fetch(f"{address}/store?default", deadline=soon())
            await gateway.aclose()
            return found

        found = run(scenario())
        assert found.media_type in {"application/n-quads", "application/n-triples", "text/turtle"}
        assert b"<http://a/s>" in found.content


@pytest.mark.parametrize(
    ("path", "told", "expected"),
    [
        ("data.ttl", "text/plain; charset=utf-8", "text/turtle"),
        ("data.NT", "application/octet-stream", "application/n-triples"),
        ("data.ttl", "application/rdf+xml", "application/rdf+xml"),
        ("data.html", "text/plain", None),
        ("data", "text/html", None),
        ("data.ttl", "text/html", None),
    ],
)
def test_the_media_type_of_a_document(path: str, told: str, expected: str | None) -> None:
    async def scenario() -> Document:
        async with site(answer(b"<a:b> <a:b> <a:b> .", told)) as other:
            iri = f"http://127.0.0.1:{other.port}/{path}"
            return await Gateway([iri]).fetch(iri, deadline=soon())

    if expected is None:
        with pytest.raises(Problem, match="text/turtle") as caught:
            run(scenario())
        assert caught.value.slug == "remote-failure"
    else:
        assert run(scenario()).media_type == expected


def test_documents_obey_the_same_policy() -> None:
    async def scenario() -> None:
        gateway = Gateway(["http://name.example/data/"], resolve=Names(["10.0.0.1"]))
        for iri in ("http://name.example/data/x.ttl", "http://name.example/x.ttl"):
            with pytest.raises(Problem) as caught:
                await gateway.fetch(iri, deadline=soon())
            assert caught.value.slug == "service-not-allowed"
        with pytest.raises(Problem, match="by another service"):
            await gateway.fetch("http://name.example/data/x.ttl", deadline=soon(), hops=1)
        await gateway.aclose()

    run(scenario())


def test_loading_silently_always_goes_on() -> None:
    async def scenario() -> None:
        async with site(answer(b"<a:b> <a:b> <a:b> .", "text/turtle")) as other:
            base = f"http://127.0.0.1:{other.port}/"
            gateway = Gateway([base, "http://name.example/"], resolve=Names(["10.0.0.1"]))
            iris = [f"{base}a", "http://name.example/", "http://elsewhere.example/"]
            calls = [RemoteCall(iri, None, True) for iri in iris]
            found = await gateway.answers(calls, deadline=soon())
            assert [each and each.media_type for each in found] == ["text/turtle", None, None]
            for iri in iris[1:]:
                with pytest.raises(Problem) as caught:
                    await gateway.answers([RemoteCall(iri, None, False)], deadline=soon())
                assert caught.value.slug == "service-not-allowed"
            await gateway.aclose()

    run(scenario())


def test_closed_federation_says_so() -> None:
    gateway = Gateway(())
    assert not gateway.is_open
    with pytest.raises(Problem, match="federation is off"):
        run(gateway.ask("http://example.org/", QUERY, deadline=soon()))


def test_the_engine_of_the_second_server_is_real() -> None:
    with oxigraph_server() as address:
        assert httpx.get(f"{address}/query", params={"query": "ASK {}"}).json()["boolean"] is True
