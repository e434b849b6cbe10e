"""Sankey diagrams: thickness, order, ways around nodes, and the view box."""

import itertools
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.web.charts.svg import SVG, named, outside, parsed

from medrd_kg.web.charts.drawing import About, Label
from medrd_kg.web.charts.sankey import Band, Node, sankey
from medrd_kg.web.charts.sankey_layout import laid_out

ABOUT = About("s", "資金の流れ", "Money & its ways")
LONG = "医療研究開発推進事業費補助金（保健衛生医療調査等推進事業費補助金等を含む）" * 3


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Node], list[Band]]:
    """Return nodes in up to four layers, and bands that lead onward."""
    sizes = draw(st.lists(st.integers(1, 6), min_size=2, max_size=4))
    nodes = [
        Node(
            f"{layer}-{place}", layer, Label(draw(st.sampled_from(["総務省", LONG, "A b"]))), "1円"
        )
        for layer, size in enumerate(sizes)
        for place in range(size)
    ]
    bands = []
    for target in nodes:
        before = [node for node in nodes if node.layer < target.layer]
        if before:
            source = draw(st.sampled_from(before))
            amount = draw(st.integers(-(10**12), 10**12))
            bands.append(Band(source.key, target.key, amount, "…"))
    return nodes, bands


@settings(deadline=None)
@given(graphs())
def test_bands_add_up_to_their_nodes(graph: tuple[list[Node], list[Band]]) -> None:
    nodes, bands = graph
    layout = laid_out(nodes, bands)
    entering: dict[str, float] = defaultdict(float)
    leaving: dict[str, float] = defaultdict(float)
    for band, way, thickness in layout.ways:
        assert thickness == pytest.approx(abs(band.amount) * layout.scale)
        assert [stop.layer for stop in way] == list(range(way[0].layer, way[-1].layer + 1))
        leaving[band.source] += thickness
        entering[band.target] += thickness
    for key, stop in layout.nodes.items():
        assert stop.thickness == pytest.approx(max(entering[key], leaving[key]))


@settings(deadline=None)
@given(graphs())
def test_nothing_overlaps_or_leaves_the_view_box(graph: tuple[list[Node], list[Band]]) -> None:
    nodes, bands = graph
    assert outside(sankey(ABOUT, nodes, bands)) == []
    layout = laid_out(nodes, bands)
    for layer in range(layout.columns):
        stops = sorted((s for s in layout.stops if s.layer == layer), key=lambda stop: stop.y)
        for one, two in itertools.pairwise(stops):
            assert one.y + one.thickness <= two.y + 1e-6


def test_a_node_is_one_target_with_its_whole_name() -> None:
    nodes = [
        Node("a", 0, Label("総額"), "12億円"),
        Node("b", 1, Label(LONG, href="/ja/programmes/b?x=1&y=2", lang="ja"), "12億円"),
    ]
    root = parsed(sankey(ABOUT, nodes, [Band("a", "b", 12 * 10**8, "1,200,000,000円")]))
    (link,) = root.iter(f"{SVG}a")
    assert link.get("href") == "/ja/programmes/b?x=1&y=2"
    assert link.get("aria-label") == LONG
    (box,) = [each for each in link if each.get("class") == "c-hit"]
    assert float(box.get("height", "0")) >= 24
    assert {each.get("lang") for each in link.iter(f"{SVG}text")} == {"ja", None}
    (band,) = named(root, "c-band")
    assert "".join(band.itertext()) == "1,200,000,000円"


def test_one_scale_for_all() -> None:
    nodes = [Node(key, layer, Label(key), "") for key, layer in (("a", 0), ("b", 1), ("c", 1))]
    layout = laid_out(nodes, [Band("a", "b", 300, ""), Band("a", "c", 100, "")])
    assert layout.nodes["b"].thickness == pytest.approx(3 * layout.nodes["c"].thickness)
    assert layout.nodes["a"].thickness == pytest.approx(4 * layout.nodes["c"].thickness)


def test_a_band_past_a_layer_keeps_clear_of_its_nodes() -> None:
    nodes = [Node(key, layer, Label(key), "") for key, layer in (("a", 0), ("b", 1), ("c", 2))]
    bands = [Band("a", "b", 100, ""), Band("b", "c", 100, ""), Band("a", "c", 100, "")]
    layout = laid_out(nodes, bands)
    passing = layout.ways[2][1][1]
    node = layout.nodes["b"]
    assert passing.node is None
    assert passing.y >= node.y + node.thickness or passing.y + passing.thickness <= node.y


@pytest.mark.parametrize(
    "band", [Band("a", "x", 1, ""), Band("b", "a", 1, ""), Band("a", "a", 1, "")]
)
def test_a_band_must_lead_onward(band: Band) -> None:
    nodes = [Node("a", 0, Label("a"), ""), Node("b", 1, Label("b"), "")]
    with pytest.raises(ValueError, match="band"):
        sankey(ABOUT, nodes, [band])


def test_without_money_there_is_an_empty_chart() -> None:
    assert outside(sankey(ABOUT, [], [])) == []
    assert outside(sankey(ABOUT, [Node("a", 0, Label("a"), "0円")], [])) == []
