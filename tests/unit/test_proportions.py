"""Percentages and two-by-two tables: against exact fractions, enumeration, scipy and statsmodels."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats import proportion
from statsmodels.stats.contingency_tables import Table2x2

from rederive.checks.proportions import (
    TESTS,
    check_percentages,
    chi2_p,
    chi2_yates_p,
    counts_that_print,
    exact_intervals,
    fisher_may_print,
    fisher_p,
    judge_percentage,
    judge_total,
    judge_two_shares,
    prints_percentage,
    roundings_that_print,
    summarise_percentages,
    tables_that_print,
    z_unpooled_p,
)
from rederive.claims import PrintedPercentage, PrintedRatio, PrintedTotal
from rederive.printed import NEAREST, Printed, Rounding, print_number
from rederive.verdicts import Verdict


def percent(text):
    return Printed.parse(f"{text}%")


two_arms = st.tuples(st.integers(1, 60), st.integers(1, 60)).flatmap(
    lambda n: st.tuples(st.integers(0, n[0]), st.just(n[0]), st.integers(0, n[1]), st.just(n[1]))
)


@settings(max_examples=200)
@given(two_arms)
def test_p_values_equal_scipy_and_statsmodels(table):
    a, n1, c, n0 = table
    cells = [[a, n1 - a], [c, n0 - c]]
    assert fisher_p(*table) == pytest.approx(stats.fisher_exact(cells)[1], rel=1e-9)
    if 0 < a + c < n1 + n0:
        assert chi2_p(*table) == pytest.approx(stats.chi2_contingency(cells, correction=False)[1], rel=1e-9)
        assert chi2_yates_p(*table) == pytest.approx(stats.chi2_contingency(cells, correction=True)[1], rel=1e-9)
    if 0 < a < n1 and 0 < c < n0:
        wald = proportion.test_proportions_2indep(a, n1, c, n0, method="wald", compare="diff").pvalue
        assert z_unpooled_p(*table) == pytest.approx(wald, rel=1e-9)


@settings(max_examples=50)
@given(two_arms)
def test_swapping_arms_changes_no_p_value(table):
    a, n1, c, n0 = table
    for test in TESTS.values():
        np.testing.assert_allclose(test(a, n1, c, n0), test(c, n0, a, n1), rtol=1e-9)


def test_one_call_answers_for_many_tables():
    many = np.array([[8, 20, 3, 25], [1, 5, 4, 60], [0, 7, 7, 7]]).T
    for test in TESTS.values():
        np.testing.assert_array_equal(test(*many), [test(*one) for one in many.T])


@settings(max_examples=300)
@given(
    st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    st.integers(0, 3),
    st.sampled_from(list(Rounding)),
)
def test_an_honest_percentage_always_fits(counts, decimals, how):
    events, n = counts
    text = percent(print_number(Fraction(100 * events, n), decimals, how))
    assert prints_percentage(events, n, text, how)
    assert how in roundings_that_print(events, n, text)
    if how in NEAREST:
        assert prints_percentage(events, n, text)
    found = counts_that_print(text, [n], how)
    assert events in set(found["events"])


@settings(max_examples=300)
@given(
    st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    st.integers(0, 100),
    st.sampled_from([*Rounding, None]),
)
def test_integer_arithmetic_equals_exact_fractions(counts, shown, how):
    events, n = counts
    text = percent(str(shown))
    assert prints_percentage(events, n, text, how) == text.prints(Fraction(events, n), how)


def test_ties_tell_conventions_apart():
    assert roundings_that_print(1, 8, percent("13")) == (Rounding.HALF_UP,)
    assert roundings_that_print(1, 8, percent("12")) == (Rounding.HALF_EVEN, Rounding.TRUNCATION)


def test_bounds_are_percentages_too():
    assert prints_percentage(1, 200, Printed.parse("<1%"))
    assert not prints_percentage(3, 200, Printed.parse("<1%"))


def test_a_table_and_its_summary():
    table = pd.DataFrame(
        {"events": [1, 1, 2], "n": [8, 3, 3], "percent": [percent("13"), percent("33"), percent("66")]}
    )
    checked = check_percentages(table)
    assert checked["half-up"].tolist() == [True, True, False]
    assert checked["truncation"].tolist() == [False, True, True]
    summary = summarise_percentages(checked)
    assert (summary["half-up"], summary["none"], summary["one for all"]) == (2, 0, False)


def test_counts_that_print_finds_all_and_only():
    found = counts_that_print(percent("33"), range(1, 10))
    assert list(found.itertuples(index=False, name=None)) == [(1, 3), (2, 6), (3, 9)]


def test_tables_that_print_equals_brute_force():
    shown = {"treated": percent("68"), "control": percent("42"), "p": Printed.parse("0.06")}
    found = tables_that_print(range(18, 27), range(18, 27), **shown)
    expected = set()
    for n1 in range(18, 27):
        for n0 in range(18, 27):
            for a in range(n1 + 1):
                for c in range(n0 + 1):
                    if shown["treated"].prints(Fraction(a, n1)) and shown["control"].prints(Fraction(c, n0)):
                        cells = [[a, n1 - a], [c, n0 - c]]
                        ps = [
                            stats.chi2_contingency(cells, correction=False)[1],
                            stats.chi2_contingency(cells)[1],
                            stats.fisher_exact(cells)[1],
                            proportion.test_proportions_2indep(a, n1, c, n0, method="wald", compare="diff").pvalue,
                        ]
                        if any(0.055 <= p <= 0.065 for p in ps):
                            expected.add((a, n1, c, n0))
    assert expected
    assert set(found.iloc[:, :4].itertuples(index=False, name=None)) == expected


def test_tables_that_print_an_odds_ratio():
    etass = Table2x2([[47, 134], [63, 117]])
    lower, upper = etass.oddsratio_confint()
    ratio = PrintedRatio(measure="OR", estimate=f"{etass.oddsratio:.3f}", lower=f"{lower:.3f}", upper=f"{upper:.3f}")
    found = tables_that_print([181], [180], ratio=ratio)
    assert (47, 181, 63, 180) in set(found.itertuples(index=False, name=None))
    assert len(found) == 1
    with pytest.raises(ValueError, match="odds ratio"):
        tables_that_print([181], [180], ratio=PrintedRatio(measure="RR", estimate="0.7", lower="0.5", upper="1.0"))


def test_numbers_that_look_alike_each_constrain():
    ratio = PrintedRatio(measure="OR", estimate="1.0", lower="0.5", upper="1.0")
    assert tables_that_print(range(60, 63), range(60, 63), ratio=ratio).empty


def test_a_wald_test_without_variance_is_no_test():
    assert np.isnan(z_unpooled_p(1, 1, 0, 1))
    assert np.isnan(z_unpooled_p(2, 2, 0, 2))
    with pytest.raises(ValueError, match="between 0 and n"):
        fisher_p(3, 2, 0, 2)


def test_counts_printed_beside_a_percentage_have_to_fit():
    beside = PrintedPercentage(percent="75%", events="1", n="4")
    assert judge_percentage(beside, {"counted": (3, 4)}).verdict is Verdict.CONTRADICTED
    with pytest.raises(ValueError, match="at least one way"):
        judge_percentage(PrintedPercentage(percent="75%"), {})


def test_one_count_printed_beside_a_percentage_has_to_be_the_one_counted():
    def judged(**beside):
        return judge_percentage(PrintedPercentage(percent="19.4%", **beside), {"responses": (7, 36)})

    assert judged(n="36").verdict is judged(events="7").verdict is judged().verdict is Verdict.REPRODUCED
    assert judged(n="63").verdict is judged(events="6").verdict is Verdict.CONTRADICTED
    assert judged(n="63").because == "Counted: responses 7 of 36, which is 19.4%; printed: 19.4%, with n 63 beside it."
    ways = {"analysed": (7, 36), "enrolled": (7, 48)}
    assert judge_percentage(PrintedPercentage(percent="19.4%", n="36"), ways).verdict is Verdict.REPRODUCED
    assert judge_percentage(PrintedPercentage(percent="19.4%", n="48"), ways).verdict is Verdict.CONTRADICTED


def test_totals_add_up_or_are_contradicted():
    assert judge_total(PrintedTotal(n="1,927", n_treated="967", n_control="960")).verdict is Verdict.COHERENT
    assert judge_total(PrintedTotal(n="1,928", n_treated="967", n_control="960")).verdict is Verdict.CONTRADICTED
    assert judge_total(PrintedTotal(n="1,106"), parts=(552, 554)).verdict is Verdict.REPRODUCED
    assert judge_total(PrintedTotal(n="1,106"), parts=(542, 547)).verdict is Verdict.CONTRADICTED
    own_arms = PrintedTotal(n="10", n_treated="3", n_control="4")
    assert judge_total(own_arms, parts=(5, 5)).verdict is Verdict.CONTRADICTED
    with pytest.raises(ValueError, match="arms"):
        judge_total(PrintedTotal(n="1,106"))


def test_a_share_is_reproduced_by_the_count_that_prints_it():
    shares = {"analysed": (1450, 1927), "randomised": (1467, 1927)}
    finding = judge_percentage(PrintedPercentage(percent="75%"), shares)
    assert finding.verdict is Verdict.REPRODUCED
    assumed = judge_percentage(PrintedPercentage(percent="75%"), shares, assuming="these are the two trials")
    assert assumed.verdict is Verdict.COHERENT
    assert judge_percentage(PrintedPercentage(percent="77%"), shares).verdict is Verdict.CONTRADICTED


def test_two_shares_of_whole_arms_of_part_of_them_and_of_nobody():
    p = Printed.parse("<0.001")
    whole = judge_two_shares(percent("19.1"), percent("62.1"), p, (68, 66))
    assert whole.verdict is Verdict.COHERENT
    assert whole.recomputed["pairs_of_whole_arms"] == 1
    part = judge_two_shares(percent("19.1"), percent("62.1"), p, (69, 69))
    assert part.verdict is Verdict.POSSIBLE
    assert "13 of 68 and 41 of 66 do, if 4 patients are missing" in part.because
    assert judge_two_shares(percent("19.1"), percent("62.1"), p, (10, 10)).verdict is Verdict.CONTRADICTED
    assert judge_two_shares(percent("50"), percent("51"), p, (100, 100)).verdict is Verdict.SILENT  # by these tests


def test_a_total_may_be_counted_elsewhere():
    total = PrintedTotal.model_validate({"n": "48"})
    assert judge_total(total, (30, 18), counted_in="Table 1").because.startswith("Table 1 reports 30 and 18; together")


@settings(max_examples=200)
@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.sampled_from([0, 1, 2]))
def test_without_a_rounding_a_percentage_is_what_printed_numbers_say(counts, decimals):
    events, n = counts
    exact = Fraction(events, n)
    for steps in (-1, 0, 1):
        value = (round(exact * 100 * 10**decimals) + steps) * Fraction(1, 10**decimals)
        if not 0 <= value <= 100:
            continue
        printed = Printed.parse(f"{print_number(value, decimals)}%")
        assert bool(prints_percentage(events, n, printed)) == printed.prints(exact)


def test_a_percentage_cut_off_is_said_to_be():
    # 33/48 is 68.75% exactly
    finding = judge_percentage(PrintedPercentage(percent="68.7%"), {"table": (33, 48)})
    assert finding.verdict is Verdict.REPRODUCED
    assert finding.convention == "digits cut off"
    assert "that share cut off, not rounded" in finding.because
    assert judge_percentage(PrintedPercentage(percent="68.8%"), {"table": (33, 48)}).convention == (
        "rounded to the nearest"
    )
    assert judge_percentage(PrintedPercentage(percent="68.6%"), {"table": (33, 48)}).verdict is Verdict.CONTRADICTED


def test_exact_intervals():
    # R 4.2.2: binom.test(7, 36)$conf.int; of none among n the upper limit is 1 - 0.025^(1/n)
    table = exact_intervals({"response": [(7, 36), (7, 48)], "none": [(0, 48)]})
    assert table["what"].tolist() == ["response", "response", "none"]
    assert table.loc[0, ["lower", "upper"]].tolist() == pytest.approx(
        [0.08194363976520885, 0.36024801617502544], rel=1e-9
    )
    assert table.loc[2, ["lower", "upper"]].tolist() == pytest.approx([0, 1 - 0.025 ** (1 / 48)], rel=1e-9)
    wide, narrow = (exact_intervals({"a": [(18, 48)]}, level).iloc[0] for level in (0.99, 0.9))
    assert wide["lower"] < narrow["lower"] < 18 / 48 < narrow["upper"] < wide["upper"]


@settings(max_examples=200)
@given(two_arms, st.sampled_from(["0.003", "0.05", "<0.01", "0.2", "1.0"]))
def test_fishers_bounds_never_exclude_a_table_that_prints_p(table, p):
    printed = Printed.parse(p)
    if printed.could_print(fisher_p(*table)):
        assert fisher_may_print(printed, *table)


def test_fishers_bounds_exclude_most_tables_and_leave_them_without_p_value():
    shown = {"treated": percent("68"), "control": percent("42"), "p": Printed.parse("0.003")}
    sizes = np.arange(60, 300)
    a, c = np.round(0.68 * sizes).astype(int), np.round(0.42 * sizes).astype(int)
    assert fisher_may_print(shown["p"], a, sizes, c, sizes).mean() < 0.4
    found = tables_that_print(range(55, 75), range(55, 75), **shown)
    asked = fisher_may_print(shown["p"], *(found[name] for name in found.columns[:4]))
    assert found["Fisher's exact"].notna().equals(pd.Series(asked))
    np.testing.assert_array_equal(
        found["Fisher's exact prints p"],
        shown["p"].could_print(fisher_p(*(found[name] for name in found.columns[:4]))),
    )


def test_fishers_test_of_many_tables_at_once_and_of_none():
    rng = np.random.default_rng(3)
    n1, n0 = rng.integers(1, 40, (2, 9000))
    a, c = rng.integers(0, n1 + 1), rng.integers(0, n0 + 1)
    some = rng.integers(0, 9000, 40)
    together = fisher_p(a, n1, c, n0)
    np.testing.assert_array_equal(together[some], [fisher_p(a[i], n1[i], c[i], n0[i]) for i in some])
    assert together[some] == pytest.approx(
        [stats.fisher_exact([[a[i], n1[i] - a[i]], [c[i], n0[i] - c[i]]])[1] for i in some], rel=1e-9
    )
    assert fisher_p([], [], [], []).shape == (0,)


def said(finding):
    """All that a finding says beside its verdict."""
    return finding.method, finding.convention, finding.because, dict(finding.recomputed), finding.missing


def test_what_is_said_of_a_percentage():
    shares = {"analysed": (1450, 1927), "randomised": (1467, 1927)}
    assert said(judge_percentage(PrintedPercentage(percent="75%"), shares)) == (
        judge_percentage,
        "rounded to the nearest",
        "Counted: analysed 1,450 of 1,927, which is 75.2%; randomised 1,467 of 1,927, which is 76.1%; printed: 75%.",
        {"share_analysed": 1450 / 1927, "share_randomised": 1467 / 1927},
        (),
    )
    assert said(judge_percentage(PrintedPercentage(percent="68.7%"), {"table": (33, 48)}, "as counted")) == (
        judge_percentage,
        "as counted; digits cut off",
        "Counted: table 33 of 48, which is 68.8%; printed: 68.7%, which is that share cut off, not rounded.",
        {"share_table": 33 / 48},
        (),
    )
    assert judge_percentage(PrintedPercentage(percent="68.8%"), {"table": (33, 48)}, "as counted").convention == (
        "as counted"
    )
    beside = judge_percentage(PrintedPercentage(percent="75%", events="3", n="4"), {})
    assert beside.verdict is Verdict.REPRODUCED
    assert beside.because == "Counted: printed beside it 3 of 4, which is 75.0%; printed: 75%."
    only_events = PrintedPercentage(percent="75%", events="3")
    with pytest.raises(ValueError, match="at least one way"):
        judge_percentage(only_events, {})
    with pytest.raises(ValueError, match="none of them of nobody"):
        judge_percentage(PrintedPercentage(percent="75%"), {"some": (3, 4), "nobody": (0, 0)})


def test_what_is_said_of_a_total():
    assert said(judge_total(PrintedTotal(n="1,927", n_treated="967", n_control="960"))) == (
        judge_total,
        "",
        "The document prints 967 and 960; together 1,927, as printed.",
        {"total": 1927},
        (),
    )
    assert judge_total(PrintedTotal(n="1,106"), parts=(552, 555)).because == (
        "The source reports 552 and 555; together 1,107, not as printed."
    )
    with pytest.raises(ValueError, match="arms"):
        judge_total(PrintedTotal(n="1,927", n_treated="967"))


def test_what_is_said_of_two_shares():
    p, shares = Printed.parse("<0.001"), (percent("19.1"), percent("62.1"))
    tests = "rounded to the nearest; χ², χ² with continuity correction, Fisher's exact, two-sample z, unpooled"
    assert said(judge_two_shares(*shares, p, (68, 66))) == (
        judge_two_shares,
        tests,
        "Of 19.1%, 62.1% and p <0.001: 1 pairs of counts in arms of 68 and 66 print them.",
        {"pairs_of_whole_arms": 1, "pairs_down_to_half_the_arms": 4},
        (),
    )
    assert said(judge_two_shares(*shares, p, (69, 69))) == (
        judge_two_shares,
        tests,
        "Of 19.1%, 62.1% and p <0.001: no counts in arms of 69 and 69 print them; 13 of 68 and 41 of 66 do, if 4 "
        "patients are missing.",
        {"pairs_of_whole_arms": 0, "pairs_down_to_half_the_arms": 4},
        ("events and patients per arm",),
    )
    assert said(judge_two_shares(*shares, p, (10, 10))) == (
        judge_two_shares,
        tests,
        "Of 19.1%, 62.1% and p <0.001: no counts in arms of 10 and 10, nor in any down to half of that size, print "
        "them.",
        {"pairs_of_whole_arms": 0, "pairs_down_to_half_the_arms": 0},
        ("events and patients per arm",),
    )


def test_arms_down_to_half_are_tried_and_no_smaller_ones():
    # 3/4 and 1/4 are 75% and 25%; so are 6/8 and 2/8, whose p by χ² is 0.0455
    shares, p = (percent("75"), percent("25")), Printed.parse("0.0455")
    assert judge_two_shares(*shares, p, (16, 17)).recomputed["pairs_down_to_half_the_arms"] == 1
    assert judge_two_shares(*shares, p, (18, 18)).verdict is Verdict.SILENT


def test_bounds_of_percentages_include_their_ends_and_need_patients():
    assert prints_percentage(2, 200, Printed.parse("<1%"))
    assert prints_percentage(2, 200, Printed.parse(">1%"))
    assert not prints_percentage(1, 200, Printed.parse(">1%"))
    for text in ("<1%", ">1%", "0%"):
        assert not prints_percentage(0, 0, Printed.parse(text))


def test_the_summary_of_a_table_that_one_rounding_explains():
    table = pd.DataFrame({"events": [1, 2], "n": [8, 3], "percent": [percent("13"), percent("67")]}, index=["a", "b"])
    checked = check_percentages(table)
    assert checked.index.tolist() == ["a", "b"]
    assert summarise_percentages(checked).to_dict() == {
        "half-up": 2, "half-even": 1, "truncation": 0, "none": 0, "one for all": True,
    }  # fmt: skip
    wrong = check_percentages(table.assign(percent=percent("90")))
    assert summarise_percentages(wrong)["none"] == 2


def test_tables_are_named_and_numbered():
    found = tables_that_print([4], [4], treated=percent("75"), control=percent("25"))
    assert found.columns.tolist() == ["events_treated", "n_treated", "events_control", "n_control"]
    assert found.to_numpy().tolist() == [[3, 4, 1, 4]]
    one_test = tables_that_print([8], [8], treated=percent("75"), control=percent("25"), p=Printed.parse("0.0455"),
                                 tests=["χ²"])  # fmt: skip
    assert one_test.columns.tolist()[4:] == ["χ²", "χ² prints p"]
    assert one_test.index.tolist() == [0]
    assert exact_intervals({"a": [(7, 36)]}).columns.tolist() == ["what", "events", "n", "share", "lower", "upper"]
    assert counts_that_print(percent("75"), [4]).columns.tolist() == ["events", "n"]


def test_one_patient_an_arm_is_an_arm():
    finding = judge_two_shares(percent("100"), percent("0"), Printed.parse("1.0"), (1, 1))
    assert finding.verdict is Verdict.COHERENT
