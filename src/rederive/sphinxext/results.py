"""The results of the build, as the site's parts read them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def results_file(root: Path | str) -> Path:
    return Path(root, "_build", "results", "claims.json")


def read_results(root: Path | str) -> dict[str, Any]:
    """All documents and all claims of this build."""
    content: dict[str, Any] = json.loads(results_file(root).read_text(encoding="utf-8"))
    return content
