"""How to cite a page, in words and as BibTeX: the directive `rederive-cite`."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from rederive.citing import CITATION, Citation, citation
from rederive.sphinxext.results import read_results, results_file
from rederive.sphinxext.revisions import changes_of_book

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def box(cited: Citation) -> str:
    """The citation in both forms, each with a button that copies it and appears with scripts only."""
    parts = {"citation": ("p", cited.in_words()), "BibTeX": ("pre", cited.bibtex())}
    checks = f"<p>It recomputes “{escape(cited.checks)}”.</p>" if cited.checks else ""
    shown = "".join(
        f'<{tag} class="rd-copied" id="cite-{name.lower()}">{escape(content)}</{tag}>'
        f'<button type="button" class="rd-copy" data-copies="cite-{name.lower()}" hidden>Copy {name}</button>'
        for name, (tag, content) in parts.items()
    )
    return f'<div class="rd-cite">{checks}{shown}<span class="rd-done" role="status"></span></div>'


class CiteBox(nodes.General, nodes.Element):  # type: ignore[misc]
    """The place of the box."""


class Cite(SphinxDirective):
    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(str(results_file(self.env.srcdir)))
        documents = {document["chapter"]: document["title"] for document in read_results(self.env.srcdir)["documents"]}
        self.env.note_dependency(str(Path(self.env.srcdir, CITATION)))
        return [CiteBox(checks=documents.get(self.env.docname, ""))]


class FillBox(SphinxPostTransform):
    """Fill the box when the titles of all pages are known."""

    default_priority = 20

    def run(self, **kwargs: Any) -> None:
        for place in list(self.document.findall(CiteBox)):
            page, base = self.env.docname, self.config.html_baseurl
            changes = changes_of_book(str(self.env.srcdir))
            cited = citation(
                Path(self.env.srcdir),
                page,
                title=self.env.titles[page].astext(),
                first_page=self.config.root_doc,
                checks=place["checks"],
                year=str(max(changes.values()).year) if changes else "",
                address=f"{base.rstrip('/')}/{page}.html" if base else "",
            )
            place.replace_self(nodes.raw("", box(cited), format="html"))


def setup(app: Sphinx) -> None:
    app.add_node(CiteBox)
    app.add_directive("rederive-cite", Cite)
    app.add_post_transform(FillBox)
