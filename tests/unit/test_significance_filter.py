"""Type S and type M: against published values, and simulation."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rederive.methods.significance_filter import effect_for_power, significant_estimates


def test_published_examples():
    """The vignette of the R package retrodesign, which takes its examples from Lu and others and Gelman and Carlin."""
    small = significant_estimates(0.5)  # the text cuts digits off: a power of .07, "around 8%", a factor of 4.7
    cut = [math.floor(x) for x in (small.power * 100, small.wrong_sign * 100, small.exaggeration * 10)]
    assert cut == [7, 8, 47]
    # effects of 1 and 3 with a standard error of 3.3
    assert 0.17 < significant_estimates(1 / 3.3).wrong_sign < 0.2  # "nearly 1 in 5"
    assert round(float(significant_estimates(3 / 3.3).exaggeration), 1) == 2.7
    # Lu, Qiu and Deng 2018, as quoted there: the powers that keep type S below 0.1 and 0.01. (The powers quoted for
    # type M, 0.52 for 1.5 and 0.85 for 1.1, do not follow from the package's own formula: 0.52 goes with 1.39.)
    for bound, power in [(0.1, 0.08), (0.01, 0.17)]:
        below, above = (significant_estimates(effect_for_power(power + d)).wrong_sign for d in (-0.01, 0.01))
        assert above < bound < below
    assert round(float(significant_estimates(effect_for_power(0.52)).exaggeration), 2) == 1.38


@given(st.floats(0.05, 6), st.floats(0.001, 0.2))
def test_laws(size, level):
    found = significant_estimates(size, level)
    assert level < found.power <= 1
    assert 0 <= found.wrong_sign < 0.5
    assert found.exaggeration >= 1  # what passes the filter is no smaller than the truth, on average
    assert vars(significant_estimates(-size, level)) == vars(found)
    further = significant_estimates(size * 1.1, level)
    assert further.wrong_sign <= found.wrong_sign
    assert further.exaggeration <= found.exaggeration + 1e-12


@given(st.floats(0.06, 0.999))
def test_the_effect_for_a_power_has_it(power):
    assert float(significant_estimates(effect_for_power(power)).power) == pytest.approx(power, rel=1e-9)


def test_simulated_estimates():
    rng = np.random.default_rng(1)
    estimates = 1.2 + rng.standard_normal(400_000)
    kept = estimates[np.abs(estimates) > 1.959964]
    found = significant_estimates(1.2)
    assert len(kept) / 400_000 == pytest.approx(float(found.power), abs=4 * 0.0007)  # four standard errors
    assert np.mean(kept < 0) == pytest.approx(float(found.wrong_sign), abs=4 * 0.0002)
    assert np.mean(np.abs(kept)) / 1.2 == pytest.approx(float(found.exaggeration), abs=4 * 0.0014)


def test_no_effect_has_no_exaggeration():
    with pytest.raises(ValueError, match="other than 0"):
        significant_estimates([1, 0])
    for power in (0.05, 1):
        with pytest.raises(ValueError, match="power between"):
            effect_for_power(power)
