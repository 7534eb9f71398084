"""Results of other folders and of former revisions: which environment builds them, what is kept, what is told."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from rederive import rebuilding
from rederive.build import FIXED_DATE, BuildError
from scratch import REPOSITORY, ScratchBook

RESULTS = {"schema": 1, "documents": [], "claims": [{"id": "a/b"}]}
WHO = {f"GIT_{role}_{what}": "a@b" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
WHEN = {"GIT_COMMITTER_DATE": f"{FIXED_DATE} +0000"}  # the date of sites outside git, so that none is made again


def git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), *arguments]
    return subprocess.run(
        command, env={**os.environ, **WHO, **WHEN}, check=True, capture_output=True, text=True
    ).stdout.strip()


def commit(root: Path) -> str:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message", "x")
    return git(root, "rev-parse", "HEAD")


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder with a book of another lock, whose make book says in which environment it runs."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "_toc.yml").write_text("")
    (folder / "requirements.lock").write_text("another==1\n")
    (folder / "results.json").write_text(json.dumps(RESULTS))
    (folder / "Makefile").write_text(
        "book:\n\t@mkdir -p _build/results; env > environment; cp results.json _build/results/claims.json\n"
    )
    return folder


def test_a_diff_builds_a_revision_once_and_tells_what_differs(copy_of_built_book: ScratchBook) -> None:
    book = copy_of_built_book
    book.write(".gitignore", "_build/\nchapters/*.ipynb\nran/\n")
    book.write("src/rederive/scratch_far.py", "VALUE = 3\n")
    git(book.root, "init", "--quiet")
    sha = commit(book.root)
    book.write("src/rederive/scratch_far.py", "VALUE = 1\n")  # as it was built
    first = book.rederive("diff", "HEAD")
    assert (first.returncode, first.stderr) == (0, "")
    assert "in this environment" in first.stdout
    told = first.stdout[first.stdout.index("1 of 2 claims") :]
    assert told.startswith("1 of 2 claims differs: 1 recomputed number, 1 document text\n")
    assert "\n  alpha/claim\n    recomputed value: 3 → 1 (−2, −66.7%)\n" in told
    assert "− The value is 3.\n      + The value is 1.\n" in told
    assert [kept.name for kept in (book.root / "_build" / "revisions").iterdir()] == [f"{sha}.json"]
    again = book.rederive("diff", sha[:10])
    assert (again.returncode, again.stdout) == (0, told)  # neither side is built again
    assert book.runs() == {"alpha": 1, "beta": 1}


def test_a_diff_tells_of_a_change_that_a_comparison_of_documents_is_at_odds_with(
    copy_of_built_book: ScratchBook, tmp_path: Path
) -> None:
    book = copy_of_built_book
    before = tmp_path / "claims.json"
    before.write_bytes((book.root / "_build" / "results" / "claims.json").read_bytes())
    book.write("data/gamma/comparison.yaml", "anything: at all\n")
    book.write("chapters/03-gamma.py", "# %% [markdown]\n# # All\n\n# %%\nraise ValueError('not as it was')\n")
    book.add_to("_toc.yml", "  - file: chapters/03-gamma\n")
    book.write("src/rederive/scratch_far.py", "VALUE = 4\n")
    told = book.rederive("diff", str(before))
    assert (told.returncode, told.stderr) == (0, "")
    assert "recomputed value: 1 → 4 (+3, +300%)" in told.stdout
    assert book.rederive("build").returncode == 1  # the comparison is still to be put right


def test_a_book_of_another_lock_is_built_by_its_own_make_book(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PYTHONPATH", "ours")
    monkeypatch.setenv("MAKEFLAGS", "n")  # as under make -n; the other make would build nothing
    assert rebuilding.results_of(elsewhere) == RESULTS
    assert "by its own make book" in capsys.readouterr().out
    assert "PYTHONPATH" not in (elsewhere / "environment").read_text()


def test_a_book_of_our_lock_is_built_in_this_environment_by_its_own_library(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in rebuilding.ENVIRONMENT_FILES:
        (elsewhere / name).write_bytes((REPOSITORY / name).read_bytes())
    library = elsewhere / "src" / "rederive"
    library.mkdir(parents=True)
    (library / "__init__.py").write_text("")
    (library / "cli.py").write_text("print('its own library'); raise SystemExit(3)\n")
    with pytest.raises(BuildError) as fault:
        rebuilding.results_of(elsewhere)
    assert "in this environment" in capsys.readouterr().out
    first, *said = str(fault.value).splitlines()
    assert first.startswith(f"{elsewhere}: this book does not build (")
    assert said == ["its own library"]


@pytest.mark.parametrize("name", rebuilding.ENVIRONMENT_FILES)
def test_either_file_decides_about_the_environment(
    elsewhere: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for same in rebuilding.ENVIRONMENT_FILES:
        (elsewhere / same).write_bytes((REPOSITORY / same).read_bytes())
    with (elsewhere / name).open("a") as file:
        file.write("\n")
    rebuilding.results_of(elsewhere)
    assert "by its own make book" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("_toc.yml", None, "elsewhere: expected a book, a folder with _toc.yml"),
        ("Makefile", "book:\n\t@echo trouble; exit 1\n", "elsewhere: this book does not build (make book PYTHON="),
        ("Makefile", "book: ; @true\n", "claims.json: expected the joined results of a book"),
        ("results.json", "{", "claims.json: expected the joined results of a book"),
        ("results.json", '{"schema": 0, "claims": {}}', "claims.json: expected documents and claims; that book is too"),
    ],
)
def test_what_cannot_be_rebuilt_is_told_in_the_first_line(
    elsewhere: Path, path: str, text: str | None, expected: str
) -> None:
    (elsewhere / path).unlink()
    if text is not None:
        (elsewhere / path).write_text(text)
    with pytest.raises(BuildError) as fault:
        rebuilding.results_of(elsewhere)
    first, *said = str(fault.value).splitlines()
    assert expected in first
    assert ("trouble" in said) is (text is not None and "trouble" in text)


def test_a_revision_is_built_from_what_was_committed_and_kept_by_its_commit(elsewhere: Path) -> None:
    git(elsewhere, "init", "--quiet")
    commit(elsewhere)
    (elsewhere / "results.json").write_text("not committed")
    assert rebuilding.results_of_revision(elsewhere, "HEAD") == RESULTS
    assert not (elsewhere / "environment").exists()  # it was built in another folder
    (kept,) = (elsewhere / "_build" / "revisions").iterdir()
    kept.write_text(json.dumps(RESULTS | {"claims": []}))
    assert rebuilding.results_of_revision(elsewhere, "HEAD")["claims"] == []


def test_a_revision_without_book_and_no_revision_at_all_are_told(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BuildError, match=r"^HEAD: expected a git revision of .* \(fatal: not a git repository"):
        rebuilding.results_of_revision(elsewhere, "HEAD")
    git(elsewhere, "init", "--quiet")
    (elsewhere / "_toc.yml").unlink()
    commit(elsewhere)
    with pytest.raises(BuildError, match=r"^HEAD: expected a book, a folder with _toc.yml"):
        rebuilding.results_of_revision(elsewhere, "HEAD")
    for unknown in ("nonsense", "--help", "HEAD:Makefile"):
        with pytest.raises(BuildError, match=f"^{unknown}: expected a git revision of "):
            rebuilding.results_of_revision(elsewhere, unknown)
    assert not (elsewhere / "_build").exists()
    monkeypatch.setenv("PATH", "")
    with pytest.raises(BuildError, match="expected git, which is not installed"):
        rebuilding.results_of_revision(elsewhere, "HEAD")
