"""Pages without code, and the words that figures and cards bring along: what is typed there is on their lists too."""

import pytest

from orphans import LIBRARY, PAGES, orphans_of
from reading import ROOT
from rederive.new_chapter import TO_DO


@pytest.mark.parametrize("page", [*PAGES, LIBRARY], ids=lambda page: page.stem)
def test_every_number_typed_into_a_page_is_what_the_list_says(page):
    assert not orphans_of(page)


def test_nothing_that_a_new_chapter_began_with_is_left_to_do():
    folders = ("chapters", "data", "tests/chapters", "tests/typed")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    ours = [path for path in files if path.suffix in {".py", ".yaml", ".md", ".csv"}]
    assert len(ours) > 50
    assert [path for path in ours if TO_DO in path.read_text("utf-8")] == []
