"""The finished site: this repository's own (as `make book` left it) and a scratch book's."""

from __future__ import annotations

import json
import re
import sys
import tempfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from bs4 import BeautifulSoup, Tag

from rederive import build
from rederive.history import commit_date
from scratch import REPOSITORY, ScratchBook

LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "link": "href"}
"""What a browser fetches without being asked: element and attribute."""

LEADING = {**LOADED, "a": "href", "use": "href", "form": "action"}
"""What leads to another file or part of a page."""


@pytest.fixture(scope="module", params=["this book", "a scratch book"])
def book(request: pytest.FixtureRequest) -> build.Book:
    if request.param == "this book":
        book = build.read_book(REPOSITORY)
        assert build.is_up_to_date(book, build.import_graph(), commit_date(REPOSITORY)), "run `make book` first"
        return book
    scratch: ScratchBook = request.getfixturevalue("built_book")
    return build.read_book(scratch.root)


@pytest.fixture(scope="module")
def pages(book: build.Book) -> dict[str, BeautifulSoup]:
    found = {
        path.relative_to(book.html).as_posix(): BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for path in book.html.rglob("*.html")
        if "_static" not in path.parts
    }
    assert len(found) > len(book.pages)
    return found


def attributes(page: BeautifulSoup, wanted: dict[str, str]) -> list[str]:
    elements = [element for element in page.find_all(list(wanted)) if isinstance(element, Tag)]
    return [str(element[wanted[element.name]]) for element in elements if element.has_attr(wanted[element.name])]


def test_there_is_one_page_for_every_entry_and_no_other(book: build.Book, pages: dict[str, BeautifulSoup]) -> None:
    made_by_sphinx = {"index.html", "genindex.html", "py-modindex.html", "search.html"}
    sources = {page for page in pages if page.startswith(("_modules/", "_data/", "_tests/"))}  # what the pages rest on
    assert set(pages) - made_by_sphinx - sources == {f"{page}.html" for page in book.pages}


def test_the_front_door_leads_to_the_first_page(book: build.Book) -> None:
    assert f"url={book.pages[0]}.html" in (book.html / "index.html").read_text(encoding="utf-8")


def test_nothing_is_loaded_from_elsewhere(book: build.Book, pages: dict[str, BeautifulSoup]) -> None:
    loaded = [url for page in pages.values() for url in attributes(page, LOADED)]
    assert len(loaded) > 10 * len(book.pages)
    assert [url for url in loaded if re.match(r"(https?:)?//", url)] == []
    for sheet in book.html.rglob("*.css"):
        assert not re.search(r"(url\(|@import)\s*['\"]?(https?:)?//", sheet.read_text(encoding="utf-8")), sheet


def test_no_script_in_a_page_names_a_place_to_load_scripts_from(pages: dict[str, BeautifulSoup]) -> None:
    inline = [script.get_text() for page in pages.values() for script in page.find_all("script")]
    assert [text for text in inline if re.search(r"https?://[^\"'\s]+\.m?js\b", text)] == []


def test_every_link_within_the_site_leads_somewhere(book: build.Book, pages: dict[str, BeautifulSoup]) -> None:
    dead = []
    names = {name: {element["id"] for element in page.find_all(id=True)} for name, page in pages.items()}
    for name, page in pages.items():
        several = [part.split()[0] for image in page.find_all(srcset=True) for part in image["srcset"].split(",")]
        for url in [*attributes(page, LEADING), *several]:
            link = urlsplit(url)
            if link.scheme or link.netloc:
                continue
            target = (book.html / name).parent / unquote(link.path) if link.path else book.html / name
            if not target.exists():
                dead.append((name, url))
            elif link.fragment and target.suffix == ".html":
                there = names[target.resolve().relative_to(book.html.resolve()).as_posix()]
                if unquote(link.fragment) not in there:
                    dead.append((name, url))
    assert dead == []


def test_formulae_are_mathml_and_none_is_left_untranslated(book: build.Book, pages: dict[str, BeautifulSoup]) -> None:
    formulae = [formula for page in pages.values() for formula in page.find_all("math")]
    assert formulae
    assert [str(formula) for formula in formulae if "\\" in formula.get_text() or formula.find("merror")] == []
    assert not any(page.select("math script, math style, .MathJax, [class*=katex]") for page in pages.values())


def test_every_chapter_offers_its_executed_notebook_and_its_script(
    book: build.Book, pages: dict[str, BeautifulSoup]
) -> None:
    assert book.chapters
    for chapter in book.chapters:
        links = attributes(pages[f"{chapter.page}.html"], {"a": "href"})
        for original in (chapter.notebook, chapter.source):
            (link,) = {link for link in links if link.endswith(f"{chapter.source.stem}{original.suffix}")}
            download = (book.html / f"{chapter.page}.html").parent / link
            assert download.read_bytes() == original.read_bytes()
        notebook = nbformat.read(chapter.notebook, as_version=4)
        nbformat.validate(notebook)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
        assert any(cell.outputs for cell in code)
        assert not any("execution" in cell.metadata for cell in notebook.cells)


def test_the_site_serves_all_claims_in_the_books_order(book: build.Book) -> None:
    assert [file.name for file in book.published] == ["claims.json", "claims.schema.json", "claims.csv"]
    for file in book.published:
        assert (book.html / file.name).read_bytes() == file.read_bytes()
    text = book.claims.read_text(encoding="utf-8")
    content = json.loads(text)
    assert content["schema"] == 1
    results = [json.loads(chapter.results.read_text(encoding="utf-8")) for chapter in book.documents]
    assert content["claims"] == [record for of_one in results for record in of_one["claims"]]
    assert content["documents"] == [
        of_one["document"] | {"chapter": chapter.page} for chapter, of_one in zip(book.documents, results, strict=True)
    ]
    assert text == json.dumps(content, sort_keys=True, ensure_ascii=False, indent=2) + "\n"


def test_no_path_of_this_machine_is_in_any_file(book: build.Book) -> None:
    ours = [f"{folder}/".encode() for folder in (book.root, Path.home(), sys.prefix, tempfile.gettempdir())]
    files = [path for path in book.html.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} >= {".html", ".js", ".css", ".ipynb", ".json"}
    found = {(path, place) for path in files for place in ours if place in path.read_bytes()}
    assert found == set()
