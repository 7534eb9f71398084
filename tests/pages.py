"""The pages of this repository's site, for tests that look at every one."""

from __future__ import annotations

from rederive.build import read_book
from scratch import REPOSITORY

BOOK = read_book(REPOSITORY)
LISTS = ("genindex", "py-modindex", "search")
SOURCES = (
    "_modules/index",
    "_modules/rederive/verdicts",
    "_modules/rederive/methods/pooling",
    "_data/sepsis/claims",
    "_tests/chapters/test_sepsis",
)
"""Some pages of source code and data; the others of their kind are made alike."""

PAGES = (*BOOK.pages, *LISTS, *SOURCES)
