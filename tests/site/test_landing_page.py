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
    return plain(element.get_text())


def plain(text: str) -> str:
    return " ".join(text.split()).translate(str.maketrans("“”‘’", "\"\"''"))


def titles(results: dict[str, Any]) -> list[str]:
    """The titles of the chapters about documents, from their sources."""
    chapters = [ROOT / f"{document['chapter']}.py" for document in results["documents"]]
    return [chapter_passages(chapter.read_text("utf-8"))[0].heading for chapter in chapters]


def numbers_in(text: str) -> Counter[str]:
    return Counter(number.text for number in typed_numbers(Passage("", 1, text)))


def test_the_scoreboard_counts_the_verdicts_of_the_run(scoreboard: Tag, results: dict[str, Any]) -> None:
    slugs = [document["slug"] for document in results["documents"]]
    counted = Counter((claim["document"], claim["verdict"]) for claim in results["claims"])
    rows = [[f"{SIGNS[verdict]} {verdict}", *(counted[slug, verdict] for slug in slugs)] for verdict in Verdict]
    rows.append(["all claims", *(sum(row[i] for row in rows) for i in range(1, len(slugs) + 1))])
    shown = [[said(cell) for cell in row.find_all(["th", "td"])] for row in scoreboard.find_all("tr")]
    names = [title.partition(":")[0] for title in titles(results)]
    assert shown[0] == ["verdict", *names, "all"]
    assert shown[1:] == [[row[0], *map(str, row[1:]), str(sum(row[1:]))] for row in rows]


def test_the_picture_of_the_scoreboard_shows_each_number_of_its_table(page: Tag, results: dict[str, Any]) -> None:
    counted = Counter((claim["document"], claim["verdict"]) for claim in results["claims"])
    expected = Counter(f"{SIGNS[Verdict(verdict)]}{n}" for (_, verdict), n in counted.items())
    for drawing in page.select("#the-scoreboard svg"):
        texts = Counter(text.get_text().replace(" ", "") for text in drawing.find_all("text"))
        assert expected <= texts


def test_the_bottom_lines_are_the_headlines_of_the_run(bottom_lines: Tag, results: dict[str, Any]) -> None:
    assert [said(title) for title in bottom_lines.find_all("dt")] == titles(results)
    leads = [f"../{document['chapter']}.html" for document in results["documents"]]
    assert [title.find("a")["href"] for title in bottom_lines.find_all("dt")] == leads
    changes = Counter(claim["document"] for claim in results["claims"] if claim["changes"])
    for document, line in zip(results["documents"], bottom_lines.find_all("dd"), strict=True):
        n = changes[document["slug"]]
        more = f" {n} finding{'s change' if n > 1 else ' changes'} what it concludes" if n else ""
        assert said(line) == plain(document["headline"]) + more


def test_the_findings_that_change_a_conclusion_are_all_there_and_lead_to_their_cards(
    page: Tag, results: dict[str, Any]
) -> None:
    chapters = {document["slug"]: document["chapter"] for document in results["documents"]}
    expected = [
        (f"../{chapters[slug]}.html#claim-{name}", f"{SIGNS[Verdict(claim['verdict'])]} {claim['verdict']}", claim)
        for claim in results["claims"]
        for slug, _, name in [claim["id"].partition("/")]
        if claim["changes"]
    ]
    shown = page.select("#the-findings-that-change-a-conclusion li")
    assert len(shown) == len(expected) > 0
    for item, (address, verdict, claim) in zip(shown, expected, strict=True):
        assert item.find("a")["href"] == address
        assert said(item) == plain(f"{verdict} {claim['statement']} {claim['changes']}")


def test_every_other_number_is_typed_into_the_page_and_on_its_list(page: Tag) -> None:
    article = BeautifulSoup(str(page.select_one("article")), "html.parser")
    made = article.select(
        "#the-scoreboard figure, #the-bottom-lines dl, #the-findings-that-change-a-conclusion > :is(h3, ul), .rd-cite"
    )
    assert len(made) > 2
    for element in made:
        element.decompose()
    typed = sum((numbers_in(passage.text) for passage in markdown_passages(PAGE.read_text("utf-8"))), Counter())
    assert numbers_in(said(article)) == typed
    assert not orphans_of(PAGE)


def test_around_the_landing_page_numbers_stand_in_titles_of_chapters_only(page: Tag) -> None:
    around = BeautifulSoup(str(page), "html.parser")
    for element in around.select("article, script, style, .rd-revision"):  # when the page changed is git's to say
        element.decompose()
    titles = [chapter_passages(path.read_text("utf-8"))[0].heading for path in ROOT.glob("chapters/*.py")]
    assert set(numbers_in(said(around))) <= set(numbers_in(" ".join(titles)))  # theirs are on the chapters' lists
