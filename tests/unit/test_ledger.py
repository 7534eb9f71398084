"""The parts behind ledger and cards: which line of which file speaks of a claim, and what is told when none does."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from docutils.utils import new_document

from rederive.claims import KINDS
from rederive.display.ledger import Entry, ledger
from rederive.display.words import KIND_NAMES
from rederive.sphinxext import cards, sources
from rederive.sphinxext import ledger as ledger_pages

TESTS = '''
import math

def test_something_else():
    assert "first" in "first"

def test_the_verdicts_are_these(results):
    """A first look."""
    assert results == {
        "first": "silent",
        "second": "coherent", "third": "silent",
    }
    assert results["first"]
'''
CLAIMS = """\
claims:
  # a remark
  - id: first
    statement: One
  - where: here
    id: second
"""


def record(name: str, **given: str) -> dict[str, str]:
    fields = {"document": "doc", "verdict": "silent", "statement": "Said.", "printed_words": "", "recomputed_words": ""}
    return {"id": f"doc/{name}", "where": "Title", "kind": "ratio", "matters": "no"} | fields | given


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The faults that the build is told; each of them makes it fail."""
    faults: list[str] = []
    log = SimpleNamespace(warning=lambda message, *of: faults.append(message % of))
    for module in (cards, ledger_pages):
        monkeypatch.setattr(module, "log", log)
    return faults


@pytest.fixture
def book(tmp_path: Path) -> Path:
    for name, text in {sources.claims_file("doc"): CLAIMS, sources.test_file("doc"): TESTS}.items():
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_every_kind_of_claim_has_a_name_for_readers() -> None:
    assert set(KIND_NAMES) == set(KINDS)
    assert len(set(KIND_NAMES.values())) == len(KINDS)


def test_claims_and_their_verdicts_are_found_by_line(book: Path) -> None:
    assert sources.claim_lines(book / sources.claims_file("doc")) == {"first": 3, "second": 6}
    lines = sources.verdict_lines(book / sources.test_file("doc"))
    assert {name: lines[name] for name in ("first", "second", "third")} == {"first": 10, "second": 11, "third": 11}
    assert sources.verdict_lines(book / "none.py") == {}


def last_line(claim: str) -> str:
    return f'<p class="rd-links" data-claim="{claim}"><code>judge</code></p>'


def test_cards_lead_to_the_lines_that_speak_of_their_claim(book: Path, told: list[str]) -> None:
    body = cards.linked(SimpleNamespace(srcdir=book), last_line("first") + last_line("second"), "doc", "../{}".format)
    links = [link["href"] for link in BeautifulSoup(body, "html.parser").find_all("a")]
    assert links == [
        *("../_data/doc/claims#line-3", "../_tests/chapters/test_doc#line-10", "../book/ledger#doc-first"),
        "#claim-first",
        *("../_data/doc/claims#line-6", "../_tests/chapters/test_doc#line-11", "../book/ledger#doc-second"),
        "#claim-second",
    ]
    assert body.count("<code>judge</code>") == 2
    assert told == []


@pytest.mark.parametrize(
    "tests", [TESTS.replace('"second": "coherent", ', ""), TESTS.replace("are_these", "were"), None]
)
def test_a_claim_whose_verdict_no_test_names_is_a_fault(book: Path, told: list[str], tests: str | None) -> None:
    file = book / sources.test_file("doc")
    file.unlink() if tests is None else file.write_text(tests, encoding="utf-8")
    cards.linked(SimpleNamespace(srcdir=book), last_line("second"), "doc", str)
    assert told == [
        "tests/chapters/test_doc.py: expected test_the_verdicts_are_these to name the verdict of doc/second"
    ]


def chapter_with_cards(*claims: str) -> nodes.document:
    document = new_document("chapter")
    for number, claim in enumerate(claims):
        section = nodes.section("", nodes.title(text=f"Question {number}?"), ids=[f"question-{number}"])
        card = f'<div class="rd-card rd-silent" id="claim-{claim}" role="group">…</div>'
        section += nodes.container("", nodes.raw("", card, format="html"))
        document += section
    return document


def test_rows_know_their_cards_section_and_a_claim_without_card_is_a_fault(tmp_path: Path, told: list[str]) -> None:
    claims = [record("first"), record("second"), record("third")]
    results = {"documents": [{"slug": "doc", "chapter": "chapters/01-doc"}], "claims": claims}
    file = tmp_path / "_build" / "results" / "claims.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(results), encoding="utf-8")
    app = SimpleNamespace(
        srcdir=tmp_path,
        builder=SimpleNamespace(get_relative_uri=lambda page, other: f"../{other}.html"),
        env=SimpleNamespace(
            get_doctree=lambda chapter: chapter_with_cards("third", "first"),
            titles={"chapters/01-doc": nodes.title(text="A document: with more words")},
        ),
    )
    first, third = ledger_pages.entries_of(app, "book/ledger")
    at = "../chapters/01-doc.html"
    assert first == Entry(claims[0], "A document", f"{at}#claim-first", f"{at}#question-1", "Question 1?")
    assert third == Entry(claims[2], "A document", f"{at}#claim-third", f"{at}#question-0", "Question 0?")
    assert told == ["chapters/01-doc: expected a card of claim doc/second"]


def test_what_is_said_cannot_break_the_table() -> None:
    entry = Entry(record("first", statement='p < 5% & "so"', where="<Title>"), "A & B", "a#b", "a#c", "Is 1 < 2?")
    table = BeautifulSoup(ledger([entry]), "html.parser").table
    assert [cell.get_text(" ", strip=True) for cell in table.tbody.find_all(["th", "td"])] == [
        'p < 5% & "so" How we know # Copy link Is 1 < 2?',
        "– silent",
        *("", ""),
        "A & B <Title>",
        "ratio with its interval",
        "no",
    ]
    assert [header["scope"] for header in table.find_all("th")] == [*["col"] * 7, "row"]
    assert table.caption
