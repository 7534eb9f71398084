"""The front page's parts: `rederive-scoreboard`, `rederive-bottom-lines` and `rederive-changing-findings`.

All three are made from the results of this build when all chapters have been read, because chapters give them their
titles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from rederive.display.overview import Overview, bottom_lines, changing_findings, scoreboard_figure
from rederive.sphinxext.results import read_results, results_file

if TYPE_CHECKING:
    from sphinx.application import Sphinx

PARTS = {
    "rederive-scoreboard": lambda documents: scoreboard_figure(documents).html,
    "rederive-bottom-lines": bottom_lines,
    "rederive-changing-findings": changing_findings,
}


class PartNode(nodes.General, nodes.Element):  # type: ignore[misc]
    """Stands for one of the parts until all chapters have been read."""


class Part(SphinxDirective):
    """One of the parts, to be filled in later."""

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(str(results_file(self.env.srcdir)))
        return [PartNode(part=self.name)]


def overviews(app: Sphinx, page: str) -> list[Overview]:
    """What there is to say of each document on this page."""
    results = read_results(app.srcdir)
    found = []
    for about in results["documents"]:
        title = app.env.titles[about["chapter"]].astext()
        claims = [claim for claim in results["claims"] if claim["document"] == about["slug"]]
        address = app.builder.get_relative_uri(page, about["chapter"])
        found.append(Overview(title.partition(":")[0], title, address, about, claims))
    return found


def fill_parts(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Put the parts where their directives stood (handler of `doctree-resolved`)."""
    for node in list(doctree.findall(PartNode)):
        node.replace_self(nodes.raw("", PARTS[node["part"]](overviews(app, page)), format="html"))


def add_style(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """The front page's style sheet, on that page only (handler of `html-page-context`)."""
    if 'class="rd-lines"' in context.get("body", ""):
        app.add_css_file("landing.css")


def setup(app: Sphinx) -> None:
    app.add_node(PartNode)
    for name in PARTS:
        app.add_directive(name, Part)
    app.connect("doctree-resolved", fill_parts)
    app.connect("html-page-context", add_style)
