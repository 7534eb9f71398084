"""What a reader of a page reads as prose, and the numbers typed into it.

The prose of a chapter is its markdown cells and every string of its code that is no mere name; that of a module of the
library is its strings. What an f-string holds in braces is computed, and stands in its passage as `{}`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from rederive.printed import Printed

SIGN = r"(?:[<>≤≥]\s?|(?<![\w)}\]])[−-])?"
SUPERSCRIPT = r"(?:[⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+|\^(?:\d(?![\d.])|\{-?\d+\}))?"
NUMBER = re.compile(
    rf"(?<![\w.])(?<![A-Za-z]-){SIGN}(?:\d{{1,3}}(?:,\d{{3}})+|\d+|(?=\.\d))(?:\.\d+)?(?:e-?\d+)?{SUPERSCRIPT}"
    r"(?:%|\\%)?"
    r"|[½⅓⅔¼¾⅕⅛]"
)
INDEX = re.compile(r"(?:_\{?|(?:[A-Za-z)}\]]|_\d)\^\{?-?)$")  # what stands before a subscript, or the power of a symbol

_TO_TWENTY = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen"]
_TO_TWENTY += ["fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"]
_TENS = ["thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
COUNTS = dict(zip(_TO_TWENTY + _TENS, [*range(2, 21), *range(30, 100, 10)], strict=True))
COUNT = re.compile(rf"\b(?<!by-)(?i:{'|'.join(COUNTS)})(?!-by-|-sided)\b")
"""A number in words, from two on (`one` mostly counts nothing)."""

LABELS = re.compile(
    r"α1|(?:Tables?|Figures?|ECOG|[Vv]ersion|ARRIVE|SciPy|Python|C57BL/)\s?\d+(?:\.\d+)*|(?<!\w)[Dd]efinitions? \d"
    r"|\{:[^{}]*\}"  # a format
)
"""Names that hold a digit and measure nothing; `CD4`, `IL-15` and `PD-1` are seen to be names by what is before it."""

NOT_READ = re.compile(r"(?<=\])\([^)\s]*\)|\{doc\}`[^`]*`|<https?:[^>]*>|^```.*?$|href=\"[^\"]*\"", re.MULTILINE)
"""Where a link leads, and what opens a directive."""

NAME = re.compile(r"(?!\d)[\w./%@:#-]*|[<>^]?,?\.\d+[gf%]")
"""A string that is a key, a file or a format: one word that begins with no figure, or a format."""

NOT_SHOWN = re.compile(r"\.query$|^re\.|^_demand$|^_expect$")
"""Calls whose strings no page shows: queries of tables, patterns, and what is said where the library refuses."""


@dataclass(frozen=True)
class Passage:
    """A piece of prose, under its heading; `line` is where it begins."""

    heading: str
    line: int
    text: str


@dataclass(frozen=True)
class Typed:
    """A number in a passage."""

    passage: Passage
    start: int
    end: int

    @property
    def text(self) -> str:
        return " ".join(self.passage.text[self.start : self.end].split())

    @property
    def line(self) -> int:
        return self.passage.line + self.passage.text.count("\n", 0, self.start)

    def around(self) -> str:
        """The words around it."""
        before, after = self.passage.text[: self.start].split(), self.passage.text[self.start :].split()
        return f"… {' '.join(before[-6:] + after[:6])} …"

    def printed(self) -> Printed:
        """The number as printed numbers are read."""
        word = COUNTS.get(self.text.lower())
        return Printed.parse(str(word) if word else self.text.replace("\\", "").replace(" ", ""))


@cache
def typed_numbers(passage: Passage) -> list[Typed]:
    """Every number of a passage, in figures or in words; names and indices are none."""
    text = passage.text
    names = [found.span() for found in LABELS.finditer(text)]
    spans = [
        found.span()
        for found in NUMBER.finditer(text)
        if not any(start <= found.start() and found.end() <= end for start, end in names)
        and not (found[0].isdigit() and INDEX.search(text[: found.start()]))
    ]
    spans += [found.span() for found in COUNT.finditer(text)]
    return [Typed(passage, *span) for span in sorted(spans)]


# --------------------------------------------------------------------------------------------- where prose is


def _readable(text: str) -> str:
    return NOT_READ.sub("", text)


def markdown_passages(text: str, line: int = 1, heading: str = "") -> list[Passage]:
    """Markdown by heading."""
    passages: list[Passage] = []
    for part in re.split(r"^(?=#+ )", text, flags=re.MULTILINE):
        first = part.partition("\n")[0]
        if first.startswith("#"):
            heading = first.lstrip("# ").strip()
        if part.strip():
            passages.append(Passage(heading, line, _readable(part)))
        line += part.count("\n")
    return passages


def _filled(node: ast.JoinedStr) -> str:
    """An f-string with `{}` for what is computed; what is in braces but named nowhere is typed all the same."""
    parts = []
    for value in node.values:
        if isinstance(value, ast.Constant):
            parts.append(str(value.value))
        elif isinstance(value, ast.FormattedValue):
            computed = any(isinstance(inner, ast.Name | ast.JoinedStr) for inner in ast.walk(value.value))
            parts.append("{}" if computed else f"{{{ast.unparse(value.value)}}}")
    return "".join(parts)


def _strings(node: ast.AST) -> Iterator[tuple[int, str]]:
    """The strings under a node, with their lines; of docstrings, queries, patterns and refusals none."""
    if isinstance(node, ast.Raise) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        return
    if isinstance(node, ast.Call) and NOT_SHOWN.search(ast.unparse(node.func)):
        return
    if isinstance(node, ast.JoinedStr):
        yield node.lineno, _filled(node)
        for value in node.values:
            if isinstance(value, ast.FormattedValue):
                yield from _strings(value.value)
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and not NAME.fullmatch(node.value):
        yield node.lineno, node.value
    for child in ast.iter_child_nodes(node):
        yield from _strings(child)


def code_passages(source: str, headings: list[tuple[int, str]]) -> list[Passage]:
    """The strings of Python code, each under the last heading above it; one used again there (a key) counts once."""
    first: dict[tuple[str, str], int] = {}
    for line, text in sorted(_strings(ast.parse(source))):
        heading = next((name for above, name in reversed(headings) if above < line), "")
        first.setdefault((heading, text), line)
    return [Passage(heading, line, _readable(text)) for (heading, text), line in first.items()]


def chapter_passages(source: str) -> list[Passage]:
    """The prose of a chapter: markdown cells, and the strings of its code."""
    passages: list[Passage] = []
    heading, line = "", 1
    for cell in re.split(r"^(?=# %%)", source, flags=re.MULTILINE):
        first, _, body = cell.partition("\n")
        if "[markdown]" in first:
            text = re.sub(r"^# ?", "", body, flags=re.MULTILINE)
            passages += markdown_passages(text, line + 1, heading)
            heading = passages[-1].heading
        line += cell.count("\n")
    return passages + code_passages(source, [(passage.line, passage.heading) for passage in passages])
