"""Builds that are killed, meet a full disk or may not write: nothing half-written, and the next one makes it good."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import pytest

from faults import FAULTS, meet
from killing import Made, build_to_the_end, halves, kill_build, made_in, phase_of, planned_kills, remains_in
from rederive import build
from scratch import REPOSITORY, ScratchBook


@pytest.fixture(scope="session")
def expected(built_book: ScratchBook) -> Made:
    """What an undisturbed build makes."""
    return made_in(built_book.root)


def test_whatever_happened_to_a_build_the_next_makes_it_good(scratch_book: ScratchBook, expected: Made) -> None:
    scratch_book.commit()  # as the undisturbed one is
    root = scratch_book.root
    limited = "no file above 1 kB"
    check_told(limited, *meet(limited, root), also=["chapters/02-beta.ipynb: File too large"])
    assert halves(made_in(root), {}, expected) == []
    for phase, everything in (("running chapters", True), ("making pages", False)):
        assert kill_build(root, partial(_is_in, phase, root), everything) == phase
        assert halves(made_in(root), {}, expected) == []
    build_to_the_end(root)
    assert made_in(root) == expected
    assert remains_in(root) == []


def _is_in(phase: str, root: Path) -> bool:
    return phase_of(root) == phase


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
    build._clear_remains(copy_of_built_book.root)  # as the next build does
    assert remains_in(copy_of_built_book.root) == []


def test_half_a_site_and_a_changed_file_are_noticed(expected: Made) -> None:
    assert halves(expected, {}, expected) == []
    assert halves({}, expected, expected) == []
    page, results = "_build/html/index.html", "_build/results/claims.json"
    assert halves({**expected, results: "another"}, expected, expected) == [results]
    assert page in halves({name: sha for name, sha in expected.items() if "01-alpha" not in name}, {}, expected)


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
    assert len(rows) >= 20
    assert {(row["half_written"], row["identical"], row["leftovers"]) for row in rows} == {("0", "yes", "0")}
    assert {row["phase"] for row in rows} >= {"running chapters", "making pages"}
    assert "finished" not in {row["phase"] for row in rows}


def test_the_stored_faults_are_those_that_can_be_tried_and_whoever_met_one_told_it_in_one_line() -> None:
    rows = stored("disk_faults")
    assert [row["id"] for row in rows] == list(FAULTS)
    assert {row["id"]: row["lines"] for row in rows if row["lines"] != "1"} == {"disk full, nothing built": "2"}
    for row in rows:
        assert row["told"].startswith("error: ")
        assert (row["exit_code"], row["half_written"], row["identical"], row["leftovers"]) == ("1", "0", "yes", "0")


def check_told(name: str, exit_code: int, told: list[str], also: Iterable[str] = ()) -> None:
    """One line and exit code 1, as stored; and one of each other chapter that ran."""
    (row,) = [row for row in stored("disk_faults") if row["id"] == name]
    lines = [line for line in told if line and not line.startswith("running chapters/")]
    assert (str(exit_code), lines) == (row["exit_code"], [row["told"], *also])


MEET = "import faults, json, pathlib, sys; print(json.dumps(faults.meet(sys.argv[1], pathlib.Path(sys.argv[2]))))"


def test_a_book_that_is_read_only_is_told_in_one_line(copy_of_built_book: ScratchBook, expected: Made) -> None:
    unshare = ["unshare", "--mount"]
    if subprocess.run([*unshare, "true"], capture_output=True).returncode != 0:
        pytest.skip("needs a mount namespace, for which this user or container has no right")
    name, root = "the book is read-only", copy_of_built_book.root
    done = subprocess.run(
        [*unshare, sys.executable, "-c", MEET, name, root],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY / "tests")},
        capture_output=True,
        text=True,
        check=True,
    )
    check_told(name, *json.loads(done.stdout))
    assert made_in(root) == expected
