"""The results of a book that lies elsewhere, or that this one once was: rebuilt from its sources."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rederive.build import BuildError
from rederive.files import project_root, write_json

ENVIRONMENT_FILES = ("requirements.lock", "pyproject.toml")
"""What an environment is made from; `make` makes it anew when one of them changed."""


def results_of(source: Path) -> dict[str, Any]:
    """Build the book in a folder; what its `claims.json` then holds.

    It is built by its own library and chapters in this environment where its own would be the same one, else by its own
    `make book`, which makes it one; which of the two is said first. Results of former forms lack fields of today's.

    Raises
    ------
    BuildError : if the folder holds no book, if its build fails (what that said follows the first line), or if it has
        no joined results.
    """
    if not (source / "_toc.yml").is_file():
        raise BuildError(f"{source}: expected a book, a folder with _toc.yml")
    ours = project_root(Path(__file__))
    if all(_content(source / name) == _content(ours / name) for name in ENVIRONMENT_FILES):
        print(f"building {source} in this environment: its lock is ours", flush=True)
        command = [sys.executable, "-m", "rederive.cli", "build"]
        _run(command, source, {**os.environ, "PYTHONPATH": str(source / "src")})
    else:
        print(f"building {source} by its own make book, in an environment of its own (some minutes)", flush=True)
        of_this_run = ("MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES", "MAKELEVEL", "PYTHONPATH")
        environment = {name: value for name, value in os.environ.items() if name not in of_this_run}
        _run(["make", "book", f"PYTHON={sys.executable}"], source, environment)
    return read_results(source / "_build" / "results" / "claims.json")


def _content(file: Path) -> bytes | None:
    return file.read_bytes() if file.is_file() else None


def _run(command: list[str], folder: Path, environment: Mapping[str, str]) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
    except FileNotFoundError:
        raise BuildError(f"{folder}: expected {command[0]} to build it with, which is not installed") from None
    if done.returncode != 0:
        raise BuildError(f"{folder}: this book does not build ({' '.join(command[:3])})\n{done.stdout}".rstrip())


def read_results(file: Path) -> dict[str, Any]:
    """What a `claims.json` of today or of former times holds.

    Raises
    ------
    BuildError : if it is none.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError) as error:
        raise BuildError(f"{file}: expected the joined results of a book ({error})") from None
    match content:
        case {"documents": [*_], "claims": [*_]}:
            return dict(content)
    raise BuildError(f"{file}: expected documents and claims; that book is too old to be compared")


def results_of_revision(root: Path, revision: str) -> dict[str, Any]:
    """What `claims.json` held at a git revision of the book in `root`; built once, then read from `_build/revisions`.

    Raises
    ------
    BuildError : if there is no git or no such revision, or if its book has no results; see `results_of`.
    """
    commit = _git(root, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}").strip()
    kept = root / "_build" / "revisions" / f"{commit}.json"
    if not kept.is_file():
        with tempfile.TemporaryDirectory(prefix="rederive-") as folder:
            archive, source = Path(folder, "book.zip"), Path(folder, "book")
            _git(root, "archive", "--format=zip", f"--output={archive}", commit)
            with zipfile.ZipFile(archive) as files:
                files.extractall(source)
            try:
                results = results_of(source)
            except BuildError as error:
                told = str(error).removeprefix(f"{source}: ")  # by then that folder is gone
                raise BuildError(f"{revision}: {told}") from None
        write_json(kept, results)
    return read_results(kept)


def _git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", "-C", root, *arguments], capture_output=True, text=True)
    except FileNotFoundError:
        raise BuildError("expected git, which is not installed") from None
    if done.returncode != 0:
        asked = arguments[-1].removesuffix("^{commit}")
        raise BuildError(f"{asked}: expected a git revision of {root} ({' '.join(done.stderr.split())})")
    return done.stdout
