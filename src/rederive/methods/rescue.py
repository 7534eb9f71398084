"""Rescue experiments: a treatment has an effect; with an agent that works against it, it is no longer seen.

The added agent undoes the supposed mechanism: it blocks what the treatment activates, or activates what it blocks.

Four groups of n independent units (donors, animals), normal outcomes with one standard deviation, which is the unit of
all effects here. More is better::

                      without the agent        with the agent
    untreated                  0                     own
    treated                  effect        effect + own + interaction

That the agent abolishes the effect says interaction = -effect: a difference of two differences. `own` is what the
agent does by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from statsmodels.stats.power import TTestIndPower, ttest_power

Floats = NDArray[np.float64]


def two_groups_power(n: ArrayLike, effect: ArrayLike) -> Floats:
    """Chance that a t test of two groups of n is significant at two-sided 5% in the direction of a positive effect.

    The t statistic has 2 (n - 1) degrees of freedom and the non-centrality effect √(n / 2); from statsmodels.
    """
    n, effect = np.asarray(n, dtype=float), np.asarray(effect, dtype=float)
    return np.asarray(ttest_power(effect, n / 2, 0.025, df=2 * (n - 1), alternative="larger"))


def difference_of_differences_power(n: ArrayLike, interaction: ArrayLike) -> Floats:
    """Chance that the test of the interaction is significant at two-sided 5% in the direction of a positive one.

    The difference of two differences of four groups of n has the variance 4 / n, twice that of one difference; the
    variance is pooled over all four, with 4 (n - 1) degrees of freedom. From statsmodels.
    """
    n, interaction = np.asarray(n, dtype=float), np.asarray(interaction, dtype=float)
    return np.asarray(ttest_power(interaction, n / 4, 0.025, df=4 * (n - 1), alternative="larger"))


def seems_abolished(power_without: ArrayLike, power_with: ArrayLike) -> Floats:
    """Chance of "significant without the agent, not significant with it" in two independent comparisons.

    Each comparison has an untreated group of its own. If the agent does nothing to the effect both have the same power
    w, and the chance is w (1 - w), at most a quarter.
    """
    return np.asarray(np.asarray(power_without, dtype=float) * (1 - np.asarray(power_with, dtype=float)))


def seems_abolished_one_control(power_without: float, power_with: float) -> float:
    """The same where both treated groups are compared with one and the same untreated group, in large groups.

    The two test statistics then go together, with a correlation of 1/2 if groups are equally large. Chances are those
    of a significant result in the direction of a benefit, each between 0 and 1.
    """
    shifts = stats.norm.isf(0.025) - stats.norm.isf([power_without, power_with])
    # both are significant if both exceed the critical value: mirrored, if both lie below its negative
    both = stats.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]]).cdf(shifts - stats.norm.isf(0.025))
    return float(power_without - both)


def power_left(power: float, share_left: ArrayLike) -> Floats:
    """Chance of a significant benefit in large groups where only a share of the effect is left that has this `power`.

    With z the critical value, an effect with this power is z + Φ⁻¹(power) standard errors large.
    """
    z = stats.norm.isf(0.025)
    return np.asarray(stats.norm.sf(z - np.asarray(share_left, dtype=float) * (z + stats.norm.ppf(power))))


def effect_seen(n: int, power: float) -> float:
    """The effect, in standard deviations, that `two_groups_power` of groups of n finds with this probability."""
    return float(TTestIndPower().solve_power(nobs1=n, alpha=0.025, power=power, alternative="larger"))


@dataclass(frozen=True)
class RescueShares:
    """How often simulated rescue experiments come out in one way; shares of all experiments.

    Attributes
    ----------
    own_controls : treated above untreated is significant without the agent, and not with it, where the agent also has
        an untreated group of its own.
    shared_control : the same, but both treated groups are compared with the one untreated group without the agent.
    direct : treated without the agent is significantly above treated with it.
    interaction : the difference of differences is significant, in the direction of abolition.
    interaction_either_way : it is significant in either direction.
    """

    own_controls: float
    shared_control: float
    direct: float
    interaction: float
    interaction_either_way: float


def simulate_rescue(
    n: int, effect: float, *, own: float = 0.0, interaction: float = 0.0, experiments: int, seed: int
) -> RescueShares:
    """Simulate rescue experiments (see the head of this module) and judge each by t tests at two-sided 5%.

    Means and variances of the groups are drawn directly: a mean is normal, a variance a χ² with n - 1 degrees of
    freedom over n - 1, and the two are independent.

    Raises
    ------
    ValueError : if a group has fewer than two units.
    """
    if n < 2:
        raise ValueError(f"expected at least two units in a group, got {n}")
    rng = np.random.default_rng(seed)
    truth = np.array([[0.0, own], [effect, effect + own + interaction]])  # [treated, agent]
    means = truth + rng.standard_normal((experiments, 2, 2)) / np.sqrt(n)
    variances = rng.chisquare(n - 1, (experiments, 2, 2)) / (n - 1)

    def better(treated: tuple[int, int], untreated: tuple[int, int]) -> NDArray[np.bool_]:
        (i, j), (k, m) = treated, untreated
        pooled = (variances[:, i, j] + variances[:, k, m]) / 2
        t = (means[:, i, j] - means[:, k, m]) / np.sqrt(2 * pooled / n)
        return np.asarray(t > stats.t.isf(0.025, 2 * (n - 1)))

    without = better((1, 0), (0, 0))
    lost = means[:, 1, 0] - means[:, 0, 0] - (means[:, 1, 1] - means[:, 0, 1])
    t = lost / np.sqrt(4 * variances.mean((1, 2)) / n)
    critical = stats.t.isf(0.025, 4 * (n - 1))
    return RescueShares(
        own_controls=float(np.mean(without & ~better((1, 1), (0, 1)))),
        shared_control=float(np.mean(without & ~better((1, 1), (0, 0)))),
        direct=float(np.mean(better((1, 0), (1, 1)))),
        interaction=float(np.mean(t > critical)),
        interaction_either_way=float(np.mean(np.abs(t) > critical)),
    )
