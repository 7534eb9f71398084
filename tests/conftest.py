"""Scratch copies of the book for the tests that build, change or break one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from rederive.build import CHAPTER_ENVIRONMENT
from scratch import ScratchBook, make_scratch_book

# Nothing is timed, and the same commit draws the same examples; `--hypothesis-profile default` draws new ones.
settings.register_profile("same-every-time", deadline=None, derandomize=True)
settings.load_profile("same-every-time")

os.environ.update(CHAPTER_ENVIRONMENT)  # for nbmake's kernels, so that its runs write what the build's runs write


@pytest.fixture
def scratch_book(tmp_path: Path) -> ScratchBook:
    """A scratch book in which nothing has been run."""
    return make_scratch_book(tmp_path / "book")


@pytest.fixture(scope="session")
def built_book(tmp_path_factory: pytest.TempPathFactory) -> ScratchBook:
    """A scratch book that has been built; to be looked at, not changed."""
    book = make_scratch_book(tmp_path_factory.mktemp("built") / "book")
    done = book.rederive("build")
    assert done.returncode == 0, done.stdout + done.stderr
    return book


@pytest.fixture
def copy_of_built_book(built_book: ScratchBook, tmp_path: Path) -> ScratchBook:
    """A built scratch book to be changed."""
    shutil.copytree(built_book.root, tmp_path / "book")
    return ScratchBook(tmp_path / "book")
