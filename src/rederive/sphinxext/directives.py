"""What pages show of the results of the build: verdicts, bottom lines, and what each verdict means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

from rederive.display.cards import scoreboard, verdict_meanings
from rederive.sphinxext.results import read_results, results_file

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment


def results_of(env: BuildEnvironment) -> dict[str, Any]:
    """The results of this build; whichever page asks for them is made again when they change."""
    env.note_dependency(str(results_file(env.srcdir)))
    return read_results(env.srcdir)


class Scoreboard(SphinxDirective):
    """Claims by document and verdict, from the results of this build."""

    def run(self) -> list[nodes.Node]:
        verdicts = [(claim["document"], claim["verdict"]) for claim in results_of(self.env)["claims"]]
        return [nodes.raw("", scoreboard(verdicts).html, format="html")]


class BottomLines(SphinxDirective):
    """The bottom line on each document under a link to its chapter, from the results of this build."""

    def run(self) -> list[nodes.Node]:
        lines = nodes.definition_list()
        for document in results_of(self.env)["documents"]:
            chapter = addnodes.pending_xref(
                "",
                nodes.inline(),
                refdomain="std",
                reftype="doc",
                reftarget=f"/{document['chapter']}",
                refdoc=self.env.docname,
                refexplicit=False,  # so that it shows the chapter's title
                refwarn=True,
            )
            line = nodes.paragraph(text=document["bottom_line"])
            lines += nodes.definition_list_item("", nodes.term("", "", chapter), nodes.definition("", line))
        return [lines]


class Verdicts(SphinxDirective):
    """The verdicts, with their signs and meanings."""

    def run(self) -> list[nodes.Node]:
        return [nodes.raw("", verdict_meanings().html, format="html")]


def setup(app: Sphinx) -> None:
    app.add_directive("rederive-scoreboard", Scoreboard)
    app.add_directive("rederive-bottom-lines", BottomLines)
    app.add_directive("rederive-verdicts", Verdicts)
