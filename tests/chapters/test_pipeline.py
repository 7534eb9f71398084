"""What is run again, when, and what a failure leaves behind: proven on a scratch copy of the book."""

from __future__ import annotations

import fcntl
import json
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from rederive import build
from scratch import COMPARING_CHAPTER, REPOSITORY, TOC, ScratchBook

ONCE = {"alpha": 1, "beta": 1}
ALPHA_AGAIN = {"alpha": 2, "beta": 1}


@pytest.fixture
def book(copy_of_built_book: ScratchBook) -> ScratchBook:
    assert copy_of_built_book.runs() == ONCE
    return copy_of_built_book


def run(book: ScratchBook) -> None:
    done = book.run_chapters()
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_unchanged_tree_runs_nothing_and_renders_nothing(book: ScratchBook) -> None:
    before = (book.root / "_build" / "html").stat().st_ino
    done = book.rederive("build")
    assert done.returncode == 0
    assert done.stdout.startswith("unchanged: ")
    assert book.runs() == ONCE
    assert (book.root / "_build" / "html").stat().st_ino == before


def test_a_changed_table_runs_its_chapter_only_and_reaches_the_site(book: ScratchBook) -> None:
    book.write("data/alpha/table.csv", "4,5,6\n")
    done = book.rederive("build")
    assert done.returncode == 0, done.stderr
    assert book.runs() == ALPHA_AGAIN
    assert [claim["missing"] for claim in book.results("claims")] == [["4,5,6"], ["1,2,3"]]
    assert "4,5,6" in (book.root / "_build" / "html" / "chapters" / "01-alpha.html").read_text()


def test_a_changed_module_runs_the_chapters_it_can_affect_and_changes_their_results(book: ScratchBook) -> None:
    book.write("src/rederive/scratch_far.py", "VALUE = 2\n")
    run(book)
    assert book.runs() == ALPHA_AGAIN
    assert [claim["recomputed"] for claim in book.results("claims")] == [{"value": 2}, {"value": 10}]
    run(book)
    assert book.runs() == ALPHA_AGAIN


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("chapters/01-alpha.py", {"alpha"}),
        ("chapters/01-alpha.ipynb", {"alpha"}),
        ("data/alpha/README.md", {"alpha"}),
        ("_build/results/alpha.json", {"alpha"}),
        ("src/rederive/scratch_near.py", {"alpha"}),
        ("src/rederive/scratch_far.py", {"alpha"}),  # imported by a module that the chapter imports
        ("src/rederive/__init__.py", {"alpha", "beta"}),  # run by every import from the package
        ("src/rederive/template.html", {"alpha", "beta"}),  # which modules read it, imports do not tell
        ("requirements.lock", {"alpha", "beta"}),
        ("src/rederive/sphinxext/meanings.py", set()),
        ("book/index.md", set()),
        ("book/new.md", set()),
        ("tests/chapters/test_alpha.py", set()),  # the site shows it
        ("src/rederive/methods/pooling.py", set()),  # the site documents it
        ("_config.yml", set()),
        ("CITATION.cff", set()),  # boxes on how to cite a page are made from it
        ("_build/results/claims.json", set()),
        ("_build/results/claims.schema.json", set()),
        ("_build/results/claims.csv", set()),
        ("_build/html/index.html", set()),
        ("_build/html/new.html", set()),
    ],
)
def test_what_makes_a_chapter_or_the_site_stale(book: ScratchBook, path: str, expected: set[str]) -> None:
    assert book.stale() == (set(), True)
    if not (book.root / path).exists():
        book.write(path, "")
    book.add_to(path, "\n")
    assert book.stale() == (expected, False)


@pytest.mark.parametrize(
    "output",
    ["chapters/01-alpha.ipynb", "_build/results/alpha.json", "_build/stamps/01-alpha.json", "_build/html/claims.csv"],
)
def test_what_is_missing_is_stale(book: ScratchBook, output: str) -> None:
    (book.root / output).unlink()
    assert book.stale() == (set() if "html" in output else {"alpha"}, False)


def test_a_module_that_no_chapter_imports_changes_only_the_site_that_documents_it(book: ScratchBook) -> None:
    book.write("src/rederive/scratch_unused.py", "VALUE = 0\n")
    assert book.stale() == (set(), False)


@pytest.mark.parametrize("package", ["scipy", "jupyter_book"])
def test_another_version_of_a_package_makes_everything_stale(book: ScratchBook, package: str) -> None:
    book.write(f"src/{package}-99.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {package}\nVersion: 99\n")
    assert book.stale() == ({"alpha", "beta"}, False)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff"])
def test_a_damaged_stamp_is_stale(book: ScratchBook, content: bytes) -> None:
    (book.root / "_build" / "stamps" / "01-alpha.json").write_bytes(content)
    (book.root / "_build" / "site.json").write_bytes(content)
    assert book.stale() == ({"alpha"}, False)


def test_a_chapter_run_again_writes_the_same(book: ScratchBook) -> None:
    outputs = [book.root / "chapters" / "01-alpha.ipynb", book.root / "_build" / "results" / "alpha.json"]
    before = [output.read_bytes() for output in outputs]
    outputs[0].unlink()
    run(book)
    assert book.runs() == ALPHA_AGAIN
    assert [output.read_bytes() for output in outputs] == before


def test_a_changed_page_renders_without_running_and_a_removed_one_goes(book: ScratchBook) -> None:
    book.write("_toc.yml", "format: jb-book\nroot: book/index\nchapters:\n  - file: chapters/02-beta\n")
    book.write("_build/stamps/01-alpha.json", "{")  # not even a damaged stamp keeps what was made
    done = book.rederive("build")
    assert done.returncode == 0, done.stderr
    assert book.runs() == ONCE
    assert [page.name for page in (book.root / "_build" / "html" / "chapters").iterdir()] == ["02-beta.html"]
    assert [claim["id"] for claim in book.results("claims")] == ["beta/claim"]
    assert not (book.root / "chapters" / "01-alpha.ipynb").exists()
    assert not (book.root / "_build" / "results" / "alpha.json").exists()


def test_a_renamed_chapter_leaves_nothing_under_its_old_name(book: ScratchBook) -> None:
    (book.root / "chapters" / "01-alpha.py").rename(book.root / "chapters" / "03-alpha.py")
    toc = (book.root / "_toc.yml").read_text(encoding="utf-8")
    book.write("_toc.yml", toc.replace("01-alpha", "03-alpha"))
    run(book)
    assert book.runs() == ALPHA_AGAIN
    assert sorted(path.name for path in (book.root / "chapters").glob("*.ipynb")) == ["02-beta.ipynb", "03-alpha.ipynb"]


def test_a_raising_cell_fails_every_time_and_leaves_no_finished_looking_page(book: ScratchBook) -> None:
    book.add_to("chapters/01-alpha.py", "\n# %%\n1 / 0\n")
    for _ in range(2):
        done = book.rederive("build")
        assert done.returncode == 1
        first_line = done.stderr.splitlines()[0]
        assert first_line == "error: chapters/01-alpha.py: cell 4 (1 / 0): ZeroDivisionError: division by zero"
        assert "Traceback" in done.stderr
        assert not list(book.root.rglob("_build/**/*.html"))
        assert not (book.root / "chapters" / "01-alpha.ipynb").exists()
        assert [path.name for path in (book.root / "_build" / "results").iterdir()] == ["beta.json"]
    assert book.runs() == {"alpha": 3, "beta": 1}


def test_a_build_that_fails_before_a_chapter_runs_leaves_no_joined_results(book: ScratchBook) -> None:
    book.write("data/alpha/claims.yaml", "claims: []\n")
    assert "data/alpha/claims.yaml:1: claims" in one_error_line(book.rederive("build"))
    assert not list(book.root.rglob("_build/**/*.html"))
    assert not list((book.root / "_build" / "results").glob("claims.*"))


def test_running_chapters_begins_by_removing_the_joined_results(book: ScratchBook) -> None:
    book.add_to("chapters/01-alpha.py", "\n# %%\nraise SystemError\n")
    assert book.run_chapters().returncode == 1
    assert not list((book.root / "_build" / "results").glob("claims.*"))


def test_every_failing_chapter_is_named(book: ScratchBook) -> None:
    for page in ("01-alpha", "02-beta"):
        book.add_to(f"chapters/{page}.py", "\n# %%\nraise SystemError\n")
    done = book.run_chapters()
    assert re.findall(r"chapters/[\w-]+\.py: cell 4", done.stderr) == [
        "chapters/01-alpha.py: cell 4",
        "chapters/02-beta.py: cell 4",
    ]


def test_a_dead_kernel_fails_the_build(book: ScratchBook) -> None:
    book.add_to("chapters/01-alpha.py", "\n# %%\nimport os; os._exit(3)\n")
    done = book.run_chapters()
    assert done.returncode == 1
    assert done.stderr.startswith("error: chapters/01-alpha.py: cell 4 (import os; os._exit(3)): DeadKernelError")


def test_a_kernel_that_does_not_start_fails_the_build(
    book: ScratchBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = {"argv": ["false"], "display_name": "Python 3", "language": "python"}
    (tmp_path / "kernels" / "python3").mkdir(parents=True)
    (tmp_path / "kernels" / "python3" / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    (book.root / "chapters" / "01-alpha.ipynb").unlink()
    done = book.run_chapters()
    assert done.returncode == 1
    assert done.stderr.startswith("error: chapters/01-alpha.py: expected a Python kernel to start: RuntimeError")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_build_ends_at_once_and_quietly(book: ScratchBook, how: signal.Signals) -> None:
    book.add_to(
        "chapters/01-alpha.py",
        "\n# %%\nimport os, time; (root / 'pid').write_text(f'{os.getpid()}.'); time.sleep(60)\n",
    )
    pid = book.root / "pid"
    with book.start("-m", "rederive.cli", "build") as building:
        while not (pid.is_file() and pid.read_text().endswith(".")):
            assert building.poll() is None
            time.sleep(0.05)
        building.send_signal(how)
        _, errors = building.communicate(timeout=20)
    assert building.returncode == 130
    assert "Traceback" not in errors
    assert errors.startswith("interrupted\n")  # the kernel may say that it goes too
    assert not list(book.root.rglob("_build/**/*.html"))
    assert not (book.root / "_build" / "results" / "claims.json").exists()
    kernel = Path("/proc", pid.read_text().rstrip("."))
    for _ in range(200):  # the kernel looks once a second whether its parent still lives
        if not kernel.exists():
            break
        time.sleep(0.05)
    assert not kernel.exists()


def test_a_second_build_gives_way_to_the_first_and_takes_nothing_from_it(book: ScratchBook) -> None:
    with (book.root / "_build" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        book.add_to("book/index.md", "\nMore.\n")
        assert "another build is running" in one_error_line(book.rederive("build"))
        assert (book.root / "_build" / "html" / "index.html").is_file()
        assert (book.root / "_build" / "results" / "claims.json").is_file()


def test_a_warning_of_sphinx_fails_every_time(book: ScratchBook) -> None:
    book.add_to("book/index.md", "\n[nowhere](missing-page.md)\n")
    for _ in range(2):
        done = book.rederive("build")
        assert done.returncode == 1
        assert "missing-page.md" in done.stderr
        assert not list(book.root.rglob("_build/**/*.html"))


def one_error_line(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    return line


def test_a_chapter_without_results_fails_in_one_line(book: ScratchBook) -> None:
    book.write("chapters/01-alpha.py", "# %% [markdown]\n# # Nothing\n")
    line = one_error_line(book.run_chapters())
    assert "chapters/01-alpha.py" in line
    assert "alpha.json" in line


def test_results_that_are_not_json_fail_in_one_line(book: ScratchBook) -> None:
    book.add_to("chapters/01-alpha.py", "\n# %%\n_ = results.write_text('[')\n")
    line = one_error_line(book.run_chapters())
    assert "_build/results/alpha.json:1: file: expected JSON" in line


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("data/alpha/claims.yaml", "claims: []\n", "data/alpha/claims.yaml:"),
        ("data/alpha/document.yaml", "title: 3\n", "data/alpha/document.yaml:1: title"),
        ("chapters/01-alpha.py", "# %%\nx = (\n", "chapters/01-alpha.py:2: SyntaxError"),
        ("src/rederive/scratch_far.py", "x = (\n", "scratch_far.py:2: SyntaxError"),
    ],
)
def test_bad_input_ends_in_one_line_before_anything_is_run(
    scratch_book: ScratchBook, path: str, text: str, expected: str
) -> None:
    scratch_book.write(path, text)
    assert expected in one_error_line(scratch_book.rederive("build"))
    assert scratch_book.runs() == {}


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("chapters/01-alpha.py", b"# \xe9\n"),
        ("chapters/01-alpha.py", b"# %%\nx = '\0'\n"),
        ("chapters/01-alpha.py", b"x = " + 5000 * b"-" + b"1\n"),
        ("src/rederive/scratch_far.py", b"# \xe9\n"),
    ],
)
def test_a_script_that_python_cannot_read_ends_in_one_line(
    scratch_book: ScratchBook, path: str, content: bytes
) -> None:
    (scratch_book.root / path).write_bytes(content)
    assert path in one_error_line(scratch_book.rederive("build"))


def test_no_book_anywhere_ends_in_one_line(scratch_book: ScratchBook) -> None:
    (scratch_book.root / "_toc.yml").unlink()
    line = one_error_line(scratch_book.rederive("build"))
    assert line == f"error: {scratch_book.root}: expected a book, a folder with _toc.yml, here or above"


def test_a_folder_that_cannot_be_written_ends_in_one_line(scratch_book: ScratchBook) -> None:
    scratch_book.write("_build", "no folder\n")
    assert "_build: File exists" in one_error_line(scratch_book.rederive("build"))


def test_check_names_the_first_mistake_and_counts_when_there_is_none(scratch_book: ScratchBook) -> None:
    done = scratch_book.rederive("check")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "data folders: 2, claims: 2, all as they should be\n"
    assert "data/missing" in one_error_line(scratch_book.rederive("check", "data/alpha", "data/missing"))


def test_check_does_not_pass_on_nothing(scratch_book: ScratchBook) -> None:
    for folder in (".ipynb_checkpoints", "__pycache__"):
        scratch_book.write(f"data/{folder}/file", "")
    assert scratch_book.rederive("check").returncode == 0
    shutil.rmtree(scratch_book.root / "data" / "alpha")
    shutil.rmtree(scratch_book.root / "data" / "beta")
    assert "data: expected at least one data folder" in one_error_line(scratch_book.rederive("check"))
    shutil.rmtree(scratch_book.root / "data")
    assert "data: expected at least one data folder" in one_error_line(scratch_book.rederive("check"))


# ------------------------------------------------------------------------------- a chapter that compares documents


@pytest.fixture
def comparing(book: ScratchBook) -> ScratchBook:
    """The scratch book with a chapter before the others that compares the two, run once."""
    book.write("chapters/00-gamma.py", COMPARING_CHAPTER)
    book.write("data/gamma/comparison.yaml", "anything: at all\n")
    book.write("_toc.yml", TOC.replace("  - file: chapters/01", "  - file: chapters/00-gamma\n  - file: chapters/01"))
    run(book)
    assert book.runs() == ONCE | {"gamma": 1}
    return book


def compared(book: ScratchBook) -> str:
    return (book.root / "chapters" / "00-gamma.ipynb").read_text(encoding="utf-8")


def test_a_comparison_runs_after_the_documents_wherever_it_is_listed(comparing: ScratchBook) -> None:
    assert "alpha says: The value is 1.; beta says: The value is 10." in compared(comparing)
    comparing.write("src/rederive/scratch_far.py", "VALUE = 2\n")  # alpha's result
    assert comparing.stale() == ({"alpha"}, False)  # until alpha has run, nothing says that its result is another
    run(comparing)
    assert comparing.runs() == {"alpha": 2, "beta": 1, "gamma": 2}
    assert "alpha says: The value is 2.; beta says: The value is 10." in compared(comparing)


def test_a_comparison_is_not_run_again_if_the_results_stay(comparing: ScratchBook) -> None:
    comparing.add_to("chapters/01-alpha.py", "\n# %% [markdown]\n# Nothing new.\n")
    run(comparing)
    assert comparing.runs() == {"alpha": 2, "beta": 1, "gamma": 1}
    run(comparing)
    assert comparing.runs() == {"alpha": 2, "beta": 1, "gamma": 1}


@pytest.mark.parametrize("path", ["data/beta/table.csv", "data/gamma/notes.csv", "chapters/00-gamma.ipynb"])
def test_what_makes_a_comparison_stale(comparing: ScratchBook, path: str) -> None:
    assert comparing.stale()[0] == set()
    if not (comparing.root / path).exists():
        comparing.write(path, "")
    comparing.add_to(path, "\n")
    assert "gamma" in comparing.stale()[0]


def test_a_comparison_does_not_run_if_a_document_fails_and_keeps_until_one_changes(comparing: ScratchBook) -> None:
    source = (comparing.root / "chapters" / "02-beta.py").read_text(encoding="utf-8")
    comparing.write("data/alpha/table.csv", "4,5,6\n")
    comparing.write("chapters/02-beta.py", source + "\n# %%\n1 / 0\n")
    done = comparing.run_chapters()
    assert done.returncode == 1
    assert done.stderr.startswith("error: chapters/02-beta.py: cell 4")
    assert comparing.runs() == {"alpha": 2, "beta": 2, "gamma": 1}
    comparing.write("chapters/02-beta.py", source)
    run(comparing)  # goes on from where it failed: alpha has run
    assert comparing.runs() == {"alpha": 2, "beta": 3, "gamma": 2}


def test_a_failing_comparison_fails_the_build_and_leaves_nothing_finished_looking(comparing: ScratchBook) -> None:
    comparing.add_to("chapters/00-gamma.py", "\n# %%\n1 / 0\n")
    for _ in range(2):
        done = comparing.rederive("build")
        assert done.returncode == 1
        assert done.stderr.splitlines()[0].startswith("error: ")
    assert not (comparing.root / "_build" / "results" / "claims.json").exists()
    assert not (comparing.root / "_build" / "html").exists()


def test_claims_of_documents_only_are_joined_each_document_with_its_chapter(comparing: ScratchBook) -> None:
    content = json.loads((comparing.root / "_build" / "results" / "claims.json").read_text(encoding="utf-8"))
    assert [claim["id"] for claim in content["claims"]] == ["alpha/claim", "beta/claim"]
    assert [(about["slug"], about["chapter"]) for about in content["documents"]] == [
        ("alpha", "chapters/01-alpha"),
        ("beta", "chapters/02-beta"),
    ]


def test_results_of_another_form_fail_in_one_line_that_names_file_and_field(book: ScratchBook) -> None:
    spoilt = "results.write_text(json.dumps({'document': document, 'claims': [claim | {'verdict': 'true'}]}, indent=2))"
    book.add_to("chapters/01-alpha.py", f"\n# %%\n_ = {spoilt}\n")
    line = one_error_line(book.run_chapters())
    (number,) = re.findall(r"_build/results/alpha\.json:(\d+): claims\[0\]\.verdict: expected .*'silent'", line)
    text = (book.root / "_build" / "results" / "alpha.json").read_text(encoding="utf-8")
    assert text.splitlines()[int(number) - 1].split() == ['"verdict":', '"true",']
    assert not (book.root / "_build" / "results" / "claims.json").exists()


# ------------------------------------------------------------------------------------------ the real chapters


def chapters_listed() -> list[str]:
    """Read with nothing but a pattern, so that the build's own reading is checked too."""
    toc = (REPOSITORY / "_toc.yml").read_text(encoding="utf-8")
    return re.findall(r"^\s*-\s*file:\s*(chapters/[\w-]+)\s*$", toc, re.MULTILINE)


def test_the_build_reads_the_chapters_that_are_listed() -> None:
    assert chapters_listed()
    assert [chapter.page for chapter in build.read_book(REPOSITORY).chapters] == chapters_listed()


def test_every_chapter_file_is_listed() -> None:
    assert sorted(path.stem for path in (REPOSITORY / "chapters").glob("*.py")) == sorted(
        page.removeprefix("chapters/") for page in chapters_listed()
    )


def test_make_test_runs_every_chapter_with_nbmake() -> None:
    """The very line that `make test` runs, but only collecting."""
    recipe = subprocess.run(
        ["make", "-n", "test", "PYTHON=python3"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout
    (line,) = [line for line in recipe.splitlines() if "pytest" in line]
    assert "--nbmake" in line.split()
    collected = subprocess.run(
        f"{line} -n 0 --collect-only -q", shell=True, cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout
    notebooks = re.findall(r"^(chapters/[\w-]+)\.ipynb", collected, re.MULTILINE)
    assert sorted(notebooks) == sorted(chapters_listed())


def test_notebooks_pages_and_chapters_are_the_same(built_book: ScratchBook) -> None:
    root = built_book.root
    listed = [chapter.page for chapter in build.read_book(root).chapters]
    assert listed == ["chapters/01-alpha", "chapters/02-beta"]

    def found(folder: Path, suffix: str) -> list[str]:
        return sorted(f"chapters/{path.stem}" for path in folder.glob(f"chapters/*{suffix}"))

    assert found(root, ".ipynb") == listed
    assert found(root / "_build" / "html", ".html") == listed
