"""Where the book lies; files read with errors that say where, and written whole or not at all.

Beyond the standard library it imports only what reads YAML.
"""

from __future__ import annotations

import json
import os
import re
import textwrap
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer, ComposerError
from ruamel.yaml.constructor import ConstructorError, DuplicateKeyError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.reader import ReaderError

COMPARISON = "comparison.yaml"
"""What the data folder of a chapter that compares documents holds in place of `document.yaml`."""

MEASUREMENTS = "measurements.yaml"
"""What that of a chapter about the checks themselves holds."""


def project_root(start: Path | None = None) -> Path:
    """The book's folder: the nearest one at or above `start` (default: where we are) with a table of contents.

    Whoever is in no book at all works on the one this library was installed from.

    Raises
    ------
    FileNotFoundError : if that is no book either.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents, Path(__file__).resolve().parents[2]):
        if (folder / "_toc.yml").is_file():
            return folder
    raise FileNotFoundError(f"{here}: expected a book, a folder with _toc.yml, here or above")


class DataError(Exception):
    """A data file is not what it should be. Its text is one line: file, line, field, what was expected.

    What concerns a file as a whole is reported for its line 1.
    """

    def __init__(self, file: Path, line: int, field: str, expected: str) -> None:
        field, expected = (textwrap.shorten(text, 300, placeholder=" …") for text in (field, expected))
        super().__init__(_printable(f"{file}:{line}: {field}: {expected}"))


def _printable(text: str) -> str:
    """Text on one line, and without what a terminal would take for a command: names of files may hold both."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def read_text(path: Path) -> str:
    """A text file in UTF-8.

    Raises
    ------
    DataError : if it is none.
    """
    try:
        if path.exists() and not path.is_file():  # reading a pipe would wait for ever
            raise DataError(path, 1, "file", "expected a readable file, got a folder or a device")
        content = path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: no path can hold a NUL
        reason = error.strerror if isinstance(error, OSError) else error
        raise DataError(path, 1, "file", f"expected a readable file ({reason})") from None
    try:
        text = content.decode("utf-8").removeprefix("\ufeff")  # the mark that spreadsheets put before UTF-8
    except UnicodeDecodeError as error:
        raise DataError(path, _line(content, error.start), "file", "expected text in UTF-8") from None
    if "\0" in text:
        raise DataError(path, _line(text, text.index("\0")), "file", "expected text in UTF-8, got a NUL")
    return text


def _line(text: str | bytes, place: int) -> int:
    """The number of the line in which the character at this place stands."""
    return text[:place].count("\n" if isinstance(text, str) else b"\n") + 1  # type: ignore[arg-type]


class _Composer(Composer):
    """Takes no aliases: a short file with aliases of aliases can stand for more than any memory holds."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.parser.check_event(AliasEvent):
            where = self.parser.peek_event().start_mark
            raise ComposerError(None, None, "found an alias; write out what it stands for", where)
        return super().compose_node(parent, index)


class _Constructor(RoundTripConstructor):
    """Python objects from YAML; says of what is none (`2020-13-45`, `!!int z`) where it stands."""

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ValueError, TypeError, AttributeError, LookupError) as error:
            raise ConstructorError(None, None, f"{error}; put text in quotes", node.start_mark) from None


def read_yaml(path: Path) -> Any:
    """What a YAML 1.2 file without aliases holds, with the lines on which it stands.

    Raises
    ------
    DataError : if it is no such file.
    """
    text = read_text(path)
    old = re.search(r"^%YAML(?! 1\.2\s*$)", text, re.MULTILINE)  # to YAML 1.1, `n` is False
    if old:
        raise DataError(path, _line(text, old.start()), "file", "expected YAML 1.2")
    yaml = YAML(typ="rt")
    yaml.Composer = _Composer
    yaml.Constructor = _Constructor
    try:
        return yaml.load(text)
    except MarkedYAMLError as error:
        mark, problem = error.problem_mark, str(error.problem)
        if isinstance(error, DuplicateKeyError):
            problem = problem.partition(" with value ")[0]
        raise DataError(path, mark.line + 1 if mark else 1, "file", f"expected valid YAML ({problem})") from None
    except RecursionError:
        raise DataError(path, 1, "file", "expected valid YAML (nested too deeply)") from None
    except ReaderError as error:
        line = _line(text, error.position)
        character = f"found the character U+{error.character:04X}"
        raise DataError(path, line, "file", f"expected valid YAML ({character})") from None
    except (YAMLError, ValueError) as error:
        raise DataError(path, 1, "file", f"expected valid YAML ({error})") from None


def line_of(content: Any, location: Iterable[int | str]) -> int:
    """The line of a YAML file where the innermost part of `location` that exists stands."""
    line = 1
    for part in location:
        try:
            line = (content.lc.key(part) if isinstance(part, str) else content.lc.item(part))[0] + 1
            content = content[part]
        except (AttributeError, KeyError, IndexError, TypeError):
            break
    return line


def write_text(path: Path, text: str) -> None:
    """Write all of a file in UTF-8, or nothing; its folder is made where it is missing."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Write all of a file, or nothing; its folder is made where it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    except BaseException as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        if isinstance(error, OSError):  # of a full disk Python does not say which file it was
            raise OSError(error.errno, error.strerror, str(path)) from None
        raise


def write_json(path: Path, content: object) -> None:
    """Write JSON, the same way every time.

    Raises
    ------
    ValueError : if the content holds a NaN or an infinity, which JSON has not.
    """
    write_text(path, json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False) + "\n")
