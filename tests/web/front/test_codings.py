"""Content codings of answers and of request bodies."""

import gzip
import json
import zlib
from collections.abc import Callable

import httpx
import pytest
import zstandard
from tests.web.front.conftest import Peer, peer

from medrd_kg.problems import Problem
from medrd_kg.web.front.codings import coding_wish, decoded
from medrd_kg.web.front.decoding import decode_body

Packer = Callable[[bytes], bytes]

QUERY = "application/sparql-query"


@pytest.mark.parametrize(
    ("header", "preferred", "identity"),
    [
        (None, "identity", True),
        ("", "identity", True),
        ("gzip", "gzip", True),
        ("x-gzip", "gzip", True),
        ("GZIP", "gzip", True),
        ("zstd", "zstd", True),
        ("gzip, deflate, br, zstd", "zstd", True),
        ("gzip;q=1.0, zstd;q=0.9", "gzip", True),
        ("gzip;q=0", "identity", True),
        ("gzip;q=0.000, zstd;q=0.001", "zstd", True),
        ("br, deflate", "identity", True),
        ("*", "identity", True),
        ("*;q=0", "identity", False),
        ("*;q=0, gzip", "gzip", False),
        ("identity;q=0", "identity", False),
        ("identity;q=0, *", "gzip", False),
        ("identity;q=0, *;q=0.5, gzip;q=0", "zstd", False),
        ("identity;q=0, gzip;q=0, zstd;q=0, *", "identity", False),
        ("identity, gzip;q=0.5", "identity", True),
        ("identity;q=0.5, gzip;q=0.5", "gzip", True),
        ("gzip;q=nonsense", "identity", True),
        ("gzip;q=1.5", "identity", True),
        (" gzip ; q=0.5 ,", "gzip", True),
    ],
)
def test_accept_encoding(header: str | None, preferred: str, identity: bool) -> None:
    wish = coding_wish(None if header is None else header.encode())
    assert wish == (preferred, identity)


def unpacked(response: httpx.Response, raw: bytes) -> bytes:
    return decoded(raw, response.headers.get("content-encoding", "identity"))


def raw_answer(peer: Peer, target: str, **headers: str) -> tuple[httpx.Response, bytes]:
    """Return an answer and its bytes before any decoding."""
    request = peer.client.build_request("GET", target, headers=headers)
    if "accept-encoding" not in headers:
        request.headers.pop("accept-encoding", None)
    response = peer.client.send(request, stream=True)
    try:
        return response, b"".join(response.iter_raw())
    finally:
        response.close()


@pytest.mark.parametrize("form", ["padding=5000", "padding=500000", "pieces=3&padding=90000"])
def test_every_coding_carries_the_same_answer(either: Peer, unique: str, form: str) -> None:
    target = f"/api/echo?name={unique}&{form}"
    bodies, tags = set(), set()
    for _ in range(2):  # as it is made, and as it is kept
        for coding in ("identity", "gzip", "zstd"):
            response, raw = raw_answer(either, target, **{"accept-encoding": coding})
            assert response.headers.get("content-encoding", "identity") == coding
            assert "Accept-Encoding" in response.headers["vary"]
            bodies.add(unpacked(response, raw))
            tags.add(response.headers.get("etag"))
            if "content-length" in response.headers:
                assert int(response.headers["content-length"]) == len(raw)
    assert len(bodies) == 1
    assert len(tags - {None}) == 3, "a strong tag names bytes"
    assert either.tell("counts")[f"{unique} begun"] == 1, "one evaluation serves all codings"


def test_small_answers_have_no_coding_unless_there_must_be_one(either: Peer, unique: str) -> None:
    target = f"/api/echo?name={unique}"
    response, _ = raw_answer(either, target, **{"accept-encoding": "gzip"})
    assert "content-encoding" not in response.headers
    assert "Accept-Encoding" in response.headers["vary"]
    response, raw = raw_answer(either, target, **{"accept-encoding": "gzip, identity;q=0"})
    assert response.headers["content-encoding"] == "gzip"
    assert json.loads(gzip.decompress(raw))["evaluation"] == 1


def test_what_cannot_be_coded_as_wanted_is_refused(either: Peer) -> None:
    response = either.get("/api/echo", accept_encoding="br, identity;q=0")
    assert response.status_code == 406
    assert response.json()["available"] == ["zstd", "gzip", "identity"]


@pytest.mark.parametrize(
    "field",
    [
        "h-content-type=application/zip",
        "h-content-type=image/png",
        "h-content-encoding=br",
        "h-cache-control=no-transform",
    ],
)
def test_some_answers_stay_as_they_are(either: Peer, unique: str, field: str) -> None:
    target = f"/api/echo?name={unique}&padding=5000&{field}"
    for _ in range(2):
        response, raw = raw_answer(either, target, **{"accept-encoding": "gzip"})
        assert response.headers.get("content-encoding", "") in {"", "br"}
        assert json.loads(raw)["padding"] == "=" * 5000


@pytest.mark.parametrize("coding", ["identity", "gzip", "zstd"])
def test_a_stream_shows_its_progress(either: Peer, unique: str, coding: str) -> None:
    target = f"/api/echo?name={unique}&pieces=3&between={unique}&padding=40000"
    headers = {"accept-encoding": coding}
    with either.client.stream("GET", target, headers=headers) as response:
        decoders: dict[str, Packer] = {
            "identity": bytes,
            "gzip": zlib.decompressobj(31).decompress,
            "zstd": zstandard.ZstdDecompressor().decompressobj().decompress,
        }
        decode = decoders[coding]
        lines, text, pieces = [], b"", response.iter_raw()
        for number in range(3):
            while b"\n" not in text:
                text += decode(next(pieces))
            line, _, text = text.partition(b"\n")
            lines.append(line)
            either.tell("open", gate=f"{unique}{number + 1}")  # the next piece is made only now
        assert list(map(len, lines)) == [len(lines[0])] * 3


@pytest.mark.parametrize("coding", ["identity", "gzip", "zstd"])
def test_a_cut_stream_is_never_whole(either: Peer, unique: str, coding: str) -> None:
    target = f"/api/echo?name={unique}&pieces=2&padding=40000&fail=within"
    head = f"GET {target} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: {coding}\r\n\r\n"
    for _ in range(2):
        raw = either.say(head.encode())
        assert raw.startswith(b"HTTP/1.1 200")
        assert not raw.endswith(b"0\r\n\r\n"), "the transfer has no end"
        body = b"".join(chunks(raw.partition(b"\r\n\r\n")[2]))
        if coding == "gzip":
            assert not (stream := zlib.decompressobj(31)).decompress(body) or not stream.eof
        elif coding == "zstd":
            frame = zstandard.ZstdDecompressor().decompressobj()
            assert frame.decompress(body)
            assert not frame.eof
    assert either.tell("counts")[f"{unique} begun"] == 2, "it is not kept"


def chunks(raw: bytes) -> list[bytes]:
    """Return the complete chunks of a chunked body (RFC 9112, section 7.1)."""
    found = []
    while raw:
        size, _, rest = raw.partition(b"\r\n")
        length = int(size, 16)
        found.append(rest[:length])
        raw = rest[length + 2 :]
    return found


@pytest.mark.parametrize("path", ["/sparql", "/graph-store"])
@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("zstd", zstandard.compress),
        ("gzip", lambda data: gzip.compress(data[:9]) + gzip.compress(data[9:])),
        ("zstd", lambda data: zstandard.compress(data[:9]) + zstandard.compress(data[9:])),
        ("identity", bytes),
        ("", bytes),
    ],
)
def test_request_bodies_may_be_coded(
    either: Peer, unique: str, path: str, coding: str, pack: Packer
) -> None:
    body = b"ASK { # " + b"\xe3\x81\x82" * 50_000
    plain_answer = either.ask("POST", f"{path}?name={unique}", body, content_type=QUERY).json()
    headers = {"content_type": QUERY, "content_encoding": coding}
    answer = either.ask("POST", f"{path}?name={unique}", pack(body), **headers).json()
    assert answer["body"] == plain_answer["body"]


@pytest.mark.parametrize("coding", ["br", "deflate", "gzip, gzip", "compress"])
def test_other_codings_are_refused(either: Peer, coding: str) -> None:
    response = either.ask("POST", "/sparql", b"ASK {}", content_type=QUERY, content_encoding=coding)
    assert response.status_code == 415
    assert response.headers["accept-encoding"] == "gzip, zstd"


BOMB_BYTES = 400_000_000


def gzip_bomb() -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    million = bytes(1_000_000)
    return b"".join(packer.compress(million) for _ in range(400)) + packer.flush()


def zstd_bomb() -> bytes:
    packer = zstandard.ZstdCompressor(level=3).compressobj(size=BOMB_BYTES)
    million = bytes(1_000_000)
    return b"".join(packer.compress(million) for _ in range(400)) + packer.flush()


@pytest.mark.parametrize(("coding", "bomb"), [("gzip", gzip_bomb), ("zstd", zstd_bomb)])
def test_bombs_are_refused_before_they_burst(coding: str, bomb: Callable[[], bytes]) -> None:
    with peer("max_body_mb=1") as running:
        before = running.tell("memory")
        headers = {"content_type": QUERY, "content_encoding": coding}
        response = running.ask("POST", "/sparql", bomb(), **headers)
        assert response.status_code == 413
        assert response.json()["limit"] == 1_000_000
        assert running.tell("memory") - before < BOMB_BYTES / 4


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_damaged_bodies_are_refused(either: Peer, pack: Packer) -> None:
    whole = pack(b"ASK {}" * 100)
    coding = "gzip" if whole[:2] == b"\x1f\x8b" else "zstd"
    headers = {"content_type": QUERY, "content_encoding": coding}
    for damaged in (whole[:-3], whole[:10] + b"\xff" + whole[11:], b"nonsense", whole + b"more"):
        response = either.ask("POST", "/sparql", damaged, **headers)
        assert response.status_code == 400, damaged
        assert response.json()["type"].endswith("/malformed-request")


def test_many_small_members_are_refused() -> None:
    with pytest.raises(Problem, match="more than 1000 parts"):
        decode_body(gzip.compress(b"") * 1001, "gzip", 1000)
    assert decode_body(gzip.compress(b"a") * 1000, "gzip", 1000) == b"a" * 1000
    with pytest.raises(Problem, match="larger than 999 bytes"):
        decode_body(gzip.compress(b"a") * 1000, "gzip", 999)
