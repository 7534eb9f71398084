"""The ledger and the verdict cards: every claim of the run, and ways from each to all it rests on and back.

They are tried as files opened from the file system, the harder case for scripts. They need an up-to-date book.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from playwright.sync_api import Browser, Page, expect

from reading import ROOT
from rederive.display.cards import SIGNS
from rederive.display.words import KIND_NAMES
from rederive.verdicts import Verdict

HTML = ROOT / "_build" / "html"
LEDGER = HTML / "book" / "ledger.html"
RESULTS = json.loads((HTML / "claims.json").read_text("utf-8"))
CLAIMS: list[dict[str, Any]] = RESULTS["claims"]
CHAPTERS = {about["slug"]: f"{about['chapter']}.html" for about in RESULTS["documents"]}


@cache
def page_of(path: str) -> BeautifulSoup:
    return BeautifulSoup((HTML / path).read_text("utf-8"), "html.parser")


def said(element: Tag) -> str:
    return " ".join(element.get_text(" ").split())


@pytest.fixture(scope="module")
def ledger() -> BeautifulSoup:
    return page_of("book/ledger.html")


@pytest.fixture(scope="module")
def pages() -> dict[str, BeautifulSoup]:
    """The pages that ledger and cards lead to."""
    shown = [path for folder in ("_data", "_tests") for path in (HTML / folder).rglob("*.html")]
    return {name: page_of(name) for name in CHAPTERS.values()} | {
        path.relative_to(HTML).as_posix(): page_of(path.relative_to(HTML).as_posix()) for path in shown
    }


def short_names() -> dict[str, str]:
    """Each document as its chapter's title calls it."""
    return {slug: said(page_of(page).h1).partition(":")[0] for slug, page in CHAPTERS.items()}


def row_ids(claims: list[dict[str, Any]]) -> list[str]:
    return [claim["id"].replace("/", "-") for claim in claims]


def leads_to(link: Tag, page: str) -> tuple[str, str]:
    """The page and the id that a link on a page leads to."""
    address = urlsplit(str(link["href"]))
    path = (HTML / page).parent.joinpath(address.path) if address.path else HTML / page
    return path.resolve().relative_to(HTML.resolve()).as_posix(), address.fragment


# ---------------------------------------------------------------------------------------- what stands there


def test_the_table_is_the_results_of_the_run_claim_by_claim(ledger: BeautifulSoup) -> None:
    names = short_names()
    rows = ledger.select(".rd-ledger tbody tr")
    assert [row["id"] for row in rows] == row_ids(CLAIMS)
    for row, claim in zip(rows, CLAIMS, strict=True):
        statement, *cells = row.find_all(["th", "td"])
        assert said(statement).startswith(claim["statement"])
        assert [said(cell) for cell in cells] == [
            f"{SIGNS[Verdict(claim['verdict'])]} {claim['verdict']}",
            claim["printed_words"],
            claim["recomputed_words"],
            f"{names[claim['document']]} {claim['where']}",
            KIND_NAMES[claim["kind"]],
            claim["matters"],
        ]
    assert len(rows) == int(said(ledger.select_one(".rd-count")).split()[0])


def test_rows_say_for_the_filters_what_they_say_for_readers(ledger: BeautifulSoup) -> None:
    shown = [
        [row[f"data-{name}"] for name in ("verdict", "document", "kind", "changes")] for row in ledger.select("tr[id]")
    ]
    assert shown == [[claim[name] for name in ("verdict", "document", "kind", "matters")] for claim in CLAIMS]


@pytest.mark.parametrize(
    ("select", "field"), [("verdict", "verdict"), ("document", "document"), ("kind", "kind"), ("changes", "matters")]
)
def test_every_choice_of_a_filter_says_how_many_claims_it_has(ledger: BeautifulSoup, select: str, field: str) -> None:
    every, *choices = ledger.select(f"select[name={select}] option")
    assert every["value"] == ""
    counts = {choice["value"]: int(re.search(r"\((\d+)\)$", said(choice))[1]) for choice in choices}
    assert counts == Counter(claim[field] for claim in CLAIMS)


def test_each_row_leads_to_its_card_and_section_and_the_card_back(
    ledger: BeautifulSoup, pages: dict[str, BeautifulSoup]
) -> None:
    for claim, row in zip(CLAIMS, ledger.select("tr[id]"), strict=True):
        to_card, to_itself, to_section = row.select(".rd-links a")
        assert leads_to(to_itself, "book/ledger.html") == ("book/ledger.html", row["id"])
        page, target = leads_to(to_card, "book/ledger.html")
        assert page == CHAPTERS[claim["document"]]
        card = pages[page].find(id=target)
        assert claim["statement"] in said(card)
        assert claim["because"] in said(card)
        back = card.find("a", string="Ledger")
        assert leads_to(back, page) == ("book/ledger.html", row["id"])
        _, section = leads_to(to_section, "book/ledger.html")
        assert card.find_parent("section")["id"] == section
        assert said(to_section) == said(card.find_parent("section").find(re.compile("h[1-6]"))).removesuffix(" #")


def test_each_card_leads_to_the_lines_of_data_and_tests_that_name_its_claim(pages: dict[str, BeautifulSoup]) -> None:
    for claim in CLAIMS:
        page, (slug, name) = CHAPTERS[claim["document"]], claim["id"].split("/")
        card = pages[page].find(id=f"claim-{name}")
        data, data_line = leads_to(card.find("a", string="Data"), page)
        assert data == f"_data/{slug}/claims.html"
        assert re.fullmatch(rf"\s*\d+ - id : {name}", said(pages[data].find(id=data_line)))
        test, test_line = leads_to(card.find("a", string="Test"), page)
        assert test == f"_tests/chapters/test_{slug}.html"
        assert f'"{name}"' in said(pages[test].find(id=test_line))


def test_a_card_shows_what_is_printed_beside_what_was_recomputed(pages: dict[str, BeautifulSoup]) -> None:
    for claim in CLAIMS:
        card = pages[CHAPTERS[claim["document"]]].find(id=f"claim-{claim['id'].split('/')[1]}")
        both = [said(part) for part in card.select(".rd-both dd")]
        words = [claim["printed_words"] or "no number", claim["recomputed_words"] or "nothing"]
        assert both == (words if claim["printed_words"] or claim["recomputed_words"] else [])
        assert [said(line) for line in card.select(".rd-matters")] == [
            f"Why it matters: {claim['changes']}" for _ in range(claim["matters"] == "yes")
        ]


def test_no_id_is_given_twice(ledger: BeautifulSoup, pages: dict[str, BeautifulSoup]) -> None:
    for name, page in {"ledger": ledger, **pages}.items():
        ids = Counter(element["id"] for element in page.find_all(id=True))
        assert [given for given, times in ids.items() if times > 1] == [], name


def test_the_data_folders_are_there_to_download(pages: dict[str, BeautifulSoup]) -> None:
    for slug in CHAPTERS:
        page = f"_data/{slug}/claims.html"
        names = {leads_to(link, page)[0] for link in pages[page].select("a[download]")}
        files = {path for path in (ROOT / "data" / slug).iterdir() if path.is_file()}
        assert names == {f"_data/{slug}/{path.name}" for path in files}
        assert all((HTML / "_data" / slug / path.name).read_bytes() == path.read_bytes() for path in files)


def test_the_ledgers_page_is_light(ledger: BeautifulSoup) -> None:
    loaded = [link["href"] for link in ledger.select("link[rel=stylesheet]")]
    loaded += [script["src"] for script in ledger.select("script[src]")]
    files = {LEDGER, *(LEDGER.parent.joinpath(address.partition("?")[0]) for address in loaded)}
    assert len(files) > 5
    assert sum(path.stat().st_size for path in files) < 400_000


# ----------------------------------------------------------------------------------------- how it behaves


@pytest.fixture(scope="module")
def opened(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield context.new_page()
    context.close()


@pytest.fixture
def page(opened: Page) -> Iterator[Page]:
    """The ledger, opened from the file system; nothing may go wrong on it."""
    faults: list[str] = []

    def note(fault: object) -> None:
        faults.append(str(fault))

    def note_error(message: Any) -> None:
        if message.type == "error":
            faults.append(message.text)

    opened.on("pageerror", note)
    opened.on("console", note_error)
    opened.goto("about:blank")
    opened.goto(LEDGER.as_uri())
    yield opened
    opened.remove_listener("pageerror", note)
    opened.remove_listener("console", note_error)
    assert faults == []


def visible(page: Page) -> list[str]:
    """The ids of the rows that can be seen, in their order."""
    ids: list[str] = page.locator(".rd-ledger tbody tr:visible").evaluate_all("rows => rows.map(row => row.id)")
    return ids


def choose(page: Page, name: str, value: str) -> None:
    page.locator(f".rd-filters [name={name}]").select_option(value)


def searched_for(words: str) -> list[dict[str, Any]]:
    def plain(text: str) -> str:
        return unicodedata.normalize("NFKD", text).replace("−", "-").lower()

    names = short_names()
    fields = ("statement", "verdict", "printed_words", "recomputed_words", "where", "matters")
    texts = [
        " ".join([*(claim[field] for field in fields), names[claim["document"]], KIND_NAMES[claim["kind"]]])
        for claim in CLAIMS
    ]
    return [
        claim
        for claim, text in zip(CLAIMS, texts, strict=True)
        if all(word in plain(text) for word in plain(words).split())
    ]


@pytest.mark.parametrize("words", ["mortality 27%", "RATIO cancer", "i2", "-0.322", "liver silent"])
def test_search_finds_the_claims_that_have_all_words(page: Page, words: str) -> None:
    page.locator(".rd-filters [name=q]").fill(words)
    found = searched_for(words)
    assert 0 < len(found) < len(CLAIMS)
    assert visible(page) == row_ids(found)
    expect(page.locator(".rd-count")).to_have_text(f"{len(found)} of {len(CLAIMS)} claims")


def test_a_search_in_vain_says_so(page: Page) -> None:
    page.locator(".rd-filters [name=q]").fill("nothing at all like this")
    assert visible(page) == []
    expect(page.get_by_role("status").filter(has_text="claims")).to_have_text(f"0 of {len(CLAIMS)} claims")


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("verdict", "verdict", "contradicted"),
        ("document", "document", "liver"),
        ("kind", "kind", "ratio"),
        ("changes", "matters", "yes"),
    ],
)
def test_each_filter_keeps_the_claims_it_names(page: Page, name: str, field: str, value: str) -> None:
    choose(page, name, value)
    assert visible(page) == row_ids([claim for claim in CLAIMS if claim[field] == value])


def test_filters_and_search_hold_together_until_all_are_shown_again(page: Page) -> None:
    choose(page, "verdict", "misworded")
    choose(page, "document", "sepsis")
    page.locator(".rd-filters [name=q]").fill("reduce")
    found = [c for c in searched_for("reduce") if (c["verdict"], c["document"]) == ("misworded", "sepsis")]
    assert found
    assert visible(page) == row_ids(found)
    page.get_by_role("button", name="Show all").click()
    assert visible(page) == row_ids(CLAIMS)
    expect(page.locator(".rd-count")).to_have_text(f"{len(CLAIMS)} claims")
    assert "?" not in page.url


def test_a_columns_title_sorts_up_down_and_not_at_all(page: Page) -> None:
    order = [str(verdict) for verdict in Verdict]
    header = page.locator("th[data-column=verdict]")
    for direction, reverse in (("ascending", False), ("descending", True)):
        header.get_by_role("button").click()
        assert header.get_attribute("aria-sort") == direction
        expected = sorted(CLAIMS, key=lambda claim: order.index(claim["verdict"]), reverse=reverse)
        assert visible(page) == row_ids(expected)
    header.get_by_role("button").click()
    assert header.get_attribute("aria-sort") is None
    assert visible(page) == row_ids(CLAIMS)


def test_claims_sort_by_the_alphabet_and_one_column_at_a_time(page: Page) -> None:
    page.locator("th[data-column=document] button").click()
    page.locator("th[data-column=claim] button").click()
    assert page.locator("[aria-sort]").count() == 1
    texts = {row: claim["statement"] for row, claim in zip(row_ids(CLAIMS), CLAIMS, strict=True)}
    first_letters = [re.sub(r"\W", "", texts[row])[0].lower() for row in visible(page)]
    assert len(first_letters) == len(CLAIMS)
    assert first_letters == sorted(first_letters)


def test_the_address_says_what_is_shown_and_survives_a_reload(page: Page) -> None:
    page.locator(".rd-filters [name=q]").fill("95% ratio")
    choose(page, "document", "lymphocytes")
    page.locator("th[data-column=verdict] button").click()
    page.locator("th[data-column=verdict] button").click()
    shown = visible(page)
    assert 1 < len(shown) < len(CLAIMS)
    assert parse_qs(urlsplit(page.url).query) == {
        "q": ["95% ratio"],
        "document": ["lymphocytes"],
        "sort": ["verdict"],
        "order": ["descending"],
    }
    page.reload()
    assert visible(page) == shown
    assert page.locator(".rd-filters [name=q]").input_value() == "95% ratio"
    elsewhere = page.context.new_page()
    elsewhere.goto(page.url)
    assert visible(elsewhere) == shown
    elsewhere.close()


def test_an_address_with_words_no_filter_knows_shows_everything(page: Page) -> None:
    page.goto(f"{LEDGER.as_uri()}?verdict=none&sort=no&order=x&q=")
    assert visible(page) == row_ids(CLAIMS)


def test_a_row_can_be_linked_to_whatever_is_filtered(page: Page) -> None:
    page.goto(f"{LEDGER.as_uri()}?verdict=contradicted#sepsis-overall-or")
    assert visible(page) == row_ids(CLAIMS)
    row = page.locator("#sepsis-overall-or")
    expect(row).to_be_in_viewport()
    assert row.evaluate("row => row.matches(':target') && getComputedStyle(row).outlineStyle") == "solid"


@pytest.mark.parametrize("path", ["book/ledger.html?verdict=coherent", "chapters/01-sepsis.html"])
def test_the_link_to_a_claim_is_copied(page: Page, path: str) -> None:
    page.goto(f"{HTML.as_uri()}/{path}")
    target = "sepsis-overall-or" if "ledger" in path else "claim-overall-or"
    page.locator(f"[id={target}] .rd-copy-link").click()
    expect(page.locator("p.rd-unseen[role=status]")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{HTML.as_uri()}/{path.partition('?')[0]}#{target}"


def test_without_a_clipboard_the_address_bar_has_the_link(page: Page) -> None:
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.locator("#sepsis-overall-or .rd-copy-link").click()
    expect(page.locator("p.rd-unseen[role=status]")).to_have_text("See the address bar")
    assert page.url.endswith("ledger.html#sepsis-overall-or")


def test_everything_can_be_reached_and_done_with_the_keyboard(page: Page) -> None:
    def focused() -> str:
        return str(page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()"))

    page.locator(".rd-filters [name=q]").focus()
    page.keyboard.type("deaths")
    assert len(visible(page)) == len(searched_for("deaths"))
    reached = []
    for _ in range(11):
        page.keyboard.press("Tab")
        reached.append(focused())
    assert reached == [
        *("verdict", "document", "kind", "changes", "sort", "Show all"),
        *("Claim", "Verdict", "Document", "Kind", "Changes the conclusion"),
    ]
    page.keyboard.press("Enter")
    expect(page.locator("th[data-column=changes]")).to_have_attribute("aria-sort", "ascending")
    reached = []
    for _ in range(3):
        page.keyboard.press("Tab")
        reached.append(focused())
    assert reached == ["How we know", "#", "Copy link"]


def test_without_scripts_the_table_is_whole_and_no_dead_control_is_seen(browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(LEDGER.as_uri())
    assert page.locator(".rd-ledger tbody tr:visible").count() == len(CLAIMS)
    for dead in (".rd-filters", ".rd-copy-link", ".rd-ledger th button"):
        assert page.locator(f"{dead}:visible").count() == 0
    page.goto(f"{HTML.as_uri()}/chapters/01-sepsis.html#claim-overall-or")
    expect(page.locator("#claim-overall-or")).to_be_in_viewport()
    assert page.locator(".rd-copy-link:visible").count() == 0
    context.close()


def test_on_a_phone_rows_are_cards_and_can_still_be_sorted(browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 800})
    page.goto(LEDGER.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.locator(".rd-ledger thead:visible").count() == 0
    choose(page, "sort", "document")
    choose(page, "verdict", "possible")
    expected = [claim for claim in CLAIMS if claim["verdict"] == "possible"]
    assert visible(page) == row_ids(expected)  # the documents stand in the book's order
    box = page.locator(f"#{visible(page)[0]}").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    page.close()


def test_a_card_that_is_folded_away_opens_for_a_link_to_it(page: Page) -> None:
    folded = {path: page_of(path).select("details.rd-cards .rd-card") for path in CHAPTERS.values()}
    path, name = next((path, cards[-1]["id"]) for path, cards in folded.items() if cards)
    page.goto(f"{HTML.as_uri()}/{path}#{name}")
    expect(page.locator(f"[id={name}]")).to_be_in_viewport()
    page.goto("about:blank")
    page.goto(f"{HTML.as_uri()}/{path}")
    expect(page.locator(f"[id={name}]")).not_to_be_visible()
    page.locator(f"table a[href='#{name}']").click()
    expect(page.locator(f"[id={name}]")).to_be_in_viewport()


def test_a_card_opens_again_by_our_own_script_too(page: Page) -> None:
    """Chromium opens what is folded when it follows a link, other browsers may not; here none is followed."""
    page.goto(f"{HTML.as_uri()}/chapters/02-lymphocytes.html#claim-table-1-sex")
    page.evaluate("for (const folded of document.querySelectorAll('details')) folded.open = false")
    expect(page.locator("#claim-table-1-sex")).not_to_be_visible()
    page.evaluate("dispatchEvent(new HashChangeEvent('hashchange'))")
    expect(page.locator("#claim-table-1-sex")).to_be_in_viewport()
