"""Two means with standard deviations, and the p value printed beside them."""

from __future__ import annotations

from itertools import product
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from rederive.printed import Interval, Printed

Spread = Literal["SD", "SE"]
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

    From `scipy.stats.ttest_ind_from_stats`. With pooled variance p falls with the distance of the means and rises with
    each standard deviation, so the ends lie at corners. Welch's degrees of freedom turn back, so for it both the
    standard error and the degrees of freedom are taken at the extremes separately: the interval is sure to hold every
    p value, and may be a little wide.

    Parameters
    ----------
    spread : what is printed behind the ±: standard deviations, or standard errors of the means.
    """
    gaps = sorted(abs(a - b) for a, b in product(_ends(mean_first), _ends(mean_second)))
    first, second = mean_first.interval(), mean_second.interval()
    least = 0.0 if first.overlaps(second) else gaps[0]
    n = np.array([n_first, n_second], dtype=float)
    corners = np.array(list(product(_ends(sd_first), _ends(sd_second))))
    sds = corners * np.sqrt(n) if spread == "SE" else corners
    if equal_variances:
        p = [
            float(stats.ttest_ind_from_stats(gap, one, n_first, 0.0, other, n_second).pvalue)
            for gap in (least, gaps[-1])
            for one, other in sds
        ]
        return Interval(min(p), max(p))
    variances = sds**2 / n
    se = np.sqrt(variances.sum(axis=1))
    df = variances.sum(axis=1) ** 2 / (variances**2 / (n - 1)).sum(axis=1)
    # the degrees of freedom peak where variances / (n - 1) are alike, so the sum of n - 1 bounds them from above
    low = 2 * stats.t.sf(gaps[-1] / se.min(), n.sum() - 2)
    high = 2 * stats.t.sf(least / se.max(), df.min())
    return Interval(float(low), float(high))


def _ends(number: Printed) -> tuple[float, float]:
    interval = number.interval()
    return interval.lower, interval.upper


def check_two_means(rows: pd.DataFrame) -> pd.DataFrame:
    """`p_of_two_means` for a table of such rows, under each of `READINGS`.

    Returns
    -------
    The index of `rows`, a column of intervals per reading, and `prints`: whether any of them prints the `p` there.
    """
    cells = ["mean_first", "sd_first", "n_first", "mean_second", "sd_second", "n_second"]
    found = pd.DataFrame(
        {
            name: [
                p_of_two_means(*row, spread=spread, equal_variances=equal)
                for row in rows[cells].itertuples(index=False, name=None)
            ]
            for name, (spread, equal) in READINGS.items()
        },
        index=rows.index,
    )
    prints = [
        any(p.interval().overlaps(interval) for interval in row)
        for p, row in zip(rows["p"], found.itertuples(index=False, name=None), strict=True)
    ]
    return found.assign(prints=prints)
