"""How soon each page shows its largest part, served from this machine, and how much it loads until then.

Each page is opened in a fresh profile, a few times; the median counts. The book must have been built.

python benchmarks/site.py
"""

from __future__ import annotations

import statistics
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from playwright.sync_api import Browser, sync_playwright

from rederive.build import read_book
from rederive.pdf.printing import find_chromium

TIMES = 5
AIM = 1000
"""Milliseconds."""

LARGEST = """
() => new Promise((resolve) => new PerformanceObserver((list) => resolve(list.getEntries().at(-1).startTime))
  .observe({ type: "largest-contentful-paint", buffered: true }))
"""
WEIGHT = """
[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .reduce((sum, entry) => sum + entry.decodedBodySize, 0)
"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


def measure(browser: Browser, address: str) -> tuple[float, int]:
    """Milliseconds until the largest part was drawn, and bytes."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(address)
    page.wait_for_timeout(200)
    result = page.evaluate(LARGEST), page.evaluate(WEIGHT)
    page.close()
    return result


def main() -> None:
    """Print a line a page."""
    book = read_book(Path(__file__).parents[1])
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=book.html)) as server,
        sync_playwright() as playwright,
    ):
        Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        print(f"largest part drawn after, median of {TIMES}; aim {AIM} ms")
        for name in book.pages:
            runs = [measure(browser, f"http://127.0.0.1:{server.server_port}/{name}.html") for _ in range(TIMES)]
            after = statistics.median(milliseconds for milliseconds, _ in runs)
            print(f"{name:<26}{after:>7.0f} ms{runs[0][1] / 1000:>8.0f} kB{'' if after <= AIM else '  too late'}")
        browser.close()
        server.shutdown()


if __name__ == "__main__":
    main()
