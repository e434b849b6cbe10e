"""Matrices, networks and bars: every label inside, every number in proportion."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.web.charts.svg import SVG, named, outside, parsed

from medrd_kg.web.charts.bars import Bar, Group, Row, columns, rows
from medrd_kg.web.charts.dots import Cluster, Dot, dots
from medrd_kg.web.charts.drawing import About, Label, drawing, length, linked
from medrd_kg.web.charts.frame import ticks_of
from medrd_kg.web.charts.matrix import LEVELS, Cell, level_of, matrix
from medrd_kg.web.charts.network import Edge, columns_of_places, network, ring_of_places
from medrd_kg.web.charts.tiles import Tile, tiles
from medrd_kg.web.charts.twin import Number, Twin, Words

ABOUT = About("c", "図", "説明")
NAMES = st.lists(
    st.sampled_from(
        ["がん", "Regenerative and Cell Medicine and Gene Therapy", "再生・細胞医療" * 9]
    ),
    min_size=1,
    max_size=40,
)
COUNTS = st.lists(st.integers(0, 10**13), min_size=1, max_size=30)


@settings(deadline=None)
@given(NAMES, NAMES, st.integers(0, 10**13))
def test_matrices_stay_inside(left: list[str], top: list[str], value: int) -> None:
    cells = [Cell(len(left) - 1, len(top) - 1, value, Label(f"{value:,}", href="/x"))]
    found = matrix(ABOUT, [Label(each) for each in left], [Label(each) for each in top], cells)
    assert outside(found) == []
    assert len(list(parsed(found).iter(f"{SVG}a"))) == 1


@settings(deadline=None)
@given(st.integers(1, 10**13), st.integers(1, 10**13))
def test_more_is_never_weaker(one: int, other: int) -> None:
    most = max(one, other)
    assert level_of(most, most) == LEVELS
    assert level_of(0, most) == 0
    assert 1 <= level_of(min(one, other), most) <= LEVELS


@settings(deadline=None)
@given(NAMES)
def test_names_of_a_ring_have_room(names: list[str]) -> None:
    things = [(str(number), Label(name, href="/x")) for number, name in enumerate(names)]
    places = ring_of_places(things)
    edges = [
        Edge("0", key, number, Label("link", href="/y")) for number, (key, _) in enumerate(things)
    ]
    assert outside(network(ABOUT, places, edges)) == []
    for side in (True, False):
        heights = sorted(place.y for place in places if place.is_left is side)
        for one, two in itertools.pairwise(heights):
            assert two - one >= 2 * 13 * 1.25


@settings(deadline=None)
@given(NAMES, NAMES)
def test_names_of_two_columns_have_room(left: list[str], right: list[str]) -> None:
    places = columns_of_places(
        [(f"l{n}", Label(each)) for n, each in enumerate(left)],
        [(f"r{n}", Label(each)) for n, each in enumerate(right)],
    )
    assert outside(network(ABOUT, places, [Edge("l0", "r0", 2.5, Label("link"))])) == []


def test_edges_are_as_thick_as_they_are_strong() -> None:
    places = ring_of_places([(key, Label(key)) for key in "abc"])
    root = parsed(
        network(ABOUT, places, [Edge("a", "b", 8, Label("x")), Edge("b", "c", 4, Label("y"))])
    )
    thin, thick = (float(each.get("stroke-width", "0")) for each in named(root, "c-edge"))
    assert thick == pytest.approx(2 * thin)


def test_an_edge_to_nowhere_is_refused() -> None:
    with pytest.raises(KeyError):
        network(ABOUT, ring_of_places([("a", Label("a"))]), [Edge("a", "b", 1, Label("x"))])


@settings(deadline=None)
@given(st.integers(-(10**13), 10**13), st.integers(-(10**13), 10**13))
def test_ticks_reach_over_all_values_and_nothing(one: int, other: int) -> None:
    ticks = ticks_of(min(one, other), max(one, other))
    assert ticks[0] <= min(one, other, 0)
    assert ticks[-1] >= max(one, other, 0)
    assert 0 in ticks
    assert len(ticks) <= 9
    assert len({two - one for one, two in itertools.pairwise(ticks)}) == 1


@settings(deadline=None)
@given(
    st.lists(
        st.lists(st.one_of(st.none(), st.integers(-(10**12), 10**12)), min_size=1, max_size=4),
        max_size=15,
    )
)
def test_columns_stay_inside(values: list[list[int | None]]) -> None:
    groups = [
        Group(
            Label("令和元年度（2019年度）"),
            tuple(
                None if each is None else Bar(each, "c-1", Label("x", href="/x")) for each in group
            ),
        )
        for group in values
    ]
    found = columns(
        ABOUT, groups, [("当初予算", "c-1"), ("補正予算" * 30, "c-2")], lambda value: f"{value:,}円"
    )
    assert outside(found) == []
    assert len(list(parsed(found).iter(f"{SVG}a"))) == sum(
        each is not None for group in values for each in group
    )


def test_columns_are_as_high_as_their_values() -> None:
    bars = tuple(Bar(value, "c-3", Label("x")) for value in (400, 100, -200))
    root = parsed(columns(ABOUT, [Group(Label("FY2022"), bars)], [], str))
    heights = [float(each.get("height", "0")) for each in named(root, "c-3")]
    assert heights == pytest.approx([4 * heights[1], heights[1], 2 * heights[1]], abs=0.05)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(*[st.lists(st.integers(-(10**12), 10**13), max_size=5)] * 2),
        max_size=15,
    )
)
def test_dots_stay_inside_and_none_is_left_out(values: list[tuple[list[int], list[int]]]) -> None:
    clusters = [
        Cluster(
            Label("令和元年度（2019年度）"),
            tuple(tuple(Dot(value, Label("x")) for value in stage) for stage in year),
        )
        for year in values
    ]
    found = dots(
        ABOUT, clusters, [("要求", "c-4"), ("当初予算", "c-1")], lambda each: f"{each:,}円"
    )
    assert outside(found) == []
    drawn = named(parsed(found), "c-dot")
    assert len(drawn) == sum(len(stage) for year in values for stage in year)


def test_dots_are_as_high_as_their_values() -> None:
    stage = tuple(Dot(value, Label("x")) for value in (400, 100, -200))
    root = parsed(dots(ABOUT, [Cluster(Label("FY2022"), (stage,))], [("s", "c-3")], str))
    one, two, three = (float(each.get("cy", "0")) for each in named(root, "c-dot"))
    assert two - one == pytest.approx(three - two, abs=0.05)


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(max_size=60), st.integers(0, 10**6)), max_size=40))
def test_tiles_stay_inside_and_gaps_are_empty(things: list[tuple[str, int]]) -> None:
    found = tiles(
        ABOUT,
        [
            Tile(value, f"{value:,}件", Label(name, href="/x", name=f"{name} {value}"))
            for name, value in things
            if name.isprintable()
        ],
    )
    assert outside(found) == []
    root = parsed(found)
    shown = [value for name, value in things if name.isprintable()]
    assert len(named(root, "c-gap")) == shown.count(0)
    assert len(list(root.iter(f"{SVG}a"))) == len(shown)


@settings(deadline=None)
@given(COUNTS)
def test_rows_stay_inside_and_in_proportion(values: list[int]) -> None:
    entries = [
        Row(Label("医療分野の研究開発の推進" * 4, href="/x"), each, f"{each:,}円")
        for each in values
    ]
    found = rows(ABOUT, entries)
    assert outside(found) == []
    wide = [float(each.get("width", "0")) for each in named(parsed(found), "c-node")]
    for one, two in zip(values, wide, strict=True):
        assert two == pytest.approx(max(0.5, max(wide) * one / (max(values) or 1)), abs=0.6)


@settings(deadline=None)
@given(st.text(), st.text())
def test_any_text_gives_well_formed_markup(text: str, name: str) -> None:
    label = Label(text, href=text, name=name)
    root = parsed(drawing(About("x", text, name), (10, 10), linked(label, "<rect/>")))
    assert len(list(root)) == 3


@pytest.mark.parametrize(
    ("value", "told"), [(3.0, "3"), (100.0, "100"), (2.456, "2.46"), (-0.001, "0"), (0.5, "0.5")]
)
def test_coordinates_are_short(value: float, told: str) -> None:
    assert length(value) == told


def test_the_table_of_a_chart_adds_up() -> None:
    table = Twin(
        "表",
        (("事業", False), ("金額", True)),
        tuple((Words(Label("a")), Number(value, str(value))) for value in (1, None, 41)),
    )
    assert table.total(1) == 42
    with pytest.raises(ValueError, match="1 cells under 2 headings"):
        Twin("表", table.headings, ((Words(Label("a")),),))
