"""What a build does on a full disk, where files may not grow, and in folders it may not write to.

    unshare --mount python tests/faults.py NAME...

runs the named faults (default: all) on a scratch book, on a disk of its own in a mount namespace of its own, and prints
what came of each, as JSON.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from killing import Made, begin_from_nothing, build_to_the_end, halves, made_in, remains_in, said_by_build, start_build
from scratch import ScratchBook, make_scratch_book

Prefix = tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What came of a fault.

    Attributes
    ----------
    exit_code, told : of the build that met it; what it told on lines of their own.
    half_written : files that looked finished afterwards and were not.
    identical : whether the next build, without the fault, made what an undisturbed one makes, byte by byte.
    leftovers : files of unfinished work after the next build.
    """

    name: str
    exit_code: int
    told: list[str]
    half_written: list[str]
    identical: bool
    leftovers: list[str]


@contextmanager
def _full(root: Path, free: int) -> Iterator[Prefix]:
    """The book's disk has only so many bytes left."""
    filler = root / "filler"
    with filler.open("wb") as file:
        left = shutil.disk_usage(root).free - free
        while left > 0:
            left -= file.write(bytes(min(left, 1 << 20)))
    yield ()
    filler.unlink()


@contextmanager
def _full_with_nothing_built(root: Path) -> Iterator[Prefix]:
    begin_from_nothing(root)
    with _full(root, 0) as prefix:
        yield prefix


@contextmanager
def _read_only(folder: Path) -> Iterator[Prefix]:
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "--bind", folder, folder], check=True)
    subprocess.run(["mount", "-o", "remount,ro,bind", folder], check=True)
    yield ()
    subprocess.run(["umount", folder], check=True)


@contextmanager
def _no_file_above(size: int) -> Iterator[Prefix]:
    yield ("prlimit", f"--fsize={size}")


FAULTS: dict[str, Callable[[Path], AbstractContextManager[Prefix]]] = {
    "disk full, nothing built": _full_with_nothing_built,
    "disk full": lambda root: _full(root, 0),
    "disk with 3 MB left": lambda root: _full(root, 3_000_000),
    "no file above 1 kB": lambda root: _no_file_above(1000),
    "no file above 100 kB": lambda root: _no_file_above(100_000),
    "the book is read-only": lambda root: _read_only(root),
    "_build is read-only": lambda root: _read_only(root / "_build"),
    "_build/results is read-only": lambda root: _read_only(root / "_build" / "results"),
    "_build/stamps is read-only": lambda root: _read_only(root / "_build" / "stamps"),
    "_build/html is read-only": lambda root: _read_only(root / "_build" / "html"),
    "chapters is read-only": lambda root: _read_only(root / "chapters"),
}


def meet(name: str, root: Path) -> tuple[int, list[str]]:
    """The exit code of a build that meets a fault, and the lines it tells; paths are from the book's folder."""
    with FAULTS[name](root) as prefix:
        exit_code = start_build(root, *prefix).wait()
    return exit_code, said_by_build(root).read_text(encoding="utf-8").replace(f"{root}/", "").splitlines()


def outcome_of(name: str, book: ScratchBook, built: Path, expected: Made) -> Outcome:
    """Change a table of the built book, build while the fault lasts, and build again without it."""
    root = book.root
    for made in ("_build", "chapters"):
        shutil.rmtree(root / made)
        shutil.copytree(built / made, root / made)
    before = made_in(root)
    book.write("data/alpha/table.csv", "4,5,6\n")
    exit_code, told = meet(name, root)
    half_written = halves(made_in(root), before, expected)
    build_to_the_end(root)
    return Outcome(name, exit_code, told, half_written, made_in(root) == expected, remains_in(root))


def outcomes(names: list[str]) -> Iterator[Outcome]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "book"
        root.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100m", "none", root], check=True)
        book = make_scratch_book(root)
        build_to_the_end(root)
        built = Path(folder) / "built"
        shutil.copytree(root, built)
        book.write("data/alpha/table.csv", "4,5,6\n")
        build_to_the_end(root)
        expected = made_in(root)
        for name in names:
            yield outcome_of(name, book, built, expected)
        subprocess.run(["umount", root], check=True)


if __name__ == "__main__":
    for outcome in outcomes(sys.argv[1:] or list(FAULTS)):
        print(json.dumps(asdict(outcome), ensure_ascii=False), flush=True)
