"""What a data folder remembers of its imports of review sheets.

The files that were imported are kept, so that another year joins them and the outcome is that of
all years at once. What was made is noted with the checksums of input and output, so that the same
import again changes nothing, and unfinished work is kept under a name of its own, so that an
import that was killed goes on.
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from medrd_kg.content import content_root
from medrd_kg.problems import Problem
from medrd_kg.sources.review_sheets.selection import Selection

__all__ = ["Inputs", "KeptImport", "importer_version"]

_FOLDER: Final = Path("import-state") / "review-sheets"
_PACKAGE: Final = Path(__file__).parents[2]
_CODE: Final = (
    "sources/review_sheets",
    "sources/known_*.py",
    "sources/restating.py",
    "linking",
    "sources/facts*.py",
    "vocabulary.py",
)
_SUFFIXES: Final = frozenset({".py", ".tsv", ".yaml"})
_NOTE: Final = "import.json"
_BLOCK: Final = 1 << 20


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal.

    Raises:
        OSError: The file cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _tree_hash(files: Iterable[tuple[str, Path]]) -> str:
    lines = sorted(f"{file_hash(path)} {name}\n" for name, path in files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


@cache
def importer_version() -> str:
    """Return a hash of all that decides what an import makes, besides the sheets.

    These are its code, its reviewed tables, the linker with its rules, and the shipped schemes
    and data: when one of them changes, an import is made anew.
    """
    code = [
        (path.relative_to(_PACKAGE).as_posix(), path)
        for pattern in _CODE
        for found in _PACKAGE.glob(pattern)
        for path in ([found] if found.is_file() else found.rglob("*"))
        if path.suffix in _SUFFIXES
    ]
    root = content_root()
    shipped = [
        (path.relative_to(root).as_posix(), path)
        for folder in (root / "ontology" / "schemes", root / "data" / "ttl")
        for path in folder.rglob("*.ttl")
    ]
    return _tree_hash([*code, *shipped])


@dataclass(frozen=True, slots=True)
class Inputs:
    """Files of sheets and what is taken of them.

    Attributes:
        selection: Which sheets are taken.
        hashes: SHA-256 by name of the file.
        judged: Hash of what a person judged of doubtful pairs; empty where there is nothing.
    """

    selection: Selection
    hashes: dict[str, str]
    judged: str = ""

    def fingerprint(self) -> str:
        """Return one hash over files, selection and importer."""
        lines = [
            importer_version(),
            self.selection,
            self.judged,
            *(f"{n} {h}" for n, h in self.hashes.items()),
        ]
        return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


class KeptImport:
    """The state of the import of review sheets in one data folder."""

    def __init__(self, data_dir: Path, out_dir: Path) -> None:
        """Look after the imports of a data folder.

        Args:
            data_dir: The data folder.
            out_dir: Folder below it that receives the Turtle.
        """
        self.folder = data_dir / _FOLDER
        self._out_dir = out_dir
        self._inputs = self.folder / "inputs"

    @contextmanager
    def exclusive(self, on_wait: Callable[[str], None]) -> Iterator[None]:
        """Hold the right to import, which one process has at a time.

        Args:
            on_wait: Told whom the caller is going to wait for.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "import.lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                who = f"process {lock.read() or '?'} is importing"
                on_wait(f"Waiting: {who} into {self._out_dir}.")
                fcntl.flock(lock, fcntl.LOCK_EX)
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield

    def _noted(self) -> dict[str, Any]:
        try:
            noted = json.loads((self.folder / _NOTE).read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return noted if isinstance(noted, dict) else {}

    def join(self, files: Sequence[Path], selection: Selection, *, anew: bool = False) -> Inputs:
        """Take files in beside those of earlier imports; one of the same name replaces its own.

        Args:
            files: Each of another name.
            selection: Of this import; it may be wider than before, not narrower.
            anew: Whether these files take the place of those of earlier imports.

        Raises:
            Problem: ``invalid-data``: two files of one name; ``invalid-parameter``: a narrower
                selection than before.
            OSError: A file cannot be read or kept.
        """
        earlier = {} if anew else self._noted().get("inputs", {})
        if selection is Selection.MEDICAL and earlier.get("selection") == Selection.ALL:
            raise Problem(
                "invalid-parameter",
                f"{self._out_dir} holds an import of all sheets",
                "name --selection all to add to it, or --anew to put this import in its place",
            )
        hashes: dict[str, str] = dict(earlier.get("hashes", {}))
        named: dict[str, Path] = {}
        for path in files:
            if named.setdefault(path.name, path).resolve() != path.resolve():
                raise Problem("invalid-data", f"{named[path.name]} and {path} have the same name")
            # The same sheets, compressed or not: the file that is given now is the one that holds.
            for twin in (path.name.removesuffix(".zst"), f"{path.name.removesuffix('.zst')}.zst"):
                if twin != path.name:
                    hashes.pop(twin, None)
            hashes[path.name] = self._keep(path)
        return Inputs(selection, dict(sorted(hashes.items())))

    def _keep(self, path: Path) -> str:
        digest = file_hash(path)
        kept = self._inputs / digest / path.name
        if not kept.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            part = kept.with_name(f".{path.name}.part")
            shutil.copyfile(path, part)
            part.replace(kept)
        return digest

    def paths(self, inputs: Inputs) -> list[Path]:
        """Return the kept files.

        Raises:
            Problem: ``invalid-data``: a file that was kept is gone.
        """
        found = [self._inputs / digest / name for name, digest in inputs.hashes.items()]
        for path in found:
            if not path.exists():
                raise Problem("invalid-data", f"{path.name} of an earlier import is gone: give it")
        return found

    def is_made(self, inputs: Inputs) -> bool:
        """Whether exactly this was imported last, and every file is as it was left."""
        noted = self._noted()
        outputs = noted.get("outputs")
        if noted.get("fingerprint") != inputs.fingerprint() or not isinstance(outputs, dict):
            return False
        return all(self._is_unchanged(name, known) for name, known in outputs.items())

    def _is_unchanged(self, name: str, known: str) -> bool:
        path = self._out_dir / name
        return path.is_file() and file_hash(path) == known

    def work_dir(self, inputs: Inputs) -> Path:
        """Return the folder for unfinished work on these inputs; that on others is removed."""
        mine = self.folder / ".unfinished" / inputs.fingerprint()
        if mine.parent.exists():
            for other in mine.parent.iterdir():
                if other != mine:
                    shutil.rmtree(other)
        mine.mkdir(parents=True, exist_ok=True)
        return mine

    @property
    def said(self) -> list[str]:
        """What the last import said of itself, line by line."""
        return list(self._noted().get("said", []))

    def publish(self, inputs: Inputs, made: Path, said: Sequence[str]) -> tuple[int, int]:
        """Put the files of an import in place and forget those of the import before.

        Args:
            inputs: What was imported.
            made: Folder with all its files, on the same file system.
            said: What the import says of itself.

        Returns:
            How many files were written or removed, and how many were the same already.

        Raises:
            OSError: A file cannot be moved.
        """
        earlier = self._noted().get("outputs", {})
        outputs = {path.name: file_hash(path) for path in sorted(made.glob("*.ttl"))}
        self._out_dir.mkdir(parents=True, exist_ok=True)
        changed = [name for name, new in outputs.items() if not self._is_unchanged(name, new)]
        for name in changed:
            (made / name).replace(self._out_dir / name)
        obsolete = [name for name in earlier if name not in outputs]
        for name in obsolete:
            (self._out_dir / name).unlink(missing_ok=True)
        self._note(inputs, outputs, said)
        shutil.rmtree(self.folder / ".unfinished")
        for kept in self._inputs.iterdir():
            if kept.name not in inputs.hashes.values():
                shutil.rmtree(kept)
        return len(changed) + len(obsolete), len(outputs) - len(changed)

    def without(self, name: str) -> Inputs | None:
        """Return what is kept but for one file; None where nothing is left.

        Args:
            name: Of a file that is kept.
        """
        noted = self._noted()["inputs"]
        hashes = {each: digest for each, digest in noted["hashes"].items() if each != name}
        return Inputs(Selection(noted["selection"]), hashes) if hashes else None

    def forget(self) -> list[Path]:
        """Remove what was made and all that is remembered; return the files that are gone.

        Raises:
            OSError: A file cannot be removed.
        """
        made = [self._out_dir / name for name in sorted(self._noted().get("outputs", ()))]
        gone = [path for path in made if path.exists()]
        for path in gone:
            path.unlink()
        for path in (self.folder / _NOTE, self.folder / ".unfinished", self._inputs):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        return gone

    def _note(self, inputs: Inputs, outputs: dict[str, str], said: Sequence[str]) -> None:
        note = {
            "fingerprint": inputs.fingerprint(),
            "inputs": {"selection": inputs.selection, "hashes": inputs.hashes},
            "outputs": outputs,
            "said": list(said),
        }
        part = self.folder / f"{_NOTE}.part"
        part.write_text(json.dumps(note, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        part.replace(self.folder / _NOTE)
