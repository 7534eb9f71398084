"""A real browser for the tests of the site, and the site served as a reader's own machine would serve it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from threading import Thread
from time import sleep
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from rederive.build import BuildError
from rederive.pdf.printing import driver, find_chromium
from scratch import REPOSITORY

SITE = REPOSITORY / "_build" / "html"
HEIGHT = 900

OpenPage = Callable[..., Page]


@contextmanager
def _or_skipped() -> Iterator[None]:
    """Without what drives the site the tests are skipped, but on the machine that is to run them all."""
    try:
        yield
    except BuildError as error:
        reason = f"the site was not tried in a browser: {error}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture(scope="session")
def driven() -> None:
    """Playwright starts, whatever browser it finds."""
    with _or_skipped(), driver():
        pass


@pytest.fixture(scope="session")
def chromium(request: pytest.FixtureRequest) -> Path:
    """Where a Chromium is that Playwright can drive."""
    with _or_skipped():
        found = find_chromium()
    request.getfixturevalue("driven")
    return found


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    """One browser for a file of tests: while it runs, Playwright keeps the event loop that other tests need."""
    with driver() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def from_files() -> str:
    """The site's address without a server."""
    return SITE.as_uri()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Slow(_Quiet):
    """Sends a page in pieces, one for each part of the bars at its top, so that each may be drawn before the next."""

    def do_GET(self) -> None:
        if not urlsplit(self.path).path.endswith(".html"):
            return super().do_GET()
        page = Path(self.translate_path(self.path)).read_bytes()
        parts = re.finditer(rb"<(header|div|label|button|svg)\b", page[: page.index(b"<article")])
        self.send_response(200)
        self.end_headers()
        for start, end in pairwise([0, *(part.start() for part in parts), len(page)]):
            self.wfile.write(page[start:end])
            sleep(0.05)
        return None


@contextmanager
def _serving(handler: type[_Quiet]) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=SITE)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="session")
def served() -> Iterator[str]:
    """The site's address on a server of this machine."""
    with _serving(_Quiet) as address:
        yield address


@pytest.fixture(scope="session")
def served_slowly() -> Iterator[str]:
    """The same on one that takes its time over the top of each page."""
    with _serving(_Slow) as address:
        yield address


@pytest.fixture
def open_page(browser: Browser, from_files: str) -> Iterator[OpenPage]:
    """Opens a page of the site: its name, the reader's colours, the window's width, and what else Playwright takes."""
    contexts = []

    def open_one(name: str, scheme: str = "light", width: int = 1280, at: str = from_files, **settings: object) -> Page:
        context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": HEIGHT}, **settings)
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{at}/{name}.html")
        return page

    yield open_one
    for context in contexts:
        context.close()
