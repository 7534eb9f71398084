"""The PDF of a small site: what its contents say is where it is, links lead there, and it is the same every time."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from rederive.build import BuildError, read_book
from rederive.cli import main
from rederive.history import FIXED_DATE
from rederive.pdf import make_pdf
from rederive.pdf.document import read_about, whole_book
from rederive.pdf.printing import find_chromium, opened
from scratch import REPOSITORY

TOC = """\
format: jb-book
root: book/index
parts:
  - caption: The rest
    chapters:
      - file: book/second
      - file: book/library
"""

CITATION = """\
title: A small book
abstract: About nothing.
authors:
  - name: Nobody
  - {given-names: Some, family-names: One}
"""

PAGE = """\
<!doctype html><html lang="en"><head><title>{title}</title>
<link rel="stylesheet" href="../_static/theme.css?v=1"><link rel="stylesheet" href="../_static/print.css">
<script src="../_static/theme.js"></script></head>
<body><header class="mobile-header">Menu</header><article role="main">
<section id="top"><h1>{title}<a class="headerlink" href="#top">#</a></h1>
{body}
</section></article></body></html>
"""

INDEX = """\
<p>See <a href="second.html#far">far on</a>, <a href="second.html">the other page</a>, <a href="#here">below</a>,
<a href="https://doi.org/10.1000/182">a source</a>, <a href="library.html#f"><code>a function</code></a>
and <a href="../_sources/book/index.md">the text</a>.</p>
<button>Press me</button>
<div role="img" aria-label="Square">
<svg aria-hidden="true" viewBox="0 0 9 9" width="90"><path d="M0 0h9v9z"/></svg></div>
<details><summary>More</summary><p>What was folded away.</p></details>
<section id="here"><h2>Here &amp; there</h2>
<p>An <em>equation</em>: <math><msup><mi>x</mi><mn>2</mn></msup></math>.</p></section>
"""

SECOND = f"""\
<p>Back <a href="index.html#here">there</a>, or <a href="#here">here</a>.</p>
<section id="here"><h2>Here again</h2>{"<p>A line that fills the page.</p>" * 150}</section>
<section id="far"><h2>Far on</h2><p>The end.</p></section>
"""


TOO_WIDE = """sideways => {
  for (const e of document.querySelectorAll("article, details, .rd-scroll"))
    e.classList.toggle("turned", getComputedStyle(e).page === "sideways");
  const looked = [...document.querySelectorAll("article :is(p, pre, table, math, figure, .rd-card)")]
    .filter(e => e.checkVisibility() && Boolean(e.closest(".turned")) === sideways);
  if (!looked.length) throw new Error("nothing to look at");
  return looked.filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.textContent.slice(0, 60));
}"""


@pytest.fixture
def small_book(tmp_path: Path) -> Path:
    return make_small_book(tmp_path / "book")


def make_small_book(root: Path) -> Path:
    """A book of two pages and a reference, whose site is built."""
    pages = {"index": ("A small book", INDEX), "second": ("The second page", SECOND), "library": ("Reference", "")}
    site = root / "_build" / "html"
    shutil.copytree(REPOSITORY / "book" / "_static", site / "_static")
    for folder in (root / "book", site / "book"):
        folder.mkdir(parents=True)
    for name, (title, body) in pages.items():
        (root / "book" / f"{name}.md").write_text(f"# {title}\n")
        (site / "book" / f"{name}.html").write_text(PAGE.format(title=title, body=body))
    (root / "_toc.yml").write_text(TOC)
    (root / "CITATION.cff").write_text(CITATION)
    (root / "README.md").write_text("# A book\n\nCode: free. Text and figures: CC BY 4.0. More.\n")
    return root


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_small_book(tmp_path_factory.mktemp("pdf") / "book")


@pytest.fixture(scope="module")
def printed(root: Path, chromium: Path) -> bytes:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHROMIUM", str(chromium))
        return make_pdf(root).read_bytes()


@pytest.fixture(scope="module")
def pdf(printed: bytes) -> PdfReader:
    return PdfReader(BytesIO(printed))


def lines(pdf: PdfReader) -> list[list[str]]:
    """The lines of each page, without double spaces."""
    return [[" ".join(line.split()) for line in page.extract_text().splitlines()] for page in pdf.pages]


def titles(outline: list[Any]) -> Iterator[str]:
    for entry in outline:
        if isinstance(entry, list):
            yield from titles(entry)
        else:
            yield entry.title


def links(pdf: PdfReader) -> tuple[set[str], set[str]]:
    """The names of places, and the addresses elsewhere, that links lead to."""
    notes = [note.get_object() for page in pdf.pages for note in page.get("/Annots", [])]
    actions = [note["/A"] for note in notes if "/A" in note]
    assert all(note["/Subtype"] == "/Link" for note in notes)
    places = {str(note["/Dest"]).removeprefix("/") for note in notes if "/Dest" in note}
    return places, {str(action["/URI"]) for action in actions}


def test_the_contents_tell_the_page_on_which_each_heading_stands(pdf: PdfReader) -> None:
    pages = lines(pdf)
    contents = [found.groups() for line in pages[1] if (found := re.fullmatch(r"(\D+?) (\d+)", line))]
    headings = ["A small book", "Here & there", "The second page", "Here again", "Far on"]
    assert [title for title, _ in contents] == headings
    for title, number in contents:
        assert [n for n, page in enumerate(pages, 1) if n > 2 and title in page[1:]] == [int(number)], title
    numbers = [int(number) for _, number in contents]
    assert numbers == sorted(numbers)
    assert numbers[-1] == len(pages) > numbers[-2] + 1
    assert "The rest" in pages[1]


def test_every_page_but_the_title_has_its_number(pdf: PdfReader) -> None:
    pages = lines(pdf)
    assert all(str(number) in page for number, page in enumerate(pages, 1) if number > 1)
    assert "1" not in pages[0]


def test_chapters_start_on_new_pages_under_their_titles(pdf: PdfReader) -> None:
    pages = lines(pdf)
    second = next(number for number, page in enumerate(pages) if number > 1 and "The second page" in page)
    assert "The end." not in pages[second - 1]
    assert all("The second page" in "".join(page) for page in pages[second:])


def test_the_title_page_says_what_the_citation_and_the_readme_say(pdf: PdfReader) -> None:
    first = " ".join(lines(pdf)[0])
    licence = "Code: free. Text and figures: CC BY 4.0."
    for said in ("A small book", "About nothing.", "Nobody, Some One", version("rederive"), licence):
        assert said in first
    assert "More." not in first
    assert "Last changed" not in first  # the small book has no history


def test_links_lead_to_places_in_the_book_or_elsewhere(pdf: PdfReader) -> None:
    places, elsewhere = links(pdf)
    assert places == {name.removeprefix("/") for name in pdf.named_destinations}
    assert len(places) == 5
    assert elsewhere == {"https://doi.org/10.1000/182"}


def test_what_is_folded_is_printed_and_what_is_pressed_is_not(pdf: PdfReader) -> None:
    text = "\n".join("\n".join(page) for page in lines(pdf))
    assert "What was folded away." in text
    assert "a function" in text
    for not_printed in ("Press me", "Menu", "Reference", "#"):
        assert not_printed not in text


def test_the_outline_names_the_headings_in_their_order(pdf: PdfReader) -> None:
    headings = ["Contents", "A small book", "Here & there", "The second page", "Here again", "Far on"]
    assert list(titles(pdf.outline)) == headings


def test_fonts_are_embedded(pdf: PdfReader) -> None:
    fonts = [font.get_object() for page in pdf.pages for font in page["/Resources"]["/Font"].values()]
    drawn = [font for font in fonts if font["/Subtype"] == "/Type3"]
    described = [font["/DescendantFonts"][0]["/FontDescriptor"] for font in fonts if "/DescendantFonts" in font]
    assert described
    assert len(drawn) + len(described) == len(fonts)
    assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(font) for font in described)


def test_it_says_what_it_is_and_is_tagged(pdf: PdfReader) -> None:
    whole = pdf.trailer["/Root"]
    assert pdf.metadata is not None
    assert pdf.metadata.title == "A small book"
    assert pdf.metadata.author == "Nobody, Some One"
    assert pdf.metadata.creation_date is not None
    assert pdf.metadata.creation_date.timestamp() == int(FIXED_DATE)
    assert whole["/Lang"] == "en"
    assert whole["/MarkInfo"]["/Marked"]
    assert whole["/ViewerPreferences"]["/DisplayDocTitle"]


def test_pictures_are_told_in_words(printed: bytes) -> None:
    assert b"/Alt (Square)" in printed


def test_no_path_of_this_machine_is_in_it(printed: bytes, root: Path) -> None:
    assert str(root).encode() not in printed
    assert b"book.invalid" not in printed


def test_it_is_the_same_every_time(
    printed: bytes, small_book: Path, chromium: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHROMIUM", str(chromium))
    assert make_pdf(small_book).read_bytes() == printed


def test_without_a_site_it_says_so(
    small_book: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = small_book / "_build" / "html" / "book" / "second.html"
    page.unlink()
    monkeypatch.chdir(small_book)
    assert main(["pdf"]) == 1
    assert capsys.readouterr().err == f"error: {page}: expected the built page; make book makes it\n"
    assert not (small_book / "_build" / "pdf").exists()


NOTHING = str(shutil.which("false"))


@pytest.mark.parametrize(
    ("programs", "fault"),
    [
        (
            {"CHROMIUM": "no-such-browser"},
            "error: expected Chromium as no-such-browser; install it, or set CHROMIUM to where it is",
        ),
        (
            {"CHROMIUM": NOTHING, "PLAYWRIGHT_NODEJS_PATH": NOTHING},
            "error: expected Playwright to start, which drives Chromium (",
        ),
        ({"CHROMIUM": NOTHING}, f"error: {NOTHING}: "),
    ],
    ids=["no browser", "no driver", "a browser that ends at once"],
)
def test_without_programs_that_work_it_says_so(
    small_book: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
    programs: dict[str, str],
    fault: str,
) -> None:
    if NOTHING in fault:
        request.getfixturevalue("driven")
    monkeypatch.chdir(small_book)
    for name, program in programs.items():
        monkeypatch.setenv(name, program)
    assert main(["pdf"]) == 1
    told = capsys.readouterr().err
    assert told.startswith(fault)
    assert told.count("\n") == 1
    assert not (small_book / "_build" / "pdf").exists()


def test_the_first_of_the_usual_browsers_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BuildError, match="expected Chromium as chromium, chromium-browser, google-chrome;"):
        find_chromium()
    for name in ("google-chrome", "chromium"):
        (tmp_path / name).touch(mode=0o755)
        assert find_chromium() == tmp_path / name


@pytest.mark.parametrize(
    ("file", "text", "fault"),
    [
        ("README.md", "# A book\n", "README.md:1: licence: expected a line that says"),
        ("CITATION.cff", "a: [", "CITATION.cff:1: file: expected valid YAML"),
        ("_build/html/book/index.html", "<p>", "index.html: expected a page with an article and its heading"),
    ],
)
def test_a_file_that_does_not_say_what_it_should_is_named(small_book: Path, file: str, text: str, fault: str) -> None:
    (small_book / file).write_text(text)
    with pytest.raises(BuildError) as raised:
        make_pdf(small_book)
    assert fault in str(raised.value)


@pytest.fixture(scope="module")
def whole() -> str:
    """The whole book, as it goes to the browser. It needs an up-to-date site."""
    return whole_book(read_book(REPOSITORY), read_about(REPOSITORY, FIXED_DATE))


def test_in_the_whole_book_every_id_is_there_once_and_every_link_leads_somewhere(whole: str) -> None:
    ids = re.findall(r'<[^>]* id="([^"]*)"', whole)
    assert len(ids) == len(set(ids)) > 500
    addresses = re.findall(r'<a [^>]*href="([^"]*)"', whole)
    assert len(addresses) > 500
    for address in set(addresses):
        assert address.startswith(("https://", "http://")) or address.removeprefix("#") in ids, address


def test_nothing_is_wider_than_the_paper(whole: str, chromium: Path) -> None:
    """If one thing were, Chromium would print all of the book in smaller letters. Widths are in millimetres."""
    with opened(whole, REPOSITORY / "_build" / "html", Path(chromium)) as page:
        for sideways, width in ((False, 160), (True, 257)):
            page.set_viewport_size({"width": int(width / 25.4 * 96), "height": 900})
            assert page.evaluate(TOO_WIDE, sideways) == []
