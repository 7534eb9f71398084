"""Honest claims spoilt by one slip of the pen each, and what a check says of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from rederive.calibration.corruptions import (
    gain_minus,
    last_but_one_digit,
    last_digit,
    leading_digit,
    lose_bound,
    lose_minus,
    move_point,
    sd_as_se,
    transpose,
)
from rederive.calibration.kinds import Kind

Slip = Callable[[str, np.random.Generator], str | None]

SLIPS: dict[str, Slip] = {
    "last digit": last_digit,
    "last-but-one digit": last_but_one_digit,
    "leading digit": leading_digit,
    "last two digits transposed": lambda text, rng: transpose(text, 0),
    "decimal point moved": lambda text, rng: move_point(text, int(rng.choice([-1, 1]))),
    "minus lost": lambda text, rng: lose_minus(text),
    "minus gained": lambda text, rng: gain_minus(text),
    "bound lost": lambda text, rng: lose_bound(text),
}
"""Slips that change one printed number."""

WRONG_SPREAD = "standard error for standard deviation"


def spoilt(kind: Kind, honest: pd.DataFrame, rng: np.random.Generator) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Every slip that claims of a kind can suffer: its name, the number or numbers spoilt, and the spoilt claims.

    These have one more column, `before`, with what was printed honestly. A slip is left out where it cannot happen: a
    number without a minus sign cannot lose it. In a table of several numbers one is chosen at random. Texts stay
    readable; whether the loader would refuse them is the check's business.
    """
    for name, slip in SLIPS.items():
        for column in kind.corrupted:
            changed = [_slipped(text, slip, rng) for text in honest[column]]
            yield name, column, _replaced(honest, {column: changed})
    for name, pairs in kind.swaps.items():
        exchanged = {one: honest[other].tolist() for pair in pairs for one, other in (pair, pair[::-1])}
        same = np.all([honest[one] == honest[other] for one, other in pairs], axis=0)
        yield name, " and ".join(exchanged), _replaced(honest, exchanged)[~same].reset_index(drop=True)
    if kind.sizes:
        errors = {
            spread: [sd_as_se(text, int(n)) for text, n in zip(honest[spread], honest[size], strict=True)]
            for spread, size in kind.sizes.items()
        }
        yield WRONG_SPREAD, " and ".join(kind.sizes), _replaced(honest, errors)


def _slipped(texts: str | None, slip: Slip, rng: np.random.Generator) -> str | None:
    """One of the numbers in a cell after a slip; None where it cannot happen."""
    if texts is None:
        return None
    numbers = texts.split(" ")
    place = int(rng.integers(len(numbers)))
    changed = slip(numbers[place], rng)
    return None if changed is None else " ".join([*numbers[:place], changed, *numbers[place + 1 :]])


def _replaced(honest: pd.DataFrame, texts: Mapping[str, list[Any]]) -> pd.DataFrame:
    """The claims with these texts in place of theirs, without those for which one is None."""
    changed = honest.assign(before=honest[next(iter(texts))])
    for name, column in texts.items():
        changed[name] = pd.Series(column, index=honest.index, dtype=object)
    return changed[changed[list(texts)].notna().all(axis=1)].reset_index(drop=True)
