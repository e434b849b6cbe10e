"""A real browser over the shipped release: what a reader sees is what is tested."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

FONTS = Path("/usr/share/fonts/opentype/noto")
_LEAVES_ALONE = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]


@dataclass
class Visit:
    """A page in a browser, and what went wrong while it was open.

    Attributes:
        page: The page.
        address: Of the server.
        path: What was opened last.
        errors: What the console said, scripts that failed, breaches of the security policy.
        foreign: Addresses asked for at other hosts.
        answers: Bodies' lengths in bytes by address, of everything that was loaded.
    """

    page: Page
    address: str
    path: str = ""
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    answers: dict[str, int] = field(default_factory=dict)

    def open(self, path: str) -> int:
        """Open a path of the server, wait until it has loaded, and return the status."""
        self.path = path
        response = self.page.goto(self.address + path, wait_until="load")
        return 0 if response is None else response.status

    def watch(self) -> None:
        """Begin to note what goes wrong."""
        self.page.on("console", self._note_message)
        self.page.on("pageerror", lambda error: self.errors.append(f"script: {error}"))
        self.page.on("request", self._note_request)
        self.page.on("requestfinished", self._note_answer)
        self.page.add_init_script(
            """addEventListener('securitypolicyviolation', e =>
                 console.error(`policy: ${e.violatedDirective} ${e.blockedURI} ${e.sample}`))"""
        )

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.errors.append(f"{message.type}: {message.text}")

    def _note_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if (
            parts.scheme in {"http", "https", "ws", "wss"}
            and parts.netloc != urlsplit(self.address).netloc
        ):
            self.foreign.append(request.url)

    def _note_answer(self, request: Request) -> None:
        self.answers[request.url] = request.sizes()["responseBodySize"]


Opener = Callable[..., AbstractContextManager[Visit]]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; what needs it is skipped where it is not installed."""
    program = shutil.which("chromium")
    if program is None or not FONTS.is_dir():
        pytest.skip("the browser is missing: tools/install_debian_packages.sh installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_LEAVES_ALONE)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def visiting(browser: Browser, server: str) -> Opener:
    """Opens windows on the served release, of a width, dark or light, with scripts or without."""

    @contextmanager
    def window(
        width: int = 1280, height: int = 900, *, dark: bool = False, scripts: bool = True
    ) -> Iterator[Visit]:
        with browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
        ) as opened:
            visit = Visit(opened.new_page(), server)
            visit.watch()
            yield visit

    return window
