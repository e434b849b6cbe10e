"""The real server over a data directory: ``python -m tests.web.releases.serving_kept PORT DIR …``.

It is the command `serve` without the build before it, which would make a release of the shipped
content.
"""

import logging
import sys
from pathlib import Path
from unittest.mock import patch

from medrd_kg.settings import Settings
from medrd_kg.web.server import run_server


def main() -> None:
    logging.basicConfig(level=logging.WARNING)  # a failing test shows what the server says
    port, data_dir, *settings = sys.argv[1:]
    given = dict(each.split("=", 1) for each in settings)
    with patch("medrd_kg.web.server.ensure_release"):
        run_server(Settings.load({}, port=int(port), data_dir=Path(data_dir), **given))


if __name__ == "__main__":
    main()
