"""Linear regressions from what is printed about them: R², adjusted R² and F; coefficients, intervals and p values.

With k predictors and d residual degrees of freedom, R², adjusted R² and F are three views of one unknown::

    adjusted R² = 1 - (1 - R²) (d + k) / d        F = (R² / k) / ((1 - R²) / d)

Of n patients an intercept leaves d = n - k - 1, and R² measures squared distance from the outcome's mean. Without an
intercept d = n - k, and R², as R and statsmodels report it, measures squared distance from zero ("uncentred"). Written
with d the formulas are the same, so the three numbers can tell d, but never whether there was an intercept.

A coefficient b with standard error s is printed as b, b - t s, b + t s and ``p = 2 P(T > |b| / s)``, where t belongs to
d degrees of freedom; two unknowns for four numbers, so coefficients tell something about d as well.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from rederive.checks.ratios import SLACK, Convention, feasible
from rederive.claims import PrintedRegression
from rederive.printed import Interval, Rounding, endpoints, listed
from rederive.verdicts import Finding

Floats = NDArray[np.float64]

DEGREES_OF_FREEDOM = (*range(1, 201), math.inf)
"""What coefficients are asked about unless told otherwise; infinity stands for the normal distribution."""

MOST_PATIENTS = 1_000_000
"""Findings look at every size that R² and F leave possible; where those run further than this, they refuse to."""


# ------------------------------------------------------------------------------------ R², adjusted R² and F


def sizes_that_print(
    regression: PrintedRegression, sizes: Iterable[int], rounding: Rounding | None = None
) -> pd.DataFrame:
    """For every size, with and without an intercept: can any true R² print R², adjusted R², F and, if printed, p?

    Each printed number allows a range of R², because the others follow from R² without ever turning back; the numbers
    fit if these ranges share a value. Every predictor is taken to use one degree of freedom, and F to be the test of
    all k coefficients.

    Parameters
    ----------
    sizes : numbers of patients n; those that leave no residual degree of freedom are left out.
    rounding : how digits were rounded; None for any rounding to the nearest.

    Returns
    -------
    A row per size and intercept with `n`, `intercept`, `residual_df`, `fits`, and the ranges of the true R²
    (`r2_lower`, `r2_upper`; uncentred where there is no intercept) and of the p value of F (`p_lower`, `p_upper`), NaN
    where nothing fits.
    """
    k = regression.k.count()
    n, intercept = (x.ravel() for x in np.meshgrid(list(sizes), [True, False], indexing="ij"))
    enough = n - k - intercept >= 1
    n, intercept = n[enough], intercept[enough]
    table = pd.DataFrame([dict(regression)])
    lower, upper = r2_ranges(table, n - k - intercept, rounding)
    fits = lower <= upper + SLACK
    ends = [np.where(fits, end, np.nan) for end in (lower, np.maximum(lower, upper))]
    df = (n - k - intercept).astype(float)
    with np.errstate(divide="ignore"):  # the double nearest to R² may be 1
        p = [stats.f.sf(end / k / ((1 - end) / df), k, df) for end in reversed(ends)]
    p[0] = np.minimum(*p)  # of one R² in two arrays, the tails may differ in the last bit
    columns = {"n": n, "intercept": intercept, "residual_df": n - k - intercept, "fits": fits}
    return pd.DataFrame(columns | dict(zip(("r2_lower", "r2_upper", "p_lower", "p_upper"), ends + p, strict=True)))


def r2_ranges(
    regressions: pd.DataFrame, residual_df: ArrayLike, rounding: Rounding | None = None
) -> tuple[Floats, Floats]:
    """The largest of the lower and the smallest of the upper ends of R² that the printed numbers of regressions leave.

    There is an R² that prints them all where the first is not above the second, but for `checks.ratios.SLACK`.

    Parameters
    ----------
    regressions : the fields of `PrintedRegression` as columns of `Printed`; p may be None.
    residual_df : of each regression; or of one regression, all that it is asked about.

    Returns
    -------
    Two arrays, of the shape that rows and `residual_df` have together.
    """
    k = np.array([number.count() for number in regressions["k"]], dtype=float)
    df = np.asarray(residual_df, dtype=float)

    def from_f(f: Floats) -> Floats:
        with np.errstate(divide="ignore"):  # a p value of 1 allows an F, and an R², of 0
            return np.asarray(1 / (1 + df / (k * f)))

    r2, adjusted, f = (endpoints(regressions[name], rounding) for name in ("r2", "adjusted_r2", "f"))
    p = endpoints(("<1" if number is None else number for number in regressions["p"]), rounding)
    lower = [np.maximum(0, r2[0]), 1 - (1 - adjusted[0]) * df / (df + k), from_f(f[0])]
    upper = [np.minimum(1, r2[1]), 1 - (1 - adjusted[1]) * df / (df + k), from_f(f[1])]
    lower.append(from_f(stats.f.isf(np.minimum(1, p[1]), k, df)))
    upper.append(from_f(stats.f.isf(np.maximum(0, p[0]), k, df)))
    return np.max(np.broadcast_arrays(*lower), axis=0), np.min(np.broadcast_arrays(*upper), axis=0)


def _all_sizes(regression: PrintedRegression, rounding: Rounding | None) -> range:
    """Every size that R² and F allow: d = k F (1 - R²) / R² is largest at the largest F and the smallest R²."""
    if regression.r2.interval(rounding).upper < 0:
        return range(0)  # no R² is
    k, r2, f = regression.k.count(), regression.r2.interval(rounding).lower, regression.f.interval(rounding).upper
    largest = k * f * (1 - r2) / r2 if r2 > 0 else math.inf
    if largest > MOST_PATIENTS:
        raise ValueError(
            f"expected R² and F that rule out {MOST_PATIENTS:,} patients, got {regression.r2}, {regression.f}"
        )
    return range(k + 1, math.ceil(largest) + k + 2)


def _fitting(regression: PrintedRegression, rounding: Rounding | None = None) -> pd.DataFrame:
    """The rows of `sizes_that_print` that fit, of all sizes there can be."""
    table = sizes_that_print(regression, _all_sizes(regression, rounding), rounding)
    return table[table["fits"]]


def _rounding_that_fits(regression: PrintedRegression) -> Rounding | None:
    """How digits were rounded: to the nearest, unless only cutting them off lets any number of patients print them."""
    cut_off = _fitting(regression).empty and not _fitting(regression, Rounding.TRUNCATION).empty
    return Rounding.TRUNCATION if cut_off else None


def centred_r2(uncentred_r2: ArrayLike, cv: ArrayLike, n: ArrayLike) -> Floats:
    """R² about the mean of the very predictions that have this R² about zero.

    With residual sum of squares RSS the uncentred R² is 1 - RSS / Σy², the centred one 1 - RSS / Σ(y - ȳ)², and
    Σy² / Σ(y - ȳ)² = 1 + n / ((n - 1) cv²). Arguments broadcast.

    Parameters
    ----------
    uncentred_r2 : R² of a model without intercept.
    cv : the outcome's coefficient of variation, standard deviation (divisor n - 1) over the size of its mean; infinite
        for a mean of 0, where both R² are equal.
    n : number of patients.

    Notes
    -----
    Below 0 the predictions are further from the outcomes than the outcomes' own mean is. A model with an intercept
    added fits at least as well, so its R² is at least this and at least 0. From above the uncentred R² says nothing
    about it: it may be anything up to 1, more than the uncentred R² included.

    Raises
    ------
    ValueError : unless cv is above 0 and n at least 2.
    """
    cv, n = np.asarray(cv, dtype=float), np.asarray(n, dtype=float)
    if not (np.all(cv > 0) and np.all(n >= 2)):
        raise ValueError("expected a coefficient of variation above 0 and at least 2 patients")
    return np.asarray(1 - (1 - np.asarray(uncentred_r2, dtype=float)) * (1 + n / ((n - 1) * cv**2)))


def cv_of_the_mean_alone(uncentred_r2: ArrayLike, n: ArrayLike) -> Floats:
    """The coefficient of variation at which predicting the mean for everybody already has this uncentred R².

    There `centred_r2` is 0; where the outcome varies less, it is negative. Arguments broadcast.
    """
    r2, n = np.asarray(uncentred_r2, dtype=float), np.asarray(n, dtype=float)
    return np.asarray(np.sqrt(n * (1 - r2) / ((n - 1) * r2)))


# ------------------------------------------------------------------------------------------- coefficients


def coefficient_df(
    rows: pd.DataFrame,
    degrees_of_freedom: Iterable[float] = DEGREES_OF_FREEDOM,
    *,
    level: float = 0.95,
    rounding: Rounding | None = None,
) -> pd.DataFrame:
    """Which residual degrees of freedom can print each coefficient, its confidence interval and its two-sided p value?

    Exact: for given degrees of freedom the printed numbers bound coefficient and standard error by straight lines, see
    `checks.ratios`. The same rounding is allowed to all.

    Parameters
    ----------
    rows : columns `estimate`, `lower`, `upper` and `p` of printed numbers; p may be None.
    level : of the confidence intervals.
    rounding : how digits were rounded; None for any rounding to the nearest.

    Returns
    -------
    Booleans: the index of `rows` by a column per degrees of freedom.
    """
    tried = np.array(list(degrees_of_freedom), dtype=float)
    printed = [list(rows[name]) * len(tried) for name in ("estimate", "lower", "upper", "p")]
    found = feasible(*printed, level=level, convention=_student(np.repeat(tried, len(rows)), rounding))
    return pd.DataFrame(found.fits.reshape(len(tried), len(rows)).T, index=rows.index, columns=tried)


def _student(df: float | Floats, rounding: Rounding | None = None) -> Convention:
    return Convention("Student's t", rounding=rounding, df=df, log=False)


def df_that_print_all(fits: pd.DataFrame) -> list[float]:
    """The degrees of freedom, of those `coefficient_df` was asked about, that can print every row."""
    return [float(df) for df in fits.columns[fits.all().to_numpy(dtype=bool)]]


def largest_outcome(row: pd.Series, regression: PrintedRegression, reach: float, *, intercept: bool) -> float:
    """How large the outcome of a regression can be, from one coefficient, R² and the values of its predictor; a bound.

    With residual standard deviation s, a coefficient's standard error is at least s / (sqrt(n) reach), where `reach`
    bounds the predictor's distance from zero or, with an intercept, from its mean; other predictors only add to it.
    The residual sum of squares, df s^2, is the share 1 - R² of the outcome's sum of squares about zero or, with an
    intercept, about its mean. So the outcome's root mean square (or standard deviation) is at most
    reach se sqrt(df / (1 - R²)), the standard deviation being the one with divisor n.

    Parameters
    ----------
    row : `estimate`, `lower`, `upper` and `p` as printed, of one predictor.
    reach : largest distance of a patient's value of that predictor from zero; with an intercept, half its range.

    Returns
    -------
    The bound, in the outcome's unit, over all sizes that print the regression.

    Raises
    ------
    ValueError : if no true values can print the regression or the row.
    """
    fitting = _fitting(regression).query("intercept == @intercept")
    bounds = []
    for df, r2 in fitting[["residual_df", "r2_upper"]].itertuples(index=False):
        printed = [[row[name]] for name in ("estimate", "lower", "upper", "p")]
        found = feasible(*printed, convention=_student(float(df)))
        bounds.append(reach * float(found.se[1][0]) * math.sqrt(df / (1 - r2)))
    if not bounds or math.isnan(max(bounds)):
        raise ValueError("expected a regression and a coefficient that true values can print")
    return max(bounds)


# ----------------------------------------------------------------------------------------------- findings


def judge_regression(regression: PrintedRegression, named: Sequence[int]) -> Finding:
    """Do R², adjusted R², F and p agree for any number of patients, and is that one of those the document names?

    Rounded to the nearest; if no number of patients fits so, digits may have been cut off, and the finding says so.

    Raises
    ------
    ValueError : if R² and F do not keep the number of patients below `MOST_PATIENTS`.
    """
    rounding = _rounding_that_fits(regression)
    fitting = _fitting(regression, rounding)
    if fitting.empty:
        because = "No number of patients prints these numbers together, with or without an intercept."
        found = {}
    else:
        because = (
            f"{_told(fitting)} can print these numbers together{_IF_CUT_OFF[rounding]}; no other number of patients "
            f"can. {_which_named(fitting, named)}"
        )
        found = {
            "residual_df": _hull(fitting["residual_df"]),
            "r2": Interval(fitting["r2_lower"].min(), fitting["r2_upper"].max()),
            "f_test_p": Interval(fitting["p_lower"].min(), fitting["p_upper"].max()),
        }
    return Finding(judge_regression, _CONVENTION, because, found, exists=not fitting.empty, constrained=True)


_CONVENTION = "least squares; one degree of freedom per predictor; without an intercept, R² about zero"
_IF_CUT_OFF = {None: "", Rounding.TRUNCATION: " if digits were cut off, not rounded"}


def _hull(numbers: Iterable[float]) -> Interval:
    numbers = list(numbers)
    return Interval(min(numbers), max(numbers))


def _runs(numbers: Iterable[float]) -> str:
    """Whole numbers for readers: `25 to 32 or 40`."""
    ordered = np.unique(np.asarray(list(numbers), dtype=np.int64))
    runs = np.split(ordered, np.flatnonzero(np.diff(ordered) > 1) + 1)
    return listed((f"{Interval(run[0], run[-1]):,.0f}" for run in runs), "or")


def _told(fitting: pd.DataFrame) -> str:
    """`37 patients with an intercept or 36 without one`."""
    ways = {name: _runs(rows["n"]) for name, rows in fitting.groupby("intercept")}
    return f"{ways[True]} patients with an intercept or {ways[False]} without one"


def _which_named(fitting: pd.DataFrame, named: Collection[int]) -> str:
    ways = [
        f"{n:,} {'with an intercept' if intercept else 'without one'}"
        for n, intercept in zip(fitting["n"], fitting["intercept"], strict=True)
        if n in named
    ]
    return f"Of the numbers the document names ({listed(named)}), {listed(ways, 'or')} fits."


def judge_coefficients(rows: pd.DataFrame, regression: PrintedRegression) -> Finding:
    """Is there a number of residual degrees of freedom that prints every coefficient, and R², adjusted R² and F?

    Rounded to the nearest; if there is none so, digits of all numbers may have been cut off, and the finding says so.
    If R², adjusted R² and F contradict each other, the coefficients are judged alone. `rows` as in `coefficient_df`,
    with a column `predictor`.

    Raises
    ------
    ValueError : if R² and F do not keep the number of patients below `MOST_PATIENTS`.
    """
    nearest = _coefficients_printed(rows, regression, None)
    if nearest.exists:
        return nearest
    cut_off = _coefficients_printed(rows, regression, Rounding.TRUNCATION)
    return cut_off if cut_off.exists else nearest


def _coefficients_printed(rows: pd.DataFrame, regression: PrintedRegression, rounding: Rounding | None) -> Finding:
    """The finding of `judge_coefficients` if digits were rounded in one way."""
    overall = sorted(set(_fitting(regression, rounding)["residual_df"]))
    asked = sorted({*DEGREES_OF_FREEDOM[:-1], *overall})
    fits = coefficient_df(rows, asked, rounding=rounding)
    alone = df_that_print_all(fits)
    if overall:
        fits = fits[[df for df in asked if df in overall]]
    common = df_that_print_all(fits)
    because = (
        f"Of the residual degrees of freedom tried, 1 to {asked[-1]:,.0f}, {_runs(alone) if alone else 'none'} can "
        f"print all {len(rows)} coefficients with their intervals and p values{_IF_CUT_OFF[rounding]}; R², adjusted R² "
        f"and F {'need ' + _runs(overall) if overall else 'fit no number of them'}."
    )
    failing = [str(name) for name, ok in zip(rows["predictor"], fits.any(axis=1), strict=True) if not ok]
    if overall and failing:
        because += f" With {_runs(overall)}, no true values print the row of {listed(failing)}."
    return Finding(
        judge_coefficients,
        f"Student's t; 95% intervals; two-sided p values; {'digits cut off' if rounding else 'rounded to the nearest'}",
        because,
        {"residual_df": _hull(common)} if common else {},
        exists=bool(common),
        constrained=True,
    )


def judge_predictive_power(regression: PrintedRegression, named: Sequence[int], tested_on: int = 0) -> Finding:
    """Can R² carry the words "strong predictive power"?

    Not if it was reckoned in the patients that the model was fitted to: it then says how well the model describes
    them. What more it says depends on whether there was an intercept, so the sizes that print it are told.

    Parameters
    ----------
    named : the numbers of patients that the document names.
    tested_on : the number of other patients whose outcomes the model was tried on.

    Raises
    ------
    ValueError : if R² and F do not keep the number of patients below `MOST_PATIENTS`.
    """
    fitting = _fitting(regression, _rounding_that_fits(regression))
    if fitting.empty:
        because = "No number of patients prints this R² together with adjusted R² and F."
        return Finding(judge_predictive_power, _CONVENTION, because, exists=False)
    without = fitting[~fitting["intercept"]]
    cv = _hull(cv_of_the_mean_alone(without[["r2_lower", "r2_upper"]], without[["n"]]).ravel())
    return Finding(
        judge_predictive_power,
        _CONVENTION,
        ("" if tested_on else "R² is of the patients the model was fitted to; no test on others is printed. ")
        + f"{_told(fitting)} can print it. {_which_named(fitting, named)} Without an intercept it compares with zero: "
        f"predicting the mean for everybody has this R² if the standard deviation is {cv:.3f} of the mean.",
        {"cv_of_the_mean_alone": cv},
        exists=True,
        constrained=True,
        worded=None if tested_on else False,
    )
