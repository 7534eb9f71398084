"""Every chapter's page offers the executed notebook and the script it was made from."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

KINDS = {".ipynb": "Notebook", ".py": "Script"}


def _offered(app: Sphinx, page: str) -> dict[str, Path]:
    """The files from which a reader can rerun a page, by suffix; none if it is no chapter."""
    script = Path(app.srcdir, page).with_suffix(".py")
    return {suffix: script.with_suffix(suffix) for suffix in KINDS} if script.is_file() else {}


def offer(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Give the page's template the names and addresses of its downloads (handler of `html-page-context`)."""
    context["downloads"] = [
        (f"{KINDS[suffix]} ({suffix})", f"{context['pathto']('_sources', 1)}/{pagename}{suffix}")
        for suffix in _offered(app, pagename)
    ]


def copy(app: Sphinx, exception: Exception | None) -> None:
    """Put the files where the links point (handler of `build-finished`)."""
    if exception is not None:
        return
    for page in app.env.found_docs:
        for suffix, file in _offered(app, page).items():
            shutil.copyfile(file, Path(app.outdir, "_sources", f"{page}{suffix}"))


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", offer)
    app.connect("build-finished", copy)
