"""Sequential analysis: properties that must hold for any input, and probabilities computed another way."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.power import NormalIndPower

from rederive.methods import sequential
from rederive.methods.sequential import obrien_fleming_spending, pocock_spending
from rederive.verdicts import Verdict

Array = NDArray[np.float64]

alphas = st.floats(0.001, 0.2)
sides = st.sampled_from([1, 2])
spendings = st.sampled_from([obrien_fleming_spending, pocock_spending])
increasing = st.lists(st.floats(0.01, 1), min_size=1, max_size=8).map(np.cumsum)
looks = st.tuples(increasing, st.floats(0.3, 1.5)).map(lambda pair: pair[0] / pair[0][-1] * pair[1])
few = settings(max_examples=40, deadline=None)


def brownian_correlation(t: ArrayLike) -> Array:
    t = np.asarray(t, dtype=float)
    return np.asarray(np.sqrt(np.minimum.outer(t, t) / np.maximum.outer(t, t)))


def rectangle(t: list[float], drift: float, lower: list[float], upper: list[float]) -> float:
    """P(lower < Z < upper) at two looks, from scipy's bivariate normal distribution."""
    normal = stats.multivariate_normal(drift * np.sqrt(t), brownian_correlation(t))
    corners = [(upper[0], upper[1], 1), (lower[0], upper[1], -1), (upper[0], lower[1], -1), (lower[0], lower[1], 1)]
    return float(sum(sign * normal.cdf([np.clip(x, -30, 30), np.clip(y, -30, 30)]) for x, y, sign in corners))


# --- required information ------------------------------------------------------------------------------------------


def test_required_size_is_where_the_fixed_test_has_its_power() -> None:
    control, reduction, power = 0.3, 0.2, 0.9
    mean, difference = control * (1 - reduction / 2), control * reduction
    per_arm = NormalIndPower().solve_power(
        difference / math.sqrt(mean * (1 - mean)), alpha=0.025, power=power, alternative="larger"
    )
    size = sequential.required_information_size(control, reduction, power=power)
    assert size == pytest.approx(2 * per_arm, rel=1e-9)  # statsmodels finds it with a root finder


def test_required_information_is_the_squared_z_expected() -> None:
    information = sequential.required_information(math.log(0.8), power=0.9)
    expected_z = abs(math.log(0.8)) * np.sqrt(information)
    assert stats.norm.sf(stats.norm.isf(0.025) - expected_z) == pytest.approx(0.9, rel=1e-13)


@given(
    st.floats(0.02, 0.9), st.floats(0.02, 0.9), st.floats(0.3, 0.98), st.floats(0, 0.95), st.floats(1.01, 1.1)
)  # fmt: skip
def test_required_size_falls_with_the_effect_and_rises_with_power_and_diversity(
    control: float, reduction: float, power: float, diversity: float, more: float
) -> None:
    def size(reduction: float = reduction, power: float = power, diversity: float = diversity) -> float:
        return float(sequential.required_information_size(control, reduction, power=power, diversity=diversity))

    assert size(reduction=reduction * more) < size()
    assert size(power=min(power * more, (1 + power) / 2)) > size()
    assert size(diversity=1 - (1 - diversity) / more) == pytest.approx(size() * more, rel=1e-12)


def test_required_size_broadcasts() -> None:
    control, reduction = np.array([0.2, 0.3, 0.4]), np.array([[0.1], [0.2]])
    sizes = sequential.required_information_size(control, reduction, diversity=0.25)
    assert sizes.shape == (2, 3)
    assert sizes[1, 2] == sequential.required_information_size(0.4, 0.2, diversity=0.25)


@pytest.mark.parametrize(
    "impossible",
    [
        {"control_risk": 0.0}, {"control_risk": 1.0}, {"control_risk": math.nan}, {"relative_risk_reduction": 0.0},
        {"relative_risk_reduction": 1.2}, {"relative_risk_reduction": -3.0}, {"alpha": 0.0}, {"alpha": 1.0},
        {"power": 1.0}, {"power": 0.02}, {"diversity": 1.0}, {"diversity": -0.1},
    ],
)  # fmt: skip
def test_impossible_trials_are_refused(impossible: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"must|can show"):
        sequential.required_information_size(**{"control_risk": 0.3, "relative_risk_reduction": 0.2, **impossible})


@pytest.mark.parametrize("effect", [0.0, math.nan, math.inf])
def test_impossible_effects_are_refused(effect: float) -> None:
    with pytest.raises(ValueError, match="effect"):
        sequential.required_information(effect)


# --- cumulative meta-analysis --------------------------------------------------------------------------------------

trials = st.lists(st.tuples(st.floats(-2, 2), st.floats(0.01, 2)), min_size=2, max_size=8).map(
    lambda rows: tuple(np.array(rows).T)
)


@given(trials)
@few
def test_cumulative_z_and_diversity_are_those_of_statsmodels(data: tuple[Array, Array]) -> None:
    effects, variances = data
    fixed, random = sequential.cumulative_z(effects, variances), sequential.cumulative_z(effects, variances, "DL")
    assert random[0] == fixed[0] == pytest.approx(effects[0] / math.sqrt(variances[0]), rel=1e-14)
    for k in range(2, len(effects) + 1):
        y, v = effects[:k], variances[:k]
        q = np.sum((y - np.average(y, weights=1 / v)) ** 2 / v)
        assert fixed[k - 1] == pytest.approx(np.sum(y / v) / math.sqrt(np.sum(1 / v)), rel=1e-11, abs=1e-12)
        d2 = sequential.diversity(y, v)
        if q <= k - 1:  # statsmodels would let tau^2 be negative
            assert random[k - 1] == pytest.approx(fixed[k - 1], rel=1e-12, abs=1e-14)
            assert d2 == pytest.approx(0, abs=1e-14)
        else:
            theirs = combine_effects(y, v, method_re="chi2")
            # tau^2 is a difference, and statsmodels sums it in another order
            z = theirs.mean_effect_re / theirs.sd_eff_w_re
            assert random[k - 1] == pytest.approx(z, rel=1e-10, abs=1e-11)
            assert d2 == pytest.approx(1 - (theirs.sd_eff_w_fe / theirs.sd_eff_w_re) ** 2, rel=1e-10, abs=1e-11)


def test_diversity_of_equal_variances_is_the_share_of_tau2() -> None:
    assert sequential.diversity([0.1, 0.2, 0.9], [0.3, 0.3, 0.3], tau2=0.1) == pytest.approx(0.25, rel=1e-14)
    assert sequential.diversity([0.1, 0.2, 0.9], [0.3, 0.2, 0.3], tau2=0) == 0


@pytest.mark.parametrize(
    ("effects", "variances", "tau2"),
    [([], [], 0), ([1.0], [1.0, 2.0], 0), ([1.0], [0.0], 0), ([1.0], [1.0], -0.1), ([math.nan], [1.0], 0),
     ([1.0], [math.inf], 0), ([1.0], [1.0], "REML")],
)  # fmt: skip
def test_impossible_meta_analyses_are_refused(effects: list[float], variances: list[float], tau2: float) -> None:
    for function in (sequential.cumulative_z, sequential.diversity):
        with pytest.raises(ValueError, match=r"must|give|is a number"):
            function(effects, variances, tau2)


# --- spending ------------------------------------------------------------------------------------------------------


@given(spendings, alphas, st.lists(st.floats(0, 2), min_size=2))
def test_spending_rises_from_nothing_to_alpha(
    spending: Callable[[ArrayLike, float], Array], alpha: float, t: list[float]
) -> None:
    spent = spending(sorted(t), alpha)
    assert np.all(np.diff(spent) >= 0)
    assert np.all(spent <= alpha * (1 + 1e-15))
    assert spending(0, alpha) == 0
    np.testing.assert_allclose(spending([1, 1.5], alpha), alpha, rtol=1e-14)


def test_obrien_fleming_saves_for_the_end_and_pocock_does_not() -> None:
    assert obrien_fleming_spending(0.25, 0.05) == pytest.approx(2 * stats.norm.sf(2 * stats.norm.isf(0.025)), rel=1e-13)
    assert pocock_spending((math.e**0.5 - 1) / (math.e - 1), 0.05) == pytest.approx(0.025, rel=1e-14)


@pytest.mark.parametrize("spending", [obrien_fleming_spending, pocock_spending])
def test_impossible_spending_is_refused(spending: Callable[[ArrayLike, float], Array]) -> None:
    for t, alpha in [(-0.1, 0.05), (0.5, 0.0), (0.5, 1.0), (math.nan, 0.05)]:
        with pytest.raises(ValueError, match=r"must|cannot"):
            spending(t, alpha)


# --- boundaries ----------------------------------------------------------------------------------------------------


@given(looks, alphas, sides, spendings)
@few
def test_exit_probabilities_are_what_the_spending_function_releases(
    t: Array, alpha: float, sided: sequential.Sides, spending: sequential.Spending
) -> None:
    critical = sequential.boundaries(t, alpha, sided, spending)
    exits = sequential.exit_probabilities(
        t, critical, sided=sided, refinement=2
    )  # other nodes than those of the search
    released = np.diff(spending(t, alpha / sided), prepend=0)
    np.testing.assert_allclose(exits.upper, released, rtol=1e-11, atol=1e-290)
    np.testing.assert_allclose(exits.lower, released if sided == 2 else 0 * released, rtol=1e-11, atol=1e-290)
    assert exits.efficacy.sum() == pytest.approx(sided * spending(t[-1], alpha / sided), rel=1e-12)


@given(looks, alphas, sides, spendings)
@few
def test_doubling_the_nodes_changes_nothing(
    t: Array, alpha: float, sided: sequential.Sides, spending: sequential.Spending
) -> None:
    once, twice = (sequential.boundaries(t, alpha, sided, spending, refinement) for refinement in (1, 2))
    np.testing.assert_allclose(twice, once, rtol=0, atol=1e-11)  # no more than rounding error: see the next test


def test_convergence_is_spectral() -> None:
    t = [0.02, 0.021, 0.5, 0.5001, 1]
    finest = sequential.boundaries(t, spending=pocock_spending, refinement=4)
    coarse, default = (
        np.max(np.abs(sequential.boundaries(t, spending=pocock_spending, refinement=r) - finest)) for r in (0.3, 1)
    )
    assert coarse > 1e-10 > 1e-13 > default


@given(alphas, sides, spendings, st.floats(0.05, 1.5))
def test_one_look_is_the_normal_quantile(
    alpha: float, sided: sequential.Sides, spending: sequential.Spending, t: float
) -> None:
    (critical,) = sequential.boundaries([t], alpha, sided, spending)
    assert critical == pytest.approx(stats.norm.isf(float(spending(t, alpha / sided))), abs=1e-12)


@given(looks, alphas, sides, spendings, st.floats(0.1, 0.9))
@few
def test_one_more_look_raises_the_last_boundary(
    t: Array, alpha: float, sided: sequential.Sides, spending: sequential.Spending, where: float
) -> None:
    t = t / t[-1]
    extra = where * t[0]
    fewer, more = (sequential.boundaries(x, alpha, sided, spending) for x in (t, [extra, *t]))
    assert more[-1] >= fewer[-1] - 1e-12
    if spending(extra, alpha / sided) > 1e-6:
        assert more[-1] > fewer[-1]


def test_a_look_that_spends_nothing_changes_nothing() -> None:
    t = [0.3, 0.7, 1]
    with_early = sequential.boundaries([0.001, *t])
    assert with_early[0] == math.inf
    np.testing.assert_array_equal(with_early[1:], sequential.boundaries(t))


def test_nothing_is_left_after_the_required_information() -> None:
    critical = sequential.boundaries([0.5, 1.1, 1.4])
    assert np.isfinite(critical[1])
    assert critical[2] == math.inf
    assert sequential.exit_probabilities([0.5, 1.1, 1.4], critical).efficacy.sum() == pytest.approx(0.05, rel=1e-12)


def test_very_early_boundaries_are_computed_not_capped() -> None:
    critical = sequential.boundaries([0.005, 0.01, 1])
    first = stats.norm.isf(stats.norm.sf(stats.norm.isf(0.0125) / math.sqrt(0.005)) * 2)
    assert critical[0] == pytest.approx(first, rel=1e-13)
    assert critical[0] > 31
    assert 20 < critical[1] < critical[0]
    assert critical[2] == pytest.approx(stats.norm.isf(0.025), abs=1e-12)


def test_spending_one_two_sided_function_gives_lower_boundaries() -> None:
    def shared(t: ArrayLike, alpha: float) -> Array:
        return obrien_fleming_spending(t, 2 * alpha) / 2

    early = [0.25, 0.5, 1]
    assert np.all(sequential.boundaries(early, spending=shared)[:2] < sequential.boundaries(early)[:2])
    np.testing.assert_array_equal(
        sequential.boundaries(early, spending=lambda t, a: pocock_spending(t, 2 * a) / 2),
        sequential.boundaries(early, spending=pocock_spending),
    )


@pytest.mark.parametrize(
    "impossible",
    [
        {"information_rates": []}, {"information_rates": [0, 1]}, {"information_rates": [0.5, 0.5]},
        {"information_rates": [0.5, 0.500001]}, {"information_rates": [0.5, math.nan]}, {"information_rates": 0.5},
        {"alpha": 0.0}, {"alpha": 1.0}, {"sided": 3}, {"spending": lambda t, alpha: alpha * (1 - np.asarray(t) / 2)},
    ],
)  # fmt: skip
def test_impossible_boundaries_are_refused(impossible: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"must|look|sides"):
        sequential.boundaries(**{"information_rates": [0.5, 1.0], **impossible})  # type: ignore[arg-type]


# --- exit probabilities and futility, computed another way -----------------------------------------------------------


@given(st.floats(0.05, 0.95), st.floats(0.5, 4), st.floats(0.5, 4), st.floats(0, 0.99), st.floats(-3, 5))
@few
def test_two_look_exits_are_bivariate_normal_probabilities(
    t1: float, c1: float, c2: float, inner: float, drift: float
) -> None:
    t, a1 = [t1, 1.0], inner * c1
    exits = sequential.exit_probabilities(t, [c1, c2], drift, [a1, c2])
    go_on = [(-c1, -a1), (a1, c1)]
    for computed, (low, high) in [
        (exits.upper, (c2, math.inf)), (exits.lower, (-math.inf, -c2)), (exits.futility, (-c2, c2))
    ]:  # fmt: skip
        expected = sum(rectangle(t, drift, [left, low], [right, high]) for left, right in go_on)
        assert computed[1] == pytest.approx(expected, rel=0, abs=1e-12)
    assert exits.efficacy.sum() + exits.futility.sum() == pytest.approx(1, abs=1e-12)

    one_sided = sequential.exit_probabilities(t, [c1, c2], drift, [-a1, c2], sided=1)
    assert one_sided.upper[1] == pytest.approx(rectangle(t, drift, [-a1, c2], [c1, math.inf]), rel=0, abs=1e-12)
    assert one_sided.upper[0] == pytest.approx(stats.norm.sf(c1 - drift * math.sqrt(t1)), abs=1e-14)
    assert one_sided.upper.sum() + one_sided.futility.sum() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("drift", [0.0, 2.8])
def test_four_look_exits_are_multivariate_normal_probabilities(drift: float) -> None:
    t = np.array([0.2, 0.35, 0.8, 1.0])
    critical = sequential.boundaries(t, spending=pocock_spending)
    survived = 1.0
    for k, exit_probability in enumerate(sequential.exit_probabilities(t, critical, drift).efficacy, start=1):
        mean, correlation = drift * np.sqrt(t[:k]), brownian_correlation(t[:k])
        remaining = stats.multivariate_normal.cdf(
            critical[:k], mean, correlation, lower_limit=-critical[:k], abseps=1e-8, maxpts=400_000, rng=1
        )
        # scipy integrates more than two dimensions by quasi-Monte Carlo
        assert exit_probability == pytest.approx(survived - remaining, abs=1e-6)
        survived = float(remaining)


def test_a_limit_no_normal_variable_reaches_is_no_limit() -> None:
    t = [0.4, 1]
    far, none = (sequential.exit_probabilities(t, [c, 2], 1.0) for c in (1e9, math.inf))
    np.testing.assert_allclose(far.upper, none.upper, atol=1e-14)
    assert none.upper[1] == pytest.approx(stats.norm.sf(1), abs=1e-15)


@given(looks, st.floats(0.005, 0.1), st.floats(0.6, 0.95), sides, spendings, spendings)
@settings(max_examples=25, deadline=None)
def test_futility_spends_the_type_two_error(
    t: Array,
    alpha: float,
    power: float,
    sided: sequential.Sides,
    spending: sequential.Spending,
    beta: sequential.Spending,
) -> None:
    t = t / t[-1]
    t[-1] = 1
    design = sequential.futility_boundaries(t, alpha, power, sided, spending, beta)
    exits = sequential.exit_probabilities(t, design.critical, design.drift, design.futility, sided, refinement=2)
    stopped_early = design.futility < design.critical
    released = np.diff(beta(t, 1 - power), prepend=0)
    assume(np.all(stopped_early[:-1]))
    np.testing.assert_allclose(exits.futility, released, rtol=1e-9, atol=1e-12)
    assert exits.efficacy.sum() == pytest.approx(power, abs=1e-11)
    assert design.futility[-1] == design.critical[-1]
    np.testing.assert_array_equal(design.critical, sequential.boundaries(t, alpha, sided, spending))  # non-binding
    obeyed = sequential.exit_probabilities(t, design.critical, 0, design.futility, sided)
    assert obeyed.efficacy.sum() <= alpha * (1 + 1e-12)


def test_one_look_leaves_the_fixed_sample_drift() -> None:
    design = sequential.futility_boundaries([1.0], alpha=0.025, power=0.9, sided=1)
    assert design.drift == pytest.approx(stats.norm.isf(0.025) - stats.norm.isf(0.9), rel=1e-12)


@pytest.mark.parametrize("sided", [1, 2])
def test_futility_by_simulation(sided: sequential.Sides) -> None:
    t = np.array([0.3, 0.6, 0.8, 1.0])
    design = sequential.futility_boundaries(t, 0.05, 0.8, sided, beta_spending=pocock_spending)
    expected = sequential.exit_probabilities(t, design.critical, design.drift, design.futility, sided)
    trials, steps = 400_000, np.diff(t, prepend=0)
    increments = np.random.default_rng(20).normal(design.drift * steps, np.sqrt(steps), (trials, len(t)))
    z = np.cumsum(increments, axis=1) / np.sqrt(t)
    efficacy = (np.abs(z) if sided == 2 else z) > design.critical
    futile = (np.abs(z) if sided == 2 else z) < design.futility
    first = np.argmax(efficacy | futile, axis=1)  # the last look always decides
    assert np.all((efficacy | futile)[:, -1])
    for mask, probability in [(efficacy, expected.efficacy), (futile, expected.futility)]:
        observed = np.bincount(first[mask[np.arange(trials), first]], minlength=len(t)) / trials
        # 5 standard errors: a false alarm once in 200,000 seeds
        assert np.all(np.abs(observed - probability) < 5 * np.sqrt(probability * (1 - probability) / trials) + 1e-9)


@pytest.mark.parametrize(
    "impossible",
    [{"information_rates": [0.5, 0.9]}, {"power": 0.04}, {"power": 1.0}, {"sided": 0}, {"alpha": 0.0},
     {"beta_spending": lambda t, beta: np.minimum(2 * np.asarray(t), 1) * beta}],
)  # fmt: skip
def test_impossible_futility_is_refused(impossible: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"must|sides"):
        sequential.futility_boundaries(**{"information_rates": [0.5, 1.0], **impossible})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("critical", "futility", "sided"),
    [([2.0], None, 2), ([2.0, -1.0], None, 2), ([2.0, math.nan], None, 2), ([2.0, 2.0], [0.0], 2),
     ([2.0, 2.0], [2.5, 0.0], 1), ([2.0, 2.0], [math.nan, 0.0], 1), ([2.0, 2.0], None, 4)],
)  # fmt: skip
def test_impossible_exits_are_refused(
    critical: list[float], futility: list[float] | None, sided: sequential.Sides
) -> None:
    with pytest.raises(ValueError, match=r"give|must|sides"):
        sequential.exit_probabilities([0.5, 1.0], critical, 0.0, futility, sided)


# --- adjusted intervals --------------------------------------------------------------------------------------------


@given(st.floats(-2, 2), st.floats(0.01, 2), st.floats(0.5, 9))
def test_the_interval_excludes_zero_when_z_crosses(estimate: float, se: float, boundary: float) -> None:
    lower, upper = sequential.adjusted_interval(estimate, se, boundary)
    assume(abs(abs(estimate / se) - boundary) > 1e-9)
    assert (lower > 0 or upper < 0) == (abs(estimate / se) > boundary)
    assert float(upper - lower) == pytest.approx(2 * boundary * se, rel=1e-9)


def test_intervals_broadcast_and_refuse_what_cannot_be() -> None:
    lower, upper = sequential.adjusted_interval([0.1, 0.2], 0.1, [math.inf, 2])
    np.testing.assert_allclose([lower, upper], [[-math.inf, 0], [math.inf, 0.4]], atol=1e-15)
    for se, boundary in [(0.0, 2.0), (1.0, -1.0), (math.nan, 2.0)]:
        with pytest.raises(ValueError, match="must"):
            sequential.adjusted_interval(0.0, se, boundary)


# --- what a given number of participants can answer ----------------------------------------------------------------


@given(st.floats(0.1, 0.6), st.floats(0.7, 0.95), st.floats(0, 0.5), st.integers(1000, 20000))
def test_the_detectable_reduction_needs_just_as_many_as_there_are(
    control_risk: float, power: float, diversity: float, n: int
) -> None:
    reduction = sequential.detectable_reduction(n, control_risk, power, diversity)
    assert sequential.required_information_size(control_risk, reduction, 0.05, power, diversity) == pytest.approx(
        n, rel=1e-6
    )


def test_too_few_for_anything_is_said_to_be_so() -> None:
    with pytest.raises(ValueError, match="too few"):
        sequential.detectable_reduction(5, 0.1)
    just_enough = float(sequential.required_information_size(0.1, 1.0))
    assert sequential.detectable_reduction(just_enough, 0.1) == 1


def test_the_sample_size_is_asked_with_the_power_assumed() -> None:
    rows = pd.DataFrame({"control_risk": 0.4, "reduction": 0.2, "power": [0.8, 0.9], "diversity": 0.0})
    required = [float(sequential.required_information_size(0.4, 0.2, power=power)) for power in (0.8, 0.9)]
    found = sequential.judge_sample_size(1000, rows).recomputed["patients_required"]
    assert (found.lower, found.upper) == pytest.approx(tuple(required))


@pytest.mark.parametrize("looks", [1, 5, 11])
def test_the_information_to_cross_is_where_the_boundary_passes(looks: int) -> None:
    share = sequential.information_to_cross(2.9, looks)
    assert sequential.boundaries(np.linspace(share / looks, share, looks))[-1] == pytest.approx(2.9, abs=1e-9)
    assert sequential.boundaries(np.linspace(share / looks, share, looks) * 0.99)[-1] > 2.9


def test_one_look_crosses_where_the_spending_function_says() -> None:
    """At a single look the error spent is the tail beyond the boundary: two closed forms of one number."""
    share = sequential.information_to_cross(2.9)
    assert obrien_fleming_spending(share, 0.025) == pytest.approx(stats.norm.sf(2.9), rel=1e-9)
    with pytest.raises(ValueError, match="nowhere"):
        sequential.information_to_cross(1.5)


def test_a_sample_is_too_few_under_some_assumptions_and_enough_under_others() -> None:
    rows = pd.DataFrame({"control_risk": [0.3, 0.3], "reduction": [0.1, 0.4], "power": 0.8, "diversity": 0.0})
    assert sequential.judge_sample_size(1927, rows).verdict is Verdict.POSSIBLE
    assert sequential.judge_sample_size(1927, rows.iloc[[1]]).verdict is Verdict.SILENT
