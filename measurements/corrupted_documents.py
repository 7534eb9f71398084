"""What the book makes of corrupted documents: `make corruptions`, about half an hour on one core.

Every printed number of every claim suffers one slip of the pen after the other, and every count, printed number and row
of the tables is changed; each time the chapter judges the claims anew. Writes five tables to `data/trust/`.

    python measurements/corrupted_documents.py                  all of it
    python measurements/corrupted_documents.py --sample 20      every 20th change to the first document, told as JSON,
                                                                with the numbers of changes to all
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import sys
from collections import Counter

import changed_tables
import corrupted_claims
from corruption_reasons import why_not_caught, why_survived, why_untied

from rederive.claims import Document, load_document
from rederive.comparison import load_comparison
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
    if step:
        json.dump(sample(step), sys.stdout)
        return
    every = slice(None)
    claims, alone, changed = [], [], []
    for document in documents_of_the_book():
        claims += corrupted_claims.corrupted_claims(CHAPTERS[document.slug], document, every)
        alone += corrupted_claims.ratios_alone(document)
    for slug, tables in tables_of_the_book().items():
        changed += changed_tables.mutated_tables(CHAPTERS[slug], tables, every)
    write_all(claims, alone, changed)


def sample(step: int) -> dict[str, object]:
    """What became of every so many changes to the first document, and how many changes there are to all."""
    documents, tables = documents_of_the_book(), tables_of_the_book()
    first, which = documents[0], slice(0, None, step)
    claims = corrupted_claims.corrupted_claims(CHAPTERS[first.slug], first, which)
    changed = changed_tables.mutated_tables(CHAPTERS[first.slug], tables[first.slug], which)
    of_claims = [
        f"{document.slug}; {claim.kind}; {corruption.kind}"
        for document in documents
        for claim, corruption in corrupted_claims.all_corruptions(document)
    ]
    of_tables = [
        f"{mutation.file}; {mutation.kind}"
        for rows in tables.values()
        for mutation in changed_tables.all_mutations(ROOT, rows)
    ]
    return {
        "claims": [row | {"caught": row["outcome"] in corrupted_claims.CAUGHT} for row in claims],
        "tables": [row | {"survived": row["outcome"] in changed_tables.SURVIVED} for row in changed],
        "tried": Counter(of_claims + of_tables),
    }


def documents_of_the_book() -> list[Document]:
    """The documents, in the book's order."""
    folders = [ROOT / "data" / slug for slug in CHAPTERS]
    return [load_document(folder) for folder in folders if (folder / "document.yaml").exists()]


def tables_of_the_book() -> dict[str, changed_tables.Tables]:
    """The tables of every chapter that recomputes from tables or compares documents by them."""
    tables = {document.slug: changed_tables.tables_of(document) for document in documents_of_the_book()}
    for slug in CHAPTERS:
        if (ROOT / "data" / slug / COMPARISON).exists():
            tables[slug] = changed_tables.tables_of_comparison(load_comparison(ROOT / "data" / slug))
    return tables


# -------------------------------------------------------------------------------------------- stored tables


def write_all(claims: list[Row], alone: list[Row], changed: list[Row]) -> None:
    """The five tables: summed, number by number, and what was not caught."""
    claims = [row | {"tied": "no" if why_untied(row) else "yes"} for row in claims]
    alone = [row | {"tied": "no" if why_untied(row) else "yes"} for row in alone]
    by = ("document", "kind", "verdict", "tied", "corruption")
    _write("document_corruptions", _summed(claims + alone, by, corrupted_claims.OUTCOMES))
    _write("document_numbers", _numbers(claims))
    _write("document_misses", _misses(claims))
    _write("data_mutations", _summed(changed, ("file", "corruption"), changed_tables.OUTCOMES))
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
        if row["corruption"] in corrupted_claims.SLIPS:
            found.setdefault(f"{row['document']}/{row['claim']}/{row['numbers']}", []).append(row)
    return [
        {
            "id": name,
            "kind": rows[0]["kind"],
            "verdict": rows[0]["verdict"],
            "tied": rows[0]["tied"],
            "why_not": why_untied(rows[0]),
            "tried": str(len(rows)),
            "caught": str(sum(row["outcome"] in corrupted_claims.CAUGHT for row in rows)),
        }
        for name, rows in found.items()
    ]


def _misses(claims: list[Row]) -> list[Row]:
    """The corruptions of tied numbers that were not caught, with the reason."""
    missed = [row for row in claims if row["tied"] == "yes" and row["outcome"] not in corrupted_claims.CAUGHT]
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
        if row["outcome"] in changed_tables.SURVIVED
    ]


def _write(name: str, rows: list[Row]) -> None:
    written = io.StringIO()
    writer = csv.DictWriter(written, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(sorted(rows, key=lambda row: row["id"]))
    write_text(ROOT / "data" / "trust" / f"{name}.csv", written.getvalue())


if __name__ == "__main__":
    main()
