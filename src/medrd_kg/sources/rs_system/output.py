"""One Turtle file, written whole, of blocks that the rest of the graph is not to contradict."""

from collections.abc import Iterable, Mapping
from filecmp import cmp
from pathlib import Path

from medrd_kg.sources.review_sheets.known import known_organisations
from medrd_kg.sources.review_sheets.turtle import Block, RenderedBlock, document_lines

__all__ = ["TurtleFile"]


def _is_described_alike(subject: str) -> bool:
    prefix, _, local = subject.partition(":")
    return prefix == "fy" or (prefix == "org-" and local in known_organisations())


class TurtleFile:
    """Collects blocks; those on one subject are merged, figures are kept as text."""

    def __init__(self, described: Iterable[str]) -> None:
        """Start empty.

        Args:
            described: Subjects whose class and labels stand elsewhere in the graph. Fiscal years
                and organisations of the reviewed list are described alike by every import, and
                are repeated, so that one import can be taken back without the others.
        """
        self._described = {each for each in described if not _is_described_alike(each)}
        self._blocks: dict[str, Block] = {}
        self._texts: list[RenderedBlock] = []
        self.organisations: set[str] = set()
        """Local names of organisations that some block points at."""
        self.years: set[int] = set()
        """Fiscal years that some block points at."""
        self.changed = False
        """Whether the last `write` made a file that was not there before."""

    def add(self, *blocks: Block) -> None:
        """Add blocks."""
        for block in blocks:
            for target in block.targets():
                if target.startswith("org-:"):
                    self.organisations.add(target.removeprefix("org-:"))
                elif target.startswith("fy:"):
                    self.years.add(int(target.removeprefix("fy:")))
            first = self._blocks.get(block.subject)
            if first is not None:
                first.merge(block)
            elif block.prefix in {"budget", "flow", "result"}:
                self._texts.append(RenderedBlock(block.subject, block.render()))
            else:
                self._blocks[block.subject] = block

    @property
    def is_empty(self) -> bool:
        """Whether no block was added."""
        return not self._blocks and not self._texts

    def write(self, path: Path, comment: str, titles: Mapping[str, str]) -> int:
        """Write the file in one rename and return its size in bytes.

        A file that has these bytes already is left as it is.

        Raises:
            OSError: The folder cannot be written.
        """
        rendered = []
        for subject, block in self._blocks.items():
            if subject in self._described:
                block.drop("a", "rdfs:label", "skos:altLabel")
            if not block.is_empty:
                rendered.append(RenderedBlock(subject, block.render()))
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.part")
        try:
            with part.open("w", encoding="utf-8", newline="\n") as stream:
                stream.writelines(document_lines(comment, [*rendered, *self._texts], titles))
            size = part.stat().st_size
            self.changed = not (path.is_file() and cmp(part, path, shallow=False))
            if self.changed:
                part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        return size
