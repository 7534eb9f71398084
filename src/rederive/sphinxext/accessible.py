"""Tables and bibliographies, as assistive technology reads them: headers say what they head, sources are a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.writers.html5 import HTML5Translator

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def name_rows(app: Sphinx, doctree: nodes.document) -> None:
    """Make every table's first column its rows' names (handler of `doctree-read`); Markdown has no sign for it."""
    for columns in doctree.findall(nodes.tgroup):
        next(iter(columns.findall(nodes.colspec)))["stub"] = 1


def _cell(writer: HTML5Translator, node: nodes.entry) -> None:
    HTML5Translator.visit_entry(writer, node)
    scope = "col" if isinstance(node.parent.parent, nodes.thead) else "row"
    writer.body[-1] = writer.body[-1].replace("<th", f'<th scope="{scope}"')


def _source(writer: HTML5Translator, node: nodes.citation) -> None:
    HTML5Translator.visit_citation(writer, node)  # its role is deprecated, and no item of the list around it
    writer.body[-1] = writer.body[-1].replace("doc-biblioentry", "listitem")


def setup(app: Sphinx) -> None:
    app.connect("doctree-read", name_rows)
    app.add_node(nodes.entry, override=True, html=(_cell, HTML5Translator.depart_entry))
    app.add_node(nodes.citation, override=True, html=(_source, HTML5Translator.depart_citation))
