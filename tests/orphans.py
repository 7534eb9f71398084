"""The pages of this book, their lists of typed numbers, and what those are compared with.

A new chapter needs a list, `tests/typed/<slug>.yaml`, and a test that `orphans_of` finds nothing to complain of.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from prose import Passage, chapter_passages, code_passages, markdown_passages
from reading import ROOT, said_in
from rederive.claims import load_document
from rederive.comparison import load_comparison
from rederive.files import COMPARISON, MEASUREMENTS
from rederive.measurements import load_measurements
from typed_numbers import Sources, TypedNumbers, complaints, load_list

CHAPTERS = sorted(ROOT.glob("chapters/*.py"))
PAGES = [
    ROOT / f"{name}.md"
    for name in (
        *("README", "CONTRIBUTING"),
        *("book/index", "book/how-to-read", "book/ledger", "book/glossary", "book/library", "book/errata"),
    )
]
"""The pages without code whose numbers are all on a list."""
LIBRARY = ROOT / "src" / "rederive"
"""Its folders `checks`, `methods` and `display` give cards, tables and figures their words."""


@dataclass(frozen=True)
class Page:
    """Prose of this book, and the list of what is typed into it."""

    name: str
    passages: list[Passage]
    listed: TypedNumbers


def page_of(path: Path) -> Page:
    """A chapter, a page without code, or the library, whose modules are its headings."""
    if path == LIBRARY:
        modules = {f"{module.parent.name}/{module.name}": module.read_text("utf-8") for module in _modules()}
        passages = [passage for name, source in modules.items() for passage in code_passages(source, [(0, name)])]
    elif path.suffix == ".py":
        passages = chapter_passages(path.read_text("utf-8"))
    else:
        passages = markdown_passages(path.read_text("utf-8"))
    listed = load_list(ROOT / "tests" / "typed" / f"{_slug(path) or path.stem.lower()}.yaml")
    return Page(path.relative_to(ROOT).as_posix(), passages, listed)


def _modules() -> list[Path]:
    return [module for folder in ("checks", "methods", "display") for module in sorted((LIBRARY / folder).glob("*.py"))]


def _slug(path: Path) -> str:
    """`sepsis` of `chapters/01-sepsis.py`; nothing of what is no chapter."""
    return path.stem.partition("-")[2] if path.suffix == ".py" else ""


def sources_of(path: Path) -> Sources:
    """Where numbers typed into this page may come from."""
    if not _slug(path):
        documents = {folder.parent.name: load_document(folder.parent) for folder in ROOT.glob("data/*/document.yaml")}
        claims = {f"{slug}:{name}": claim for slug, of in documents.items() for name, claim in of.claims.items()}
        programs = _modules() if path == LIBRARY else [ROOT / "Makefile"]
        return Sources(claims, {"documents": documents}, code=_on_one_line(*programs))
    data, tests = ROOT / "data" / _slug(path), ROOT / "tests" / "chapters" / f"test_{_slug(path)}.py"
    ours = Sources(tests=tests.read_text("utf-8"), said=said_in(path), code=_on_one_line(path))
    if (data / COMPARISON).is_file():
        return replace(ours, rows={"estimates": load_comparison(data).estimates})
    if (data / MEASUREMENTS).is_file():
        tables = load_measurements(data).tables
        return replace(ours, rows={name: table.to_dict("index") for name, table in tables.items()})
    document = load_document(data)
    return replace(ours, claims=document.claims, rows=document.rows, card=document.card)


def _on_one_line(*files: Path) -> str:
    return " ".join(" ".join(file.read_text("utf-8") for file in files).split())


def orphans_of(path: Path) -> list[str]:
    """Complaints about the numbers typed into a page; nothing if each of them is what its list says."""
    page = page_of(path)
    return complaints(page.name, page.passages, page.listed, sources_of(path))
