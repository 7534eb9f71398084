"""What the book makes of corrupted documents: `make corruptions`, about half an hour on one core.

Every printed number of every claim suffers one slip of the pen after the other, and every count, printed number and row of
the tables is changed; each time the chapter judges the claims anew. Writes five tables to `data/trust/`.

    python measurements/corrupted_documents.py                  all of it
    python measurements/corrupted_documents.py --sample 15      every fifteenth change to the first document, told as JSON
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import sys
from collections import Counter
from pathlib import Path

import documents
import tables
from reasons import why_not_caught, why_survived, why_untied

from rederive.claims import Document, load_document
from rederive.comparison import Comparison, load_comparison
from rederive.files import COMPARISON, project_root, write_text

Row = dict[str, str]
ROOT = project_root()
CHAPTERS = {path.stem.partition("-")[2]: f"chapters/{path.name}" for path in sorted(ROOT.glob("chapters/*.py"))}


def main() -> None:
    """All of it, or a sample."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, metavar="N", help="only every Nth change to the first document")
    step = parser.parse_args().sample
    os.chdir(ROOT)
    audited = documents_of_the_book()
    if step:
        claims, changed = measure(audited[0], slice(0, None, step))
        json.dump({"claims": claims, "tables": changed}, sys.stdout)
        return
    every = slice(None)
    measured = [measure(document, every) for document in audited]
    claims = [row for rows, _ in measured for row in rows]
    changed = [row for _, rows in measured for row in rows]
    for comparison in comparisons_of_the_book():
        chapter = CHAPTERS[comparison.folder.name]
        changed += tables.mutated_tables(chapter, tables.tables_of_comparison(comparison), every)
    alone = [row for document in audited for row in documents.ratios_alone(document)]
    write_all(claims, alone, changed)


def documents_of_the_book() -> list[Document]:
    """The documents, in the book's order."""
    folders = [ROOT / "data" / slug for slug in CHAPTERS]
    return [load_document(folder) for folder in folders if (folder / "document.yaml").exists()]


def comparisons_of_the_book() -> list[Comparison]:
    """What the closing chapters compare."""
    folders = [ROOT / "data" / slug for slug in CHAPTERS]
    return [load_comparison(folder) for folder in folders if (folder / COMPARISON).exists()]


def measure(document: Document, which: slice) -> tuple[list[Row], list[Row]]:
    """What became of changes to the claims and to the tables of a document: of all, or of some."""
    chapter = CHAPTERS[document.slug]
    claims = list(documents.corrupted_claims(chapter, document, which))
    return claims, list(tables.mutated_tables(chapter, tables.tables_of(document), which))


# -------------------------------------------------------------------------------------------- stored tables


def write_all(claims: list[Row], alone: list[Row], changed: list[Row]) -> None:
    """The five tables: summed, number by number, and what was not caught."""
    claims = [row | {"tied": "no" if why_untied(row) else "yes"} for row in claims]
    alone = [row | {"tied": "no" if why_untied(row) else "yes"} for row in alone]
    by = ("document", "kind", "verdict", "tied", "corruption")
    _write("document_corruptions", _summed(claims + alone, by, documents.OUTCOMES))
    _write("document_numbers", _numbers(claims))
    _write("document_misses", _misses(claims))
    _write("data_mutations", _summed(changed, ("file", "corruption"), tables.OUTCOMES))
    _write("data_survivors", _survivors(changed))


def _summed(rows: list[Row], by: tuple[str, ...], outcomes: tuple[str, ...]) -> list[Row]:
    """How many runs there were of each sort, and what became of them."""
    counts: dict[tuple[str, ...], Counter[str]] = {}
    for row in rows:
        counts.setdefault(tuple(row[name] for name in by), Counter())[row["outcome"]] += 1
    return [
        {"id": "; ".join(key), **dict(zip(by, key, strict=True)), "tried": str(found.total())}
        | {name.replace(" ", "_"): str(found[name]) for name in outcomes}
        for key, found in counts.items()
    ]


def _numbers(claims: list[Row]) -> list[Row]:
    """Every printed number: whether anything ties it, and how many of its corruptions were caught."""
    found: dict[str, list[Row]] = {}
    for row in claims:
        if row["corruption"] in documents.SLIPS:
            found.setdefault(f"{row['document']}/{row['claim']}/{row['numbers']}", []).append(row)
    return [
        {
            "id": name,
            "kind": rows[0]["kind"],
            "verdict": rows[0]["verdict"],
            "tied": rows[0]["tied"],
            "why_not": why_untied(rows[0]),
            "tried": str(len(rows)),
            "caught": str(sum(row["outcome"] in documents.CAUGHT for row in rows)),
        }
        for name, rows in found.items()
    ]


def _misses(claims: list[Row]) -> list[Row]:
    """The corruptions of tied numbers that were not caught, with the reason."""
    missed = [row for row in claims if row["tied"] == "yes" and row["outcome"] not in documents.CAUGHT]
    return [
        {
            "id": f"{row['document']}/{row['claim']}/{row['numbers']}; {row['corruption']}; {row['printed']}",
            "claim": f"{row['document']}/{row['claim']}",
            "numbers": row["numbers"],
            "corruption": row["corruption"],
            "printed": row["printed"],
            "outcome": row["outcome"],
            "why": why_not_caught(row),
        }
        for row in missed
    ]


def _survivors(changed: list[Row]) -> list[Row]:
    """The changes of tables that no record shows, with the reason."""
    return [
        {"id": f"{row['file']}; {row['row']}; {row['column'] or 'row'}; {row['corruption']}"}
        | {name: row[name] for name in ("file", "row", "column", "corruption", "before", "after", "outcome")}
        | {"why": why_survived(row)}
        for row in changed
        if row["outcome"] in tables.SURVIVED
    ]


def _write(name: str, rows: list[Row]) -> None:
    written = io.StringIO()
    writer = csv.DictWriter(written, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(sorted(rows, key=lambda row: row["id"]))
    write_text(Path(ROOT / "data" / "trust" / f"{name}.csv"), written.getvalue())


if __name__ == "__main__":
    main()
