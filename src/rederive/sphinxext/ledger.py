"""The directive `rederive-ledger`: every claim in one table, each row leading to the card that derives it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from rederive.display.ledger import Entry, ledger
from rederive.sphinxext.results import read_results, results_file

if TYPE_CHECKING:
    from sphinx.application import Sphinx

CARD = re.compile(r'<div class="rd-card [^>]*id="claim-([a-z0-9-]+)"')

log = logging.getLogger(__name__)


class LedgerNode(nodes.General, nodes.Element):  # type: ignore[misc]
    """Stands for the table until all chapters have been read."""


class Ledger(SphinxDirective):
    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(str(results_file(self.env.srcdir)))
        return [LedgerNode()]


def sections_of_cards(chapter: nodes.document) -> dict[str, tuple[str, str]]:
    """The id and the title of the section in which each claim's card stands."""
    found = {}
    for output in chapter.findall(nodes.raw):
        section: nodes.Element = output
        while section.parent is not None and not isinstance(section, nodes.section):
            section = section.parent
        for claim in CARD.findall(output.astext()):
            found[claim] = (section["ids"][0], section.next_node(nodes.title).astext())
    return found


def fill_ledgers(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Put the table where the directive stood (handler of `doctree-resolved`)."""
    for node in list(doctree.findall(LedgerNode)):
        node.replace_self(nodes.raw("", ledger(entries_of(app, page)), format="html"))


def entries_of(app: Sphinx, page: str) -> list[Entry]:
    """Every claim that has a card, in the order of the results; it is a fault to have none."""
    results = read_results(app.srcdir)
    chapters = {about["slug"]: about["chapter"] for about in results["documents"]}
    cards = {slug: sections_of_cards(app.env.get_doctree(chapter)) for slug, chapter in chapters.items()}
    entries = []
    for record in results["claims"]:
        slug, _, claim = record["id"].partition("/")
        if claim not in cards[slug]:
            log.warning("%s: expected a card of claim %s", chapters[slug], record["id"])
            continue
        section, title = cards[slug][claim]
        address = app.builder.get_relative_uri(page, chapters[slug])
        document = app.env.titles[chapters[slug]].astext().partition(":")[0]
        entries.append(Entry(record, document, f"{address}#claim-{claim}", f"{address}#{section}", title))
    return entries


def add_files(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Style and script of the ledger, on its page only (handler of `html-page-context`)."""
    if 'class="rd-ledger"' in context.get("body", ""):
        app.add_css_file("ledger.css")
        app.add_js_file("ledger.js", loading_method="defer")


def setup(app: Sphinx) -> None:
    app.add_node(LedgerNode)
    app.add_directive("rederive-ledger", Ledger)
    app.connect("doctree-resolved", fill_ledgers)
    app.connect("html-page-context", add_files)
