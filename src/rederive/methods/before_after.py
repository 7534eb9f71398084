"""What a comparison of the same patients before and after can show without any effect of treatment.

Nothing here is about particular patients. Populations are assumed, with every assumption a parameter; where the answer
has a closed form it is computed, and where it has not it is simulated and comes with its standard error.

Log-normal quantities are described by coefficients of variation, as laboratories do: with log-SD s the coefficient is
sqrt(exp(s^2) - 1), independent of the unit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats
from scipy.optimize import brentq

from rederive.claims import PrintedMeanChange
from rederive.printed import Interval, Printed
from rederive.verdicts import Finding

Floats = NDArray[np.float64]


def log_sd(cv: ArrayLike) -> Floats:
    """Standard deviation of the logarithm of a log-normal quantity with this coefficient of variation (0.3 is 30%)."""
    return np.asarray(np.sqrt(np.log1p(np.square(np.asarray(cv, dtype=float)))))


# --------------------------------------------------------------------------------------- regression to the mean


def regression_to_the_mean(
    between_cv: float,
    within_cv: Sequence[float],
    selected: Sequence[float],
    *,
    n: int,
    draws: int,
    seed: int,
    below: float = 0.001,
) -> pd.DataFrame:
    """What patients chosen for a low first measurement show at the second if nothing is done to them.

    Each patient has a true value that does not change. True values are log-normal between patients; each measurement
    is the true value times independent log-normal variation, biological and analytical together, the same at both
    times. Of many patients those with the lowest first measurements are taken.

    On the log scale the two measurements are bivariate normal with standard deviation s = sqrt(b^2 + w^2) and
    correlation b^2 / s^2, and selection cuts the first at its quantile c = s z. The mean of the second then exceeds
    the mean of the first by (w^2 / s) phi(z) / selected, the mean of a truncated normal: `geometric_means`. The ratio
    of the medians is solved from the exact distribution. Only the share of significant samples is simulated, with
    the same random numbers for every row.

    Parameters
    ----------
    between_cv : coefficient of variation of the true values between patients.
    within_cv : coefficients of variation of repeated measurements in one patient.
    selected : shares of all patients that are taken, above 0; 1 takes everybody.
    n, draws, seed : patients in a sample, samples, and the seed of the simulation.
    below : significant means a p value below this, in a two-sided exact Wilcoxon signed-rank test (values are
        continuous, so there are neither ties nor zeros).

    Returns
    -------
    A row per (within_cv, selected) with the ratios after / before `geometric_means` and `medians`; `spread_before`, the
    third over the first quartile of the first measurement, which selection narrows; the simulated share `significant`
    of samples, and its `standard_error`.

    Raises
    ------
    ValueError : if a coefficient of variation is not above 0, or a share not above 0 and at most 1.
    """
    if not (between_cv > 0 and all(cv > 0 for cv in within_cv) and all(0 < share <= 1 for share in selected)):
        raise ValueError("expected coefficients of variation above 0, and shares above 0 and at most 1")
    rng = np.random.default_rng(seed)
    uniform, other = 1 - rng.random((draws, n)), rng.standard_normal((draws, n))
    between, rows = float(log_sd(between_cv)), []
    for cv, share in product(within_cv, selected):
        within = float(log_sd(cv))
        sd = float(np.hypot(between, within))
        correlation = between**2 / sd**2
        first = special.ndtri(share * uniform)
        second = correlation * first + np.sqrt(1 - correlation**2) * other
        p = stats.wilcoxon(np.exp(sd * second) - np.exp(sd * first), axis=1, method="exact").pvalue
        significant = float(np.mean(p < below))
        rows.append(
            {
                "within_cv": cv,
                "selected": share,
                "geometric_means": float(np.exp(within**2 / sd * stats.norm.pdf(special.ndtri(share)) / share)),
                "medians": float(np.exp(sd * (_median_after(correlation, share) - special.ndtri(share / 2)))),
                "spread_before": float(np.exp(sd * np.subtract(*special.ndtri(np.array([0.75, 0.25]) * share)))),
                "significant": significant,
                "standard_error": _standard_error(significant, draws),
            }
        )
    return pd.DataFrame(rows)


def _median_after(correlation: float, share: float) -> float:
    """Median of the second of two correlated normal scores among those whose first is in the lowest `share`."""
    if share == 1:
        return 0.0
    cut, before = special.ndtri(share), special.ndtri(share / 2)
    covariance = [[1, correlation], [correlation, 1]]

    def too_many_below(score: float) -> float:
        both = stats.multivariate_normal.cdf([cut, score], cov=covariance, allow_singular=True)
        return float(both) - share / 2

    # between the median before and that of everybody, 0; the margin keeps rounding from hiding the change of sign
    return float(brentq(too_many_below, before - 1, 1.0))


# -------------------------------------------------------------------- counts reported as mean and standard deviation


def negative_if_normal(mean: Printed, sd: Printed) -> Interval:
    """The share below 0 of a normal distribution whose mean and standard deviation print like this.

    The share Phi(-mean / sd) falls as the mean rises and, where the mean is above 0, rises with the standard deviation.

    Raises
    ------
    ValueError : if the mean or the standard deviation may be 0 or less.
    """
    means, sds = mean.interval(), sd.interval()
    if means.lower <= 0 or sds.lower <= 0:
        raise ValueError(f"expected a mean and a standard deviation above 0, got {mean} and {sd}")
    return Interval(special.ndtr(-means.upper / sds.lower), special.ndtr(-means.lower / sds.upper))


def _gamma(mean: float, sd: float, shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    return rng.gamma((mean / sd) ** 2, sd**2 / mean, shape)


def _log_normal(mean: float, sd: float, shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    spread = float(log_sd(sd / mean))
    return rng.lognormal(np.log(mean) - spread**2 / 2, spread, shape)


FAMILIES: dict[str, Callable[[float, float, tuple[int, int], np.random.Generator], Floats]] = {
    "gamma": _gamma,
    "log-normal": _log_normal,
}
"""Distributions that are never negative, given by mean and standard deviation."""


def passes_shapiro(mean: float, sd: float, n: int, *, draws: int, seed: int, level: float = 0.05) -> pd.DataFrame:
    """How often skewed values that cannot be negative pass for normal.

    Parameters
    ----------
    mean, sd : of the population, in any one unit; values are continuous, not rounded to whole counts.
    n, draws, seed : values in a sample, samples, and the seed of the simulation.
    level : a sample passes if the p value of the Shapiro-Wilk test is at least this.

    Returns
    -------
    A row per distribution of `FAMILIES` with the simulated share `passes` of samples and its `standard_error`.
    """
    rng = np.random.default_rng(seed)
    rows = {}
    for name, family in FAMILIES.items():
        p = stats.shapiro(family(mean, sd, (draws, n), rng), axis=1).pvalue
        passes = float(np.mean(p >= level))
        rows[name] = {"passes": passes, "standard_error": _standard_error(passes, draws)}
    return pd.DataFrame(rows).T.rename_axis("distribution")


def normality_by_column(change: PrintedMeanChange, *, draws: int, seed: int, level: float = 0.05) -> pd.DataFrame:
    """What normality would mean for values that cannot be negative, before and after.

    Returns
    -------
    A row per column of the printed table with `mean` and `sd`; the share of a normal distribution below 0 and the
    number of patients that would be, as intervals `negative` and `negative_patients`; and the share of simulated
    samples that pass for normal (see `passes_shapiro`), a column per distribution of `FAMILIES`.
    """
    n, rows = change.n.count(), {}
    for when, mean, sd in [
        ("before", change.before_mean, change.before_sd),
        ("after", change.after_mean, change.after_sd),
    ]:
        share = negative_if_normal(mean, sd)
        passes = passes_shapiro(float(mean), float(sd), n, draws=draws, seed=seed, level=level)["passes"]
        rows[when] = {
            "mean": mean,
            "sd": sd,
            "negative": share,
            "negative_patients": Interval(n * share.lower, n * share.upper),
            **passes,
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def normal_looking(mean: float, sd: float, n: int) -> tuple[Floats, float]:
    """A sample of values of 0 or more with this mean and standard deviation that looks as normal as we can make one.

    Normal scores (quantiles at (i - 1/2) / n) are cut off below and above, which brings in their tails, then shifted
    and scaled to the mean and the standard deviation (divisor n - 1); that changes nothing in the Shapiro-Wilk test. Of
    cuts on a grid that leave no value below 0 the one with the largest p value is taken.

    Returns
    -------
    The sample, shape (n,), and its p value of the Shapiro-Wilk test; an empty sample and 0 if no cut will do.
    """
    scores = special.ndtri((np.arange(n) + 0.5) / n)
    cuts = np.linspace(0.25, scores[-1], 50)
    samples = np.array([np.clip(scores, -low, high) for low, high in product(cuts, cuts)])
    centred = samples - samples.mean(axis=1, keepdims=True)
    samples = mean + sd * centred / centred.std(axis=1, ddof=1, keepdims=True)
    samples = samples[samples.min(axis=1) >= 0]
    if not len(samples):
        return np.empty(0), 0.0
    p = stats.shapiro(samples, axis=1).pvalue
    return samples[np.argmax(p)], float(p.max())


def judge_normality(change: PrintedMeanChange, *, draws: int, seed: int, level: float = 0.05) -> Finding:
    """Can values that cannot be negative, with these means and standard deviations, pass for normal?

    A sample that does is proof that some can. How often skewed ones do is simulated (see `passes_shapiro`).
    """
    n = change.n.count()
    columns = normality_by_column(change, draws=draws, seed=seed, level=level)
    found = min(normal_looking(float(m), float(s), n)[1] for m, s in zip(columns["mean"], columns["sd"], strict=True))
    shares = columns[list(FAMILIES)].to_numpy(dtype=float)
    low, high = shares.min(), shares.max()
    return Finding(
        judge_normality,
        f"Shapiro-Wilk test at {level:.0%}; skewed: {' or '.join(FAMILIES)}, {draws} simulated samples of each",
        f"Samples of {n} values of 0 or more that pass were {'found' if found >= level else 'not found'}. Skewed ones "
        f"with these means and standard deviations pass in {Interval(low, high):.1%} of simulated samples.",
        {"share_of_simulated_samples_passing": Interval(low, high)},
        exists=True if found >= level else None,
        missing=("result of the test of normality, and what it was applied to",),
    )


# ------------------------------------------------------------------------------------- choosing a test by a test


def two_stage_size(
    cv: float, correlation: float, n: int, *, draws: int, seed: int, level: float = 0.05
) -> pd.DataFrame:
    """How often a paired comparison is significant under no change, with the test chosen by a test of normality.

    Values before and after are log-normal with the same mean and coefficient of variation, so neither their
    distribution nor its mean or median changes; differences are then symmetric about 0.

    Parameters
    ----------
    cv : coefficient of variation at either time.
    correlation : of the logarithms of a patient's two values.
    n, draws, seed : patients in a sample, samples, and the seed of the simulation.
    level : of every test, two-sided; Shapiro-Wilk finds normality if its p value is at least this.

    Returns
    -------
    A row per rule with the simulated share `significant` and its `standard_error`, and the share `t_test` of samples in
    which the rule takes the paired t test: always; never, but the exact Wilcoxon signed-rank test; if the values
    before and the values after both pass Shapiro-Wilk; if the differences do.
    """
    rng = np.random.default_rng(seed)
    scores = rng.standard_normal((2, draws, n))
    scores[1] = correlation * scores[0] + np.sqrt(1 - correlation**2) * scores[1]
    before, after = np.exp(log_sd(cv) * scores)
    t_rejects = stats.ttest_rel(after, before, axis=1).pvalue < level
    wilcoxon_rejects = stats.wilcoxon(after - before, axis=1, method="exact").pvalue < level
    before_passes, after_passes, difference_passes = (
        stats.shapiro(x, axis=1).pvalue >= level for x in (before, after, after - before)
    )
    takes_t = {
        "t": np.full(draws, True),
        "Wilcoxon": np.full(draws, False),
        "by the values before and after": before_passes & after_passes,
        "by the differences": difference_passes,
    }
    rows = {}
    for rule, takes in takes_t.items():
        significant = float(np.mean(np.where(takes, t_rejects, wilcoxon_rejects)))
        rows[rule] = {
            "significant": significant,
            "standard_error": _standard_error(significant, draws),
            "t_test": float(np.mean(takes)),
        }
    return pd.DataFrame(rows).T.rename_axis("rule")


def _standard_error(share: float, draws: int) -> float:
    """Of a simulated share."""
    return float(np.sqrt(share * (1 - share) / draws))
