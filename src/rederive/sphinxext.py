"""The little that Jupyter Book does not do itself.

It offers every chapter's `.py` source beside its `.ipynb`, links the functions named in verdict cards to their
documentation, and gives pages three directives: `rederive-scoreboard`, the verdicts on all documents,
`rederive-bottom-lines`, the bottom line on each, and `rederive-verdicts`, what each verdict means.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx import addnodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from rederive.display.cards import scoreboard, verdict_meanings

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

LIBRARY_PAGE = "book/library"
NAMED_FUNCTION = re.compile(r'<code class="rd-function" data-function="(?P<name>[\w.]+)">(?P<shown>.*?)</code>')

log = logging.getLogger(__name__)


def _results(env: BuildEnvironment) -> dict[str, Any]:
    """The results of this build; whichever page asks for them is made again when they change."""
    path = Path(env.srcdir, "_build", "results", "claims.json")
    env.note_dependency(str(path))
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


class Scoreboard(SphinxDirective):
    """Claims by document and verdict, from the results of this build."""

    def run(self) -> list[nodes.Node]:
        verdicts = [(claim["document"], claim["verdict"]) for claim in _results(self.env)["claims"]]
        return [nodes.raw("", scoreboard(verdicts).html, format="html")]


class BottomLines(SphinxDirective):
    """The bottom line on each document under a link to its chapter, from the results of this build."""

    def run(self) -> list[nodes.Node]:
        lines = nodes.definition_list()
        for document in _results(self.env)["documents"]:
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


def link_functions(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Let every function named in a verdict card lead to its documentation (handler of `html-page-context`)."""
    known = app.env.domains["py"].data["objects"]

    def link(found: re.Match[str]) -> str:
        if found["name"] not in known:
            log.warning("%s: %s is not documented in %s", pagename, found["name"], LIBRARY_PAGE)
            return found[0]
        return f'<a href="{context["pathto"](LIBRARY_PAGE)}#{found["name"]}"><code>{found["shown"]}</code></a>'

    if "body" in context:
        context["body"] = NAMED_FUNCTION.sub(link, context["body"])


def _script(app: Sphinx, page: str) -> Path | None:
    """The `.py` file a page was made from, if it was."""
    script = Path(app.srcdir, page).with_suffix(".py")
    return script if script.is_file() else None


def add_script_button(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Put a `.py` entry into the theme's download menu (handler of `html-page-context`)."""
    if _script(app, pagename) is None:
        return
    button = {
        "type": "link",
        "url": f"{context['pathto']('_sources', 1)}/{pagename}.py",
        "text": ".py",
        "icon": "fas fa-file-code",
        "tooltip": "Download chapter as Python script",
        "label": "download-script-button",
    }
    for group in context["header_buttons"]:
        if group.get("label") == "download-buttons":
            group["buttons"].insert(1, button)


def copy_scripts(app: Sphinx, exception: Exception | None) -> None:
    """Put the scripts where the buttons point (handler of `build-finished`)."""
    if exception is not None:
        return
    for page in app.env.found_docs:
        script = _script(app, page)
        if script is not None:
            shutil.copyfile(script, Path(app.outdir, "_sources", f"{page}.py"))


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("rederive-scoreboard", Scoreboard)
    app.add_directive("rederive-bottom-lines", BottomLines)
    app.add_directive("rederive-verdicts", Verdicts)
    app.connect("html-page-context", link_functions)
    # The theme fills its menu at priority 501.
    app.connect("html-page-context", add_script_button, priority=502)
    app.connect("build-finished", copy_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
