"""What narrow screens show of a matrix and a network: the same entries, the strongest first."""

from medrd_kg.web.charts.drawing import Label
from medrd_kg.web.charts.lines import lines_of_cells, lines_of_edges
from medrd_kg.web.charts.matrix import LEVELS, Cell
from medrd_kg.web.charts.network import Edge, columns_of_places, ring_of_places


def test_a_matrix_is_told_row_by_row() -> None:
    rows = [Label("がん"), Label("難病"), Label("エイズ")]
    columns = [Label("医薬品"), Label("ゲノム", "ja")]
    cells = [Cell(0, 0, 1, Label("1")), Cell(0, 1, 7, Label("7")), Cell(2, 0, 3, Label("3"))]
    lines = lines_of_cells(rows, columns, cells)
    assert [line.name.text for line in lines] == ["がん", "エイズ"]
    assert [(each.name, each.value.text) for each in lines[0].entries] == [
        (columns[1], "7"),
        (columns[0], "1"),
    ]
    assert lines[0].entries[0].level == LEVELS


def test_two_columns_are_told_from_the_left_and_a_ring_from_both_ends() -> None:
    edges = [
        Edge("a", "b", 2.0, Label("a – b", href="/ab")),
        Edge("a", "c", 8.0, Label("a – c", href="/ac")),
    ]
    named = [(key, Label(key.upper())) for key in "abc"]
    (line,) = lines_of_edges(columns_of_places(named[:1], named[1:]), edges)
    assert [(each.name.text, each.value.text, each.level) for each in line.entries] == [
        ("C", "8.0", LEVELS),
        ("B", "2.0", 1),
    ]
    assert [each.value.href for each in line.entries] == ["/ac", "/ab"]
    ring = lines_of_edges(ring_of_places(named), edges)
    assert [(line.name.text, [e.name.text for e in line.entries]) for line in ring] == [
        ("A", ["C", "B"]),
        ("B", ["A"]),
        ("C", ["A"]),
    ]
