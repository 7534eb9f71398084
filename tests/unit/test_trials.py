"""Single trials from their counts: against statsmodels."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifelines.statistics import logrank_test
from scipy import stats
from statsmodels.stats.contingency_tables import Table2x2

from agreement.tables import EFFECT_NAMES, better
from rederive.claims import PrintedRatio
from rederive.methods.pooling import TwoArms
from rederive.methods.trials import (
    distance_from_arm,
    effect_ranges,
    effects_of_shares,
    judge_consistent,
    judge_no_difference,
    judge_reduction,
    log_rank_by_order,
    log_rank_of_shuffled_deaths,
    p_values,
    single_trials,
)
from rederive.printed import Printed
from rederive.verdicts import Verdict

arms = st.integers(2, 200).flatmap(lambda n: st.tuples(st.integers(1, n - 1), st.just(n)))


@given(arms, arms)
def test_a_trial_equals_statsmodels(treated, control):
    (a, n1), (c, n0) = treated, control
    rows = single_trials(TwoArms([a], [n1], [c], [n0]), ["it"]).set_index("measure")
    table = Table2x2([[a, n1 - a], [c, n0 - c]])
    assert rows.loc["OR", ["estimate", "lower", "upper", "p"]].tolist() == pytest.approx(
        [table.oddsratio, *table.oddsratio_confint(), table.oddsratio_pvalue()], rel=1e-8
    )
    assert rows.loc["RR", ["estimate", "lower", "upper", "p"]].tolist() == pytest.approx(
        [table.riskratio, *table.riskratio_confint(), table.riskratio_pvalue()], rel=1e-8
    )
    assert rows.loc["RD", "estimate"] == pytest.approx(a / n1 - c / n0, abs=1e-12)


def test_several_trials_keep_their_names_and_numbers():
    trials = TwoArms([127, 47], [542, 181], [132, 63], [547, 180])
    rows = single_trials(trials, ["TESTS", "ETASS"], ["RR"])
    assert rows["trial"].tolist() == ["TESTS", "ETASS"]
    np.testing.assert_allclose(rows["estimate"], [127 / 542 * 547 / 132, 47 / 181 * 180 / 63])
    assert p_values(trials, ["TESTS", "ETASS"]).loc["ETASS", "χ²"] == pytest.approx(0.0623, abs=5e-5)


def test_no_difference_is_a_statement_about_tests_not_about_effects():
    tests = TwoArms([127], [542], [132], [547])
    finding = judge_no_difference(tests, Printed.parse("0.73"))
    assert (
        finding.verdict is Verdict.REPRODUCED
    )  # its interval ends at 0.728: rounding leaves open whether it holds 0.73
    assert "just touches" in finding.because
    assert "does not reach" in judge_no_difference(tests, Printed.parse("0.5")).because
    assert judge_no_difference(tests, Printed.parse("0.80")).verdict is Verdict.MISWORDED
    assert judge_no_difference(TwoArms([10], [100], [40], [100]), Printed.parse("0.73")).verdict is Verdict.CONTRADICTED


def test_consistency_is_an_interval_that_holds_the_estimate():
    row = single_trials(TwoArms([127], [542], [132], [547]), ["TESTS"], ["OR"]).iloc[0]
    near, far = (
        PrintedRatio(measure="OR", estimate=estimate, lower="0.40", upper="1.03") for estimate in ("0.82", "0.60")
    )
    assert judge_consistent(row, near).verdict is Verdict.COHERENT
    assert judge_consistent(row, far).verdict is Verdict.CONTRADICTED
    assert "no independent support" in judge_consistent(row, near, "the trial is part of the pool").because


def test_a_reduction_that_depends_on_outcome_and_test_is_misworded():
    both = TwoArms([47, 20], [181, 181], [63, 71], [180, 180])
    p = {"log-rank p": Printed.parse("0.049")}
    assert judge_reduction(both, ["28 days", "in hospital"], p).verdict is Verdict.MISWORDED
    clear = TwoArms([20, 20], [181, 181], [63, 71], [180, 180])
    assert judge_reduction(clear, ["28 days", "in hospital"], p).verdict is Verdict.COHERENT
    assert judge_reduction(clear, ["28 days", "in hospital"], {"x": Printed.parse("0.2")}).verdict is Verdict.MISWORDED
    for text, verdict in {"<0.05": True, "0.05": None, "0.051": False}.items():
        finding = judge_reduction(clear, ["28 days", "in hospital"], {"log-rank p": Printed.parse(text)})
        assert finding.worded is verdict
    nothing = judge_reduction(TwoArms([50], [100], [51], [100]), ["28 days"], {})
    assert nothing.verdict is Verdict.CONTRADICTED
    assert nothing.because.endswith("Nothing is significant.")
    increase = TwoArms([63, 71], [180, 180], [20, 20], [181, 181])
    assert judge_reduction(increase, ["28 days", "in hospital"], {}).verdict is Verdict.CONTRADICTED


@pytest.mark.parametrize("case", better(), ids=lambda c: "{events_treated}-{n_treated}".format(**c))
def test_effects_of_one_table_are_points(case):
    names = ("events_treated", "n_treated", "events_control", "n_control")
    found = effect_ranges(pd.DataFrame([{name: case[name] for name in names}])).set_index("measure")
    for measure in EFFECT_NAMES:
        assert found.loc[measure, "effect"].lower == found.loc[measure, "effect"].upper
    difference = case["difference"]
    assert found.loc["treated per additional survivor", ["lower", "upper"]].tolist() == pytest.approx(
        [1 / difference["upper"], 1 / difference["lower"]], rel=1e-8
    )


def test_ranges_of_effects_lie_within_what_rounding_leaves():
    tables = pd.DataFrame(
        {
            "events_treated": [44, 39, 54],
            "n_treated": [65, 57, 80],
            "events_control": [27, 24, 34],
            "n_control": [65, 57, 80],
        }
    )
    bounds = effects_of_shares(Printed.parse("68%"), Printed.parse("42%"))
    ranges = effect_ranges(tables).set_index("measure")["effect"]
    assert list(bounds) == list(ranges.index)
    for measure, bound in bounds.items():
        found = ranges[measure]  # 34 of 80 lies on the edge, where doubles differ in the last bit
        assert bound.lower * (1 - 1e-12) <= found.lower < found.upper <= bound.upper * (1 + 1e-12)
    corners = [(t, c) for t in (0.675, 0.685) for c in (0.415, 0.425)]
    for measure, of in {
        "odds ratio of survival": lambda t, c: t / (1 - t) / (c / (1 - c)),
        "risk ratio of survival": lambda t, c: t / c,
        "risk ratio of death": lambda t, c: (1 - t) / (1 - c),
        "difference in survival": lambda t, c: t - c,
        "treated per additional survivor": lambda t, c: 1 / (t - c),
    }.items():
        values = [of(*corner) for corner in corners]
        assert (bounds[measure].lower, bounds[measure].upper) == pytest.approx((min(values), max(values)))
    with pytest.raises(ValueError, match="more survivors"):
        effects_of_shares(Printed.parse("42%"), Printed.parse("42%"))
    with pytest.raises(ValueError, match="may be 0"):
        effect_ranges(tables.assign(events_treated=tables["events_control"], n_treated=tables["n_control"]))


def test_distance_from_a_known_arm_by_plain_arithmetic():
    possible = pd.DataFrame({"events": [27, 24, 27], "n": [65, 57, 65]})
    found = distance_from_arm(possible, 58, 86)
    differences, lower, upper, ps = [], [], [], []
    for e, n in {(27, 65), (24, 57)}:
        d, se = e / n - 58 / 86, np.sqrt(e * (n - e) / n**3 + 58 * 28 / 86**3)
        differences.append(d)
        lower.append(d - stats.norm.isf(0.025) * se)
        upper.append(d + stats.norm.isf(0.025) * se)
        cells = [[e, n - e], [58, 28]]
        ps += [stats.chi2_contingency(cells, correction=False)[1], stats.fisher_exact(cells)[1]]
    assert (found.difference.lower, found.difference.upper) == pytest.approx((min(differences), max(differences)))
    assert (found.lower, found.upper) == pytest.approx((min(lower), max(upper)))
    assert (found.p.lower, found.p.upper) == pytest.approx((min(ps), max(ps)))


def test_deaths_spread_evenly_take_turns():
    found = log_rank_by_order(3, 5, 5, 8).set_index("order")["p"]
    # two deaths of the treated at 1/4 and 3/4, three of the controls at 1/6, 1/2 and 5/6 of the way
    treated, control = [2, 4, 6, 6, 6], [1, 3, 5, *[6] * 5]
    died = [time < 6 for time in treated], [time < 6 for time in control]
    assert found["deaths spread evenly"] == pytest.approx(logrank_test(treated, control, *died).p_value, rel=1e-9)
    with pytest.raises(ValueError, match="both arms"):
        log_rank_by_order(5, 5, 3, 8)


def test_shuffled_deaths_find_every_order_as_often():
    """Two of 5 and three of 8 die: ten orders of the arms, each by lifelines."""
    of_orders = []
    for days in itertools.combinations(range(1, 6), 2):
        treated = [*days, 6, 6, 6]
        control = [*(day for day in range(1, 6) if day not in days), *[6] * 5]
        died = [time < 6 for time in treated], [time < 6 for time in control]
        of_orders.append(logrank_test(treated, control, *died).p_value)
    found = log_rank_of_shuffled_deaths(3, 5, 5, 8, draws=4000, seed=1)
    values, times = np.unique(np.round(of_orders, 9), return_counts=True)
    drawn, drawn_times = np.unique(np.round(found, 9), return_counts=True)
    np.testing.assert_allclose(drawn, values, rtol=1e-6)
    assert stats.chisquare(drawn_times, times / times.sum() * len(found)).pvalue > 0.001
    assert log_rank_of_shuffled_deaths(3, 5, 5, 8, draws=3, seed=1).tolist() == found[:3].tolist()
    with pytest.raises(ValueError, match="deaths"):
        log_rank_of_shuffled_deaths(5, 5, 8, 8, draws=1, seed=1)


def test_shuffled_deaths_stay_between_the_extreme_orders():
    ends = log_rank_by_order(34, 50, 21, 50)["p"]
    found = log_rank_of_shuffled_deaths(34, 50, 21, 50, draws=300, seed=2)
    assert ends.min() < found.min() < found.max() < ends.max()
