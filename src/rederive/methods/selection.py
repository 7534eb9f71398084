"""What stepwise selection finds where there is nothing: regressions of pure noise.

Datasets are simulated in which no candidate predictor has anything to do with the outcome; forward selection then keeps
the predictors that fit best, and least squares reports on them as if they had been named in advance.

At every step forward selection adds the candidate that lowers the residual sum of squares most, until `keep` are in;
it never drops one, and nothing is cross-validated (as MLxtend's `SequentialFeatureSelector` does by default). R²
without an intercept is uncentred, as R and statsmodels report it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from rederive.printed import Printed

Floats = NDArray[np.float64]

# Of a candidate's squared length, what is left after the selected ones are taken out; below this it is a combination of
# them and adds nothing but rounding error.
SPANNED = 1e-12


@dataclass(frozen=True)
class LeastSquares:
    """Least squares fits of B datasets, each with k predictors.

    Attributes
    ----------
    intercept : whether there is one; it is not among the coefficients.
    residual_df : n - k - 1 with an intercept, n - k without.
    r2, adjusted_r2 : shape (B,); about the mean with an intercept, about zero without.
    f, f_p : F statistic of all k coefficients and its p value, shape (B,).
    coefficients, se, p : shape (B, k); two-sided p values of Student's t.
    """

    intercept: bool
    residual_df: int
    r2: Floats
    adjusted_r2: Floats
    f: Floats
    f_p: Floats
    coefficients: Floats
    se: Floats
    p: Floats


def least_squares(X: ArrayLike, y: ArrayLike, *, intercept: bool = True) -> LeastSquares:
    """Fit many datasets at once.

    statsmodels fits one at a time, which takes too long for thousands.

    Parameters
    ----------
    X : predictors, shape (B, n, k).
    y : outcomes, shape (B, n).

    Raises
    ------
    ValueError : if no residual degree of freedom is left.
    """
    X, y = _about_the_mean(X, y) if intercept else (np.asarray(X, dtype=float), np.asarray(y, dtype=float))
    n, k = X.shape[1:]
    df = n - k - intercept
    if df < 1:
        raise ValueError(f"expected more patients than coefficients, got {n} and {k + intercept}")
    q, r = np.linalg.qr(X)
    inverse = np.linalg.inv(r)
    projected = np.einsum("bnk,bn->bk", q, y)
    coefficients = np.einsum("bkj,bj->bk", inverse, projected)
    total = np.sum(y**2, axis=1)
    residual = np.sum((y - np.einsum("bnk,bk->bn", q, projected)) ** 2, axis=1)
    se = np.sqrt((residual / df)[:, None] * np.sum(inverse**2, axis=2))
    f = (total - residual) / k / (residual / df)
    return LeastSquares(
        intercept=bool(intercept),
        residual_df=df,
        r2=1 - residual / total,
        adjusted_r2=1 - residual / total * (df + k) / df,
        f=f,
        f_p=stats.f.sf(f, k, df),
        coefficients=coefficients,
        se=se,
        p=2 * stats.t.sf(np.abs(coefficients / se), df),
    )


def _about_the_mean(X: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    """Predictors and outcomes less their means: fitting these without an intercept is fitting the others with one."""
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    return X - X.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)


def forward_selection(X: ArrayLike, y: ArrayLike, keep: int, *, intercept: bool = True) -> NDArray[np.int64]:
    """The candidates that forward selection by residual sum of squares adds, in the order it adds them.

    What the predictors already in explain is taken out of outcome and candidates (Gram-Schmidt); the next to enter is
    the candidate that explains most of what is left. The first of equals enters.

    Parameters
    ----------
    X : candidates, shape (B, n, candidates).
    y : outcomes, shape (B, n).

    Returns
    -------
    Column numbers, shape (B, keep).

    Raises
    ------
    ValueError : if there are not `keep` candidates none of which is a combination of others.
    """
    X, y = _about_the_mean(X, y) if intercept else (np.asarray(X, dtype=float), np.asarray(y, dtype=float))
    left, residual = np.swapaxes(X, 1, 2).copy(), y[:, :, None].copy()  # candidates in rows: (B, candidates, n)
    at_first = np.sum(left**2, axis=2)
    every = np.arange(len(X))
    selected = np.empty((len(X), keep), dtype=np.int64)
    for step in range(keep):
        length = np.sum(left**2, axis=2)
        length[length <= SPANNED * at_first] = 0  # those already in among them
        with np.errstate(divide="ignore", invalid="ignore"):
            explained = np.where(length > 0, (left @ residual)[:, :, 0] ** 2 / length, -1.0)
        best = np.argmax(explained, axis=1)
        if np.any(explained[every, best] < 0):
            raise ValueError(f"expected at least {keep} candidates none of which is a combination of others")
        direction = (left[every, best] / np.sqrt(length[every, best])[:, None])[:, :, None]
        residual -= direction * (np.swapaxes(direction, 1, 2) @ residual)
        left -= (left @ direction) * np.swapaxes(direction, 1, 2)
        selected[:, step] = best
    return selected


def simulate_noise(
    datasets: int,
    n: int,
    candidates: int,
    rng: np.random.Generator,
    *,
    outcome_mean: float = 0.0,
    predictor_mean: float = 0.0,
) -> tuple[Floats, Floats]:
    """Candidates of shape (datasets, n, candidates) and outcomes of shape (datasets, n) that have nothing in common.

    All are independent and normal with standard deviation 1; `outcome_mean` and `predictor_mean` are therefore ratios
    of mean to standard deviation. With an intercept they make no difference.
    """
    X = rng.standard_normal((datasets, n, candidates)) + predictor_mean
    return X, rng.standard_normal((datasets, n)) + outcome_mean


def noise_r2(
    n: int,
    candidates: Iterable[int],
    keep: int,
    *,
    printed_r2: Printed,
    seed: int,
    outcome_mean: float = 0.0,
    predictor_mean: float = 0.0,
    datasets: int = 2000,
    level: float = 0.05,
) -> pd.DataFrame:
    """What forward selection of `keep` among so many candidates reports about pure noise, with and without intercept.

    Both ways of fitting see the same datasets, and those of one number of candidates do not depend on what other
    numbers are asked for.

    Parameters
    ----------
    n : patients in a dataset.
    candidates : how many predictors there are to choose from, one number or more.
    printed_r2 : the share of datasets is asked for whose R² rounds to it or more.
    outcome_mean, predictor_mean : in standard deviations, see `simulate_noise`.
    level : below which p values are called significant.

    Returns
    -------
    A row per number of candidates and way of fitting: `r2_05`, `r2_50`, `r2_95` (quantiles, numpy's default linear
    interpolation), `adjusted_r2_50`, `f_50`, `reached` (share of datasets with at least the printed R²) with its exact
    95% confidence interval `reached_lower`, `reached_upper` (Clopper-Pearson; what simulating more would narrow),
    `significant_f` (share with p of F below `level`) and `significant_mean` (how many of the kept coefficients have
    p below `level`, on average).
    """
    rows = []
    for count in candidates:
        X, y = simulate_noise(
            datasets,
            n,
            count,
            np.random.default_rng([seed, count]),
            outcome_mean=outcome_mean,
            predictor_mean=predictor_mean,
        )
        for intercept in (True, False):
            selected = forward_selection(X, y, keep, intercept=intercept)
            fit = least_squares(np.take_along_axis(X, selected[:, None, :], axis=2), y, intercept=intercept)
            reached = int(np.sum(fit.r2 >= printed_r2.interval().lower))
            limits = proportion_confint(reached, datasets, method="beta")
            rows.append(
                {
                    "candidates": count,
                    "intercept": intercept,
                    **dict(zip(("r2_05", "r2_50", "r2_95"), np.quantile(fit.r2, [0.05, 0.5, 0.95]), strict=True)),
                    "adjusted_r2_50": np.median(fit.adjusted_r2),
                    "f_50": np.median(fit.f),
                    "reached": reached / datasets,
                    "reached_lower": limits[0],
                    "reached_upper": limits[1],
                    "significant_f": np.mean(fit.f_p < level),
                    "significant_mean": np.mean(np.sum(fit.p < level, axis=1)),
                }
            )
    return pd.DataFrame(rows)
