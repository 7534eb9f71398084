"""What the frame of a page needs, in `book/_static`: a style sheet, a script, and the look of a page on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def spare_chapters(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Make no list of chapters for a page of source code, which shows none (handler of `html-page-context`).

    The theme makes one for every page, which for all the library's modules takes seconds.
    """
    if pagename.startswith("_"):
        context["toctree"] = lambda **_: ""


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", spare_chapters, priority=400)  # before the theme's own
    app.add_css_file("frame.css")
    app.add_css_file("print.css", priority=900)  # after the sheets of all parts, which it overrules on paper
    app.add_js_file("frame.js", loading_method="defer")
