"""Single trials from their counts: against statsmodels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import Table2x2

from rederive.claims import PrintedRatio
from rederive.methods.pooling import TwoArms
from rederive.methods.trials import judge_consistent, judge_no_difference, judge_reduction, p_values, single_trials
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
