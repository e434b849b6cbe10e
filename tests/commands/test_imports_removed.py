"""``imports --remove``: an import goes whole, with all that came with it, and nothing else does."""

from pathlib import Path

import pytest
from tests.sources.documents.conftest import NEXT_YEAR

from medrd_kg.commands.imports import list_imports, remove
from medrd_kg.problems import Problem
from medrd_kg.sources.documents.deciding import open_review
from medrd_kg.sources.documents.decisions import State
from medrd_kg.sources.documents.identity import Given
from medrd_kg.sources.documents.importing import import_document

SLUG = "policy-fy2023"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with single files as imports, and a file that is none."""
    folder = tmp_path / "data" / "imported"
    for name in ("table-a.ttl", "rdf-b.nq", "review-sheets-2023/x.ttl", "notes.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("", encoding="utf-8")
    return tmp_path / "data"


def names(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith("lock")
    }


@pytest.mark.parametrize("name", ["table-a", "table-a.ttl"])
def test_an_import_of_one_file_is_removed_by_its_name(
    data: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = names(data)
    remove(data, name)
    assert before - names(data) == {"imported/table-a.ttl"}
    assert capsys.readouterr().out == (
        "removed imported/table-a.ttl\nthe next build leaves it out\n"
    )
    with pytest.raises(Problem, match=r"under the name .* \(there are rdf-b, review"):
        remove(data, name)


@pytest.mark.parametrize("name", ["notes", "notes.txt", "../imported/table-a", "", "."])
def test_nothing_else_is_removed(data: Path, name: str) -> None:
    before = names(data)
    with pytest.raises(Problem, match="nothing is imported under the name"):
        remove(data, name)
    assert names(data) == before


def test_a_document_goes_with_its_texts_and_its_review(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = names(data)
    path = tmp_path / "next-year.txt"
    path.write_text(NEXT_YEAR, encoding="utf-8")
    import_document(path, data, Given(), lambda _: None)
    open_review(data, SLUG).decide(["S008.modality-antibody-drug"], State.ACCEPTED, "analyst")
    list_imports(data)
    assert "(2 files)" in capsys.readouterr().out
    with pytest.raises(Problem, match=f"a part of the import document-{SLUG}"):
        remove(data, f"document-{SLUG}-accepted")
    remove(data, f"document-{SLUG}")
    assert names(data) == before
    told = capsys.readouterr().out
    for gone in ("imported/document-{}.ttl", "texts/documents/{}.json", "review/{}"):
        assert f"removed {gone.format(SLUG)}\n" in told
