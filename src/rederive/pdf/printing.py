"""A document printed by Chromium, with page numbers in its contents, and the same bytes every time."""

from __future__ import annotations

import mimetypes
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import cast
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Error, Page, Playwright, Route, sync_playwright
from pypdf import PdfReader, PdfWriter
from pypdf.generic import BooleanObject, DictionaryObject, NameObject

from rederive.build import BuildError
from rederive.pdf.document import NUMBER, About

BROWSERS = ("chromium", "chromium-browser", "google-chrome")

LONGEST = 300_000
"""Milliseconds the browser may take to load the book: on a busy machine a minute is not enough."""

ORIGIN = "http://book.invalid/"
"""Where the document seems to lie: a name that leads nowhere, so that no path of this machine gets into the PDF."""

FILL_IN = f"""numbers => {{
  for (const place of document.querySelectorAll(".{NUMBER}"))
    place.textContent = numbers[decodeURIComponent(place.closest("a").hash.slice(1))];
}}"""


def find_chromium() -> Path:
    """The Chromium on this machine: the one that the variable CHROMIUM names, else the first on the path.

    Raises
    ------
    BuildError : if there is none.
    """
    named = os.environ.get("CHROMIUM")
    for name in [named] if named else BROWSERS:
        if found := shutil.which(name):
            return Path(found)
    raise BuildError(f"expected Chromium as {named or ', '.join(BROWSERS)}; install it, or set CHROMIUM to where it is")


def printed_twice(document: str, site: Path, chromium: Path) -> bytes:
    """A document that uses the site's files, as PDF with the numbers of its pages in its contents.

    Raises
    ------
    BuildError : if Chromium fails, or pages move when the contents are filled in.
    """
    try:
        with opened(document, site, chromium) as page:
            numbers = page_numbers(_printed(page))
            page.evaluate(FILL_IN, numbers)
            pdf = _printed(page)
    except Error as error:
        raise BuildError(f"{chromium}: {error.message.partition(chr(10))[0]}") from None
    if page_numbers(pdf) != numbers:
        raise BuildError("expected the pages to stay where they were when the contents were filled in")
    return pdf


@contextmanager
def opened(document: str, site: Path, chromium: Path) -> Iterator[Page]:
    """The document in a browser that gets nothing but the files of the site."""

    def answer(route: Route) -> None:
        address = urlsplit(route.request.url)
        file = (site / unquote(address.path).lstrip("/")).resolve()
        if route.request.url == ORIGIN:
            route.fulfill(body=document, content_type="text/html; charset=utf-8")
        elif address.netloc == urlsplit(ORIGIN).netloc and file.is_relative_to(site.resolve()) and file.is_file():
            route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file.name)[0])
        else:
            route.abort()

    with driver() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        page = browser.new_page(color_scheme="light", reduced_motion="reduce")
        page.route("**/*", answer)
        page.emulate_media(media="print")
        page.goto(ORIGIN, timeout=LONGEST)
        page.evaluate("document.fonts.ready")
        yield page
        browser.close()


@contextmanager
def driver() -> Iterator[Playwright]:
    """What drives the browser: a program of Playwright's own, which needs a library that small machines lack.

    Raises
    ------
    BuildError : if it does not start.
    """
    starting = sync_playwright()
    try:
        playwright = starting.start()
    except Exception as error:  # Playwright's own is of no narrower class
        raise BuildError(
            f"expected Playwright to start, which drives Chromium ({error}); what it lacks stands above, as a rule "
            "libatomic1"
        ) from None
    try:
        yield playwright
    finally:
        playwright.stop()


def _printed(page: Page) -> bytes:
    return page.pdf(prefer_css_page_size=True, print_background=True, tagged=True, outline=True)


def page_numbers(pdf: bytes) -> dict[str, int]:
    """The number of the page on which each place that links lead to stands."""
    reader = PdfReader(BytesIO(pdf))
    places = reader.named_destinations.items()
    numbers = {name.removeprefix("/"): reader.get_destination_page_number(place) for name, place in places}
    return {name: number + 1 for name, number in numbers.items() if number is not None}


def dated(pdf: bytes, about: About) -> bytes:
    """The PDF with its title and authors, dated by the last change of the book: the same bytes every time."""
    reader = PdfReader(BytesIO(pdf))
    writer = PdfWriter(clone_from=reader)
    when = f"D:{about.changed:%Y%m%d%H%M%S}Z"
    writer.metadata = {
        "/Title": about.title,
        "/Author": about.authors,
        "/Subject": about.abstract,
        "/Producer": reader.metadata.producer if reader.metadata else None,
        "/CreationDate": when,
        "/ModDate": when,
    }
    writer.pdf_header = reader.pdf_header
    writer.page_mode = "/UseOutlines"
    writer.create_viewer_preferences()[NameObject("/DisplayDocTitle")] = BooleanObject(True)
    # Chromium marks emphasis by names that only PDF 2.0 has.
    roles = {NameObject(name): NameObject("/Span") for name in ("/Em", "/Strong")}
    cast(DictionaryObject, writer.root_object["/StructTreeRoot"])[NameObject("/RoleMap")] = DictionaryObject(roles)
    made = BytesIO()
    writer.write(made)
    return made.getvalue()
