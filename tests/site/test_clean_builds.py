"""Two builds from nothing are the same, byte for byte, wherever the book lies."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from rederive.history import FIXED_DATE, commit_date
from scratch import ScratchBook


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_two_clean_builds_are_identical(built_book: ScratchBook, scratch_book: ScratchBook) -> None:
    scratch_book.commit()
    done = scratch_book.rederive("build")
    assert done.returncode == 0, done.stderr
    for folder in ("chapters", "_build/html", "_build/results"):
        one, other = contents(built_book.root / folder), contents(scratch_book.root / folder)
        assert one
        assert one.keys() == other.keys()
        assert [name for name in one if one[name] != other[name]] == []


def test_the_date_of_a_site_is_that_of_the_last_commit(tmp_path: Path) -> None:
    assert commit_date(tmp_path) == FIXED_DATE
    who = {f"GIT_{role}_{what}": "a@b" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {**os.environ, **who, "GIT_COMMITTER_DATE": "1700000000 +0000"}
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    subprocess.run(["git", "-C", tmp_path, "commit", "-q", "--allow-empty", "-m", "x"], env=environment, check=True)
    assert commit_date(tmp_path) == "1700000000"
