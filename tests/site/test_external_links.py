"""`make linkcheck` tells links that are there from those that are not, on a server of this machine."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest

from scratch import REPOSITORY

SCRIPT = REPOSITORY / "measurements" / "external_links.py"


class _World(BaseHTTPRequestHandler):
    """Pages that are there, gone, moved, moved for now, for people only, and one that is busy when first asked."""

    asked: ClassVar[Counter[str]] = Counter()

    def do_GET(self) -> None:
        self.asked[self.path] += 1
        busy = 503 if self.asked[self.path] == 1 else 200
        statuses = {"/gone": 404, "/moved": 301, "/elsewhere-today": 302, "/people-only": 403, "/busy": busy}
        self.send_response(statuses.get(self.path, 200))
        if self.path in ("/moved", "/elsewhere-today"):
            self.send_header("Location", "/there")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def world() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _World) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def checked(site: Path, addresses: list[str]) -> tuple[int, list[str]]:
    links = " ".join(f'<a href="{address}">x</a>' for address in addresses)
    (site / "book").mkdir()
    for page in ("a", "b"):
        (site / "book" / f"{page}.html").write_text(f"<p>{links} <a href='../c.html'>ours</a></p>", encoding="utf-8")
    done = subprocess.run([sys.executable, SCRIPT, site], capture_output=True, text=True, timeout=60)
    assert not done.stderr
    return done.returncode, done.stdout.splitlines()


def test_dead_moved_and_refused_links_are_told_with_their_page(world: str, tmp_path: Path) -> None:
    names = ("there", "gone", "moved", "elsewhere-today", "people-only", "busy")
    code, lines = checked(tmp_path, [f"{world}/{name}" for name in names])
    told = {
        f"book/a.html and 1 more: {world}/gone: broken (404)",
        f"book/a.html and 1 more: {world}/moved: moved to {world}/there",
        f"book/a.html and 1 more: {world}/people-only: refused (403)",
    }
    assert code == 1
    assert set(lines[:-1]) == told
    assert lines[-1] == "6 links to other hosts, 1 broken"


def test_links_that_are_there_are_no_fault(world: str, tmp_path: Path) -> None:
    assert checked(tmp_path, [f"{world}/there#part", f"{world}/there"]) == (0, ["1 links to other hosts, 0 broken"])


def test_a_host_that_does_not_answer_is_a_dead_link(tmp_path: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _World) as server:
        nobody = f"http://127.0.0.1:{server.server_port}/"
    code, lines = checked(tmp_path, [nobody])
    assert (code, lines[0]) == (1, f"book/a.html and 1 more: {nobody}: broken (ConnectionError)")
