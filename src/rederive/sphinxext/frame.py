"""What the frame of a page needs: its style sheet and its script, which are in `book/_static`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    app.add_css_file("frame.css")
    app.add_js_file("frame.js", loading_method="defer")
