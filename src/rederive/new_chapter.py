"""A chapter about a new document, from the template: what it needs, in its places, so that it builds at once.

`CONTRIBUTING.md` leads from there to a finished chapter.
"""

from __future__ import annotations

import re
import shutil
from importlib import resources
from pathlib import Path

from rederive.build import Book, BuildError, Chapter, read_book
from rederive.files import read_text, write_text

TO_DO = "FILL IN"
"""What stands in the template wherever something is left to do."""

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def new_chapter(root: Path, slug: str) -> list[Path]:
    """Write a chapter, its data folder, its test and its list of typed numbers, and name it in the table of contents.

    It stands behind the last chapter about a document, and has the next number that no chapter has: those of chapters
    that are there may have been cited. Returns the files that were written.

    Raises
    ------
    BuildError : if the name is none, if anything of the chapter is there already, or if the table of contents cannot be
        added to. Nothing has been written then.
    """
    if not SLUG.fullmatch(slug):
        raise BuildError(f"{slug!r}: expected a name of lower-case words or numbers joined by hyphens, such as il15")
    book = read_book(root)
    chapter = Chapter(root, f"chapters/{_next_number(book):02}-{slug}")
    files = _files_of(chapter)
    same_name = [path for path in root.glob("chapters/*.py") if path.stem.partition("-")[2] == slug]
    for there in (*same_name, chapter.data, *files):
        if there.exists() or there.is_symlink():
            raise BuildError(f"{there}: expected a new chapter, and this is there already")
    contents = _with_chapter(book, chapter)
    template = resources.files("rederive") / "template"
    try:
        for file, name in files.items():
            text = template.joinpath(name).read_text(encoding="utf-8")
            write_text(file, _filled(text, chapter))
        write_text(root / "_toc.yml", contents)
    except BaseException:
        for file in files:
            file.unlink(missing_ok=True)
        shutil.rmtree(chapter.data, ignore_errors=True)
        raise
    return [*files, root / "_toc.yml"]


def _next_number(book: Book) -> int:
    """One more than any chapter has, listed or not."""
    names = [*book.pages, *(path.relative_to(book.root).as_posix() for path in book.root.glob("chapters/*.py"))]
    return 1 + max((int(found[1]) for name in names if (found := re.match(r"chapters/(\d+)-", name))), default=0)


def _files_of(chapter: Chapter) -> dict[Path, str]:
    """What belongs to a chapter about a document, and which file of the template it is made from."""
    of_data = {chapter.data / name: f"data/{name}" for name in ("document.yaml", "claims.yaml", "README.md")}
    typed = chapter.root / "tests" / "typed" / f"{chapter.slug}.yaml"
    return {chapter.source: "chapter.py.txt", **of_data, chapter.tests: "test.py.txt", typed: "typed.yaml"}


def _filled(text: str, chapter: Chapter) -> str:
    names = {"slug": chapter.slug, "chapter": chapter.source.stem, "name": chapter.slug.replace("-", " ").capitalize()}
    for name, value in names.items():
        text = text.replace(f"@{name}@", value)
    return text


def _with_chapter(book: Book, chapter: Chapter) -> str:
    """The table of contents with the chapter behind the last one about a document; all else stays as it was written."""
    toc = book.root / "_toc.yml"
    if not book.documents:
        raise BuildError(f"{toc}:1: chapters: expected one about a document, behind which the new one goes")
    last, text = book.documents[-1].page, read_text(toc)
    entry = re.search(
        rf"""^(( *)- +file: +["']?){re.escape(last)}((?:\.py)?["']?)[ \t]*(?:#.*)?(?:\n\2 +.*)*$""", text, re.MULTILINE
    )
    if entry is None:
        raise BuildError(f"{toc}:1: {last}: expected it in a line of its own, `- file: {last}`, to go on behind it")
    before, _, after = entry.groups()
    return f"{text[: entry.end()]}\n{before}{chapter.page}{after}{text[entry.end() :]}"
