"""Honest ratios: odds ratios, hazard ratios and pooled results with interval and p value, printed and judged.

All true values come from fits to simulated patients or trials. A fit may be printed in several ways.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
import statsmodels.api as sm
from numpy.typing import NDArray
from scipy import stats

from rederive.calibration.kinds import Bools, Kind, could_print_each, log_uniform, no_probability
from rederive.calibration.printing import ONLY_BOUND, Styles, print_p, print_values
from rederive.checks.proportions import chi2_p, chi2_yates_p, fisher_p
from rederive.checks.ratios import CONVENTIONS, feasible, midpoint_p
from rederive.methods.cox import cox
from rederive.methods.log_rank import log_rank
from rederive.methods.pooling import Pooled, TwoArms, effect_sizes, inverse_variance, mantel_haenszel, peto
from rederive.printed import Printed

Floats = NDArray[np.float64]

LEVELS = {"95%": 0.9, "90%": 0.05, "99%": 0.05}
ONE_SIDED, NO_P = 0.1, 0.1
"""Shares of claims that print a one-sided p value, and none."""

PRINTINGS = 20
"""How often each fit that takes long is printed, each time in another style."""

LARGEST = 5.0
"""Log ratios beyond it are left out: whoever gets them does not print them."""


# ------------------------------------------------------------------------------------------------ printing


def print_ratios(effect: Floats, se: Floats, rng: np.random.Generator, p: Floats | None = None) -> pd.DataFrame:
    """Log effects with standard errors as papers print them: `estimate`, `lower`, `upper`, `level` and `p`, or None.

    The interval is Wald's, normal on the log scale, and so is the p value unless it is given. A ratio that would be
    printed as 0 is left out; no paper prints it, and the loader would refuse it.
    """
    n = len(effect)
    styles = Styles.drawn(n, rng)
    level = rng.choice(list(LEVELS), n, p=list(LEVELS.values()))
    q = stats.norm.isf((1 - np.array([float(Printed.parse(text)) for text in level])) / 2)
    two_sided = 2 * stats.norm.sf(np.abs(effect / se)) if p is None else p
    one_sided = (rng.random(n) < ONE_SIDED) & ~styles.cut_off & (p is None)  # as CONVENTIONS has it
    texts = {
        name: print_values(np.exp(effect + side * q * se), styles.decimals, styles.rounding)
        for name, side in (("estimate", 0), ("lower", -1), ("upper", 1))
    }
    p_text = print_p(np.where(one_sided, two_sided / 2, two_sided), styles)
    # a one-sided p value says where the effect lies, "above 0.05" would not
    p_text[(rng.random(n) < NO_P) | (one_sided & (styles.p_decimals == ONLY_BOUND))] = None
    table = pd.DataFrame(texts | {"level": level, "p": p_text, "printing": styles.printing})
    positive = table["estimate"].astype(float) > 0
    return table[positive & (np.abs(effect) < LARGEST)].reset_index(drop=True)


# -------------------------------------------------------------------------------------------------- checks


def ratio_contradicted(table: pd.DataFrame) -> Bools:
    """As `judge_ratio`: no convention has true values that print these numbers; or the loader refuses them."""
    numbers = table[["estimate", "lower", "upper"]].astype(float)
    in_order = (numbers["lower"] <= numbers["estimate"]) & (numbers["estimate"] <= numbers["upper"])
    readable = in_order & (numbers["lower"] >= 0) & (numbers["estimate"] > 0)
    contradicted = np.array(~readable | no_probability(table["p"]), dtype=bool)
    level = np.array([float(Printed.parse(text)) for text in table["level"]])
    open_ = np.flatnonzero(~contradicted)
    for convention in CONVENTIONS:
        rows = table.iloc[open_]
        texts = (rows[name].tolist() for name in ("estimate", "lower", "upper", "p"))
        fits = feasible(*texts, level=level[open_], convention=convention).fits
        open_ = open_[~fits]
    contradicted[open_] = True
    return contradicted


def ratio_midpoint(table: pd.DataFrame) -> Bools:
    """The p value that follows from digits taken for exact is not the printed one.

    Without a p value: the estimate is not the geometric mean of its limits, which it should be.
    """
    estimate, lower, upper = (table[name].astype(float).to_numpy() for name in ("estimate", "lower", "upper"))
    level = np.array([float(Printed.parse(text)) for text in table["level"]])
    told = table["p"].notna().to_numpy()
    agrees = np.ones(len(table), dtype=bool)
    agrees[told] = could_print_each(table["p"][told], midpoint_p(estimate, lower, upper, level)[told])
    with np.errstate(invalid="ignore"):  # a spoilt limit may be negative
        agrees[~told] = could_print_each(table["estimate"][~told], np.sqrt(lower * upper)[~told])
    return ~agrees


# --------------------------------------------------------------------------------------------------- fits


def _arms(n: int, rng: np.random.Generator, trials: int | None = None) -> TwoArms:
    """Random trials, the true odds ratio mostly between 1/3 and 3; shape (n,), or (n, trials)."""
    shape = (n,) if trials is None else (n, trials)
    n1, n0 = (log_uniform(15, 1500, int(np.prod(shape)), rng).reshape(shape) for _ in range(2))
    logit = np.log(risk := rng.uniform(0.05, 0.6, shape)) - np.log1p(-risk)
    effect = rng.normal(0, 0.5, (n,) if trials is None else (n, 1))
    treated = 1 / (1 + np.exp(-(logit + effect)))
    return TwoArms(rng.binomial(n1, treated), n1, rng.binomial(n0, risk), n0)


def _crude(n: int, rng: np.random.Generator) -> tuple[TwoArms, Floats, Floats]:
    """Tables without an empty cell, their log odds ratios, and Woolf's standard errors."""
    arms = _arms(n, rng)
    full = ~arms.has_zero_cell()
    arms = TwoArms(*(x[full] for x in (arms.events_treated, arms.n_treated, arms.events_control, arms.n_control)))
    effect, variance = effect_sizes(arms, "OR")
    return arms, effect, np.sqrt(variance)


def draw_crude(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Logistic regressions on treatment alone: the crude odds ratio, with Woolf's standard error."""
    _, effect, se = _crude(n, rng)
    return print_ratios(effect, se, rng)


def draw_adjusted(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Logistic regressions on treatment and another covariate, fitted by statsmodels; the treatment's odds ratio."""
    effects, errors = np.array([_logit(rng) for _ in range(-(-n // PRINTINGS))]).T
    return print_ratios(np.repeat(effects, PRINTINGS)[:n], np.repeat(errors, PRINTINGS)[:n], rng)


def _logit(rng: np.random.Generator) -> tuple[float, float]:
    patients = int(rng.integers(100, 500))
    x = np.column_stack([np.ones(patients), rng.random(patients) < 0.5, rng.standard_normal(patients)])
    truth = np.array([rng.uniform(-1, 1), rng.normal(0, 0.5), rng.normal(0, 0.5)])
    y = rng.random(patients) < 1 / (1 + np.exp(-x @ truth))
    fit = sm.Logit(y.astype(float), x).fit(disp=0)
    return float(fit.params[1]), float(fit.bse[1])


def _cohorts(n: int, rng: np.random.Generator) -> tuple[Floats, Bools, Floats]:
    """Times, events and covariates (treatment, age) of cohorts of one size, about a third of the patients censored."""
    patients = int(rng.integers(30, 200))
    treated = np.broadcast_to(np.arange(patients) % 2, (n, patients)).astype(float)
    age = rng.standard_normal((n, patients))
    hazard = np.exp(rng.normal(0, 0.5, (n, 1)) * treated + rng.normal(0, 0.3, (n, 1)) * age)
    time, censored = rng.exponential(1 / hazard), rng.exponential(2, (n, patients))
    days = np.ceil(365 * np.minimum(time, censored))  # whole days, so that some are tied
    return days, np.asarray(time <= censored), np.stack([treated, age], axis=-1)


def draw_cox(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Cox regressions on treatment and age (Efron's ties); the treatment's hazard ratio."""
    fits = cox(*_cohorts(-(-n // PRINTINGS), rng))
    effect, se = (np.repeat(x[fits.converged, 0], PRINTINGS)[:n] for x in (fits.log_hr, fits.se))
    return print_ratios(effect, se, rng)


def _pool(arms: TwoArms, method: int) -> Pooled:
    effects, variances = effect_sizes(arms, "OR")
    return (
        mantel_haenszel(arms, "OR"),
        peto(arms),
        inverse_variance(effects, variances),
        inverse_variance(effects, variances, "DL"),
    )[method]


def draw_pooled(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Odds ratios of 3 to 10 trials pooled by Mantel-Haenszel, Peto, inverse variance or DerSimonian-Laird, normal."""
    pooled = _pool(_arms(n, rng, int(rng.integers(3, 11))), int(rng.integers(4)))
    return print_ratios(pooled.estimate, pooled.standard_error, rng)


# ----------------------------------------------------------- honest claims under conventions the check does not name


def draw_other_test(n: int, rng: np.random.Generator, test: Callable[..., Floats]) -> pd.DataFrame:
    """Crude odds ratios with Woolf's interval, beside the p value of another test of the same counts."""
    arms, effect, se = _crude(n, rng)
    p = test(arms.events_treated, arms.n_treated, arms.events_control, arms.n_control)
    return print_ratios(effect, se, rng, np.minimum(p, 1))


def likelihood_ratio_p(a: Floats, n1: Floats, c: Floats, n0: Floats) -> Floats:
    """The likelihood-ratio test, G = 2 Σ observed log(observed / expected), of many tables without an empty cell."""
    observed = np.array([a, n1 - a, c, n0 - c], dtype=float)
    events, n = observed[0] + observed[2], n1 + n0
    expected = np.array([n1 * events, n1 * (n - events), n0 * events, n0 * (n - events)]) / n
    return np.asarray(stats.chi2.sf(2 * np.sum(observed * np.log(observed / expected), axis=0), 1))


def draw_log_rank(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Cox regressions on treatment alone, beside the log-rank p value."""
    days, died, covariates = _cohorts(-(-n // PRINTINGS), rng)
    fits = cox(days, died, covariates[..., :1])
    p = 2 * stats.norm.sf(np.abs(log_rank(days, died, covariates[0, :, 0] > 0)))
    effect, se, p = (np.repeat(x[fits.converged], PRINTINGS)[:n] for x in (fits.log_hr[:, 0], fits.se[:, 0], p))
    return print_ratios(effect, se, rng, p)


def draw_hartung_knapp(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Odds ratios of 3 to 10 trials pooled by DerSimonian-Laird, with Hartung-Knapp intervals and p values, 95%."""
    arms = _arms(n, rng, int(rng.integers(3, 11)))
    pooled = inverse_variance(*effect_sizes(arms, "OR"), "DL", "hartung-knapp")
    styles = Styles.drawn(n, rng)
    lower, upper = pooled.ratio_interval(0.95)
    texts = {
        name: print_values(values, styles.decimals, styles.rounding)
        for name, values in (("estimate", pooled.ratio), ("lower", lower), ("upper", upper))
    }
    table = pd.DataFrame(texts | {"level": "95%", "p": print_p(pooled.p, styles), "printing": styles.printing})
    return table[table["estimate"].astype(float) > 0].reset_index(drop=True)


# ---------------------------------------------------------------------------------------------------- kinds

_ratio = partial(
    Kind,
    contradicted=ratio_contradicted,
    midpoint=ratio_midpoint,
    check="checks.ratios.judge_ratio",
    corrupted=("estimate", "lower", "upper", "p"),
    swaps={"limits exchanged": (("lower", "upper"),)},
)
_other = partial(_ratio, exact=False, corrupted=(), swaps={})
_NOT_WALD = "the p value is not Wald's, the only one the check knows"

RATIO_KINDS = (
    _ratio("odds ratio, logistic regression", draw_crude),
    _ratio("adjusted odds ratio, logistic regression", draw_adjusted),
    _ratio("hazard ratio, Cox regression", draw_cox),
    _ratio("pooled odds ratio", draw_pooled),
    _other("odds ratio, p of Pearson's χ² test", partial(draw_other_test, test=chi2_p), cause=_NOT_WALD),
    _other("odds ratio, p of χ² test with correction", partial(draw_other_test, test=chi2_yates_p), cause=_NOT_WALD),
    _other("odds ratio, p of Fisher's exact test", partial(draw_other_test, test=fisher_p), cause=_NOT_WALD),
    _other(
        "odds ratio, p of likelihood-ratio test", partial(draw_other_test, test=likelihood_ratio_p), cause=_NOT_WALD
    ),
    _other("hazard ratio, p of log-rank test", draw_log_rank, cause=_NOT_WALD),
    _other(
        "pooled odds ratio, Hartung-Knapp",
        draw_hartung_knapp,
        cause="interval and p value are of a t distribution, the check knows the normal one",
    ),
)
