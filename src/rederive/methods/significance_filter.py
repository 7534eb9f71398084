"""Estimates when only the significant ones are reported: type S and type M errors (Gelman and Carlin 2014).

An estimate is normal around the true effect with a known standard error. Of the estimates that are significant, type S
is the share with the wrong sign, and type M, the exaggeration, the mean size over the true size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.optimize import brentq

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Filtered:
    """Significant estimates of one true effect; arrays of the shape of that effect.

    Attributes
    ----------
    power : chance that an estimate is significant, with either sign.
    wrong_sign : type S, the share of significant estimates whose sign is not that of the true effect.
    exaggeration : type M, the mean size of significant estimates over the size of the true effect.
    """

    power: Floats
    wrong_sign: Floats
    exaggeration: Floats


def significant_estimates(effect_in_se: ArrayLike, level: float = 0.05) -> Filtered:
    """Power, type S and type M of a two-sided test at `level`, normal.

    With λ the size of the true effect in standard errors, z the critical value, φ and Φ the standard normal density and
    distribution::

        power          Φ(λ - z) + Φ(-λ - z)
        type S         Φ(-λ - z) / power
        exaggeration   [φ(λ - z) + φ(λ + z) + λ (Φ(λ - z) - Φ(-λ - z))] / (λ power)

    the last being the mean of a truncated normal distribution on either side (Lu, Qiu and Deng 2018).

    Parameters
    ----------
    effect_in_se : the true effect divided by the standard error of its estimate; not 0. Its sign does not matter.

    Raises
    ------
    ValueError : for an effect of 0, of which no estimate is an exaggeration by a factor.
    """
    size = np.abs(np.asarray(effect_in_se, dtype=float))
    if np.any(size == 0):
        raise ValueError("expected true effects other than 0")
    z = stats.norm.isf(level / 2)
    right, wrong = stats.norm.cdf(size - z), stats.norm.cdf(-size - z)
    power = right + wrong
    mean = stats.norm.pdf(size - z) + stats.norm.pdf(size + z) + size * (right - wrong)
    return Filtered(np.asarray(power), np.asarray(wrong / power), np.asarray(mean / (size * power)))


def effect_for_power(power: float, level: float = 0.05) -> float:
    """The true effect, in standard errors, that is found significant with this probability, with either sign.

    Raises
    ------
    ValueError : unless the power lies between `level`, which no effect at all has, and 1.
    """
    if not level < power < 1:
        raise ValueError(f"expected a power between {level} and 1, got {power}")
    return float(brentq(lambda size: significant_estimates(size, level).power - power, 1e-9, 40, xtol=1e-12))
