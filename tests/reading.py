"""What an executed chapter says and records, for the tests of chapters. They need an up-to-date book (`make book`)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat

from rederive.claims import load_document, printed_texts
from rederive.files import project_root
from rederive.verdicts import Verdict

ROOT = project_root()


def results_of(slug: str) -> dict[str, dict[str, Any]]:
    """The records of one chapter's run, by claim."""
    path = ROOT / "_build" / "results" / f"{slug}.json"
    assert path.is_file(), "run `make book` first"
    claims = json.loads(path.read_text("utf-8"))["claims"]
    return {record["id"].removeprefix(f"{slug}/"): record for record in claims}


def said_in(chapter: Path) -> str:
    """Everything an executed chapter says, as plain text with single spaces."""
    notebook = nbformat.read(chapter.with_suffix(".ipynb"), as_version=4)
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    return " ".join(" ".join(output["data"]["text/plain"].split()) for output in outputs if "data" in output)


def bottom_line_of(chapter: Path) -> str:
    """What stands in the first cells of an executed chapter, where the bottom line belongs."""
    notebook = nbformat.read(chapter.with_suffix(".ipynb"), as_version=4)
    head = [output for cell in notebook.cells[:4] if cell.cell_type == "code" for output in cell.outputs]
    return "\n".join(output["data"]["text/plain"] for output in head)


def check_records(slug: str, results: dict[str, dict[str, Any]]) -> None:
    """Every claim of the document is judged, and recorded as the schema says."""
    document = load_document(ROOT / "data" / slug)
    assert list(results) == list(document.claims)
    for name, record in results.items():
        assert record["printed"] == printed_texts(document.claims[name])
        assert record["verdict"] in {str(verdict) for verdict in Verdict}
        assert record["document"] == slug
        assert record["matters"] == ("yes" if record["changes"] else "no")
        assert record["because"].strip()
    joined = json.loads((ROOT / "_build" / "results" / "claims.json").read_text("utf-8"))
    assert joined["schema"] == 1
    assert [record for record in joined["claims"] if record["document"] == slug] == list(results.values())
    (about,) = [about for about in joined["documents"] if about["slug"] == slug]
    assert (about["title"], about["distance"]) == (document.card.title, document.card.distance)
    assert (ROOT / f"{about['chapter']}.py").is_file()


def check_script(slug: str, chapter: Path, folder: Path) -> str:
    """What the chapter prints as a script that is run in this folder; it has to write the results that are there."""
    results = ROOT / "_build" / "results" / f"{slug}.json"
    before = results.read_bytes()
    done = subprocess.run([sys.executable, chapter], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert results.read_bytes() == before
    return done.stdout
