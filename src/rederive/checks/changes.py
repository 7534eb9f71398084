"""Relative changes: what a percentage, or a fold, can mean, and what would have to be known to check it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from rederive.checks.proportions import TESTS, prints_percentage
from rederive.printed import Interval, Printed, formatted, listed, p_range
from rederive.verdicts import Finding

Floats = NDArray[np.float64]

RATIO, POINTS = "ratio", "percentage points"
"""The two readings of "a 25% reduction": the share falls to 75% of what it was, or by 25 in each hundred people."""


# ------------------------------------------------------------------------------------------------------- folds


def fold_readings(fold: Printed, rises: bool) -> pd.DataFrame:
    """What "an x-fold increase" or "an x-fold decrease" can mean.

    Returns
    -------
    A row per `reading` with `after`, the value afterwards as a multiple of that before, and `change`, `after` less 1.
    The second reading of a decrease leads below zero for every fold above 1: no count can do that.

    Raises
    ------
    ValueError : if the fold is not above 0.
    """
    low, high = fold.ends()
    if low <= 0:
        raise ValueError(f"expected a fold above 0, got {fold}")
    readings = (
        {"multiplied by it": (low, high), "grown by so many times itself": (1 + low, 1 + high)}
        if rises
        else {"divided by it": (1 / high, 1 / low), "less by so many times itself": (1 - high, 1 - low)}
    )
    return pd.DataFrame(
        [
            {"reading": name, "after": _interval(*after), "change": _interval(after[0] - 1, after[1] - 1)}
            for name, after in readings.items()
        ]
    )


def _interval(lower: Fraction, upper: Fraction) -> Interval:
    return Interval(float(lower), float(upper))


# -------------------------------------------------------------------------------------- reductions of a share


def reduction_readings(reduction: Printed, control_shares: Iterable[Fraction]) -> pd.DataFrame:
    """The share in the treated that "a reduction by x%" means under both readings, by the share in controls.

    Returns
    -------
    A row per share with `control`; `treated_ratio` and `points_ratio` (the share, and the difference in points, if x is
    a ratio); `treated_points` and `relative_points` (the share, and the relative reduction, if x is a difference), None
    where the controls have too few.

    Raises
    ------
    ValueError : if a share is not above 0 and at most 1.
    """
    (low, high), rows = reduction.ends(), list[dict[str, Any]]()
    for r in control_shares:
        if not 0 < r <= 1:
            raise ValueError(f"expected shares above 0 and at most 1, got {r}")
        rows.append(
            {
                "control": float(r),
                "treated_ratio": _interval(r * (1 - high), r * (1 - low)),
                "points_ratio": _interval(r * low, r * high),
                "treated_points": _interval(max(Fraction(0), r - high), r - low) if r >= low else None,
                "relative_points": _interval(low / r, min(Fraction(1), high / r)) if r >= low else None,
            }
        )
    return pd.DataFrame(rows)


def reductions_in_arms(sizes: pd.DataFrame, reduction: Printed, test: str = "χ²") -> pd.DataFrame:
    """Every pair of counts in arms of these sizes that prints a reduction, under either reading, with its p value.

    Whether counts e1 of n1 and e0 of n0 print it is decided in whole numbers: (e0 n1 - e1 n0) of e0 n1 as a ratio, of
    n0 n1 as a difference in points.

    Parameters
    ----------
    sizes : pairs of `n_treated` and `n_control`; repeated ones count once.
    test : that gives the p value, one of `checks.proportions.TESTS`.

    Returns
    -------
    A row per pair of counts and reading: `n_treated`, `n_control`, `events_treated`, `events_control`, `reading`,
    `control` (the controls' share) and `p`.
    """
    found = []
    for n1, n0 in sizes[["n_treated", "n_control"]].drop_duplicates().itertuples(index=False, name=None):
        e1, e0 = (x.ravel() for x in np.meshgrid(np.arange(n1 + 1), np.arange(1, n0 + 1), indexing="ij"))
        fewer = e0 * n1 - e1 * n0
        for reading, of in ((RATIO, e0 * n1), (POINTS, np.full_like(e0, n0 * n1))):
            fits = (fewer > 0) & prints_percentage(fewer, of, reduction)
            a, c = e1[fits], e0[fits]
            found.append(
                pd.DataFrame(
                    {
                        "n_treated": n1,
                        "n_control": n0,
                        "events_treated": a,
                        "events_control": c,
                        "reading": reading,
                        "control": c / n0,
                        "p": TESTS[test](a, n1, c, n0),
                    }
                )
            )
    return pd.concat(found, ignore_index=True)


def significance_of_readings(counts: pd.DataFrame) -> pd.DataFrame:
    """Where the reductions of `reductions_in_arms` are significant: a row per reading.

    Returns
    -------
    `reading`, `tables`; `p` (its range); `significant_from`, the lowest share in controls at which any of them is
    below 0.05, None if none is; `all_from`, the lowest share from which on all of them are, None if there is none.
    """
    rows = []
    for reading, group in counts.groupby("reading", sort=False):
        below = group["p"] < 0.05
        last = group.loc[~below, "control"].max()  # NaN if all are below
        beyond = group.loc[group["control"] > last, "control"] if not below.all() else group["control"]
        rows.append(
            {
                "reading": reading,
                "tables": len(group),
                "p": Interval(group["p"].min(), group["p"].max()),
                "significant_from": float(group.loc[below, "control"].min()) if below.any() else None,
                "all_from": float(beyond.min()) if len(beyond) else None,
            }
        )
    return pd.DataFrame(rows)


def in_points(difference: Interval) -> str:
    """A difference of shares in percentage points, for readers, rounded outwards: `24.9 to 26.0`."""
    return format(difference, ".1%").replace("%", "")


def judge_reduction_readings(reduction: Printed, counts: pd.DataFrame, arms: str) -> Finding:
    """Can a reduction printed without counts, and without saying of what, be had, and what would each reading mean?

    Parameters
    ----------
    counts : what `reductions_in_arms` finds by the χ² test.
    arms : in words, the arms it was asked of, and who is compared with whom.

    The claim is possible if there are counts under either reading.
    """
    least = reduction.interval().lower
    by_reading = significance_of_readings(counts).set_index("reading") if len(counts) else pd.DataFrame()
    told = [f"read as {reading}, {_significance(row)}" for reading, row in by_reading.iterrows()]
    return Finding(
        judge_reduction_readings,
        f"{arms}; χ² test without continuity correction, 5%",
        f"Ratio or percentage points is not said; as points it needs at least {formatted(least, '.1%')} of controls "
        f"affected. In the arms assumed: {'; '.join(told) or 'no counts print it'}.",
        {f"{reading.replace(' ', '_')}_p": by_reading.loc[reading, "p"] for reading in by_reading.index},
        exists=True if len(counts) else None,
        missing=(
            "compared with whom",
            "ratio or percentage points",
            "patients and events per arm",
            "p value or interval",
            "time of counting",
        ),
    )


def _significance(row: pd.Series) -> str:
    if row["p"].upper < 0.05:
        return f"p is always {p_range(Interval(0, row['p'].upper))}"
    if pd.isna(row["significant_from"]):
        return "p is never below 5%"
    least = formatted(row["significant_from"], ".1%", ROUND_FLOOR)
    return f"p can be below 5% only where at least {least} of controls are affected"


# --------------------------------------------------------------------------------------------- changes of a mean


def sd_that_prints(
    difference: Interval, p: Printed, n_treated: ArrayLike, n_control: ArrayLike
) -> tuple[Floats, Floats]:
    """The smallest and the largest standard deviation, common to both arms, with which two mean changes print p.

    Student's t test of two groups: s = difference / (t sqrt(1/n1 + 1/n0)), t being the two-sided quantile of p with
    n1 + n0 - 2 degrees of freedom. Rounding of the difference and of p is carried through; a p value printed as a bound
    leaves 0 as the smallest.

    Parameters
    ----------
    difference : of the two mean changes, above 0.
    n_treated, n_control : patients per arm; broadcast.

    Raises
    ------
    ValueError : if the difference may be 0, or there are fewer than three patients.
    """
    n1, n0 = np.broadcast_arrays(np.asarray(n_treated, dtype=float), np.asarray(n_control, dtype=float))
    if difference.lower <= 0 or np.any(n1 + n0 < 3):
        raise ValueError("expected a difference above 0, and at least three patients")
    p_low, p_high = max(0.0, p.interval().lower), min(1.0, p.interval().upper)
    root, df = np.sqrt(1 / n1 + 1 / n0), n1 + n0 - 2
    with np.errstate(divide="ignore"):  # p values of 0 and 1 go with standard deviations of 0 and infinity
        smallest = difference.lower / (stats.t.isf(p_low / 2, df) * root)
        largest = difference.upper / (stats.t.isf(p_high / 2, df) * root)
    return np.asarray(smallest), np.asarray(largest)


def largest_sds(
    treated: Printed, control: Printed, p: Printed, n_treated: ArrayLike, n_control: ArrayLike
) -> pd.DataFrame:
    """How far patients' own changes may spread at most, in points, over a set of arms; see `sd_that_prints`.

    Returns
    -------
    A row for the least and one for the largest `difference` that the two printed percentages leave, with `lowest` and
    `highest`, the limits in the arms that allow least and in those that allow most.
    """
    t, c = treated.ends(), control.ends()
    rows = []
    for difference in (float(t[0] - c[1]), float(t[1] - c[0])):
        _, largest = sd_that_prints(Interval(difference, difference), p, n_treated, n_control)
        rows.append({"difference": 100 * difference, "lowest": 100 * largest.min(), "highest": 100 * largest.max()})
    return pd.DataFrame(rows)


def judge_two_changes(treated: Printed, control: Printed, p: Printed, sizes: pd.DataFrame, arms: str) -> Finding:
    """Can two average percentage changes have this p value, and how much may patients then differ?

    Parameters
    ----------
    sizes : pairs of `n_treated` and `n_control` to ask this of.
    arms : those arms in words.

    The claim is possible: half of the patients above the mean by the standard deviation and half below is one data set
    that prints it. How large that standard deviation may be is what it demands.
    """
    least, most = largest_sds(treated, control, p, sizes["n_treated"], sizes["n_control"]).to_dict("records")

    def at_most(name: str, row: dict[Hashable, Any]) -> str:
        return formatted(row[name], ".1f", ROUND_CEILING)

    arms_of = sizes[["n_treated", "n_control"]].to_numpy()
    _, limits = sd_that_prints(Interval(1, 1), p, *arms_of.T)  # in the same order of arms for every difference
    small, large = (listed(dict.fromkeys(arms_of[i].tolist())) for i in (limits.argmin(), limits.argmax()))
    return Finding(
        judge_two_changes,
        f"{arms}; all patients measured twice; means of patients' own percentage changes, one standard deviation for "
        "both arms; Student's t test, two-sided",
        f"A difference of {most['difference']:.3g} percentage points, the largest that rounding allows, can have p {p} "
        f"only if the changes have a standard deviation of at most {at_most('lowest', most)} points in arms of {small}"
        f", and {at_most('highest', most)} in arms of {large}. For {least['difference']:.3g} points, the smallest, "
        f"these limits are {at_most('lowest', least)} and {at_most('highest', least)}.",
        {"largest_sd_in_smallest_arms": most["lowest"], "largest_sd_in_largest_arms": most["highest"]},
        exists=True,
        missing=(
            "mean and standard deviation before and after, per arm",
            "patients measured at both times",
            "mean of percentage changes, or change of the mean",
            "days of measurement",
            "test used",
        ),
    )
