"""Rescue experiments: against statsmodels, scipy's own t tests, and simulation."""

import numpy as np
import pytest
import statsmodels.formula.api as smf
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from pandas import DataFrame
from scipy import stats
from statsmodels.stats.power import TTestIndPower

from rederive.methods.rescue import (
    difference_of_differences_power,
    effect_seen,
    power_left,
    seems_abolished,
    seems_abolished_one_control,
    simulate_rescue,
    two_groups_power,
)

EXPERIMENTS = 100_000
FOUR_SE = 4 * 0.5 / np.sqrt(EXPERIMENTS)  # of a share, at most


@given(st.integers(2, 60), st.floats(0, 4))
def test_two_groups_equal_statsmodels(n, effect):
    theirs = TTestIndPower().power(effect, n, 0.025, alternative="larger")
    assert float(two_groups_power(n, effect)) == pytest.approx(theirs, rel=1e-6, abs=1e-9)


@given(st.floats(0, 1))
def test_at_most_a_quarter_seem_abolished_by_nothing(power):
    assert 0 <= seems_abolished(power, power) <= 0.25
    assert seems_abolished(0.5, 0.5) == 0.25
    assert seems_abolished(1, 0) == 1


@pytest.mark.parametrize(
    ("n", "effect", "own", "interaction"), [(3, 2.0, 0, 0), (6, 1.5, 0, 0), (6, 1.5, -1.5, 0), (6, 1.5, 0.7, -1.5)]
)
def test_simulated_shares_equal_formulas_where_there_are_any(n, effect, own, interaction):
    found = simulate_rescue(n, effect, own=own, interaction=interaction, experiments=EXPERIMENTS, seed=3)
    powers = two_groups_power(n, [effect, effect + interaction])
    assert found.own_controls == pytest.approx(float(seems_abolished(*powers)), abs=FOUR_SE)
    power = difference_of_differences_power(n, -interaction)
    assert found.interaction == pytest.approx(float(power), abs=FOUR_SE)
    # treated without the agent against treated with it: one more comparison of two groups
    direct = two_groups_power(n, -(own + interaction))
    assert found.direct == pytest.approx(float(direct), abs=FOUR_SE)
    if interaction == 0:
        assert found.interaction_either_way == pytest.approx(0.05, abs=FOUR_SE)


def test_simulated_shares_equal_tests_of_simulated_units():
    """Units drawn one by one, and put to scipy's t test and to least squares with an interaction."""
    n, effect, own, interaction = 5, 1.4, -0.6, -0.5
    rng = np.random.default_rng(4)
    b = 20_000
    u, ub, t, tb = (m + rng.standard_normal((b, n)) for m in (0, own, effect, effect + own + interaction))

    def better(treated, untreated):
        found = stats.ttest_ind(treated, untreated, axis=1)
        return (found.pvalue < 0.05) & (found.statistic > 0)

    found = simulate_rescue(n, effect, own=own, interaction=interaction, experiments=EXPERIMENTS, seed=5)
    wide = 4 * np.sqrt(0.25 / b + 0.25 / EXPERIMENTS)
    assert found.own_controls == pytest.approx(np.mean(better(t, u) & ~better(tb, ub)), abs=wide)
    assert found.shared_control == pytest.approx(np.mean(better(t, u) & ~better(tb, u)), abs=wide)
    assert found.direct == pytest.approx(np.mean(better(t, tb)), abs=wide)
    # the difference of differences is the interaction of least squares; its t on one experiment
    y = np.concatenate([u[0], ub[0], t[0], tb[0]])
    one = DataFrame({"y": y, "a": np.repeat([0, 0, 1, 1], n), "b": np.repeat([0, 1, 0, 1], n)})
    fit = smf.ols("y ~ a * b", one).fit()
    pooled = np.mean([np.var(x[0], ddof=1) for x in (u, ub, t, tb)])
    ours = (tb[0].mean() - ub[0].mean() - t[0].mean() + u[0].mean()) / np.sqrt(4 * pooled / n)
    assert_allclose(fit.tvalues["a:b"], ours)
    assert fit.df_resid == 4 * (n - 1)


def test_an_agent_that_takes_the_same_from_every_unit_seems_to_abolish():
    """No interaction at all, and yet treated with the agent is where untreated without it was."""
    found = simulate_rescue(8, 2.0, own=-2.0, experiments=EXPERIMENTS, seed=6)
    power = float(two_groups_power(8, 2.0))
    assert found.shared_control > 0.9 * power > 0.85
    assert found.own_controls < 0.05
    assert found.interaction_either_way == pytest.approx(0.05, abs=FOUR_SE)


def test_the_same_seed_gives_the_same_shares():
    first, again, other = (simulate_rescue(4, 1.0, experiments=999, seed=seed) for seed in (1, 1, 2))
    assert first == again != other
    with pytest.raises(ValueError, match="at least two"):
        simulate_rescue(1, 1.0, experiments=9, seed=1)


@pytest.mark.parametrize(("n", "power"), [(3, 0.2), (8, 0.8), (40, 0.5)])
def test_the_effect_seen_has_its_power(n, power):
    assert float(two_groups_power(n, effect_seen(n, power))) == pytest.approx(power, abs=1e-6)


@pytest.mark.parametrize(("power", "own"), [(0.3, 0.0), (0.8, 0.0), (0.8, -1.0)])
def test_one_control_for_both_comparisons_in_large_groups(power, own):
    n = 400
    effect = effect_seen(n, power)
    found = simulate_rescue(n, effect, own=own * effect, experiments=EXPERIMENTS, seed=7)
    with_agent = float(two_groups_power(n, effect * (1 + own)))
    assert found.shared_control == pytest.approx(seems_abolished_one_control(power, with_agent), abs=FOUR_SE)


@given(st.floats(0.03, 0.99), st.floats(0.03, 0.99))
def test_one_control_makes_the_comparisons_go_together(first, second):
    shared = seems_abolished_one_control(first, second)
    assert max(0, first - second) - 1e-6 <= shared <= float(seems_abolished(first, second)) + 1e-6


@given(st.floats(0.03, 0.99), st.floats(-0.5, 1))
def test_power_left_of_a_share_of_the_effect(power, share):
    assert float(power_left(power, 1)) == pytest.approx(power)
    assert float(power_left(power, 0)) == pytest.approx(0.025)
    # by the t test of groups so large that it is normal
    n = 20_000  # effect_seen is found by search, to about 1e-4 of a chance
    assert float(power_left(power, share)) == pytest.approx(
        float(two_groups_power(n, share * effect_seen(n, power))), abs=1e-3
    )
