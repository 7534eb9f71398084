"""The numbers in the prose of every page, by where they come from, and whether the lists of them notice changes.

Run by `make prose`, which puts the tests' folder on the path. It writes `data/trust/prose_numbers.csv`.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from orphans import CHAPTERS, LIBRARY, PAGES, page_of, sources_of
from prose import COUNTS, Passage, Typed, typed_numbers
from reading import ROOT
from typed_numbers import complaints, held_by

STORED = ROOT / "data" / "trust" / "prose_numbers.csv"
KINDS = {
    "claim": "from_data",
    "row": "from_data",
    "no_claim": "from_data",
    "worked": "worked",
    "test": "worked",
    "said": "from_run",
    "code": "from_code",
    "convention": "conventions",
}
SEED = 20260101


def counts(path: Path) -> dict[str, int]:
    """Numbers typed into a page, by what its list says of them, beside those filled in."""
    page = page_of(path)
    kinds = Counter(dict.fromkeys(KINDS.values(), 0))
    for heading, entries in page.listed.items():
        here = [passage for passage in page.passages if passage.heading == heading]
        for entry in entries:
            kinds[KINDS[entry.kind]] += sum(map(len, held_by(entry, here)))
    typed = [number for passage in page.passages for number in typed_numbers(passage)]
    return {
        "typed": len(typed),
        "in_words": sum(map(_is_word, typed)),
        **kinds,
        "computed": sum(passage.text.count("{}") for passage in page.passages),
    }


def _is_word(number: Typed) -> bool:
    return number.text.lower() in COUNTS


def noticed(path: Path) -> dict[str, int]:
    """How many numbers' changes, and how many copies of numbers in other sentences, the page's list complains of."""
    page, sources, rng = page_of(path), sources_of(path), random.Random(SEED)

    def is_noticed(place: Passage, start: int, end: int, text: str) -> bool:
        written = replace(place, text=place.text[:start] + text + place.text[end:])
        passages = [written if passage is place else passage for passage in page.passages]
        return bool(complaints(page.name, passages, page.listed, sources))

    found = Counter(changed_noticed=0, figures_misplaced_noticed=0, words_misplaced_noticed=0)
    places = [passage for passage in page.passages if " " in passage.text]
    for passage in page.passages:
        for number in typed_numbers(passage):
            found["changed_noticed"] += is_noticed(passage, number.start, number.end, _another(number))
            place = rng.choice(places)
            gap = rng.choice([space.start() for space in re.finditer(" ", place.text)])
            kind = "words" if _is_word(number) else "figures"
            found[f"{kind}_misplaced_noticed"] += is_noticed(place, gap, gap, f" {number.text}")
    return dict(found)


def _another(number: Typed) -> str:
    """Another number of the same form: with another last digit, or the next word."""
    if _is_word(number):
        words = list(COUNTS)
        return words[(words.index(number.text.lower()) + 1) % len(words)]
    last = max(i for i, sign in enumerate(number.text) if sign.isnumeric())
    return number.text[:last] + ("3" if number.text[last] == "7" else "7") + number.text[last + 1 :]


def main() -> None:
    rows = [
        {"id": page_of(path).name, **counts(path), **noticed(path)}
        for path in tqdm([*PAGES, *CHAPTERS, LIBRARY], unit="page")
    ]
    pd.DataFrame(rows).sort_values("id").to_csv(STORED, index=False)


if __name__ == "__main__":
    main()
