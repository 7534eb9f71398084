"""Every function named in a verdict card leads to its documentation, and from there to its source."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.application import Sphinx

LIBRARY_PAGE = "book/library"
NAMED_FUNCTION = re.compile(r'<code class="rd-function" data-function="(?P<name>[\w.]+)">(?P<shown>.*?)</code>')

log = logging.getLogger(__name__)


def link_functions(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Link the functions a page names (handler of `html-page-context`)."""
    known = app.env.domains["py"].data["objects"]

    def link(found: re.Match[str]) -> str:
        if found["name"] not in known:
            log.warning("%s: %s is not documented in %s", pagename, found["name"], LIBRARY_PAGE)
            return found[0]
        return f'<a href="{context["pathto"](LIBRARY_PAGE)}#{found["name"]}"><code>{found["shown"]}</code></a>'

    if "body" in context:
        context["body"] = NAMED_FUNCTION.sub(link, context["body"])


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", link_functions)
