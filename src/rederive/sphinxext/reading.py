"""The style sheet and the script of the reading aids, on every page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    app.add_css_file("reading.css")
    app.add_js_file("reading.js", loading_method="defer")
