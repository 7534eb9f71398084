"""Names imported from the library lead, in a chapter's code, to their source, and from there to their documentation."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

CODE = re.compile(r'(?<=<div class="highlight-ipython3 notranslate">)<div class="highlight">.*?</pre>', re.DOTALL)
NAME = re.compile(
    r'(?<!<span class="o">\.</span>)<span class="n">(?P<name>\w+)</span>'
    r'(?:<span class="o">\.</span><span class="n">(?P<part>\w+)</span>)?(?!<span class="o">=</span>)'
)
"""A name that is no keyword of a call, with the first attribute taken from it."""

SHOWN_IN_SOURCE = ("function", "class", "method")
"""What a page of source code has a place for; constants have none."""


def imported(script: str) -> dict[str, str]:
    """What a Python script imports from the library: full names by the names it uses."""
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(ast.parse(script))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "rederive"
        for alias in node.names
    }


def link_names(html: str, names: Mapping[str, str], addresses: Mapping[str, str]) -> str:
    """Link the names in highlighted code whose addresses are known."""

    def link(found: re.Match[str]) -> str:
        full = names.get(found["name"], "")
        for name in (f"{full}.{found['part']}", full):
            if name in addresses:
                return f'<a class="rd-source" href="{addresses[name]}">{found[0]}</a>'
        return found[0]

    return CODE.sub(lambda code: NAME.sub(link, code[0]), html)


def link_code(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Link the names in a chapter's code cells (handler of `html-page-context`)."""
    script = Path(app.srcdir, pagename).with_suffix(".py")
    if not (script.is_file() and "body" in context):
        return
    known = app.env.domains["py"].data["objects"]
    modules = [name for name, entry in known.items() if entry.objtype == "module"]

    def source(name: str) -> str:
        module = max((of for of in modules if name.startswith(f"{of}.")), key=len)
        return f"{context['pathto']('_modules/' + module.replace('.', '/'))}#{name.removeprefix(f'{module}.')}"

    addresses = {name: source(name) for name, entry in known.items() if entry.objtype in SHOWN_IN_SOURCE}
    context["body"] = link_names(context["body"], imported(script.read_text(encoding="utf-8")), addresses)


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", link_code)
