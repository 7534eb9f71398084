"""What a kind of claim has to offer to be calibrated: honest claims, and what a check says of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from rederive.printed import Printed, Rounding

Bools = NDArray[np.bool_]
Check = Callable[[pd.DataFrame], Bools]


WAYS = (None, Rounding.TRUNCATION)
"""The roundings that the checks try: any to the nearest, then cutting off."""


@dataclass(frozen=True)
class Kind:
    """One kind of claim.

    Attributes
    ----------
    name : what a reader is told.
    draw : that many honest claims, or a few fewer; a row per claim with the printed texts, the whole numbers printed
        beside them, and `printing`, how its digits were rounded.
    contradicted : which rows the check calls contradicted.
    midpoint : which rows a check contradicts that takes printed digits for exact.
    check : the function of this library that is tried, as `checks.ratios.judge_ratio`.
    exact : whether the claims were made by a test and a distribution that the check names. If so, any alarm is an
        error of its arithmetic, whatever the rounding.
    cause : of the alarms to be expected if not.
    constrained : whether the printed numbers tie each other down, so that agreement between them means something.
    corrupted : the columns with texts whose digits are changed to see whether the check notices.
    swaps : by name, pairs of columns whose texts a slip exchanges.
    sizes : for columns with standard deviations, the column with the number of patients.
    """

    name: str
    draw: Callable[[int, np.random.Generator], pd.DataFrame]
    contradicted: Check
    midpoint: Check
    check: str
    exact: bool = True
    cause: str = ""
    constrained: bool = True
    corrupted: tuple[str, ...] = ()
    swaps: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    sizes: Mapping[str, str] = field(default_factory=dict)


def log_uniform(low: int, high: int, n: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Whole numbers from `low` to `high` whose logarithms are spread evenly: small studies as often as large ones."""
    return np.asarray(np.floor(np.exp(rng.uniform(np.log(low), np.log(high + 1), n))), dtype=np.int64)


def by_text(texts: Iterable[str]) -> list[tuple[Printed, NDArray[np.int64]]]:
    """Every different printed number, with the places where it stands."""
    codes, different = pd.factorize(np.asarray(list(texts), dtype=object))
    order = np.argsort(codes, kind="stable")
    places = np.split(order, np.cumsum(np.bincount(codes, minlength=len(different))))[:-1]
    return [(Printed.parse(text), at) for text, at in zip(different, places, strict=True)]


def read_counts(texts: Iterable[str]) -> NDArray[np.int64]:
    """Counts as whole numbers; −1 for what the loader would refuse."""
    return np.array([int(text) if text.isdecimal() else -1 for text in texts], dtype=np.int64)


def no_probability(texts: Iterable[str | None]) -> Bools:
    """Which p values the loader would refuse; None is no p value, and allowed."""
    values = ((0 if text is None else Printed.parse(text).value) for text in texts)
    return np.array([not 0 <= value <= 1 for value in values], dtype=bool)


def could_print_each(texts: Iterable[str], values: ArrayLike, rounding: Rounding | None = None) -> Bools:
    """Whether each value could be printed as the text in its place; without a `rounding`, by any to the nearest."""
    x = np.asarray(values, dtype=float)
    prints = np.zeros(x.shape, dtype=bool)
    for number, at in by_text(texts):
        ends = number.interval(rounding)
        prints[at] = (x[at] >= ends.lower) & (x[at] <= ends.upper)
    return prints
