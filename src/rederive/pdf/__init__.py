"""The whole book as one PDF, made from the built site by an installed Chromium.

The pages of the site become one document (`document`), which is printed twice (`printing`): once to learn on which
page every heading stands, once with these numbers in the contents.
"""

from __future__ import annotations

from pathlib import Path

from rederive.build import read_book
from rederive.files import write_bytes
from rederive.history import commit_date
from rederive.pdf.document import read_about, whole_book
from rederive.pdf.printing import dated, find_chromium, printed_twice

NAME = "thymosin-a1-rederived.pdf"


def make_pdf(root: Path) -> Path:
    """Write the PDF of the book in this folder; where it is.

    Raises
    ------
    BuildError : if a page is not built, or no Chromium is found.
    """
    book = read_book(root)
    about = read_about(root, commit_date(root))
    document = whole_book(book, about)
    pdf = dated(printed_twice(document, book.html, find_chromium()), about)
    path = root / "_build" / "pdf" / NAME
    write_bytes(path, pdf)
    return path
