"""What a page says of itself to search engines and to whoever previews a link: description, card, structured data.

In the vocabulary of schema.org the site is a `Book`, a chapter about claims a `Chapter`, and every verdict on a claim a
`ClaimReview`, which is made for just this: what somebody said, where, and what whoever checked it found. Its rating
has a name, our verdict, and an explanation, what that verdict means. It has no value, best or worst: six verdicts are
no scale from false to true, and a number would say more than they do.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from html import escape
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes

from rederive.files import read_yaml
from rederive.sphinxext.results import read_results
from rederive.sphinxext.revisions import changes_of_book, last_change
from rederive.verdicts import MEANING, Verdict

if TYPE_CHECKING:
    from sphinx.application import Sphinx

LONGEST_DESCRIPTION = 160
CONTEXT = "https://schema.org"


def shortened(text: str, longest: int = LONGEST_DESCRIPTION) -> str:
    """A text on one line, cut after a word if it is too long."""
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    return line[: longest - 1].rsplit(" ", 1)[0].rstrip(",;:.–") + "…"


def description(page: nodes.document) -> str:
    """The first paragraph of a page, shortened."""
    first = next((part for part in page.findall(nodes.paragraph) if isinstance(part.parent, nodes.section)), None)
    return shortened(first.astext()) if first else ""


def meta_tags(title: str, described: str, site: str, kind: str, address: str) -> str:
    """The description, and the same for the cards that a shared link becomes."""
    named = {"description": described, "twitter:card": "summary"}
    properties = {"og:title": title, "og:description": described, "og:type": kind, "og:site_name": site}
    properties["og:url"] = address
    tags = [("name", name, content) for name, content in named.items()]
    tags += [("property", name, content) for name, content in properties.items()]
    return "".join(f'<meta {by}="{name}" content="{escape(content)}">\n' for by, name, content in tags if content)


def as_script(data: Any) -> str:
    """JSON that may stand in a script element: nothing in it can end the element."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def claim_review(claim: Mapping[str, Any], document: str, author: Mapping[str, str]) -> dict[str, Any]:
    """What the book found about one claim, which is told in our words."""
    verdict = Verdict(claim["verdict"])
    return {
        "@type": "ClaimReview",
        "url": f"#claim-{claim['id'].partition('/')[2]}",
        "claimReviewed": claim["statement"],
        "itemReviewed": {"@type": "Claim", "appearance": {"@type": "CreativeWork", "name": document}},
        "author": author,
        "reviewRating": {"@type": "Rating", "alternateName": str(verdict), "ratingExplanation": MEANING[verdict]},
        "reviewBody": claim["because"],
    }


def _book(app: Sphinx, to_first_page: str) -> dict[str, Any]:
    cff = Path(app.srcdir, "CITATION.cff")
    if not cff.is_file():
        return {"@type": "Book", "name": app.config.html_title, "url": to_first_page}
    about: Mapping[str, Any] = read_yaml(cff)
    return {
        "@type": "Book",
        "name": about["title"],
        "url": to_first_page,
        "version": version("rederive"),
        "inLanguage": app.config.language,
        "abstract": about["abstract"],
        "keywords": ", ".join(about["keywords"]),
        "author": [{"@type": "Organization", "name": author["name"]} for author in about["authors"]],
        "license": about["preferred-citation"]["license-url"],
    }


def structured_data(app: Sphinx, page: str, title: str, described: str, pathto: Any) -> dict[str, Any]:
    """What a page is, and the claims it judges. Addresses are relative to the page."""
    book = _book(app, pathto(app.config.root_doc))
    if page == app.config.root_doc:
        chapters = sorted(name for name in app.env.found_docs if name.startswith("chapters/"))
        parts = [{"@type": "Chapter", "name": app.env.titles[of].astext(), "url": pathto(of)} for of in chapters]
        return {"@context": CONTEXT, **book, "description": described, "hasPart": parts}
    day = last_change(page, changes_of_book(str(app.srcdir)))
    this = {
        "@type": "Chapter" if page.startswith("chapters/") else "WebPage",
        "name": title,
        "description": described,
        "isPartOf": book,
        **({"dateModified": day.isoformat()} if day else {}),
    }
    return {"@context": CONTEXT, "@graph": [this, *_reviews(read_results(app.srcdir), page, book.get("author", []))]}


def _reviews(results: Mapping[str, Any], page: str, author: Any) -> Iterable[dict[str, Any]]:
    for document in results["documents"]:
        if document["chapter"] == page:
            of_it = [claim for claim in results["claims"] if claim["document"] == document["slug"]]
            yield from (claim_review(claim, document["title"], author) for claim in of_it)


def describe(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give the page's template all this (handler of `html-page-context`)."""
    if doctree is None:
        return
    title, described = app.env.titles[pagename].astext(), description(doctree)
    kind = "book" if pagename == app.config.root_doc else "article"
    tags = meta_tags(title, described, app.config.html_title, kind, context.get("pageurl") or "")
    context["metatags"] = context.get("metatags", "") + tags
    data = structured_data(app, pagename, title, described, context["pathto"])
    context["structured_data"] = as_script(data)


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", describe)
