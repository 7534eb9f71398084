"""Ratios with intervals and p values: against linear programming, brute force and enumeration."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from rederive.checks.ratios import (
    CONVENTIONS,
    NORMAL,
    Convention,
    check_ratio,
    check_ratios,
    feasible,
    feasible_outline,
    judge_ratio,
    midpoint_p,
    p_by_decimals,
    summarise_ratios,
)
from rederive.claims import PrintedRatio
from rederive.printed import NEAREST, Printed, Rounding, UnreadableNumber, print_number
from rederive.verdicts import Verdict

Q = stats.norm.isf(0.025)


def ratio(estimate, lower, upper, p=None, measure="OR", **more):
    return PrintedRatio(measure=measure, estimate=estimate, lower=lower, upper=upper, p=p, **more)


def printed_by(effect, se, decimals=2, p_decimals=3, how=Rounding.HALF_UP, sides=2):
    """What a paper prints when these are its true log effect and standard error."""
    texts = [print_number(math.exp(x), decimals, how).text for x in (effect, effect - Q * se, effect + Q * se)]
    return [*texts, print_number(sides * stats.norm.sf(abs(effect / se)), p_decimals, how).text]


honest = {
    "effect": st.floats(-1.5, 1.5),
    "se": st.floats(0.02, 0.8),
    "decimals": st.integers(1, 4),
    "p_decimals": st.integers(2, 4),
}


@settings(max_examples=300)
@given(**honest, how=st.sampled_from(NEAREST))
def test_honest_results_always_fit(effect, se, decimals, p_decimals, how):
    texts = printed_by(effect, se, decimals, p_decimals, how)
    found = feasible(*([t] for t in texts))
    assert found.fits[0]
    for (lower, upper), truth in [
        (found.effect, effect),
        (found.se, se),
        (found.z, effect / se),
        (found.p, 2 * stats.norm.sf(abs(effect / se))),
    ]:
        assert lower[0] - 1e-9 <= truth <= upper[0] + 1e-9


@settings(max_examples=100)
@given(**honest)
def test_cut_off_digits_fit_the_convention_that_cuts_them(effect, se, decimals, p_decimals):
    texts = printed_by(effect, se, decimals, p_decimals, Rounding.TRUNCATION)
    assert feasible(*([t] for t in texts), convention=CONVENTIONS[1]).fits[0]


@settings(max_examples=200)
@given(**honest)
def test_more_digits_never_widen_the_feasible_set(effect, se, decimals, p_decimals):
    """Digits cut off nest exactly. Rounded ones need not: 1.2496 prints as 1.2 and 1.25, neither inside the other."""
    few, more = (
        feasible(*([t] for t in printed_by(effect, se, d, how=Rounding.TRUNCATION)[:3]), convention=CONVENTIONS[1])
        for d in (decimals, decimals + 1)
    )
    for name in ("effect", "se", "z", "p"):
        (a, b), (c, d) = getattr(few, name), getattr(more, name)
        assert a[0] - 1e-9 <= c[0]  # 1e-9: ends are doubles
        assert d[0] <= b[0] + 1e-9


@settings(max_examples=200)
@given(**honest)
def test_a_printed_p_value_never_widens_the_feasible_set(effect, se, decimals, p_decimals):
    texts = [[t] for t in printed_by(effect, se, decimals, p_decimals)]
    without, with_p = feasible(*texts[:3]), feasible(*texts)
    for name in ("effect", "se", "z", "p"):
        (a, b), (c, d) = getattr(without, name), getattr(with_p, name)
        assert a[0] - 1e-9 <= c[0]
        assert d[0] <= b[0] + 1e-9


@settings(max_examples=100)
@given(**honest)
def test_swapping_arms_inverts_the_ratio(effect, se, decimals, p_decimals):
    # enough digits for the two printings to describe nearly the same truth
    straight = feasible(*([t] for t in printed_by(effect, se, 6)[:3]))
    swapped = feasible(*([t] for t in printed_by(-effect, se, 6)[:3]))
    assert straight.effect[0][0] == pytest.approx(-swapped.effect[1][0], abs=2e-5)
    assert straight.se[0][0] == pytest.approx(swapped.se[0][0], abs=2e-5)


def linear_program(texts, sign, objective):
    """The same feasible set handed to an outside solver: the smallest value of `objective` over (b, s), or None."""
    ends = [Printed.parse(t).interval() for t in texts]
    rows = [[1, 0], [1, -Q], [1, Q]]
    a, c = [], []
    for row, end in zip(rows, ends[:3], strict=True):
        a += [row, [-row[0], -row[1]]]
        c += [math.log(end.upper), -math.log(end.lower)]
    a.append([-sign, stats.norm.isf(min(1, ends[3].upper) / 2)])
    c.append(0)
    if ends[3].lower > 0:
        a.append([sign, -stats.norm.isf(ends[3].lower / 2)])
        c.append(0)
    solved = optimize.linprog(objective, A_ub=a, b_ub=c, bounds=[(0, None) if sign > 0 else (None, 0), (0, None)])
    return solved.fun if solved.status == 0 else None


@settings(max_examples=60, deadline=None)
@given(**honest, corrupted=st.booleans())
def test_ranges_equal_linear_programming(effect, se, decimals, p_decimals, corrupted):
    texts = printed_by(effect, se, decimals, p_decimals)
    if corrupted:
        texts[3] = print_number(min(1, float(texts[3]) * 1.5 + 0.003), p_decimals).text
    assume(Printed.parse(texts[1]).interval().lower > 0)  # the solver takes no infinite coefficients
    found = feasible(*([t] for t in texts))
    for k, ends in [(0, found.effect), (1, found.se)]:
        unit = np.eye(2)[k]
        low = [x for x in (linear_program(texts, s, unit) for s in (-1, 1)) if x is not None]
        high = [-x for x in (linear_program(texts, s, -unit) for s in (-1, 1)) if x is not None]
        if not low:
            assert not found.fits[0]
        elif found.fits[0]:  # the solver tolerates 1e-7 and may keep a set that is empty by less
            assert ends[0][0] == pytest.approx(min(low), abs=1e-6)
            assert ends[1][0] == pytest.approx(max(high), abs=1e-6)
        else:
            assert max(high) - min(low) < 1e-5


def test_p_range_equals_brute_force():
    found = feasible(["0.73"], ["0.59"], ["0.90"])
    b, s = np.meshgrid(np.linspace(-0.33, -0.30, 1501), np.linspace(0.098, 0.117, 1501))
    inside = (
        (np.exp(b) >= 0.725) & (np.exp(b) <= 0.735)
        & (np.exp(b - Q * s) >= 0.585) & (np.exp(b - Q * s) <= 0.595)
        & (np.exp(b + Q * s) >= 0.895) & (np.exp(b + Q * s) <= 0.905)
    )  # fmt: skip
    p = 2 * stats.norm.sf(np.abs(b / s))[inside]
    # the grid is 2e-5 wide: its extremes fall short of the true ones by about z' dp/dz of that
    assert found.p[0][0] == pytest.approx(p.min(), rel=2e-3)
    assert found.p[1][0] == pytest.approx(p.max(), rel=2e-3)
    assert found.p[0][0] <= p.min()
    assert found.p[1][0] >= p.max()


def test_the_known_false_alarm_of_midpoints_is_none_here():
    """HR 1.10 (1.04-1.16): the midpoint says p = .0006; data behind such a print had p = .0014."""
    assert midpoint_p(1.10, 1.04, 1.16) == pytest.approx(0.0006, abs=5e-5)
    assert judge_ratio(ratio("1.10", "1.04", "1.16", "0.0014", measure="HR")).verdict is Verdict.COHERENT


def test_a_wrong_p_is_contradicted_and_a_one_sided_one_named():
    wrong = judge_ratio(ratio("0.73", "0.59", "0.90", "0.03"))
    assert wrong.verdict is Verdict.CONTRADICTED
    assert "agree and allow p 0.0024 to 0.0043 (Wald, normal, log scale)" in wrong.because
    assert "another test" in wrong.because
    one_sided = check_ratio(ratio("0.73", "0.59", "0.90", "0.0017"))
    assert [name for name, fits in one_sided.fits.items() if fits] == ["Wald, normal, log scale, one-sided p"]
    assert "one-sided" in judge_ratio(one_sided.printed).because


def test_what_estimate_and_interval_allow_is_told_of_the_rounding_that_they_need():
    finding = judge_ratio(ratio("9.9", "0.9", "100.8", "0.9"))
    assert finding.verdict is Verdict.CONTRADICTED
    assert "allow p 0.050 to 0.053 (Wald, normal, log scale, digits cut off)" in finding.because


def test_an_interval_off_centre_is_contradicted_even_without_p():
    finding = judge_ratio(ratio("0.73", "0.59", "0.95"))
    assert finding.because == "No effect and standard error can print this estimate and its interval together."
    assert finding.verdict is Verdict.CONTRADICTED


def test_few_degrees_of_freedom_make_another_p():
    t10 = Convention("t, 10 df", df=10)
    se = 0.1
    half = stats.t.isf(0.025, 10) * se
    texts = [f"{math.exp(x):.3f}" for x in (-0.3, -0.3 - half, -0.3 + half)] + [f"{2 * stats.t.sf(3, 10):.4f}"]
    assert feasible(*([t] for t in texts), convention=t10).fits[0]
    assert not feasible(*([t] for t in texts), convention=NORMAL).fits[0]


def test_tables_and_their_summary():
    table = pd.DataFrame(
        {
            "estimate": ["0.73", "0.73", "1.67"],
            "lower": ["0.59", "0.59", "1.04"],
            "upper": ["0.90", "0.90", "2.67"],
            "p": ["0.003", "0.03", None],
        },
        index=["good", "bad", "without"],
    )
    checked = check_ratios(table)
    assert checked["fits"].to_dict() == {"good": True, "bad": False, "without": True}
    assert checked.loc["good", "p_lower"] < checked.loc["good", "p_midpoint"] < checked.loc["good", "p_upper"]
    assert summarise_ratios(checked).to_dict() == {"ratios": 3, "fit": 2, "do not fit": 1}
    scalar = check_ratio(ratio("0.73", "0.59", "0.90", "0.003"))
    assert scalar.p.lower == checked.loc["good", "p_lower"]
    assert scalar.se.upper == checked.loc["good", "se_upper"]


def test_each_digit_narrows_p():
    told = p_by_decimals(-0.3147, 0.1077, [1, 2, 3, 4])
    width = told["p_upper"] - told["p_lower"]
    assert (width.diff().dropna() < 0).all()
    truth = 2 * stats.norm.sf(0.3147 / 0.1077)
    assert ((told["p_lower"] <= truth) & (truth <= told["p_upper"])).all()


def test_the_outline_is_the_feasible_set():
    printed = ratio("0.73", "0.59", "0.90", "0.003")
    outline = feasible_outline(printed)
    found = feasible(["0.73"], ["0.59"], ["0.90"], ["0.003"])
    assert outline["se"].iloc[[0, -1]].tolist() == pytest.approx([found.se[0][0], found.se[1][0]])
    assert (outline["effect_lower"] <= outline["effect_upper"] + 1e-12).all()
    middle = outline.iloc[100]
    for b in (middle.effect_lower, middle.effect_upper):
        texts = [Printed.parse(t).interval() for t in ("0.73", "0.59", "0.90", "0.003")]
        true = [
            math.exp(b),
            math.exp(b - Q * middle.se),
            math.exp(b + Q * middle.se),
            2 * stats.norm.sf(abs(b) / middle.se),
        ]
        assert all(i.lower - 1e-9 <= v <= i.upper + 1e-9 for i, v in zip(texts, true, strict=True))


def test_a_source_that_prints_something_else_contradicts():
    printed = ratio("0.73", "0.59", "0.90", "0.003", n="1927")
    assert judge_ratio(printed, printed).verdict is Verdict.COHERENT
    for changed in [
        {"estimate": "0.74"},
        {"lower": "0.60"},
        {"upper": "0.91"},
        {"p": "0.004"},
        {"n": "1928"},
        {"measure": "RR"},
    ]:
        numbers = {"measure": "OR", "estimate": "0.73", "lower": "0.59", "upper": "0.90", "p": "0.003", "n": "1927"}
        finding = judge_ratio(printed, PrintedRatio.model_validate(numbers | changed))
        assert finding.verdict is Verdict.CONTRADICTED
        assert "the same numbers" not in finding.because


def test_rows_may_have_levels_of_their_own_and_limits_of_zero():
    table = pd.DataFrame(
        {
            "estimate": ["0.73", "0.20", "1.00"],
            "lower": ["0.61", "0.00", "1.00"],
            "upper": ["0.87", "5.00", "1.00"],
            "p": ["0.003", None, None],
            "level": ["90%", "95%", "95%"],
        }
    )
    checked = check_ratios(table)
    assert checked["fits"][0]
    assert not check_ratios(table.drop(columns="level"))["fits"][0]
    assert checked["p_midpoint"].isna().tolist() == [False, True, True]
    for i, row in table.iterrows():
        given = {"measure": "OR"} | {name: text for name, text in row.items() if isinstance(text, str)}
        assert check_ratio(PrintedRatio.model_validate(given), [NORMAL]).coherent == checked["fits"][i]
    assert len(check_ratios(table.iloc[:0])) == 0
    with pytest.raises(UnreadableNumber, match="row 0, column lower"):
        check_ratios(table.assign(lower=[np.nan, "0.1", "0.1"]))


def test_an_estimate_printed_as_one_lies_on_both_sides():
    outline = feasible_outline(ratio("1.00", "0.92", "1.10"))
    assert set(outline["side"]) <= {-1, 1}
    assert (outline["effect_lower"] <= outline["effect_upper"] + 1e-12).all()
    both = feasible_outline(ratio("1.00", "0.91", "1.10"))
    assert set(both["side"]) == {-1, 1}
    with pytest.raises(ValueError, match="no outline"):
        feasible_outline(ratio("0.73", "0.59", "0.95"))


def said(finding):
    """What a finding says in words, and what it is missing."""
    return finding.method, finding.convention, finding.because, finding.missing


@pytest.mark.parametrize(
    ("numbers", "convention", "sentence"),
    [
        (
            ("0.73", "0.59", "0.90", "0.003"),
            "Wald, normal, log scale",
            "Estimate and interval allow p 0.0024 to 0.0043; the printed 0.003 is one of them.",
        ),
        (
            ("0.73", "0.59", "0.90"),
            "Wald, normal, log scale",
            "Estimate and interval agree; they put the p value, which is not printed, at 0.0024 to 0.0043.",
        ),
        (
            ("0.73", "0.59", "0.90", "0.0017"),
            "Wald, normal, log scale, one-sided p",
            "Estimate and interval allow p 0.0012 to 0.0022; the printed 0.0017 needs Wald, normal, log scale, "
            "one-sided p.",
        ),
        (
            ("0.73", "0.59", "0.90", "0.03"),
            "; ".join(convention.name for convention in CONVENTIONS),
            "Estimate and interval agree and allow p 0.0024 to 0.0043 (Wald, normal, log scale); the printed 0.03 is "
            "not one of them under any convention tried. It may come from another test.",
        ),
    ],
)
def test_what_is_said_of_a_ratio(numbers, convention, sentence):
    finding = judge_ratio(ratio(*numbers))
    assert said(finding) == (judge_ratio, convention, sentence, ())
    check = check_ratio(ratio(*numbers))
    assert finding.recomputed == {"p": check.p, "log_ratio": check.effect, "standard_error": check.se}


def test_what_is_said_of_the_source():
    printed = ratio("0.73", "0.59", "0.90", "0.003", n="10")
    same = (
        "Estimate and interval allow p 0.0024 to 0.0043; the printed 0.003 is one of them. The primary source prints "
    )
    assert judge_ratio(printed, printed).because == same + "the same numbers."
    source = ratio("0.74", "0.60", "0.90", "0.003", measure="RR", n="12", level="90%")
    assert judge_ratio(printed, source).because == same + "estimate 0.74; lower 0.60; n 12; level 90%; a risk ratio."
    silent_source = ratio("0.73", "0.59", "0.90")
    assert judge_ratio(printed, silent_source).verdict is Verdict.COHERENT


def test_a_ratio_whose_interval_does_not_fit_is_left_with_its_estimate():
    check = check_ratio(ratio("0.73", "0.59", "0.95"))
    assert list(check.fits) == [convention.name for convention in CONVENTIONS]
    assert not check.coherent
    assert check.convention is NORMAL
    assert (check.effect.lower, check.effect.upper) == pytest.approx((math.log(0.725), math.log(0.735)), abs=1e-12)
    assert (check.se.lower, check.se.upper, check.z.lower, check.z.upper) == (0, math.inf, 0, math.inf)
    assert (check.p.lower, check.p.upper) == (0, 1)


def test_distances_from_no_effect_are_positive_and_reach_zero_where_the_estimate_may():
    left, right = check_ratio(ratio("0.73", "0.59", "0.90")), check_ratio(ratio("1.37", "1.11", "1.69"))
    for check in (left, right):
        assert 2.8 < check.z.lower < check.z.upper < 3.1
    assert left.effect.upper < 0 < right.effect.lower
    both = check_ratio(ratio("1.00", "0.91", "1.10"))
    assert both.z.lower == 0
    assert both.z.upper == pytest.approx(max(-both.effect.lower, both.effect.upper) / both.se.lower, rel=0.1)
    assert both.p.upper == 1


def test_each_number_printed_is_a_line_of_the_outline():
    """Along the outline, one of the printed numbers is always at an end of its interval."""
    texts = ("0.73", "0.59", "0.90", "0.003")
    outline = feasible_outline(ratio(*texts), points=50)
    assert len(outline) >= 50
    assert outline["se"].is_monotonic_increasing
    ends = [Printed.parse(text).interval() for text in texts]
    for side in ("effect_lower", "effect_upper"):
        b, s = outline[side].to_numpy(), outline["se"].to_numpy()
        values = [np.exp(b), np.exp(b - Q * s), np.exp(b + Q * s), 2 * stats.norm.sf(np.abs(b) / s)]
        at_an_end = [
            np.isclose(value, end.lower, rtol=1e-9) | np.isclose(value, end.upper, rtol=1e-9)
            for value, end in zip(values, ends, strict=True)
        ]
        assert np.any(at_an_end, axis=0).all()
    without_p = feasible_outline(ratio(*texts), with_p=False, points=50)
    assert without_p["se"].max() > outline["se"].max()
    assert set(without_p["side"]) == {-1}
    assert without_p.index.tolist() == list(range(len(without_p)))


def test_arithmetic_without_intervals_by_hand():
    se = (math.log(0.90) - math.log(0.59)) / (2 * Q)
    assert midpoint_p(0.73, 0.59, 0.90) == pytest.approx(2 * stats.norm.sf(abs(math.log(0.73)) / se), rel=1e-12)
    nothing = midpoint_p([0.2, 0.73], [0.0, 0.59], [5.0, 0.90])
    assert nothing.dtype == float
    assert np.isnan(nothing).tolist() == [True, False]
    wider = (math.log(0.90) - math.log(0.59)) / (2 * stats.norm.isf(0.05))
    assert midpoint_p(0.73, 0.59, 0.90, 0.9) == pytest.approx(2 * stats.norm.sf(-math.log(0.73) / wider), rel=1e-12)


def test_what_more_digits_would_say():
    told = p_by_decimals(-0.3147, 0.1077, [2, 3])
    assert told.index.name == "decimals"
    assert told["printed"].to_dict() == {2: "0.73 (0.59 to 0.90)", 3: "0.730 (0.591 to 0.902)"}
    found = feasible(["0.730"], ["0.591"], ["0.902"])
    assert told.loc[3, ["p_lower", "p_upper"]].tolist() == [found.p[0][0], found.p[1][0]]
    at_90 = p_by_decimals(-0.3147, 0.1077, [2], level=0.9)
    assert at_90.loc[2, "printed"] == "0.73 (0.61 to 0.87)"
    assert at_90.loc[2, "p_lower"] < 2 * stats.norm.sf(0.3147 / 0.1077) < at_90.loc[2, "p_upper"]


def test_rows_of_a_table_keep_their_names_and_numbers_their_columns():
    table = pd.DataFrame(
        {"estimate": ["0.73", Printed.parse("0.73")], "lower": "0.59", "upper": "0.90", "p": ["0.003", np.nan]},
        index=["text", "parsed"],
    )
    checked = check_ratios(table)
    assert checked.index.tolist() == ["text", "parsed"]
    assert checked.columns.tolist() == ["fits", "p_lower", "p_upper", "p_midpoint", "se_lower", "se_upper"]
    assert checked["p_midpoint"].tolist() == pytest.approx([float(midpoint_p(0.73, 0.59, 0.90))] * 2, rel=1e-12)
    assert checked.loc["text", "se_lower"] > checked.loc["parsed", "se_lower"]  # a printed p value narrows it
    assert not check_ratios(table.assign(p="0.03"))["fits"].any()
    cut_off = pd.DataFrame({"estimate": ["0.13"], "lower": ["0.04"], "upper": ["0.34"], "p": [None]})
    assert not check_ratios(cut_off)["fits"][0]
    assert check_ratios(cut_off, convention=CONVENTIONS[1])["fits"][0]
    assert judge_ratio(ratio("0.13", "0.04", "0.34")).convention == "Wald, normal, log scale, digits cut off"


def test_differences_are_taken_as_they_are_and_not_as_logs():
    plain = Convention("difference", log=False)
    found = feasible(["-3.0"], ["-5.0"], ["-1.0"], convention=plain)
    assert found.fits[0]
    assert found.effect[0][0] == pytest.approx(-3.05)
    assert found.effect[1][0] == pytest.approx(-2.95)
    assert found.se[0][0] == pytest.approx(3.9 / (2 * Q))
    assert found.se[1][0] == pytest.approx(4.1 / (2 * Q))
    assert not feasible(["-3.0"], ["-5.0"], ["-1.0"], ["0.5"], convention=plain).fits[0]


def test_where_nothing_fits_all_ranges_are_nan():
    found = feasible(["0.73", "0.73"], ["0.59", "0.59"], ["0.95", "0.90"])
    assert found.fits.tolist() == [False, True]
    for lower, upper in (found.effect, found.se, found.z, found.p):
        for end in (lower, upper):
            assert end.dtype == float
            assert np.isnan(end).tolist() == [True, False]


@pytest.mark.parametrize("texts", [("0.73", "0.59", "0.90"), ("1.37", "1.11", "1.69")])
def test_a_printed_p_value_bounds_the_range_of_p_values(texts):
    p = feasible(*([text] for text in texts), ["0.0030"]).p
    assert (p[0][0], p[1][0]) == pytest.approx((0.00295, 0.00305), rel=1e-9)
