"""Reading aids of the finished site, in a browser too: terms, sources, margin notes, how to cite, dates, metadata."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tomllib
from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from playwright.sync_api import Page
from pybtex.database import parse_string

from rederive import build
from rederive.citing import Citation
from rederive.files import read_yaml
from rederive.history import last_changes
from rederive.sphinxext.code_links import imported, link_names
from rederive.sphinxext.mathematics import mathml
from rederive.sphinxext.metadata import as_script, shortened
from rederive.sphinxext.revisions import last_change
from rederive.sphinxext.terms import EVERYDAY, NOT_MEANT, pattern
from scratch import REPOSITORY

OpenPage = Callable[..., Page]

BOOK = build.read_book(REPOSITORY)
CHAPTERS = [chapter.page for chapter in BOOK.chapters]
GLOSSARY = "book/glossary"
CFF = read_yaml(REPOSITORY / "CITATION.cff")
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
VERSION = PROJECT["version"]


@cache
def read(page: str) -> BeautifulSoup:
    return BeautifulSoup((BOOK.html / f"{page}.html").read_text(encoding="utf-8"), "html.parser")


@pytest.fixture(scope="module")
def pages() -> dict[str, BeautifulSoup]:
    return {page: read(page) for page in BOOK.pages}


def words(element: Tag) -> str:
    return " ".join(element.get_text().split())


# ----------------------------------------------------------------------------------------------------- terms


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("two odds ratios", ["odds ratios"]),  # the longer of two terms, in the plural
        ("the odds\nratio and the odds", ["odds\nratio", "odds"]),
        ("An odds-ratio scale", ["odds-ratio"]),
        ("Fisher’s exact test", ["Fisher’s exact test"]),
        ("meta-analyses", ["meta-analyses"]),
        ("Hartung and Knapp’s method", ["Hartung and Knapp"]),
        ("the q of Q-profile and Q", ["Q"]),  # capitals count; a part of a longer word does not
        ("log-odds, coddled", []),
        ("R² and R2", ["R²"]),
    ],
)
def test_terms_are_found_as_they_are_written(text: str, found: list[str]) -> None:
    terms = ["Fisher's exact test", "Hartung-Knapp", "meta-analysis", "odds ratio", "odds", "R²", "Q"]
    assert [match[0] for match in pattern(terms).finditer(text)] == found


def defined_terms(pages: dict[str, BeautifulSoup]) -> dict[str, str]:
    """The terms of the glossary and what they mean, by id."""
    found = {}
    for definition in pages[GLOSSARY].select("dl.glossary > dd"):
        term = definition.find_previous_sibling("dt")
        while term is not None and term.name == "dt":
            found[term["id"]] = f"{words(term).removesuffix('#')} {words(definition)}"
            term = term.find_previous_sibling()
    return found


def test_everyday_words_and_other_meanings_are_about_terms_of_the_glossary(pages: dict[str, BeautifulSoup]) -> None:
    ids = defined_terms(pages).keys()
    assert {f"term-{word}" for word in EVERYDAY} <= ids
    assert all(pattern(["power"]).search(phrase) for phrase in NOT_MEANT)


def test_every_linked_term_has_its_definition_on_the_page(pages: dict[str, BeautifulSoup]) -> None:
    defined = defined_terms(pages)
    assert len(defined) > 130
    linked_on = Counter()
    for name, page in pages.items():
        links = [link for link in page.select("article a[href*='glossary.html#term-']") if name != GLOSSARY]
        ids = {link["href"].partition("#")[2] for link in links}
        notes = {note["id"].removeprefix("note-"): words(note) for note in page.select(".rd-definitions > p")}
        assert notes == {identifier: defined[identifier] for identifier in ids}, name
        linked_on[name] = len(links)
    assert all(linked_on[page] >= 10 for page in [*CHAPTERS, "book/methods"]), linked_on


def test_a_term_is_linked_once_in_a_section_and_in_running_text_only(pages: dict[str, BeautifulSoup]) -> None:
    for chapter in CHAPTERS:
        links = pages[chapter].select("article a:has(> .std-term)")
        once = Counter((link.find_parent("section")["id"], link["href"]) for link in links)
        assert set(once.values()) == {1}, (chapter, once.most_common(1))
        assert not [link for link in links if link.find_parent(["h1", "h2", "h3", "pre", "code", "math", "table"])]
        assert not pages[chapter].select(".rd-sources .std-term, a a")


# --------------------------------------------------------------------------------------- sources and citations


def dois(text: str) -> set[str]:
    return {found.rstrip(".)") for found in re.findall(r"10\.\d{4,}/[^\s,\"'<>]+", text)}


@pytest.mark.parametrize("chapter", BOOK.documents, ids=lambda chapter: chapter.slug)
def test_a_chapter_lists_every_publication_that_it_links_or_takes_numbers_from(chapter: build.Chapter) -> None:
    page = read(chapter.page)
    listed = {link["href"] for link in page.select(".rd-sources a")}
    linked = {link["href"] for link in page.select("article a[href^='https://doi.org/']")}
    data = "".join(file.read_text("utf-8") for file in chapter.data.iterdir() if file.suffix in (".csv", ".yaml"))
    assert listed
    assert linked | {f"https://doi.org/{doi}" for doi in dois(data)} == listed


def test_citations_lead_to_the_sources_of_their_page(pages: dict[str, BeautifulSoup]) -> None:
    cited = {name: page.select("article a[href^='#source-']") for name, page in pages.items()}
    assert {"book/methods", "chapters/03-liver"} <= {name for name, links in cited.items() if links}
    for name, page in pages.items():
        ids = {source["id"] for source in page.select(".rd-sources > li")}
        assert {link["href"][1:] for link in cited[name]} <= ids
        assert not page.select("article a[href*='references.html#id']")


def in_tex(text: str) -> str:
    return text.replace("α", r"{\ensuremath{\alpha}}")


@pytest.mark.parametrize("chapter", BOOK.chapters, ids=lambda chapter: chapter.slug)
def test_a_chapter_says_how_to_cite_it(chapter: build.Chapter) -> None:
    page = read(chapter.page)
    title = words(page.h1).removesuffix("#")
    in_words, bibtex = (page.find(id=f"cite-{form}").get_text() for form in ("citation", "bibtex"))
    (entry,) = parse_string(bibtex, "bibtex").entries.values()
    assert entry.fields["title"] == f"{{{in_tex(title)}}}"
    assert entry.fields["booktitle"] == f"{{{in_tex(CFF['preferred-citation']['title'])}}}"
    assert bibtex.isascii() or set(re.sub(r"[ -~\n]", "", bibtex)) <= set("“”")
    assert title in in_words
    for text in (in_words, bibtex):
        assert f"ersion {VERSION}" in text
        assert CFF["preferred-citation"]["license"] in text
    assert len(page.select("button.rd-copy[hidden]")) == 2
    if chapter.rederives:
        document = read_yaml(chapter.data / "document.yaml")
        assert in_tex(document["title"]) in entry.fields["note"]


def test_the_version_is_written_in_one_place_only() -> None:
    assert version("rederive") == VERSION
    assert "version" not in CFF
    assert CFF["license"] == PROJECT["license"]


def test_bibtex_survives_its_own_signs() -> None:
    entry = Citation("key", "A & B", "The 5% _book_", "1.0", "CC0", address="https://example.org/a_b").bibtex()
    assert r"{{The 5\% \_book\_}}" in entry
    assert "{https://example.org/a_b}" in entry
    parsed = parse_string(entry, "bibtex").entries["key"]
    assert parsed.type == "misc"
    assert "year" not in parsed.fields


# ----------------------------------------------------------------------------------------- dates and metadata


def commit(folder: Path, day: str, **files: str) -> None:
    for name, text in files.items():
        (folder / name).write_text(text)
    who = {f"GIT_{role}_{what}": "a@b" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {**os.environ, **who, "GIT_COMMITTER_DATE": f"{day}T12:00:00+0000"}
    subprocess.run(["git", "-C", folder, "add", "."], check=True)
    subprocess.run(["git", "-C", folder, "commit", "-q", "-m", "x"], env=environment, check=True)


def test_a_file_changed_last_when_git_says(tmp_path: Path) -> None:
    origin, shallow = tmp_path / "origin", tmp_path / "shallow"
    origin.mkdir()
    assert last_changes(origin) == {}
    subprocess.run(["git", "init", "-q", origin], check=True)
    commit(origin, "2024-02-03", one="1", two="1")
    commit(origin, "2025-06-07", two="2")
    assert last_changes(origin) == {"one": date(2024, 2, 3), "two": date(2025, 6, 7)}
    subprocess.run(["git", "clone", "-q", "--depth", "1", origin.as_uri(), shallow], check=True)
    assert last_changes(shallow) == {}


def test_a_chapter_changes_with_its_data() -> None:
    old, new = date(2024, 1, 1), date(2025, 1, 1)
    changes = {"chapters/01-alpha.py": old, "data/alpha/table.csv": new, "data/beta/table.csv": new, "book/a.md": old}
    assert last_change("chapters/01-alpha", changes) == new
    assert last_change("book/a", changes) == old
    assert last_change("genindex", changes) is None


def test_every_page_says_its_version_and_the_day_it_changed(pages: dict[str, BeautifulSoup]) -> None:
    changes = last_changes(REPOSITORY)
    for name, page in pages.items():
        said = page.select_one(".rd-revision")
        assert words(said).startswith(f"Version {VERSION}")
        day = last_change(name, changes)
        assert [time["datetime"] for time in said.select("time")] == ([day.isoformat()] if day else [])


def test_descriptions_are_short_and_whole_words() -> None:
    assert shortened("a  short\ntext") == "a short text"
    assert shortened("one two, three", longest=10) == "one two…"


def test_every_page_describes_itself(pages: dict[str, BeautifulSoup]) -> None:
    described = {}
    for name, page in pages.items():
        meta = {
            tag.get("name") or tag.get("property"): tag["content"] for tag in page.head.find_all("meta", content=True)
        }
        described[name] = meta["description"]
        assert meta["og:description"] == meta["description"]
        assert 20 < len(meta["description"]) <= 160
        assert meta["og:title"] == words(page.h1).removesuffix("#")
        assert meta["og:site_name"] == CFF["title"]
    assert len(set(described.values())) == len(described)


def test_nothing_in_structured_data_ends_its_element() -> None:
    text = "</script><!--"
    assert "<" not in as_script([text])
    assert json.loads(as_script([text])) == [text]


def test_structured_data_review_every_claim_once_and_rate_none(pages: dict[str, BeautifulSoup]) -> None:
    results = json.loads(BOOK.claims.read_text("utf-8"))
    titles = {document["slug"]: document["title"] for document in results["documents"]}
    reviewed = []
    for name, page in pages.items():
        data = json.loads(page.find("script", type="application/ld+json").string)
        assert data["@context"] == "https://schema.org"
        for review in data.get("@graph", [])[1:]:
            assert review["@type"] == "ClaimReview"
            assert page.find(id=review["url"].removeprefix("#"))
            assert not {"ratingValue", "bestRating", "worstRating"} & review["reviewRating"].keys()
            title = review["itemReviewed"]["appearance"]["name"]
            reviewed.append((title, review["claimReviewed"], review["reviewRating"]["alternateName"]))
        if name == BOOK.pages[0]:
            assert data["@type"] == "Book"
            assert [part["@type"] for part in data["hasPart"]] == ["Chapter"] * len(CHAPTERS)
    claims = results["claims"]
    assert reviewed == [(titles[claim["document"]], claim["statement"], claim["verdict"]) for claim in claims]


def test_pages_lead_on_and_back_in_the_books_order(pages: dict[str, BeautifulSoup]) -> None:
    for before, after in zip(BOOK.pages, BOOK.pages[1:], strict=False):
        to, back = pages[before].select_one("a.next-page"), pages[after].select_one("a.prev-page")
        assert to["href"].endswith(f"{Path(after).name}.html")
        assert back["href"].endswith(f"{Path(before).name}.html")
        assert words(to.select_one(".title")) == words(pages[after].h1).removesuffix("#")


# ---------------------------------------------------------------------------------------- code and formulae


def test_names_of_the_library_lead_to_their_source() -> None:
    names = imported("from rederive.display import figures\nfrom rederive.a import f as g\nimport pandas")
    assert names == {"figures": "rederive.display.figures", "g": "rederive.a.f"}
    html = (
        '<div class="highlight-ipython3 notranslate"><div class="highlight"><pre>'
        '<span class="n">g</span><span class="o">=</span><span class="n">g</span><span class="p">(</span>'
        '<span class="n">figures</span><span class="o">.</span><span class="n">forest</span>'
        '<span class="n">x</span><span class="o">.</span><span class="n">g</span></pre></div></div>'
        '<span class="n">g</span>'
    )
    addresses = {"rederive.a.f": "f", "rederive.display.figures.forest": "r"}
    linked = BeautifulSoup(link_names(html, names, addresses), "html.parser")
    assert [(link["href"], link.get_text()) for link in linked.find_all("a")] == [("f", "g"), ("r", "figures.forest")]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_code_of_every_chapter_is_one_click_from_its_source(chapter: str) -> None:
    assert read(chapter).select("pre a.rd-source[href*='_modules/rederive/']")


def test_formulae_are_spaced_as_tex_spaces_them() -> None:
    assert '<mi>log</mi><mspace width="0.17em"/><mi>h</mi>' in mathml(r"\log h", "inline")
    assert "mspace" not in mathml(r"\log(h)", "inline")
    assert '<mo form="prefix">&#x02212;</mo>' in mathml("(-x)", "inline")
    assert "form=" not in mathml("(x-y)", "inline")


# ------------------------------------------------------------------------------------------------ in a browser

TERM = "article a:has(> .std-term)"
POPUP = ".rd-popup:popover-open"


def test_a_definition_shows_on_hover_stays_while_read_and_goes(open_page: OpenPage) -> None:
    page = open_page(CHAPTERS[0])
    link, popup = page.locator(TERM).first, page.locator(POPUP)
    link.hover()
    popup.wait_for()
    note = page.locator(f"#{link.get_attribute('aria-describedby')}")
    assert popup.text_content() == note.text_content()
    popup.hover()
    page.wait_for_timeout(400)
    assert popup.is_visible()
    page.mouse.move(0, 0)
    popup.wait_for(state="hidden")


def test_a_definition_shows_on_keyboard_focus_and_escape_puts_it_away(open_page: OpenPage) -> None:
    page = open_page(CHAPTERS[0], reduced_motion="reduce")  # so that it jumps where it would glide
    popup = page.locator(POPUP)
    page.locator(TERM).last.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")  # by keyboard, and far down the page: it scrolls there
    popup.wait_for()
    page.wait_for_timeout(300)
    assert popup.bounding_box()["y"] >= 0
    assert popup.bounding_box()["y"] + popup.bounding_box()["height"] <= page.viewport_size["height"]
    page.keyboard.press("Escape")
    popup.wait_for(state="hidden")
    assert page.evaluate(f"document.activeElement.matches({TERM!r})")
    page.keyboard.press("Tab")
    assert popup.count() == 0


def test_a_first_tap_shows_a_definition_and_the_second_leads_to_the_glossary(open_page: OpenPage) -> None:
    page = open_page(CHAPTERS[0], width=360, has_touch=True, is_mobile=True)
    page.locator(TERM).first.tap()
    box = page.locator(POPUP).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    page.locator(TERM).first.tap()
    page.wait_for_url("**/glossary.html#term-*")


def test_a_source_shows_in_full_at_its_citation(open_page: OpenPage) -> None:
    page = open_page("chapters/01-sepsis")
    link = page.locator("section:not(#sources-of-this-chapter) > p a[href^='https://doi.org/']").first
    link.hover()
    page.locator(POPUP).wait_for()
    source = page.locator(f".rd-sources li:has(a[href='{link.get_attribute('href')}'])")
    assert page.locator(POPUP).text_content().strip() == source.text_content().strip()


def test_citations_are_copied_even_without_a_server(open_page: OpenPage) -> None:
    page = open_page(CHAPTERS[0], permissions=["clipboard-read", "clipboard-write"])
    for form in ("citation", "bibtex"):
        page.locator(f"button[data-copies=cite-{form}]").click()
        page.locator(".rd-done", has_text="Copied").wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == page.locator(f"#cite-{form}").text_content()


def test_without_scripts_terms_lead_to_the_glossary_and_no_dead_button_shows(open_page: OpenPage) -> None:
    page = open_page(CHAPTERS[0], java_script_enabled=False)
    assert page.locator("button.rd-copy:visible").count() == 0
    page.locator(TERM).first.click()
    page.wait_for_url("**/glossary.html#term-*")


@pytest.mark.parametrize("name", ["book/methods", "chapters/03-liver"])
@pytest.mark.parametrize(("width", "beside"), [(1280, True), (1500, True), (360, False)])
def test_notes_stand_in_the_margin_where_there_is_room(
    open_page: OpenPage, name: str, width: int, beside: bool
) -> None:
    page = open_page(name, width=width)
    notes = page.locator(".rd-margin").all()
    assert notes
    for note in notes:
        text = note.locator("xpath=preceding::p[1]").bounding_box()
        assert (note.bounding_box()["x"] >= text["x"] + text["width"]) == beside
    assert page.evaluate("document.documentElement.scrollWidth") <= width
