"""Every number on the landing page is made by the run, as the joined results have it, or is on the page's list."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag

from orphans import orphans_of
from prose import Passage, chapter_passages, markdown_passages, typed_numbers
from reading import ROOT
from rederive.display.cards import SIGNS
from rederive.verdicts import Verdict

PAGE = ROOT / "book" / "index.md"


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((ROOT / "_build" / "html" / "claims.json").read_text("utf-8"))
    return content


@pytest.fixture(scope="module")
def page() -> Tag:
    html = (ROOT / "_build" / "html" / "book" / "index.html").read_text("utf-8")
    return BeautifulSoup(html, "html.parser").body


@pytest.fixture(scope="module")
def scoreboard(page: Tag) -> Tag:
    (table,) = page.select("#the-scoreboard table")
    return table


@pytest.fixture(scope="module")
def bottom_lines(page: Tag) -> Tag:
    (lines,) = page.select("#the-bottom-lines dl")
    return lines


def said(element: Tag) -> str:
    """The text of an element, with straight quotation marks."""
    return " ".join(element.get_text().split()).translate(str.maketrans("“”‘’", "\"\"''"))


def numbers_in(text: str) -> Counter[str]:
    return Counter(number.text for number in typed_numbers(Passage("", 1, text)))


def test_the_scoreboard_counts_the_verdicts_of_the_run(scoreboard: Tag, results: dict[str, Any]) -> None:
    slugs = [document["slug"] for document in results["documents"]]
    counted = Counter((claim["document"], claim["verdict"]) for claim in results["claims"])
    rows = [[f"{SIGNS[verdict]} {verdict}", *(counted[slug, verdict] for slug in slugs)] for verdict in Verdict]
    totals = [sum(row[i] for row in rows) for i in range(1, len(slugs) + 1)]
    shown = [[said(cell) for cell in row.find_all(["th", "td"])] for row in scoreboard.find_all("tr")]
    assert shown == [["Verdict", *slugs], *([str(cell) for cell in row] for row in [*rows, ["all claims", *totals]])]


def test_the_bottom_lines_are_those_of_the_run(bottom_lines: Tag, results: dict[str, Any]) -> None:
    chapters = [ROOT / f"{document['chapter']}.py" for document in results["documents"]]
    titles = [chapter_passages(chapter.read_text("utf-8"))[0].heading for chapter in chapters]
    assert [said(title) for title in bottom_lines.find_all("dt")] == titles
    lines = [" ".join(document["bottom_line"].split()) for document in results["documents"]]
    assert [said(line) for line in bottom_lines.find_all("dd")] == lines


def test_every_other_number_is_typed_into_the_page_and_on_its_list(
    page: Tag, scoreboard: Tag, bottom_lines: Tag
) -> None:
    made = sum((numbers_in(said(element)) for element in (scoreboard, bottom_lines)), Counter())
    article = page.select_one("article")
    typed = sum((numbers_in(passage.text) for passage in markdown_passages(PAGE.read_text("utf-8"))), Counter())
    assert numbers_in(said(article)) == made + typed
    assert not orphans_of(PAGE)


def test_around_the_landing_page_numbers_stand_in_titles_of_chapters_only(page: Tag) -> None:
    around = BeautifulSoup(str(page), "html.parser")
    for element in around.select("article, script, style"):
        element.decompose()
    titles = [chapter_passages(path.read_text("utf-8"))[0].heading for path in ROOT.glob("chapters/*.py")]
    assert set(numbers_in(said(around))) <= set(numbers_in(" ".join(titles)))  # theirs are on the chapters' lists
