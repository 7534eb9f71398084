"""Builds that are killed, meet a full disk or may not write: nothing half-written, and the next one makes it good."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from faults import FAULTS, NEEDS_NO_MOUNT
from killing import Made, halves, kill_and_resume, made_in, phase_of, planned_kills, remains_in
from scratch import REPOSITORY, ScratchBook

UNSHARE = ["unshare", "--mount"]


@pytest.fixture(scope="session")
def expected(built_book: ScratchBook) -> Made:
    """What an undisturbed build makes."""
    return made_in(built_book.root)


@pytest.mark.parametrize("everything", [True, False])
@pytest.mark.parametrize("phase", ["running chapters", "making pages"])
def test_a_build_that_is_killed_is_made_good_by_the_next(
    scratch_book: ScratchBook, expected: Made, phase: str, everything: bool
) -> None:
    killed = kill_and_resume(scratch_book.root, lambda: phase_of(scratch_book.root) == phase, expected, everything)
    assert killed.phase == phase
    assert killed.half_written == []
    assert killed.identical
    assert killed.leftovers == []


DIES_REMOVING = """
import os, shutil, sys
from pathlib import Path
from rederive import build

def die_half_way(folder, **_):
    next(Path(folder).rglob("*.html")).unlink()
    os.kill(os.getpid(), 9)

shutil.rmtree = die_half_way
build._take_away(build.Book(Path(sys.argv[1]), ()))
"""


def test_a_build_killed_while_it_removes_the_old_site_leaves_no_half_of_it(
    copy_of_built_book: ScratchBook, expected: Made
) -> None:
    done = subprocess.run([sys.executable, "-c", DIES_REMOVING, copy_of_built_book.root])
    assert done.returncode == -9
    found = made_in(copy_of_built_book.root)
    assert halves(found, expected, expected) == []
    assert remains_in(copy_of_built_book.root)
    assert copy_of_built_book.rederive("build").returncode == 0
    assert made_in(copy_of_built_book.root) == expected
    assert remains_in(copy_of_built_book.root) == []


def test_half_a_site_and_a_changed_file_are_noticed(expected: Made) -> None:
    assert halves(expected, {}, expected) == []
    assert halves({}, expected, expected) == []
    page, results = "_build/html/index.html", "_build/results/claims.json"
    assert halves({**expected, results: "another"}, expected, expected) == [results]
    assert page in halves({name: sha for name, sha in expected.items() if "01-alpha" not in name}, {}, expected)


def outcomes(names: list[str], *command: str) -> list[dict[str, object]]:
    script = Path(__file__).parents[1] / "faults.py"
    done = subprocess.run([*command, sys.executable, script, *names], capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def stored(name: str) -> list[dict[str, str]]:
    with (REPOSITORY / "data" / "trust" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_stored_kills_are_the_planned_ones_and_all_were_made_good() -> None:
    rows = stored("kills")
    planned = [
        (plan.state, "all processes" if plan.everything else "the build alone", f"{plan.fraction:.3f}")
        for plan in planned_kills()
    ]
    for book in ("real", "small"):
        done = [(row["state"], row["killed"], row["fraction"]) for row in rows if row["book"] == book]
        assert done == planned[: len(done)]
    assert sum(row["phase"] != "finished" for row in rows) >= 20
    assert {(row["half_written"], row["identical"], row["leftovers"]) for row in rows} == {("0", "yes", "0")}


def test_the_stored_faults_are_those_that_can_be_tried_and_each_was_told_in_one_line() -> None:
    rows = stored("disk_faults")
    assert [row["id"] for row in rows] == list(FAULTS)
    for row in rows:
        assert row["told"].startswith("error: ")
        assert (row["exit_code"], row["lines"], row["half_written"], row["identical"], row["leftovers"]) == (
            "1", "1", "0", "yes", "0",
        )  # fmt: skip


def check(outcome: dict[str, object]) -> None:
    assert outcome["exit_code"] == 1
    faults = [line for line in outcome["told"] if not line.startswith("running chapters/")]
    assert len(faults) == 1
    assert faults[0].startswith("error: ")
    (row,) = [row for row in stored("disk_faults") if row["id"] == outcome["name"]]
    reason = re.search(r"No space left|File too large|Read-only file system", row["told"])
    assert reason is not None
    assert reason[0] in faults[0]
    assert outcome["half_written"] == []
    assert outcome["identical"]
    assert outcome["leftovers"] == []


def test_no_file_may_grow_beyond_a_size() -> None:
    found = outcomes(NEEDS_NO_MOUNT)
    assert [outcome["name"] for outcome in found] == NEEDS_NO_MOUNT
    for outcome in found:
        check(outcome)


def test_a_full_disk_and_folders_that_cannot_be_written() -> None:
    if subprocess.run([*UNSHARE, "true"], capture_output=True).returncode != 0:
        pytest.skip("needs a mount namespace, for which this user or container has no right")
    names = ["disk full, nothing built", "disk with 3 MB left", "chapters is read-only", "the book is read-only"]
    found = outcomes(names, *UNSHARE)
    assert [outcome["name"] for outcome in found] == names
    for outcome in found:
        check(outcome)
