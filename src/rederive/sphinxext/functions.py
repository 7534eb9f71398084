"""Every function named in a verdict card leads to its documentation, and from there to its source.

The library's docstrings name an error and when it comes on one line; the documentation wants two.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.application import Sphinx

LIBRARY_PAGE = "book/library"
NAMED_FUNCTION = re.compile(r'<code class="rd-function" data-function="(?P<name>[\w.]+)">(?P<shown>.*?)</code>')

RAISES = re.compile(r"^(Raises\n-+\n)((?:.+\n?)+)", re.MULTILINE)

log = logging.getLogger(__name__)


def split_raises(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Put what an error means on a line below its name (handler of `autodoc-process-docstring`)."""
    text = "\n".join(lines)
    lines[:] = RAISES.sub(lambda found: found[1] + re.sub(r"(?m)^(\S+) : ", r"\1\n    ", found[2]), text).split("\n")


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
    app.connect("autodoc-process-docstring", split_raises, priority=400)  # before napoleon reads the docstring
