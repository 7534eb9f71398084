"""Every chapter's page offers the executed notebook and the script it was made from."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def _script(app: Sphinx, page: str) -> Path | None:
    """The `.py` file a page was made from, if it was."""
    script = Path(app.srcdir, page).with_suffix(".py")
    return script if script.is_file() else None


def add_script_button(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object) -> None:
    """Put a `.py` entry into the theme's download menu (handler of `html-page-context`)."""
    if _script(app, pagename) is None:
        return
    button = {
        "type": "link",
        "url": f"{context['pathto']('_sources', 1)}/{pagename}.py",
        "text": ".py",
        "icon": "fas fa-file-code",
        "tooltip": "Download chapter as Python script",
        "label": "download-script-button",
    }
    for group in context["header_buttons"]:
        if group.get("label") == "download-buttons":
            group["buttons"].insert(1, button)


def copy_scripts(app: Sphinx, exception: Exception | None) -> None:
    """Put the scripts where the buttons point (handler of `build-finished`)."""
    if exception is not None:
        return
    for page in app.env.found_docs:
        script = _script(app, page)
        if script is not None:
            shutil.copyfile(script, Path(app.outdir, "_sources", f"{page}.py"))


def setup(app: Sphinx) -> None:
    # The theme fills its menu at priority 501.
    app.connect("html-page-context", add_script_button, priority=502)
    app.connect("build-finished", copy_scripts)
