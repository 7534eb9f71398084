"""Every count, printed number and row of the tables that chapters recompute from, changed one at a time."""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from changed_books import Change, ChangedBooks, Run
from tqdm import tqdm

from rederive.calibration import corruptions as slips
from rederive.claims import Document
from rederive.comparison import Comparison
from rederive.printed import Printed
from rederive.verdicts import Verdict

SEED = 20260402
OUTCOMES = ("refused", "contradicted", "other verdict", "stopped", "record", "shown", "unchanged")
SURVIVED = ("shown", "unchanged")
ARMS = (("events_treated", "events_control"), ("n_treated", "n_control"), ("treated", "control"))

Cells = list[dict[str, str]]
Tables = dict[str, dict[str, object]]
"""Rows of tables by id, as the library reads them, by the table's file."""


@dataclass(frozen=True)
class Mutation:
    """One change of one table: its kind, the row, the column (empty: the row), and what stood there and stands now."""

    file: str
    kind: str
    row: str
    column: str
    before: str
    after: str
    whole: str


def mutations_of(file: str, text: str, rows: dict[str, object]) -> Iterator[Mutation]:
    """All changes of a table that are tried; `rows` holds its rows as the library reads them."""
    cells = list(csv.DictReader(io.StringIO(text)))
    for i, line in enumerate(cells):
        key = line["id"]
        for column, before in line.items():
            for kind, after in _cell_changes(getattr(rows[key], column, None), before, f"{file}/{key}/{column}"):
                changed = [*cells[:i], line | {column: after}, *cells[i + 1 :]]
                yield Mutation(file, kind, key, column, before, after, _csv(changed))
        swapped = {a: line[b] for pair in ARMS for a, b in (pair, pair[::-1]) if set(pair) <= set(line)}
        if any(line[column] != value for column, value in swapped.items()):
            changed = [*cells[:i], line | swapped, *cells[i + 1 :]]
            yield Mutation(file, "arms swapped", key, "", "", "", _csv(changed))
        yield Mutation(file, "row dropped", key, "", "", "", _csv([*cells[:i], *cells[i + 1 :]], list(line)))


def _cell_changes(value: object, text: str, name: str) -> Iterator[tuple[str, str]]:
    """A count one up and one down; the last digit of a printed number, and the one before it, another."""
    if isinstance(value, int):
        yield "count one up", str(value + 1)
        if value:
            yield "count one down", str(value - 1)
    elif isinstance(value, Printed) and text.strip():
        rng = np.random.default_rng([SEED, zlib.crc32(name.encode())])
        for kind, after in {
            "last digit": slips.last_digit(text, rng),
            "last-but-one digit": slips.last_but_one_digit(text, rng),
        }.items():
            if after is not None:
                yield kind, after


def _csv(cells: Cells, columns: list[str] | None = None) -> str:
    written = io.StringIO()
    writer = csv.DictWriter(written, columns or list(cells[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(cells)
    return written.getvalue()


def outcome(unchanged: Run, changed: Run) -> str:
    """What became of a changed table: the first of `OUTCOMES` that applies."""
    if changed.refused:
        return "refused"
    verdicts = {name: record["verdict"] for name, record in unchanged.records.items()}
    new = {name: record["verdict"] for name, record in changed.records.items() if record["verdict"] != verdicts[name]}
    if new:
        return "contradicted" if Verdict.CONTRADICTED in new.values() else "other verdict"
    if changed.stopped:
        return "stopped"
    if changed.records != unchanged.records:
        return "record"
    return "shown" if changed.said != unchanged.said else "unchanged"


def all_mutations(book: Path, tables: Tables) -> list[Mutation]:
    """All changes of these tables, in the order of their files."""
    return [
        mutation
        for file, rows in tables.items()
        for mutation in mutations_of(file, (book / file).read_text("utf-8"), rows)
    ]


def mutated_tables(chapter: str, tables: Tables, which: slice) -> Iterator[dict[str, str]]:
    """Changes of the tables of a chapter, with what became of them; all, or some of the list."""
    with ChangedBooks(chapter) as books:
        for mutation in tqdm(all_mutations(books.book, tables)[which], desc=chapter, mininterval=10):
            run = books.run(Change(mutation.file, whole=mutation.whole))
            yield {
                "file": mutation.file,
                "row": mutation.row,
                "column": mutation.column,
                "corruption": mutation.kind,
                "before": mutation.before,
                "after": mutation.after,
                "outcome": outcome(books.unchanged, run),
                "error": run.refused or run.stopped,
            }


def tables_of(document: Document) -> Tables:
    """The rows of a document's tables, by file."""
    return {
        f"data/{document.slug}/{entry.file}": dict(document.rows[name]) for name, entry in document.card.tables.items()
    }


def tables_of_comparison(comparison: Comparison) -> Tables:
    """The rows of a comparison's tables, by file."""
    folder, files = f"data/{comparison.folder.name}", comparison.files
    return {
        f"{folder}/{files.estimates}": dict(comparison.estimates),
        f"{folder}/{files.grounds}": dict(comparison.grounds),
        f"{folder}/{files.pairs}": dict(comparison.pairs),
    }
