"""What unseen trials must look like: against statsmodels, one table at a time, and against simple algebra."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import StratifiedTable

from rederive.claims import PrintedRatio
from rederive.methods.pooling import TwoArms, effect_sizes, inverse_variance
from rederive.methods.unseen import (
    COMMON_EFFECT,
    RANDOM_EFFECTS,
    completing_tables,
    judge_random_effects,
    judge_remainder,
    prints,
    remainder,
    remainder_if_trials_vary,
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


def example(n_per_arm):
    """Four alike trials: no heterogeneity, so no help to any rule about it."""
    return TwoArms([5] * 4, [n_per_arm] * 4, [8] * 4, [n_per_arm] * 4)


def test_a_rule_about_heterogeneity_holds_is_possible_or_is_contradicted():
    half = Printed.parse("50%")
    wide = PrintedRatio(measure="OR", estimate="0.73", lower="0.30", upper="1.78", n="160")
    assert judge_random_effects(wide, 4, Printed.parse("10%"), example(20)).verdict is Verdict.COHERENT
    narrow = PrintedRatio(measure="OR", estimate="0.73", lower="0.39", upper="1.37", n="160")
    assert judge_random_effects(narrow, 4, Printed.parse("95%"), example(20)).verdict is Verdict.CONTRADICTED
    for wrong in [
        (wide.model_copy(update={"measure": "RR"}), 4, half, example(20)),
        (wide, 5, half, example(20)),
        (wide, 4, half, example(21)),
        (wide.model_copy(update={"upper": Printed.parse("2.60")}), 4, half, example(20)),
    ]:
        with pytest.raises(ValueError, match="expected"):
            judge_random_effects(*wrong)


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
