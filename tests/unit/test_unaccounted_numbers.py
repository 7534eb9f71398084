"""Numbers of a text that a data folder lacks are found, to the digit; what is entered anywhere is not."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from malformed import write_book
from rederive.claims import load_document
from scratch import REPOSITORY

SCRIPT = runpy.run_path(str(REPOSITORY / "measurements" / "unaccounted_numbers.py"))


@pytest.fixture
def example(tmp_path: Path) -> Path:
    write_book(tmp_path)
    return tmp_path / "data" / "example"


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("The odds ratio was 0.73 (0.59 to 0.90), p = 0.003, in 1927 patients.", []),
        ("It was 0.9, not 0.90; p was 0.004.", ["0.9", "0.004"]),
        ("Of four people three, 75%, died by day 28.", []),
        ("Of five people 75 did.", ["five", "75"]),
        ("In a trial 3 of 20 died, in another 9.", ["9"]),
    ],
)
def test_what_is_entered_is_accounted_for(text: str, missing: list[str], example: Path) -> None:
    assert [number.text for number in SCRIPT["unaccounted"](load_document(example), text)] == missing


def test_it_tells_where_each_of_them_stands(
    example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "digest.txt").write_text("A digest.\n\nOf 42 patients 28 lived.\n", encoding="utf-8")
    assert SCRIPT["main"]("example", "digest.txt") == 1
    assert "digest.txt:3: 42 (" in capsys.readouterr().out
    assert SCRIPT["main"]("example", "none.txt") == 1
    assert capsys.readouterr().err.startswith("error: none.txt:1: file: expected a readable file")
