"""Pages without code, and the words that figures and cards bring along: what is typed there is on their lists too."""

import pytest

from reading import ROOT
from typed_numbers import orphans_of_display, orphans_of_page

PAGES = ["README.md", "book/index.md", "book/how-to-read.md", "book/glossary.md", "book/library.md"]


@pytest.mark.parametrize("page", PAGES)
def test_every_number_typed_into_a_page_is_what_the_list_says(page):
    assert not orphans_of_page(ROOT / page)


def test_every_number_typed_into_figures_and_cards_is_what_the_list_says():
    assert not orphans_of_display()
