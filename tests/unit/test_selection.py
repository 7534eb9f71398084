"""Forward selection on noise: against a loop over statsmodels, and theory without selection."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats

from rederive.methods.selection import forward_selection, least_squares, noise_r2, simulate_noise
from rederive.printed import Printed


def one_at_a_time(X, y, keep, intercept):
    """Forward selection as anyone would write it: refit with every candidate, keep the best."""
    selected = []
    for _ in range(keep):
        rss = {}
        for j in set(range(X.shape[1])) - set(selected):
            columns = X[:, [*selected, j]]
            rss[j] = sm.OLS(y, sm.add_constant(columns, has_constant="add") if intercept else columns).fit().ssr
        selected.append(min(rss, key=rss.__getitem__))
    return selected


@settings(max_examples=25)
@given(
    st.integers(0, 10_000), st.integers(14, 40), st.integers(4, 8), st.floats(-3, 3), st.floats(-3, 3), st.booleans()
)
def test_many_at_once_equal_statsmodels_one_at_a_time(seed, n, candidates, outcome_mean, predictor_mean, intercept):
    rng = np.random.default_rng(seed)
    X, y = simulate_noise(3, n, candidates, rng, outcome_mean=outcome_mean, predictor_mean=predictor_mean)
    selected = forward_selection(X, y, 4, intercept=intercept)
    assert selected.tolist() == [one_at_a_time(x, outcome, 4, intercept) for x, outcome in zip(X, y, strict=True)]
    chosen = np.take_along_axis(X, selected[:, None, :], axis=2)
    fits = least_squares(chosen, y, intercept=intercept)
    for i in range(3):
        columns = sm.add_constant(chosen[i], has_constant="add") if intercept else chosen[i]
        theirs = sm.OLS(y[i], columns, hasconst=intercept).fit(method="qr")
        for ours, value in [
            (fits.r2[i], theirs.rsquared),
            (fits.adjusted_r2[i], theirs.rsquared_adj),
            (fits.f[i], theirs.fvalue),
            (fits.f_p[i], theirs.f_pvalue),
            (fits.coefficients[i], theirs.params[int(intercept) :]),
            (fits.se[i], theirs.bse[int(intercept) :]),
            (fits.p[i], theirs.pvalues[int(intercept) :]),
        ]:
            assert_allclose(ours, value, rtol=1e-8, atol=1e-12)


def test_keeping_every_candidate_keeps_every_candidate():
    X, y = simulate_noise(20, 15, 6, np.random.default_rng(2), predictor_mean=2)
    for intercept in (True, False):
        selected = forward_selection(X, y, 6, intercept=intercept)
        np.testing.assert_array_equal(np.sort(selected, axis=1), np.tile(np.arange(6), (20, 1)))


def test_the_inputs_are_left_as_they_were():
    X, y = simulate_noise(4, 12, 5, np.random.default_rng(0))
    before = X.copy(), y.copy()
    for intercept in (True, False):
        forward_selection(X, y, 3, intercept=intercept)
        least_squares(X, y, intercept=intercept)
    np.testing.assert_array_equal(X, before[0])
    np.testing.assert_array_equal(y, before[1])


def test_candidates_that_combine_others_are_never_added():
    X, y = simulate_noise(5, 20, 3, np.random.default_rng(1))
    X = np.concatenate([X, X.sum(axis=2, keepdims=True)], axis=2)
    assert all(len(set(row)) == 3 for row in forward_selection(X, y, 3).tolist())
    with pytest.raises(ValueError, match="at least 4 candidates"):
        forward_selection(X, y, 4)
    with pytest.raises(ValueError, match="at least 5 candidates"):
        forward_selection(X, y, 5)
    with pytest.raises(ValueError, match="more patients than coefficients, got 20 and 20"):
        least_squares(np.zeros((1, 20, 19)), y[:1])


def test_without_selection_r2_of_noise_follows_its_beta_distribution():
    """With k of k candidates kept, R² of normal noise is Beta(k/2, df/2), and p values are uniform."""
    X, y = simulate_noise(4000, 20, 5, np.random.default_rng(11))
    for intercept, df in [(True, 14), (False, 15)]:
        fit = least_squares(X, y, intercept=intercept)
        # a fixed seed; were it not, a share of 0.001 of all seeds would fail
        assert stats.kstest(fit.r2, stats.beta(2.5, df / 2).cdf).pvalue > 0.001
        assert stats.kstest(fit.f_p, "uniform").pvalue > 0.001
        assert stats.kstest(fit.p[:, 0], "uniform").pvalue > 0.001


HALF, HIGH = Printed.parse("0.50"), Printed.parse("0.87")


def noise(**changed):
    return noise_r2(
        **(
            {
                "n": 36,
                "candidates": [10, 20],
                "keep": 8,
                "printed_r2": HALF,
                "seed": 1,
                "datasets": 300,
            }
            | changed
        )
    )


def test_the_table_is_what_its_parts_say():
    row = (
        noise(outcome_mean=2, predictor_mean=1, printed_r2=HIGH).set_index(["candidates", "intercept"]).loc[(20, False)]
    )
    X, y = simulate_noise(300, 36, 20, np.random.default_rng([1, 20]), outcome_mean=2, predictor_mean=1)
    fits = []
    for x, outcome in zip(X[:40], y[:40], strict=True):
        selected = forward_selection(x[None], outcome[None], 8, intercept=False)[0]
        fits.append(sm.OLS(outcome, x[:, selected]).fit())
    selected = forward_selection(X, y, 8, intercept=False)
    fit = least_squares(np.take_along_axis(X, selected[:, None, :], axis=2), y, intercept=False)
    assert_allclose(fit.r2[:40], [f.rsquared for f in fits], rtol=1e-8)
    assert row["r2_50"] == np.median(fit.r2)
    assert row["r2_95"] == np.quantile(fit.r2, 0.95)
    assert row["adjusted_r2_50"] == np.median(fit.adjusted_r2)
    assert row["f_50"] == np.median(fit.f)
    assert 0.2 < row["reached"] < 0.8
    assert row["reached"] == np.mean(fit.r2 >= 0.865)
    limits = stats.binomtest(int(np.sum(fit.r2 >= 0.865)), 300).proportion_ci(method="exact")
    assert_allclose([row["reached_lower"], row["reached_upper"]], [limits.low, limits.high], rtol=1e-8)
    assert row["significant_mean"] == np.mean((fit.p < 0.05).sum(axis=1))
    assert row["significant_f"] == np.mean(fit.f_p < 0.05)


def test_same_seed_same_table_and_no_row_depends_on_the_others():
    both = noise()
    pd.testing.assert_frame_equal(both, noise())
    alone = noise(candidates=[20])
    pd.testing.assert_frame_equal(both[both["candidates"] == 20].reset_index(drop=True), alone)
    assert (noise(seed=2)["r2_50"] != both["r2_50"]).all()


def test_means_move_only_r2_without_an_intercept():
    near, far = noise(), noise(outcome_mean=3, predictor_mean=2)
    with_intercept = near["intercept"]
    assert_allclose(near[with_intercept].to_numpy(float), far[with_intercept].to_numpy(float), rtol=1e-8)
    assert (far.loc[~far["intercept"], "r2_50"] > near.loc[~near["intercept"], "r2_95"]).all()


def test_more_candidates_find_more_in_noise():
    found = noise(candidates=[8, 12, 20, 27])
    for _, rows in found.groupby("intercept"):
        assert rows["r2_50"].is_monotonic_increasing
        assert rows["significant_mean"].is_monotonic_increasing
    # eight of eight: nothing is selected, and 5% of coefficients are significant
    assert found.loc[found["candidates"] == 8, "significant_mean"].tolist() == pytest.approx([0.4, 0.4], abs=0.15)
