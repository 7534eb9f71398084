"""How to cite the book and its chapters, in words and as BibTeX: from `CITATION.cff`, the version and the date."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rederive.files import read_yaml

CITATION = "CITATION.cff"


@dataclass(frozen=True)
class Citation:
    """What names a page, or the whole book if `chapter` is empty.

    Attributes
    ----------
    checks : the title of the document that the chapter is about; empty if there is none.
    year : the year of the last change; empty if it is not known.
    address : where the page lies; empty if the site does not know its address.
    """

    key: str
    author: str
    book: str
    version: str
    license: str
    chapter: str = ""
    checks: str = ""
    year: str = ""
    address: str = ""

    def in_words(self) -> str:
        chapter = f"“{self.chapter}.” In " if self.chapter else ""
        parts = [f"{self.book}, version {self.version}", self.year, self.license, self.address]
        return f"{self.author}. {chapter}{'. '.join(filter(None, parts))}."

    def bibtex(self) -> str:
        named = {"title": self.chapter, "booktitle": self.book} if self.chapter else {"title": self.book}
        # in braces of their own, so that no style splits the name of a group or writes “il-15”
        kept = {name: f"{{{_in_tex(content)}}}" for name, content in {"author": self.author, **named}.items()}
        note = f"Version {self.version}. {self.license}." + (f" Recomputes “{self.checks}”." if self.checks else "")
        publisher = {"publisher": kept["author"]} if self.chapter else {}  # such an entry has to have one
        fields = {**kept, **publisher, "year": self.year, "url": self.address, "note": _in_tex(note)}
        lines = [f"  {name} = {{{content}}}" for name, content in fields.items() if content]
        return f"@{'incollection' if self.chapter else 'misc'}{{{self.key},\n" + ",\n".join(lines) + "\n}"


def _in_tex(text: str) -> str:
    """Text that old programs set too, which know no Greek."""
    return re.sub(r"([&%$#_])", r"\\\1", text).replace("α", r"{\ensuremath{\alpha}}")


def citation(root: Path, page: str, title: str, first_page: str, checks: str, year: str, address: str) -> Citation:
    """How to cite a page of the book in a folder; of its first page, the whole book."""
    about: Mapping[str, Any] = read_yaml(root / CITATION)
    book = about["preferred-citation"]
    name = "" if page == first_page else title
    return Citation(
        key="rederived" + (f"-{re.sub(r'^[0-9]+-', '', Path(page).name)}" if name else ""),
        author=", ".join(author["name"] for author in book["authors"]),
        book=book["title"],
        version=version("rederive"),
        license=book["license"],
        chapter=name,
        checks=checks,
        year=year,
        address=address,
    )
