"""What git knows of the book, and what its archive knows in git's place."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from rederive.files import DataError
from rederive.history import HISTORY, commit, commit_date, committed_files, history, last_changes, uncommitted
from scratch import ScratchBook


@pytest.fixture
def book(tmp_path: Path) -> ScratchBook:
    """A folder with two committed files, one with a name that git would write in escapes."""
    book = ScratchBook(tmp_path / "book")
    book.write("one.md", "1")
    book.write("zweitens – ü.md", "2")
    book.commit()
    return book


def test_an_archive_knows_what_git_knew(book: ScratchBook, tmp_path: Path) -> None:
    known = history(book.root, committed_files(book.root))
    assert known["commit"] == commit(book.root)
    assert known["date"] == "1700000000"
    assert known["changes"] == {"one.md": "2023-11-14", "zweitens – ü.md": "2023-11-14"}
    inside = book.root / "unpacked"  # in a project that has another history
    book.write(f"unpacked/{HISTORY}", json.dumps(known | {"date": "1600000000", "changes": {"one.md": "2020-09-13"}}))
    assert commit_date(inside) == "1600000000"
    assert last_changes(inside) == {"one.md": date(2020, 9, 13)}
    (inside / HISTORY).unlink()
    assert commit_date(inside) == "1700000000"


def test_an_archive_lists_only_files_it_holds(book: ScratchBook) -> None:
    book.write("three.md", "3")
    (book.root / "one.md").unlink()
    assert uncommitted(book.root) == ["one.md", "three.md"]
    book.commit()
    assert uncommitted(book.root) == []
    assert set(history(book.root, committed_files(book.root))["changes"]) == {"three.md", "zweitens – ü.md"}


def test_without_git_nothing_is_known(book: ScratchBook) -> None:
    shutil.rmtree(book.root / ".git")
    assert (commit(book.root), committed_files(book.root), uncommitted(book.root)) == ("", [], [])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"commit": "a", "date": 1, "changes": {}}',
        '{"commit": "a", "date": "x", "changes": {}}',
        '{"commit": "a", "date": "1", "changes": {"one.md": "2020-13-01"}}',
        '{"commit": "a", "date": "1", "changes": {"one.md": 5}}',
    ],
)
def test_a_damaged_history_is_told_in_one_line(book: ScratchBook, text: str) -> None:
    book.write(HISTORY, text)
    for known in (commit_date, last_changes):
        with pytest.raises(DataError, match=r"history.json:1: file: expected commit, date and changes"):
            known(book.root)
