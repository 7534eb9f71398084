"""What each verdict means, on pages that explain it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from rederive.display.cards import verdict_meanings

if TYPE_CHECKING:
    from sphinx.application import Sphinx


class Verdicts(SphinxDirective):
    """The verdicts, with their signs and meanings."""

    def run(self) -> list[nodes.Node]:
        return [nodes.raw("", verdict_meanings().html, format="html")]


def setup(app: Sphinx) -> None:
    app.add_directive("rederive-verdicts", Verdicts)
