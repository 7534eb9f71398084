"""Relative changes: readings by hand, counts by brute force, standard deviations against scipy."""

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from rederive.checks.changes import (
    POINTS,
    RATIO,
    fold_readings,
    in_points,
    judge_reduction_readings,
    judge_two_changes,
    largest_sds,
    reduction_readings,
    reductions_in_arms,
    sd_that_prints,
    significance_of_readings,
)
from rederive.printed import Interval, Printed
from rederive.verdicts import Verdict

P = Printed.parse
SIZES = pd.DataFrame({"n_treated": [12, 15, 12], "n_control": [13, 15, 13]})


def ends(interval):
    return interval.lower, interval.upper


def test_folds():
    rise = fold_readings(P("2.1"), rises=True).set_index("reading")
    assert ends(rise.loc["multiplied by it", "after"]) == (2.05, 2.15)
    assert ends(rise.loc["multiplied by it", "change"]) == (1.05, 1.15)
    assert ends(rise.loc["grown by so many times itself", "after"]) == (3.05, 3.15)
    fall = fold_readings(P("1.8"), rises=False).set_index("reading")
    assert ends(fall.loc["divided by it", "after"]) == pytest.approx((1 / 1.85, 1 / 1.75))
    assert ends(fall.loc["less by so many times itself", "after"]) == (-0.85, -0.75)
    with pytest.raises(ValueError, match="above 0"):
        fold_readings(P("0"), rises=True)


@given(st.integers(1, 99), st.integers(1, 100))
def test_readings_of_a_reduction(x, r):
    row = reduction_readings(P(f"{x}%"), [Fraction(r, 100)]).iloc[0]
    low, high = (2 * x - 1) / 200, (2 * x + 1) / 200
    assert ends(row["treated_ratio"]) == pytest.approx((r / 100 * (1 - high), r / 100 * (1 - low)))
    assert ends(row["points_ratio"]) == pytest.approx((r / 100 * low, r / 100 * high))
    if 2 * r < 2 * x - 1:
        assert row["treated_points"] is None
    else:
        assert ends(row["treated_points"]) == pytest.approx((max(0, r / 100 - high), r / 100 - low))
        assert ends(row["relative_points"]) == pytest.approx((low / (r / 100), min(1, high / (r / 100))))


def test_the_two_readings_meet_where_all_controls_are_affected():
    row = reduction_readings(P("25%"), [Fraction(1)]).iloc[0]
    assert row["treated_ratio"] == row["treated_points"]
    assert row["points_ratio"] == row["relative_points"]
    with pytest.raises(ValueError, match="at most 1"):
        reduction_readings(P("25%"), [Fraction(0)])


@pytest.mark.parametrize(("test", "correction"), [("χ²", False), ("χ² with continuity correction", True)])
def test_counts_equal_brute_force(test, correction):
    found = reductions_in_arms(SIZES, P("25%"), test)
    expected = set()
    for n1, n0 in {(12, 13), (15, 15)}:
        for e0 in range(1, n0 + 1):
            for e1 in range(n1 + 1):
                if P("25%").prints(1 - Fraction(e1, n1) / Fraction(e0, n0)):
                    expected.add((n1, n0, e1, e0, RATIO))
                if P("25%").prints(Fraction(e0, n0) - Fraction(e1, n1)):
                    expected.add((n1, n0, e1, e0, POINTS))
    assert {reading for *_, reading in expected} == {RATIO, POINTS}
    assert set(found.iloc[:, :5].itertuples(index=False, name=None)) == expected
    assert len(found) == len(expected)  # the pair of sizes that stands twice counts once
    for row in found.itertuples():
        cells = [[row.events_treated, row.n_treated - row.events_treated]]
        cells.append([row.events_control, row.n_control - row.events_control])
        if 0 < row.events_treated + row.events_control < row.n_treated + row.n_control:
            assert row.p == pytest.approx(stats.chi2_contingency(cells, correction=correction)[1])


def test_where_readings_are_significant():
    counts = pd.DataFrame(
        {
            "reading": [RATIO] * 4 + [POINTS] * 2 + ["never"],
            "control": [0.2, 0.4, 0.5, 0.9, 0.3, 0.6, 0.5],
            "p": [0.2, 0.04, 0.06, 0.01, 0.02, 0.01, 0.3],
        }
    )
    found = significance_of_readings(counts).set_index("reading")
    assert found.loc[RATIO, ["significant_from", "all_from"]].tolist() == [0.4, 0.9]
    assert found.loc[POINTS, ["significant_from", "all_from"]].tolist() == [0.3, 0.3]
    assert found.loc["never", ["significant_from", "all_from"]].isna().all()
    assert ends(found.loc[RATIO, "p"]) == (0.01, 0.2)


def test_a_reduction_without_counts_is_possible_if_counts_print_it():
    finding = judge_reduction_readings(P("25%"), reductions_in_arms(SIZES, P("25%")), "some arms")
    assert finding.verdict is Verdict.POSSIBLE
    assert "as points it needs at least 24.5% of controls" in finding.because
    # by brute force: the least share of affected controls at which a ratio is significant, never rounded up
    arms = pd.DataFrame({"n_treated": [80], "n_control": [80]})
    least = min(
        c / 80
        for c in range(1, 81)
        for a in range(81)
        if P("25%").prints(1 - Fraction(a, c)) and stats.chi2_contingency([[a, 80 - a], [c, 80 - c]], False)[1] < 0.05
    )
    because = judge_reduction_readings(P("25%"), reductions_in_arms(arms, P("25%")), "some arms").because
    assert f"read as ratio, p can be below 5% only where at least {math.floor(1000 * least) / 10:.1f}% of" in because
    assert "read as percentage points, p is always below 0.00" in because
    small = pd.DataFrame({"n_treated": [4], "n_control": [4]})
    because = judge_reduction_readings(P("25%"), reductions_in_arms(small, P("25%")), "some arms").because
    assert because.count("p is never below 5%") == 2
    nobody = reductions_in_arms(pd.DataFrame({"n_treated": [1], "n_control": [1]}), P("25%"))
    assert judge_reduction_readings(P("25%"), nobody, "some arms").verdict is Verdict.SILENT


@settings(max_examples=100)
@given(st.floats(1, 50), st.floats(1, 80), st.integers(3, 200), st.integers(3, 200))
def test_an_honest_t_test_is_inside(difference, sd, n1, n0):
    p = stats.ttest_ind_from_stats(difference, sd, n1, 0, sd, n0).pvalue
    printed = P(f"{p:.3f}")
    low, high = sd_that_prints(Interval(difference - 0.5, difference + 0.5), printed, n1, n0)
    assert low <= sd <= high


def test_a_bound_leaves_no_smallest():
    low, high = sd_that_prints(Interval(29, 31), P("<0.001"), [57, 80], [57, 79])
    np.testing.assert_array_equal(low, [0, 0])
    for s, n1, n0 in zip(high, (57, 80), (57, 79), strict=True):
        assert stats.ttest_ind_from_stats(31, s, n1, 0, s, n0).pvalue == pytest.approx(0.001)
    with pytest.raises(ValueError, match="above 0"):
        sd_that_prints(Interval(0, 1), P("0.01"), 10, 10)


def test_two_changes_are_possible_and_say_how_far_patients_may_differ():
    sizes = pd.DataFrame({"n_treated": [57, 80], "n_control": [57, 79]})
    finding = judge_two_changes(P("45%"), P("15%"), P("<0.001"), sizes, "some arms")
    assert finding.verdict is Verdict.POSSIBLE
    assert finding.missing == (
        "mean and standard deviation before and after, per arm",
        "patients measured at both times",
        "mean of percentage changes, or change of the mean",
        "days of measurement",
        "test used",
    )
    sd = finding.recomputed["largest_sd_in_smallest_arms"]
    assert stats.ttest_ind_from_stats(31, sd, 57, 0, sd, 57).pvalue == pytest.approx(0.001)
    assert "at most 49.0 points in arms of 57, and 58." in finding.because
    assert "in arms of 80 and 79" in finding.because


def test_the_largest_standard_deviations_of_both_differences():
    found = largest_sds(P("45%"), P("15%"), P("<0.001"), [57, 60, 80], [57, 61, 79])
    assert found["difference"].tolist() == pytest.approx([29, 31])
    for row in found.itertuples():
        for sd, n1, n0 in ((row.lowest, 57, 57), (row.highest, 80, 79)):
            assert stats.ttest_ind_from_stats(row.difference, sd, n1, 0, sd, n0).pvalue == pytest.approx(0.001)


def test_differences_in_points():
    assert in_points(Interval(0.24901, 0.26)) == "24.9 to 26.0"
    assert in_points(Interval(-0.3331, 0.1011)) == "−33.4 to 10.2"
