"""Build the book again from what an archive holds, and tell which results differ and by how much."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from rederive.differing import differences, report
from rederive.files import read_text
from rederive.package.archive import MANIFEST, digest, unpack
from rederive.rebuilding import results_of

REBUILT = {"site": "_build/html", "notebooks": "chapters"}
"""Folders of an archive whose files are made again, and where below its sources. The PDF would need Chromium."""


def verify(file: Path) -> int:
    """Tell what came of building an archive's book again; 0 if every result is what it was, else 1.

    Raises
    ------
    BuildError : if the file is no archive of the book, a file in it is not the one its manifest lists, or the book in
        it does not build.
    """
    with tempfile.TemporaryDirectory(prefix="rederive-") as target:
        archive = unpack(file, Path(target))
        print(f"unpacked: every file is the one that {MANIFEST} lists", flush=True)
        packed = json.loads(read_text(archive / "results" / "claims.json"))
        differing = differences(packed, results_of(archive / "source"))
        for folder, made in REBUILT.items():
            print(f"{folder}: {_compared(archive / folder, archive / 'source' / made)}")
        print(report(differing), end="")
        return int(bool(differing))


def _compared(packed: Path, made: Path) -> str:
    """How many files of a folder were made again as they were, and the first that was not."""
    files = sorted(path.relative_to(packed) for path in packed.rglob("*") if path.is_file())
    others = [name for name in files if not _same(packed / name, made / name)]
    same = f"{len(files) - len(others)} of {len(files)} files made again byte for byte"
    return same + (f"; not so {others[0].as_posix()}" if others else "")


def _same(one: Path, other: Path) -> bool:
    return other.is_file() and digest(one.read_bytes()) == digest(other.read_bytes())
