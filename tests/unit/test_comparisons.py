"""Comparisons of printed ratios with each other."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from rederive.checks.comparisons import (
    ONE,
    includes,
    interaction,
    judge_absence,
    judge_better,
    judge_insignificant,
    judge_left_out,
    judge_same_thing,
    judge_significant,
    judge_subgroup,
    judge_uncontrolled,
)
from rederive.claims import PrintedRatio, PrintedSurvivalMedian
from rederive.printed import Interval, Printed, print_number
from rederive.verdicts import Verdict

Q = stats.norm.isf(0.025)


def ratio(estimate, lower, upper, measure="OR"):
    return PrintedRatio(measure=measure, estimate=estimate, lower=lower, upper=upper)


def printed_by(effect, se):
    return [print_number(math.exp(x), 2).text for x in (effect, effect - Q * se, effect + Q * se)]


def test_an_interaction_covers_what_exact_arithmetic_gives():
    young, old = ratio("1.67", "1.04", "2.67", measure="HR"), ratio("0.81", "0.61", "1.09", measure="HR")
    found = interaction(young, old)
    se = [(math.log(2.67) - math.log(1.04)) / (2 * Q), (math.log(1.09) - math.log(0.61)) / (2 * Q)]
    z = (math.log(1.67) - math.log(0.81)) / math.hypot(*se)
    assert math.exp(math.log(1.67) - math.log(0.81)) in found.ratio
    assert 2 * stats.norm.sf(z) in found.p


@settings(max_examples=50)
@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(0.05, 0.5), st.floats(0.05, 0.5))
def test_an_interaction_always_covers_the_truth(b1, b2, s1, s2):
    first, second = (ratio(*printed_by(b, s)) for b, s in ((b1, s1), (b2, s2)))
    found = interaction(first, second)
    assert found.ratio.lower - 1e-9 <= math.exp(b1 - b2) <= found.ratio.upper + 1e-9
    assert found.p.lower - 1e-9 <= 2 * stats.norm.sf(abs(b1 - b2) / math.hypot(s1, s2)) <= found.p.upper + 1e-9


def test_an_effect_in_a_subgroup_is_one_its_own_interval_and_the_interaction_show():
    young, old = ratio("1.67", "1.04", "2.67", measure="HR"), ratio("0.81", "0.61", "1.09", measure="HR")
    assert judge_subgroup(old, young, Printed.parse("0.01")).verdict is Verdict.MISWORDED
    assert judge_subgroup(young, old, Printed.parse("0.01")).verdict is Verdict.COHERENT
    # an interaction p value that the two ratios do not give is said to be so, and one above 5% belies the words
    assert "is not one of them, as" in judge_subgroup(young, old, Printed.parse("0.04")).because
    assert judge_subgroup(young, old, Printed.parse("0.2")).verdict is Verdict.MISWORDED
    # a significant subgroup beside one just like it shows no effect of its own
    alike = judge_subgroup(ratio("0.58", "0.35", "0.99"), ratio("0.60", "0.36", "0.99"), Printed.parse("0.9"))
    assert alike.verdict is Verdict.MISWORDED


def test_a_limit_printed_as_one_leaves_open_on_which_side_it_lies():
    assert includes(ratio("0.60", "0.36", "1.00"), ONE) is None
    assert includes(ratio("0.60", "0.36", "0.99"), ONE) is False
    assert includes(ratio("0.60", "0.36", "1.01"), ONE) is True
    undecided = judge_subgroup(ratio("0.60", "0.36", "1.00"), ratio("1.50", "1.10", "2.05"), Printed.parse("0.002"))
    assert undecided.worded is None
    assert "leaves open" in undecided.because


def test_ratios_without_width_can_be_compared():
    point = ratio("1.00", "1.00", "1.00")
    assert interaction(point, point).p.upper == 1


def test_absence_needs_an_interval_that_excludes_the_effect():
    overall = ratio("0.73", "0.59", "0.90")
    assert judge_absence({"some": ratio("0.86", "0.68", "1.08")}, overall).verdict is Verdict.MISWORDED
    assert judge_absence({"some": ratio("1.02", "0.90", "1.15")}, overall).verdict is Verdict.COHERENT
    assert judge_absence({"some": ratio("0.90", "0.73", "1.11")}, overall).worded is None
    with pytest.raises(ValueError, match="at least one"):
        judge_absence({}, overall)


def test_one_group_carries_no_credit():
    assert judge_uncontrolled(1, "a rise").verdict is Verdict.MISWORDED
    assert judge_uncontrolled(2, "a rise").verdict is not Verdict.MISWORDED
    with pytest.raises(ValueError, match="at least one group"):
        judge_uncontrolled(0, "a rise")


def median(text, lower, upper):
    return PrintedSurvivalMedian.model_validate(
        {"median": text, "lower": lower, "upper": upper, "n": "36", "unit": "months"}
    )


@pytest.mark.parametrize(
    ("cited", "worded", "longer", "inside"),
    [
        (["2.0", "5.0"], True, 0, 0),
        (["2.0", "7.0"], True, 0, 1),
        (["2.0", "12"], False, 1, 1),
        (["25"], False, 1, 0),
        (["9.6", "5.0"], None, 0, 1),  # rounding leaves open which is longer
    ],
)
def test_better_than_every_median_cited(cited, worded, longer, inside):
    others = {f"group {i}": Printed.parse(number) for i, number in enumerate(cited)}
    finding = judge_better({"survival": median("9.6", "6.33", "19.67")}, {"survival": others})
    assert finding.worded is worded
    assert finding.recomputed == {
        "cited_medians": len(cited),
        "longer_than_ours": longer,
        "inside_our_interval": inside,
    }


def test_better_needs_something_to_be_better_than():
    with pytest.raises(ValueError, match="expected a cited median"):
        judge_better({"survival": median("9.6", "6.33", "19.67")}, {})


def test_the_same_thing_named_in_two_places():
    assert judge_same_thing({"table": "T cells", "text": "T cells"}).verdict is Verdict.COHERENT
    assert judge_same_thing({"table": "T cells", "text": "CD8⁺ T cells"}).verdict is Verdict.MISWORDED


@pytest.mark.parametrize(
    ("texts", "named", "worded", "below", "after"),
    [
        # Holm: 0.001 x 3, 0.02 x 2, 0.04 x 1, each at least the one before it
        (["<0.001", "0.02", "0.04"], "abc", True, 3, (3, 3)),
        (["0.01", "0.03", "0.04"], "abc", True, 3, (1, 3)),  # 0.03 may be 0.025, and 0.025 x 2 is 0.05
        (["0.010", "0.030", "0.040"], "abc", True, 3, (1, 1)),
        (["0.010", "0.030", "0.4"], "ab", True, 2, (1, 1)),
        (["0.010", "0.030", "0.4"], "a", False, 2, (1, 1)),
        (["0.01", "0.05", "0.4"], "ac", False, 1, (1, 1)),
        (["0.01", "0.05"], "a", None, 1, (1, 2)),  # 0.05 may be 0.0496
        (["0.01", "0.05"], "ab", None, 1, (1, 2)),
        (["<0.05", ">0.05"], "a", True, 1, (0, 1)),
    ],
)
def test_which_tests_are_significant(texts, named, worded, below, after):
    p = dict(zip("abc", map(Printed.parse, texts), strict=False))
    finding = judge_significant(p, named)
    assert finding.worded is worded
    assert finding.recomputed == {"significant": below, "significant_after_correction": Interval(*after)}
    assert ("Rounding leaves open on which side b lies" in finding.because) == (texts[1] == "0.05")
    with pytest.raises(ValueError, match="got z"):
        judge_significant(p, "az")


@pytest.mark.parametrize(
    ("printed", "worded"),
    [
        (("0.54", "0.30", "0.97"), False),
        (("0.60", "0.34", "1.05"), True),
        (("0.60", "0.34", "1.00"), None),  # 1.00 may be 0.998
        (("1.5", "1.1", "2.0"), False),
    ],
)
def test_words_that_leave_a_difference_in_doubt(printed, worded):
    finding = judge_insignificant(ratio(*printed), "numerically worse")
    assert finding.worded is worded
    assert '"numerically worse"' in finding.because


@pytest.mark.parametrize(
    ("told", "left_out", "opposed"),
    [
        (("0.62", "0.35", "1.10"), ("3.71", "2.05", "6.71"), 1),
        (("0.62", "0.35", "1.10"), ("1.50", "0.90", "2.50"), 0),  # its own interval holds 1
        (("0.62", "0.35", "1.10"), ("0.40", "0.20", "0.80"), 0),  # the same side
        (("1.60", "0.90", "2.90"), ("0.40", "0.20", "0.80"), 1),
        (("1.00", "0.80", "1.25"), ("0.40", "0.20", "0.80"), 0),  # no side to be opposed to
        (("0.62", "0.35", "1.10"), ("1.90", "1.00", "3.60"), None),  # 1.00 may be 0.996
        (("1.60", "0.90", "2.90"), ("0.50", "0.25", "1.00"), None),
    ],
)
def test_results_left_out(told, left_out, opposed):
    finding = judge_left_out({"response": ratio(*told)}, {"response": ratio(*left_out)}, "later")
    assert finding.recomputed == {"opposed": opposed or 0}
    assert finding.worded is {1: False, 0: True, None: None}[opposed]
    assert finding.verdict is (Verdict.MISWORDED if opposed else Verdict.COHERENT)
    # turning every ratio upside down changes nothing
    turned = [tuple(f"{1 / float(x):.6f}" for x in (e, u, low)) for e, low, u in (told, left_out)]
    again = judge_left_out({"response": ratio(*turned[0])}, {"response": ratio(*turned[1])}, "later")
    assert again.verdict is finding.verdict
    with pytest.raises(ValueError, match="the same outcomes, got response against death"):
        judge_left_out({"response": ratio(*told)}, {"death": ratio(*left_out)}, "later")


@pytest.mark.parametrize("text", ["-0.003", "1.2"])
def test_what_is_no_p_value_is_not_judged_significant_or_not(text):
    with pytest.raises(ValueError, match="between 0 and 1"):
        judge_significant({"x": Printed.parse(text)}, ["x"])
