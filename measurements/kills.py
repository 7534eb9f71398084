"""Kill builds of the book at random moments, build again, and compare with builds that nobody disturbed.

Works on a copy of the repository in a temporary folder, and on the small book of the tests. Two versions of a book take
turns: as committed, and with another text in one document, so that its chapter and pages are stale. Half of the builds
begin from nothing instead. The moment is drawn with a seed, as a fraction of the time an undisturbed build takes, one
in each of as many equal parts as there are kills of a kind.
"""

from __future__ import annotations

import csv
import subprocess
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tqdm import tqdm

from killing import (
    CHANGED,
    NOTHING,
    Killed,
    Made,
    PlannedKill,
    begin_from_nothing,
    build_to_the_end,
    kill_and_resume,
    made_in,
    planned_kills,
)
from scratch import REPOSITORY, make_scratch_book

TABLE = REPOSITORY / "data" / "trust" / "kills.csv"


class TwoVersions:
    """A book that can become either of two versions of it."""

    def __init__(self, root: Path, file: str, old: str, new: str) -> None:
        self.root = root
        self._file = root / file
        first = self._file.read_text(encoding="utf-8")
        self._texts = (first, first.replace(old, new, 1))

    def become(self, version: int) -> None:
        self._file.write_text(self._texts[version], encoding="utf-8")


def real_book(root: Path) -> TwoVersions:
    subprocess.run(["git", "clone", "--quiet", REPOSITORY, root], check=True)
    return TwoVersions(root, "data/sepsis/document.yaml", "title: ", "title: Changed. ")


def small_book(root: Path) -> TwoVersions:
    return TwoVersions(make_scratch_book(root).root, "data/alpha/table.csv", "1,2,3", "4,5,6")


BOOKS = {"real": real_book, "small": small_book}


def undisturbed(book: TwoVersions) -> tuple[list[Made], dict[str, float]]:
    """What undisturbed builds make of both versions, and the seconds a build takes from each state.

    Each version is built from nothing and also from the other, because that has to be the same.
    """
    made, seconds = [], {}
    for version in (0, 1):
        book.become(version)
        begin_from_nothing(book.root)
        seconds[NOTHING] = build_to_the_end(book.root)
        made.append(made_in(book.root))
    for version in (0, 1):
        book.become(version)
        seconds[CHANGED] = build_to_the_end(book.root)
        if made_in(book.root) != made[version]:
            raise SystemExit("error: two undisturbed builds differ")
    return made, seconds


def killed_builds(book: TwoVersions) -> Iterator[tuple[PlannedKill, Killed]]:
    """What came of each kill of the plan. One that came too late is tried again, in half the time."""
    expected, seconds = undisturbed(book)
    version = 1
    for plan in planned_kills():
        killed, within = None, seconds[plan.state]
        while killed is None or killed.phase == "finished":
            if killed is not None:
                within /= 2  # the machine has less to do than when the time was taken
            version = 1 - version
            book.become(version)
            if plan.state == NOTHING:
                begin_from_nothing(book.root)
            due = partial(_has_come, time.monotonic() + plan.fraction * within)
            killed = kill_and_resume(book.root, due, expected[version], plan.everything)
        yield plan, killed


def _has_come(moment: float) -> bool:
    return time.monotonic() > moment


def main() -> None:
    rows = []
    with tempfile.TemporaryDirectory() as folder, tqdm(total=len(BOOKS) * len(planned_kills())) as progress:
        for name, make in BOOKS.items():
            for number, (plan, killed) in enumerate(killed_builds(make(Path(folder) / name)), 1):
                rows.append(
                    {
                        "id": f"{name}-{number:02}",
                        "book": name,
                        "state": plan.state,
                        "killed": "all processes" if plan.everything else "the build alone",
                        "fraction": f"{plan.fraction:.3f}",
                        "phase": killed.phase,
                        "half_written": len(killed.half_written),
                        "unfinished": len(killed.unfinished),
                        "identical": "yes" if killed.identical else "no",
                        "leftovers": len(killed.leftovers),
                    }
                )
                _store(rows)
                progress.update()


def _store(rows: list[dict[str, object]]) -> None:
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
