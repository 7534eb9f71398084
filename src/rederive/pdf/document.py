"""The pages of the site, put together into one document with a title page and contents.

What is printed of a page, and how, `print.css` says; it is the same for one page printed by a reader. Here pages only
get addresses of their own within the whole.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from importlib.metadata import version
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

from rederive.build import Book, BuildError
from rederive.files import DataError, read_text, read_yaml
from rederive.history import FIXED_DATE

LEFT_OUT = ("book/library",)
"""Pages that are for looking things up while programming, and would be a quarter of the book."""

NOT_CONTENT = "script, style, link, .headerlink"
REFERRING = ("for", "headers", "aria-labelledby", "aria-describedby", "aria-controls", "aria-details")
"""Attributes that hold ids of elements."""

STYLE_SHEETS = 'link[rel="stylesheet"]'
PRINT = "_static/print.css"

NUMBER = "rd-pdf-page"
"""The class of the elements that hold the page numbers in the contents."""


@dataclass(frozen=True)
class About:
    """What a title page says: of `CITATION.cff` and the README, its version, and when it was last changed."""

    title: str
    abstract: str
    authors: str
    version: str
    licence: str
    changed: datetime

    @property
    def date(self) -> str:
        """The day it was last changed; nothing if that is not known."""
        if self.changed == datetime.fromtimestamp(int(FIXED_DATE), UTC):
            return ""
        return f"{self.changed.day} {self.changed:%B %Y}"


@dataclass(frozen=True)
class Page:
    """A page of the site: its name in the table of contents, and its article."""

    name: str
    article: Tag

    @property
    def slug(self) -> str:
        """What its ids begin with in the whole."""
        return self.name.replace("/", "-")

    @property
    def title(self) -> str:
        return heading_text(self.article.find("h1"))


def heading_text(heading: Any) -> str:
    """The words of a heading, on one line."""
    return " ".join(heading.get_text().split()) if isinstance(heading, Tag) else ""


def read_about(root: Path, date: str) -> About:
    """What is known about the book in this folder, last changed at `date` (in seconds since 1970).

    Raises
    ------
    BuildError : if a file or what it should say is missing.
    """
    try:
        cited: Mapping[str, Any] = read_yaml(root / "CITATION.cff")
        readme = read_text(root / "README.md")
    except DataError as error:
        raise BuildError(str(error)) from None
    licence = re.search(r"^Code: .+? Text and figures: .+?\.(?= |$)", readme, re.MULTILINE)
    if not licence:
        raise BuildError(f"{root / 'README.md'}:1: licence: expected a line that says 'Code: … Text and figures: …'")
    authors = [author.get("name") or f"{author['given-names']} {author['family-names']}" for author in cited["authors"]]
    return About(
        title=cited["title"],
        abstract=" ".join(cited["abstract"].split()),
        authors=", ".join(authors),
        version=version("rederive"),
        licence=licence[0],
        changed=datetime.fromtimestamp(int(date), UTC),
    )


def whole_book(book: Book, about: About) -> str:
    """The book's pages as one page of HTML.

    Raises
    ------
    BuildError : if one of them is not built.
    """
    names = [name for name in book.pages if name not in LEFT_OUT]
    heads, pages = zip(*(_read_page(book.html, name) for name in names), strict=True)
    _join(pages)
    captions = _captions(book.root)
    title = escape(about.title)
    return "\n".join(
        [
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>',
            *_style_sheets(zip(names, heads, strict=True)),
            f"<style>{_running_heads(pages, about)}</style>",
            '</head><body data-theme="light" class="rd-pdf">',
            _title_page(about),
            _contents(pages, captions),
            *(str(page.article) for page in pages),
            "</body></html>",
        ]
    )


def _read_page(site: Path, name: str) -> tuple[Tag, Page]:
    file = site / f"{name}.html"
    try:
        soup = BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")
    except FileNotFoundError:
        raise BuildError(f"{file}: expected the built page; make book makes it") from None
    head, article = soup.find("head"), soup.find("article")
    if not isinstance(head, Tag) or not isinstance(article, Tag) or not article.find("h1"):
        raise BuildError(f"{file}: expected a page with an article and its heading")
    for element in article.select(NOT_CONTENT):
        element.decompose()
    for picture in article.select('[role="img"][aria-label]:has(> svg[aria-hidden])'):
        _name(picture)
    return head, Page(name, article)


def _name(picture: Tag) -> None:
    """Put the words for a picture on the picture itself: a PDF keeps them only there."""
    for drawn in picture.find_all("svg", recursive=False):
        drawn["role"], drawn["aria-label"] = "img", picture["aria-label"]
        del drawn["aria-hidden"]
    del picture["role"], picture["aria-label"]


# ---------------------------------------------------------------------------------- addresses within the whole


def _join(pages: Sequence[Page]) -> None:
    """Give every element of every page an id of its own, and lead links between pages there."""
    for page in pages:
        _put_ids_on_headings(page.article)
        for element in page.article.find_all(id=True):
            element["id"] = f"{page.slug}--{element['id']}"
        page.article["id"] = page.slug
    ids = {str(element["id"]) for page in pages for element in page.article.find_all(id=True)}
    slugs = {page.name: page.slug for page in pages}
    for page in pages:
        for element in page.article.find_all(True):
            _follow_ids(element, page.slug, ids)
            if element.name == "a" and element.get("href") is not None:
                _lead(element, page, slugs, ids)
            elif "src" in element.attrs:
                element["src"] = _from_root(page.name, str(element["src"]))


def _put_ids_on_headings(article: Tag) -> None:
    """A section's id goes to its heading: where that is pushed to the next page, links should lead there too."""
    for section in article.find_all("section", id=True):
        heading = section.find(re.compile("^h[1-6]$"), recursive=False)
        if isinstance(heading, Tag) and "id" not in heading.attrs:
            heading["id"] = section["id"]
            del section["id"]


def _from_root(page: str, address: str) -> str:
    """An address on this site that is relative to a page, relative to the site."""
    return address if urlsplit(address).scheme else normpath(join(dirname(page), address))


def _follow_ids(element: Tag, slug: str, ids: set[str]) -> None:
    """Let what refers to ids of the same page refer to those of the whole."""

    def whole(own: str) -> str:
        return f"{slug}--{own}" if f"{slug}--{own}" in ids else own

    for name, value in element.attrs.items():
        if name in REFERRING:
            names = value if isinstance(value, list) else str(value).split()
            element[name] = " ".join(map(whole, names))
        elif isinstance(value, str) and "url(#" in value:
            element[name] = re.sub(r"url\(#([^)]+)\)", lambda found: f"url(#{whole(found[1])})", value)
        elif element.name != "a" and name in ("href", "xlink:href") and str(value).startswith("#"):
            element[name] = f"#{whole(str(value)[1:])}"


def _lead(link: Tag, page: Page, slugs: Mapping[str, str], ids: set[str]) -> None:
    """Lead a link to its place in the whole; of one to what only the site has, leave the words."""
    address = urlsplit(str(link["href"]))
    if address.scheme or address.netloc:
        return
    target = _from_root(page.name, address.path).removesuffix(".html") if address.path else page.name
    if target not in slugs:
        if link.find_parent(class_="rd-links") and not link.find("code"):
            link.decompose()  # of a list of links, words that lead nowhere say nothing
        else:
            link.unwrap()
        return
    place = f"{slugs[target]}--{address.fragment}"
    link["href"] = f"#{place if place in ids else slugs[target]}"


# --------------------------------------------------------------------------------------- what comes before


def _style_sheets(heads: Iterable[tuple[str, Tag]]) -> list[str]:
    """The style sheets of all pages, in their order, and at last those for paper."""
    sheets = [_from_root(name, str(link["href"])) for name, head in heads for link in head.select(STYLE_SHEETS)]
    own = [sheet for sheet in sheets if PRINT not in sheet]
    return [f'<link rel="stylesheet" href="/{sheet}">' for sheet in [*dict.fromkeys(own), PRINT, "_static/pdf.css"]]


def _running_heads(pages: Sequence[Page], about: About) -> str:
    """Every chapter's title at the top of its pages."""
    book = _css_string(about.title)
    rules = [f"@page sideways {{ @top-left {{ content: {book} }} }}"]
    for page in pages:
        title = "none" if page.title == about.title else _css_string(page.title)
        heads = f"@top-left {{ content: {book} }} @top-right {{ content: {title} }}"
        rules += [f"@page {page.slug} {{ {heads} }}", f"#{page.slug} {{ page: {page.slug} }}"]
    return "\n".join(rules)


def _css_string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("<", r"\3c ")


def _title_page(about: About) -> str:
    facts = {"Version": about.version, "Last changed": about.date, "Licence": about.licence}
    rows = "".join(f"<dt>{name}</dt><dd>{escape(fact)}</dd>" for name, fact in facts.items() if fact)
    return f"""<section class="rd-pdf-title">
<p class="rd-pdf-book">{escape(about.title)}</p>
<p class="rd-pdf-abstract">{escape(about.abstract)}</p>
<p>{escape(about.authors)}</p>
<dl>{rows}</dl>
<p class="rd-pdf-note">This is the book’s website on paper, with every verdict, figure and table. Left out are the
reference of the library, the code that pages fold away (each chapter’s notebook has it), and what a figure shows only
when it is used.</p>
</section>"""


def _captions(root: Path) -> dict[str, str]:
    """The captions in the table of contents, by the page each stands before."""
    parts = read_yaml(root / "_toc.yml").get("parts", [])
    return {str(part["chapters"][0]["file"]): str(part["caption"]) for part in parts if "caption" in part}


def _contents(pages: Sequence[Page], captions: Mapping[str, str]) -> str:
    """Every page and its sections, each with a place for the number of its page."""
    lines = ['<section class="rd-pdf-contents"><h1 id="contents">Contents</h1>']
    for page in pages:
        if page.name in captions:
            lines.append(f"<p>{escape(captions[page.name])}</p>")
        lines.append(f"<ul><li>{_entry(page.slug, page.title)}<ul>")
        for heading in page.article.find_all("h2", id=True):
            lines.append(f"<li>{_entry(str(heading['id']), heading_text(heading))}</li>")
        lines.append("</ul></li></ul>")
    return "\n".join([*lines, "</section>"])


def _entry(place: str, title: str) -> str:
    return f'<a href="#{place}"><span>{escape(title)}</span> <span class="{NUMBER}"></span></a>'
