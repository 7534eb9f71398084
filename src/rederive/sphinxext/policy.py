"""What a page of the site may load: its own scripts, styles, fonts and pictures, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",  # the search page reads the pages it found
        "base-uri 'none'",
        "form-action 'self'",
    ]
)


def add_policy(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Give the page's template the policy (handler of `html-page-context`)."""
    context["content_security_policy"] = CONTENT_SECURITY_POLICY


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", add_policy)
