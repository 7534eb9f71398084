"""The pages of this repository's site, for tests that look at every one."""

from __future__ import annotations

from rederive.build import read_book
from scratch import REPOSITORY

BOOK = read_book(REPOSITORY)
LISTS = ("genindex", "py-modindex", "search")
SOURCES = ("_modules/index", "_modules/rederive/verdicts", "_modules/rederive/methods/pooling")
"""Three pages of source code, which are all made alike."""

PAGES = (*BOOK.pages, *LISTS, *SOURCES)
