"""Every page, as a browser loads it: from its own files only, within its policy, without moving, and not too heavy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

from pages import BOOK, PAGES
from rederive.build import Chapter

pytestmark = pytest.mark.every_page

WATCH = """
window.seen = { moved: 0, moving: [], refused: [] };
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    seen.moved += entry.value;
    seen.moving.push(...entry.sources.map(({ node }) => (node?.outerHTML ?? String(node)).slice(0, 100)));
  }
}).observe({ type: "layout-shift", buffered: true });
addEventListener("securitypolicyviolation", (event) => seen.refused.push(`${event.violatedDirective} ${event.sample}`));
"""
LOADED = """
() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .reduce((sum, entry) => sum + entry.decodedBodySize, 0)
"""
SETTLED = """
async () => {
  await document.fonts.ready;
  scrollTo(0, document.body.scrollHeight);
  for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);
}
"""
EXPLORE = "button.rd-explore-start"


@dataclass
class Visit:
    """A page that was opened, scrolled to its end, and its figures explored; what the browser said meanwhile."""

    page: Page
    moved: float = 0
    moving: list[str] = field(default_factory=list)
    weight: int = 0
    requested: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def visit(browser: Browser, address: str, width: int = 1280) -> Visit:
    page = browser.new_page(viewport={"width": width, "height": 900})
    seen = Visit(page)
    page.on("request", lambda request: seen.requested.append(request.url))
    page.on("requestfailed", lambda request: seen.failed.append(request.url))
    page.on("response", lambda answer: seen.failed.append(answer.url) if answer.status >= 400 else None)
    page.on("console", lambda message: seen.said.append(message.text) if message.type != "log" else None)
    page.on("pageerror", lambda error: seen.said.append(str(error)))
    page.add_init_script(WATCH)
    page.goto(address)
    page.evaluate(SETTLED)
    seen.moved, seen.moving = page.evaluate("[seen.moved, seen.moving]")
    if buttons := page.locator(EXPLORE).all():
        for button in buttons:
            button.click()
        page.wait_for_load_state("networkidle")
    seen.refused = page.evaluate("seen.refused")
    seen.weight = page.evaluate(LOADED)
    return seen


def faults(seen: Visit, home: str) -> dict[str, list[str]]:
    """All that must not happen while a page is read, by kind."""
    elsewhere = [url for url in seen.requested if not url.startswith((home, "data:", "blob:"))]
    found = {"elsewhere": elsewhere, "failed": seen.failed, "refused": seen.refused, "said": seen.said}
    return {kind: list_ for kind, list_ in found.items() if list_}


@pytest.fixture(scope="module", params=PAGES)
def served_page(request: pytest.FixtureRequest, browser: Browser, served: str) -> Iterator[Visit]:
    seen = visit(browser, f"{served}/{request.param}.html")
    yield seen
    seen.page.close()


def test_a_served_page_loads_its_own_files_only_and_nothing_is_refused(served_page: Visit, served: str) -> None:
    assert len(served_page.requested) > 5
    assert faults(served_page, served) == {}


def test_nothing_moves_after_it_was_drawn(served_page: Visit) -> None:
    assert served_page.moved < 0.001


def test_a_page_is_light_enough(served_page: Visit) -> None:
    """In bytes as they are, uncompressed, with all that exploring its figures loads."""
    name = urlsplit(served_page.page.url).path.removeprefix("/").removesuffix(".html")
    limit = 500_000 if name == BOOK.pages[0] else 1_500_000
    assert 10_000 < served_page.weight <= limit


@pytest.mark.parametrize("width", [360, 1280])
def test_a_page_is_no_wider_than_the_window(served_page: Visit, width: int) -> None:
    page = served_page.page
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_nothing_moves_by_itself_for_readers_who_want_that(served_page: Visit) -> None:
    page = served_page.page
    page.emulate_media(reduced_motion="reduce")
    moving = page.evaluate(
        """() => [...document.querySelectorAll("*")].filter((element) => {
          const style = getComputedStyle(element);
          const seconds = `${style.transitionDuration}, ${style.animationDuration}`.split(", ").map(parseFloat);
          return Math.max(...seconds) > 0.01 || style.scrollBehavior === "smooth";
        }).map((element) => element.outerHTML.slice(0, 100))"""
    )
    page.emulate_media(reduced_motion="no-preference")
    assert moving == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opened_as_a_file_loads_its_own_files_only_and_nothing_is_refused(
    name: str, browser: Browser, from_files: str
) -> None:
    seen = visit(browser, f"{from_files}/{name}.html", width=360)
    seen.page.close()
    assert len(seen.requested) > 5
    assert faults(seen, from_files) == {}
    assert seen.moved < 0.001


@pytest.mark.parametrize("width", [320, 800, 1280])
def test_nothing_moves_while_a_page_comes_slowly(width: int, browser: Browser, served_slowly: str) -> None:
    seen = visit(browser, f"{served_slowly}/{BOOK.chapters[0].page}.html", width)
    seen.page.close()
    assert (seen.moving if seen.moved >= 0.001 else []) == []


@pytest.mark.parametrize("at", ["served", "from_files"])
def test_searching_finds_pages_and_breaks_nothing(at: str, browser: Browser, request: pytest.FixtureRequest) -> None:
    home = request.getfixturevalue(at)
    seen = visit(browser, f"{home}/search.html?q=heterogeneity")
    found = seen.page.locator("ul.search li a").all_inner_texts()
    seen.page.close()
    assert any("Methods" in title for title in found)
    assert faults(seen, home) == {}


@pytest.mark.parametrize("chapter", BOOK.chapters, ids=lambda chapter: chapter.slug)
def test_a_chapter_prints_without_what_is_of_no_use_on_paper(
    chapter: Chapter, browser: Browser, from_files: str
) -> None:
    page = browser.new_page()
    page.goto(f"{from_files}/{chapter.page}.html")
    page.emulate_media(media="print")
    shown = page.evaluate(
        """() => [...document.querySelectorAll("nav, button, input, select, .mobile-header, .skip-to-content")]
          .filter((element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
          .map((element) => element.outerHTML.slice(0, 80))"""
    )
    title = page.locator("h1").inner_text().removesuffix("#").strip()
    paper = PdfReader(BytesIO(page.pdf()))
    page.close()
    assert shown == []
    assert len(paper.pages) > 3
    assert title.split(":")[0] in paper.pages[0].extract_text()
