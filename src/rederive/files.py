"""Where the book lies, and files written whole or not at all. Imports nothing that takes time to import."""

from __future__ import annotations

import json
import os
from pathlib import Path

COMPARISON = "comparison.yaml"
"""What the data folder of a chapter that compares documents holds in place of `document.yaml`."""

MEASUREMENTS = "measurements.yaml"
"""What that of a chapter about the checks themselves holds."""


def project_root(start: Path | None = None) -> Path:
    """The book's folder: the nearest one at or above `start` (default: where we are) with a table of contents.

    Whoever is in no book at all works on the one this library was installed from.

    Raises
    ------
    FileNotFoundError : if that is no book either.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents, Path(__file__).resolve().parents[2]):
        if (folder / "_toc.yml").is_file():
            return folder
    raise FileNotFoundError(f"{here}: expected a book, a folder with _toc.yml, here or above")


def write_text(path: Path, text: str) -> None:
    """Write all of a file in UTF-8, or nothing; its folder is made where it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)  # there only if something went wrong


def write_json(path: Path, content: object) -> None:
    """Write JSON, the same way every time.

    Raises
    ------
    ValueError : if the content holds a NaN or an infinity, which JSON has not.
    """
    write_text(path, json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False) + "\n")
