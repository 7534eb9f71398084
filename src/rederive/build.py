"""From chapters to website: run the chapters whose inputs changed, then let Jupyter Book render them all.

A chapter re-derives one document, or tells what was measured about the checks themselves, or compares what the
chapters about documents found; the last run after the others. What a chapter or the site depends on is written
down as a fingerprint (a SHA-256 for every file) when it is finished; it is made again when the fingerprint, or
anything that was made, is no longer the same. Only what is needed to find out whether anything changed is imported
at the top, so that an unchanged book costs a moment.
"""

from __future__ import annotations

import ast
import atexit
import errno
import fcntl
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import metadata, resources
from pathlib import Path
from typing import Any

import grimp

import rederive
from rederive.files import COMPARISON, MEASUREMENTS, DataError, line_of, read_text, read_yaml, write_json, write_text
from rederive.history import FIXED_DATE, commit_date

LIBRARY = Path(rederive.__file__).parent
CELL_TIMEOUT = 600
"""Seconds one cell of a chapter may take."""

CHAPTER_ENVIRONMENT = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"),
    "PYTHONHASHSEED": "0",
    "SOURCE_DATE_EPOCH": FIXED_DATE,
}
"""One thread for linear algebra (chapters run side by side), and nothing left to chance or to the date."""

JUPYTER_BOOK = """
import os, sys, threading, time

def end_with(parent):
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)

threading.Thread(target=end_with, args=[int(sys.argv.pop(1))], daemon=True).start()
import rederive.display
from jupyter_book.cli.main import main
main()
"""
"""Jupyter Book, which does not outlive a build that is killed; kernels see to that themselves.

`rederive.display` comes first because it brings jsonschema along without its slow part, see there.
"""

CANNOT_WRITE = "|".join(str(number) for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS))
DISK_FAULTS = ("OSError", "PermissionError")
"""What Python calls a full disk, and a folder that cannot be written; a missing file is a `FileNotFoundError`."""

Fingerprint = dict[str, str]
"""SHA-256 by file (or other input)."""


class BuildError(Exception):
    """The book cannot be built. The first line of its text says what is wrong; a traceback may follow."""


def told(error: OSError) -> str:
    """A fault of disk or system in one line: the file, and what is wrong with it."""
    file = error.filename2 or error.filename
    return f"{file}: {error.strerror}" if file else str(error)


# ----------------------------------------------------------------------------------------- the book's parts


@dataclass(frozen=True)
class Chapter:
    """One chapter, `chapters/01-sepsis` in the table of contents, and the files that belong to it."""

    root: Path
    page: str

    @property
    def slug(self) -> str:
        return Path(self.page).name.partition("-")[2]

    @property
    def source(self) -> Path:
        return self.root / f"{self.page}.py"

    @property
    def title(self) -> str:
        """The heading it begins with; empty if it has none."""
        heading = re.search(r"^# # (.+)$", read_text(self.source), re.MULTILINE)
        return heading[1].strip() if heading else ""

    @property
    def data(self) -> Path:
        return self.root / "data" / self.slug

    @property
    def tests(self) -> Path:
        """Its tests, which the site shows."""
        return self.root / "tests" / "chapters" / f"test_{self.slug}.py"

    @property
    def compares(self) -> bool:
        """Does it compare documents? It then has no document of its own, and reads the joined results of all."""
        return (self.data / COMPARISON).is_file()

    @property
    def rederives(self) -> bool:
        """Does it re-derive a document? If it neither compares documents nor tells of measurements."""
        return not self.compares and not (self.data / MEASUREMENTS).is_file()

    @property
    def notebook(self) -> Path:
        return self.root / f"{self.page}.ipynb"

    @property
    def results(self) -> Path:
        return self.root / "_build" / "results" / f"{self.slug}.json"

    @property
    def outputs(self) -> list[Path]:
        """What running it makes: the executed notebook, and of a document the results."""
        return [self.notebook, self.results] if self.rederives else [self.notebook]

    @property
    def stamp(self) -> Path:
        return self.root / "_build" / "stamps" / f"{Path(self.page).name}.json"


@dataclass(frozen=True)
class Book:
    """The book in a folder: its pages, in the order of the table of contents."""

    root: Path
    pages: tuple[str, ...]

    @property
    def chapters(self) -> list[Chapter]:
        return [Chapter(self.root, page) for page in self.pages if page.startswith("chapters/")]

    @property
    def documents(self) -> list[Chapter]:
        """The chapters that each re-derive one document."""
        return [chapter for chapter in self.chapters if chapter.rederives]

    @property
    def comparisons(self) -> list[Chapter]:
        """The chapters that compare documents."""
        return [chapter for chapter in self.chapters if chapter.compares]

    @property
    def html(self) -> Path:
        return self.root / "_build" / "html"

    @property
    def claims(self) -> Path:
        return self.root / "_build" / "results" / "claims.json"

    @property
    def published(self) -> list[Path]:
        """The results of all documents as data, which the site offers too: as JSON, its schema, and a spreadsheet."""
        return [self.claims, self.claims.with_suffix(".schema.json"), self.claims.with_suffix(".csv")]

    @property
    def stamp(self) -> Path:
        return self.root / "_build" / "site.json"


def read_book(root: Path) -> Book:
    """The book that `root/_toc.yml` lists.

    Raises
    ------
    BuildError : if the file cannot be read, or names a chapter that has no source or no data folder.
    """
    toc = root / "_toc.yml"
    content = _settings(toc)
    if "root" not in content:
        raise BuildError(f"{toc}:1: root: expected this field, which is missing")
    book = Book(root, tuple(re.sub(r"\.(md|py|ipynb)$", "", page) for page in _listed(content)))

    def fault(page: str, expected: str) -> BuildError:
        text = toc.read_text(encoding="utf-8")
        found = re.search(rf"(?<![\w/-]){re.escape(page)}(?![\w/-])", text)
        line = text.count("\n", 0, found.start()) + 1 if found else 1
        return BuildError(f"{toc}:{line}: {' '.join(page.split())}: expected {expected}")

    slugs = [chapter.slug for chapter in book.chapters]
    for chapter in book.chapters:
        if slugs.count(chapter.slug) > 1:
            raise fault(chapter.page, f"one chapter for data/{chapter.slug}")
        if not re.fullmatch(r"chapters/\d+-[a-z0-9-]+", chapter.page):
            raise fault(chapter.page, "a chapter named like chapters/01-sepsis")
        if not chapter.source.is_file():
            raise fault(chapter.page, f"the chapter's source, {chapter.source}")
        if not chapter.data.is_dir():
            raise fault(chapter.page, f"the chapter's data folder, {chapter.data}")
    for page in book.pages:
        if not any((root / f"{page}{suffix}").is_file() for suffix in (".py", ".md", ".ipynb")):
            raise fault(page, f"the page's source, {root / page}.md")
    return book


def _settings(path: Path) -> Mapping[str, Any]:
    try:
        content = read_yaml(path)
    except DataError as error:
        raise BuildError(str(error)) from None
    if not isinstance(content, Mapping):
        raise BuildError(f"{path}:1: file: expected fields with their values")
    return content


def _check_settings(root: Path) -> None:
    """Find what Jupyter Book would not take, before chapters run for it in vain.

    Raises
    ------
    BuildError : at the first setting that is not as it should be.
    """
    from jsonschema import Draft7Validator  # type: ignore[import-untyped]
    from jsonschema.exceptions import best_match  # type: ignore[import-untyped]
    from sphinx_external_toc.parsing import MalformedError, parse_toc_yaml

    toc, config = root / "_toc.yml", root / "_config.yml"
    try:
        parse_toc_yaml(toc)
    except MalformedError as error:
        raise BuildError(f"{toc}:1: file: expected a table of contents: {' '.join(str(error).split())}") from None
    schema = json.loads(resources.files("jupyter_book").joinpath("config_schema.json").read_text(encoding="utf-8"))
    settings = _settings(config)
    if wrong := best_match(Draft7Validator(schema).iter_errors(settings)):
        line, field = line_of(settings, wrong.path), ".".join(map(str, wrong.path)) or "file"
        raise BuildError(f"{config}:{line}: {field}: expected another value: {wrong.message}")


def _listed(entry: Any) -> list[str]:
    """The pages a part of the table of contents names, top to bottom."""
    if isinstance(entry, Mapping):
        own = [str(entry[key]) for key in ("root", "file") if key in entry]
        return own + [page for value in entry.values() for page in _listed(value)]
    return [page for item in entry for page in _listed(item)] if isinstance(entry, list) else []


# --------------------------------------------------------------------------------------------- fingerprints


def _fingerprint(files: Iterable[Path], below: Path) -> Fingerprint:
    return {
        file.relative_to(below).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(files)
        if file.is_file()
    }


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if not {"__pycache__", ".ipynb_checkpoints"} & set(path.parts)]


def import_graph() -> grimp.ImportGraph:
    """Which module of the library imports which.

    Raises
    ------
    BuildError : if a module is not Python in UTF-8.
    """
    try:
        return grimp.build_graph("rederive", cache_dir=None)
    except grimp.exceptions.SourceSyntaxError as error:
        raise BuildError(f"{error.filename}:{error.lineno}: SyntaxError {error.text or ''}".strip()) from None
    except UnicodeError as error:
        raise BuildError(str(error)) from None


def installed_versions() -> Fingerprint:
    """The versions of this library and of what it needs to run and to make the book.

    Raises
    ------
    BuildError : if one of them is not installed.
    """
    needed = [line for line in metadata.requires("rederive") or [] if not re.search(r"extra == .dev.", line)]
    names = ["rederive", *(re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in needed)]
    try:
        return {f"version of {name}": metadata.version(name) for name in names}
    except metadata.PackageNotFoundError as error:
        raise BuildError(f"expected an installed package, {error.name}; make installs all") from None


def _library(names: Iterable[str], graph: grimp.ImportGraph) -> Fingerprint:
    """The library's files that importing these names runs or that its modules may read.

    Importing `a.b` runs `a/__init__.py` too; files other than modules (templates, style sheets) always count.
    """
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in graph.modules and name not in found:
            found.add(name)
            waiting += [*graph.find_modules_directly_imported_by(name), name.rpartition(".")[0]]
    files = [path for path in _files(LIBRARY) if path.suffix != ".py"]
    for name in found:
        path = LIBRARY.parent.joinpath(*name.split("."))
        files.append(path / "__init__.py" if path.is_dir() else path.with_suffix(".py"))
    return _fingerprint(files, LIBRARY.parent)


def imported_names(script: str) -> set[str]:
    """Every module name the `import` statements of a Python text may mean.

    Raises
    ------
    SyntaxError : if the text is not Python.
    """
    names: set[str] = set()
    for node in ast.walk(ast.parse(script)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.update([node.module, *(f"{node.module}.{alias.name}" for alias in node.names)])
    return names


def chapter_inputs(chapter: Chapter, book: Book, graph: grimp.ImportGraph) -> Fingerprint:
    """The fingerprint of all that a chapter's outputs depend on; of a comparison, also the documents and their results.

    Raises
    ------
    BuildError : if the chapter is not Python in UTF-8.
    """
    try:
        names = imported_names(read_text(chapter.source))
    except DataError as error:
        raise BuildError(str(error)) from None
    except SyntaxError as error:
        raise BuildError(f"{chapter.source}:{error.lineno or 1}: SyntaxError: {error.msg}") from None
    except (MemoryError, RecursionError) as error:  # nested too deeply; of the first Python says no more
        raise BuildError(f"{chapter.source}:1: file: expected Python ({str(error) or 'nested too deeply'})") from None
    files = [chapter.source, chapter.root / "requirements.lock", *_files(chapter.data)]
    if chapter.compares:
        files += [book.claims, *(file for compared in book.documents for file in _files(compared.data))]
    python = {"python": f"{platform.python_implementation()} {platform.python_version()}"}
    return python | installed_versions() | _fingerprint(files, chapter.root) | _library(names, graph)


def site_inputs(book: Book, date: str) -> Fingerprint:
    """The fingerprint of all that the site depends on: pages, chapters, their outputs and tests, data, and the library.

    All of the library, because the site documents it.
    """
    files = [book.root / name for name in ("_config.yml", "_toc.yml", "requirements.lock", "README.md", "CITATION.cff")]
    files += [*_files(book.root / "book"), *_files(book.root / "data"), *book.published]
    for chapter in book.chapters:
        files += [chapter.source, *chapter.outputs, chapter.tests]
    made_with = {"date": date, "python": sys.version} | installed_versions()
    return made_with | _fingerprint(files, book.root) | _fingerprint(_files(LIBRARY), LIBRARY.parent)


def _is_fresh(stamp: Path, inputs: Fingerprint, outputs: Iterable[Path], root: Path) -> bool:
    """Was everything the stamp speaks of made from these inputs, and is it still there as it was made?"""
    try:
        made = _read_json(stamp)
    except (FileNotFoundError, ValueError):  # never finished, or the stamp itself is damaged
        return False
    return bool(made == {"inputs": inputs, "outputs": _fingerprint(outputs, root)})


def _read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


# ------------------------------------------------------------------------------------------ running chapters


def _plain(text: str) -> str:
    """Text without terminal colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def execute(chapter: Chapter) -> None:
    """Run a chapter and write its executed notebook, which holds nothing but what the chapter says and prints.

    Raises
    ------
    BuildError : if a cell fails, if no kernel starts, or if the chapter ends without having written its results.
    """
    import jupytext
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError

    for output in (*chapter.outputs, chapter.stamp):
        output.unlink(missing_ok=True)
    notebook = jupytext.read(chapter.source)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    for number, cell in enumerate(notebook.cells, start=1):
        cell.id = f"cell-{number}"

    running: int | None = None  # until the kernel has started

    def note_cell(cell: object, cell_index: int) -> None:
        nonlocal running
        running = cell_index

    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        record_timing=False,
        resources={"metadata": {"path": str(chapter.source.parent)}},
        on_cell_execute=note_cell,
        extra_arguments=["--log-level=CRITICAL"],  # else a kernel stopped in its first moments complains of it
    )
    try:
        # Encrypted where it can be, because a kernel otherwise warns about it on every start.
        client.execute(env={**os.environ, **CHAPTER_ENVIRONMENT}, transport_encryption="auto")
    except (CellExecutionError, CellTimeoutError, RuntimeError, OSError) as error:  # the last two: no kernel, or dead
        if isinstance(error, CellExecutionError):
            fault = f"{error.ename}: {error.evalue}"
            details = "" if error.ename in DISK_FAULTS else error.traceback  # no fault of the chapter's
        elif isinstance(error, OSError):
            fault, details = told(error), ""
        else:
            fault, details = type(error).__name__, str(error)
        fault = " ".join(_plain(fault).split())
        if running is None:
            where = "expected a Python kernel to start"
            atexit.unregister(client._cleanup_kernel)  # at exit it would trip over the kernel that never was
        else:
            first_line = notebook.cells[running].source.partition("\n")[0]
            where = f"cell {running + 1} ({first_line})"
        raise BuildError(f"{chapter.page}.py: {where}: {fault}\n{_plain(details)}".rstrip()) from None
    if chapter.rederives and not chapter.results.is_file():
        raise BuildError(f"{chapter.page}.py: expected the chapter to write {chapter.results}")
    write_text(chapter.notebook, jupytext.writes(notebook, fmt="ipynb"))


def stale_chapters(chapters: Iterable[Chapter], book: Book, graph: grimp.ImportGraph) -> dict[Chapter, Fingerprint]:
    """Those whose outputs are missing, altered, or made from other inputs than those of now (given too)."""
    inputs = {chapter: chapter_inputs(chapter, book, graph) for chapter in chapters}
    return {
        chapter: made_from
        for chapter, made_from in inputs.items()
        if not _is_fresh(chapter.stamp, made_from, chapter.outputs, book.root)
    }


def run_chapters(book: Book, graph: grimp.ImportGraph, jobs: int) -> None:
    """Run the stale chapters, join the results of those about documents, then run the stale comparisons of documents.

    At most `jobs` run side by side. A chapter that ran is stamped, whatever becomes of the others. What a failing
    chapter wrote goes, and so does what a chapter left that is no longer listed.

    Raises
    ------
    BuildError : if chapters failed; names them all. Unless all before them succeeded, no comparison was begun.
    """
    _run_and_join((chapter for chapter in book.chapters if not chapter.compares), book, graph, jobs)
    _run(stale_chapters(book.comparisons, book, graph), jobs)


def _run_and_join(chapters: Iterable[Chapter], book: Book, graph: grimp.ImportGraph, jobs: int) -> None:
    """Run those of these chapters that are stale, all about documents among them; then join the results of those."""
    for file in book.published:
        file.unlink(missing_ok=True)
    _forget_former_chapters(book)
    _run(stale_chapters(chapters, book, graph), jobs)
    _join_results(book)


def _run(stale: Mapping[Chapter, Fingerprint], jobs: int) -> None:
    def run(chapter: Chapter) -> str:
        try:
            execute(chapter)
        except (BuildError, OSError) as error:
            with suppress(OSError):  # where nothing can be removed, that is not what is told
                chapter.results.unlink(missing_ok=True)
            return told(error) if isinstance(error, OSError) else str(error)
        outputs = _fingerprint(chapter.outputs, chapter.root)
        write_json(chapter.stamp, {"inputs": stale[chapter], "outputs": outputs})
        return ""

    if stale:
        print("running", *(chapter.page for chapter in stale), flush=True)
    # the longest first, as likely the slowest, so that it does not run on alone at the end
    begun = sorted(stale, key=lambda chapter: chapter.source.stat().st_size, reverse=True)
    pool = ThreadPoolExecutor(max_workers=jobs)
    try:
        ended = dict(zip(begun, pool.map(run, begun), strict=True))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)  # whoever interrupts a build does not want to wait for it
    if faults := [ended[chapter] for chapter in stale if ended[chapter]]:
        raise BuildError("\n\n".join(faults))


def _forget_former_chapters(book: Book) -> None:
    """Remove what was made from chapters that the table of contents no longer lists."""
    stamps = {chapter.stamp for chapter in book.chapters}
    for stamp in set((book.root / "_build" / "stamps").glob("*.json")) - stamps:
        former = Chapter(book.root, f"chapters/{stamp.stem}")
        for output in (former.notebook, former.results, stamp):
            output.unlink(missing_ok=True)


def _join_results(book: Book) -> None:
    """Write all documents, each with its chapter, and all claims, in the book's order: the three published files."""
    from rederive.claims import load_json
    from rederive.results import ChapterResults, join, json_schema
    from rederive.spreadsheet import spreadsheet

    try:
        results = join({chapter.page: load_json(chapter.results, ChapterResults) for chapter in book.documents})
    except DataError as error:
        raise BuildError(str(error)) from None
    claims, schema, table = book.published
    write_json(claims, results.model_dump(mode="json", by_alias=True))
    write_json(schema, json_schema())
    write_text(table, spreadsheet(results.claims))


# ---------------------------------------------------------------------------------------------- the website


def _render(book: Book, date: str) -> None:
    """Let Jupyter Book make the site in a folder of this build's own; the finished site then takes the old one's place.

    Of its own, because Jupyter Book may go on for a while where the build that started it was killed.
    """
    work = _workshop(book.root)
    work.mkdir()
    jupyter_book = [sys.executable, "-c", JUPYTER_BOOK, str(os.getpid())]
    try:
        made = subprocess.run(
            [*jupyter_book, "build", book.root, "--path-output", work, "-W", "-n", "--keep-going", "-q"],
            env={**os.environ, "PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": date},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
        if made.returncode != 0:
            if cannot_write := re.search(rf"\[Errno ({CANNOT_WRITE})\]", made.stdout):
                raise BuildError(f"{work}: Jupyter Book cannot write: {os.strerror(int(cannot_write[1]))}")
            raise BuildError(f"Jupyter Book found something to complain about\n{_plain(made.stdout)}")
        site = work / "_build" / "html"
        (site / ".buildinfo").unlink()  # made from our paths; only of use to builds that go on from an old one
        for file in book.published:
            shutil.copyfile(file, site / file.name)
        _take_away(book)
        os.replace(site, book.html)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _workshop(root: Path) -> Path:
    """Where this build puts together what is not finished."""
    return root / "_build" / f"site-{os.getpid()}"


def _take_away(book: Book) -> None:
    """Remove the site in one step, as seen from outside: a build that is killed must not leave half of one."""
    former = _workshop(book.root).with_suffix(".former")
    with suppress(FileNotFoundError):
        os.replace(book.html, former)
    shutil.rmtree(former, ignore_errors=True)


def _clear_remains(root: Path) -> None:
    """Remove the unfinished work of builds that were killed."""
    made = root / "_build"
    for workshop in made.glob("site-*"):
        shutil.rmtree(workshop, ignore_errors=True)
    for folder in (made, made / "results", made / "stamps", made / "pdf", made / "revisions", root / "chapters"):
        for partial in folder.glob(".*.partial"):
            partial.unlink(missing_ok=True)


# --------------------------------------------------------------------------------------------- the commands


def check(folders: Iterable[Path]) -> int:
    """Validate data folders of documents, of comparisons of documents and of measurements; the number of claims.

    Raises
    ------
    BuildError : at the first thing that is not as it should be, in one line.
    """
    from rederive.claims import load_document
    from rederive.comparison import load_comparison
    from rederive.measurements import load_measurements

    claims = 0
    try:
        for folder in folders:
            if (folder / COMPARISON).is_file():
                load_comparison(folder)  # its claims are its documents'
            elif (folder / MEASUREMENTS).is_file():
                load_measurements(folder)
            else:
                claims += len(load_document(folder).claims)
        return claims
    except DataError as error:
        raise BuildError(str(error)) from None


def data_folders(root: Path) -> list[Path]:
    """Every document's data folder.

    Raises
    ------
    BuildError : if there is none.
    """
    found = sorted(
        path for path in (root / "data").glob("*") if path.is_dir() and not path.name.startswith((".", "__"))
    )
    if not found:
        raise BuildError(f"{root / 'data'}: expected at least one data folder")
    return found


def is_up_to_date(book: Book, graph: grimp.ImportGraph, date: str) -> bool:
    """Is the site the one that a build would make now?"""
    if stale_chapters(book.chapters, book, graph):
        return False
    return _is_fresh(book.stamp, site_inputs(book, date), _files(book.html), book.root)


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Keep other builds of this book out; a build that is killed no longer does.

    Raises
    ------
    BuildError : if another build is running.
    """
    path = root / "_build" / "lock"
    path.parent.mkdir(exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BuildError(f"{root}: another build is running") from None
        yield


def build_results(root: Path, jobs: int) -> Path:
    """Bring the joined results up to date, running at most `jobs` chapters at a time; where they are.

    Only the chapters about documents run: what compares documents or tells of them may be at odds with a change whose
    results somebody wants to see, and the site is not needed.

    Raises
    ------
    BuildError : if anything is wrong with the data or a chapter, or if another build is running.
    """
    with _alone(root):
        _clear_remains(root)
        book = read_book(root)
        check([chapter.data for chapter in book.documents])
        _run_and_join(book.documents, book, import_graph(), jobs)
        return book.claims


def build(root: Path, jobs: int) -> bool:
    """Bring the site up to date, running at most `jobs` chapters at a time; whether there was anything to do.

    A build that fails leaves neither site nor joined results behind, so that nothing looks finished that is not.

    Raises
    ------
    BuildError : if anything is wrong with the data, a chapter or a page, or if another build is running.
    """
    with _alone(root):
        _clear_remains(root)
        try:
            book = read_book(root)
            graph = import_graph()
            date = commit_date(root)
            if is_up_to_date(book, graph, date):
                return False
            check(data_folders(root))
            _check_settings(root)
            run_chapters(book, graph, jobs)
            inputs = site_inputs(book, date)
            _render(book, date)
            _clear_remains(root)  # again: what a killed build had started may have gone on for a second
            write_json(book.stamp, {"inputs": inputs, "outputs": _fingerprint(_files(book.html), root)})
        except BaseException:
            blank = Book(root, pages=())  # it may be the table of contents that is wrong
            for file in blank.published:
                with suppress(OSError):  # a folder in which nothing can be removed is what is told, not this
                    file.unlink(missing_ok=True)
            with suppress(OSError):
                _take_away(blank)
            raise
        return True
