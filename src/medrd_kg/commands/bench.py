"""``medrd-kg bench``: the comparison with peers, which a source checkout brings along."""

import subprocess
import sys
from collections.abc import Sequence

from medrd_kg.content import content_root
from medrd_kg.problems import Problem

__all__ = ["bench"]


def bench(arguments: Sequence[str]) -> int:
    """Run the benchmarks of the checkout and return their exit code.

    Args:
        arguments: What ``python -m benchmarks`` takes; ``--help`` lists it.

    Raises:
        Problem: ``usage``: this is no source checkout, so there are none.
    """
    root = content_root()
    if not (root / "benchmarks" / "__main__.py").is_file():
        raise Problem(
            "usage",
            "the benchmarks are not part of the installed package",
            "run `make bench` in a source checkout",
        )
    return subprocess.run(  # noqa: S603 - our own module, with the caller's arguments
        [sys.executable, "-m", "benchmarks", *arguments], cwd=root, check=False
    ).returncode
