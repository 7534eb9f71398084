"""How a function of the library and R are compared, and how far they may be apart."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

ORACLES = Path(__file__).parents[1] / "oracle"
Pair = tuple[str, ArrayLike, ArrayLike]
"""The name of a case, our values and R's."""


@dataclass(frozen=True)
class Tolerance:
    """How far our values may be from R's: by a share of them or, where those are near zero, by an amount.

    The amount counts for values smaller than absolute / relative, where the share would ask for less.
    """

    relative: float
    absolute: float
    why: str


@dataclass(frozen=True)
class Group:
    """Values of one function of ours beside those of one of R's."""

    name: str
    ours: str
    theirs: str
    package: str
    oracle: str
    tolerance: Tolerance
    pairs: Callable[[], Iterable[Pair]]


@dataclass(frozen=True)
class Agreement:
    """How many values were compared, the largest differences (None: no value by that measure), and the cases beyond."""

    cases: int
    compared: int
    relative: float | None
    absolute: float | None
    beyond: tuple[str, ...]


@cache
def recorded(oracle: str) -> dict[str, Any]:
    """A file of values from R."""
    content: dict[str, Any] = json.loads((ORACLES / f"{oracle}.json").read_text("utf-8"))
    return content


def numbers(values: ArrayLike) -> NDArray[np.float64]:
    """Numbers as R's files have them: as numbers or, to keep 17 digits, as text; missing ones are NaN."""
    found = [np.nan if x in (None, "NA") else float(x) for x in np.ravel(np.asarray(values, dtype=object))]
    return np.array(found)


def agreement(group: Group) -> Agreement:
    """Compare all values of a group. What is missing on one side only counts as infinitely far away."""
    names, apart, shares = [], [], []
    for name, ours, theirs in group.pairs():
        difference, share = differences(ours, theirs, group.tolerance)
        names += [name] * len(difference)
        apart.append(difference)
        shares.append(share)
    distance, relative = np.concatenate(apart), np.concatenate(shares)
    allowed = np.where(relative, group.tolerance.relative, group.tolerance.absolute)
    return Agreement(
        len(apart),
        len(distance),
        float(distance[relative].max()) if relative.any() else None,
        float(distance[~relative].max()) if not relative.all() else None,
        tuple(dict.fromkeys(name for name, wrong in zip(names, distance > allowed, strict=True) if wrong)),
    )


def differences(
    ours: ArrayLike, theirs: ArrayLike, tolerance: Tolerance
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """How far apart values are, and which of these differences are shares of R's value."""
    x, y = numbers(ours), numbers(theirs)
    if x.shape != y.shape:
        raise ValueError(f"expected as many values as R has, {y.size}, got {x.size}")
    shares = np.abs(y) * tolerance.relative >= tolerance.absolute if tolerance.relative else np.zeros(y.shape, bool)
    with np.errstate(invalid="ignore", divide="ignore"):
        apart = np.abs(x - y) / np.where(shares, np.abs(y), 1)
    same = (x == y) | (np.isnan(x) & np.isnan(y))
    return np.where(same, 0, np.where(np.isnan(apart), np.inf, apart)), shares
