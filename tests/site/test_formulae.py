"""Formulae in a browser are set in the mathematics font that the site brings along, every sign of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from scratch import REPOSITORY

pytestmark = pytest.mark.every_page

FONT = "STIX Two Math"
MARK_EACH_SIGN_ONCE = """() => {
  const seen = new Set();
  for (const leaf of document.querySelectorAll("article math :is(mi, mn, mo, mtext)"))
    if (!seen.has(leaf.outerHTML)) { seen.add(leaf.outerHTML); leaf.dataset.tried = ""; }
}"""
PAGES = sorted(
    path.relative_to(REPOSITORY / "_build" / "html").with_suffix("").as_posix()
    for folder in ("book", "chapters")
    for path in (REPOSITORY / "_build" / "html" / folder).glob("*.html")
    if "<math" in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", PAGES)
def test_no_sign_of_a_formula_is_missing_from_the_font(open_page: Callable[..., Page], name: str) -> None:
    page = open_page(name)
    page.wait_for_function("document.fonts.ready")
    page.evaluate(MARK_EACH_SIGN_ONCE)
    tools = page.context.new_cdp_session(page)
    for domain in ("DOM", "CSS"):
        tools.send(f"{domain}.enable")
    root = tools.send("DOM.getDocument", {"depth": 0})["root"]["nodeId"]
    leaves = tools.send("DOM.querySelectorAll", {"nodeId": root, "selector": "[data-tried]"})["nodeIds"]
    used: Counter[str] = Counter()
    for leaf in leaves:
        for font in tools.send("CSS.getPlatformFontsForNode", {"nodeId": leaf})["fonts"]:
            used[font["familyName"]] += font["glyphCount"]
    assert used[FONT] > 10
    assert set(used) == {FONT}
