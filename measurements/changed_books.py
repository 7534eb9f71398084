"""Runs a chapter again and again, each time on data in which one thing was changed, and tells what it then finds.

A chapter takes seconds, and there are thousands of changes. So a chapter is run once as it stands, in this process, and
every changed run is a fork of it. What pure functions returned is remembered by their arguments, so that a changed run
computes only what the change reaches. Figures are not drawn. All else is the chapter's own code on the library's own
loader and checks.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import gc
import importlib
import io
import os
import pickle
import pkgutil
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FunctionType
from typing import Any

import rederive
from rederive import claims
from rederive.audit import Audit
from rederive.claims import DataError
from rederive.files import project_root
from rederive.verdicts import Finding, Verdict

REMEMBERED = ("rederive.checks.", "rederive.methods.")
DRAWING = ("rederive.display.figures", "rederive.display.experiment_figures", "rederive.display.evidence")

Place = tuple[str | int, ...]
"""Where in a YAML file's content something stands, by keys and positions."""

LONGEST = 5
"""Seconds of processor time for a statement of a chapter on changed data; as the documents stand, none needs 3."""


@dataclass(frozen=True)
class Change:
    """One change of one data file, named by its path in the book.

    Attributes
    ----------
    texts : other texts for places of a YAML file.
    whole : another text for the whole file, where it is a CSV file.
    """

    file: str
    texts: Mapping[Place, str] = field(default_factory=dict)
    whole: str = ""


@dataclass(frozen=True)
class Run:
    """What a run of a chapter came to.

    Attributes
    ----------
    records : what it recorded about each claim, as in `claims.json`.
    refused : the loader's words, where it did not take the data.
    stopped : the error that would have ended the chapter. Here the statements after it are run all the same: a chapter
        may stop in a table, at numbers that contradict each other, before it comes to judge them.
    said : all that it showed.
    """

    records: dict[str, dict[str, Any]]
    refused: str = ""
    stopped: str = ""
    said: str = ""


class _ContradictedError(BaseException):
    """The claim that a run was made for was contradicted. No chapter can catch it by mistake."""


_WATCHED = [""]
"""The claim that the run in this process was made for."""


def _watched(record: Callable[..., None]) -> Callable[..., None]:
    """Recording findings, but that of a watched claim ends the run if it is a contradiction."""

    @functools.wraps(record)
    def recording(audit: Audit, claim_id: str, finding: Finding) -> None:
        record(audit, claim_id, finding)
        if claim_id == _WATCHED[0] and finding.verdict is Verdict.CONTRADICTED:
            raise _ContradictedError

    return recording


class ChangedBooks:
    """One chapter, ready to be run on changed data: `with ChangedBooks("chapters/01-sepsis.py") as books: ...`.

    Where only its findings are asked for, paragraphs, tables and figures may be left out: `showing=False`.
    """

    def __init__(self, chapter: str, *, showing: bool = True) -> None:
        self._root = project_root()
        self._chapter = self._root / chapter
        statements = ast.parse(self._chapter.read_text("utf-8")).body
        self._code = [
            compile(ast.Module([one], []), str(self._chapter), "exec")
            for one in statements
            if showing or not _only_shows(one)
        ]

    def __enter__(self) -> ChangedBooks:
        _prepare_library()
        signal.signal(signal.SIGVTALRM, _too_long)
        self._left = Path.cwd()
        self._scratch = tempfile.TemporaryDirectory()
        book = Path(self._scratch.name)
        shutil.copy(self._root / "_toc.yml", book)
        shutil.copytree(self._root / "data", book / "data")
        results = self._root / "_build" / "results" / "claims.json"
        (book / "_build" / "results").mkdir(parents=True)
        if results.exists():
            shutil.copy(results, book / "_build" / "results")
        os.chdir(book)
        self.book = Path.cwd()  # as the library will see it
        self.unchanged, self.findings = self._run()
        if self.unchanged.refused or self.unchanged.stopped:
            raise RuntimeError(f"{self._chapter} does not run: {self.unchanged.refused}{self.unchanged.stopped}")
        return self

    def __exit__(self, *_: object) -> None:
        os.chdir(self._left)
        self._scratch.cleanup()

    def run(self, change: Change, until_contradicted: str = "") -> Run:
        """What the chapter finds if this is changed; a claim may be named whose contradiction ends the run."""
        gc.freeze()  # or every child would copy all memory as it collects garbage
        receiver, sender = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                _apply(self.book, change)
                run, _ = self._run(until_contradicted, LONGEST)
                with os.fdopen(sender, "wb") as pipe:
                    pickle.dump(run, pipe)
            finally:
                os._exit(0)
        os.close(sender)
        with os.fdopen(receiver, "rb") as pipe:
            content = pipe.read()
        os.waitpid(child, 0)
        if not content:
            raise RuntimeError(f"a run of {self._chapter} on {change} died")
        return pickle.loads(content)

    def _run(self, until_contradicted: str = "", longest: int = 0) -> tuple[Run, dict[str, Any]]:
        names: dict[str, Any] = {"__name__": "__main__", "__file__": str(self._chapter)}
        refused = stopped = ""
        shown = io.StringIO()
        with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(io.StringIO()):
            _WATCHED[0] = until_contradicted
            for statement in self._code:
                signal.setitimer(signal.ITIMER_VIRTUAL, longest)
                try:
                    exec(statement, names)
                except DataError as error:
                    refused = str(error)
                    break
                except _ContradictedError:
                    break
                except Exception as error:  # whatever a chapter stops at
                    stopped = stopped or f"{type(error).__name__}: {error}"
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        findings = getattr(names.get("audit"), "findings", {})
        records = {claim: names["audit"].result(claim).model_dump(mode="json") for claim in findings}
        return Run(records, refused, stopped, shown.getvalue()), findings


def _only_shows(statement: ast.stmt) -> bool:
    """Whether a statement of a chapter is a paragraph, a table or a figure, and no more."""
    if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)):
        return False
    called = ast.unparse(statement.value.func)
    return called in {"text", "table"} or called.startswith("figures.")


def _too_long(*_: object) -> None:
    raise TimeoutError(f"a statement took more than {LONGEST} s of processor time")


def _apply(book: Path, change: Change) -> None:
    """Make the change, in what this process will read from the file."""
    path, read = book / change.file, claims.read_text
    if change.whole:
        claims.read_text = lambda file: change.whole if file == path else read(file)
    for place, text in change.texts.items():
        at = claims.read_yaml(path)
        for key in place[:-1]:
            at = at[key]
        at[place[-1]] = text


@functools.cache
def _prepare_library() -> None:
    """Load the library, let it remember, and let it not draw."""
    modules = [importlib.import_module(name) for name in _module_names()]
    listed = {id(value) for module in modules for table in vars(module).values() for value in _values(table)}
    new: dict[Callable[..., Any], Callable[..., Any]] = {}
    for module in modules:
        for name, function in list(vars(module).items()):
            if isinstance(function, FunctionType) and function.__module__ == module.__name__ and name[0] != "_":
                if module.__name__.startswith(REMEMBERED) and id(function) not in listed:
                    new[function] = _remembering(function)
                elif module.__name__ in DRAWING:
                    new[function] = _nothing
    Audit._record = _watched(Audit._record)
    new[claims.read_yaml] = functools.cache(claims.read_yaml)
    for module in modules:
        for name, value in list(vars(module).items()):
            if isinstance(value, FunctionType) and value in new:
                setattr(module, name, new[value])


def _values(table: object) -> tuple[object, ...]:
    """What a table of functions holds: code may ask which of them a function is, so it has to stay itself."""
    return (*table.values(),) if isinstance(table, dict) else ()


def _module_names() -> Iterator[str]:
    for found in pkgutil.walk_packages(rederive.__path__, "rederive."):
        if not found.name.startswith(("rederive.cli", "rederive.build", "rederive.sphinxext")):
            yield found.name


def _nothing(*_: object, **__: object) -> None:
    """Draws nothing."""


def _remembering(function: FunctionType) -> Callable[..., Any]:
    """A function that remembers what it returned, as long as that saves time.

    One whose arguments cannot be compared, or are changed by it, is left to run.
    """
    results: dict[bytes, bytes] = {}
    running = remembering_took = 0.0

    @functools.wraps(function)
    def remembering(*args: Any, **kwargs: Any) -> Any:
        nonlocal running, remembering_took
        if remembering_took > max(running, 0.02):
            return function(*args, **kwargs)
        started = time.perf_counter()
        before = _pickled((args, kwargs))
        if before in results:
            return pickle.loads(results[before])
        called = time.perf_counter()
        result = function(*args, **kwargs)
        returned = time.perf_counter()
        stored = _pickled(result)
        if before and stored and before == _pickled((args, kwargs)):
            results[before] = stored
        running += returned - called
        remembering_took += time.perf_counter() - returned + called - started
        return result

    return remembering


def _pickled(value: object) -> bytes:
    try:
        return pickle.dumps(value)
    except (pickle.PicklingError, AttributeError, TypeError, RecursionError):
        return b""


if __name__ == "__main__":
    sys.exit("a part of the measurements; run corrupted_documents.py")
