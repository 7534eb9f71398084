"""Trial sequential analysis: how much evidence a meta-analysis needs, and how strict it must be before.

A meta-analysis that is tested again after every trial rejects a true null hypothesis too often. Trial sequential
analysis (Wetterslev 2008) borrows the remedy of the interim analysis: fix the information required for one
conclusive test, measure each cumulative test as a fraction `t` of it, and spend the permitted error as `t` grows
(Lan and DeMets 1983).

The Z statistics of successive looks are treated as a Brownian motion observed at times `t`: jointly normal, with
`E Z(t) = drift * sqrt(t)` and `corr(Z(s), Z(t)) = sqrt(s / t)` for `s < t`. Every probability follows from the
recursion of Armitage, McPherson and Rowe (1969), described by Jennison and Turnbull (2000): the density
of Z among the analyses still running is carried from look to look by numerical integration.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import log_ndtr, ndtr, ndtri

from rederive.methods.pooling import between_trials
from rederive.printed import Interval
from rederive.verdicts import Finding

Array = NDArray[np.float64]
Spending = Callable[[ArrayLike, float], Array]
Sides = Literal[1, 2]


def _demand(possible: bool | np.bool_, message: str) -> None:
    if not possible:
        raise ValueError(message)


# --- how much information is enough --------------------------------------------------------------------------------


def required_information_size(
    control_risk: ArrayLike,
    relative_risk_reduction: ArrayLike,
    alpha: ArrayLike = 0.05,
    power: ArrayLike = 0.8,
    diversity: ArrayLike = 0.0,
) -> Array:
    """Participants, in two equal arms together, that one conclusive comparison of two risks needs.

    `4 (z[1-alpha/2] + z[power])^2 p (1 - p) / d^2 / (1 - D^2)`, with `p` the mean of the two risks and `d` their
    difference (Wetterslev 2008; diversity-adjusted, Wetterslev 2009). Two-sided `alpha`, normal quantiles, the
    pooled variance under both hypotheses, no continuity correction; not rounded up. All arguments broadcast.

    It counts people and assumes a common control risk; `required_information` counts precision instead and needs
    no risk at all. The two agree only approximately, since one tests a risk difference and the other a log odds ratio.

    Parameters
    ----------
    control_risk : risk in the control arm, above 0 and below 1.
    relative_risk_reduction : 0.2 for a risk ratio of 0.8; negative for a relative increase; never 0.
    alpha, power : two-sided type I error and power, between 0 and 1.
    diversity : D^2 as a fraction, from 0 to below 1.

    Raises
    ------
    ValueError : if no such trial can exist.
    """
    control = np.asarray(control_risk, dtype=float)
    reduction = np.asarray(relative_risk_reduction, dtype=float)
    _demand(np.all((control > 0) & (control < 1)), "the control risk must lie between 0 and 1")
    _demand(np.all(reduction != 0), "no number of participants can show a relative risk reduction of 0")
    treated = control * (1 - reduction)
    _demand(np.all((treated >= 0) & (treated < 1)), "the treated arm's risk must be at least 0 and below 1")
    mean = (control + treated) / 2
    per_information = mean * (1 - mean) / (control - treated) ** 2
    return np.asarray(4 * _squared_quantiles(alpha, power) * per_information / _homogeneous_share(diversity))


def required_information(
    log_effect: ArrayLike, alpha: ArrayLike = 0.05, power: ArrayLike = 0.8, diversity: ArrayLike = 0.0
) -> Array:
    """Statistical information, `1 / SE^2` of the pooled log effect, that one conclusive test needs.

    `(z[1-alpha/2] + z[power])^2 / log_effect^2 / (1 - D^2)` (Jennison and Turnbull 2000). Compare with
    the pooled `1 / SE^2` of a log odds ratio, log risk ratio or log hazard ratio: whatever scale `log_effect` is
    on. Unlike `required_information_size` it counts events rather than people, in effect, and assumes no control risk.

    Raises
    ------
    ValueError : if the effect is 0, or an error rate, the power or the diversity is impossible.
    """
    effect = np.asarray(log_effect, dtype=float)
    _demand(np.all(np.isfinite(effect)), "effects must be finite")
    _demand(np.all(effect != 0), "no amount of information can show an effect of 0")
    return np.asarray(_squared_quantiles(alpha, power) / effect**2 / _homogeneous_share(diversity))


def _squared_quantiles(alpha: ArrayLike, power: ArrayLike) -> Array:
    alpha, power = np.asarray(alpha, dtype=float), np.asarray(power, dtype=float)
    _demand(np.all((alpha > 0) & (alpha < 1)), "alpha must lie between 0 and 1")
    _demand(np.all((power > alpha / 2) & (power < 1)), "the power must lie between alpha / 2 and 1")
    return np.asarray((ndtri(power) - ndtri(alpha / 2)) ** 2)


def _homogeneous_share(diversity: ArrayLike) -> Array:
    share = 1 - np.asarray(diversity, dtype=float)
    _demand(np.all((share > 0) & (share <= 1)), "the diversity must be at least 0 and below 1")
    return share


def detectable_reduction(
    n: float, control_risk: float, power: float = 0.8, diversity: float = 0.0, alpha: float = 0.05
) -> float:
    """The smallest relative risk reduction for which `n` participants are as many as `required_information_size` asks.

    Raises
    ------
    ValueError : as `required_information_size`, and if `n` would not even do for a reduction to nothing.
    """

    def excess(reduction: float) -> float:
        return float(required_information_size(control_risk, reduction, alpha, power, diversity)) - n

    _demand(excess(1.0) <= 0, f"{n} participants are too few for any reduction")
    return float(brentq(excess, 1e-6, 1.0, xtol=1e-12))


def judge_sample_size(n: int, assumptions: pd.DataFrame) -> Finding:
    """Are `n` participants too few? The answer is computed for every row of assumptions.

    `assumptions` has `control_risk`, `reduction`, `power` and `diversity`. Where both answers occur the statement can
    neither be confirmed nor refuted without them.
    """
    required = required_information_size(
        assumptions["control_risk"],
        assumptions["reduction"],
        power=assumptions["power"],
        diversity=assumptions["diversity"],
    )
    short = required > n
    return Finding(
        judge_sample_size,
        "two-sided 5%, normal quantiles, two equal arms, difference of two risks (Wetterslev 2008, 2009)",
        f"{int(short.sum())} of the {len(short)} combinations of assumptions that we tried require more than {n:,} "
        f"patients, {int((~short).sum())} do not. Which one was used is not known to us.",
        {
            "patients_required": Interval(float(required.min()), float(required.max())),
            "combinations_too_few": int(short.sum()),
            "combinations_tried": len(short),
        },
        exists=True if short.any() else None,  # a grid of our own choosing can confirm a possibility, not refute one
        missing=("control risk assumed", "relative risk reduction sought", "power", "diversity"),
    )


# --- the cumulative meta-analysis ----------------------------------------------------------------------------------

BetweenTrials = float | Literal["DL"]
"""Between-trial variance: a value (0 for the fixed-effect model), or "DL" to estimate it (DerSimonian-Laird 1986)."""


def diversity(effects: ArrayLike, variances: ArrayLike, tau2: BetweenTrials = "DL") -> float:
    """D^2, the share of the random-effects variance that heterogeneity adds: `1 - V_fixed / V_random`.

    Wetterslev 2009; a fraction, at least 0 and below 1. V is the variance of the inverse-variance pooled effect.

    Parameters
    ----------
    effects, variances : one per trial, shape (k,), on the scale of analysis (logs for ratios).
    tau2 : between-trial variance, or "DL"; the effects matter only for "DL".

    Raises
    ------
    ValueError : if the shapes differ, a variance is not positive or tau2 is negative.
    """
    y, v = _trials(effects, variances)
    between = _cumulative_tau2(y, v, tau2)[-1]
    return float(1 - np.sum(1 / (v + between)) / np.sum(1 / v))


def cumulative_z(effects: ArrayLike, variances: ArrayLike, tau2: BetweenTrials = 0.0) -> Array:
    """Z of the inverse-variance pooled effect after each trial, in the order given; shape (k,).

    Wald statistics (no Hartung-Knapp). `tau2=0` is the fixed-effect model; "DL" estimates tau^2 afresh from the
    trials so far, truncated at 0, and therefore equals the fixed-effect Z after the first trial. The independent
    increments that `boundaries` assumes hold exactly for a known tau^2, approximately for an estimated one.

    Raises
    ------
    ValueError : as `diversity`.
    """
    y, v = _trials(effects, variances)
    weights = np.tri(len(y)) / (v + _cumulative_tau2(y, v, tau2)[:, None])  # row i: the trials up to i
    return np.asarray(weights @ y / np.sqrt(weights.sum(axis=1)))


def _trials(effects: ArrayLike, variances: ArrayLike) -> tuple[Array, Array]:
    y, v = np.asarray(effects, dtype=float), np.asarray(variances, dtype=float)
    _demand(y.ndim == 1 and y.shape == v.shape and y.size > 0, "give one effect and one variance per trial")
    _demand(np.all(np.isfinite(y)), "effects must be finite")
    _demand(np.all((v > 0) & np.isfinite(v)), "variances must be positive and finite")
    return y, v


def _cumulative_tau2(y: Array, v: Array, tau2: BetweenTrials) -> Array:
    """tau^2 after each trial."""
    if not isinstance(tau2, str):
        _demand(math.isfinite(tau2) and tau2 >= 0, "tau2 must be finite and at least 0")
        return np.full(len(y), float(tau2))
    _demand(tau2 == "DL", f"tau2 is a number or 'DL', not {tau2!r}")
    looks = range(2, len(y) + 1)  # one trial shows no heterogeneity
    return np.array([0.0, *(float(between_trials(y[:k], v[:k], "DL")) for k in looks)])


def adjusted_interval(estimate: ArrayLike, standard_error: ArrayLike, boundary: ArrayLike) -> tuple[Array, Array]:
    """The repeated confidence interval at one look, `estimate ± boundary * standard_error`.

    Jennison and Turnbull 1989. With the two-sided `boundaries` of this look its coverage holds however often one
    has looked. Ratios go in, and come out, as logs. Broadcasts; an infinite boundary gives the whole line.

    Raises
    ------
    ValueError : if a standard error is not positive or a boundary is negative.
    """
    centre, se, c = (np.asarray(x, dtype=float) for x in (estimate, standard_error, boundary))
    _demand(np.all(se > 0), "standard errors must be positive")
    _demand(np.all(c >= 0), "a boundary must not be negative")
    return np.asarray(centre - c * se), np.asarray(centre + c * se)


# --- how fast the error may be spent -------------------------------------------------------------------------------


def obrien_fleming_spending(t: ArrayLike, alpha: float) -> Array:
    """Error spent by information fraction `t`: `2 (1 - Phi(z[1-alpha/2] / sqrt(t)))`; all of it from t = 1 on.

    Lan and DeMets 1983. `alpha` is the error of *one* boundary. `boundaries` with two sides calls it with half of
    its alpha for each side, as rpact's "asOF" with `sided = 2` does.
    Splitting `obrien_fleming_spending(t, alpha)` in two halves instead is another convention, with lower boundaries.
    """
    with np.errstate(divide="ignore"):
        return np.asarray(2 * ndtr(ndtri(_error_rate(alpha) / 2) / np.sqrt(_fraction(t))))


def pocock_spending(t: ArrayLike, alpha: float) -> Array:
    """Error spent by information fraction `t`: `alpha ln(1 + (e - 1) t)`; all of it from t = 1 on.

    Lan and DeMets 1983; rpact's "asP". Proportional to `alpha`, so the error of one side
    is half that of both.
    """
    return np.asarray(_error_rate(alpha) * np.log1p((math.e - 1) * _fraction(t)))


def _error_rate(alpha: float) -> float:
    _demand(0 < alpha < 1, "an error rate must lie between 0 and 1")
    return alpha


def _fraction(t: ArrayLike) -> Array:
    t = np.asarray(t, dtype=float)
    _demand(np.all(t >= 0), "an information fraction cannot be negative")
    return np.asarray(np.minimum(t, 1.0))


# --- the recursion -------------------------------------------------------------------------------------------------

_PANEL_NODES = 32
_PANEL_WIDTH = 12.0  # standard deviations of the narrowest factor of the integrand; the error is below 1e-14
_REACH = 10.0  # an open side is cut this many standard deviations out: the mass beyond, 1e-23, is nobody's error rate
_UNDERFLOW = 38.0  # ... and a closed one where the normal density is no longer a double above 0
_LEAST_SPENT = 1e-290  # below this, doubles lose digits to underflow; the boundary is past 36 standard errors
_LEAST_STEP = 1e-4  # information added by a look, relative to that before it

Region = list[tuple[float, float]]


@cache
def _gauss_legendre() -> tuple[Array, Array]:
    return np.polynomial.legendre.leggauss(_PANEL_NODES)


def _nodes(region: Region, sd: float, refinement: float) -> tuple[Array, Array]:
    """Quadrature nodes and weights on a union of intervals, fine enough for a normal density of this sd."""
    x, w = _gauss_legendre()
    nodes, weights = [], []
    for low, high in region:
        panels = math.ceil(refinement * (high - low) / (_PANEL_WIDTH * sd))
        edges = np.linspace(low, high, panels + 1)
        half = (edges[1:] - edges[:-1])[:, None] / 2
        nodes.append(((edges[:-1, None] + half) + half * x).ravel())
        weights.append((half * w).ravel())
    return np.concatenate([np.zeros(0), *nodes]), np.concatenate([np.zeros(0), *weights])


def _closed(low: float, high: float, mean: float) -> tuple[float, float]:
    """The part of an interval that matters under a normal density with this mean and unit variance."""
    below, above = (_REACH if math.isinf(end) else _UNDERFLOW for end in (low, high))
    return max(low, min(mean, high) - below), min(high, max(mean, low) + above)


def _density_factor(t0: float, t: float) -> float:
    """Density of Z(t) at the centre of the increment since t0."""
    return math.sqrt(t / (t - t0) / (2 * math.pi))


@dataclass(frozen=True)
class _Running:
    """The analyses not yet stopped: at information `t`, Z lies at `z[i]` with probability `mass[i]`."""

    t: float
    z: Array
    mass: Array
    drift: float

    def standardised(self, z: ArrayLike, t: float) -> Array:
        """Values z of Z(t), as standard normal deviates of the increment since self.t, for each node."""
        step = t - self.t
        return np.asarray(
            (np.asarray(z) * math.sqrt(t) - self.z * math.sqrt(self.t) - self.drift * step) / math.sqrt(step)
        )

    def above(self, z: float, t: float) -> float:
        """P(still running before t, and Z(t) > z)."""
        return float(self.mass @ ndtr(-self.standardised(z, t)))

    def below(self, z: float, t: float) -> float:
        return float(self.mass @ ndtr(self.standardised(z, t)))

    def futile(self, limit: float, t: float, sided: Sides) -> float:
        """P(still running before t, and Z(t) < limit or, with two sides, |Z(t)| < limit)."""
        return self.below(limit, t) - (self.below(-limit, t) if sided == 2 else 0.0)

    def log_above(self, z: float, t: float) -> tuple[float, float]:
        """The logarithm of `above` and its slope downwards, the hazard; free of underflow however far out z lies."""
        deviate = self.standardised(z, t)
        log_tails = log_ndtr(-deviate)
        scale = float(log_tails.max())
        tail = float(self.mass @ np.exp(log_tails - scale))
        density = float(self.mass @ np.exp(-0.5 * deviate**2 - scale)) * _density_factor(self.t, t)
        return scale + math.log(tail), density / tail

    def density(self, z: ArrayLike, t: float) -> Array:
        """Density of Z(t) among those still running before t, at each z; `z` of shape (m,)."""
        kernel = np.exp(-0.5 * self.standardised(np.asarray(z)[:, None], t) ** 2)
        return np.asarray(kernel @ self.mass * _density_factor(self.t, t))

    def restricted(self, region: Region, t: float, following: float, refinement: float = 1.0) -> _Running:
        """Those who go on from the look at t, that is with Z(t) in the region, to the look at `following`."""
        if region == [(-math.inf, math.inf)]:
            return self  # nobody stops: the look is integrated out exactly
        closed = [_closed(low, high, self.drift * math.sqrt(t)) for low, high in region if low < high]
        # The integrand is a product: a density smoothed by the step to t, and the kernel of the step from t on.
        sd = 1 / math.sqrt(t / (t - self.t) + t / (following - t))
        z, weights = _nodes(closed, sd, refinement)
        return _Running(t, z, weights * self.density(z, t), self.drift)


def _start(drift: float = 0.0) -> _Running:
    return _Running(0.0, np.zeros(1), np.ones(1), drift)


def _rates(information_rates: ArrayLike) -> list[float]:
    t = np.asarray(information_rates, dtype=float)
    _demand(t.ndim == 1 and t.size > 0, "information rates must be a list, one per look")
    _demand(np.all(np.isfinite(t)) and t[0] > 0, "information rates must be positive and finite")
    _demand(np.all(np.diff(t) >= _LEAST_STEP * t[:-1]), "each look must add at least 1/10000 of the information before")
    return [float(rate) for rate in t]


def _upper_root(running: _Running, t: float, probability: float) -> float:
    """The z with P(running before t, Z(t) > z) = probability.

    Newton's method on the logarithm of that probability. A normal density that is cut to an interval and smoothed
    stays log-concave (Prékopa 1973), so the logarithm is concave; and the first guess, which ignores the earlier
    looks, lies above the root. From there Newton's steps descend to the root without ever crossing it.
    """
    z = running.drift * math.sqrt(t) - float(ndtri(probability))
    for _ in range(200):
        log_tail, hazard = running.log_above(z, t)
        step = (log_tail - math.log(probability)) / hazard
        z += step
        if abs(step) < 1e-9:  # convergence is quadratic: what remains is of the order of its square
            return z
    raise ArithmeticError(f"no boundary found at information rate {t}")


# --- boundaries ----------------------------------------------------------------------------------------------------


def boundaries(
    information_rates: ArrayLike,
    alpha: float = 0.05,
    sided: Sides = 2,
    spending: Spending = obrien_fleming_spending,
    refinement: float = 1.0,
) -> Array:
    """Critical value at each look: stop for efficacy when Z, or its size with two sides, exceeds it. Shape (k,).

    Chosen so that under no effect the probability of first crossing at look k is what `spending` releases there
    (Lan and DeMets 1983). With two sides each spends `alpha / 2` (see `obrien_fleming_spending`).

    A look that spends nothing has the boundary infinity and does not influence the others. That befalls looks so
    early that the spending function underflows (below 1e-290 a side; with O'Brien-Fleming spending and alpha 0.05,
    t < 0.0038). Every other boundary, however high, is computed: there is no cap. It also befalls looks after
    information rate 1, where everything has been spent: the first look at or beyond 1 is the last that can reject.
    If the last rate is below 1, only what `spending` allows by then is spent.

    Parameters
    ----------
    information_rates : information at each look over that required, increasing, each by at least 1/10000 of the
        one before; may exceed 1.
    alpha : total type I error, of both sides together if `sided` is 2.
    spending : error spent on one side by information fraction t, called as `spending(t, error of that side)`.
    refinement : multiplies the number of quadrature panels; the default is accurate to about 1e-13.

    Raises
    ------
    ValueError : if rates, alpha or sides are impossible, or the spending function decreases.
    """
    t = _rates(information_rates)
    increments = _increments(spending, t, _error_rate(alpha) / _sides(sided))
    critical = np.full(len(t), math.inf)
    running = _start()
    for k in range(len(t)):
        if k:
            running = running.restricted(_continuation(critical[k - 1], None, sided), t[k - 1], t[k], refinement)
        if increments[k] > _LEAST_SPENT:
            critical[k] = _upper_root(running, t[k], increments[k])
    return critical


def _sides(sided: int) -> int:
    _demand(sided in (1, 2), "a test has 1 or 2 sides")
    return sided


def _increments(spending: Spending, t: list[float], error: float) -> list[float]:
    increments = np.diff(spending(t, error), prepend=0.0)
    _demand(np.all(increments >= 0), "a spending function must not decrease")
    return [float(increment) for increment in increments]


def _continuation(critical: float, futility: float | None, sided: Sides) -> Region:
    """Where Z may lie for the analysis to go on."""
    if sided == 1:
        return [(-math.inf if futility is None else futility, critical)]
    if futility is None or futility <= 0:
        return [(-critical, critical)]
    return [(-critical, -futility), (futility, critical)]


def information_to_cross(z: float, looks: int = 1, alpha: float = 0.05) -> float:
    """The share of the required information from which on a last look at `z` crosses the two-sided boundary.

    O'Brien-Fleming type spending; the last of `looks` looks at equal steps. A sample of n has crossed if the required
    size is at most n divided by this share.

    Raises
    ------
    ValueError : if `z` is too small to cross at any share, or so large that it crosses at any.
    """

    def excess(share: float) -> float:
        return float(boundaries(np.linspace(share / looks, share, looks), alpha)[-1]) - z

    _demand(excess(1.0) <= 0 <= excess(0.01), f"|Z| = {z} crosses the boundary nowhere, or everywhere")
    return float(brentq(excess, 0.01, 1.0, xtol=1e-12))


def monitor(
    n: int, effect: float, standard_error: float, assumptions: pd.DataFrame, alpha: float = 0.05
) -> pd.DataFrame:
    """Where a pooled result from `n` participants stands, under each row of assumptions.

    Parameters
    ----------
    effect, standard_error : of the pooled log ratio.
    assumptions : columns `control_risk`, `reduction`, `power` and `diversity`.

    Returns
    -------
    The assumptions with `required` participants, their `information` share, the two-sided O'Brien-Fleming type
    `critical` value there, as if this were the only look, whether it is `crossed`, and the adjusted interval
    `lower` to `upper` as a ratio.
    """
    required = required_information_size(
        assumptions["control_risk"], assumptions["reduction"], alpha, assumptions["power"], assumptions["diversity"]
    )
    information = n / required
    critical = np.array([boundaries([share], alpha)[0] for share in information])
    lower, upper = adjusted_interval(effect, standard_error, critical)
    return assumptions.assign(
        required=required,
        information=information,
        critical=critical,
        crossed=abs(effect / standard_error) > critical,
        lower=np.exp(lower),
        upper=np.exp(upper),
    )


@dataclass(frozen=True)
class ExitProbabilities:
    """P(the first look outside the continuation region is look k, and in this direction); each of shape (k,)."""

    upper: Array
    lower: Array
    futility: Array

    @property
    def efficacy(self) -> Array:
        """Either direction: its sum is the type I error without drift, the two-sided power with it."""
        return np.asarray(self.upper + self.lower)


def exit_probabilities(
    information_rates: ArrayLike,
    critical: ArrayLike,
    drift: float = 0.0,
    futility: ArrayLike | None = None,
    sided: Sides = 2,
    refinement: float = 1.0,
) -> ExitProbabilities:
    """Where and when an analysis with these boundaries stops, if Z(t) has the mean `drift * sqrt(t)`.

    With two sides: upper exit Z > critical, lower exit Z < -critical, futility ``|Z| < futility``. With one side: upper
    exit Z > critical, futility Z < futility, no lower exit.

    Parameters
    ----------
    information_rates, critical : one per look, shape (k,); critical values may be infinite.
    drift : expected Z at information rate 1; `z[1-alpha/2] + z[power]` under the effect for which the required
        information was computed.
    futility : futility limits, shape (k,), none above `critical`; minus infinity (one-sided) or 0 where there is none.

    Raises
    ------
    ValueError : if shapes differ, a limit is not a number, or futility exceeds the critical value.
    """
    t = _rates(information_rates)
    c = np.asarray(critical, dtype=float)
    _demand(c.shape == (len(t),) and not np.isnan(c).any(), "give one critical value per look")
    _demand(sided == 1 or np.all(c >= 0), "two-sided critical values must not be negative")
    nowhere = 0.0 if _sides(sided) == 2 else -math.inf
    a = np.full(len(t), nowhere) if futility is None else np.asarray(futility, dtype=float)
    _demand(a.shape == c.shape and np.all(a <= c), "give one futility limit per look, none above the critical value")
    exits = np.zeros((3, len(t)))
    running = _start(drift)
    for k in range(len(t)):
        if k:
            running = running.restricted(_continuation(c[k - 1], a[k - 1], sided), t[k - 1], t[k], refinement)
        exits[0, k] = running.above(c[k], t[k])
        exits[1, k] = running.below(-c[k], t[k]) if sided == 2 else 0.0
        exits[2, k] = running.futile(a[k], t[k], sided)
    return ExitProbabilities(*exits)


@dataclass(frozen=True)
class SequentialDesign:
    """Boundaries for efficacy and for futility, and the drift for which they have their power.

    Attributes
    ----------
    information_rates, critical, futility : shape (k,); at the last look the two boundaries meet. A futility limit of
        minus infinity (one-sided) or 0 (two-sided) never stops.
    drift : expected Z at information rate 1 that gives the power; its square over `(z[1-alpha] + z[power])^2` (one
        side; alpha / 2 for two) is the factor by which the looks inflate the required information.
    """

    information_rates: Array
    critical: Array
    futility: Array
    drift: float


def futility_boundaries(
    information_rates: ArrayLike,
    alpha: float = 0.05,
    power: float = 0.8,
    sided: Sides = 2,
    spending: Spending = obrien_fleming_spending,
    beta_spending: Spending = obrien_fleming_spending,
) -> SequentialDesign:
    """Efficacy boundaries with non-binding futility boundaries that spend the type II error.

    Under the drift returned, the probability of first stopping for futility at look k is what `beta_spending`
    releases of `1 - power` there; the drift is the one for which the last futility limit equals the last critical
    value, so that the analysis always ends in a decision. Non-binding: `critical` ignores futility, and the type I
    error stays below alpha whether futility stops are obeyed or not.

    One-sided: stop when Z < futility (Pampallona, Tsiatis and Kim 2001; rpact's `typeBetaSpending`). Two-sided:
    an inner wedge, stop when ``|Z| < futility``; type II error means ending in the wedge, so a rejection in the wrong
    direction (negligible at any usual power) counts as a rejection.

    Raises
    ------
    ValueError : if the input is impossible for `boundaries`, the last information rate is not 1, the power is not
        above alpha, or a spending function leaves nothing for the last look.
    """
    t = _rates(information_rates)
    _demand(t[-1] == 1, "futility needs the whole plan: the last information rate must be 1")
    _demand(alpha < power < 1, "the power must lie between alpha and 1")
    critical = boundaries(t, alpha, sided, spending)
    increments = _increments(beta_spending, t, 1 - power)
    _demand(math.isfinite(critical[-1]) and increments[-1] > 0, "both kinds of error must be left for the last look")

    def excess(drift: float) -> float:
        """Type II error beyond that allowed."""
        return float(_futility(t, critical, increments, drift, sided)[1] - increments[-1])

    # Without an effect hardly anything but type II error is possible; 6 standard errors above the drift of a
    # single look hardly any is left.
    enough = float(ndtri(power) - ndtri(alpha / sided)) + 6
    drift = float(brentq(excess, 0, enough, xtol=1e-13, rtol=1e-14))
    return SequentialDesign(np.array(t), critical, _futility(t, critical, increments, drift, sided)[0], drift)


def _futility(
    t: list[float], critical: Array, increments: list[float], drift: float, sided: Sides
) -> tuple[Array, float]:
    """Futility limits that spend these increments under the drift, closed at the last look; what that look spends."""
    limits = critical.copy()
    running = _start(drift)
    for k in range(len(t) - 1):
        limits[k] = _futility_limit(running, t[k], increments[k], critical[k], sided)
        region = _continuation(critical[k], limits[k], sided)
        running = running.restricted(region, t[k], t[k + 1])
    return limits, running.futile(limits[-1], t[-1], sided)


def _futility_limit(running: _Running, t: float, probability: float, critical: float, sided: Sides) -> float:
    """The limit below which this much stops for futility; the critical value if not so much is left."""
    lowest = 0.0 if sided == 2 else -math.inf
    if probability <= _LEAST_SPENT:
        return lowest
    highest = min(critical, running.drift * math.sqrt(t) + _REACH)  # a look may have no critical value
    if running.futile(highest, t, sided) <= probability:
        return critical
    if sided == 1:  # ignoring earlier looks, more would stop: this is no higher than the limit
        lowest = running.drift * math.sqrt(t) + float(ndtri(probability))

    def excess(limit: float) -> float:
        return running.futile(limit, t, sided) - probability

    return float(brentq(excess, lowest - 1e-9, highest, xtol=1e-14, rtol=1e-14))  # a margin, lest `lowest` be the root
