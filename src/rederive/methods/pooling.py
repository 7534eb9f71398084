"""Pooling of two-arm trials and of their effects.

Every function takes arrays whose trailing axis counts the trials of one meta-analysis; leading axes, if any, count
meta-analyses, so that a grid of a hundred thousand of them is pooled in one call. That, and an accuracy of 1e-8,
is why these estimators are written here: `statsmodels.stats.meta_analysis.combine_effects` pools one meta-analysis
at a time, stops its Paule-Mandel search at 1e-5 and lets a DerSimonian-Laird τ² go below zero, and
`StratifiedTable` has no interval for a risk ratio. Where the two overlap, the tests hold them equal.

Ratios are on the log scale throughout; `Pooled.ratio` and `Pooled.ratio_interval` lead back.

Notation: yᵢ is the effect of trial i, vᵢ its sampling variance, k the number of trials.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeVar, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.optimize import elementwise

from rederive.claims import PrintedRatio

Floats = NDArray[np.float64]
Scalar = TypeVar("Scalar", bound=np.generic)
Measure = Literal["OR", "RR", "RD"]
BetweenTrials = Literal["none", "DL", "PM", "REML"]
Inference = Literal["wald", "hartung-knapp"]
Prediction = Literal["reference", "higgins-thompson-spiegelhalter"]


@dataclass(frozen=True, eq=False)
class TwoArms:
    """Events and patients in the two arms of trials; four integer arrays of one shape (..., k).

    Raises
    ------
    ValueError : if a count is no whole number, is negative, if an arm is empty or has more events than patients.
    """

    events_treated: NDArray[np.int64]
    n_treated: NDArray[np.int64]
    events_control: NDArray[np.int64]
    n_control: NDArray[np.int64]

    def __post_init__(self) -> None:
        names = ("events_treated", "n_treated", "events_control", "n_control")
        counts = [_counts(name, getattr(self, name)) for name in names]
        for name, array in zip(names, np.broadcast_arrays(*counts), strict=True):
            object.__setattr__(self, name, array)
        if self.n_treated.ndim == 0 or self.n_treated.shape[-1] == 0:
            raise ValueError("expected arrays of at least one trial along the last axis")
        for arm in ("treated", "control"):
            events, n = getattr(self, f"events_{arm}"), getattr(self, f"n_{arm}")
            if np.any(n == 0):
                raise ValueError(f"n_{arm}: an arm without patients, at {_first(n == 0)}")
            if np.any(events > n):
                at = _first(events > n)
                raise ValueError(f"events_{arm}: {events[at]} events among {n[at]} patients, at {at}")

    @classmethod
    def from_frame(cls, trials: pd.DataFrame) -> TwoArms:
        """One meta-analysis from the columns events_treated, n_treated, events_control and n_control."""
        columns = ("events_treated", "n_treated", "events_control", "n_control")
        if missing := [name for name in columns if name not in trials.columns]:
            raise ValueError(f"expected the columns {', '.join(columns)}; missing: {', '.join(missing)}")
        return cls(*(trials[name].to_numpy() for name in columns))

    def swap_arms(self) -> TwoArms:
        """The same trials with treated and control patients exchanged."""
        return TwoArms(self.events_control, self.n_control, self.events_treated, self.n_treated)

    def leave_one_out(self) -> TwoArms:
        """Every meta-analysis of all trials but one; shape (..., k, k - 1)."""
        return TwoArms(
            *(leave_one_out(a) for a in (self.events_treated, self.n_treated, self.events_control, self.n_control))
        )

    def cells(self, correction: float = 0.0) -> tuple[Floats, Floats, Floats, Floats]:
        """Events and non-events when treated, events and non-events in the controls: the a, b, c, d of textbooks.

        With a continuity correction, which is added to all four cells of those tables that have any zero cell.
        """
        counts = (self.events_treated, self.n_treated, self.events_control, self.n_control)
        a, n1, c, n2 = (x.astype(float) for x in counts)
        b, d = n1 - a, n2 - c
        added = correction * self.has_zero_cell()
        return a + added, b + added, c + added, d + added

    def has_zero_cell(self) -> NDArray[np.bool_]:
        """Trials with no event, or nothing but events, in at least one arm."""
        treated, control = self.events_treated, self.events_control
        return np.asarray((treated == 0) | (treated == self.n_treated) | (control == 0) | (control == self.n_control))

    def is_uninformative(self) -> NDArray[np.bool_]:
        """Trials with no event, or nothing but events, in both arms: they tell nothing about a ratio."""
        events = self.events_treated + self.events_control
        return np.asarray((events == 0) | (events == self.n_treated + self.n_control))


def _counts(name: str, values: ArrayLike) -> NDArray[np.int64]:
    numbers = np.asarray(values)
    if not np.issubdtype(numbers.dtype, np.number) or np.issubdtype(numbers.dtype, np.complexfloating):
        raise ValueError(f"{name}: expected counts, got values of type {numbers.dtype}")
    if np.any(wrong := ~(np.isfinite(numbers) & (numbers == np.floor(numbers)) & (numbers >= 0))):
        raise ValueError(f"{name}: expected whole numbers of at least 0, got {numbers[wrong].flat[0]}")
    return numbers.astype(np.int64)


def _plain(values: ArrayLike) -> Floats:
    """A number where numpy has an array without dimensions, so that one meta-analysis gives plain numbers."""
    result: Floats = np.asarray(values, dtype=float)[()]
    return result


def _first(wrong: NDArray[np.bool_]) -> tuple[int, ...]:
    return tuple(int(i) for i in np.argwhere(wrong)[0])


def effect_sizes(tables: TwoArms, measure: Measure, correction: float = 0.5) -> tuple[Floats, Floats]:
    """Effects and sampling variances of single trials, both of shape (..., k).

    Log odds ratio with Woolf's variance 1/a + 1/b + 1/c + 1/d, log risk ratio with 1/a - 1/n₁ + 1/c - 1/n₂, or risk
    difference with the sum of the two binomial variances, a b/n₁³ + c d/n₂³.

    Continuity correction, as metafor's `escalc` by default: `correction` is added to all four cells of those tables
    that have any zero cell (and of no other), for the risk difference too. Trials without any event are therefore
    kept, with an effect near zero. Common practice for ratios is to leave them out: leave them out of `tables`.

    Raises
    ------
    ValueError : for another measure.
    """
    a, b, c, d = tables.cells(correction)
    n1, n2 = a + b, c + d
    with np.errstate(divide="ignore", invalid="ignore"):  # without a correction zero cells give infinities, on purpose
        if measure == "OR":
            return np.log(a * d) - np.log(b * c), 1 / a + 1 / b + 1 / c + 1 / d
        if measure == "RR":
            return np.log(a / n1) - np.log(c / n2), b / (a * n1) + d / (c * n2)
    if measure == "RD":
        return a / n1 - c / n2, a * b / n1**3 + c * d / n2**3
    raise _unknown("measure", measure, Measure)


def _unknown(what: str, got: object, choices: object) -> ValueError:
    return ValueError(f"unknown {what} {got!r}: expected one of {', '.join(get_args(choices))}")


@dataclass(frozen=True, eq=False)
class Pooled:
    """Pooled effects, one per meta-analysis; the arrays have the leading shape of what was pooled.

    Attributes
    ----------
    estimate : on the log scale if the measure is a ratio.
    standard_error : on the scale of the estimate.
    tau2 : between-trial variance used in the weights; 0 where the method assumes a common effect.
    df : degrees of freedom of the t distribution the estimate is referred to; infinite for the normal.
    trials : how many trials each meta-analysis has.
    method : what was done, in words.
    """

    estimate: Floats
    standard_error: Floats
    tau2: Floats
    df: float
    trials: int
    method: str

    @property
    def p(self) -> Floats:
        """Two-sided p value of no effect; NaN for 0 ± 0, which Hartung-Knapp gives for effects that are all 0."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return _plain(2 * stats.t.sf(np.abs(self.estimate) / self.standard_error, self.df))

    def interval(self, level: float = 0.95) -> tuple[Floats, Floats]:
        """Two-sided confidence interval, equal tails."""
        return _around(self.estimate, self.standard_error, self.df, level)

    @property
    def ratio(self) -> Floats:
        """The estimate as a ratio; meaningful for log odds ratios and log risk ratios."""
        return np.exp(self.estimate)

    def ratio_interval(self, level: float = 0.95) -> tuple[Floats, Floats]:
        """The confidence interval as ratios."""
        lower, upper = self.interval(level)
        return np.exp(lower), np.exp(upper)


def _around(centre: Floats, spread: Floats, df: float, level: float) -> tuple[Floats, Floats]:
    if not 0 < level < 1:
        raise ValueError(f"a confidence level lies between 0 and 1, not at {level}")
    half = stats.t.isf((1 - level) / 2, df) * spread
    return centre - half, centre + half


def inverse_variance(
    effects: ArrayLike, variances: ArrayLike, tau2: BetweenTrials = "none", inference: Inference = "wald"
) -> Pooled:
    """Weighted mean of effects with weights wᵢ = 1 / (vᵢ + τ²).

    Parameters
    ----------
    effects, variances : shape (..., k).
    tau2 : where the between-trial variance τ² comes from:

        - `none`: τ² = 0, the common-effect (fixed-effect) model.
        - `DL`: DerSimonian and Laird (1986), the moment estimator in closed form, not below 0.
        - `PM`: Paule and Mandel (1982), the τ² at which Q(τ²) = k - 1, or 0 if Q(0) is smaller already.
        - `REML`: the global maximum over τ² ≥ 0 of the restricted likelihood (Viechtbauer 2005).
    inference : what the estimate is referred to:

        - `wald`: standard error (Σwᵢ)^(-1/2), normal distribution.
        - `hartung-knapp`: that standard error times the root of q = Σwᵢ(yᵢ - μ)² / (k - 1), t distribution with k - 1
          degrees of freedom (Hartung and Knapp 2001, binary outcomes). Without the ad hoc truncation max(1, q), so
          the interval can be narrower than Wald's; metafor's test="knha".

    Raises
    ------
    ValueError : if an effect is not finite or a variance not finite and positive, if a single trial should tell its
        τ² or its q, or for another `tau2` or `inference`.
    """
    y, v = _effects(effects, variances)
    trials = y.shape[-1]
    if inference not in get_args(Inference):
        raise _unknown("inference", inference, Inference)
    if trials < 2 and inference != "wald":
        raise ValueError("Hartung-Knapp needs at least two trials")
    t = between_trials(y, v, tau2)
    weights = 1 / (v + t[..., None])
    total = weights.sum(-1)
    estimate = (weights * y).sum(-1) / total
    model = "common effect" if tau2 == "none" else f"random effects, {tau2}"
    if inference == "wald":
        return Pooled(estimate, 1 / np.sqrt(total), t, np.inf, trials, f"inverse variance, {model}, Wald")
    q = (weights * (y - estimate[..., None]) ** 2).sum(-1) / (trials - 1)
    return Pooled(estimate, np.sqrt(q / total), t, trials - 1, trials, f"inverse variance, {model}, Hartung-Knapp")


def _effects(effects: ArrayLike, variances: ArrayLike) -> tuple[Floats, Floats]:
    y, v = np.broadcast_arrays(np.asarray(effects, dtype=float), np.asarray(variances, dtype=float))
    if y.ndim == 0 or y.shape[-1] == 0:
        raise ValueError("expected arrays of at least one trial along the last axis")
    if not np.all(np.isfinite(y)):
        raise ValueError("effects have to be finite")
    if not np.all(np.isfinite(v) & (v > 0)):
        raise ValueError("variances have to be finite and positive; correct zero cells, or leave such trials out")
    return y, v


def between_trials(effects: ArrayLike, variances: ArrayLike, method: BetweenTrials) -> Floats:
    """The between-trial variance τ² by one of the estimators that `inverse_variance` explains; shape (...).

    Raises
    ------
    ValueError : as `inverse_variance`.
    """
    y, v = _effects(effects, variances)
    df = y.shape[-1] - 1
    if method not in get_args(BetweenTrials):
        raise _unknown("tau2", method, BetweenTrials)
    if method == "none":
        return _plain(np.zeros(y.shape[:-1]))
    if df == 0:
        raise ValueError("a single trial tells nothing about variation between trials")
    if method == "DL":
        w = 1 / v
        return _plain(np.maximum(0, (_q(y, v) - df) / (w.sum(-1) - (w**2).sum(-1) / w.sum(-1))))
    return _tau2_at(y, v, df) if method == "PM" else _reml(y, v)


def _residuals(y: Floats, v: Floats, tau2: Floats | float) -> tuple[Floats, Floats]:
    """The weights at τ² and the deviations from the mean they give."""
    w = 1 / (v + np.asarray(tau2)[..., None])
    return w, y - ((w * y).sum(-1) / w.sum(-1))[..., None]


def _q(y: Floats, v: Floats, tau2: Floats | float = 0.0) -> Floats:
    """Cochran's Q generalised to weights with τ² (DerSimonian and Kacker 2007)."""
    w, residuals = _residuals(y, v, tau2)
    return _plain((w * residuals**2).sum(-1))


def _tau2_at(y: Floats, v: Floats, target: float) -> Floats:
    """The τ² ≥ 0 at which Q(τ²), which falls towards 0, passes `target`; 0 where it starts below.

    Q(τ²) < S/τ² with S the sum of squares about the plain mean, so the root is below S/target.
    """
    rows, spreads = y.reshape(-1, y.shape[-1]), v.reshape(-1, y.shape[-1])
    tau2 = np.zeros(len(rows))
    above = np.flatnonzero(_q(rows, spreads) > target)
    if above.size:
        bound = 2 * rows[above].var(-1) * y.shape[-1] / target  # twice, to keep rounding error out of the bracket
        tau2[above] = _root(lambda t, i: _q(rows[i], spreads[i], t) - target, np.zeros_like(bound), bound, above)
    return _plain(tau2.reshape(y.shape[:-1]))


def _root(
    function: Callable[[Floats, NDArray[np.intp]], Floats], lower: Floats, upper: Floats, rows: NDArray[np.intp]
) -> Floats:
    """Roots of function(t, row) in brackets, many at once, to the last bit that the function resolves."""
    found = elementwise.find_root(function, (lower, upper), args=(rows,))
    if not np.all(found.success):
        raise ArithmeticError("a search for τ² did not converge")
    return _plain(found.x)


# Points per likelihood, evenly spaced in log(min v + τ²), the scale on which it varies. Half or twice as many changed
# nothing in 200,000 random meta-analyses with variances spread over five orders of magnitude.
_STARTS = 32


def _reml(y: Floats, v: Floats) -> Floats:
    """The global maximum of the restricted likelihood of τ².

    The likelihood can have several peaks, and a climb from one start finds any of them. So the sign of the score is
    followed over all τ² that can hold a peak, every change from plus to minus is refined, and the highest peak wins.
    With s² the sample variance of the effects the score is negative once (τ² + min v)² > s² (τ² + max v).
    """
    rows, spreads = y.reshape(-1, y.shape[-1]), v.reshape(-1, y.shape[-1])

    def score(t: Floats, i: NDArray[np.intp]) -> Floats:
        w, residuals = _residuals(rows[i], spreads[i], t)
        return _plain(((w * residuals) ** 2).sum(-1) - w.sum(-1) + (w**2).sum(-1) / w.sum(-1))

    def loglikelihood(t: Floats, i: NDArray[np.intp]) -> Floats:
        w, residuals = _residuals(rows[i], spreads[i], t)
        # doubled, without its constant
        return _plain(np.log(w).sum(-1) - np.log(w.sum(-1)) - (w * residuals**2).sum(-1))

    least, variance = spreads.min(-1), rows.var(-1, ddof=1)
    bound = variance + np.sqrt(variance * (variance + 4 * (spreads.max(-1) - least)))
    everyone = np.arange(len(rows))
    starts = np.stack([least * ((1 + bound / least) ** u - 1) for u in np.linspace(0, 1, _STARTS)])
    rising = np.stack([score(t, everyone) > 0 for t in starts])
    bracket, row = np.nonzero(rising[:-1] & ~rising[1:])
    peaks = _root(score, starts[bracket, row], starts[bracket + 1, row], row) if row.size else np.empty(0)

    candidates, owners = np.concatenate([np.zeros(len(rows)), peaks]), np.concatenate([everyone, row])
    highest_last = np.argsort(loglikelihood(candidates, owners), kind="stable")
    tau2 = np.zeros(len(rows))
    tau2[owners[highest_last]] = candidates[highest_last]  # of repeated owners, numpy keeps the last
    return _plain(tau2.reshape(y.shape[:-1]))


def mantel_haenszel(tables: TwoArms, measure: Measure, correction: float = 0.0) -> Pooled:
    """Mantel-Haenszel estimates with a Wald test and interval.

    They need no continuity correction and by default get none. RevMan's ratios have one nonetheless: with a
    `correction` of 0.5 it is added to all cells of tables that have a zero cell, and tables without, or with nothing
    but, events in both arms are left out.

    Variances: for the log odds ratio Robins, Breslow and Greenland (1986); for the log risk ratio Greenland and
    Robins (1985); for the risk difference Sato, Greenland and Robins (1989), as metafor's `rma.mh`. For the latter
    Greenland and Robins (1985) give another, so intervals from other software can differ.

    A ratio without events, or without comparison, on one side of all tables is not estimable: its estimate and
    standard error are NaN.

    Raises
    ------
    ValueError : for another measure, or for a corrected risk difference.
    """
    if correction and measure == "RD":
        raise ValueError("a Mantel-Haenszel risk difference needs no continuity correction")
    a, b, c, d = tables.cells(correction)
    n1, n2, n = a + b, c + d, a + b + c + d
    if correction:
        n = np.where(tables.is_uninformative(), np.inf, n)  # every term below is divided by n: these weigh nothing
    if measure == "OR":
        p, q, r, s = (a + d) / n, (b + c) / n, a * d / n, b * c / n
        top, bottom = r.sum(-1), s.sum(-1)
        with np.errstate(divide="ignore", invalid="ignore"):
            variance = (
                (p * r).sum(-1) / top**2 + (p * s + q * r).sum(-1) / (top * bottom) + (q * s).sum(-1) / bottom**2
            ) / 2
        words = "Robins-Breslow-Greenland variance"
    elif measure == "RR":
        top, bottom = (a * n2 / n).sum(-1), (c * n1 / n).sum(-1)
        with np.errstate(divide="ignore", invalid="ignore"):
            variance = (n1 * n2 * (a + c) / n**2 - a * c / n).sum(-1) / (top * bottom)
        words = "Greenland-Robins variance"
    elif measure == "RD":
        weight = (n1 * n2 / n).sum(-1)
        estimate = ((a * n2 - c * n1) / n).sum(-1) / weight
        lopsided = ((c * n1**2 - a * n2**2 + n1 * n2 * (n2 - n1) / 2) / n**2).sum(-1)
        plain = ((a * d + c * b) / n).sum(-1) / 2
        variance = (estimate * lopsided + plain) / weight**2
        return _common_effect(estimate, variance, a.shape[-1], "Mantel-Haenszel, Sato-Greenland-Robins variance")
    else:
        raise _unknown("measure", measure, Measure)
    estimable = (top > 0) & (bottom > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = np.where(estimable, np.log(top) - np.log(bottom), np.nan)
    return _common_effect(estimate, np.where(estimable, variance, np.nan), a.shape[-1], f"Mantel-Haenszel, {words}")


def _common_effect(estimate: Floats, variance: Floats, trials: int, method: str) -> Pooled:
    estimate, standard_error = _plain(estimate), _plain(np.sqrt(variance))
    return Pooled(estimate, standard_error, _plain(np.zeros_like(estimate)), np.inf, trials, method)


def peto(tables: TwoArms) -> Pooled:
    """Peto's one-step log odds ratio Σ(O - E) / ΣV with variance 1 / ΣV (Yusuf et al. 1985).

    V is the hypergeometric variance, with n - 1 in its denominator. No continuity correction: trials in which nobody
    or everybody has an event drop out by themselves. NaN if all do.
    """
    a, b, c, d = tables.cells()
    n1, n2, n, events = a + b, c + d, a + b + c + d, a + c
    information = (n1 * n2 * events * (n - events) / (n**2 * (n - 1))).sum(-1)
    information = np.where(information > 0, information, np.nan)
    return _common_effect((a - n1 * events / n).sum(-1) / information, 1 / information, a.shape[-1], "Peto, one step")


class CochranQ(NamedTuple):
    """Cochran's Q with its degrees of freedom and the p value from the chi-squared distribution."""

    q: Floats
    df: int
    p: Floats


def cochran_q(effects: ArrayLike, variances: ArrayLike) -> CochranQ:
    """Cochran's (1954) test that all effects along the last axis are the same.

    Raises
    ------
    ValueError : for a single effect, for an effect that is not finite or a variance not finite and positive.
    """
    y, v = _effects(effects, variances)
    df = y.shape[-1] - 1
    if df == 0:
        raise ValueError("a single effect cannot differ from itself")
    q = _q(y, v)
    return CochranQ(q, df, _plain(stats.chi2.sf(q, df)))


def subgroup_difference(estimates: ArrayLike, standard_errors: ArrayLike) -> CochranQ:
    """Do independent pooled results differ? Q between subgroups, from arrays of shape (..., subgroups).

    Under the common-effect model this is the Q of all trials less the Qs within subgroups.
    """
    return cochran_q(estimates, np.square(standard_errors))


@dataclass(frozen=True, eq=False)
class Heterogeneity:
    """Variation between trials; see `heterogeneity`. Intervals are pairs of lower and upper ends."""

    q: Floats
    df: int
    p: Floats
    i2: Floats
    h2: Floats
    tau2: Floats
    tau2_interval: tuple[Floats, Floats]
    i2_interval: tuple[Floats, Floats]


def heterogeneity(
    effects: ArrayLike, variances: ArrayLike, tau2: BetweenTrials = "DL", level: float = 0.95
) -> Heterogeneity:
    """Cochran's Q, H² = Q/(k - 1), I² = max(0, 1 - (k - 1)/Q) (Higgins et al. 2003), and τ² with its interval.

    The interval of τ² is the Q-profile of Viechtbauer (2007): all τ² at which Q(τ²) lies between the tail quantiles
    of its chi-squared distribution. Where Q(0) is below the lower of them no τ² qualifies and the interval is given as
    0 to 0, as metafor's `confint` does. The interval of I² is that of τ² carried over by I² = τ²/(τ² + s²), with s² the
    typical sampling variance of Higgins and Thompson (2002). It brackets an I² from the DL estimate; I² from Q and
    from DL are the same number.

    Parameters
    ----------
    effects, variances : shape (..., k), at least two trials.
    tau2 : the estimator of τ², as in `inverse_variance`; Q, H², I² and the intervals do not depend on it.
    level : confidence level of both intervals.

    Raises
    ------
    ValueError : for a single trial, and as `inverse_variance`.
    """
    y, v = _effects(effects, variances)
    q, df, p = cochran_q(y, v)
    w = 1 / v
    typical = df * w.sum(-1) / (w.sum(-1) ** 2 - (w**2).sum(-1))
    tail = (1 - level) / 2
    ends = (_tau2_at(y, v, float(stats.chi2.isf(tail, df))), _tau2_at(y, v, float(stats.chi2.ppf(tail, df))))
    with np.errstate(divide="ignore"):  # identical effects have Q = 0 and I² = 0
        i2 = np.maximum(0, 1 - df / q)
    shares = ends[0] / (ends[0] + typical), ends[1] / (ends[1] + typical)
    return Heterogeneity(q, df, p, i2, q / df, between_trials(y, v, tau2), ends, shares)


def prediction_interval(pooled: Pooled, convention: Prediction, level: float = 0.95) -> tuple[Floats, Floats]:
    """Where the true effect of a new trial is expected: estimate ± quantile · √(standard error² + τ²).

    Two conventions, both in print:

    - `higgins-thompson-spiegelhalter`: t with k - 2 degrees of freedom (Higgins, Thompson and Spiegelhalter 2009), the
      one of the Cochrane Handbook.
    - `reference`: the distribution the estimate itself is referred to, normal after Wald and t with k - 1 degrees of
      freedom after Hartung-Knapp; metafor's default.

    Raises
    ------
    ValueError : for fewer than three trials under the first convention, or for another convention.
    """
    if convention == "reference":
        df = pooled.df
    elif convention == "higgins-thompson-spiegelhalter":
        df = pooled.trials - 2
        if df < 1:
            raise ValueError(f"t with k - 2 degrees of freedom needs three trials, not {pooled.trials}")
    else:
        raise _unknown("convention", convention, Prediction)
    return _around(pooled.estimate, np.sqrt(pooled.standard_error**2 + pooled.tau2), df, level)


def leave_one_out(values: NDArray[Scalar]) -> NDArray[Scalar]:
    """All ways to leave one trial out: from shape (..., k) to (..., k, k - 1), ready for any function here."""
    k = values.shape[-1]
    return values[..., np.nonzero(~np.eye(k, dtype=bool))[1].reshape(k, k - 1)]


def subtract(
    whole_estimate: ArrayLike, whole_se: ArrayLike, part_estimate: ArrayLike, part_se: ArrayLike
) -> tuple[Floats, Floats]:
    """Estimate and standard error of what remains of a common-effect pooled result without one part of it.

    With W = 1/se² of the whole and w of the part, the rest has weight W - w and estimate (W·whole - w·part)/(W - w).
    Exact for inverse-variance weights under a common effect; under random effects the weights do not add up.

    Raises
    ------
    ValueError : if the part weighs as much as the whole or more.
    """
    whole, part = (np.asarray(whole_estimate, dtype=float), np.asarray(part_estimate, dtype=float))
    total, weight = (1 / np.square(np.asarray(whole_se, dtype=float)), 1 / np.square(np.asarray(part_se, dtype=float)))
    rest = total - weight
    if not np.all(rest > 0):
        raise ValueError("a part has to weigh less than the whole: its standard error has to be the larger one")
    estimate, se = np.broadcast_arrays((total * whole - weight * part) / rest, 1 / np.sqrt(rest))
    return _plain(estimate), _plain(se)


_INFERENCES: dict[Inference, str] = {
    "wald": "normal",
    "hartung-knapp": "t with k - 1 degrees of freedom, no truncation",
}


def every_method(tables: TwoArms, measure: Literal["OR", "RR"] = "OR", level: float = 0.95) -> pd.DataFrame:
    """One meta-analysis pooled in every common way, as ratios: one row per method, columns `measure`, `method`,
    `convention`, `estimate`, `lower`, `upper`, `p` and `tau2`.

    Mantel-Haenszel comes with a continuity correction too if any table has a zero cell, Peto with odds ratios only.

    Raises
    ------
    ValueError : if `tables` hold several meta-analyses, fewer than two trials, or for another measure.
    """
    if tables.n_treated.ndim != 1:
        raise ValueError("expected the tables of one meta-analysis")
    if measure not in ("OR", "RR"):
        raise ValueError(f"expected a ratio, OR or RR, not {measure!r}")
    corrected = "0.5 added to tables with a zero cell"
    y, v = effect_sizes(tables, measure)
    results = [(mantel_haenszel(tables, measure), "no continuity correction; normal")]
    if tables.has_zero_cell().any():
        words = f"{corrected}, tables without or with only events left out (RevMan); normal"
        results.append((mantel_haenszel(tables, measure, correction=0.5), words))
    if measure == "OR":
        results.append((peto(tables), "no continuity correction; normal"))
    results.append((inverse_variance(y, v), f"{corrected}; normal"))
    for tau2 in ("DL", "PM", "REML"):
        for inference, reference in _INFERENCES.items():
            results.append((inverse_variance(y, v, tau2, inference), f"{corrected}; {reference}"))
    rows = [
        (measure, r.method, convention, r.ratio, *r.ratio_interval(level), r.p, r.tau2) for r, convention in results
    ]
    names = ["measure", "method", "convention", "estimate", "lower", "upper", "p", "tau2"]
    return pd.DataFrame(rows, columns=names).astype(dict.fromkeys(names[3:], float))


def which_print(rows: pd.DataFrame, published: PrintedRatio) -> pd.DataFrame:
    """Which methods print the published diamond?

    The rows of `every_method` with one more column of truth values per printed number (`estimate_prints`,
    `lower_prints`, `upper_prints` and, if there is one, `p_prints`), rounded to the nearest, and `all_print`.
    """
    printed = {"estimate": published.estimate, "lower": published.lower, "upper": published.upper}
    if published.p is not None:
        printed["p"] = published.p
    prints = pd.DataFrame(
        {f"{name}_prints": number.could_print(rows[name]) for name, number in printed.items()},
        index=rows.index,
    )
    return rows.join(prints.assign(all_print=prints.all(axis=1)))
