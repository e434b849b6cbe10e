"""A store that is made out of the former one: what a store written anew would hold."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from tests.build.conftest import Content, Recorder

from medrd_kg.build.former_store import altered_store
from medrd_kg.build.manifest import Manifest
from medrd_kg.build.pipeline import build_release, open_current
from medrd_kg.build.release import damages
from medrd_kg.build.sorted_lines import differences

FACTS = "data/ttl/facts.ttl"
LASTING = 400
"""Statements that do not change: a store is taken over where most stay."""


def statements(data: Path) -> tuple[set[str], set[str]]:
    """The quads of the current release's store, and the triples of its default graph."""
    store = open_current(data).store
    found = {str(quad) for quad in store.quads()}, {str(triple) for triple in store.triples()}
    store.close()
    return found


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each build so far took the former store over."""
    found: list[bool] = []

    def told(*arguments: object) -> bool:
        found.append(altered_store(*arguments))  # type: ignore[arg-type]  # passed on as given
        return found[-1]

    monkeypatch.setattr("medrd_kg.build.store_writing.altered_store", told)
    return found


@pytest.fixture(params=[150_000_000, 0], ids=["in memory", "in parts"])
def rebuild(
    request: pytest.FixtureRequest,
    content: Content,
    data_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
    without_java: None,  # noqa: ARG001 - for its effect
) -> Callable[..., Manifest]:
    """Build the small content in either way."""
    monkeypatch.setattr("medrd_kg.build.pipeline.MOST_IN_MEMORY", request.param)
    lasting = " , ".join(f'"{number}"' for number in range(LASTING))
    content.write("data/ttl/lasting.ttl", f"doc:section rdfs:comment {lasting} .\n")

    def build(into: Path = data_dir) -> Manifest:
        return build_release(into, root=content.root, progress=Recorder())

    return build


def test_it_holds_what_one_written_anew_holds(
    rebuild: Callable[..., Manifest], content: Content, data_dir: Path, taken: list[bool]
) -> None:
    content.write(
        FACTS,
        'org-:agency mrd:amount 1.50 , "a_:b" , [ rdfs:label "gone" , [ rdfs:label "kept" ] ] .\n'
        'org-:ministry rdfs:label "moved"@en . doc:policy rdfs:label "both"@en .\n',
    )
    content.append("data/ttl/organizations.ttl", 'doc:policy rdfs:label "both"@en .\n')
    rebuild()
    former = open_current(data_dir)
    content.write(
        FACTS,
        'org-:agency mrd:amount 1.25 , "a_:b" , [ rdfs:label "new" , [ rdfs:label "kept" ] ] .\n'
        'org-:new a mrd:Ministry ; rdfs:label "新"@ja ; mrd:partOf org-:agency .\n',
    )
    content.append("data/ttl/organizations.ttl", 'org-:ministry rdfs:label "moved"@en .\n')
    built = rebuild()
    assert taken == [True]
    whole = rebuild(data_dir.with_name("whole"))
    assert statements(data_dir) == statements(data_dir.with_name("whole"))
    made = ("dumps/", "tables/", "search", "inferred", "validation")
    for name, record in whole.files.items():
        if name.startswith(made):
            assert built.files[name] == record, name
    assert damages(former.path, former.manifest, contents=True) == []
    assert damages(open_current(data_dir).path, built, contents=True) == []


def test_a_release_made_so_is_the_beginning_of_the_next(
    rebuild: Callable[..., Manifest], content: Content, data_dir: Path, taken: list[bool]
) -> None:
    rebuild()
    chance = Random(6)
    for turn in range(4):
        some = " , ".join(f'"{chance.randrange(9)}"' for _ in range(5))
        content.write(FACTS, f"org-:agency rdfs:comment {some} , [ rdfs:label {some} ] .\n")
        rebuild()
        assert taken == [True] * (turn + 1)
        other = data_dir.with_name(f"other-{turn}")
        rebuild(other)
        assert statements(data_dir) == statements(other)


def test_a_former_store_that_was_changed_is_left_alone(
    rebuild: Callable[..., Manifest], content: Content, data_dir: Path, taken: list[bool]
) -> None:
    rebuild()
    large = next((open_current(data_dir).path / "store").glob("*.sst"))
    changed = bytearray(large.read_bytes())
    changed[len(changed) // 2] ^= 1
    large.write_bytes(bytes(changed))
    content.append("data/ttl/organizations.ttl", 'org-:agency rdfs:label "Agency"@en .\n')
    rebuild()
    assert taken == [False]
    rebuild(data_dir.with_name("whole"))
    assert statements(data_dir) == statements(data_dir.with_name("whole"))


def test_a_store_that_came_out_wrong_is_written_anew(
    rebuild: Callable[..., Manifest],
    content: Content,
    data_dir: Path,
    taken: list[bool],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rebuild()
    monkeypatch.setattr("medrd_kg.build.former_store.differences", lambda *_: iter(()))
    content.append("data/ttl/organizations.ttl", 'org-:agency rdfs:label "Agency"@en .\n')
    rebuild()
    assert taken == [False]
    rebuild(data_dir.with_name("whole"))
    assert statements(data_dir) == statements(data_dir.with_name("whole"))


def test_where_much_differs_all_is_written(
    rebuild: Callable[..., Manifest], content: Content, taken: list[bool]
) -> None:
    first = rebuild()
    many = " , ".join(f'"{number}"' for number in range(first.triples))
    content.write(FACTS, f"org-:agency rdfs:comment {many} .\n")
    rebuild()
    assert taken == [False]


def test_differences_are_those_of_sets() -> None:
    chance = Random(1)
    for _ in range(200):
        sides = [
            sorted(
                chance.sample([b"%03d\n" % number for number in range(60)], chance.randrange(60))
            )
            for _ in range(2)
        ]
        step = chance.randrange(1, 9)
        older, newer = (
            [side[at : at + step] for at in range(0, len(side), step)] for side in sides
        )
        found = list(differences(older, newer))
        assert [line for gone, _ in found for line in gone] == sorted({*sides[0]} - {*sides[1]})
        assert [line for _, new in found for line in new] == sorted({*sides[1]} - {*sides[0]})
