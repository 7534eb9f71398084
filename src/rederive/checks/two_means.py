"""Two means with standard deviations, and the p value printed beside them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from rederive.printed import Interval, Printed, Rounding, endpoints

Spread = Literal["SD", "SE"]
Floats = NDArray[np.float64]
CELLS = ["mean_first", "sd_first", "n_first", "mean_second", "sd_second", "n_second"]
READINGS: dict[str, tuple[Spread, bool]] = {
    "t test, equal variances": ("SD", True),
    "Welch's t test": ("SD", False),
    "t test, if ± is a standard error": ("SE", True),
}


def p_of_two_means(
    mean_first: Printed,
    sd_first: Printed,
    n_first: int,
    mean_second: Printed,
    sd_second: Printed,
    n_second: int,
    *,
    spread: Spread = "SD",
    equal_variances: bool = True,
) -> Interval:
    """All two-sided p values of a t test that means and standard deviations printing these digits can have.

    `p_ranges_of_two_means` for one comparison.
    """
    row = pd.DataFrame([[mean_first, sd_first, n_first, mean_second, sd_second, n_second]], columns=CELLS)
    lower, upper = p_ranges_of_two_means(row, spread=spread, equal_variances=equal_variances)
    return Interval(lower[0], upper[0])


def p_ranges_of_two_means(
    rows: pd.DataFrame, *, spread: Spread = "SD", equal_variances: bool = True, rounding: Rounding | None = None
) -> tuple[Floats, Floats]:
    """The smallest and the largest two-sided p value that each of n comparisons can have; two arrays of shape (n,).

    From `scipy.stats.ttest_ind_from_stats`. With pooled variance p falls with the distance of the means and rises with
    each standard deviation, so the ends lie at corners. Welch's degrees of freedom turn back, so for it both the
    standard error and the degrees of freedom are taken at the extremes separately: the range is sure to hold every
    p value, and may be a little wide.

    Parameters
    ----------
    rows : `mean_first`, `sd_first`, `mean_second` and `sd_second` as printed, `n_first` and `n_second` as integers.
    spread : what is printed behind the ±: standard deviations, or standard errors of the means.
    rounding : how digits were rounded; None for any rounding to the nearest.
    """
    first, second = (endpoints(rows[f"mean_{which}"], rounding) for which in ("first", "second"))
    n = rows[["n_first", "n_second"]].to_numpy(dtype=float).T
    least = np.maximum(0.0, np.maximum(first[0] - second[1], second[0] - first[1]))
    largest = np.maximum(first[1] - second[0], second[1] - first[0])
    # the standard deviations of both groups at the four corners, shape (4, 2, rows)
    sds = np.array(list(product(*(endpoints(rows[name], rounding) for name in ("sd_first", "sd_second")))))
    if spread == "SE":
        sds = sds * np.sqrt(n)
    if equal_variances:
        p = np.concatenate(
            [stats.ttest_ind_from_stats(gap, sds[:, 0], n[0], 0.0, sds[:, 1], n[1]).pvalue for gap in (least, largest)]
        )
        return np.asarray(p.min(axis=0)), np.asarray(p.max(axis=0))
    variances = sds**2 / n[None]
    se = np.sqrt(variances.sum(axis=1))
    df = variances.sum(axis=1) ** 2 / (variances**2 / (n - 1)).sum(axis=1)
    # the degrees of freedom peak where variances / (n - 1) are alike, so the sum of n - 1 bounds them from above
    low = 2 * stats.t.sf(largest / se.min(axis=0), n.sum(axis=0) - 2)
    high = 2 * stats.t.sf(least / se.max(axis=0), df.min(axis=0))
    return np.asarray(low), np.asarray(high)


def check_two_means(rows: pd.DataFrame) -> pd.DataFrame:
    """`p_of_two_means` for a table of such rows, under each of `READINGS`.

    Returns
    -------
    The index of `rows`, a column of intervals per reading, and `prints`: whether any of them prints the `p` there,
    rounded to the nearest or with digits cut off.
    """
    ranges = {
        name: p_ranges_of_two_means(rows, spread=spread, equal_variances=equal)
        for name, (spread, equal) in READINGS.items()
    }
    found = pd.DataFrame(
        {name: [Interval(*ends) for ends in zip(*both, strict=True)] for name, both in ranges.items()}, index=rows.index
    )
    prints = [two_means_print(rows, rows["p"], how) for how in (None, Rounding.TRUNCATION)]
    return found.assign(prints=np.any(prints, axis=0))


def two_means_print(rows: pd.DataFrame, p: Iterable[str | Printed], rounding: Rounding | None) -> NDArray[np.bool_]:
    """Whether any of `READINGS` can have a p value that is printed so; shape (n,).

    Parameters
    ----------
    rows : as for `p_ranges_of_two_means`.
    p : the printed p value of each row.
    rounding : how all digits were rounded; None for any rounding to the nearest.
    """
    from_, to = endpoints(p, rounding)
    ranges = [
        p_ranges_of_two_means(rows, spread=spread, equal_variances=equal, rounding=rounding)
        for spread, equal in READINGS.values()
    ]
    return np.asarray(np.any([_overlap(lower, upper, from_, to) for lower, upper in ranges], axis=0))


def _overlap(lower: Floats, upper: Floats, other_lower: Floats, other_upper: Floats) -> NDArray[np.bool_]:
    """`Interval.overlaps` for many: a shared stretch, or one is a point of the other (p values can be 0 in doubles)."""
    stretch = (lower < other_upper) & (other_lower < upper)
    point = (lower == upper) | (other_lower == other_upper)
    return np.asarray(stretch | (point & (lower <= other_upper) & (other_lower <= upper)))
