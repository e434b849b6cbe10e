"""What a data folder remembers of imports that stand on other imports.

Files of the RS system and of the Ministry of Finance are read beside the sheets, so what becomes
of them changes when sheets are imported, replaced or removed. Their files are therefore kept, run
by run, and all that was kept is made again in one fixed order: sheets, then the RS system by year,
then items by year. So the outcome depends on what is imported and not on the order in which it
came. A year that a later run brings again takes the place of the earlier one.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from medrd_kg.sources.review_sheets.kept import file_hash
from medrd_kg.sources.review_sheets.selection import Selection

__all__ = ["MOF", "RS_CSV", "KeptRuns", "Run"]

RS_CSV: Final = "rs-csv"
MOF: Final = "mof"
_STATE: Final = Path("import-state")
_NOTE: Final = "import.json"
_INPUTS: Final = "inputs"


@dataclass(frozen=True, slots=True)
class Run:
    """Files that were imported in one go.

    Attributes:
        paths: Files or folders to read.
        selection: What is taken of them.
        identifier: Hash of files and selection; empty for files that are not kept.
        years: Years that the run stands for; None for all that its files hold.
    """

    paths: tuple[Path, ...]
    selection: Selection
    identifier: str = ""
    years: frozenset[int] | None = None

    def stands_for(self, year: int) -> bool:
        """Return whether what the run says of a year is taken."""
        return self.years is None or year in self.years


class KeptRuns:
    """The runs of one kind of import in one data folder."""

    def __init__(self, data_dir: Path, kind: str) -> None:
        """Look after the imports of a data folder.

        Args:
            data_dir: The data folder.
            kind: `RS_CSV` or `MOF`.
        """
        self.folder = data_dir / _STATE / kind
        self._inputs = self.folder / _INPUTS

    def _noted(self) -> list[dict[str, Any]]:
        try:
            noted = json.loads((self.folder / _NOTE).read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            return []
        return list(noted.get("runs", [])) if isinstance(noted, dict) else []

    def runs(self) -> list[Run]:
        """Return the runs that are kept, oldest first."""
        return [self._run(each) for each in self._noted()]

    def _run(self, noted: Mapping[str, Any]) -> Run:
        identifier = str(noted["identifier"])
        paths = tuple(sorted((self._inputs / identifier).iterdir()))
        return Run(paths, Selection(noted["selection"]), identifier, frozenset(noted["years"]))

    def join(self, files: Sequence[Sequence[Path]], selection: Selection) -> list[Run]:
        """Keep files and return all runs, these last; nothing is noted yet.

        Args:
            files: The files of each path that was named.
            selection: What is taken of them.

        Raises:
            OSError: A file cannot be read or kept.
        """
        hashed = [[(path, file_hash(path)) for path in group] for group in files]
        lines = [f"{n} {p.name} {h}" for n, group in enumerate(hashed) for p, h in group]
        identifier = hashlib.sha256("\n".join([selection, *lines]).encode()).hexdigest()[:16]
        kept = self._inputs / identifier
        if not kept.exists():
            part = kept.with_name(f".{identifier}.part")
            shutil.rmtree(part, ignore_errors=True)
            for number, group in enumerate(hashed):
                (part / f"{number:03}").mkdir(parents=True)
                for path, _ in group:
                    shutil.copyfile(path, part / f"{number:03}" / path.name)
            part.replace(kept)
        paths = tuple(sorted(kept.iterdir()))
        earlier = [each for each in self.runs() if each.identifier != identifier]
        return [*earlier, Run(paths, selection, identifier)]

    def note(self, runs: Iterable[Run], years: Mapping[str, Iterable[int]]) -> None:
        """Remember the runs that still stand for some year, and forget the files of the others.

        Args:
            runs: Oldest first.
            years: What each stands for, by its identifier.

        Raises:
            OSError: The folder cannot be written.
        """
        noted = [
            {
                "identifier": each.identifier,
                "selection": each.selection,
                "years": sorted(set(years.get(each.identifier, ()))),
            }
            for each in runs
        ]
        noted = [each for each in noted if each["years"]]
        if not noted:
            shutil.rmtree(self.folder, ignore_errors=True)
            return
        part = self.folder / f"{_NOTE}.part"
        part.write_text(json.dumps({"runs": noted}, indent=1) + "\n", encoding="utf-8")
        part.replace(self.folder / _NOTE)
        held = {str(each["identifier"]) for each in noted}
        for path in self._inputs.iterdir():
            if path.name not in held:
                shutil.rmtree(path)

    def drop(self, is_dropped: Callable[[int], bool]) -> list[int]:
        """Forget years; return those that were kept, in order.

        Raises:
            OSError: The folder cannot be written.
        """
        runs = self.runs()
        held = {each.identifier: each.years or frozenset() for each in runs}
        gone = sorted({year for years in held.values() for year in years if is_dropped(year)})
        self.note(runs, {name: years.difference(gone) for name, years in held.items()})
        return gone
