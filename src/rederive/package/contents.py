"""What an archive of the book holds, and where."""

from __future__ import annotations

import json
import re
from importlib import metadata
from pathlib import Path
from typing import Any

from rederive.build import Book
from rederive.history import HISTORY, committed_files, history
from rederive.package.archive import MANIFEST, Files
from rederive.package.crate import METADATA, ro_crate
from rederive.package.descriptions import State, bibliography, citation_file, codecheck, readme, state_of, zenodo

LICENCES = ("LICENSE", "LICENSE-CC-BY-4.0.txt")
ON_THE_SITE = ("Sphinx", "furo", "myst-nb", "sphinx-basic-ng", "sphinx-copybutton")
"""Python packages from which the site has style sheets, scripts and the look of its pages."""


def contents(book: Book, printed: Path) -> Files:
    """Everything in the archive of a built and committed book, but for the manifest.

    Parameters
    ----------
    printed : the book's PDF.

    Raises
    ------
    DataError : if `CITATION.cff` cannot be read.
    """
    state = state_of(book)
    files = {**_made(book, printed), **_sources(book.root)}
    files |= {name: book.root / name for name in LICENCES}
    files |= _licences_of_others()
    described: dict[str, str] = {
        "README.md": readme(state, printed.name),
        "CITATION.cff": citation_file(state),
        "citations.bib": bibliography(state),
        ".zenodo.json": _json(zenodo(state)),
        "codecheck.yml": codecheck(state, outputs(state, printed.name)),
    }
    files |= {name: text.encode() for name, text in described.items()}
    return {**files, METADATA: _json(ro_crate(state, files, outputs(state, printed.name), MANIFEST)).encode()}


def _made(book: Book, printed: Path) -> dict[str, Path | bytes]:
    """What the build made: site, PDF, executed notebooks and results."""
    files: dict[str, Path | bytes] = {
        f"site/{path.relative_to(book.html).as_posix()}": path for path in book.html.rglob("*") if path.is_file()
    }
    files |= {f"notebooks/{chapter.notebook.name}": chapter.notebook for chapter in book.chapters}
    files |= {f"results/{path.name}": path for path in book.published}
    return {**files, printed.name: printed}


def _sources(root: Path) -> dict[str, Path | bytes]:
    """What it was made from, with what git knows of it."""
    names = committed_files(root)
    files: dict[str, Path | bytes] = {f"source/{name}": root / name for name in names}
    return {**files, f"source/{HISTORY}": _json(history(root, names)).encode()}


def _licences_of_others() -> dict[str, Path]:
    """The licences of what the site takes from others, as they came with it."""
    return {
        f"third-party/{name}/{file.name}": Path(str(file.locate()))
        for name in ON_THE_SITE
        for file in metadata.files(name) or ()
        if re.match(r"(LICEN[CS]E|AUTHORS)", file.name) and ".dist-info" in file.parts[0]
    }


def outputs(state: State, printed: str) -> dict[str, str]:
    """What can be made again, by its place in the archive, and what it is."""
    claims = len(state.results["claims"])
    found = {
        "results/claims.json": f"Every claim with its verdict ({claims}); made as source/_build/results/claims.json",
        "results/claims.csv": "The claims as a table for spreadsheets; made as source/_build/results/claims.csv",
    }
    for chapter in state.book.chapters:
        document = state.document_of(chapter.page)
        what = f", which recomputes “{document}” ({len(state.claims_of(chapter.slug))} claims)" if document else ""
        found[f"notebooks/{chapter.notebook.name}"] = (
            f"Executed chapter “{chapter.title}”{what}; made as source/chapters/{chapter.notebook.name}"
        )
    first = state.book.pages[0]
    return found | {
        f"site/{first}.html": f"The front page of the website; made as source/_build/html/{first}.html",
        printed: f"The book as a PDF; made as source/_build/pdf/{printed}",
    }


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
