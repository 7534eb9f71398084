"""What a ratio's standard error says about the people, events and trials behind it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize

from rederive.checks.ratios import SLACK
from rederive.printed import Interval

Floats = NDArray[np.float64]
Measure = Literal["OR", "RR", "HR"]


def minimum_events(se: ArrayLike) -> Floats:
    """The smallest total number of events behind a log odds ratio or log hazard ratio with this standard error.

    An odds ratio's variance is 1/a + 1/b + 1/c + 1/d, at least 1/a + 1/c, at least 4 / (a + c) by the inequality
    of arithmetic and harmonic means. In Cox's partial likelihood each event adds at most 1/4 to the information on
    a two-group log hazard ratio (the variance of a 0/1 variable), and further covariates only take away. Pooling by
    inverse variance adds informations. So events >= 4 / s^2 throughout. There is no such bound for a risk ratio,
    whose variance falls to 0 as risks rise to 1.
    """
    return np.asarray(np.ceil(4 / np.square(np.asarray(se, dtype=float)) * (1 - SLACK)))


def smallest_se(n: ArrayLike, effect: ArrayLike = 0.0, measure: Measure = "OR") -> Floats:
    """The smallest standard error that any two arms totalling `n` people can give a log ratio: the information ceiling.

    Free choice of arm sizes and of risks, subject to the log ratio being `effect`:

    - OR: 4 cosh(effect / 4) / sqrt(n). For given risks the best split gives (1/sqrt(p1 q1) + 1/sqrt(p0 q0))^2 / n; with
      logits m + effect/2 and m - effect/2 that is (4 cosh(m/2) cosh(effect/4))^2 / n, least at m = 0.
    - HR: 2 / sqrt(n), everybody having the event (see `minimum_events`).
    - RR: sqrt((exp(abs(effect)) - 1) / n), the riskier arm having risk 1 and next to nobody in it.

    With `effect` 0 the bound for odds and hazard ratios also holds for several trials pooled by inverse variance.
    """
    people, log_ratio = np.asarray(n, dtype=float), np.abs(np.asarray(effect, dtype=float))
    match measure:
        case "OR":
            return np.asarray(4 * np.cosh(log_ratio / 4) / np.sqrt(people))
        case "HR":
            return np.asarray(2 / np.sqrt(people) * np.ones_like(log_ratio))
        case "RR":
            return np.asarray(np.sqrt(np.expm1(log_ratio) / people))


def information_share(se: Interval, n: int) -> Interval:
    """The information behind a log odds ratio, as a share of the most that `n` people can give (`smallest_se` at 0).

    At 1 half of everybody responds, in arms of one size. Pooled by inverse variance, it is the mean over the people of
    their trials' shares.
    """
    best = float(smallest_se(n))
    return Interval((best / se.upper) ** 2, (best / se.lower) ** 2)


@dataclass(frozen=True)
class HeterogeneityCeiling:
    """The largest τ², I² and diversity that a pooled odds ratio's standard error leaves room for."""

    tau2: float
    i2: float
    diversity: float


def heterogeneity_ceiling(
    se: float, trials: int, n: int, known_variances: Sequence[float] = ()
) -> HeterogeneityCeiling:
    """How heterogeneous can trials be whose random-effects odds ratio has a standard error of at most `se`?

    Heterogeneity widens a random-effects interval; trials can only be so informative; so a narrow interval caps
    heterogeneity. With fixed-effect weights w_i the random-effects standard error s obeys
    1/s^2 = sum w_i / (1 + w_i tau^2) (DerSimonian and Laird 1986, Wald interval; so too for any other estimator of
    tau^2). A trial of m people has w <= m/16 (`smallest_se`), or (m + 2)/16 with half a person added to each cell,
    which we allow for. The sum is largest when the unseen trials share their information equally, and its value at
    tau^2 must reach 1/s^2. That caps tau^2, however it was estimated.

    DerSimonian and Laird's I² = tau^2 C / (tau^2 C + k - 1), with C = sum w - sum w^2 / sum w, grows with tau^2 and
    with the unseen information, so it is capped at the same point. (An I² from Q beside a tau^2 from another estimator
    is not.) So is the diversity D² = 1 - 1 / (s^2 sum w) (Wetterslev and others 2009), one minus the variance that a
    common-effect analysis would have over the one printed.

    Parameters
    ----------
    se : largest standard error of the pooled log odds ratio that the printed interval allows.
    trials : number of trials pooled.
    n : people in the trials whose variances are not known.
    known_variances : variances of the log odds ratios of trials whose counts are known.

    Raises
    ------
    ValueError : if not even homogeneous trials of this size can give so small a standard error, if that is not
        positive and finite, if there are fewer than two trials, or if none is unknown.
    """
    if not 0 < se < math.inf:
        raise ValueError(f"expected a positive, finite standard error, got {se}")
    unseen = trials - len(known_variances)
    if trials < 2:
        raise ValueError(f"expected at least two trials, got {trials}")
    if unseen < 1:
        raise ValueError(f"expected fewer known trials than the {trials} pooled, got {len(known_variances)}")
    share = (n + 2 * unseen) / 16 / unseen
    weights = np.array([*(1 / v for v in known_variances), *[share] * unseen])

    def spare(tau2: float) -> float:
        return float(np.sum(weights / (1 + weights * tau2))) - 1 / se**2

    if spare(0) < 0:
        raise ValueError(f"{trials} trials of {n} people cannot give a standard error of {se}: the ceiling is exceeded")
    widest = 1.0
    while spare(widest) > 0:
        widest *= 2
    tau2 = float(optimize.brentq(spare, 0, widest, xtol=1e-15))
    c = weights.sum() - np.sum(weights**2) / weights.sum()
    return HeterogeneityCeiling(tau2, float(tau2 * c / (tau2 * c + trials - 1)), float(1 - 1 / (se**2 * weights.sum())))
