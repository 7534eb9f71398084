"""What unseen trials must look like: against statsmodels, one table at a time, and against simple algebra."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import StratifiedTable

from rederive.claims import PrintedRatio
from rederive.methods.pooling import TwoArms, cochran_q, effect_sizes, heterogeneity, inverse_variance
from rederive.methods.unseen import (
    COMMON_EFFECT,
    RANDOM_EFFECTS,
    completing_tables,
    judge_random_effects,
    judge_remainder,
    prints,
    remainder,
    remainder_if_trials_vary,
    reml_score_bound,
)
from rederive.printed import Printed, print_number
from rederive.verdicts import Verdict

VISIBLE = TwoArms([127, 47], [542, 181], [132, 63], [547, 180])
Q = stats.norm.isf(0.025)


def printed_ratio(effect, se, decimals=2):
    texts = [print_number(math.exp(x), decimals).text for x in (effect, effect - Q * se, effect + Q * se)]
    return PrintedRatio(
        measure="OR",
        estimate=texts[0],
        lower=texts[1],
        upper=texts[2],
        p=print_number(2 * stats.norm.sf(abs(effect / se)), 3).text,
    )


@settings(max_examples=60, deadline=None)
@given(st.floats(-1.2, 0.4), st.floats(0.15, 0.6))
def test_the_rest_that_was_pooled_is_inside_the_remainder(rest_effect, rest_se):
    part = inverse_variance(*effect_sizes(VISIBLE, "OR"))
    w, v = 1 / float(part.standard_error) ** 2, 1 / rest_se**2
    whole_effect = (w * float(part.estimate) + v * rest_effect) / (w + v)
    whole = printed_ratio(whole_effect, (w + v) ** -0.5, 3)
    found = remainder(whole, part)
    assert found.effect.lower - 1e-6 <= rest_effect <= found.effect.upper + 1e-6
    assert found.se.lower - 1e-6 <= rest_se <= found.se.upper + 1e-6
    assert found.limits.lower <= math.exp(rest_effect - Q * rest_se) * (1 + 1e-6)
    assert found.limits.upper >= math.exp(rest_effect + Q * rest_se) * (1 - 1e-6)
    z = (rest_effect - float(part.estimate)) / math.hypot(rest_se, float(part.standard_error))
    assert found.p.lower - 1e-9 <= 2 * stats.norm.sf(abs(z)) <= found.p.upper + 1e-9


def test_a_printed_part_leaves_more_room_than_an_exact_one():
    whole = PrintedRatio(measure="OR", estimate="0.73", lower="0.59", upper="0.90", p="0.003")
    part = inverse_variance(*effect_sizes(VISIBLE, "OR"))
    exact = remainder(whole, part)
    loose = remainder(whole, printed_ratio(float(part.estimate), float(part.standard_error)))
    assert loose.effect.lower <= exact.effect.lower
    assert exact.effect.upper <= loose.effect.upper


def test_a_benefit_comes_from_the_rest_only_if_every_possible_truth_says_so():
    whole = PrintedRatio(measure="OR", estimate="0.73", lower="0.59", upper="0.90", p="0.003")
    seen = inverse_variance(*effect_sizes(VISIBLE, "OR"))
    assert judge_remainder(whole, {"seen": seen}).verdict is Verdict.COHERENT
    quality = PrintedRatio(measure="OR", estimate="0.82", lower="0.65", upper="1.03", p="0.09")
    assert judge_remainder(whole, {"quality": quality}).verdict is Verdict.POSSIBLE
    with pytest.raises(ValueError, match="at least one"):
        judge_remainder(whole, {})


def test_a_part_cannot_hold_more_than_the_whole():
    whole = PrintedRatio(measure="OR", estimate="0.73", lower="0.40", upper="1.33")
    with pytest.raises(ValueError, match="weigh less"):
        remainder(whole, inverse_variance(*effect_sizes(VISIBLE, "OR")))


def test_completing_tables_equal_statsmodels_one_at_a_time():
    printed = PrintedRatio(measure="OR", estimate="0.86", lower="0.68", upper="1.08", p="0.20")
    found = completing_tables(VISIBLE, [(34, 34)], printed, {"Mantel-Haenszel": COMMON_EFFECT["Mantel-Haenszel"]})
    expected = set()
    ends = [printed.estimate.interval(), printed.lower.interval(), printed.upper.interval(), printed.p.interval()]
    for a in range(35):
        for c in range(35):
            tables = [[[127, 415], [132, 415]], [[47, 134], [63, 117]], [[a, 34 - a], [c, 34 - c]]]
            pooled = StratifiedTable([np.array(t, dtype=float) for t in tables])
            lower, upper = pooled.oddsratio_pooled_confint()
            p = 2 * stats.norm.sf(abs(pooled.logodds_pooled) / pooled.logodds_pooled_se)
            if all(value in end for value, end in zip((pooled.oddsratio_pooled, lower, upper, p), ends, strict=True)):
                expected.add((a, c))
    assert expected
    assert set(found[["events_treated", "events_control"]].itertuples(index=False, name=None)) == expected


def test_every_method_recognises_its_own_result():
    tables = TwoArms([127, 47, 10], [542, 181, 40], [132, 63, 14], [547, 180, 41])
    for name, method in (COMMON_EFFECT | RANDOM_EFFECTS).items():
        pooled = method(tables)
        printed = printed_ratio(float(pooled.estimate), float(pooled.standard_error))
        assert prints(printed, pooled)
        found = completing_tables(VISIBLE, [(40, 41)], printed)
        own = found[found["method"] == name]
        assert (10, 14) in set(own[["events_treated", "events_control"]].itertuples(index=False, name=None))


def test_completing_tables_are_numbered_through():
    tables = TwoArms([127, 47, 10], [542, 181, 40], [132, 63, 14], [547, 180, 41])
    pooled = COMMON_EFFECT["Peto"](tables)
    printed = printed_ratio(float(pooled.estimate), float(pooled.standard_error))
    found = completing_tables(VISIBLE, [(40, 41), (41, 40)], printed)
    assert found.groupby(["method", "n_treated"]).ngroups > 1
    assert found.index.tolist() == list(range(len(found)))


def test_a_bound_of_the_slope_is_the_same_alone_and_on_a_grid():
    effects, variances = effect_sizes(VISIBLE, "OR")
    tau2, estimate = np.array([0.0, 0.02, 0.1])[:, None], np.array([-0.3, -0.1])
    grid = reml_score_bound(tau2, estimate, 0.11, effects, variances, 11)
    alone = [[float(reml_score_bound(t, b, 0.11, effects, variances, 11)) for b in estimate] for t in tau2.ravel()]
    np.testing.assert_allclose(grid, alone, rtol=1e-12)


def random_trials(rng, k):
    """Heterogeneous trials without empty cells, TESTS first."""
    n = np.column_stack([rng.integers(20, 200, k - 1), rng.integers(20, 200, k - 1)])
    control = rng.uniform(0.2, 0.6, k - 1)
    odds = control / (1 - control) * np.exp(rng.normal(-0.4, rng.uniform(0, 0.6), k - 1))
    a = np.clip(rng.binomial(n[:, 0], odds / (1 + odds)), 1, n[:, 0] - 1)
    c = np.clip(rng.binomial(n[:, 1], control), 1, n[:, 1] - 1)
    return TwoArms(
        *(np.concatenate([[first], rest]) for first, rest in ((127, a), (542, n[:, 0]), (132, c), (547, n[:, 1])))
    )


@settings(max_examples=150)
@given(st.integers(0, 2**32 - 1), st.integers(3, 14), st.integers(1, 2))
def test_no_restricted_likelihood_is_steeper_at_its_top_than_its_bound(seed, k, m):
    """At the estimate the slope is 0, or below 0 where the estimate is 0; so the bound must not exceed 0."""
    effects, variances = effect_sizes(random_trials(np.random.default_rng(seed), k), "OR")
    fit = inverse_variance(effects, variances, "REML")
    bound = reml_score_bound(fit.tau2, fit.estimate, fit.standard_error, effects[:m], variances[:m], k)
    assert bound <= 1e-5 * float(fit.standard_error) ** -2  # the estimate is found to 1e-10 or so, the slope to less


@settings(max_examples=150)
@given(st.integers(0, 2**32 - 1), st.integers(3, 14), st.floats(0, 0.5))
def test_q_shrinks_no_faster_than_its_most_precise_trial_lets_it(seed, k, tau2):
    effects, variances = effect_sizes(random_trials(np.random.default_rng(seed), k), "OR")
    q = [float(cochran_q(effects, variances + t).q) for t in (0, tau2)]
    assert q[1] >= q[0] * variances.min() / (variances.min() + tau2) - 1e-9


def test_a_rule_about_heterogeneity_holds_is_possible_or_is_contradicted():
    whole = {"measure": "OR", "estimate": "0.73", "n": "1927"}
    tests = TwoArms([127], [542], [132], [547])
    narrow = PrintedRatio.model_validate(whole | {"lower": "0.59", "upper": "0.90", "p": "0.003"})
    wide = PrintedRatio.model_validate(whole | {"lower": "0.40", "upper": "1.33"})
    assert judge_random_effects(narrow, 11, Printed.parse("50%"), tests, "TESTS").verdict is Verdict.CONTRADICTED
    assert "None of 3" in judge_random_effects(narrow, 11, Printed.parse("50%"), tests, "TESTS").because
    assert judge_random_effects(wide, 11, Printed.parse("50%"), tests, "TESTS").verdict is Verdict.COHERENT
    # a rule that only an estimator other than DerSimonian and Laird's can meet
    between = judge_random_effects(narrow, 11, Printed.parse("10%"), tests, "TESTS")
    assert between.verdict is Verdict.POSSIBLE
    assert "Paule and Mandel" in between.because
    in_order = "DerSimonian and Laird, Paule and Mandel, restricted maximum likelihood"
    loose = judge_random_effects(wide, 11, Printed.parse("50%"), tests, "TESTS")
    assert loose.because.endswith(f"It can be met by {in_order}.")
    assert loose.convention.endswith(f"τ² by {in_order}")
    for wrong in [{"measure": "RR"}, {"n": None}, {"upper": Printed.parse("1.10")}]:
        with pytest.raises(ValueError, match="coherent pooled odds ratio"):
            judge_random_effects(narrow.model_copy(update=wrong), 11, Printed.parse("50%"), tests, "TESTS")


def test_random_meta_analyses_never_meet_a_rule_they_are_said_to_break():
    """Whatever the estimator: a pool that prints its own result and has an I² is not told that it cannot."""
    rng = np.random.default_rng(11)
    asked = 0
    for _ in range(150):
        tables = random_trials(rng, 8)
        effects, variances = effect_sizes(tables, "OR")
        i2 = float(heterogeneity(effects, variances).i2)
        known = TwoArms(
            tables.events_treated[:1], tables.n_treated[:1], tables.events_control[:1], tables.n_control[:1]
        )
        for method in ("DL", "PM", "REML"):
            pooled = inverse_variance(effects, variances, method)
            people = str(int((tables.n_treated + tables.n_control).sum()))
            printed = printed_ratio(float(pooled.estimate), float(pooled.standard_error)).model_copy(
                update={"n": Printed.parse(people)}
            )
            if i2 > 0.01 and printed.estimate.text != "1.00":
                asked += 1
                rule = Printed.parse(f"{100 * i2:.1f}%")
                assert judge_random_effects(printed, 8, rule, known, "TESTS").verdict is not Verdict.CONTRADICTED
    assert asked > 100


def test_trials_that_vary_leave_the_rest_more_room():
    whole = PrintedRatio(measure="OR", estimate="0.73", lower="0.59", upper="0.90", p="0.003")
    effects, variances = effect_sizes(VISIBLE, "OR")
    common = remainder(whole, inverse_variance(effects, variances)).ratio
    assert remainder_if_trials_vary(whole, effects, variances, 0) == common
    varying = remainder_if_trials_vary(whole, effects, variances, 0.0074)
    assert varying.lower == common.lower
    assert varying.upper > common.upper
    # nine invented trials that, with the visible two, print the whole by DerSimonian and Laird (τ² 0.0052)
    nine = [(3, 10, 4, 6), (25, 56, 28, 55), (12, 31, 18, 35), (9, 24, 14, 23), (3, 7, 5, 7), (29, 75, 38, 71)]
    nine += [(5, 16, 7, 12), (2, 9, 6, 11), (6, 16, 7, 13)]
    every = TwoArms(*np.array([(127, 542, 132, 547), (47, 181, 63, 180), *nine]).T)
    assert prints(whole, inverse_variance(*effect_sizes(every, "OR"), "DL"))
    y, v = effect_sizes(TwoArms(*np.array(nine).T), "OR")
    tau2 = float(inverse_variance(*effect_sizes(every, "OR"), "DL").tau2)
    assert float(inverse_variance(y, v + tau2).ratio) in varying
