"""What a two-arm trial of given size could have seen, and what its counts can bear."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, stats

from rederive.checks.proportions import TESTS
from rederive.methods.pooling import TwoArms
from rederive.methods.trials import p_values, single_trials
from rederive.printed import Interval, formatted, p_range
from rederive.verdicts import Finding

Floats = NDArray[np.float64]

NEGLIGIBLE = 1e-12
"""Counts with a smaller probability above them are left out; power so found is too small by at most twice this."""


def fisher_power(risk_treated: ArrayLike, n_treated: int, risk_control: float, n_control: int) -> Floats:
    """The power of Fisher's exact test, two-sided at 5%: the chance that two binomial counts give p of at most 0.05.

    Exact: a sum over all pairs of counts.

    Parameters
    ----------
    risk_treated : true risks, of any shape; the result has that shape.
    risk_control : one true risk.

    Raises
    ------
    ValueError : if a risk is not between 0 and 1.
    """
    risks = np.asarray(risk_treated, dtype=float)
    if not (0 <= risk_control <= 1 and np.all((risks >= 0) & (risks <= 1))):
        raise ValueError("expected risks between 0 and 1")
    most = (
        int(stats.binom.isf(NEGLIGIBLE, n_treated, risks.max())),
        int(stats.binom.isf(NEGLIGIBLE, n_control, risk_control)),
    )
    treated, control = (np.arange(count + 1) for count in most)
    rejects = np.zeros((treated.size, control.size), dtype=bool)
    for events in range(sum(most) + 1):
        split, p = _fisher_p_by_split(events, n_treated, n_control)
        within = (split <= most[0]) & (events - split <= most[1])
        rejects[split[within], events - split[within]] = p[within] <= 0.05
    given_treated = rejects @ stats.binom.pmf(control, n_control, risk_control)
    return np.asarray(stats.binom.pmf(treated, n_treated, risks[..., None]) @ given_treated)


def _fisher_p_by_split(events: int, n_treated: int, n_control: int) -> tuple[NDArray[np.int64], Floats]:
    """Fisher's two-sided p for every way to split so many events between two arms: (events of the treated, p).

    The same as `checks.proportions.fisher_p`, which takes every table's probabilities anew: forty times as long for
    arms of 900.
    """
    split = np.arange(max(0, events - n_control), min(events, n_treated) + 1)
    chance = np.exp(stats.hypergeom.logpmf(split, n_treated + n_control, events, n_treated))  # pmf is slow for many
    ascending = np.sort(chance)
    counted = np.searchsorted(ascending, chance * (1 + 1e-7), side="right")
    return split, np.minimum(np.cumsum(ascending)[counted - 1], 1)


def detectable_increase(n_treated: int, risk_control: float, n_control: int, power: float = 0.8) -> float:
    """The risk ratio above 1 at which Fisher's test, two-sided at 5%, has this power.

    Raises
    ------
    ValueError : if it has not even that power where everybody has the event.
    """

    def spare(ratio: float) -> float:
        return float(fisher_power(ratio * risk_control, n_treated, risk_control, n_control)) - power

    if spare(1 / risk_control) < 0:
        raise ValueError(f"no risk is seen with a power of {power:.0%} in arms of {n_treated} and {n_control}")
    return float(optimize.brentq(spare, 1, 1 / risk_control))


def judge_not_significant(trial: TwoArms) -> Finding:
    """Are the only counts that print a trial's percentages without a significant difference, by any usual test?"""
    p = p_values(trial, ["trial"]).iloc[0]
    counts = f"{trial.events_treated[0]} of {trial.n_treated[0]} and {trial.events_control[0]} of {trial.n_control[0]}"
    return Finding(
        judge_not_significant,
        f"two-sided 5%; {', '.join(TESTS)}; counts reconstructed",
        f"From {counts} p is {p_range(Interval(p.min(), p.max()))} under {len(p)} tests.",
        {"p": Interval(p.min(), p.max())},
        exists=p.min() > 0.05,
        constrained=True,
    )


def judge_no_substantial_reduction(trial: TwoArms, substantial: float) -> Finding:
    """Can one trial's counts carry the words "does not substantially reduce", a `substantial` reduction being named?

    They can if its risk ratio's interval excludes that reduction. That the difference is not significant is not enough.
    """
    found = single_trials(trial, ["trial"], ["RR"]).iloc[0]
    excluded = bool(found["lower"] > 1 - substantial)
    risk = float(trial.events_control[0] / trial.n_control[0])
    arms = int(trial.n_treated[0]), int(trial.n_control[0])
    power = float(fisher_power((1 - substantial) * risk, arms[0], risk, arms[1]))
    return Finding(
        judge_no_substantial_reduction,
        f"substantial: {substantial:.0%} or more; Wald interval; power of Fisher's test, two-sided 5%",
        f"The risk ratio is {found['estimate']:.2f} ({found['lower']:.2f} to {found['upper']:.2f}), an interval that "
        f"{'excludes' if excluded else 'includes'} a reduction by {substantial:.0%}. Had the drug had that effect, the "
        f"trial would have shown it, by Fisher's test, with a probability of {formatted(power, '.0%')}.",
        {
            "risk_ratio": float(found["estimate"]),
            "lower": float(found["lower"]),
            "upper": float(found["upper"]),
            "power": power,
        },
        exists=True,
        constrained=True,
        worded=excluded,
    )
