"""The numbers of a document's text that are entered nowhere: in no claim, no table and no list of what is no claim.

    make numbers NAME=sepsis TEXT=digest.txt

The text is the document's own, and stays on your machine: this book holds facts, not other people's texts.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from prose import Passage, Typed, typed_numbers
from rederive.claims import DataError, Document, load_document, printed_texts
from rederive.files import project_root, read_text


def entered(document: Document) -> Iterator[str]:
    """Everything that a data folder has of numbers, as it is printed."""
    for claim in document.claims.values():
        yield from printed_texts(claim).values()
    for rows in document.rows.values():
        for row in rows.values():
            yield from (str(cell) for _, cell in row)
    yield from (str(entry.number) for entry in document.card.no_claims)
    yield from document.card.identifiers.values()


def numbers_in(text: str) -> list[Typed]:
    """Its numbers, in figures or in words."""
    return typed_numbers(Passage("", 1, text))


def unaccounted(document: Document, text: str) -> list[Typed]:
    """Numbers of the text that nothing entered prints to the digit."""

    def digits(number: Typed) -> tuple[object, object]:
        return number.printed().value, number.printed().unit

    known = {digits(number) for there in entered(document) for number in numbers_in(there)}
    return [number for number in numbers_in(text) if digits(number) not in known]


def main(name: str, file: str) -> int:
    """Tell them, with their lines; the exit code, 1 while there are any."""
    try:
        found = unaccounted(load_document(project_root() / "data" / name), read_text(Path(file)))
    except DataError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for number in found:
        print(f"{file}:{number.line}: {number.text} ({number.around()})")
    print(f"{len(found)} numbers are not accounted for")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
