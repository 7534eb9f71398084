"""What the frame of a page needs, in `book/_static`: a style sheet, a script, and the look of a page on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    app.add_css_file("frame.css")
    app.add_css_file("print.css", priority=900)  # after the sheets of all parts, which it overrules on paper
    app.add_js_file("frame.js", loading_method="defer")
