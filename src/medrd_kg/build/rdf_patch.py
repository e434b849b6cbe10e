"""The difference between two releases as an RDF Patch.

RDF Patch is the line format of Apache Jena (https://afs.github.io/rdf-patch/): header lines, then
between ``TX`` and ``TC`` a line ``D`` for each quad that goes and ``A`` for each that comes.
"""

from collections.abc import Iterable, Iterator
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from medrd_kg.vocabulary import BASE

__all__ = ["patch_lines"]

_RELEASE: Final = f"{BASE}release/"


def patch_lines(changes: Iterable[tuple[bool, bytes]], older: str, newer: str) -> Iterator[bytes]:
    r"""Yield the lines of a patch that turns one release into another.

    Its identifier depends on the two versions only. The terms are those of N-Quads, which RDF Patch
    has as well; a blank node of the older release has its name in that release's dump.

    Args:
        changes: Lines of N-Quads with whether they are new; from `changed_lines`.
        older: Version of the release to which the patch applies.
        newer: Version of the release that comes out.

    >>> lines = list(patch_lines([(True, b"<urn:s> <urn:p> _:new-a .\n")], "1", "2"))
    >>> lines[3:]
    [b'TX .\n', b'A <urn:s> <urn:p> _:new-a .\n', b'TC .\n']
    """
    yield f"H id <uuid:{_identifier(older, newer)}> .\n".encode()
    yield f"H prev <uuid:{_identifier(older)}> .\n".encode()
    yield f"# {older} to {newer}\n".encode()
    yield b"TX .\n"
    for is_new, line in changes:
        yield (b"A " if is_new else b"D ") + line
    yield b"TC .\n"


def _identifier(*versions: str) -> str:
    return str(uuid5(NAMESPACE_URL, _RELEASE + "..".join(versions)))
