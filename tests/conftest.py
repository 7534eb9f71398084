"""Findings are looked at wherever a test comes by one; scratch copies of the book for the tests that change one."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator, Mapping
from numbers import Real
from pathlib import Path

import pytest
from hypothesis import settings

from rederive.build import CHAPTER_ENVIRONMENT
from rederive.printed import Interval
from rederive.verdicts import Finding
from scratch import ScratchBook, make_scratch_book

# Nothing is timed, and the same commit draws the same examples; `--hypothesis-profile default` draws new ones.
settings.register_profile("same-every-time", deadline=None, derandomize=True)
settings.load_profile("same-every-time")

os.environ.update(CHAPTER_ENVIRONMENT)  # for nbmake's kernels, so that its runs write what the build's runs write


@pytest.fixture(scope="session", autouse=True)
def findings_are_well_formed() -> Iterator[None]:
    """Whatever a test is about, every finding that is made in it has its parts, in their places."""
    made = Finding.__post_init__

    def check(finding: Finding) -> None:
        made(finding)
        assert callable(finding.method)
        assert isinstance(finding.convention, str)
        assert isinstance(finding.because, str)
        assert finding.because
        assert isinstance(finding.recomputed, Mapping)
        for name, value in finding.recomputed.items():
            assert isinstance(name, str)
            assert isinstance(value, Real | Interval)
        assert isinstance(finding.missing, tuple)
        assert all(isinstance(what, str) and what for what in finding.missing)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Finding, "__post_init__", check)
        yield


@pytest.fixture(autouse=True)
def stopped_as_before() -> Iterator[None]:
    """Our commands take being told to stop for an interrupt; those that run in this process leave no trace of it."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def scratch_book(tmp_path: Path) -> ScratchBook:
    """A scratch book in which nothing has been run."""
    return make_scratch_book(tmp_path / "book")


@pytest.fixture(scope="session")
def built_book(tmp_path_factory: pytest.TempPathFactory) -> ScratchBook:
    """A scratch book that has been built; to be looked at, not changed."""
    book = make_scratch_book(tmp_path_factory.mktemp("built") / "book")
    book.commit()
    done = book.rederive("build")
    assert done.returncode == 0, done.stdout + done.stderr
    return book


@pytest.fixture
def copy_of_built_book(built_book: ScratchBook, tmp_path: Path) -> ScratchBook:
    """A built scratch book to be changed."""
    shutil.copytree(built_book.root, tmp_path / "book")
    return ScratchBook(tmp_path / "book")
