"""Survival in four arms, two treatments with and without each other: how many animals a statement needs.

The arms, always in this order, are control, A, B, and both. Hazards are constant (`clustered_deaths` is a way around
this), all animals are watched to one last day, and nobody is lost before. The chance that an animal of an arm with
hazard h dies by day t is 1 - exp(-h t). With d deaths in an arm the log of its hazard has the variance 1 / d, so that a
log hazard ratio has

    1 / d₁ + 1 / d₂,

the large-sample variance of the log-rank test (Schoenfeld 1981). Expected deaths stand for d. In small groups all this
is approximate; `simulate_arms` does without it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from rederive.methods.cox import cox
from rederive.methods.log_rank import log_rank

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

ARMS = ("control", "A", "B", "both")
CRITICAL = float(stats.norm.isf(0.025))  # two-sided 5%
_INTERACTION = np.array([1.0, -1.0, -1.0, 1.0])  # of log hazards, or of log risks, in the order of the arms
# Gauss and Legendre's points between -9 and 9; beyond lies 1e-19 of a normal distribution.
_NODES, _WEIGHTS = (9 * x for x in special.roots_legendre(240))
_BLOCK = 500  # experiments whose tests fit the memory of one core's cache


@dataclass(frozen=True)
class FourArms:
    """An assumed experiment. Nothing in it is taken from any data.

    Attributes
    ----------
    hr_a, hr_b, hr_both : hazard ratios of each treated arm against control, of deaths that treatment can touch.
    control_median_days : median survival of the control arm, if nothing else kills.
    days : the last day of observation; infinite if all animals are watched until they die.
    other_hazard : hazard per day of deaths that no treatment touches, of old age for example; they count as deaths.
    """

    hr_a: float
    hr_b: float
    hr_both: float
    control_median_days: float = 30.0
    days: float = 60.0
    other_hazard: float = 0.0

    @property
    def hazards(self) -> Floats:
        """Hazard of death per day in each arm, shape (4,)."""
        ratios = np.array([1.0, self.hr_a, self.hr_b, self.hr_both])
        return np.asarray(np.log(2) / self.control_median_days * ratios + self.other_hazard)

    @property
    def risks(self) -> Floats:
        """Chance of death by the last day in each arm, shape (4,)."""
        return np.asarray(-np.expm1(-self.hazards * self.days))

    @property
    def log_hr(self) -> Floats:
        """Log hazard ratios of both treatments together against control, A and B, all deaths counted; shape (3,)."""
        return np.asarray(np.log(self.hazards[3] / self.hazards[:3]))

    @property
    def log_interaction(self) -> float:
        """Log h_both - log h_A - log h_B + log h_control: 0 if log hazards add, negative for synergy on that scale."""
        return float(_INTERACTION @ np.log(self.hazards))

    @property
    def log_bliss(self) -> float:
        """The same of the risks of death by the last day: 0 under Bliss independence, negative for synergy."""
        return float(_INTERACTION @ np.log(self.risks))


def clustered_deaths(medians: ArrayLike, shape: float, days: float = 60.0) -> FourArms:
    """An experiment with these median survivals in which survival in all arms is Weibull with one shape.

    A median of m days leaves the share exp(-log 2 (t / m)^shape) alive at day t. With shape 1 hazards are constant; the
    larger the shape, the more deaths cluster about the median. Hazards are proportional: an arm's hazard ratio against
    control is (m / m_control)^-shape. On the scale u = m_control (t / m_control)^shape they are constant, and the
    log-rank test and Cox's model depend on the order of deaths only. So the experiment is returned on that scale: its
    `days`, but not its hazard ratios, risks and powers, are other than those in calendar time.

    Parameters
    ----------
    medians : in days, of control, A, B and both.
    shape : above 0.
    days : the last day of observation.
    """
    control, *treated = np.asarray(medians, dtype=float)
    hr_a, hr_b, hr_both = ((float(control / median)) ** shape for median in treated)
    return FourArms(hr_a, hr_b, hr_both, float(control), float(control * (days / control) ** shape))


def _deaths(design: FourArms, animals: ArrayLike) -> Floats:
    """Expected deaths in each arm with this many animals in each; the arms are a last axis."""
    return np.asarray(np.asarray(animals, dtype=float)[..., None] * design.risks)


def comparison_se(design: FourArms, animals: ArrayLike) -> Floats:
    """Standard errors of `log_hr`; the shape of `animals` and a last axis of 3."""
    variances = 1 / _deaths(design, animals)
    return np.asarray(np.sqrt(variances[..., :3] + variances[..., 3:]))


def power_against_each(design: FourArms, animals: ArrayLike) -> Floats:
    """Chance that both treatments together beat control, A and B, each at two-sided 5% in that direction.

    Parameters
    ----------
    animals : per arm, any shape; the result has a last axis of 3 more.
    """
    return np.asarray(stats.norm.cdf(-CRITICAL - design.log_hr / comparison_se(design, animals)))


def power_against_all(design: FourArms, animals: ArrayLike) -> Floats:
    """Chance that all three comparisons are significant in one experiment: of the shape of `animals`.

    The three share one arm, so they go together. Given that arm's estimate they are independent, which leaves an
    integral over one normal variable. Where every comparison has to succeed, testing each at 5% keeps the error of the
    whole claim at 5% or below (an intersection-union test; Laska and Meisner's min test): nothing is to be corrected.
    """
    sd = 1 / np.sqrt(_deaths(design, animals))[..., None, :]
    bound = (design.log_hr + CRITICAL * comparison_se(design, animals))[..., None, :]
    # an estimate (log_hr + shared arm's error - other arm's error) has to lie below -CRITICAL standard errors
    missed = special.ndtr((bound + _NODES[:, None] * sd[..., 3:]) / sd[..., :3])
    return np.asarray(np.prod(1 - missed, axis=-1) @ (_WEIGHTS * stats.norm.pdf(_NODES)))


def power_for_interaction(design: FourArms, animals: ArrayLike) -> Floats:
    """Chance that synergy on the log-hazard scale is significant at two-sided 5%: of the shape of `animals`.

    The interaction is a sum of all four log hazards, so its variance is the sum of all four 1 / d.
    """
    se = np.sqrt(np.sum(1 / _deaths(design, animals), axis=-1))
    return np.asarray(stats.norm.cdf(-CRITICAL - design.log_interaction / se))


def power_for_bliss(design: FourArms, animals: ArrayLike) -> Floats:
    """Chance that synergy by Bliss's definition, on the last day, is significant at two-sided 5%.

    The log of a risk D, estimated from n animals, has the variance (1 - D) / (n D) (delta method).
    """
    variances = (1 - design.risks) / _deaths(design, animals)
    se = np.sqrt(np.sum(variances, axis=-1))
    return np.asarray(stats.norm.cdf(-CRITICAL - design.log_bliss / se))


def animals_needed(power: Callable[[int], float | Floats], wanted: float = 0.8, most: int = 100_000) -> int | None:
    """The smallest number per arm, from 2 on, with which `power` of it is as wanted; None if not even with `most`.

    `power` has to rise with the number of animals. If it is simulated, and so rises only by and large, the number is
    one near which it crosses the line.
    """
    if power(most) < wanted:
        return None
    low, high = 1, most  # too few, enough
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if power(middle) >= wanted else (middle, high)
    return high


def no_synergy(hr_a: float, hr_b: float, control_risk: ArrayLike) -> dict[str, Floats]:
    """The hazard ratio of both treatments against control that each definition calls neither synergy nor antagonism.

    Hazards are constant; a combination with a lower hazard ratio is synergistic by that definition.

    - "best single agent": the smaller of the two.
    - "Bliss, deaths prevented": let D be the risk of death by the last day. An agent prevents the share 1 - D_A / D of
      deaths; two independent agents leave (D_A / D) (D_B / D) of them.
    - "log hazards add": the product of the two, as in a Cox model without interaction.
    - "hazards add": each takes its own part off the hazard, so that survival, over that of controls, multiplies:
      S_both / S = (S_A / S) (S_B / S). Below 0 where the two parts together are more than the whole.

    Parameters
    ----------
    control_risk : risk of death in the control arm by the last day, between 0 and 1; any shape.
    """
    risk = np.asarray(control_risk, dtype=float)
    survival = 1 - risk
    left = (1 - survival**hr_a) * (1 - survival**hr_b) / risk
    return {
        "best single agent": np.full_like(risk, min(hr_a, hr_b)),
        "Bliss, deaths prevented": np.log1p(-left) / np.log(survival),
        "log hazards add": np.full_like(risk, hr_a * hr_b),
        "hazards add": np.full_like(risk, hr_a + hr_b - 1),
    }


def hazard_of_other_deaths(alive_from: float, alive_to: float, days: float) -> float:
    """The constant hazard per day under which a share alive falls from one value to another in this many days."""
    return float(np.log(alive_from / alive_to) / days)


def simulate_arms(design: FourArms, animals: int, experiments: int, seed: int) -> tuple[Floats, Bools]:
    """Days of observation and whether they ended with death: two arrays of shape (experiments, 4, animals)."""
    rng = np.random.default_rng(seed)
    days = rng.standard_exponential((experiments, 4, animals)) / design.hazards[:, None]
    return np.minimum(days, design.days), days <= design.days


def _blocks(experiments: int) -> list[slice]:
    return [slice(start, start + _BLOCK) for start in range(0, experiments, _BLOCK)]


def _two_arms(time: Floats, event: Bools, other: int) -> tuple[Floats, Bools, Bools]:
    """Times, deaths and membership (in the arm of both treatments) of that arm and another one."""
    group = np.repeat([False, True], time.shape[2])
    return np.concatenate([time[:, other], time[:, 3]], 1), np.concatenate([event[:, other], event[:, 3]], 1), group


def simulated_power_against_all(design: FourArms, animals: int, experiments: int, seed: int) -> float:
    """Share of simulated experiments in which three log-rank tests find both treatments together better than each arm.

    The same experiments as those of `simulated_experiments`, without its Cox models and so much faster.
    """
    time, event = simulate_arms(design, animals, experiments, seed)
    won = 0
    for block in _blocks(experiments):
        beats = [log_rank(*_two_arms(time[block], event[block], other)) < -CRITICAL for other in range(3)]
        won += int(np.sum(np.all(beats, axis=0)))
    return won / experiments


def simulated_experiments(design: FourArms, animals: int, experiments: int, seed: int) -> pd.DataFrame:
    """What simulated experiments find: a row for each.

    Returns
    -------
    beats_control, beats_A, beats_B : whether the log-rank test is significant at two-sided 5% in favour of both.
    log_hr_control, log_hr_A, log_hr_B : the estimate of Cox's model in the two arms; -inf or inf where it runs off
        (nobody dies in one arm before all of the other have left the risk set), NaN where there is none.
    synergy : whether Wald's test of the interaction, in Cox's model of all four arms, is significant at two-sided 5% on
        the side of synergy. Not where the model has no estimate.
    estimated : whether that model has an estimate.
    """
    time, event = simulate_arms(design, animals, experiments, seed)
    columns: dict[str, list[Floats | Bools]] = {}
    a, b = np.repeat([0.0, 1.0, 0.0, 1.0], animals), np.repeat([0.0, 0.0, 1.0, 1.0], animals)
    for block in _blocks(experiments):
        found: dict[str, Floats | Bools] = {}
        for i, other in enumerate(ARMS[:3]):
            t, died, group = _two_arms(time[block], event[block], i)
            found[f"beats_{other}"] = log_rank(t, died, group) < -CRITICAL
            fit = cox(t, died, np.broadcast_to(group.astype(float)[:, None], (*t.shape, 1)))
            found[f"log_hr_{other}"] = np.where(fit.converged, fit.log_hr[:, 0], fit.runs_to[:, 0])
        t, died = time[block].reshape(-1, 4 * animals), event[block].reshape(-1, 4 * animals)
        fit = cox(t, died, np.broadcast_to(np.stack([a, b, a * b], axis=-1), (*t.shape, 3)))
        found["synergy"] = fit.log_hr[:, 2] / fit.se[:, 2] < -CRITICAL
        found["estimated"] = fit.converged
        for name, column in found.items():
            columns.setdefault(name, []).append(column)
    return pd.DataFrame({name: np.concatenate(parts) for name, parts in columns.items()})


def simulated_chances(design: FourArms, animals: int, experiments: int, seed: int) -> dict[str, float]:
    """Shares of `simulated_experiments`, and by what factor the significant ones exaggerate.

    Returns
    -------
    beats_control, beats_A, beats_B, beats_all : shares in which these comparisons are significant.
    synergy : share in which the interaction is; estimated : share in which there is an estimate of it.
    factor : median log hazard ratio against A, over the true one, where that comparison is significant; inf where most
        of these estimates run to 0.
    factor_if_all : the same where all three comparisons are.
    """
    found = simulated_experiments(design, animals, experiments, seed)
    beats = found[[f"beats_{arm}" for arm in ARMS[:3]]]
    together = beats.all(axis=1)
    factor = found["log_hr_A"] / design.log_hr[1]
    return {
        **{str(name): float(share) for name, share in beats.mean().items()},
        "beats_all": float(together.mean()),
        "synergy": float(found["synergy"].mean()),
        "estimated": float(found["estimated"].mean()),
        "factor": float(factor[found["beats_A"]].median()),
        "factor_if_all": float(factor[together].median()),
    }
