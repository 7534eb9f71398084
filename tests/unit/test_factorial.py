"""Four arms: powers against scipy and simulation; definitions of synergy against each other.

Monte Carlo tolerances are four standard errors; seeds are fixed.
"""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import CoxPHFitter
from lifelines.statistics import logrank_test
from numpy.testing import assert_allclose
from pandas import DataFrame
from pandas.testing import assert_frame_equal
from scipy import stats

from rederive.methods.factorial import (
    FourArms,
    animals_needed,
    clustered_deaths,
    comparison_se,
    hazard_of_other_deaths,
    no_synergy,
    power_against_all,
    power_against_each,
    power_for_bliss,
    power_for_interaction,
    simulate_arms,
    simulated_chances,
    simulated_experiments,
    simulated_power_against_all,
)

ratio = st.floats(0.05, 1.0)
designs = st.builds(FourArms, ratio, ratio, ratio, st.floats(5, 100), st.floats(5, 300), st.sampled_from([0.0, 0.002]))


@given(st.lists(st.floats(10, 100), min_size=4, max_size=4), st.floats(0.5, 5), st.floats(10, 150))
def test_clustered_deaths_are_weibull(medians, shape, days):
    design = clustered_deaths(medians, shape, days)
    curves = [stats.weibull_min(shape, scale=m / math.log(2) ** (1 / shape)) for m in medians]
    assert_allclose([curve.median() for curve in curves], medians)
    assert_allclose(design.risks, [curve.cdf(days) for curve in curves], rtol=1e-7, atol=1e-12)
    # the ratio of hazards is the same on any day: here day 7 and the last one
    for day in (7.0, days):
        log_hazards = [curve.logpdf(day) - curve.logsf(day) for curve in curves]
        assert_allclose(design.log_hr, [log_hazards[3] - x for x in log_hazards[:3]], atol=1e-6)


def test_clustered_deaths_with_shape_one_are_constant_hazards():
    design, constant = clustered_deaths([30, 30 / 0.7, 30 / 0.7, 30 / 0.35], 1), FourArms(0.7, 0.7, 0.35)
    assert_allclose(design.hazards, constant.hazards)
    assert design.days == pytest.approx(constant.days)


def test_power_with_clustered_deaths_by_simulated_days():
    """Days of death drawn from Weibull distributions and put to lifelines, one experiment at a time."""
    medians, shape, n, experiments = [30, 40, 45, 70], 2.5, 8, 400
    rng = np.random.default_rng(16)
    won = 0
    for _ in range(experiments):
        days = [m * (rng.standard_exponential(n) / math.log(2)) ** (1 / shape) for m in medians]
        both = days[3]
        won += all(
            (found := logrank_test(np.minimum(both, 60), np.minimum(x, 60), both <= 60, x <= 60)).p_value < 0.05
            and found.test_statistic > 0
            and np.sum(both <= 60) / np.minimum(both, 60).sum() < np.sum(x <= 60) / np.minimum(x, 60).sum()
            for x in days[:3]
        )
    ours = simulated_power_against_all(clustered_deaths(medians, shape), n, 4000, 17)
    assert 0.2 < ours < 0.9
    assert won / experiments == pytest.approx(ours, abs=4 * math.sqrt(0.25 / experiments + 0.25 / 4000))


@settings(max_examples=30)
@given(designs, st.integers(3, 300))
def test_powers_by_scipy(design, n):
    d = n * design.risks
    covariance = np.diag(1 / d[:3]) + 1 / d[3]
    se = np.sqrt(np.diag(covariance))
    assert_allclose(comparison_se(design, n), se)
    z = stats.norm.isf(0.025)
    each = [stats.norm.cdf(-z * s, loc=b, scale=s) for b, s in zip(design.log_hr, se, strict=True)]
    assert_allclose(power_against_each(design, n), each)
    joint = stats.multivariate_normal(design.log_hr, covariance, seed=1).cdf(-z * se)
    assert float(power_against_all(design, n)) == pytest.approx(joint, abs=1e-4)  # scipy integrates at random points
    # between what independence would give and the hardest of the three; they share an arm, so they go together
    assert np.prod(each) - 1e-9 <= power_against_all(design, n) <= min(each) + 1e-9


def test_by_hand():
    """Ten animals an arm, control median 30 days, 60 days: a quarter of controls survive."""
    design = FourArms(0.7, 0.7, 0.35)
    assert design.risks[0] == pytest.approx(0.75)
    assert design.risks[1] == pytest.approx(1 - 0.25**0.7)
    assert design.risks[3] == pytest.approx(1 - 0.25**0.35)
    se = math.sqrt(1 / (10 * (1 - 0.25**0.7)) + 1 / (10 * (1 - 0.25**0.35)))
    assert comparison_se(design, 10)[1] == pytest.approx(se)
    assert power_against_each(design, 10)[1] == pytest.approx(stats.norm.cdf(math.log(2) / se - 1.959964))
    assert_allclose(comparison_se(design, [10, 40])[0], 2 * comparison_se(design, [10, 40])[1])


@given(ratio, ratio, st.floats(0.01, 0.99))
def test_definitions_of_no_synergy(hr_a, hr_b, risk):
    found = no_synergy(hr_a, hr_b, risk)
    survival = 1 - risk
    days = 1.0
    median = -math.log(2) / math.log(survival)
    bliss, log_hazards, hazards = (
        float(found[name]) for name in ("Bliss, deaths prevented", "log hazards add", "hazards add")
    )
    # each is 0 by its own definition, computed from the hazards and risks of four arms
    assert FourArms(hr_a, hr_b, log_hazards, median, days).log_interaction == pytest.approx(0, abs=1e-9)
    prevented = [1 - (1 - survival**hr) / risk for hr in (hr_a, hr_b, bliss)]
    assert 1 - prevented[2] == pytest.approx((1 - prevented[0]) * (1 - prevented[1]), rel=1e-6)
    assert FourArms(hr_a, hr_b, bliss, median, days).log_bliss == pytest.approx(0, abs=1e-6)
    if hazards > 0:
        assert survival**hazards * survival == pytest.approx(survival**hr_a * survival**hr_b)
    # for agents that do no harm the four always stand in this order
    assert hazards <= log_hazards + 1e-12
    assert log_hazards <= bliss + 1e-9
    assert bliss <= min(hr_a, hr_b) + 1e-9


@given(ratio, ratio, st.floats(5, 100), st.floats(5, 300))
def test_without_interaction_of_log_hazards_there_is_synergy_by_bliss(hr_a, hr_b, median, days):
    design = FourArms(hr_a, hr_b, hr_a * hr_b, median, days)
    assert design.log_interaction == pytest.approx(0, abs=1e-12)
    assert design.log_bliss <= 1e-9


@given(st.floats(0.1, 0.95), st.floats(0.1, 0.95))
def test_the_more_controls_die_the_more_bliss_sees_synergy(hr_a, hr_b):
    limits = no_synergy(hr_a, hr_b, np.linspace(0.01, 0.99, 99))["Bliss, deaths prevented"]
    assert np.all(np.diff(limits) > 0)


@given(st.floats(0.1, 0.95), st.floats(0.1, 0.95))
def test_the_definitions_meet_where_hardly_anybody_dies(hr_a, hr_b):
    rare = no_synergy(hr_a, hr_b, 1e-6)
    assert float(rare["Bliss, deaths prevented"]) == pytest.approx(float(rare["log hazards add"]), rel=1e-4)


def test_interaction_needs_four_times_the_animals_of_a_comparison_of_equal_size():
    """Nearly everybody dies, so all arms have n deaths: two arms of n against four arms of 2 n."""
    design = FourArms(0.8, 0.8, 0.4, days=math.inf)
    assert design.log_interaction == pytest.approx(math.log(0.4 / 0.64))
    alike = FourArms(1.0, 1.0, 0.4 / 0.64, days=math.inf)  # a comparison of the same size
    n = np.array([5, 20, 60])
    assert_allclose(power_for_interaction(design, 2 * n), power_against_each(alike, n)[:, 0])


@settings(max_examples=20)
@given(designs, st.floats(0.1, 0.95))
def test_animals_needed_is_the_smallest_number(design, wanted):
    def power(n):
        return power_against_all(design, n)

    needed = animals_needed(power, wanted, most=2000)
    if needed is None:
        assert power(2000) < wanted
    else:
        assert power(needed) >= wanted
        assert needed == 2 or power(needed - 1) < wanted


def test_animals_needed_where_none_are_enough():
    assert animals_needed(lambda n: np.asarray(0.0)) is None
    assert animals_needed(lambda n: np.asarray(1.0)) == 2
    assert animals_needed(lambda n: np.asarray(0.8 if n >= 50 else 0.5), 0.8, most=50) == 50  # just enough


def test_power_against_all_of_several_sizes_is_that_of_each():
    design, sizes = FourArms(0.7, 0.7, 0.35), [10, 40, 90]
    assert_allclose(power_against_all(design, sizes), [power_against_all(design, n) for n in sizes])


def test_other_deaths():
    hazard = hazard_of_other_deaths(0.75, 0.5, 210)
    assert 0.75 * math.exp(-hazard * 210) == pytest.approx(0.5)
    without, with_other = FourArms(0.7, 0.7, 0.35), FourArms(0.7, 0.7, 0.35, other_hazard=hazard)
    assert_allclose(with_other.hazards, without.hazards + hazard)
    assert np.all(np.abs(with_other.log_hr) < np.abs(without.log_hr))  # what all animals die of hides the difference


def test_simulated_deaths_are_those_expected():
    design = FourArms(0.6, 0.8, 0.3, 25, 70, 0.003)
    time, event = simulate_arms(design, 20, 20_000, 7)
    assert time.shape == event.shape == (20_000, 4, 20)
    assert np.all((time == 70) == ~event)
    share = event.mean((0, 2))
    assert_allclose(share, design.risks, atol=4 * 0.5 / math.sqrt(400_000))
    # hazard: deaths over animal-days
    assert_allclose(event.sum((0, 2)) / time.sum((0, 2)), design.hazards, rtol=0.01)


def test_simulated_experiments_equal_lifelines():
    """The same animals, one experiment at a time."""
    design = FourArms(0.6, 0.8, 0.3)
    n, experiments = 8, 12
    time, event = simulate_arms(design, n, experiments, 8)
    found = simulated_experiments(design, n, experiments, 8)
    for i in range(experiments):
        for j, other in enumerate(("control", "A", "B")):
            theirs = logrank_test(time[i, 3], time[i, j], event[i, 3], event[i, j])
            fewer = found.loc[i, f"log_hr_{other}"] < 0
            assert bool(found.loc[i, f"beats_{other}"]) == (theirs.p_value < 0.05 and fewer)
        if not found.loc[i, "estimated"]:
            assert not event[i].any(1).all()  # an arm in which nobody died
            continue
        arms = np.repeat(np.arange(4), n)
        animals = DataFrame({"t": time[i].ravel(), "d": event[i].ravel(), "a": arms % 2, "b": arms // 2})
        animals["ab"] = animals.a * animals.b
        fit = CoxPHFitter().fit(animals, "t", "d", fit_options={"precision": 1e-10})
        z = fit.params_["ab"] / fit.standard_errors_["ab"]
        assert bool(found.loc[i, "synergy"]) == (z < -1.959964)
    # and each pair on its own
    pair = DataFrame({"t": time[0, [1, 3]].ravel(), "d": event[0, [1, 3]].ravel(), "x": np.repeat([0, 1], n)})
    fit = CoxPHFitter().fit(pair, "t", "d", fit_options={"precision": 1e-10})
    assert found.loc[0, "log_hr_A"] == pytest.approx(fit.params_["x"], rel=1e-5)  # lifelines stops earlier


@pytest.mark.parametrize(("hr_both", "animals"), [(0.35, 100), (0.21, 60)])
def test_in_large_groups_simulation_and_formula_agree(hr_both, animals):
    design, experiments = FourArms(0.7, 0.7, hr_both), 1000
    found = simulated_experiments(design, animals, experiments, 9)
    # four standard errors, and 0.03 for what the formula leaves out; it shrinks with the number of animals
    wide = 4 * math.sqrt(0.25 / experiments) + 0.03
    beats = found.filter(like="beats_")
    assert_allclose(beats.mean(), power_against_each(design, animals), atol=wide)
    assert beats.all(axis=1).mean() == pytest.approx(float(power_against_all(design, animals)), abs=wide)
    assert found["synergy"].mean() == pytest.approx(float(power_for_interaction(design, animals)), abs=wide)
    assert found["estimated"].all()


def test_bliss_power_by_binomial_simulation():
    design, n, experiments = FourArms(0.7, 0.7, 0.21), 150, 20_000
    deaths = np.random.default_rng(10).binomial(n, design.risks, (experiments, 4))
    risk = deaths / n
    index = np.log(risk[:, 3] * risk[:, 0] / (risk[:, 1] * risk[:, 2]))
    z = index / np.sqrt(np.sum((1 - risk) / deaths, axis=1))
    simulated = np.mean(z < -1.959964)
    # the delta method is not exact
    assert simulated == pytest.approx(float(power_for_bliss(design, n)), abs=0.02)


def test_without_any_difference_nothing_is_found_too_often():
    design, experiments = FourArms(1, 1, 1), 4000
    found = simulated_experiments(design, 20, experiments, 11)
    four_se = 4 * math.sqrt(0.025 * 0.975 / experiments)
    assert_allclose(found.filter(like="beats_").mean(), 0.025, atol=four_se + 0.004)  # the test is a little too lenient
    assert found["synergy"].mean() < 0.025 + four_se
    assert float(power_against_all(design, 20)) < 0.025


def test_the_same_seed_gives_the_same_experiments_in_any_blocks(monkeypatch):
    design = FourArms(0.7, 0.7, 0.35)
    first = simulated_experiments(design, 6, 70, 12)
    monkeypatch.setattr("rederive.methods.factorial._BLOCK", 30)
    assert_frame_equal(first, simulated_experiments(design, 6, 70, 12), rtol=1e-9)
    assert not first.equals(simulated_experiments(design, 6, 70, 13))


def test_estimates_that_run_off():
    design = FourArms(0.7, 0.7, 0.02)
    found = simulated_experiments(design, 5, 200, 14)
    assert np.isneginf(found["log_hr_control"]).any()
    assert not found.loc[~found["estimated"], "synergy"].any()


def test_chances_are_those_of_the_experiments():
    design = FourArms(0.7, 0.6, 0.2)
    found, chances = simulated_experiments(design, 10, 400, 15), simulated_chances(design, 10, 400, 15)
    together = found["beats_control"] & found["beats_A"] & found["beats_B"]
    assert chances["beats_all"] == together.mean() > 0
    assert simulated_power_against_all(design, 10, 400, 15) == together.mean()
    assert chances["beats_B"] == found["beats_B"].mean()
    kept = found["log_hr_A"][found["beats_A"]]
    assert np.exp(np.median(kept)) == pytest.approx((0.2 / 0.7) ** chances["factor"])
    # significant estimates exaggerate, those of experiments in which everything is significant more so
    assert 1 < chances["factor"] <= chances["factor_if_all"]
