"""The site holds the data and the tests it rests on; where a claim stands in either is a line with an address."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pygments import highlight  # type: ignore[import-untyped]
from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]
from pygments.lexers import get_lexer_for_filename  # type: ignore[import-untyped]

from rederive.files import line_of, read_text, read_yaml
from rederive.sphinxext.results import read_results

if TYPE_CHECKING:
    from sphinx.application import Sphinx

VERDICT_TEST = "test_the_verdicts_are_these"
"""The test of a chapter that names each of its claims with the verdict it has to have."""


def claims_file(slug: str) -> str:
    return f"data/{slug}/claims.yaml"


def test_file(slug: str) -> str:
    return f"tests/chapters/test_{slug}.py"


def page_of(file: str) -> str:
    """The page of the site that shows a file: `_data/sepsis/claims` of `data/sepsis/claims.yaml`."""
    return f"_{Path(file).with_suffix('').as_posix()}"


def claim_lines(file: Path) -> dict[str, int]:
    """The line on which each claim of a document begins."""
    content = read_yaml(file)
    return {claim["id"]: line_of(content, ["claims", i, "id"]) for i, claim in enumerate(content["claims"])}


def verdict_lines(file: Path) -> dict[str, int]:
    """The line on which the test of a chapter's verdicts first says each word; none where there is no such test."""
    tests = ast.parse(read_text(file)).body if file.is_file() else []
    lines: dict[str, int] = {}
    for test in tests:
        if isinstance(test, ast.FunctionDef) and test.name == VERDICT_TEST:
            for node in ast.walk(test):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    lines[node.value] = min(node.lineno, lines.get(node.value, node.lineno))
    return lines


def source_pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """A page with numbered lines for every document's claims and for its chapter's tests (`html-collect-pages`)."""
    root = Path(app.srcdir)
    for about in read_results(root)["documents"]:
        for file in (claims_file(about["slug"]), test_file(about["slug"])):
            if (root / file).is_file():
                title = escape(file)
                context = {"title": title, "body": f"<h1>{title}</h1>{_about(app, about, file)}{_shown(root / file)}"}
                yield page_of(file), context, "page.html"


def _about(app: Sphinx, about: dict[str, Any], file: str) -> str:
    """What the file is of, and for data the whole folder to download."""
    chapter = app.builder.get_relative_uri(page_of(file), about["chapter"])
    of = f'Of the chapter <a href="{chapter}">{escape(app.env.titles[about["chapter"]].astext())}</a>.'
    files = sorted(path.name for path in Path(app.srcdir, file).parent.iterdir() if _is_data(path))
    links = ", ".join(f'<a href="{name}" download>{name}</a>' for name in files)
    return f"<p>{of}</p>" + (f"<p>All files of this folder, to download: {links}.</p>" if "data/" in file else "")


def _shown(file: Path) -> str:
    """A file in colours, each line with a number and, as its id, an address."""
    formatter = HtmlFormatter(linenos="inline", linespans="line", cssclass="highlight rd-source")
    return str(highlight(read_text(file), get_lexer_for_filename(file.name), formatter))


def _is_data(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(".")


def copy_data(app: Sphinx, exception: Exception | None) -> None:
    """Put every data folder where the pages say it is (handler of `build-finished`)."""
    if exception is not None:
        return
    data = Path(app.srcdir, "data")
    for file in filter(_is_data, data.glob("*/*")):
        copy = Path(app.outdir, "_data", file.relative_to(data))
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)


def setup(app: Sphinx) -> None:
    app.connect("html-collect-pages", source_pages)
    app.connect("build-finished", copy_data)
