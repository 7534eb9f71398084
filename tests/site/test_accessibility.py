"""Every page, as readers with a keyboard, a screen reader or other needs have it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, expect

from pages import BOOK, PAGES

pytestmark = pytest.mark.every_page

HOME = BOOK.pages[0]

AXE = """
async (wanted) => {
  // Contrast takes long: of elements that look alike, being of the same classes inside the same, one is looked at.
  const looks = new Map();
  const look = (element) =>
    element ? `${look(element.parentElement)} ${element.tagName}.${element.getAttribute("class")}` : "";
  for (const element of document.body.querySelectorAll("*:not(svg *, math *)")) {
    const speaks = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (speaks && element.checkVisibility({ visibilityProperty: true })) looks.set(look(element), element);
    element.removeAttribute("data-look");
  }
  for (const element of looks.values()) element.dataset.look = "";
  axe.configure({ rules: [{ id: "color-contrast", selector: "[data-look]" }] });
  const usual = (tags) => !tags.includes("wcag2aaa") && !tags.includes("experimental");
  const asked = ({ ruleId, tags }) =>
    wanted.includes(ruleId) || (usual(tags) && tags.some((tag) => wanted.includes(tag)));
  const rules = axe.getRules().filter(asked).map((rule) => rule.ruleId);
  const { violations } = await axe.run({ resultTypes: ["violations"], preload: false, runOnly: rules });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
}
"""
EVERYTHING = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
BY_LOOK = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]
"""The rules whose answers change with colours and width; the others look at what a page is made of."""

OPEN_ALL = "for (const details of document.querySelectorAll('details')) details.open = true"

REACHED = """
() => [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")]
  .filter((element) => element.tabIndex === 0 && element.checkVisibility({ visibilityProperty: true }))
"""
"""What can be seen and used, in the order of the page."""

FOCUS = """
async () => {
  await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  const focused = document.activeElement;
  const shown = [focused, ...(focused.labels ?? [])].some((element) => {
    const style = getComputedStyle(element);
    return element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
      && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  });
  const { left, right, top, bottom } = focused.getBoundingClientRect();
  return {
    number: window.reached.indexOf(focused),
    shown: shown && right > 0 && left < innerWidth && bottom > 0 && top < innerHeight,
    what: focused.outerHTML.slice(0, 80),
  };
}
"""


@pytest.fixture(scope="module", params=PAGES)
def page(request: pytest.FixtureRequest, browser: Browser, from_files: str) -> Iterator[Page]:
    page = browser.new_page(reduced_motion="reduce")
    page.goto(f"{from_files}/{request.param}.html")
    page.evaluate(AXE_SCRIPT)
    page.evaluate(OPEN_ALL)
    yield page
    page.close()


@pytest.mark.parametrize(("scheme", "width", "rules"), [("light", 1280, EVERYTHING), ("dark", 360, BY_LOOK)])
def test_axe_finds_no_violation(page: Page, scheme: str, width: int, rules: list[str]) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    assert page.evaluate(AXE, rules) == []


def test_a_page_has_one_main_heading_and_no_level_is_left_out(page: Page) -> None:
    levels = page.evaluate("[...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map((h) => Number(h.tagName[1]))")
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert [(above, below) for above, below in pairwise(levels) if below > above + 1] == []


def test_tables_have_captions_and_headers_say_what_they_head(page: Page) -> None:
    wanting = page.evaluate(
        """() => [...document.querySelectorAll("article table")]
          .filter((table) => !table.caption?.textContent.trim() || table.querySelector("th:not([scope])")
            || !table.querySelector("th[scope=col]") || !table.querySelector("th[scope=row]"))
          .map((table) => table.textContent.slice(0, 60))"""
    )
    assert wanting == []


def test_a_page_has_its_parts_named(page: Page) -> None:
    assert page.locator("[role=main], main").count() == 1
    assert page.locator("html[lang=en]").count() == 1
    names = page.evaluate("[...document.querySelectorAll('nav')].map((nav) => nav.getAttribute('aria-label'))")
    assert None not in names
    assert len(names) == len(set(names))


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("name", [HOME, "search"])
def test_the_keyboard_reaches_everything_in_order_and_shows_where_it_is(
    name: str, width: int, open_page: Callable[..., Page]
) -> None:
    page = open_page(name, width=width, reduced_motion="reduce")
    count = page.evaluate(f"() => {{ window.reached = ({REACHED})(); return window.reached.length; }}")
    assert count > 5
    steps = []
    for _ in range(count):
        page.keyboard.press("Tab")
        steps.append(page.evaluate(FOCUS))
    assert [step["number"] for step in steps] == list(range(count)), steps
    assert [step["what"] for step in steps if not step["shown"]] == []
    assert "skip-to-content" in steps[0]["what"]


def test_the_first_key_presses_lead_past_the_navigation(open_page: Callable[..., Page]) -> None:
    page = open_page(HOME)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('article') !== null")


@pytest.mark.parametrize(("switch", "drawer"), [("__navigation", ".sidebar-drawer"), ("__toc", ".toc-drawer")])
def test_a_phones_drawers_open_and_close_by_keyboard(switch: str, drawer: str, open_page: Callable[..., Page]) -> None:
    page = open_page("book/methods", width=360, reduced_motion="reduce")
    links = page.locator(f"{drawer} a")
    assert links.count() > 5
    expect(links.last).to_be_hidden()
    page.focus(f"#{switch}")
    page.keyboard.press("Space")
    expect(links.last).to_be_visible()
    page.keyboard.press("Tab")
    assert page.evaluate(f"document.activeElement.closest('{drawer}') !== null")
    box = page.locator(drawer).bounding_box()
    assert box is not None
    assert 0 <= box["x"] < box["x"] + box["width"] <= 360
    page.keyboard.press("Escape")
    expect(links.last).to_be_hidden()


def test_boxes_that_scroll_are_reached_by_keyboard(open_page: Callable[..., Page]) -> None:
    page = open_page("book/methods", width=360)
    unreached = """[...document.querySelectorAll("article *")].filter((box) =>
      ["auto", "scroll"].includes(getComputedStyle(box).overflowX)
      && box.scrollWidth > box.clientWidth && box.tabIndex < 0 && !box.querySelector("a, button"))"""
    assert page.locator("article [tabindex='0']").count() > 5
    assert page.evaluate(f"{unreached}.map((box) => box.className)") == []


@pytest.mark.parametrize("name", BOOK.pages)
def test_without_scripts_everything_is_there_and_no_control_is_dead(name: str, open_page: Callable[..., Page]) -> None:
    page = open_page(name, java_script_enabled=False)
    assert page.locator("h1").is_visible()
    unseen = page.evaluate(
        """() => [...document.querySelectorAll("article p, article table, article figure, .rd-card")]
          .filter((part) => !part.closest("details:not([open]), [hidden]"))
          .filter((part) => !part.checkVisibility({ visibilityProperty: true, opacityProperty: true })
            || part.matches("figure") && ![...part.querySelectorAll("svg")].some((svg) => svg.checkVisibility()))
          .map((part) => part.outerHTML.slice(0, 80))"""
    )
    assert unseen == []
    controls = page.locator("button, input:not(.sidebar-toggle), select, textarea")  # the drawers need no scripts
    assert [control.evaluate("(c) => c.outerHTML") for control in controls.all() if control.is_visible()] == []
