"""Medians and quartiles against the number of values they were taken from.

A quantile of n values is one of them, or lies between two neighbours: x_j + g (x_k - x_j), with the sorted values
x_1 <= ... <= x_n. Nine definitions in use (Hyndman and Fan 1996, The American Statistician 50:361) differ in which
neighbours (j, k) and which weight g. Where the values are counts, or steps of a grid, only some numbers can come out,
and fewer still are printed: a printed quartile tells which definitions, roundings and numbers of values are left.

Everything that decides is exact: values in whole steps of the grid, weights as fractions. Values are 0 or more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import special

from rederive.claims import PrintedQuartileChange
from rederive.printed import Printed, Rounding, listed
from rederive.verdicts import Finding

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Quartiles = tuple[Printed, Printed, Printed]

DEFINITIONS = {
    1: "inverted_cdf",
    2: "averaged_inverted_cdf",
    3: "closest_observation",
    4: "interpolated_inverted_cdf",
    5: "hazen",
    6: "weibull",
    7: "linear",
    8: "median_unbiased",
    9: "normal_unbiased",
}
"""Hyndman and Fan's definitions by number (R's `type`), with the names that numpy's `method` gives them."""

QUARTERS = (Fraction(1, 4), Fraction(1, 2), Fraction(3, 4))
FEWEST = 8
"""From so many values on, no definition takes two quartiles from the same value."""


@lru_cache(maxsize=4096)
def order_statistics(n: int, p: Fraction, definition: int) -> tuple[int, int, Fraction]:
    """Which of n sorted values a quantile is made of: (j, k, g), counted from 1, for x_j + g (x_k - x_j).

    k is j or j + 1; where it is j, g is 0. After Hyndman and Fan (1996), with positions outside 1..n moved to the ends.

    Raises
    ------
    ValueError : if n < 1, p is not between 0 and 1, or there is no such definition.
    """
    if n < 1 or not 0 <= p <= 1 or definition not in DEFINITIONS:
        raise ValueError(f"expected n >= 1, p from 0 to 1 and a definition 1 to 9, got {n}, {p} and {definition}")
    half = Fraction(1, 2)
    offsets = (Fraction(0), Fraction(0), -half, Fraction(0), half, p, 1 - p, (p + 1) / 3, p / 4 + Fraction(3, 8))
    position = n * p + offsets[definition - 1]
    j = math.floor(position)
    g = position - j
    if definition == 1:
        g = Fraction(g > 0)
    elif definition == 2:
        g = Fraction(1) if g else half
    elif definition == 3:
        g = Fraction(g > 0 or j % 2 == 1)
    lower, upper = (min(max(i, 1), n) for i in (j, j + 1))
    if g in (0, 1) or lower == upper:
        return (upper if g else lower), (upper if g else lower), Fraction(0)
    return lower, upper, g


# --------------------------------------------------------------------------------- values that print a quantile


@lru_cache(maxsize=4096)
def _neighbours(printed: Printed, g: Fraction, grid: Fraction, rounding: Rounding | None) -> Integers:
    """Every (x_j, x_k) with 0 <= x_j <= x_k that prints this quantile, in steps of the grid; shape (pairs, 2).

    With g = a/b the quantile is t = b x_j + a (x_k - x_j) steps of grid / b: first all t that print it, then all pairs
    that give such a t.
    """
    if printed.bound:
        raise ValueError(f"expected a quantile printed as one number, got {printed}")
    if grid <= 0:
        raise ValueError(f"expected a grid with steps above 0, got {grid}")
    a, b = g.numerator, g.denominator
    step = grid / b
    if rounding is Rounding.TRUNCATION:
        ends = printed.value, printed.value + printed.unit
    else:
        ends = printed.value - printed.unit / 2, printed.value + printed.unit / 2
    first, last = math.ceil(ends[0] / step), math.floor(ends[1] / step)
    first += not printed.prints(first * step, rounding)  # only the ends themselves may or may not belong
    last -= not printed.prints(last * step, rounding)
    if a == 0:
        lower = np.arange(max(first, 0), max(last + 1, 0), dtype=np.int64)
        return np.column_stack([lower, lower])
    lower = np.arange(max(last // b + 1, 0), dtype=np.int64)
    narrowest = np.maximum(-((lower * b - first) // a), 0)  # the gap x_k - x_j, rounded up
    widest = (last - lower * b) // a
    several = np.maximum(widest - narrowest + 1, 0)
    lower, narrowest = np.repeat(lower, several), np.repeat(narrowest, several)
    gap = narrowest + np.arange(len(lower)) - np.repeat(np.cumsum(several) - several, several)
    return np.column_stack([lower, lower + gap])


def prints_quantile(
    printed: Printed,
    n: int,
    p: Fraction,
    definition: int,
    rounding: Rounding | None = None,
    grid: Fraction = Fraction(1),
) -> bool:
    """Can this p-quantile be that of n values on a grid, 0 or more? Without a `rounding`, any to the nearest.

    Raises
    ------
    ValueError : as `order_statistics`; if the number is a bound such as <5, or the grid has no steps.
    """
    return len(_neighbours(printed, order_statistics(n, p, definition)[2], grid, rounding)) > 0


def _pins(
    quartiles: Quartiles, n: int, definition: int, grid: Fraction, rounding: Rounding | None
) -> tuple[Integers, Integers, Integers]:
    """The pairs of neighbours that print each quartile and leave room for those above; the first empty if none do.

    With 8 values or more the quartiles share none of them, so three pairs fit together if each begins no lower than
    the one before ends. From the top down, every pair without such a successor is dropped; what is left of the first
    quartile's can be completed.
    """
    if n < FEWEST:
        raise ValueError(f"expected at least {FEWEST} values, of which quartiles share none, got {n}")
    low, middle, high = (
        _neighbours(number, order_statistics(n, p, definition)[2], grid, rounding)
        for number, p in zip(quartiles, QUARTERS, strict=True)
    )
    middle = middle[middle[:, 1] <= high[:, 0].max(initial=-1)]
    low = low[low[:, 1] <= middle[:, 0].max(initial=-1)]
    return low, middle, high


# ---------------------------------------------------------------------- one row of quartiles, a table, a summary


def prints_quartiles(
    quartiles: Quartiles, n: int, definition: int, rounding: Rounding | None = None, grid: Fraction = Fraction(1)
) -> bool:
    """Whether any n values on the grid, 0 or more, print these three quartiles together, by one definition.

    Without a `rounding`, any to the nearest.

    Raises
    ------
    ValueError : if n < 8, a quartile is a bound such as <5, or the grid has no steps.
    """
    return len(_pins(quartiles, n, definition, grid, rounding)[0]) > 0


def check_quartiles(quartiles: Quartiles, n: int, grid: Fraction = Fraction(1)) -> dict[tuple[int, Rounding], bool]:
    """`prints_quartiles` for each of nine definitions and three roundings."""
    return {
        (definition, how): prints_quartiles(quartiles, n, definition, how, grid)
        for definition in DEFINITIONS
        for how in Rounding
    }


def check_quantiles(table: pd.DataFrame, n: int, grid: Fraction = Fraction(1)) -> pd.DataFrame:
    """`check_quartiles` for a table with columns `q1`, `median` and `q3` of `Printed`, each row of n values.

    Returns the table's index with a column per (definition, rounding).
    """
    quartiles = table[["q1", "median", "q3"]].itertuples(index=False, name=None)
    rows = [check_quartiles((q1, median, q3), n, grid) for q1, median, q3 in quartiles]
    columns = pd.MultiIndex.from_product([DEFINITIONS, map(str, Rounding)], names=["definition", "rounding"])
    return pd.DataFrame([list(row.values()) for row in rows], index=table.index, columns=columns)


def summarise_quantiles(checked: pd.DataFrame) -> pd.DataFrame:
    """Whether one way prints every row of a table that `check_quantiles` checked: definitions by roundings."""
    return pd.DataFrame({str(how): checked.xs(str(how), axis=1, level="rounding").all() for how in Rounding})


def sizes_that_print_quartiles(table: pd.DataFrame, sizes: Iterable[int], grid: Fraction = Fraction(1)) -> pd.DataFrame:
    """For each number of values, and by (definition, rounding), whether every row of the table can be printed."""
    found = {n: check_quantiles(table, n, grid).all() for n in sizes}
    return pd.DataFrame(found).T.rename_axis(index="n")


def quartile_table(changes: Mapping[str, PrintedQuartileChange]) -> pd.DataFrame:
    """The printed quartiles of some claims, a row for each claim and each of `before` and `after`."""
    rows = {(name, when): change.quartiles(when) for name, change in changes.items() for when in ("before", "after")}
    index = pd.MultiIndex.from_tuples(rows, names=["claim", "when"])
    return pd.DataFrame(list(rows.values()), index=index, columns=["q1", "median", "q3"])


def judge_quantiles(changes: Mapping[str, PrintedQuartileChange], grid: Fraction = Fraction(1)) -> Finding:
    """Can these be quartiles of so many values on a grid, all taken and rounded in one way?

    The way is one of nine definitions with one of three roundings. If all of them print the numbers, the numbers had
    nothing to fail on, and the finding is possible; if some do, it is coherent.

    Raises
    ------
    ValueError : if there are no claims; and as `check_quartiles`.
    """
    if not changes:
        raise ValueError("expected at least one claim")
    checked = pd.concat([check_quantiles(quartile_table({k: c}), c.n.count(), grid) for k, c in changes.items()])
    ways = summarise_quantiles(checked)
    fits = int(ways.to_numpy().sum())
    values = "whole numbers" if grid == 1 else f"numbers in steps of {float(grid):g}"
    sizes = listed(sorted({change.n.count() for change in changes.values()}))
    told = f"the {3 * len(checked)} printed medians and quartiles as those of {sizes} {values}"
    if fits == ways.size:
        because = f"Any of the nine definitions of a quartile, rounded in any of three ways, can give {told}."
    elif fits:
        because = f"Of the nine definitions of a quartile, only these can give {told}: {_ways(ways)}."
    else:
        because = f"None of the nine definitions of a quartile, rounded in any of three ways, can give {told}."
    return Finding(
        judge_quantiles,
        f"{values} of 0 or more; one of Hyndman and Fan's nine definitions and one rounding for all",
        because,
        {"ways_tried": ways.size, "ways_that_fit": fits},
        exists=fits > 0,
        constrained=fits < ways.size,
        missing=("definition of the quartiles", "rounding"),
    )


def _ways(ways: pd.DataFrame) -> str:
    """The definitions and roundings that are true, definitions with the same roundings together."""
    by_roundings: dict[tuple[str, ...], list[int]] = {}
    for definition, fits in zip(DEFINITIONS, ways.loc[list(DEFINITIONS)].to_numpy(), strict=True):
        by_roundings.setdefault(tuple(ways.columns[fits]), []).append(definition)
    return "; ".join(
        f"{listed(definitions, 'or')} with {listed(roundings, 'or')}"
        for roundings, definitions in by_roundings.items()
        if roundings
    )


# ------------------------------------------------------------------------------- samples that print the quartiles


def samples_that_print(
    quartiles: Quartiles,
    n: int,
    draws: int,
    rng: np.random.Generator,
    *,
    definition: int = 7,
    grid: Fraction = Fraction(1),
    rounding: Rounding | None = None,
    spread: Literal["log-normal", "uniform"] = "log-normal",
) -> NDArray[np.float64]:
    """Simulated samples of n values on a grid, each printing exactly these quartiles.

    How the values between and beyond the quartiles spread is an assumption, `spread`:

    - `log-normal`: the logarithm of a value is a straight line in its normal score from the first quartile to the
      median, and another from the median to the third quartile; both lines go on into the tails.
    - `uniform`: evenly from 0 to the first quartile, to the median, to the third quartile, and to 1.5 interquartile
      ranges above it.

    For each quartile the two neighbours it is made of are fixed first. Their gap is that of the same two order
    statistics in a free sample of n from the assumed spread, or the nearest gap with which they print the quartile;
    among the pairs with that gap each is equally likely. Given these, the other values are drawn from the spread, cut
    to where they must lie, and rounded to the grid.

    Parameters
    ----------
    quartiles : first quartile, median and third quartile.
    n, draws : values in a sample, and number of samples.
    definition, rounding : how the quartiles were taken and printed; without a rounding, any to the nearest.
    grid : the values are multiples of it.

    Returns
    -------
    Array of shape (draws, n), each row sorted, in the unit of the quartiles.

    Raises
    ------
    ValueError : if no sample prints these quartiles; if n < 8; or if they do not rise from above 0, as both spreads
        need.
    """
    q1, median, q3 = (float(number) for number in quartiles)
    if not 0 < q1 < median < q3:
        raise ValueError(f"expected 0 < first quartile < median < third quartile, got {', '.join(map(str, quartiles))}")
    pins = _pins(quartiles, n, definition, grid, rounding)
    if not len(pins[0]):
        raise ValueError(f"no {n} values in steps of {grid} print these quartiles by definition {definition}")
    step = float(grid)
    quantile, share_below = _SPREADS[spread](q1 / step, median / step, q3 / step)
    parts, lowest, placed = [], np.zeros(draws, dtype=np.int64), 0

    def between(low: Integers, high: Integers | None, count: int) -> Integers:
        ends = share_below(low), (1.0 if high is None else share_below(high))
        shares = rng.uniform(np.reshape(ends[0], (-1, 1)), np.reshape(ends[1], (-1, 1)), (draws, count))
        values = np.rint(quantile(shares)).astype(np.int64)
        return np.sort(np.clip(values, low[:, None], None if high is None else high[:, None]), axis=1)

    for pairs, p in zip(pins, QUARTERS, strict=True):
        j, k, _ = order_statistics(n, p, definition)
        share = rng.beta(j, n + 1 - j, draws)
        gap = np.zeros(draws)
        if k > j:  # given the j-th of n sorted shares, the others above it are spread evenly up to 1
            gap = quantile(1 - (1 - share) * rng.random(draws) ** (1 / (n - j))) - quantile(share)
        pair = _nearest_gap(pairs, gap, lowest, rng)
        parts += [between(lowest, pair[:, 0], j - 1 - placed), pair[:, : k - j + 1]]
        lowest, placed = pair[:, 1], k
    parts.append(between(lowest, None, n - placed))
    return np.asarray(np.concatenate(parts, axis=1) * grid.numerator / grid.denominator)


def _nearest_gap(pairs: Integers, gap: Floats, lowest: Integers, rng: np.random.Generator) -> Integers:
    """For each draw, a pair that begins no lower than `lowest` and has the gap nearest to `gap`; ties at random."""
    distance = np.abs((pairs[:, 1] - pairs[:, 0]) - gap[:, None])
    distance[pairs[:, 0] < lowest[:, None]] = np.inf
    ties = distance == distance.min(axis=1, keepdims=True)
    return np.asarray(pairs[np.argmax(np.where(ties, rng.random(ties.shape), -1), axis=1)])


Spread = tuple[Callable[[ArrayLike], Floats], Callable[[ArrayLike], Floats]]


def _log_normal(q1: float, median: float, q3: float) -> Spread:
    """Quantile and distribution function of a log-normal with one spread below its median and another above."""
    below, above = (math.log(ratio) / special.ndtri(0.75) for ratio in (median / q1, q3 / median))

    def quantile(share: ArrayLike) -> Floats:
        z = special.ndtri(share)
        return np.asarray(median * np.exp(z * np.where(z < 0, below, above)))

    def share_below(value: ArrayLike) -> Floats:
        with np.errstate(divide="ignore"):  # nothing is below 0
            log = np.log(np.asarray(value) / median)
        return np.asarray(special.ndtr(log / np.where(log < 0, below, above)))

    return quantile, share_below


def _uniform(q1: float, median: float, q3: float) -> Spread:
    """Quantile and distribution function of a histogram with a quarter in each of four bars."""
    shares, knots = np.linspace(0, 1, 5), np.array([0, q1, median, q3, q3 + 1.5 * (q3 - q1)])
    return lambda share: np.interp(np.asarray(share), shares, knots), lambda x: np.interp(np.asarray(x), knots, shares)


_SPREADS: dict[str, Callable[[float, float, float], Spread]] = {"log-normal": _log_normal, "uniform": _uniform}
