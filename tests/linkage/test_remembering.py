"""What was looked up once is not looked up again, and never takes more room than it may."""

from collections.abc import Mapping

from medrd_kg.linkage.remembering import Remembered


class _Source:
    """Entries that say which of them were read."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []

    def load(self, keys: list[int]) -> Mapping[int, str]:
        self.asked.append(keys)
        return {key: f"entry {key}" for key in keys if key >= 0}


def test_what_is_kept_is_not_read_again() -> None:
    source, remembered = _Source(), Remembered()
    assert remembered.looked_up("item", [2, 1, 2], source.load) == {1: "entry 1", 2: "entry 2"}
    assert list(remembered.looked_up("item", [3, 1], source.load)) == [3, 1]
    assert source.asked == [[2, 1], [3]]


def test_nothing_is_read_for_nothing() -> None:
    source = _Source()
    assert Remembered().looked_up("item", [], source.load) == {}
    assert source.asked == []


def test_what_does_not_exist_is_left_out_and_asked_again() -> None:
    source, remembered = _Source(), Remembered()
    for _ in range(2):
        assert remembered.looked_up("item", [-1, 1], source.load) == {1: "entry 1"}
    assert source.asked == [[-1, 1], [-1]]


def test_kinds_do_not_meet() -> None:
    remembered = Remembered()
    assert remembered.looked_up("item", [1], lambda keys: dict.fromkeys(keys, "item"))
    found = remembered.looked_up("thing", [1], lambda keys: dict.fromkeys(keys, "thing"))
    assert found == {1: "thing"}


def test_the_oldest_give_way_and_answers_stay_whole() -> None:
    source, remembered = _Source(), Remembered(most=3)
    assert len(remembered.looked_up("item", range(5), source.load)) == 5
    assert len(remembered.looked_up("item", [5, 6], source.load)) == 2
    remembered.looked_up("item", range(7), source.load)
    assert source.asked[-1] == [0, 1, 3, 4], "2, 5 and 6 were kept"


def test_lists_take_room_by_their_length() -> None:
    asked: list[list[int]] = []

    def load(keys: list[int]) -> Mapping[int, list[str]]:
        asked.append(keys)
        return {key: ["row"] * key for key in keys}

    remembered = Remembered(most=4)
    for keys in ([5], [5], [3], [0], [0, 3], [2], [3, 2]):
        found = remembered.looked_up("rows", keys, load)
        assert [len(rows) for rows in found.values()] == keys
    assert asked == [[5], [5], [3], [0], [2], [3]], "5 never fits; 2 drives 3 out"
