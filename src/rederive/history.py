"""What git knows about the book: its last commit, and the day each file last changed.

An archive of the book has no git. It brings a file instead, `history.json`, which says what git knew when the archive
was made; where there is one, git is not asked, as the archive may have been unpacked inside some other project.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from rederive.files import DataError, read_text

HISTORY = "history.json"

FIXED_DATE = "1577836800"
"""2020-01-01 in seconds since 1970: the date of every chapter's run, and the site's where nothing knows a better."""


def _git(root: Path, *arguments: str) -> str:
    """What git prints; nothing where it knows nothing, or where there is no git."""
    command = ["git", "-C", str(root), "-c", "core.quotepath=off", *arguments]
    try:
        return subprocess.run(command, capture_output=True, encoding="utf-8").stdout
    except FileNotFoundError:
        return ""


def _recorded(root: Path) -> dict[str, Any] | None:
    """What the book's `history.json` says, if it has one.

    Raises
    ------
    DataError : if it is not as `history` makes it.
    """
    file = root / HISTORY
    if not file.is_file():
        return None
    try:
        match json.loads(read_text(file)):
            case {"commit": str(), "date": str(seconds), "changes": dict(changes)} if seconds.isdecimal():
                days = {name: date.fromisoformat(day) for name, day in changes.items()}
                return {"date": seconds, "changes": days}
    except (ValueError, TypeError):
        pass
    raise DataError(file, 1, "file", "expected commit, date and changes as an archive of the book has them")


def commit_date(root: Path) -> str:
    """The date of the last commit, in seconds since 1970, so that one state of the book has one date.

    Raises
    ------
    DataError : if the book's `history.json` is damaged.
    """
    recorded = _recorded(root)
    return recorded["date"] if recorded else _git(root, "log", "-1", "--format=%ct").strip() or FIXED_DATE


def last_changes(root: Path) -> dict[str, date]:
    """The day each file below a folder was last changed by a commit.

    Nothing is known without git, nor in a shallow clone, where all files look as old as its oldest commit.

    Raises
    ------
    DataError : if the book's `history.json` is damaged.
    """
    if recorded := _recorded(root):
        return dict(recorded["changes"])
    if _git(root, "rev-parse", "--is-shallow-repository").strip() != "false":
        return {}
    commits = _git(root, "log", "--format=%x00%cs", "--name-only", "--relative").split("\0")[1:]
    changes: dict[str, date] = {}
    for commit in commits:  # the latest first
        day, *files = commit.split("\n")
        for file in filter(None, files):
            changes.setdefault(file, date.fromisoformat(day))
    return changes


def commit(root: Path) -> str:
    """The name of the last commit; empty without git."""
    return _git(root, "rev-parse", "HEAD").strip()


def committed_files(root: Path) -> list[str]:
    """The files of the book that git tracks; none without git."""
    return sorted(filter(None, _git(root, "ls-files", "-z").split("\0")))


def uncommitted(root: Path) -> list[str]:
    """What is not as the last commit has it: changed, deleted or new files that git is not told to ignore."""
    return [line[3:] for line in _git(root, "status", "--porcelain", "-z", "--no-renames").split("\0") if line]


def history(root: Path, files: Iterable[str]) -> dict[str, Any]:
    """The content of `history.json` for an archive of these files."""
    changes = last_changes(root)
    days = {name: changes[name].isoformat() for name in files if name in changes}
    return {"commit": commit(root), "date": commit_date(root), "changes": days}
