"""The Turtle writer, held to an independent parser."""

from decimal import Decimal

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medrd_kg.sources.review_sheets.turtle import (
    Block,
    RenderedBlock,
    decimal,
    document,
    iri,
    term,
    text,
)

SUBJECT = "prg:x"


def parsed(*blocks: Block) -> list[ox.Triple]:
    rendered = [RenderedBlock(each.subject, each.render()) for each in blocks]
    content = document("comment\nof two lines", rendered, {"prg": "Programmes"})
    return [quad.triple for quad in ox.parse(content.encode(), format=ox.RdfFormat.TURTLE)]


@given(
    value=st.text(st.characters(exclude_categories=["Cs"])), language=st.sampled_from([None, "ja"])
)
def test_literals_survive(value: str, language: str | None) -> None:
    (triple,) = parsed(Block(SUBJECT).add("rdfs:label", text(value, language)))
    assert isinstance(triple.object, ox.Literal)
    assert (triple.object.value, triple.object.language) == (value, language)


@given(
    value=st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9)
)
def test_decimals_survive(value: Decimal) -> None:
    (triple,) = parsed(Block(SUBJECT).add("mrd:targetValue", decimal(value)))
    assert isinstance(triple.object, ox.Literal)
    assert triple.object.datatype.value.endswith("#decimal")
    assert Decimal(triple.object.value) == value


def test_order_of_adding_is_no_difference() -> None:
    one = Block(SUBJECT, "Programme").add("rdfs:label", text("あ", "ja"), text("い", "ja"))
    other = Block(SUBJECT).add("rdfs:label", text("い", "ja"), text("あ", "ja"))
    other.add("a", "mrd:Programme")
    assert one.render() == other.render()


def test_only_prefixes_in_use_are_declared() -> None:
    block = Block(SUBJECT).add("org:unitOf", term("org-", "mhlw"))
    content = document("c", [RenderedBlock(SUBJECT, block.render())], {})
    assert content.count("@prefix") == 3


@pytest.mark.parametrize("local", ["", "a b", "-a", "a-", "a/b", "日本", "a.b"])
def test_local_names_that_need_escapes_are_refused(local: str) -> None:
    with pytest.raises(ValueError, match="plain local name"):
        term("prg", local)


def test_an_unknown_prefix_is_refused() -> None:
    with pytest.raises(KeyError):
        term("nobody", "x")


def test_addresses_with_forbidden_characters_are_encoded() -> None:
    assert iri('https://x.example/a b<">') == "<https://x.example/a%20b%3C%22%3E>"
