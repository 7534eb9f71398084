"""Pages without code, and the words that figures and cards bring along: what is typed there is on their lists too."""

import pytest

from orphans import LIBRARY, PAGES, orphans_of


@pytest.mark.parametrize("page", [*PAGES, LIBRARY], ids=lambda page: page.stem)
def test_every_number_typed_into_a_page_is_what_the_list_says(page):
    assert not orphans_of(page)
