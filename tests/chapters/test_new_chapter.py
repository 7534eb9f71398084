"""`rederive chapter`: the chapter it makes builds and passes its own test at once; it refuses to overwrite anything."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from malformed import write_book
from rederive import new_chapter as module
from rederive.build import BuildError, read_book
from rederive.claims import load_document
from rederive.new_chapter import TO_DO, new_chapter
from scratch import REPOSITORY, TOC, ScratchBook

LIBRARY = """\
# The library

```{eval-rst}
.. automodule:: rederive.checks.proportions
   :members: judge_percentage
```
"""
FILES = ("document.yaml", "claims.yaml", "README.md")


def contents(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small sound book, with a chapter about one document."""
    write_book(tmp_path / "book")
    return tmp_path / "book"


def with_contents(root: Path, toc: str) -> Path:
    (root / "_toc.yml").write_text(toc, encoding="utf-8")
    return root


# --------------------------------------------------------------------------------------------- what it makes


def test_a_new_chapter_builds_and_passes_its_own_test(scratch_book: ScratchBook) -> None:
    book = scratch_book
    for name in ("CITATION.cff", "pyproject.toml", "book/references.bib", "book/references.md"):
        shutil.copy(REPOSITORY / name, book.root / name)
    for file in (REPOSITORY / "tests").glob("*.py"):
        book.write(f"tests/{file.name}", file.read_text(encoding="utf-8"))
    book.write("book/library.md", LIBRARY)
    others = "  - file: book/library\n  - file: book/references\n"
    book.write("_toc.yml", TOC + others)

    made = book.rederive("chapter", "new-one")
    assert made.returncode == 0, made.stderr
    toc = (book.root / "_toc.yml").read_text(encoding="utf-8")
    assert toc == f"{TOC}  - file: chapters/03-new-one\n{others}"
    built = book.rederive("build")
    assert built.returncode == 0, built.stdout + built.stderr
    (claim,) = (claim for claim in book.results("claims") if claim["document"] == "new-one")
    assert claim["verdict"] == "reproduced"
    assert "placeholder" in str(claim["statement"])
    page = (book.root / "_build" / "html" / "chapters" / "03-new-one.html").read_text(encoding="utf-8")
    assert page.count(TO_DO) > 10

    with book.start("-m", "pytest", "-q", "tests/chapters/test_new-one.py") as process:
        said, _ = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert re.search(r"^7 passed", said, re.MULTILINE)


def test_what_it_makes_is_in_the_style_of_the_book(root: Path) -> None:
    made = [path for path in new_chapter(root, "new-one") if path.suffix == ".py"]
    assert len(made) == 2
    for name in ("pyproject.toml", "chapters/ruff.toml"):
        shutil.copy(REPOSITORY / name, root / name)
    shutil.copy(REPOSITORY / "tests" / "reading.py", root / "tests")  # a module of the tests' own is sorted as such
    shutil.copy(REPOSITORY / "tests" / "orphans.py", root / "tests")
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run([sys.executable, "-m", "ruff", *command, *made], cwd=root, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


def test_every_file_says_where_something_is_left_to_do(root: Path) -> None:
    files = new_chapter(root, "new-one")
    *made, toc = [path.relative_to(root).as_posix() for path in files]
    assert toc == "_toc.yml"
    assert made == [
        "chapters/02-new-one.py",
        *(f"data/new-one/{name}" for name in FILES),
        "tests/chapters/test_new-one.py",
        "tests/typed/new-one.yaml",
    ]
    for file in files[:-1]:
        text = file.read_text(encoding="utf-8")
        assert TO_DO in text
        assert not re.search(r"@\w+@", text)


def test_the_examples_among_the_claims_are_claims(root: Path) -> None:
    new_chapter(root, "new-one")
    file = root / "data" / "new-one" / "claims.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub(r"^# (?=- id|  \w+:)", "  ", text, flags=re.MULTILINE), encoding="utf-8")
    claims = load_document(file.parent).claims
    assert [claim.kind for claim in claims.values()] == ["percentage", "statement", "statement", "percentage", "ratio"]


def test_the_examples_in_the_card_are_as_they_should_be(root: Path) -> None:
    new_chapter(root, "new-one")
    file = root / "data" / "new-one" / "document.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub(r"^# (?!FILL)", "", text, flags=re.MULTILINE), encoding="utf-8")
    for table in ("example/trials.csv", "tables/numbers.csv"):
        shutil.copy(root / "data" / table, file.parent)
    document = load_document(file.parent)
    assert list(document.rows) == ["trials", "numbers"]
    assert [str(entry.number) for entry in document.card.no_claims] == ["28"]


# ------------------------------------------------------------------------------------ its place in the contents


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("  - file: chapters/01-example\n", "  - file: chapters/01-example\n  - file: chapters/02-new\n"),
        (
            "  - file: chapters/01-example # the last\n  # now others\n  - file: book/a\n",
            "  - file: chapters/01-example # the last\n  - file: chapters/02-new\n  # now others\n  - file: book/a\n",
        ),
        ('- file: "chapters/01-example"', '- file: "chapters/01-example"\n- file: "chapters/02-new"'),
        (
            "  - file: chapters/01-example.py\n    title: One\n    sections:\n      - file: book/a\n\n  - file: book/b",
            "  - file: chapters/01-example.py\n    title: One\n    sections:\n      - file: book/a\n"
            "  - file: chapters/02-new.py\n\n  - file: book/b",
        ),
    ],
)
def test_the_table_of_contents_gains_a_line_and_stays_as_it_is(before: str, after: str, root: Path) -> None:
    head = "# The order of pages.\nformat:   jb-book\nroot: book/index\nchapters:\n"
    for name in "ab":
        (root / "book" / f"{name}.md").write_text("# A page\n", encoding="utf-8")
    new_chapter(with_contents(root, head + before), "new")
    assert (root / "_toc.yml").read_text(encoding="utf-8") == head + after
    assert [chapter.slug for chapter in read_book(root).documents] == ["example", "new"]


def test_it_stands_before_a_comparison_and_numbers_that_may_have_been_cited_stay(root: Path) -> None:
    for name in ("02-compared", "07-measured", "11-not-listed"):
        (root / "chapters" / f"{name}.py").write_text("", encoding="utf-8")
    toc = (root / "_toc.yml").read_text(encoding="utf-8")
    later = "  - file: chapters/02-compared\n  - file: chapters/07-measured\n"
    new_chapter(with_contents(root, toc + later), "new")
    assert (root / "_toc.yml").read_text(encoding="utf-8") == f"{toc}  - file: chapters/12-new\n{later}"


# -------------------------------------------------------------------------------------------- what it refuses


@pytest.mark.parametrize(
    "there",
    [
        "chapters/04-new.py",
        "data/new/notes.txt",
        "tests/chapters/test_new.py",
        "tests/typed/new.yaml",
    ],
)
def test_it_overwrites_nothing(there: str, root: Path) -> None:
    (root / there).parent.mkdir(parents=True, exist_ok=True)
    (root / there).write_text("mine", encoding="utf-8")
    before = contents(root)
    with pytest.raises(BuildError, match="expected a new chapter, and this is there already"):
        new_chapter(root, "new")
    assert contents(root) == before


def test_a_name_that_ends_like_another_is_another(root: Path) -> None:
    assert new_chapter(root, "ample")
    assert new_chapter(root, "second-example")


@pytest.mark.parametrize(
    ("toc", "told"),
    [
        ("format: jb-book\nroot: book/index\n", "1: chapters: expected one about a document"),
        ("format: jb-book\nroot: book/index\nchapters: [{file: chapters/01-example}]\n", "in a line of its own"),
    ],
)
def test_a_table_of_contents_that_has_no_place_for_it(toc: str, told: str, root: Path) -> None:
    before = contents(with_contents(root, toc))
    with pytest.raises(BuildError, match=told):
        new_chapter(root, "new")
    assert contents(root) == before


@pytest.mark.parametrize("last", [*FILES, "test_new.py", "new.yaml", "_toc.yml"])
def test_a_disk_that_fills_up_leaves_nothing(last: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(root)
    write = module.write_text

    def until_full(path: Path, text: str) -> None:
        if path.name == last:
            raise OSError(28, "No space left on device", str(path))
        write(path, text)

    monkeypatch.setattr(module, "write_text", until_full)
    with pytest.raises(OSError, match="No space left"):
        new_chapter(root, "new")
    assert contents(root) == before
    assert not (root / "data" / "new").exists()
