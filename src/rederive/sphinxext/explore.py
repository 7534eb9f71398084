"""What pages with figures load: the figures' styles, and the script by which readers explore them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def add_styles(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Give pages what their figures need (handler of `html-page-context`)."""
    body = context.get("body", "")
    if 'class="rd-figure"' in body:
        app.add_css_file("figures.css")
    if 'class="rd-explore"' in body:
        app.add_js_file("explore.js", loading_method="defer")


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", add_styles)
