"""When each page last changed, as git knows it: on every page, with the version of the library that made it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rederive.history import last_changes

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def last_change(page: str, changes: Mapping[str, date]) -> date | None:
    """The day a page's source, or the data of a chapter, last changed; none if that is not known."""
    sources = (f"{page}.md", f"{page}.py")
    data = f"data/{Path(page).name.partition('-')[2]}/" if page.startswith("chapters/") else None
    days = [day for file, day in changes.items() if file in sources or (data and file.startswith(data))]
    return max(days, default=None)


def in_words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


@cache
def changes_of_book(root: str) -> dict[str, date]:
    """The same, asked once for all pages of a site."""
    return last_changes(Path(root))


def offer(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Give the page's template version and date (handler of `html-page-context`)."""
    day = last_change(pagename, changes_of_book(str(app.srcdir)))
    context["book_version"] = version("rederive")
    context["last_change"] = (day.isoformat(), in_words(day)) if day else None


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", offer)
