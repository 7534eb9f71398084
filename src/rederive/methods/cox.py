"""Cox's proportional hazards model, fitted to thousands of cohorts at once.

A patient i at risk at time t fails with hazard h(t) exp(x_i β). Without ties the log partial likelihood (Cox 1972,
1975) is::

    Σ_events [ x_i β - log Σ_{j at risk} exp(x_j β) ]

Ties. Risk sets hold everyone who leaves at that time or later, so those censored at the time of an event are at risk
at it. With d events at one time, Breslow (1974) counts that risk set d times; Efron (1977) counts it with the weights
of the d who fail lowered by 0/d, 1/d, ..., (d - 1)/d. Times are tied if they are equal as doubles; R's `coxph` also
ties times that differ by less than about 1e-8 (its `timefix`).

lifelines and statsmodels fit one cohort a call, which is too slow for simulations; that is why the model is fitted
here. The tests hold both of them, and R's survival, equal.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Literal, Self, TypeVar, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.optimize import linprog

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Scalar = TypeVar("Scalar", bound=np.generic)
Ties = Literal["efron", "breslow"]

# Coefficients are those of covariates divided by their range in the cohort. The last Newton step is shorter than this,
# and Newton squares its errors, so that what is left is rounding error.
_LAST_STEP = 1e-9
# The log likelihood may fall by this share of itself in a step: rounding error, not a step too far.
_ROUNDING = 1e-11
# Information is not inverted if it is smaller than this share of the moments it is the difference of, or its
# determinant of the product of its diagonal: rounding error, about 1e-16 of either, would then show.
_SINGULAR = 1e-12
# Numbers that an array of one block of cohorts holds; about what fits a processor's cache.
_BLOCK = 2**17


@dataclass(frozen=True, eq=False)
class CoxFits:
    """Many Cox models, one per cohort: B cohorts, p covariates.

    Attributes
    ----------
    log_hr : coefficients, shape (B, p); NaN where not converged.
    se : their standard errors from the inverse observed information, shape (B, p); NaN where not converged.
    loglik : maximised log partial likelihood, shape (B,); NaN where not converged.
    converged : whether the likelihood has a single finite maximum and it was reached, shape (B,).
    separated : whether the likelihood has no maximum because it keeps rising as some combination of coefficients runs
        to infinity (monotone likelihood, Bryson and Johnson 1981), shape (B,): some weighted sum of the covariates is
        never smaller in whoever fails than in anyone else at risk, and not always equal.
    runs_to : where a single covariate does that, the log hazard ratio it runs to, shape (B, p): -inf if whoever fails
        always has the smallest value of all at risk, inf if always the largest; NaN for all other covariates.

    Cohorts neither converged nor separated have no event, or covariates that are constant or collinear in all risk
    sets, or ran out of steps, or have their maximum where doubles do not reach: where hazards in one cohort differ by
    a factor of about exp(700), or differences of covariates by 1e-12 of their range decide.
    """

    log_hr: Floats
    se: Floats
    loglik: Floats
    converged: Bools
    separated: Bools
    runs_to: Floats

    @property
    def hazard_ratio(self) -> Floats:
        """Hazard ratio per unit of each covariate; shape (B, p)."""
        return np.asarray(np.exp(self.log_hr))

    @property
    def p(self) -> Floats:
        """Two-sided p value of Wald's test of a hazard ratio of 1, normal reference; shape (B, p)."""
        return np.asarray(2 * stats.norm.sf(np.abs(self.log_hr) / self.se))

    def interval(self, level: float = 0.95) -> tuple[Floats, Floats]:
        """Lower and upper confidence limit of the hazard ratios, Wald, normal on the log scale; shapes (B, p).

        Raises
        ------
        ValueError : for a level not between 0 and 1.
        """
        if not 0 < level < 1:
            raise ValueError(f"a confidence level lies between 0 and 1, not at {level}")
        half = stats.norm.isf((1 - level) / 2) * self.se
        return np.exp(self.log_hr - half), np.exp(self.log_hr + half)


def cox(
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    *,
    ties: Ties = "efron",
    included: ArrayLike | None = None,
    max_steps: int = 100,
) -> CoxFits:
    """Fit a Cox model with fixed covariates to each of B cohorts of n patients.

    Parameters
    ----------
    time : follow-up in any unit, shape (B, n).
    event : whether it ended with an event, else censored; shape (B, n).
    covariates : shape (B, n, p).
    ties : how tied events are counted.
    included : patients in the analysis, shape (B, n), all by default; those left out contribute nothing and may have
        any time and covariates, NaN too. A landmark analysis includes those still at risk at the landmark.
    max_steps : evaluations of the likelihood, at most, per cohort; 4 to 7 are usual.

    Raises
    ------
    ValueError : if shapes disagree, or if a time or covariate of an included patient is not finite.
    """
    t, died, inside = _patients(time, event, included)
    x = np.asarray(covariates, dtype=float)
    if x.ndim != 3 or x.shape[:2] != t.shape or x.shape[2] == 0:
        raise ValueError(f"covariates: expected shape {(*t.shape, 'p')} with p of at least 1, got {x.shape}")
    if not np.isfinite(x).all(where=inside[..., None]):
        raise ValueError("covariates of included patients have to be finite")
    p = x.shape[2]

    def block(rows: slice) -> tuple[_RiskSets, Floats]:
        return _Nested.of(t[rows], died[rows], x[rows], inside[rows], ties)

    return _fit_in_blocks(block, len(t), p, t.shape[1] * (1 + p + p**2), ties, max_steps)


def cox_time_varying(
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    *,
    entry: ArrayLike | None = None,
    ties: Ties = "efron",
    included: ArrayLike | None = None,
    max_steps: int = 100,
) -> CoxFits:
    """Fit a Cox model with covariates that change over time, and late entry, to each of B cohorts of n patients.

    Parameters
    ----------
    time, event, ties, included, max_steps : as for `cox`.
    covariates : shape (B, n, n, p); [b, j, i] is what is known of patient i at the time patient j leaves. Looked at
        only where patient j has the event and patient i is at risk; may be anything, NaN too, elsewhere.
    entry : time from which a patient is watched, shape (B, n); at risk at time t if entry < t ≤ time. From the
        beginning by default.

    Raises
    ------
    ValueError : if shapes disagree, if a time, entry or covariate that is looked at is not finite, or if an included
        patient does not leave after entry.
    """
    t, died, inside = _patients(time, event, included)
    b, n = t.shape
    x = np.asarray(covariates, dtype=float)
    if x.ndim != 4 or x.shape[:3] != (b, n, n) or x.shape[3] == 0:
        raise ValueError(f"covariates: expected shape {(b, n, n, 'p')} with p of at least 1, got {x.shape}")
    start = np.full_like(t, -np.inf) if entry is None else np.asarray(entry, dtype=float)
    if start.shape != t.shape:
        raise ValueError(f"entry: expected shape {t.shape}, got {start.shape}")
    if np.any(inside & ~(start < t)):
        raise ValueError("entry: every included patient has to leave after entry")
    p = x.shape[3]

    def block(rows: slice) -> tuple[_RiskSets, Floats]:
        return _Watched.of(start[rows], t[rows], died[rows], x[rows], inside[rows], ties)

    return _fit_in_blocks(block, b, p, n * n * (1 + p + p**2), ties, max_steps)


def _patients(time: ArrayLike, event: ArrayLike, included: ArrayLike | None) -> tuple[Floats, Bools, Bools]:
    t, died = np.asarray(time, dtype=float), np.asarray(event)
    inside = np.ones(t.shape, dtype=bool) if included is None else np.asarray(included)
    if t.ndim != 2 or t.shape[1] == 0:
        raise ValueError(f"time: expected shape (cohorts, patients) with at least one patient, got {t.shape}")
    for name, flags in (("event", died), ("included", inside)):
        if flags.shape != t.shape or flags.dtype != bool:
            raise ValueError(f"{name}: expected booleans of shape {t.shape}, got {flags.dtype} of shape {flags.shape}")
    if not np.isfinite(t).all(where=inside):
        raise ValueError("times of included patients have to be finite")
    return t, died & inside, inside


def _unit_range(x: Floats, used: Bools) -> tuple[Floats, Floats]:
    """Covariates centred in each risk set and divided by their largest range in any; and those ranges, shape (b, p).

    Shapes are (b, patients, p) and (b, patients) for one risk set that holds all others, or have the risk sets as
    second axis. A covariate that is constant in a risk set is exactly 0 there, and everything is that is not used.
    """
    here = used[..., None]
    low = np.min(x, axis=-2, where=here, initial=np.inf, keepdims=True)
    high = np.max(x, axis=-2, where=here, initial=-np.inf, keepdims=True)
    spread = np.maximum(high - low, 0)
    unit = spread.reshape(len(x), -1, x.shape[-1]).max(1)
    unit = np.where(unit > 0, unit, 1.0)
    scaled = np.where(here, x - np.where(high >= low, low, 0), 0) / unit.reshape(-1, *[1] * (x.ndim - 2), x.shape[-1])
    mean = scaled.sum(-2, keepdims=True) / np.maximum(here.sum(-2, keepdims=True), 1)
    return np.where(here & (spread > 0), scaled - mean, 0), unit


def _at(array: NDArray[Scalar], index: NDArray[np.intp]) -> NDArray[Scalar]:
    """array[b, index[b, k], ...] for all b and k."""
    b, n = array.shape[:2]
    flat = array.reshape(b * n, *array.shape[2:])
    found: NDArray[Scalar] = flat.take(index + n * np.arange(b)[:, None], axis=0)  # faster than array[rows, index]
    return found


# -------------------------------------------------------------------------------------------------------- risk sets


@dataclass(frozen=True, eq=False)
class _RiskSets(ABC):
    """The risk sets of b cohorts at their events; K is the largest number of events, q = 1 + p + p².

    live : which of the K places hold an event, shape (b, K).
    failed : covariates of the patient who fails there, shape (b, K, p); 0 where none does.
    """

    live: Bools
    failed: Floats

    @abstractmethod
    def sums(self, beta: Floats) -> tuple[Floats, Floats]:
        """Logarithm c of a scale, shape (b,), and Σ over risk sets of exp(x β - c) times 1, x and x xᵀ, (b, K, q)."""

    @abstractmethod
    def extremes(self) -> tuple[Floats, Floats]:
        """The smallest and the largest value of each covariate in each risk set; shapes (b, K, p)."""

    @abstractmethod
    def contrasts(self, cohort: int) -> Floats:
        """Covariates of who fails less those of each patient at risk; shape (pairs, p)."""

    def keep(self, rows: Bools) -> Self:
        """Some of the cohorts."""
        return type(self)(*(getattr(self, field.name)[rows] for field in fields(self)))

    def derivatives(self, beta: Floats) -> tuple[Floats, Floats, Floats, Bools]:
        """Log partial likelihood (b,), score (b, p), observed information (b, p, p), and whether it is regular (b,)."""
        b, p = beta.shape
        scale, sums = self.sums(beta)
        total = np.where(self.live, sums[..., 0], 1)
        share = self.live / total
        mean = sums[..., 1 : p + 1] * share[..., None]
        expected = (share[:, None] @ sums)[:, 0]
        failed = np.einsum("bkp->bp", self.failed)
        loglik = (failed * beta).sum(1) - np.log(total).sum(1) - scale * self.live.sum(1)
        second = expected[:, p + 1 :].reshape(b, p, p)
        information = second - mean.transpose(0, 2, 1) @ mean
        raw, net = (np.diagonal(m, axis1=1, axis2=2) for m in (second, information))
        regular = (net > _SINGULAR * raw).all(1) & (np.linalg.det(information) > _SINGULAR * net.prod(1))
        return loglik, failed - expected[:, 1 : p + 1], information, regular

    def runs_to(self) -> Floats:
        """Where whoever fails always has the largest value of a covariate at risk inf, where the smallest -inf; (b, p).

        NaN if neither, or both, when it is constant in all risk sets. Exact.
        """
        smallest, largest = self.extremes()
        nobody = ~self.live[..., None]
        top, bottom = (((self.failed == end) | nobody).all(1) for end in (largest, smallest))
        return np.select([top & ~bottom, bottom & ~top], [np.inf, -np.inf], np.nan)

    def separated(self, cohort: int) -> bool:
        """Whether some direction d has d·x of whoever fails nowhere below, and somewhere above, that of others at risk.

        A linear programme finds d if there is one, to its tolerance: less than 1e-7 of the largest difference in d·x
        passes for none.
        """
        contrasts = self.contrasts(cohort)
        contrasts = contrasts[:, contrasts.any(0)]
        if contrasts.shape[1] < 2:  # one covariate has had its exact test, none separates nothing
            return False
        at_most = np.repeat([0.0, 1.0], len(contrasts))  # d is free to grow until the largest difference is 1
        found = linprog(-contrasts.sum(0), A_ub=np.vstack([-contrasts, contrasts]), b_ub=at_most, bounds=(None, None))
        return bool(found.success and found.fun < -0.5)


def _moments(x: Floats) -> Floats:
    """1, x and x xᵀ side by side; shape (..., 1 + p + p²)."""
    squares = (x[..., :, None] * x[..., None, :]).reshape(*x.shape[:-1], -1)
    return np.concatenate([np.ones((*x.shape[:-1], 1)), x, squares], axis=-1)


def _places(died: Bools) -> tuple[NDArray[np.intp], Bools]:
    """Which patients have the events, in their order, padded to the largest number; shapes (b, K)."""
    most = max(int(died.sum(1).max(initial=0)), 1)
    places = np.argsort(~died, axis=1, kind="stable")[:, :most]
    return places, _at(died, places)


@dataclass(frozen=True, eq=False)
class _Nested(_RiskSets):
    """Fixed covariates and common entry: patients sorted by time, last first, each risk set holds the one before it.

    x : covariates, shape (b, n, p).
    moments : 1, x and x xᵀ, shape (b, n, q).
    end : for each event, the last patient who leaves at its time, and so the last in its risk set; shape (b, K).
    begin : for each event, the first patient who leaves at its time, shape (b, K).
    died : which patients have an event, shape (b, n, 1).
    fraction : for each event, l/d with l the number of events counted before it at its time; shape (b, K, 1).
    """

    x: Floats
    moments: Floats
    end: NDArray[np.intp]
    begin: NDArray[np.intp]
    died: Bools
    fraction: Floats

    @classmethod
    def of(cls, time: Floats, died: Bools, covariates: Floats, inside: Bools, ties: Ties) -> tuple[_Nested, Floats]:
        order = np.argsort(np.where(inside, -time, np.inf), axis=1, kind="stable")  # those left out join no risk set
        t, d, inside = _at(time, order), _at(died, order), _at(inside, order)
        places, live = _places(d)
        positions = np.arange(t.shape[1])
        new = np.ones_like(d)  # whether a patient is the first, in this order, who leaves at that time
        new[:, 1:] = (t[:, 1:] != t[:, :-1]) | ~inside[:, 1:]
        first = np.maximum.accumulate(np.where(new, positions, 0), axis=1)
        closing = np.roll(new, -1, axis=1)  # the next one is new; after the last comes the first, who is
        last = np.minimum.accumulate(np.where(closing, positions, t.shape[1])[:, ::-1], axis=1)[:, ::-1]
        begin, end = _at(first, places), _at(last, places)

        ever_at_risk = inside & (positions <= np.where(live, end, -1).max(1, keepdims=True))
        x, unit = _unit_range(_at(covariates, order), ever_at_risk)
        count = np.concatenate([np.zeros((len(t), 1), dtype=int), d.cumsum(1)], axis=1)
        earlier = _at(count, begin)
        counted, tied = _at(count, places) - earlier, _at(count, end + 1) - earlier
        fraction = (live * counted / np.maximum(tied, 1))[..., None] * (ties == "efron")
        failed = _at(x, places) * live[..., None]
        return cls(live, failed, x, _moments(x), end, begin, d[..., None], fraction), unit

    def sums(self, beta: Floats) -> tuple[Floats, Floats]:
        predictor = (self.x @ beta[..., None])[..., 0]
        scale = predictor.max(1)
        weighted = np.exp(predictor - scale[:, None])[..., None] * self.moments
        sums = _at(weighted.cumsum(1), self.end)
        if self.fraction.any():
            dying = weighted * self.died
            so_far = dying.cumsum(1)
            sums -= self.fraction * (_at(so_far, self.end) - _at(so_far - dying, self.begin))
        return scale, sums

    def extremes(self) -> tuple[Floats, Floats]:
        smallest, largest = (_at(f.accumulate(self.x, axis=1), self.end) for f in (np.minimum, np.maximum))
        return smallest, largest

    def contrasts(self, cohort: int) -> Floats:
        at_risk = self.live[cohort][:, None] & (np.arange(self.x.shape[1]) <= self.end[cohort][:, None])
        return np.asarray((self.failed[cohort][:, None] - self.x[cohort])[at_risk])


@dataclass(frozen=True, eq=False)
class _Watched(_RiskSets):
    """Covariates known anew at each event, and late entry.

    x : covariates of all patients at each event, shape (b, K, n, p); 0 where not at risk.
    moments : 1, x and x xᵀ, shape (b, K, n, q).
    weight : 0 for patients not at risk, less than 1 where Efron counts those who fail in part; shape (b, K, n).
    """

    x: Floats
    moments: Floats
    weight: Floats

    @classmethod
    def of(
        cls, entry: Floats, time: Floats, died: Bools, covariates: Floats, inside: Bools, ties: Ties
    ) -> tuple[_Watched, Floats]:
        places, live = _places(died)
        when = _at(time, places)[..., None]
        at_risk = live[..., None] & inside[:, None] & (entry[:, None] < when) & (time[:, None] >= when)
        x = _at(covariates, places)
        if not np.isfinite(x).all(where=at_risk[..., None]):
            raise ValueError("covariates of patients at risk at an event have to be finite")
        x, unit = _unit_range(x, at_risk)
        failed = np.take_along_axis(x, places[..., None, None], 2)[:, :, 0] * live[..., None]
        weight = at_risk.astype(float)
        if ties == "efron":
            tied = died[:, None] & at_risk & (time[:, None] == when)
            counted = tied & (np.arange(time.shape[1]) < places[..., None])
            weight -= tied * (counted.sum(2) / np.maximum(tied.sum(2), 1))[..., None]
        return cls(live, failed, x, _moments(x), weight), unit

    def sums(self, beta: Floats) -> tuple[Floats, Floats]:
        predictor = (self.x @ beta[:, None, :, None])[..., 0]
        scale = predictor.max((1, 2))
        weight = np.exp(predictor - scale[:, None, None]) * self.weight
        return scale, (weight[:, :, None] @ self.moments)[:, :, 0]

    def extremes(self) -> tuple[Floats, Floats]:
        at_risk = self.weight[..., None] > 0
        return np.min(self.x, 2, where=at_risk, initial=np.inf), np.max(self.x, 2, where=at_risk, initial=-np.inf)

    def contrasts(self, cohort: int) -> Floats:
        return np.asarray((self.failed[cohort][:, None] - self.x[cohort])[self.weight[cohort] > 0])


# ---------------------------------------------------------------------------------------------------------- fitting


def _fit_in_blocks(
    block: Callable[[slice], tuple[_RiskSets, Floats]], cohorts: int, p: int, size: int, ties: Ties, max_steps: int
) -> CoxFits:
    """All cohorts, a block at a time, so that what is worked on stays in the processor's cache.

    `block` gives the risk sets of some cohorts and the units of their covariates; `size` is the numbers per cohort.
    """
    if ties not in get_args(Ties):
        raise ValueError(f"unknown ties {ties!r}: expected one of {', '.join(get_args(Ties))}")
    log_hr, se, loglik = np.full((cohorts, p), np.nan), np.full((cohorts, p), np.nan), np.full(cohorts, np.nan)
    separated, runs_to = np.zeros(cohorts, dtype=bool), np.full((cohorts, p), np.nan)
    step = max(1, _BLOCK // size)
    for start in range(0, cohorts, step):
        risk, unit = block(slice(start, start + step))
        runs_to[start : start + step] = risk.runs_to()
        runs_off = ~np.isnan(runs_to[start : start + step]).all(1)
        sought = np.flatnonzero(~runs_off)
        at = start + sought
        beta, error, loglik[at] = _newton(risk.keep(~runs_off), max_steps)
        log_hr[at], se[at] = beta / unit[sought], error / unit[sought]
        separated[start : start + step] = runs_off
        for i in sought[np.isnan(loglik[at])]:
            separated[start + i] = risk.separated(int(i))
    return CoxFits(log_hr, se, loglik, np.isfinite(loglik), separated, runs_to)


def _newton(risk: _RiskSets, max_steps: int) -> tuple[Floats, Floats, Floats]:
    """Coefficients (b, p), standard errors (b, p) and maximal log likelihood (b,); NaN where not converged.

    Newton-Raphson from 0 on a concave function. A step that lowers it, or leads to where no information is left, is
    halved. Cohorts leave the work as they converge. If there is no maximum, steps keep their length while the
    information vanishes; then they are halved to nothing, which is not called convergence.
    """
    b, _, p = risk.failed.shape
    log_hr, se, maximum = np.full((b, p), np.nan), np.full((b, p), np.nan), np.full(b, np.nan)
    rows, beta, step, best = np.arange(b), np.zeros((b, p)), np.zeros((b, p)), np.full(b, -np.inf)
    for _ in range(max_steps):
        with np.errstate(all="ignore"):  # a step far too long may overflow; it is halved like any that is too long
            loglik, score, information, regular = risk.derivatives(beta + step)
        ahead = regular & (loglik >= best - _ROUNDING * (1 + np.abs(best)))
        beta[ahead] += step[ahead]
        best[ahead] = loglik[ahead]
        inverse = np.linalg.inv(information[ahead])
        step /= 2
        step[ahead] = (inverse @ score[ahead][..., None])[..., 0]

        short = np.abs(step).max(1) <= _LAST_STEP
        done = ahead & short
        log_hr[rows[done]] = (beta + step)[done]
        se[rows[done]] = np.sqrt(np.diagonal(inverse[done[ahead]], axis1=1, axis2=2))
        maximum[rows[done]] = best[done]

        going = ~short & np.isfinite(best)  # those without information even at β = 0 have no likelihood yet
        if not going.any():
            break
        if not going.all():
            risk = risk.keep(going)
            rows, beta, step, best = (a[going] for a in (rows, beta, step, best))
    return log_hr, se, maximum
