"""Simulated cohorts: what they assume is what they do.

Monte Carlo tolerances are four standard errors, so that one true statement in about 16,000 would fail; seeds are fixed.
"""

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from scipy import stats

from rederive.methods.cox import cox
from rederive.methods.simulate import CohortAssumptions, simulate_cohorts, summarise_cohorts

DEFAULT = CohortAssumptions()
FOLLOWED_FOR_EVER = replace(DEFAULT, cutoff=date(9000, 1, 1))

assumptions = st.builds(
    CohortAssumptions,
    patients=st.integers(1, 40),
    os_shape=st.sampled_from([1.0, 1.3, 2.0]),
    early_progression=st.sampled_from([0.0, 0.2, 11 / 36]),
    assessment_delay_days=st.sampled_from([0.0, 7.0, 20.0]),
    response_probability=st.sampled_from([0.0, 7 / 36, 0.3]),
    response_timing=st.sampled_from([(1.0,), (0.5, 0.25, 0.25), (0.0, 0.0, 1.0)]),
    days_per_cycle=st.sampled_from([14.0, 21.0, 28.0, 30.5]),
    cycle_limit=st.sampled_from([None, 2, 6]),
    stops_at_progression=st.booleans(),
    mean_days_to_stopping=st.sampled_from([20.0, 120.0, math.inf]),
)
sooner = st.builds(
    CohortAssumptions,
    patients=st.integers(1, 40),
    os_shape=st.sampled_from([0.75, 1.0, 1.3]),
    death_after_progression=st.sampled_from([3.0, 8.0, 50.0]),
    minimum_follow_up_days=st.sampled_from([42.0, 60.0, 90.0]),  # patients may progress before it
    stops_at_progression=st.booleans(),
)


@settings(max_examples=60)
@given(assumptions | sooner, st.integers(0, 2**32))
def test_every_cohort_is_possible(a, seed):
    c = simulate_cohorts(a, 4, seed)
    follow_up = (a.cutoff - a.enrolment_opens).days - c.entry_day
    assert all(value.shape == (4, a.patients) for name, value in vars(c).items() if name != "assumptions")
    assert (c.os_days >= a.minimum_follow_up_days).all()
    assert (c.pfs_days <= c.os_days).all()
    assert (c.os_days <= follow_up).all()
    assert (c.died == (c.os_days < follow_up)).all()
    assert (c.progressed_or_died == (c.pfs_days < follow_up)).all()
    assert (c.progressed_or_died | ~c.died).all()
    assert (c.cycles >= a.minimum_cycles).all()
    assert (c.cycles <= (a.cycle_limit or math.inf)).all()
    assert (c.response_day[c.response] < c.pfs_days[c.response]).all()
    assert (c.disease_control | ~c.response).all()
    assert (c.nlr > 0).all()
    last_cycle_day = (c.cycles - 1) * a.days_per_cycle
    assert (last_cycle_day < (c.pfs_days if a.stops_at_progression else c.os_days)).all()
    more_could_follow = (c.cycles < c.planned_cycles) & (c.cycles < (a.cycle_limit or math.inf))
    assert (last_cycle_day + a.days_per_cycle >= c.os_days)[more_could_follow].all()
    progressed_in_sight = c.progressed_or_died & (c.pfs_days < c.os_days)
    since_last = (c.pfs_days - c.first_assessment_day)[progressed_in_sight] / a.assessment_interval_days
    np.testing.assert_allclose(since_last, np.round(since_last), atol=1e-9)  # days near 1e3, so doubles to 1e-13


@pytest.mark.parametrize(
    "a",
    [
        DEFAULT,
        replace(DEFAULT, os_shape=1.5, early_progression=0.1),
        replace(DEFAULT, assessment_delay_days=20.0, early_progression=0.0),
        replace(DEFAULT, minimum_follow_up_days=22.0, pfs_median_days=100.0),
        replace(DEFAULT, death_after_progression=3.0),
        replace(DEFAULT, death_after_progression=6.0),
        replace(DEFAULT, death_after_progression=6.0, os_shape=0.75, minimum_follow_up_days=60.0),
        replace(DEFAULT, death_after_progression=0.5, early_progression=0.1, os_shape=2.0),
    ],
    ids=["default", "rising hazard", "delayed", "short follow-up", "3", "6", "6, falling hazard", "half"],
)
def test_medians_are_those_assumed(a):
    c = simulate_cohorts(replace(a, patients=40_000), 1, 11)
    for outcome, median in (("OS", a.os_median_days), ("PFS", a.pfs_median_days)):
        time, event = c.outcome(outcome)
        # without censoring the variance at the median is 1 / 4n; here fewer than a quarter are censored before it
        curve = KaplanMeierFitter().fit(time[0], event[0])
        assert (~event[0] & (time[0] < median)).mean() < 0.25
        assert float(curve.predict(median)) == pytest.approx(0.5, abs=4 * math.sqrt(1 / (4 * 0.75 * 40_000)))


def test_shares_are_those_assumed():
    n = 40_000  # patients; the largest error allowed below is 1%
    for changes in ({}, {"os_shape": 1.5, "early_progression": 0.1}, {"death_after_progression": 4.0}):
        a = replace(FOLLOWED_FOR_EVER, **changes)
        c = simulate_cohorts(replace(a, patients=n), 1, 12)
        for seen, expected in ((c.disease_control, 1 - a.early_progression), (c.response, a.response_probability)):
            assert seen.mean() == pytest.approx(expected, abs=4 * math.sqrt(expected * (1 - expected) / n))
        first = c.response_day[c.response].min()
        assert first == a.assessment_interval_days
        skewness_allowed = 4 * a.nlr_sd / math.sqrt(n)
        assert c.nlr.mean() == pytest.approx(a.nlr_mean, abs=skewness_allowed)
        assert np.log(c.nlr).std() == pytest.approx(math.sqrt(math.log1p((a.nlr_sd / a.nlr_mean) ** 2)), rel=0.02)


def test_planned_treatment_knows_nothing_of_death():
    c = simulate_cohorts(replace(FOLLOWED_FOR_EVER, patients=40_000), 1, 13)
    assert c.died.all()
    assert abs(stats.spearmanr(c.planned_cycles[0], c.os_days[0]).statistic) < 4 / math.sqrt(40_000)
    assert stats.spearmanr(c.cycles[0], c.os_days[0]).statistic > 20 / math.sqrt(40_000)  # the cycles received do


def survival_of_everyone(a, day):
    """Overall survival from its definition: a patient's hazard integrated in steps of a hundredth of a day."""
    step = 0.01
    midpoints = np.arange(a.minimum_follow_up_days, day, step) + step / 2
    k = a.os_shape
    unscaled = k * midpoints ** (k - 1) * step
    hazard = unscaled * a.cumulative_hazard_of_death(day) / unscaled.sum()
    assessments = a.assessment_interval_days * np.arange(1, math.floor(day / a.assessment_interval_days) + 1)
    alive, no_progression = 0.0, 1.0
    for number, progression in enumerate(assessments):
        chance = a.early_progression if number == 0 else -math.expm1(-a.later_progression_rate)
        pace = np.where(midpoints > progression, a.death_after_progression, 1.0)
        alive += no_progression * chance * math.exp(-(hazard * pace).sum())
        no_progression *= 1 - chance
    return alive + no_progression * math.exp(-hazard.sum())


@pytest.mark.parametrize("m", [0.5, 1.0, 3.0, 6.0, 50.0])
@pytest.mark.parametrize(
    "changes", [{}, {"os_shape": 1.7}, {"minimum_follow_up_days": 60.0}], ids=["even", "rising", "late inclusion"]
)
def test_half_are_alive_at_the_median_by_integration(m, changes):
    a = replace(DEFAULT, death_after_progression=m, early_progression=0.05, **changes)
    # the midpoint rule errs by the square of the step, and assessments fall between two steps
    assert survival_of_everyone(a, a.os_median_days) == pytest.approx(0.5, abs=1e-6)
    pfs = math.exp(-a.cumulative_hazard_of_death(a.pfs_median_days) - a.later_progression_rate * 2) * 0.95
    assert pfs == pytest.approx(0.5, abs=1e-12)


def test_death_comes_as_much_sooner_after_progression_as_assumed():
    for m in (1.0, 3.0):
        c = simulate_cohorts(replace(FOLLOWED_FOR_EVER, patients=4000, death_after_progression=m), 10, 14)
        progressed = c.pfs_days < c.os_days
        # from one day on, so that both groups are looked at over the same time
        day = 2 * c.assumptions.assessment_interval_days
        early = progressed & (c.pfs_days <= day)
        # the others are watched until they progress themselves
        time = np.where(early, c.os_days, c.pfs_days) - day
        fits = cox(time, ~progressed | early, early[..., None], included=c.os_days > day)
        standard_error = fits.log_hr.std(ddof=1) / math.sqrt(10)
        assert fits.log_hr.mean() == pytest.approx(math.log(m), abs=4 * standard_error)
        assert standard_error < 0.05


def test_without_a_change_at_progression_nothing_changes():
    almost = simulate_cohorts(replace(DEFAULT, death_after_progression=1 + 1e-12), 20, 3)
    same = simulate_cohorts(DEFAULT, 20, 3)
    # the root is found to about 1e-14 of itself, and a hazard that much higher moves no day by more
    np.testing.assert_allclose(almost.os_days, same.os_days, rtol=1e-10)
    np.testing.assert_array_equal(almost.died, same.died)


@settings(max_examples=150)
@given(
    st.fixed_dictionaries(
        {
            "patients": st.integers(1, 8),
            "os_median_days": st.floats(20, 1000),
            "os_shape": st.floats(0.05, 12),
            "pfs_median_days": st.floats(43, 400),
            "early_progression": st.floats(0, 0.6),
            "death_after_progression": st.floats(0.05, 100) | st.just(math.inf),
            "assessment_interval_days": st.floats(22, 100),
            "assessment_delay_days": st.sampled_from([0.0, 0.0, 5.0]),
            "response_probability": st.floats(0, 0.5),
            "minimum_follow_up_days": st.floats(22, 100),
        }
    ),
    st.integers(0, 2**32),
)
def test_assumptions_are_refused_or_give_finite_cohorts(changes, seed):
    refusal = ""
    try:
        a = replace(DEFAULT, **changes)
    except ValueError as error:
        refusal = str(error)
    assert "signs" not in refusal  # as the root finder would complain; a refusal names what was assumed
    if refusal:
        return
    c = simulate_cohorts(a, 3, seed)
    for name in ("os_days", "pfs_days", "cycles", "nlr", "first_assessment_day"):
        assert np.isfinite(getattr(c, name)).all()
    assert (a.minimum_follow_up_days <= c.os_days).all()
    assert (c.pfs_days <= c.os_days).all()
    assert a.later_progression_rate >= 0
    assert 0 <= a.would_respond <= 1


def test_two_assumptions_are_compared_on_the_same_patients():
    one, other = (simulate_cohorts(replace(DEFAULT, days_per_cycle=d), 3, 7) for d in (14.0, 28.0))
    np.testing.assert_array_equal(one.os_days, other.os_days)
    np.testing.assert_array_equal(one.nlr, other.nlr)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"patients": 0}, "patients cannot be 0"),
        ({"os_shape": -1.0}, "os_shape cannot be"),
        ({"os_shape": math.nan}, "os_shape cannot be"),
        ({"os_shape": 1000.0}, "os_shape cannot be"),
        ({"death_after_progression": 0.0}, "death_after_progression cannot be"),
        ({"death_after_progression": math.inf}, "death_after_progression cannot be"),
        ({"death_after_progression": 2.0, "assessment_delay_days": 7.0}, "needs a death_after_progression of 1"),
        ({"death_after_progression": 0.5}, "shorter than pfs_median_days"),
        ({"os_median_days": 30.0}, "nobody included dies"),
        ({"minimum_cycles": 3}, "minimum cycles must end before"),
        ({"cycle_limit": 1}, "cycle_limit is below"),
        ({"early_progression": 1.0}, "chance"),
        ({"response_timing": (1.5, -0.5)}, "chance"),
        ({"response_timing": (0.5, 0.4)}, "add up to 1"),
        ({"assessment_delay_days": 30.0}, "beyond pfs_median_days"),
        ({"early_progression": 0.4}, "shorter than pfs_median_days"),
        ({"pfs_median_days": 60.0}, "second assessment"),
        ({"response_probability": 0.8}, "too few patients"),
        ({"cutoff": date(2023, 9, 1)}, "enrolment must"),
    ],
)
def test_assumptions_no_cohort_can_meet(changes, message):
    with pytest.raises(ValueError, match=message):
        replace(DEFAULT, **changes)


def test_a_summary_of_cohorts():
    c = simulate_cohorts(DEFAULT, 50, 1)
    summary = summarise_cohorts(c)
    assert summary["deaths"] == c.died.sum() / 50
    assert summary["SD of cycles"] == pytest.approx(np.mean([np.std(row, ddof=1) for row in c.cycles]))
    rough = [1 / math.sqrt(d.sum() * np.var(x, ddof=1)) for d, x in zip(c.died, c.cycles, strict=True)]
    assert summary["rough SE of cycles"] == pytest.approx(np.median(rough))
    # and it is what it says: near the fitted one where cycles are a number drawn at baseline
    drawn = np.random.default_rng(1).permuted(c.cycles, axis=1)[..., None]
    assert summary["rough SE of cycles"] == pytest.approx(np.median(cox(c.os_days, c.died, drawn).se), rel=0.15)
