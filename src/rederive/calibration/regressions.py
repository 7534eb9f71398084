"""Honest least-squares regressions, printed and judged: R², adjusted R², F and p of the whole; single coefficients."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from rederive.calibration.kinds import WAYS, Bools, Kind, could_print_each, log_uniform, no_probability
from rederive.calibration.printing import Styles, print_p, print_values
from rederive.checks.ratios import SLACK, Convention, feasible
from rederive.checks.regression import DEGREES_OF_FREEDOM, coefficient_df, judge_regression, r2_ranges
from rederive.claims import PrintedRegression
from rederive.printed import Printed
from rederive.verdicts import Verdict

Floats = NDArray[np.float64]

WHOLE = ["k", "r2", "adjusted_r2", "f", "p"]


# ----------------------------------------------------------------------------------------- the whole regression


def draw_regressions(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Regressions of 10 to 500 patients on 1 to 6 predictors, with and without an intercept.

    R² is drawn, not fitted: under normal errors and effect size f² it is kF / (kF + d), F being noncentral with k and d
    degrees of freedom and noncentrality n f².
    """
    patients, k, intercept = log_uniform(10, 500, n, rng), rng.integers(1, 7, n), rng.random(n) < 0.8
    d = patients - k - intercept
    f = stats.ncf.rvs(k, d, patients * rng.choice([0.02, 0.15, 0.35, 1.0], n), random_state=rng)
    r2 = k * f / (k * f + d)
    styles = Styles.drawn(n, rng)
    two_or_more = np.maximum(styles.decimals, 2)  # nobody prints R² to one decimal beside F
    values = {
        "r2": (r2, two_or_more),
        "adjusted_r2": (1 - (1 - r2) * (d + k) / d, two_or_more),
        "f": (f, styles.decimals),
    }
    texts = {name: print_values(x, decimals, styles.rounding) for name, (x, decimals) in values.items()}
    table = pd.DataFrame(
        {"k": k.astype(str).astype(object)}
        | texts
        | {"p": print_p(stats.f.sf(f, k, d), styles), "patients": patients}
        | {"printing": styles.printing}
    )
    readable = (table["f"].astype(float) > 0) & (table["r2"].astype(float) > 0)
    return table[readable].reset_index(drop=True)


def regression_contradicted(table: pd.DataFrame) -> Bools:
    """As `judge_regression`: no number of patients prints the numbers; or the loader refuses them."""
    printed = table[WHOLE].map(Printed.parse)
    refused = printed["f"].map(lambda f: f.value <= 0).to_numpy(dtype=bool) | no_probability(table["p"])
    fits = refused.copy()  # no need to look further at those
    for how, intercept in product(WAYS, (True, False)):  # with the true number of patients, which fit most often
        left = np.flatnonzero(~fits)
        rows = printed.iloc[left]
        df = table["patients"].to_numpy()[left] - rows["k"].map(Printed.count).to_numpy() - intercept
        lower, upper = r2_ranges(rows, np.maximum(df, 1), how)
        fits[left] = (lower <= upper + SLACK) & (df >= 1)
    contradicted = refused.copy()
    for i in np.flatnonzero(~fits):
        contradicted[i] = _no_size_prints(PrintedRegression.model_construct(None, **dict(printed.iloc[i])))
    return contradicted


def _no_size_prints(regression: PrintedRegression) -> bool:
    if 0 in regression.r2.interval():  # no bound on the number of patients: the check does not judge these
        return False
    return judge_regression(regression, []).verdict is Verdict.CONTRADICTED


def regression_midpoint(table: pd.DataFrame) -> Bools:
    """With the digits of R² taken for exact, and the true number of patients, F or adjusted R² is another."""
    k, r2, n = (table[name].astype(float).to_numpy() for name in ("k", "r2", "patients"))
    agrees = np.zeros(len(table), dtype=bool)
    with np.errstate(divide="ignore", invalid="ignore"):
        for intercept in (0, 1):
            d = n - k - intercept
            adjusted, f = 1 - (1 - r2) * (d + k) / d, r2 / k / ((1 - r2) / d)
            agrees |= could_print_each(table["adjusted_r2"], adjusted) & could_print_each(table["f"], f)
    return ~agrees


# ------------------------------------------------------------------------------------------------ coefficients

ROW = ["estimate", "lower", "upper", "p"]


def draw_coefficients(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Coefficients, drawn and not fitted, with 3 to 200 residual degrees of freedom, 95% interval and p value."""
    df = log_uniform(3, 200, n, rng)
    se = 10 ** rng.uniform(-1.5, 1, n)
    b = se * rng.standard_t(df) + se * rng.normal(0, 2, n)
    q, styles = stats.t.isf(0.025, df), Styles.drawn(n, rng)
    values = {"estimate": b, "lower": b - q * se, "upper": b + q * se}
    texts = {name: print_values(x, styles.decimals, styles.rounding) for name, x in values.items()}
    p = print_p(2 * stats.t.sf(np.abs(b / se), df), styles)
    return pd.DataFrame(texts | {"p": p, "df": df, "printing": styles.printing})


def coefficient_contradicted(table: pd.DataFrame) -> Bools:
    """As `judge_coefficients` of one row alone: no residual degrees of freedom print it; or the loader refuses it."""
    numbers = table[["lower", "estimate", "upper"]].astype(float).to_numpy()
    contradicted = np.any(np.diff(numbers, axis=1) < 0, axis=1)
    contradicted |= no_probability(table["p"])
    left = np.flatnonzero(~contradicted)
    for how in WAYS:  # with the true degrees of freedom, which fit most often: all others take longer
        rows = table.iloc[left]
        true_df = Convention("Student's t", rounding=how, df=rows["df"].to_numpy(float), log=False)
        left = left[~feasible(*(rows[name].tolist() for name in ROW), convention=true_df).fits]
    for how in WAYS:
        blocks = np.array_split(left, len(left) // 5000 + 1)
        fits = [
            coefficient_df(table.iloc[block], DEGREES_OF_FREEDOM[:-1], rounding=how).any(axis=1) for block in blocks
        ]
        left = left[~np.concatenate(fits)]
    contradicted[left] = True
    return np.asarray(contradicted)


def coefficient_midpoint(table: pd.DataFrame) -> Bools:
    """With the digits of the coefficient and its limits taken for exact, and the true degrees of freedom, p differs."""
    b, lower, upper = (table[name].astype(float).to_numpy() for name in ROW[:3])
    df = table["df"].to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * stats.t.sf(np.abs(b) / ((upper - lower) / 2 / stats.t.isf(0.025, df)), df)
    return ~could_print_each(table["p"], p)


REGRESSION_KINDS = (
    Kind(
        "regression as a whole",
        draw_regressions,
        regression_contradicted,
        regression_midpoint,
        "checks.regression.judge_regression",
        corrupted=("r2", "adjusted_r2", "f", "p"),
    ),
    Kind(
        "regression coefficient",
        draw_coefficients,
        coefficient_contradicted,
        coefficient_midpoint,
        "checks.regression.judge_coefficients",
        corrupted=("estimate", "lower", "upper", "p"),
        swaps={"limits exchanged": (("lower", "upper"),)},
    ),
)
