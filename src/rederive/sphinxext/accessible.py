"""Tables, sources and folded code, as assistive technology reads them.

Headers of tables say what they head, sources are items of a list, and what unfolds code is called as it reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.writers.html5 import HTML5Translator

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def name_rows(app: Sphinx, doctree: nodes.document) -> None:
    """Make every table's first column its rows' names (handler of `doctree-read`); Markdown has no sign for it."""
    for columns in doctree.findall(nodes.tgroup):
        next(iter(columns.findall(nodes.colspec)))["stub"] = 1


class OneIdEach(SphinxPostTransform):
    """Take back the ids that the theme's container around a table or a formula has from what is in it."""

    default_priority = 501  # the theme's own transform comes just before
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        for container in self.document.findall(nodes.container):
            if {"table-wrapper", "math-wrapper"} & set(container["classes"]):
                container["ids"] = []


def _cell(writer: HTML5Translator, node: nodes.entry) -> None:
    HTML5Translator.visit_entry(writer, node)
    scope = "col" if isinstance(node.parent.parent, nodes.thead) else "row"
    writer.body[-1] = writer.body[-1].replace("<th", f'<th scope="{scope}"')


def _source(writer: HTML5Translator, node: nodes.citation) -> None:
    HTML5Translator.visit_citation(writer, node)  # its role is deprecated, and no item of the list around it
    writer.body[-1] = writer.body[-1].replace("doc-biblioentry", "listitem")


def name_folds(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Let "Show code" be called so (handler of `html-page-context`); MyST-NB gives it another name, unseen."""
    if "body" in context:
        context["body"] = context["body"].replace('<summary aria-label="Toggle hidden content">', "<summary>")


def setup(app: Sphinx) -> None:
    app.connect("doctree-read", name_rows)
    app.connect("html-page-context", name_folds)
    app.add_post_transform(OneIdEach)
    app.add_node(nodes.entry, override=True, html=(_cell, HTML5Translator.depart_entry))
    app.add_node(nodes.citation, override=True, html=(_source, HTML5Translator.depart_citation))
