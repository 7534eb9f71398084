"""Every verdict card leads to the claim's place in the data, to its test, and to its row of the ledger."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sphinx.util import logging

from rederive.display.ledger import permalink, row_id
from rederive.sphinxext.results import read_results
from rederive.sphinxext.sources import VERDICT_TEST, claim_lines, claims_file, page_of, test_file, verdict_lines

if TYPE_CHECKING:
    from sphinx.application import Sphinx

LEDGER_PAGE = "book/ledger"
LAST_LINE = re.compile(r'<p class="rd-links" data-claim="(?P<claim>[a-z0-9-]+)">(?P<function>.*?)</p>', re.DOTALL)

log = logging.getLogger(__name__)


def link_cards(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Add links to the last line of every card on a page (handler of `html-page-context`)."""
    body = context.get("body", "")
    if "rd-copy-link" not in body and not LAST_LINE.search(body):
        return
    app.add_js_file("cards.js", loading_method="defer")
    chapters = {about["chapter"]: about["slug"] for about in read_results(app.srcdir)["documents"]}
    if pagename in chapters:
        context["body"] = linked(app, body, chapters[pagename], context["pathto"])


def linked(app: Sphinx, body: str, slug: str, pathto: Any) -> str:
    """The body of a page with links in every card on it; a claim whose verdict no test names is a fault."""
    data, test = claims_file(slug), test_file(slug)
    data_lines, test_lines = claim_lines(Path(app.srcdir, data)), verdict_lines(Path(app.srcdir, test))

    def last_line(found: re.Match[str]) -> str:
        claim = found["claim"]
        if claim not in test_lines:
            log.warning("%s: expected %s to name the verdict of %s/%s", test, VERDICT_TEST, slug, claim)
        addresses = {
            "Data": f"{pathto(page_of(data))}#line-{data_lines[claim]}",
            "Test": f"{pathto(page_of(test))}#line-{test_lines.get(claim, 1)}",
            "Ledger": f"{pathto(LEDGER_PAGE)}#{row_id(f'{slug}/{claim}')}",
        }
        links = "".join(f'<a href="{address}">{name}</a>' for name, address in addresses.items())
        return f'<p class="rd-links">{found["function"]}{links}{permalink(f"claim-{claim}")}</p>'

    return LAST_LINE.sub(last_line, body)


def setup(app: Sphinx) -> None:
    app.add_css_file("cards.css")
    app.connect("html-page-context", link_cards)
