import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import Table2x2

from rederive.checks.risks import (
    highest_control_risk,
    judge_hazard_reduction,
    judge_relative_reduction,
    lowest_control_survival,
    reduction_of_hazard_ratio,
    relative_risk,
    relative_risk_of_hazard_ratio,
    risk_scale,
    risk_table,
    treated_risk,
)
from rederive.claims import PrintedRatio
from rederive.printed import Interval, Printed
from rederive.verdicts import Verdict

risks = st.floats(0.001, 0.999)
odds_ratios = st.floats(0.05, 20)


@pytest.mark.parametrize("cells", [[[47, 134], [63, 117]], [[127, 415], [132, 415]], [[1, 99], [30, 70]]])
def test_a_tables_own_odds_ratio_gives_its_own_relative_risk(cells):
    table = Table2x2(cells)
    control_risk = cells[1][0] / sum(cells[1])
    assert relative_risk(table.oddsratio, control_risk) == pytest.approx(table.riskratio, rel=1e-12)


@given(odds_ratios, risks)
def test_odds_of_the_treated_risk_are_or_times_the_control_odds(odds_ratio, r):
    r1 = treated_risk(odds_ratio, r)
    assert r1 / (1 - r1) == pytest.approx(odds_ratio * r / (1 - r), rel=1e-9)
    assert treated_risk(1 / odds_ratio, r1) == pytest.approx(r, rel=1e-9)


@given(odds_ratios, risks)
def test_an_odds_ratio_lies_further_from_one_than_its_relative_risk(odds_ratio, r):
    assert abs(math.log(relative_risk(odds_ratio, r))) <= abs(math.log(odds_ratio)) + 1e-12


def test_vectorised_over_both():
    grid = relative_risk(np.array([[0.5], [0.73]]), np.array([0.1, 0.2, 0.3]))
    assert grid.shape == (2, 3)
    assert grid[1, 2] == relative_risk(0.73, 0.3)


def test_the_risk_scale():
    at = risk_scale(Interval(0.725, 0.735), 195 / 727)
    assert at.relative_risk.lower == pytest.approx(0.7827, abs=1e-4)
    assert at.relative_reduction == Interval(1 - at.relative_risk.upper, 1 - at.relative_risk.lower)
    assert at.number_needed_to_treat.lower == pytest.approx(-1 / at.risk_difference.lower)
    with pytest.raises(ValueError, match="may be 0"):
        _ = risk_scale(Interval(0.9, 1.1), 0.2).number_needed_to_treat
    for r in (0, 1, 27):
        with pytest.raises(ValueError, match="strictly between"):
            risk_scale(Interval(0.7, 0.8), r)


def test_a_table_is_the_scale_row_by_row():
    table = risk_table(Interval(0.59, 0.90), {"sick": 0.5, "healthy": 0.1})
    assert table["whose"].tolist() == ["healthy", "sick"]
    assert table["risk difference"][1] == risk_scale(Interval(0.59, 0.90), 0.5).risk_difference


@given(st.floats(0.1, 0.9), st.floats(0.01, 0.6))
def test_the_highest_control_risk_is_where_the_reading_ceases_to_hold(odds_ratio, reduction):
    r = highest_control_risk(Interval(odds_ratio, odds_ratio), Interval(reduction, reduction))
    if r == 0:
        assert 1 - odds_ratio <= reduction + 1e-12
    else:
        assert 1 - relative_risk(odds_ratio, r) == pytest.approx(reduction, abs=1e-9)


def test_reading_odds_as_risks_is_misworded_only_where_the_two_part():
    ratio = PrintedRatio(measure="OR", estimate="0.73", lower="0.59", upper="0.90")
    assert judge_relative_reduction(Printed.parse("27%"), ratio, 0.268).verdict is Verdict.MISWORDED
    assert judge_relative_reduction(Printed.parse("27%"), ratio, 0.01).verdict is Verdict.COHERENT
    for other in ("26%", "28%", "37%"):
        assert judge_relative_reduction(Printed.parse(other), ratio, 0.268).verdict is Verdict.CONTRADICTED
    with pytest.raises(ValueError, match="odds ratio"):
        judge_relative_reduction(Printed.parse("27%"), ratio.model_copy(update={"measure": "RR"}), 0.268)
    for odds_ratio, reduction in [(1.5, 0.2), (0.5, 1.0)]:
        with pytest.raises(ValueError, match="below"):
            highest_control_risk(Interval(odds_ratio, odds_ratio), Interval(reduction, reduction))


def hazard_ratio(estimate="0.381", measure="HR"):
    return PrintedRatio(measure=measure, estimate=estimate, lower="0.1", upper="0.9")


@given(st.floats(0.05, 20), st.floats(0.01, 0.99), st.floats(0.1, 10))
def test_hazards_in_proportion_give_that_relative_risk(ratio, survival, time):
    """Two exponential distributions, whose hazards are in proportion, at the time when `survival` are left."""
    hazard = -np.log(survival) / time
    expected = -np.expm1(-ratio * hazard * time) / -np.expm1(-hazard * time)
    assert relative_risk_of_hazard_ratio(ratio, survival) == pytest.approx(expected, rel=1e-9)


@given(st.floats(0.05, 0.95))
def test_where_events_are_rare_the_hazard_ratio_is_the_relative_risk_and_where_all_have_them_it_is_1(ratio):
    assert relative_risk_of_hazard_ratio(ratio, 1 - 1e-9) == pytest.approx(ratio, rel=1e-6)
    at = relative_risk_of_hazard_ratio(ratio, np.linspace(0.999, 0.001, 50))
    assert (np.diff(at) > 0).all()
    assert at[-1] < 1
    with pytest.raises(ValueError, match="strictly between 0 and 1"):
        relative_risk_of_hazard_ratio(ratio, 1.0)


@given(
    st.floats(0.1, 0.9), st.floats(0.05, 0.9), st.floats(0, 0.05), st.floats(0, 0.05), st.floats(0, 1), st.floats(0, 1)
)
def test_every_value_inside_both_intervals_has_its_reduction_inside(h, s, wide_h, wide_s, at_h, at_s):
    found = reduction_of_hazard_ratio(Interval(h, h + wide_h), Interval(s, s + wide_s))
    inside = 1 - float(relative_risk_of_hazard_ratio(h + at_h * wide_h, s + at_s * wide_s))
    assert found.lower - 1e-12 <= inside <= found.upper + 1e-12


def test_the_lowest_control_survival_is_where_the_reduction_is_just_met():
    ratio, reduction = Interval(0.3805, 0.3815), Interval(0.615, 0.625)
    limit = lowest_control_survival(ratio, reduction)
    assert 1 - relative_risk_of_hazard_ratio(0.3805, limit) == pytest.approx(0.615)
    assert lowest_control_survival(ratio, Interval(0.7, 0.8)) == 1
    assert lowest_control_survival(ratio, Interval(-0.005, 0.005)) == 0  # "0%"


@pytest.mark.parametrize(
    ("reduction", "survival", "verdict"),
    [
        ("62%", ["99.9%"], Verdict.COHERENT),
        ("62%", ["99.9%", "32.1%"], Verdict.MISWORDED),
        ("48%", ["32.1%"], Verdict.CONTRADICTED),  # that is not 1 - HR
    ],
)
def test_hazard_reductions_are_risk_reductions_only_where_events_are_rare(reduction, survival, verdict):
    shares = {f"time {i}": Printed.parse(share) for i, share in enumerate(survival)}
    finding = judge_hazard_reduction(Printed.parse(reduction), hazard_ratio(), shares)
    assert finding.verdict is verdict


def test_hazard_reductions_need_a_hazard_ratio_below_1():
    for wrong in (hazard_ratio(measure="OR"), PrintedRatio(measure="HR", estimate="1.5", lower="1.1", upper="2")):
        with pytest.raises(ValueError, match="a hazard ratio below 1, got"):
            judge_hazard_reduction(Printed.parse("62%"), wrong, {"1 year": Printed.parse("90%")})
