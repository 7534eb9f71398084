"""A chapter is also a plain script, which runs from any folder."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from pages import BOOK


def test_a_chapter_runs_as_a_script_from_a_folder_that_has_nothing_to_do_with_the_book(tmp_path: Path) -> None:
    """The quickest of them; it prints what the notebook shows, and writes the same results."""
    (chapter,) = (chapter for chapter in BOOK.documents if chapter.slug == "aclf")
    before = chapter.results.read_bytes()
    done = subprocess.run([sys.executable, chapter.source], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(before)["document"]["title"] in done.stdout
    assert chapter.results.read_bytes() == before
    assert not list(tmp_path.iterdir())
