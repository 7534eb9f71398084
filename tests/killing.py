"""Builds that are killed, and what they leave behind: for the tests, and for the measurement on the real book."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

NOTHING, CHANGED = "from nothing", "one document changed"

Made = dict[str, str]
"""SHA-256 by path of the files that a build makes."""

MADE = (
    "_build/html/**/*",
    "_build/results/*.json",
    "_build/results/*.csv",
    "_build/stamps/*.json",
    "_build/site.json",
    "chapters/*.ipynb",
)


def made_in(root: Path) -> Made:
    """What a build has made and what looks finished: the site, results, stamps, executed notebooks."""
    files = sorted(path for pattern in MADE for path in root.glob(pattern) if path.is_file())
    return {path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def remains_in(root: Path) -> list[str]:
    """What lies in the build's folders beside what it made: unfinished work."""
    known = made_in(root)
    files = [*(root / "_build").rglob("*"), *(root / "chapters").glob("*")]
    names = {path.relative_to(root).as_posix() for path in files if path.is_file() and "__pycache__" not in path.parts}
    kept = {"_build/lock", *(name for name in names if name.startswith("chapters/") and not name.endswith(".partial"))}
    return sorted(names - set(known) - kept)


def halves(found: Made, before: Made, after: Made) -> list[str]:
    """Files that look finished and are not: neither as before nor as after, or part of a site that is not whole."""
    odd = [name for name, sha in found.items() if sha not in (before.get(name), after.get(name))]
    site = _site(found)
    return odd if site in ({}, _site(before), _site(after)) else [*odd, *(name for name in site if name not in odd)]


def _site(made: Made) -> Made:
    return {name: sha for name, sha in made.items() if name.startswith("_build/html/")}


def said_by_build(root: Path) -> Path:
    """The file that takes what a build says: beside the book, where there is room even if the book's disk is full."""
    return root.with_name(f"{root.name}.said")


def start_build(root: Path, *prefix: str) -> subprocess.Popen[bytes]:
    """The book's own build in a process group of its own."""
    with said_by_build(root).open("wb") as said:
        return subprocess.Popen(
            [*prefix, sys.executable, "-m", "rederive.cli", "build"],
            cwd=root,
            # Python before 3.12.8 leaves half a .pyc where a file may not grow (python/cpython#126606), and then cannot
            # start: that is no work of the build.
            env={**os.environ, "PYTHONPATH": str(root / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def build_to_the_end(root: Path) -> float:
    """Build; how many seconds it took.

    Raises
    ------
    AssertionError : if the build fails.
    """
    begun = time.monotonic()
    building = start_build(root)
    assert building.wait() == 0, said_by_build(root).read_text(encoding="utf-8")
    return time.monotonic() - begun


def begin_from_nothing(root: Path) -> None:
    """Remove all that builds made."""
    shutil.rmtree(root / "_build", ignore_errors=True)
    for notebook in (root / "chapters").glob("*.ipynb"):
        notebook.unlink()


@dataclass(frozen=True)
class PlannedKill:
    """From which state, of what, and at which fraction of the time that an undisturbed build takes from there."""

    state: str
    everything: bool
    fraction: float


def planned_kills() -> list[PlannedKill]:
    """The kills of the measurement: a moment drawn in each of as many equal parts as there are kills of a kind."""
    random = np.random.default_rng(20)
    of_a_kind = 6
    kinds = [(state, everything) for everything in (True, False) for state in (NOTHING, CHANGED)]
    return [
        PlannedKill(*kind, (part + float(random.random())) / of_a_kind) for kind in kinds for part in range(of_a_kind)
    ]


@dataclass(frozen=True)
class Killed:
    """What a build left that was killed, and what the next one made of it.

    Attributes
    ----------
    phase : what the build was doing when it was killed; `finished` if it was too late to kill it.
    half_written : files that looked finished after the kill and were not.
    unfinished : files of unfinished work after the kill.
    identical : whether the next build made what an undisturbed one makes, byte by byte.
    leftovers : files of unfinished work after the next build.
    """

    phase: str
    half_written: list[str]
    unfinished: list[str]
    identical: bool
    leftovers: list[str]


def kill_build(root: Path, due: Callable[[], bool], everything: bool = True) -> str:
    """Start a build and kill it when that is due; the phase it was in, `finished` if it was too late.

    It is the whole process group that is killed or, unless `everything`, the build without those it started: they
    go on for a while.
    """
    building = start_build(root)
    while building.poll() is None and not due():
        time.sleep(0.002)
    phase = "finished"
    if building.poll() is None:
        phase = phase_of(root)
        kill = os.killpg if everything else os.kill
        kill(building.pid, signal.SIGKILL)
    building.wait()
    return phase


def kill_and_resume(root: Path, due: Callable[[], bool], expected: Made, everything: bool = True) -> Killed:
    """Start a build, kill it when that is due, and build again at once."""
    before = made_in(root)
    phase = kill_build(root, due, everything)
    found, unfinished = made_in(root), remains_in(root)
    build_to_the_end(root)
    return Killed(phase, halves(found, before, expected), unfinished, made_in(root) == expected, remains_in(root))


def phase_of(root: Path) -> str:
    """What the build that runs is doing."""
    if any((root / "_build").glob("site-*")):
        return "making pages"
    if b"running" in said_by_build(root).read_bytes():
        return "running chapters"
    return "looking for what changed"
