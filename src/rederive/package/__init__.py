"""The book as one archive beside a paper: site, PDF, notebooks, results and sources, described for people and programs.

`contents` says what goes in, `descriptions` what describes it, `archive` how it is packed; `verifying` unpacks one and
builds the book again from what it holds. One commit makes one archive, byte for byte, wherever and whenever it is made
with the same Python, Chromium and fonts.
"""

from __future__ import annotations

import os
from importlib.metadata import version
from pathlib import Path

from rederive import pdf
from rederive.build import BuildError, build, read_book
from rederive.files import write_bytes
from rederive.history import commit, commit_date, uncommitted
from rederive.package.archive import checksum_line, digest, packed
from rederive.package.contents import contents

NAME = Path(pdf.NAME).stem


def make_package(root: Path) -> Path:
    """Bring the book in this folder up to date and write its archive and that one's checksum; where the archive is.

    Raises
    ------
    BuildError : if the book is not committed as it is, cannot be built, or no Chromium is found.
    DataError : if a file that describes the book is not as it should be.
    """
    _refuse_uncommitted(root)
    build(root, jobs=os.cpu_count() or 1)
    printed = pdf.make_pdf(root)
    book = read_book(root)
    folder = f"{NAME}-{version('rederive')}"
    archive = packed(folder, contents(book, printed), commit_date(root))
    path = root / "dist" / f"{folder}.zip"
    write_bytes(path, archive)
    write_bytes(path.with_suffix(".zip.sha256"), checksum_line(digest(archive), path.name).encode())
    return path


def _refuse_uncommitted(root: Path) -> None:
    """An archive names the commit it was made from, so it holds that and nothing else."""
    if not commit(root):
        raise BuildError(f"{root / '.git'}: expected a git repository with a commit, which the archive is made from")
    if changed := uncommitted(root):
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        raise BuildError(f"{root / changed[0]}{more}: expected no change that is not committed")
