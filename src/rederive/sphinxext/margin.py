"""Notes in the margin: beside the text where there is room, below the paragraph before it where there is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator


class MarginNote(nodes.General, nodes.Element):  # type: ignore[misc]
    """A remark that the text does without."""


class Margin(SphinxDirective):
    """`:::{margin}`, the note, `:::`, on lines of their own."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        note = MarginNote()
        self.state.nested_parse(self.content, self.content_offset, note)
        return [note]


def _open(writer: HTML5Translator, node: MarginNote) -> None:
    writer.body.append(writer.starttag(node, "div", CLASS="rd-margin", role="note"))


def _close(writer: HTML5Translator, node: MarginNote) -> None:
    writer.body.append("</div>\n")


def setup(app: Sphinx) -> None:
    app.add_node(MarginNote, html=(_open, _close))
    app.add_directive("margin", Margin)
