"""What describes an archive, for people and for programs: all from `CITATION.cff`, the results and git."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from importlib.metadata import version
from io import StringIO
from string import Template
from typing import Any

from ruamel.yaml import YAML

from rederive.build import Book
from rederive.citing import CITATION, citation
from rederive.files import read_text, read_yaml
from rederive.history import commit, commit_date

CODECHECK_SPECIFICATION = "https://codecheck.org.uk/spec/config/2.0/"

CODECHECK_HEAD = """\
%YAML 1.2
---
# These outputs can be made again; each comment says what one is and where the new one will be. `make -C source book`
# makes all but the PDF, `make -C source pdf` that, with Chromium. Nobody has run a CODECHECK of them yet, so there is
# no certificate, report or codechecker here. The authors, who sign as a group, have no ORCID.
"""


@dataclass(frozen=True)
class State:
    """The state of a book that an archive holds: what it says of itself, its results, and what git knows of it."""

    book: Book
    cited: Mapping[str, Any]
    results: Mapping[str, Any]
    commit: str
    changed: datetime

    @property
    def version(self) -> str:
        return version("rederive")

    @property
    def day(self) -> str:
        """The day of the last commit, as 2026-11-30."""
        return self.changed.date().isoformat()

    def document_of(self, page: str) -> str:
        """The title of the document that a chapter re-derives; empty if it re-derives none."""
        titles = {about["chapter"]: about["title"] for about in self.results["documents"]}
        return str(titles.get(page, ""))

    def claims_of(self, slug: str) -> list[Mapping[str, Any]]:
        """What was found about the claims of one document."""
        return [claim for claim in self.results["claims"] if claim["document"] == slug]


def state_of(book: Book) -> State:
    """The state a built book is in.

    Raises
    ------
    DataError : if `CITATION.cff` cannot be read.
    """
    return State(
        book,
        cited=read_yaml(book.root / CITATION),
        results=json.loads(read_text(book.claims)),
        commit=commit(book.root),
        changed=datetime.fromtimestamp(int(commit_date(book.root)), UTC),
    )


def _yaml(content: object) -> str:
    yaml, text = YAML(), StringIO()
    yaml.width = 120
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.dump(content, text)
    return text.getvalue()


def citation_file(state: State) -> str:
    """`CITATION.cff` with what only an archive knows: its version, its commit and its day."""
    cited = read_yaml(state.book.root / CITATION)  # read again, as it is changed here
    cited.update({"version": state.version, "commit": state.commit, "date-released": state.day})
    cited["preferred-citation"].update({"version": state.version, "year": state.changed.year})
    return _yaml(cited)


def zenodo(state: State) -> dict[str, Any]:
    """The metadata that Zenodo takes with an upload."""
    book = state.cited["preferred-citation"]
    return {
        "title": book["title"],
        "upload_type": "publication",
        "publication_type": "book",
        "description": " ".join(state.cited["abstract"].split()),
        "creators": [{"name": author["name"]} for author in book["authors"]],
        "keywords": list(state.cited["keywords"]),
        "license": str(book["license"]).lower(),
        "notes": f"The code is under the {state.cited['license']} licence.",
        "access_right": "open",
        "language": "eng",
        "version": state.version,
        "publication_date": state.day,
    }


def bibliography(state: State) -> str:
    """BibTeX entries for the book and for each chapter, which names the document it recomputes."""
    first = state.book.pages[0]
    pages = {first: ""} | {chapter.page: chapter.title for chapter in state.book.chapters}
    entries = [
        citation(state.book.root, page, title, first, state.document_of(page), str(state.changed.year), address="")
        for page, title in pages.items()
    ]
    return "\n\n".join(entry.bibtex() for entry in entries) + "\n"


def codecheck(state: State, outputs: Mapping[str, str]) -> str:
    """The list of outputs, each with what it is, in the form that CODECHECK takes from authors."""
    book = state.cited["preferred-citation"]
    words = citation(state.book.root, "", "", "", "", str(state.changed.year), address="").in_words()
    content = {
        "version": CODECHECK_SPECIFICATION,
        "manifest": [{"file": file, "comment": comment} for file, comment in outputs.items()],
        "paper": {
            "title": book["title"],
            "authors": [{"name": author["name"]} for author in book["authors"]],
            "reference": words,
        },
    }
    return CODECHECK_HEAD + _yaml(content)


def readme(state: State, printed: str) -> str:
    """What somebody needs to know who has only the archive."""
    template = Template(resources.files("rederive.package").joinpath("readme.md").read_text(encoding="utf-8"))
    verdicts = Counter(claim["verdict"] for claim in state.results["claims"])
    return template.substitute(
        title=state.cited["title"],
        version=state.version,
        abstract=" ".join(state.cited["abstract"].split()),
        commit=state.commit,
        day=state.day,
        pdf=printed,
        documents=len(state.results["documents"]),
        claims=verdicts.total(),
        verdicts=", ".join(f"{count} {verdict}" for verdict, count in verdicts.most_common()),
        citation=citation(state.book.root, "", "", "", "", str(state.changed.year), address="").in_words(),
    )
