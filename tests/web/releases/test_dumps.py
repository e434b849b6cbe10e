"""What is offered of releases: their list, their dumps, and the descriptions that promise them."""

import hashlib
import re

import httpx
import pytest
import zstandard
from rdflib import DCAT, DCTERMS, RDF, VOID, Graph, Literal, URIRef
from tests.web.releases.conftest import Kept

ALL = "medrd-kg.nq.zst"


def address(kept: Kept, name: str = ALL) -> str:
    return f"/dumps/{kept.newer}/{name}"


def stored(kept: Kept, name: str = ALL) -> bytes:
    return (kept.data_dir / "releases" / kept.newer / "dumps" / name).read_bytes()


class TestReleases:
    """The list of releases, and one of them."""

    def test_both_are_told_with_what_they_hold(self, kept_server: httpx.Client, kept: Kept) -> None:
        document = kept_server.get("/api/v1/releases").json()
        newer, older = document["items"]
        assert document["total"] == 2
        assert [newer["version"], older["version"]] == [kept.newer, kept.older]
        assert [each["isCurrent"] for each in document["items"]] == [True, False]
        assert [each["isServed"] for each in document["items"]] == [True, False]
        organization = "https://w3id.org/medrd-kg/core#Organization"
        assert newer["classes"][organization] == older["classes"][organization] + 1
        assert newer["triples"] > older["triples"]
        assert "data/ttl/organizations.ttl" in {each["name"] for each in newer["sources"]}
        assert newer["sourceDate"] == "2022-11-30"
        assert newer["notes"]["version"] == kept.newer
        assert newer["notes"]["previous"].endswith(kept.older)
        assert newer["notes"]["id"] == newer["id"]

    def test_one_release_has_an_address_of_its_own(
        self, kept_server: httpx.Client, kept: Kept
    ) -> None:
        listed = kept_server.get("/api/v1/releases").json()["items"]
        for each in listed:
            one = kept_server.get(each["href"]).json()
            assert {name: one[name] for name in each} == each
        current = kept_server.get("/api/v1/releases/current").json()
        assert current["version"] == kept.newer
        assert kept_server.get("/api/v1/releases/none").status_code == 404
        assert kept_server.get("/api/v1/releases/..%2F..").status_code == 404

    def test_every_dump_has_the_checksum_that_is_told(self, kept_server: httpx.Client) -> None:
        for release in kept_server.get("/api/v1/releases").json()["items"]:
            assert len(release["dumps"]) > 3
            for dump in release["dumps"]:
                body = kept_server.get(dump["href"]).content
                assert len(body) == dump["bytes"]
                assert hashlib.sha256(body).hexdigest() == dump["sha256"]


class TestDumps:
    """Files, whole and in part."""

    def test_a_dump_comes_as_it_lies_on_the_disk(
        self, kept_server: httpx.Client, kept: Kept
    ) -> None:
        answer = kept_server.get(address(kept))
        body = stored(kept)
        assert answer.content == body
        assert answer.headers["content-type"] == "application/zstd"
        assert answer.headers["content-length"] == str(len(body))
        assert answer.headers["accept-ranges"] == "bytes"
        assert answer.headers["etag"] == f'"{hashlib.sha256(body).hexdigest()}"'
        assert "content-encoding" not in answer.headers
        assert re.search(r"max-age=31536000, immutable", answer.headers["cache-control"])
        head = kept_server.head(address(kept))
        assert head.headers["content-length"] == str(len(body))
        assert not head.content
        unless = {"If-None-Match": answer.headers["etag"]}
        assert kept_server.get(address(kept), headers=unless).status_code == 304

    def test_parts_make_the_whole(self, kept_server: httpx.Client, kept: Kept) -> None:
        body, asked = stored(kept), address(kept)
        tag = kept_server.head(asked).headers["etag"]
        for given, part in (
            ("bytes=0-99", body[:100]),
            ("bytes=100-", body[100:]),
            ("bytes=-7", body[-7:]),
            (f"bytes=5-{10 * len(body)}", body[5:]),
            (f"bytes=-{10 * len(body)}", body),
        ):
            answer = kept_server.get(asked, headers={"Range": given, "If-Range": tag})
            assert answer.status_code == 206, given
            assert answer.content == part
            start = len(body) - len(part) if part != body[:100] else 0
            told = f"bytes {start}-{start + len(part) - 1}/{len(body)}"
            assert answer.headers["content-range"] == told
            assert answer.headers["etag"] == tag

    @pytest.mark.parametrize(
        "given", ["bytes=0-1,3-4", "bytes=9-3", "bytes=-", "lines=1-2", "bytes=a-b"]
    )
    def test_what_is_no_single_part_gets_the_whole(
        self, kept_server: httpx.Client, kept: Kept, given: str
    ) -> None:
        answer = kept_server.get(address(kept), headers={"Range": given})
        assert answer.status_code == 200
        assert answer.content == stored(kept)

    def test_a_part_of_another_file_is_not_sent(
        self, kept_server: httpx.Client, kept: Kept
    ) -> None:
        headers = {"Range": "bytes=0-9", "If-Range": '"another"'}
        assert kept_server.get(address(kept), headers=headers).content == stored(kept)

    def test_a_part_beyond_the_end_is_refused(self, kept_server: httpx.Client, kept: Kept) -> None:
        size = len(stored(kept))
        for given in (f"bytes={size}-", "bytes=-0"):
            answer = kept_server.get(address(kept), headers={"Range": given})
            assert answer.status_code == 416
            assert answer.headers["content-range"] == f"bytes */{size}"
            assert answer.json()["type"].endswith("/range-not-satisfiable")

    @pytest.mark.parametrize(
        ("name", "media_type"),
        [("medrd-kg.nq", "application/n-quads"), ("facts.ttl", "text/turtle; charset=utf-8")],
    )
    def test_a_dump_comes_unpacked_too(
        self, kept_server: httpx.Client, kept: Kept, name: str, media_type: str
    ) -> None:
        answer = kept_server.get(address(kept, name))
        plain = zstandard.ZstdDecompressor().decompress(stored(kept, f"{name}.zst"))
        assert answer.content == plain
        assert answer.headers["content-type"] == media_type
        assert answer.headers["content-length"] == str(len(plain))
        tag = answer.headers["etag"]
        again = kept_server.get(address(kept, name), headers={"If-None-Match": tag})
        assert again.status_code == 304

    def test_current_leads_to_the_current_release(
        self, kept_server: httpx.Client, kept: Kept
    ) -> None:
        answer = kept_server.get(f"/dumps/current/{ALL}")
        assert answer.status_code == 307
        assert kept_server.get(f"/dumps/current/{ALL}", follow_redirects=True).content == stored(
            kept
        )

    @pytest.mark.parametrize("name", ["none", "manifest.json", "..%2Fmanifest.json", ".zst", ""])
    def test_nothing_else_is_given(self, kept_server: httpx.Client, kept: Kept, name: str) -> None:
        assert kept_server.get(address(kept, name)).status_code == 404
        assert kept_server.get(f"/dumps/none/{ALL}").status_code == 404


class TestDescriptions:
    """VoID and DCAT keep what they promise."""

    def test_void_leads_to_dumps_and_endpoint(self, kept_server: httpx.Client, kept: Kept) -> None:
        answer = kept_server.get("/.well-known/void")
        assert answer.headers["content-type"].startswith("text/turtle")
        graph = Graph().parse(data=answer.text, format="turtle")
        dumps = [str(each) for each in graph.objects(None, VOID.dataDump)]
        assert len(dumps) > 3
        for each in dumps:
            assert each.startswith(str(kept_server.base_url).rstrip("/"))
            assert kept_server.head(each).status_code == 200
        (endpoint,) = graph.objects(None, VOID.sparqlEndpoint)
        assert kept_server.get(str(endpoint), params={"query": "ASK {}"}).json()["boolean"] is True
        dataset = URIRef("https://w3id.org/medrd-kg/dataset")
        assert (dataset, DCTERMS.identifier, Literal(kept.newer)) in graph

    def test_the_catalogue_tells_of_dumps_and_releases(
        self, kept_server: httpx.Client, kept: Kept
    ) -> None:
        answer = kept_server.get("/catalog", headers={"Accept": "application/ld+json"})
        graph = Graph().parse(data=answer.text, format="json-ld")
        (catalogue,) = graph.subjects(RDF.type, DCAT.Catalog)
        assert kept_server.get(str(catalogue)).status_code == 200
        for distribution in graph.objects(None, DCAT.distribution):
            size = int(str(graph.value(distribution, DCAT.byteSize)))
            url = str(graph.value(distribution, DCAT.downloadURL))
            assert kept_server.head(url).headers["content-length"] == str(size)
        version = URIRef(f"{DCAT}version")
        versions = {
            str(graph.value(each, version)): kept_server.get(
                str(graph.value(each, DCAT.landingPage))
            ).json()["version"]
            for each in graph.objects(None, URIRef(f"{DCAT}hasVersion"))
        }
        assert versions == {each: each for each in (kept.older, kept.newer)}

    def test_a_browser_is_led_to_the_page(self, kept_server: httpx.Client) -> None:
        headers = {"Accept": "text/html", "Accept-Language": "ja"}
        answer = kept_server.get("/catalog", headers=headers)
        assert answer.status_code == 303
        assert answer.headers["location"] == "/ja/releases"
