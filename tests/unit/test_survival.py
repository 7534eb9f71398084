"""Survival medians, follow-up and hazard ratios: against R's survival (survival.json), lifelines and enumeration."""

import json
import math
from collections import Counter
from fractions import Fraction
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from lifelines.utils import median_survival_times
from numpy.testing import assert_allclose

from agreement.times import medians, printed_fit, turns_up_again
from rederive.checks.ratios import check_ratio, midpoint_p
from rederive.checks.survival import (
    Band,
    confidence_band,
    events_per_variable,
    events_that_print,
    fewest_deaths_beside,
    fewest_deaths_to_upper_limit,
    follow_up_allows,
    implied_deaths,
    implied_sd,
    implied_se,
    information,
    judge_follow_up,
    judge_survival_median,
    kaplan_meier,
    median_and_limits,
    summarise_hazard_ratios,
    uncensored_ranks,
)
from rederive.claims import PrintedRatio, PrintedSurvivalMedian
from rederive.printed import Interval, Printed, print_number
from rederive.verdicts import Verdict

ORACLE = json.loads((Path(__file__).parents[1] / "oracle" / "survival.json").read_text())

OS = PrintedSurvivalMedian(median="9.6", lower="6.33", upper="19.67", n="36", unit="months")
PFS = PrintedSurvivalMedian(median="5.13", lower="2.97", upper="8.0", n="36", unit="months")
FOLLOW_UP = Printed.parse("13.7")
HAZARD_RATIOS = {
    "NLR, death": ("1.08", "1.009", "1.167", "0.029"),
    "cycles, death": ("0.844", "0.749", "0.951", "0.005"),
    "cycles, progression": ("0.869", "0.781", "0.968", "0.011"),
    "response, progression": ("0.041", "0.009", "0.192", "<0.001"),
}


def hazard_ratio(estimate, lower, upper, p=None):
    return PrintedRatio(measure="HR", estimate=estimate, lower=lower, upper=upper, p=p)


def medians_of(n, lower="2", median="3", upper="5"):
    return PrintedSurvivalMedian(median=median, lower=lower, upper=upper, n=str(n), unit="months")


def all_patterns(n):
    return np.array([[bool(k >> i & 1) for i in range(n)] for k in range(2**n)])


patterns = st.lists(st.booleans(), min_size=1, max_size=40)


# --------------------------------------------------------------------------------- Kaplan-Meier curves by pattern


def floats(values):
    return np.array([np.nan if x is None else x for x in values], dtype=float)


def test_the_grid_did_not_shrink():
    assert ORACLE["r"].startswith("R version 4.2.2")
    assert ORACLE["packages"]["survival"] == "3.5.3"
    assert Counter(case["conf_type"] for case in ORACLE["medians"]) == {"plain": 60, "log": 60, "log-log": 60}
    assert {case["level"] for case in ORACLE["medians"]} == {0.95, 0.8}
    assert len(ORACLE["cox"]) == 6
    survival = [floats(case["survival"]) for case in ORACLE["medians"]]
    assert sum(np.isclose(s, 0.5, rtol=1e-12).any() for s in survival) >= 30  # exactly one half
    assert sum(s[-1] == 0 for s in survival) >= 30  # the last patient dies
    assert sum(s[-1] > 0.5 for s in survival) >= 6  # no median
    assert sum(s[-1] == 1 for s in survival) >= 6  # nobody dies


def test_medians_and_limits_against_r():
    """Known disagreement: where a band turns up again, R's interpolation may name a later death; one of 180 cases."""
    turning = []
    for case in ORACLE["medians"]:
        ours, theirs = medians(case)
        if ours != theirs and turns_up_again(case):
            assert ours[:2] == theirs[:2]
            assert ours[2] < theirs[2]
            turning.append(case)
        else:
            assert ours == theirs
    assert len(turning) == 1


def test_before_the_first_death_our_log_log_band_is_1_and_rs_is_missing():
    told = 0
    for case in ORACLE["medians"]:
        survival, variance = kaplan_meier(case["status"])
        before = survival == 1
        lower, upper = confidence_band(survival, variance, Band(case["conf_type"]), case["level"])
        assert (lower[before] == 1).all()
        assert (upper[before] == 1).all()
        if case["conf_type"] == "log-log":
            assert np.isnan(floats(case["lower"])[before]).all()
            assert np.isnan(floats(case["upper"])[before]).all()
            told += before.sum()
    assert told > 50


@pytest.mark.parametrize("level", [0.95, 0.8])
def test_medians_and_limits_against_lifelines(level):
    rng = np.random.default_rng(36)
    compared = 0
    for n in (3, 9, 15, 36, 36, 51, 75):
        died = rng.random(n) < rng.choice([0.5, 0.8, 1.0])
        fitted = KaplanMeierFitter(alpha=1 - level).fit(np.arange(1, n + 1), died)
        curve = fitted.survival_function_.iloc[:, 0]
        if np.any((np.abs(curve - 0.5) < 1e-12) & (curve > 0.5)):
            continue  # an exact half missed by a last bit; see the docstring of median_and_limits
        ends = median_survival_times(fitted.confidence_interval_).to_numpy()[0]
        theirs = [ends[0], fitted.median_survival_time_, ends[1]]
        ours = [np.inf if x == n else int(x) + 1 for x in median_and_limits(died, level=level)]
        assert ours == theirs
        compared += 1
    assert compared >= 5


def test_lifelines_can_miss_an_exact_half():
    n = 18  # log survival, added up nine times, ends one last bit above log(1/2)
    fitted = KaplanMeierFitter().fit(np.arange(1, n + 1), np.ones(n))
    assert fitted.median_survival_time_ == 10
    assert uncensored_ranks(n)[1] == 9


@settings(max_examples=100)
@given(st.lists(patterns, min_size=1, max_size=5), st.sampled_from(list(Band)), st.booleans())
def test_one_call_answers_for_many_patterns_in_order(many, band, closes):
    n = max(map(len, many))
    died = np.array([row + [False] * (n - len(row)) for row in many])
    together = median_and_limits(died, band, closes=closes)
    for i, row in enumerate(died):
        alone = [int(x) for x in median_and_limits(row, band, closes=closes)]
        assert [int(x[i]) for x in together] == alone
        if closes or alone[2] < n:  # without a band where nobody survives, only the median may be reached
            assert alone == sorted(alone)
        assert all(x == n or row[x] for x in alone)  # limits are times of death


@settings(max_examples=100)
@given(patterns, st.sampled_from(list(Band)))
def test_exact_fractions_agree_with_the_curve(died, band):
    n, survival, exact = len(died), Fraction(1), []
    for i, event in enumerate(died):
        survival *= Fraction(n - i - 1, n - i) if event else 1
        exact.append(survival)
    expected = next((i for i, s in enumerate(exact) if s <= Fraction(1, 2)), n)
    assert int(median_and_limits(died, band)[1]) == expected
    assert_allclose(kaplan_meier(died)[0], [float(s) for s in exact], rtol=1e-12, atol=1e-12)


def test_ranks_without_censoring():
    assert uncensored_ranks(36) == (12, 18, 24)
    assert uncensored_ranks(36, Band.LOG) == (13, 18, 25)
    assert uncensored_ranks(36, Band.PLAIN) == (13, 18, 24)


# -------------------------------------------------------------------------- numbers of deaths that print a median


@pytest.mark.parametrize("band", list(Band))
@pytest.mark.parametrize("level", [0.95, 0.8])
def test_fewest_deaths_equal_all_patterns(band, level):
    for n in range(2, 13):
        died = all_patterns(n)
        survival, variance = kaplan_meier(died)
        upper = confidence_band(survival, variance, band, level)[1]
        reached = (upper <= 0.5 + 1e-12) & (survival > 0)
        deaths = np.cumsum(died, axis=1)[reached]
        assert fewest_deaths_to_upper_limit(n, band, level) == (deaths.min() if deaths.size else None)


@pytest.mark.parametrize("band", list(Band))
@pytest.mark.parametrize("closes", [True, False])
def test_events_that_print_agree_with_all_patterns(monkeypatch, band, closes):
    """The search for many patients, made to work on few: what it finds exists, what it calls impossible does not."""
    compared = Counter()
    for n, level in product((4, 8, 12), ("95%", "80%")):
        printed = medians_of(n).model_copy(update={"level": Printed.parse(level)})
        exhaustive = events_that_print(printed, band, closes=closes)["status"]
        assert set(exhaustive) <= {"found", "impossible"}
        with monkeypatch.context() as patched:
            patched.setattr("rederive.checks.survival.EXHAUSTIVE", 0)
            searched = events_that_print(printed, band, closes=closes)["status"]
        assert all(exhaustive[searched == "found"] == "found")
        assert all(exhaustive[searched == "impossible"] == "impossible")
        compared.update(searched)
    assert compared["found"] > 0
    assert compared["impossible"] > 0


def test_deaths_behind_the_printed_medians():
    for printed in (OS, PFS):
        found = events_that_print(printed)
        assert found.index[found["status"] == "found"].tolist() == list(range(3, 37))
        assert set(found["status"]) == {"found", "impossible"}
        uncensored = found[found["censored_early"] == 0]
        assert uncensored.index.tolist() == list(range(24, 37))
        assert set(map(tuple, uncensored[["lower", "median", "upper"]].to_numpy())) == {(12, 18, 24)}
    r_default = events_that_print(OS, Band.LOG, closes=False)["status"]
    assert r_default.index[r_default == "found"].tolist() == list(range(13, 37))
    assert set(r_default[:13]) == {"impossible"}


def test_medians_are_judged():
    finding = judge_survival_median(OS)
    assert finding.verdict is Verdict.POSSIBLE
    assert (finding.recomputed["fewest_events"], finding.recomputed["rank_upper"]) == (3, 24)
    assert judge_survival_median(medians_of(2)).verdict is Verdict.CONTRADICTED
    assert judge_survival_median(medians_of(1, "3", "3", "3")).verdict is Verdict.POSSIBLE
    # two digits more or less: one time can print both
    assert judge_survival_median(medians_of(1, "3", "3.0", "3.02")).verdict is Verdict.POSSIBLE


# --------------------------------------------------------------------------------- follow-up beside a median


@pytest.mark.parametrize("n", range(1, 11))
def test_the_median_of_all_times_exceeds_the_median_survival_in_one_case_only(n):
    """All patterns of up to ten patients at times 1, 2, 4, 8 ..., so that no gap is like another."""
    times = 2.0 ** np.arange(n)
    for died, median in zip(all_patterns(n), median_and_limits(all_patterns(n))[1], strict=True):
        exceeds = median < n and np.median(times) > times[median]
        first_half = n % 2 == 0 and died[: n // 2].all()
        assert exceeds == first_half
        if exceeds:
            assert times[n // 2] == 2 * np.median(times) - times[median]


@settings(max_examples=300)
@given(
    st.lists(st.tuples(st.integers(1, 400), st.booleans()), min_size=1, max_size=30),
    st.integers(0, 2),
)
def test_honest_follow_up_is_never_excluded(patients, decimals):
    """Random times and censorings, ties among them; deaths come before censorings at the same time."""
    patients = sorted(patients, key=lambda patient: (patient[0], not patient[1]))
    times, died = np.array([t for t, _ in patients]), np.array([d for _, d in patients])
    at = int(median_and_limits(died)[1])
    if at == len(times):
        return
    median = Fraction(int(times[at]), 30)
    follow_up = Fraction(float(np.median(times))) / 30
    texts = [print_number(x, decimals) for x in (median, follow_up)]
    if texts[0].value == 0:
        return
    printed = medians_of(len(times), *([texts[0].text] * 3))
    allows = follow_up_allows(printed, texts[1])
    assert allows.of_everybody
    if allows.first_half_dies:
        assert died[: len(times) // 2].all()
        assert Fraction(int(times[len(times) // 2]), 30) <= Fraction(allows.next_time.upper) + Fraction(1, 10**9)
        assert Fraction(int(times[len(times) // 2]), 30) >= Fraction(allows.next_time.lower) - Fraction(1, 10**9)


def test_the_printed_follow_up():
    allows = follow_up_allows(OS, FOLLOW_UP)
    assert (allows.of_everybody, allows.first_half_dies, allows.of_survivors) == (True, True, True)
    assert_allclose([allows.next_time.lower, allows.next_time.upper], [17.65, 17.95], rtol=1e-12)
    odd = OS.model_copy(update={"n": Printed.parse("35")})
    assert not follow_up_allows(odd, FOLLOW_UP).of_everybody
    sooner = OS.model_copy(update={"upper": Printed.parse("17.5")})  # before the next time could come
    assert not follow_up_allows(sooner, FOLLOW_UP).of_everybody
    assert follow_up_allows(OS, Printed.parse("9.6")) == follow_up_allows(OS, Printed.parse("9.60"))
    assert not follow_up_allows(OS, Printed.parse("9.6")).first_half_dies


def test_survivors_and_reverse_kaplan_meier_print_the_follow_up():
    """One data set, found and then checked by lifelines: everything printed about overall survival at once."""
    died = np.array([True] * 18 + [False] * 10 + [True] * 8)
    lower, median, upper = (int(x) for x in median_and_limits(died))
    times = np.interp(np.arange(36), [0, lower, median, 18, 27, upper, 35], [1, 6.33, 9.6, 13.7, 13.7, 19.67, 25])
    fitted = KaplanMeierFitter().fit(times, died)
    assert_allclose(fitted.median_survival_time_, 9.6)
    assert_allclose(median_survival_times(fitted.confidence_interval_).to_numpy()[0], [6.33, 19.67])
    assert_allclose(np.median(times[~died]), 13.7)
    assert_allclose(KaplanMeierFitter().fit(times, ~died).median_survival_time_, 13.7)


def test_reverse_kaplan_meier_needs_more_than_half_to_leave():
    """Six patients, four of them censored before anybody dies: the two left cannot die at three times."""
    early = Printed.parse("1")
    assert not follow_up_allows(medians_of(6), early).of_survivors
    assert follow_up_allows(medians_of(8), early).of_survivors


def test_follow_up_is_judged():
    finding = judge_follow_up(OS, FOLLOW_UP)
    assert finding.verdict is Verdict.POSSIBLE
    assert isinstance(finding.recomputed["next_time"], Interval)
    assert "18 shortest times all to be deaths" in finding.because
    odd = judge_follow_up(OS.model_copy(update={"n": Printed.parse("35")}), FOLLOW_UP)
    assert "is impossible" in odd.because
    assert "is not excluded" in judge_follow_up(OS, Printed.parse("8.1")).because
    assert finding.because.startswith(
        "13.7 months is a possible median follow-up of survivors, or by reverse Kaplan-Meier. As the median time of all"
    )


def test_a_follow_up_of_which_no_example_was_found_stays_open():
    finding = judge_follow_up(medians_of(6), Printed.parse("1"))
    assert finding.verdict is Verdict.SILENT
    assert finding.because.startswith(
        "No median follow-up of 1 months of survivors, or by reverse Kaplan-Meier was found. As the median time of all"
    )


# ------------------------------------------------------------------- what a hazard ratio's standard error implies


@pytest.mark.parametrize("numbers", HAZARD_RATIOS.values(), ids=HAZARD_RATIOS)
def test_the_printed_hazard_ratios_are_coherent(numbers):
    ratio = hazard_ratio(*numbers)
    assert check_ratio(ratio).coherent
    se = implied_se(ratio)
    assert se == check_ratio(ratio).se
    assert_allclose([information(ratio).lower, information(ratio).upper], [se.upper**-2, se.lower**-2], rtol=1e-12)


def test_digits_taken_for_exact_accuse_a_coherent_hazard_ratio():
    nlr = hazard_ratio(*HAZARD_RATIOS["NLR, death"])
    taken_for_exact = midpoint_p(1.08, 1.009, 1.167)
    assert not nlr.p.could_print(taken_for_exact)
    assert taken_for_exact > 0.0375
    assert check_ratio(nlr).fits["Wald, normal, log scale"]


@pytest.mark.parametrize("case", [case for case in ORACLE["cox"] if case["n"] > 1000])
def test_the_planning_formula_against_large_samples_in_r(case):
    ratio, deaths = printed_fit(case), case["events"]
    # the planning formula takes each death's risk set to have the variance of everybody, true up to sampling error:
    # a variance from 15,000 deaths is off by sqrt(2 / 15,000) = 1.2%, a standard deviation by half of that
    left = case["sd"] * math.sqrt(1 - case["r2"])
    assert_allclose(implied_sd(ratio, deaths).middle, left, rtol=0.02)
    assert_allclose(implied_deaths(ratio, left).middle, deaths, rtol=0.04)


@settings(max_examples=100)
@given(
    st.lists(st.tuples(st.integers(-20, 20), st.booleans()), min_size=2, max_size=30),
    st.floats(-0.3, 0.3),
)
def test_no_partial_likelihood_exceeds_the_bound_on_information(patients, effect):
    x, died = np.array([x for x, _ in patients], dtype=float), np.array([d for _, d in patients])
    gathered = 0.0
    for i in np.flatnonzero(died):
        weights = np.exp(effect * x[i:])
        mean = np.average(x[i:], weights=weights)
        gathered += np.average((x[i:] - mean) ** 2, weights=weights)
    assert gathered <= died.sum() * np.ptp(x) ** 2 / 4 + 1e-9


def test_a_binary_covariate_needs_most_information_where_half_have_it():
    ratio = hazard_ratio(*HAZARD_RATIOS["response, progression"])
    least = implied_deaths(ratio, sd=0.5)
    assert_allclose(least.lower, 4 / implied_se(ratio).upper ** 2, rtol=1e-12)
    assert least.lower < implied_deaths(ratio, sd=math.sqrt(7 / 36 * 29 / 36)).lower
    assert_allclose(implied_sd(ratio, 7).lower * math.sqrt(7), math.sqrt(information(ratio).lower), rtol=1e-12)


def test_contradictory_ratios_imply_nothing():
    with pytest.raises(ValueError, match="no effect and standard error"):
        implied_se(hazard_ratio("0.5", "0.1", "0.6"))


def test_events_per_variable():
    assert_allclose(events_per_variable([24, 36], 2), [12, 18])


def test_hazard_ratios_at_a_glance():
    ratios = {name: hazard_ratio(*numbers) for name, numbers in HAZARD_RATIOS.items()}
    table = summarise_hazard_ratios(ratios)
    assert table.index.tolist() == list(ratios)
    for name, ratio in ratios.items():
        row = table.loc[name]
        assert row["p"] == ratio.p
        assert row["p_midpoint"] == midpoint_p(*(float(x) for x in (ratio.estimate, ratio.lower, ratio.upper)))
        assert row["se"] == implied_se(ratio)
        assert row["information"] == information(ratio)
        with_p = check_ratio(ratio).p
        assert row["p_allowed"].lower <= with_p.lower <= with_p.upper <= row["p_allowed"].upper


def test_fewest_deaths_beside_the_printed_follow_up():
    assert fewest_deaths_beside(OS, FOLLOW_UP) == {"survivors": 14, "reverse Kaplan-Meier": 11, "everybody": 19}
    level = OS.model_copy(update={"upper": OS.median})
    assert fewest_deaths_beside(level, FOLLOW_UP) == {"survivors": 12, "reverse Kaplan-Meier": 10, "everybody": 18}
    with pytest.raises(ValueError, match="longer than the median survival"):
        fewest_deaths_beside(OS, Printed.parse("9.6"))


@settings(max_examples=300)
@given(st.integers(4, 40), st.integers(0, 2**32), st.floats(0.2, 5))
def test_no_simulated_patients_have_fewer_deaths_beside_their_follow_up(n, seed, losses):
    rng = np.random.default_rng(seed)
    death, lost = rng.exponential(1, n), rng.exponential(losses, n)
    time, died = np.minimum(death, lost), death <= lost
    survival = KaplanMeierFitter().fit(time, died)
    median = survival.median_survival_time_
    upper = median_survival_times(survival.confidence_interval_).iloc[0, 1]
    upper = upper if np.isfinite(upper) else median
    follow_ups = {
        "survivors": np.median(time[~died]) if not died.all() else np.nan,
        "reverse Kaplan-Meier": KaplanMeierFitter().fit(time, ~died).median_survival_time_,
        "everybody": np.median(time),
    }
    for meaning, follow_up in follow_ups.items():
        if np.isfinite(median) and np.isfinite(follow_up) and follow_up > median + 1e-3:
            texts = [f"{x:.9f}" for x in (median, follow_up, upper)]
            if Printed.parse(texts[0]).value <= 0:
                continue
            printed = PrintedSurvivalMedian(median=texts[0], lower=texts[0], upper=texts[2], n=str(n), unit="years")
            assert died.sum() >= fewest_deaths_beside(printed, Printed.parse(texts[1]))[meaning]
