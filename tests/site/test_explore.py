"""Figures explored in a browser: what is chosen is drawn and told, as the library has it; without scripts, nothing is.

They are tried as files opened from the file system, and served, under the pages' own Content-Security-Policy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from reading import ROOT
from rederive.audit import Audit
from rederive.checks.risks import risk_scale
from rederive.display.explorations import WANTED
from rederive.methods.factorial import FourArms, animals_needed, power_against_all
from rederive.methods.pooling import TwoArms, every_method
from rederive.printed import formatted

pytestmark = pytest.mark.every_page

HTML = ROOT / "_build" / "html"
CHAPTERS = {"01-sepsis": 3, "02-lymphocytes": 1, "05-il15": 1}
"""How many figures of a chapter can be explored."""

REPORTED = """document.addEventListener("securitypolicyviolation", (event) => console.error(event.violatedDirective))"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page on which nothing may go wrong."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened, faults = context.new_page(), []
    opened.add_init_script(REPORTED)
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    opened.on("requestfailed", lambda request: faults.append(request.url))
    yield opened
    context.close()
    assert faults == []


def address(chapter: str) -> str:
    return (HTML / "chapters" / f"{chapter}.html").as_uri()


def explored(page: Page, name: str) -> Locator:
    """The figure with a choice of this name, opened for exploring."""
    figure = page.locator("figure.rd-figure").filter(has=page.get_by_label(name, exact=True))
    expect(figure).to_have_count(1)
    figure.get_by_text("Explore this figure").click()
    return figure


def told(figure: Locator) -> str:
    return figure.get_by_role("status").inner_text()


def marks_seen(figure: Locator) -> list[str]:
    """The states of the marks that are drawn, in the drawing that is shown."""
    return figure.locator("svg:visible [data-state]").evaluate_all(
        """marks => marks.filter(mark => getComputedStyle(mark).visibility == "visible")
        .map(mark => mark.dataset.state)"""
    )


def words_seen(figure: Locator) -> list[str]:
    """The words in the drawing that is shown."""
    return figure.locator("svg:visible text").evaluate_all(
        """texts => texts.filter(text => getComputedStyle(text).visibility == "visible")
        .map(text => text.textContent)"""
    )


def slide(figure: Locator, name: str, option: str) -> None:
    """Move a slider with the keyboard, from its left end, until it says this."""
    slider = figure.get_by_label(name, exact=True)
    slider.press("Home")
    for _ in range(int(slider.get_attribute("max") or 0)):
        if slider.get_attribute("aria-valuetext") == option:
            return
        slider.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") == option


def pool(page: Page) -> None:
    """Pool both visible trials by a method that is not the first, and compare with the library."""
    trials = Audit.of("sepsis").table("trials").query("timepoint == '28 days'")
    methods = every_method(TwoArms.from_frame(trials))
    wanted = methods.iloc[-1]
    figure = explored(page, "Pooling method")
    figure.get_by_label("Pooling method").select_option(wanted["method"])
    ratio = f"{wanted['estimate']:.2f} ({wanted['lower']:.2f} to {wanted['upper']:.2f})"
    assert f"TESTS and ETASS pooled: odds ratio {ratio}" in told(figure)
    assert ratio in words_seen(figure)
    figure.get_by_label("ETASS in the pool").uncheck()
    assert told(figure).startswith("TESTS alone: odds ratio ")
    assert ratio not in words_seen(figure)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_each_explorable_figure_has_its_choices(page: Page, chapter: str) -> None:
    page.goto(address(chapter))
    expect(page.locator(".rd-explore")).to_have_count(CHAPTERS[chapter])
    for box in page.locator(".rd-explore").all():
        expect(box).to_be_visible()
        figure = box.locator("xpath=ancestor::figure")
        assert marks_seen(figure) == []
        box.locator("summary").click()
        expect(box.get_by_role("status")).not_to_be_empty()
        assert marks_seen(figure)
        box.locator("summary").click()
        assert marks_seen(figure) == []
        expect(box.locator(".rd-told")).to_be_empty()


def test_pooling_from_the_file_system(page: Page) -> None:
    page.goto(address("01-sepsis"))
    pool(page)


def test_pooling_when_served(page: Page, served: str) -> None:
    page.goto(f"{served}/chapters/01-sepsis.html")
    pool(page)


def test_control_risk_by_keyboard(page: Page) -> None:
    page.goto(address("01-sepsis"))
    figure = explored(page, "Risk of death without the drug")
    slide(figure, "Risk of death without the drug", "40%")
    printed = Audit.of("sepsis")["overall-or"].printed
    fewer = risk_scale(printed.estimate.interval(), 0.4).relative_reduction
    assert told(figure).startswith("If 40% of untreated patients die")
    assert f"that is {fewer:.1%} fewer deaths" in told(figure)
    assert f"{fewer:.1%}" in words_seen(figure)


def test_animals_per_arm(page: Page) -> None:
    page.goto(address("05-il15"))
    figure = explored(page, "Animals per arm")
    figure.get_by_label("Hazard ratio, combination v each single agent").select_option("0.3")
    slide(figure, "Animals per arm", "20")
    single = float(re.search(r"hazard ratio of (0\.\d+) against saline", page.locator("body").inner_text())[1])  # type: ignore[index]
    design = FourArms(hr_a=single, hr_b=single, hr_both=single * 0.3)
    assert f"is {formatted(float(power_against_all(design, 20)), '.0%')} by a formula for large groups" in told(figure)
    assert f"takes {animals_needed(partial(power_against_all, design), WANTED)} per arm" in told(figure)


def test_what_is_drawn_is_what_is_told_in_every_state_of_a_row(page: Page) -> None:
    page.goto(address("02-lymphocytes"))
    figure = explored(page, "Row of the table")
    figure.get_by_label("Row of the table").select_option("NK cells")
    seen = set()
    for r in ("−0.90", "0.00", "0.95"):
        slide(figure, "Within-patient correlation (assumed)", r)
        assert told(figure).startswith(f"NK cells, correlation {r}:")
        (state,) = set(marks_seen(figure))
        seen.add(state)
    assert len(seen) == 3


def test_assumptions_change_what_is_required(page: Page) -> None:
    page.goto(address("01-sepsis"))
    figure = explored(page, "Control risk")
    before = told(figure)
    figure.get_by_label("Power", exact=True).select_option("90%")
    assert re.match(r"[\d,]+ patients would be required", told(figure))
    assert told(figure) != before


def test_printed_figures_are_the_static_ones(page: Page) -> None:
    page.goto(address("01-sepsis"))
    figure = explored(page, "Pooling method")
    page.emulate_media(media="print")
    expect(figure.locator(".rd-explore")).to_be_hidden()
    assert marks_seen(figure) == []
    static = figure.locator("svg:visible [data-static]").evaluate_all(
        "marks => marks.map(mark => getComputedStyle(mark).visibility)"
    )
    assert set(static) == {"visible"}


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_without_scripts_nothing_is_offered(browser: Browser, chapter: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address(chapter))
    assert page.locator(".rd-explore").count() == CHAPTERS[chapter]
    assert page.locator(".rd-explore:visible").count() == 0
    context.close()


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_on_a_phone_choices_fit_and_letters_can_be_read(browser: Browser, chapter: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 800})
    page = context.new_page()
    page.goto(address(chapter))
    for box in page.locator(".rd-explore").all():
        box.locator("summary").click()
        for field in box.locator("summary, select, input").all():
            place = field.bounding_box()
            assert place
            assert place["height"] >= 24
            assert place["x"] >= 0
            assert place["x"] + place["width"] <= 360
        figure = box.locator("xpath=ancestor::figure")
        figure.evaluate("figure => scrollTo(0, figure.getBoundingClientRect().top + scrollY - 200)")
        expect(box.locator("summary")).to_be_in_viewport()  # beside a figure taller than the screen, too
        box.locator("summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for drawing in page.locator(".rd-chart svg:visible").all():
        sizes = drawing.evaluate(
            """svg => [...svg.querySelectorAll("text")].map(text => parseFloat(getComputedStyle(text).fontSize)
            * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width)"""
        )
        assert min(sizes) >= 11
    context.close()


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_nothing_moves_when_the_script_runs(browser: Browser, chapter: str) -> None:
    """The choices have their place from the start."""
    context = browser.new_context()
    heights = []
    for blocked in (True, False):
        page = context.new_page()
        if blocked:
            page.route("**/explore.js*", lambda route: route.abort())
        page.goto(address(chapter))
        heights.append(page.locator(".rd-figure").evaluate_all("all => all.map(each => each.offsetHeight)"))
    assert heights[0] == heights[1]
    context.close()
