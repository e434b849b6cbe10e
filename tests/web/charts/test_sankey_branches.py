"""Branches for narrow screens: the same bands and sums as the wide diagram, nothing outside."""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from tests.web.charts.svg import SVG, named, outside, parsed
from tests.web.charts.test_sankey import ABOUT, LONG, graphs

from medrd_kg.web.charts.drawing import Label
from medrd_kg.web.charts.sankey import Band, Node, sankey
from medrd_kg.web.charts.sankey_branches import branches


@settings(deadline=None)
@given(graphs())
def test_every_band_is_drawn_once_and_nothing_leaves_the_view_box(
    graph: tuple[list[Node], list[Band]],
) -> None:
    nodes, bands = graph
    bands = [
        Band(each.source, each.target, each.amount, f"{each.source} → {each.target}: {each.amount}")
        for each in bands
    ]
    drawn = branches(ABOUT, nodes, bands)
    assert [each for drawing in drawn for each in outside(drawing)] == []
    told = [
        "".join(path.itertext()) for drawing in drawn for path in named(parsed(drawing), "c-band")
    ]
    wide = [
        "".join(path.itertext()) for path in named(parsed(sankey(ABOUT, nodes, bands)), "c-band")
    ]
    assert sorted(told) == sorted(wide) == sorted(each.name for each in bands)
    identifiers = [each.svg.partition('id="')[2].partition('"')[0] for each in drawn]
    assert len(set(identifiers)) == len(drawn)


@settings(deadline=None)
@given(graphs())
def test_names_of_targets_do_not_overlap(graph: tuple[list[Node], list[Band]]) -> None:
    nodes, bands = graph
    for drawing in branches(ABOUT, nodes, bands):
        boxes = [
            (float(box.get("y", "0")), float(box.get("height", "0")))
            for box in named(parsed(drawing), "c-hit")
        ]
        assert all(height >= 24 for _, height in boxes)
        for (one, height), (two, _) in pairwise(sorted(boxes)):
            assert one + height <= two + 1e-6


def test_a_target_tells_what_its_source_gives_it_and_not_all_that_it_has() -> None:
    nodes = [
        Node("a", 0, Label("総務省"), "3億円"),
        Node("b", 0, Label("内閣府"), "1億円"),
        Node("c", 1, Label(LONG, href="/ja/c", lang="ja"), "4億円"),
    ]
    bands = [
        Band("a", "c", 3 * 10**8, "総務省 → c: 300,000,000円", "3億円"),
        Band("b", "c", 1 * 10**8, "内閣府 → c: 100,000,000円", "1億円"),
    ]
    one, two = branches(ABOUT, nodes, bands)
    for drawing, amount, band in ((one, "3億円", bands[0]), (two, "1億円", bands[1])):
        (link,) = parsed(drawing).iter(f"{SVG}a")
        assert link.get("href") == "/ja/c"
        assert link.get("aria-label") == band.name
        assert [text.text for text in link.iter(f"{SVG}text")][-1] == amount
        assert "4億円" not in drawing.svg


def test_one_scale_for_all_branches() -> None:
    nodes = [Node(key, layer, Label(key), "") for key, layer in (("a", 0), ("b", 1), ("c", 2))]
    first, second = branches(ABOUT, nodes, [Band("a", "b", 400, ""), Band("b", "c", 100, "")])
    widths = [
        float(next(iter(named(parsed(each), "c-node"))).get("width", "0"))
        for each in (first, second)
    ]
    assert widths[0] == pytest.approx(4 * widths[1])


def test_bands_are_as_thick_before_the_bend_as_after_it() -> None:
    nodes = [Node(key, layer, Label(key), "") for key, layer in (("a", 0), ("b", 1), ("c", 1))]
    bands = [Band("a", "b", 300, "b"), Band("a", "c", 100, "c")]
    (drawing,) = branches(ABOUT, nodes, bands)
    for path, band in zip(named(parsed(drawing), "c-band"), bands, strict=True):
        numbers = [float(each) for each in re.findall(r"-?\d+\.?\d*", path.get("d", ""))]
        points = list(zip(numbers[::2], numbers[1::2], strict=True))
        before = points[-1][0] - points[0][0]
        (_, lower), (_, upper) = points[5:7]
        assert before == pytest.approx(72 * band.amount / 400, abs=0.02)
        assert lower - upper == pytest.approx(before, abs=0.02)


def test_without_money_there_are_none() -> None:
    assert branches(ABOUT, [Node("a", 0, Label("a"), "0円")], []) == ()
