#!/usr/bin/env python3
"""Take the pictures of the pages that the README shows: docs/images/NAME-LANGUAGE.png.

usage: screenshots.py ADDRESS [FOLDER]
"""

import shutil
import sys
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, sync_playwright

PICTURES: Final = {
    "home": "/",
    "linkage": "/linkage",
    "flows": "/flows",
    "query": "/query?stored=totals-and-remainders",
    "project": "/projects/drugs",
    "evidence": "/evidence/policy-fy2022",
}
LANGUAGES: Final = ("ja", "en")
WIDTH: Final = 1280
HEIGHT: Final = 1360


def main() -> None:
    """Take all pictures of a running server."""
    address = sys.argv[1].rstrip("/")
    folder = Path(next(iter(sys.argv[2:]), "docs/images"))
    program = shutil.which("chromium")
    if program is None:
        sys.exit("chromium is missing: tools/install_debian_packages.sh installs it")
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        for name, path in PICTURES.items():
            for language in LANGUAGES:
                take(page, f"{address}/{language}{path}", folder / f"{name}-{language}.png")
        browser.close()


def take(page: Page, address: str, file: Path) -> None:
    """Take the picture of what the window shows of a page."""
    response = page.goto(address, wait_until="networkidle")
    if response is None or not response.ok:
        sys.exit(f"{address} cannot be shown")
    page.screenshot(path=file)
    print(file)


if __name__ == "__main__":
    main()
