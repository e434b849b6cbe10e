"""Reason over the shipped content anew and write the results that are committed with it.

usage: python tools/refresh_reasoning.py

Needs a Java runtime; run it after changes of classes, properties, concepts or the policy.
"""

import sys

from medrd_kg.build.inference import committed_dir, refresh_committed
from medrd_kg.build.progress import ConsoleProgress
from medrd_kg.content import content_root
from medrd_kg.problems import Problem


def main() -> int:
    """Write the results; return the exit code."""
    root = content_root()
    try:
        results = refresh_committed(root, ConsoleProgress())
    except Problem as problem:
        print(problem, file=sys.stderr)
        return problem.kind.exit_code
    for result in results:
        print(f"{committed_dir(root) / result.name}.nt: {len(result.lines)} triples")
    return 0


if __name__ == "__main__":
    sys.exit(main())
