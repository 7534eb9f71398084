"""How to cite a page, in words and as BibTeX: the directive `rederive-cite`, from `CITATION.cff` and the results."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from rederive.files import read_yaml
from rederive.sphinxext.results import read_results, results_file
from rederive.sphinxext.revisions import changes_of_book

if TYPE_CHECKING:
    from sphinx.application import Sphinx


@dataclass(frozen=True)
class Citation:
    """What names a page, or the whole book if `chapter` is empty.

    Attributes
    ----------
    checks : the title of the document that the chapter is about; empty if there is none.
    year : the year of the last change; empty if it is not known.
    address : where the page lies; empty if the site does not know its address.
    """

    key: str
    author: str
    book: str
    version: str
    license: str
    chapter: str = ""
    checks: str = ""
    year: str = ""
    address: str = ""

    def in_words(self) -> str:
        chapter = f"“{self.chapter}.” In " if self.chapter else ""
        parts = [f"{self.book}, version {self.version}", self.year, self.license, self.address]
        return f"{self.author}. {chapter}{'. '.join(filter(None, parts))}."

    def bibtex(self) -> str:
        named = {"title": self.chapter, "booktitle": self.book} if self.chapter else {"title": self.book}
        note = f"Version {self.version}. {self.license}." + (f" Recomputes “{self.checks}”." if self.checks else "")
        fields = {"author": f"{{{self.author}}}", **named, "year": self.year, "url": self.address, "note": note}
        lines = [
            f"  {name} = {{{content if name == 'url' else _in_tex(content)}}}"
            for name, content in fields.items()
            if content
        ]
        return f"@{'incollection' if self.chapter else 'misc'}{{{self.key},\n" + ",\n".join(lines) + "\n}"


def _in_tex(text: str) -> str:
    return re.sub(r"([&%$#_])", r"\\\1", text)


def citation(root: Path, page: str, title: str, first_page: str, checks: str, year: str, address: str) -> Citation:
    """How to cite a page of the book in a folder; of its first page, the whole book."""
    about: Mapping[str, Any] = read_yaml(root / "CITATION.cff")
    book = about["preferred-citation"]
    name = "" if page == first_page else title
    return Citation(
        key="rederived" + (f"-{re.sub(r'^[0-9]+-', '', Path(page).name)}" if name else ""),
        author=", ".join(author["name"] for author in book["authors"]),
        book=book["title"],
        version=about["version"],
        license=book["license"],
        chapter=name,
        checks=checks,
        year=year,
        address=address,
    )


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
        self.env.note_dependency(str(Path(self.env.srcdir, "CITATION.cff")))
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
