"""The stored counts of numbers in prose belong to the pages as they are; `make prose` renews them."""

import runpy

import pytest

from orphans import CHAPTERS, LIBRARY, PAGES, page_of
from reading import ROOT
from rederive.measurements import load_measurements

MEASURED = load_measurements(ROOT / "data" / "trust").table("prose-numbers")


@pytest.fixture(scope="module")
def script():
    return runpy.run_path(str(ROOT / "measurements" / "prose_numbers.py"))


@pytest.mark.parametrize("path", [*PAGES, *CHAPTERS, LIBRARY], ids=lambda path: path.stem)
def test_the_stored_counts_are_those_of_the_page(path, script):
    counts = script["counts"](path)
    assert dict(MEASURED.loc[page_of(path).name, list(counts)]) == counts
    assert sum(counts[kind] for kind in set(script["KINDS"].values())) == counts["typed"]


def test_no_other_pages_are_stored():
    assert set(MEASURED.index) == {page_of(path).name for path in [*PAGES, *CHAPTERS, LIBRARY]}


def test_a_page_measured_again(script):
    page = ROOT / "book" / "how-to-read.md"
    stored = MEASURED.loc[page_of(page).name]
    found = script["noticed"](page)
    assert dict(stored[list(found)]) == found
    assert found["changed_noticed"] == stored["typed"]


def test_no_change_of_a_typed_number_goes_unnoticed():
    assert (MEASURED["changed_noticed"] == MEASURED["typed"]).all()
