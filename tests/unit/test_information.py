"""What standard errors say about people and trials: against enumeration and random meta-analyses."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rederive.checks.information import heterogeneity_ceiling, information_share, minimum_events, smallest_se
from rederive.methods.pooling import heterogeneity, inverse_variance
from rederive.printed import Interval


def every_table(n):
    """All tables of n people without an empty cell: cells a, b, c, d."""
    cells = np.array(
        [(a, b, c, n - a - b - c) for a in range(1, n) for b in range(1, n - a) for c in range(1, n - a - b)]
    )
    return cells[(cells > 0).all(axis=1)].T.astype(float)


@pytest.mark.parametrize("n", [8, 21, 40])
def test_no_table_beats_the_information_ceiling_or_the_minimum_of_events(n):
    a, b, c, d = every_table(n)
    effect, se = np.log(a * d / (b * c)), np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    assert (se >= smallest_se(n, effect) * (1 - 1e-12)).all()
    assert (a + c >= minimum_events(se)).all()
    rr, rr_se = np.log(a / (a + b) * (c + d) / c), np.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))
    assert (rr_se >= smallest_se(n, rr, "RR") * (1 - 1e-9)).all()
    if n == 40:  # and the ceiling is attained, so it cannot be lowered
        assert np.min(se / smallest_se(n, effect)) == pytest.approx(1, abs=1e-12)


def test_the_ceiling_for_a_hazard_ratio_is_everybody_dying():
    assert smallest_se(100, 0.5, "HR") == pytest.approx(0.2)
    assert minimum_events(smallest_se(100, 0.0, "HR")) == 100


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(3, 12))
def test_no_pooled_odds_ratio_is_more_heterogeneous_than_its_ceiling(seed, k):
    rng = np.random.default_rng(seed)
    n1, n0 = rng.integers(5, 300, (2, k))
    risk = rng.uniform(0.1, 0.9, (2, k))
    a, c = rng.binomial(n1, risk[0]), rng.binomial(n0, risk[1])
    empty = (a == 0) | (c == 0) | (a == n1) | (c == n0)
    a, b, c, d = (np.asarray(x, dtype=float) + 0.5 * empty for x in (a, n1 - a, c, n0 - c))
    effects, variances = np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d
    pooled, i2 = inverse_variance(effects, variances, "DL"), float(heterogeneity(effects, variances, "DL").i2)
    se, diversity = float(pooled.standard_error), 1 - 1 / np.sum(1 / variances) / float(pooled.standard_error) ** 2
    ceiling = heterogeneity_ceiling(se, k, int((n1 + n0).sum()))
    known = heterogeneity_ceiling(se, k, int((n1 + n0)[1:].sum()), variances[:1])
    assert pooled.tau2 <= known.tau2 + 1e-9 <= ceiling.tau2 + 2e-9
    assert i2 <= known.i2 + 1e-9
    assert diversity <= known.diversity + 1e-9


def test_a_ceiling_is_reached_by_equal_balanced_trials():
    se, k, m = 0.2, 5, 160
    found = heterogeneity_ceiling(se, k, k * m)
    variance = 16 / (m + 2)
    assert 1 / np.sqrt(k / (variance + found.tau2)) == pytest.approx(se, rel=1e-12)


def test_too_narrow_an_interval_is_said_to_be_so():
    with pytest.raises(ValueError, match="ceiling"):
        heterogeneity_ceiling(0.05, 11, 1927)
    with pytest.raises(ValueError, match="finite"):
        heterogeneity_ceiling(float("inf"), 11, 1927)
    with pytest.raises(ValueError, match="two trials"):
        heterogeneity_ceiling(0.2, 1, 1927)
    with pytest.raises(ValueError, match="fewer known"):
        heterogeneity_ceiling(0.2, 2, 1927, [0.1, 0.1])
    assert heterogeneity_ceiling(0.2, 2, 1927, [0.1]).tau2 > 0  # one unknown trial is enough


def test_half_of_everybody_responding_in_equal_arms_is_all_the_information_there_is():
    a = 50  # four cells of 50
    se = (4 / a) ** 0.5
    share = information_share(Interval(se, 2 * se), 4 * a)
    assert (share.lower, share.upper) == pytest.approx((0.25, 1))


@given(st.lists(st.tuples(*[st.integers(1, 60)] * 4), min_size=1, max_size=6))
def test_the_share_of_pooled_trials_is_the_mean_over_people_of_their_shares(tables):
    cells = np.array(tables, dtype=float)
    people, variances = cells.sum(axis=1), (1 / cells).sum(axis=1)
    pooled = np.sum(1 / variances) ** -0.5
    own = [information_share(Interval(v**0.5, v**0.5), int(m)).lower for v, m in zip(variances, people, strict=True)]
    share = information_share(Interval(pooled, pooled), int(people.sum()))
    assert share.lower == pytest.approx(np.average(own, weights=people))
    assert share.upper <= 1 + 1e-9
