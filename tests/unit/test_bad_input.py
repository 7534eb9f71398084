"""Every malformed input of the table ends in one clear line and exit code 1, and changes nothing."""

from __future__ import annotations

import argparse
import re
from collections import Counter
from pathlib import Path

import pytest

from malformed import BAD_INPUTS, BOOK, BadInput, table_of_counts, write_book
from rederive import build
from rederive.claims import KINDS, ROWS
from rederive.cli import _parser, main
from scratch import REPOSITORY


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sound book, which is the working folder."""
    root = tmp_path / "book"
    write_book(root)
    monkeypatch.chdir(root)
    return root


def files(root: Path) -> dict[str, bytes | None]:
    """Everything there, with its content; but for the lock, which every build makes."""
    found = {
        path.relative_to(root).as_posix(): path.read_bytes() if path.is_file() else None for path in root.rglob("*")
    }
    return {name: content for name, content in found.items() if name not in ("_build", "_build/lock") or content}


def test_the_book_is_sound_before_it_is_spoilt(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    assert capsys.readouterr().out == "data folders: 4, claims: 10, all as they should be\n"
    build._check_settings(root)
    assert [chapter.slug for chapter in build.read_book(root).chapters] == ["example"]


@pytest.mark.parametrize("bad", BAD_INPUTS, ids=lambda bad: f"{bad.entry}: {bad.begins} {bad.says}"[:90])
def test_each_malformed_input_ends_in_one_line(
    bad: BadInput, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bad.spoil(root)
    if bad.results is not None:
        text = bad.results
        monkeypatch.setattr(build, "execute", lambda chapter: build.write_text(chapter.results, text))
    before = files(root)
    assert main(list(bad.command)) == 1
    told = capsys.readouterr()
    (line,) = told.err.splitlines()
    assert line.removeprefix("error: ").replace(f"{root}/", "").startswith(bad.begins)
    assert bad.says in line.replace(bad.begins, "", 1)
    assert line.startswith("error: ")
    assert line.isprintable()
    after = files(root)
    if bad.results is None:
        assert told.out == ""
        assert after == before
    else:  # the chapter has run; nothing of what follows a run may be there
        assert {name for name in after if name not in before} == {
            "_build/results", "_build/results/example.json", "_build/stamps", "_build/stamps/01-example.json",
        }  # fmt: skip


def test_the_table_has_every_loader_and_every_command() -> None:
    counts = Counter(bad.entry for bad in BAD_INPUTS)
    assert counts.total() >= 100
    book = {"_toc.yml", "_config.yml", "chapter", "results", "document.yaml", "claims.yaml", "claims.yaml with tables"}
    compared = {"comparison.yaml", "estimates.csv", "grounds.csv", "pairs.csv", "measurements.yaml", "measured rows"}
    (commands,) = (action for action in _parser()._actions if isinstance(action, argparse._SubParsersAction))
    assert set(counts) == book | compared | set(ROWS) | {"rederive", *(f"rederive {name}" for name in commands.choices)}


def test_every_kind_of_claim_is_in_the_spoilt_files() -> None:
    written = BOOK["data/example/claims.yaml"] + BOOK["data/tables/claims.yaml"]
    assert set(re.findall(r"kind: ([\w-]+)", written)) == set(KINDS)
    numbers = {bad.begins.split("[")[1][0] for bad in BAD_INPUTS if bad.begins.startswith("data/tables/claims.yaml:")}
    assert numbers == set("012345")  # every claim of that file is spoilt


def test_the_stored_counts_are_those_of_the_table() -> None:
    stored = (REPOSITORY / "data" / "trust" / "bad_inputs.csv").read_text(encoding="utf-8")
    assert stored == table_of_counts()
