"""Two arms from counts, from means and from tables of events: against R (two_arms.R), enumeration and laws."""

import itertools
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats

from agreement.tables import p_of_summary
from rederive.checks.proportions import fisher_p
from rederive.checks.two_by_two import (
    COUNTS,
    judge_shares_of_arms,
    odds_ratios,
    p_by_test,
    which_odds_ratio_prints,
    which_test_prints,
)
from rederive.checks.two_means import (
    CELLS,
    check_two_means,
    p_of_two_means,
    p_ranges_of_two_means,
    two_means_print,
)
from rederive.claims import PrintedRatio
from rederive.methods.life_tables import (
    hazard_ratios_by_year,
    life_tables_that_print,
    log_rank_over_tables,
    log_rank_p,
)
from rederive.methods.pooling import TwoArms
from rederive.methods.trial_power import (
    detectable_increase,
    fisher_power,
    judge_no_substantial_reduction,
    judge_not_significant,
)
from rederive.printed import Interval, Printed, Rounding, print_number
from rederive.verdicts import Verdict

ORACLE = json.loads((Path(__file__).parents[1] / "oracle" / "two_arms.json").read_text())


def test_the_oracle_has_not_shrunk():
    assert [len(ORACLE[kind]) for kind in ("counts", "means", "power", "log_rank")] == [14, 5, 4, 12]


# ------------------------------------------------------------------------------------------------- counts


@pytest.mark.parametrize("case", ORACLE["counts"], ids=lambda case: str(case["counts"]))
def test_conditional_odds_ratios_by_enumeration(case):
    """Given all margins: the estimate expects the count seen, and each limit leaves 2.5% at or beyond it."""
    a, n1, c, n0 = case["counts"]
    x = np.arange(max(0, a + c - n0), min(n1, a + c) + 1)
    weights = np.array([math.comb(n1, k) * math.comb(n0, a + c - k) for k in x.tolist()], dtype=float)

    def chances(odds_ratio):
        likelihood = weights * odds_ratio ** (x - x[0])
        return likelihood / likelihood.sum()

    estimate, lower, upper = odds_ratios(a, n1, c, n0)["conditional, exact interval"]
    assert float(x @ chances(estimate)) == pytest.approx(a, abs=1e-6)
    assert chances(lower)[x >= a].sum() == pytest.approx(0.025, rel=1e-6)
    assert chances(upper)[x <= a].sum() == pytest.approx(0.025, rel=1e-6)


@given(st.integers(1, 20), st.integers(1, 20), st.integers(1, 20), st.integers(1, 20))
def test_swapping_arms_inverts_odds_ratios_and_keeps_p_values(a, b, c, d):
    one, other = odds_ratios(a, a + b, c, c + d), odds_ratios(c, c + d, a, a + b)
    for way in one:
        assert_allclose(np.array(one[way]), 1 / np.array(other[way])[[0, 2, 1]], rtol=1e-6)
    assert_allclose(list(p_by_test(a, a + b, c, c + d).values()), list(p_by_test(c, c + d, a, a + b).values()))


def test_woolfs_interval_by_hand():
    estimate, lower, upper = odds_ratios(10, 20, 5, 20)["crude, Woolf's interval"]
    half = 1.959963984540054 * (1 / 10 + 1 / 10 + 1 / 5 + 1 / 15) ** 0.5
    assert (estimate, lower, upper) == pytest.approx((3, 3 * np.exp(-half), 3 * np.exp(half)))


@given(st.integers(1, 12), st.integers(1, 12), st.integers(1, 12), st.integers(1, 12), st.integers(2, 3))
def test_what_was_honestly_printed_is_found_again(a, b, c, d, decimals):
    counts = a, a + b, c, c + d
    for test, p in p_by_test(*counts).items():
        row = pd.DataFrame([counts], columns=COUNTS)
        assert test in which_test_prints(row.assign(p=[print_number(p, decimals)]))["printed by"].iloc[0]
    for way, values in odds_ratios(*counts).items():
        ratio = PrintedRatio.model_validate(
            {"measure": "OR"}
            | {name: str(print_number(x, 3)) for name, x in zip(("estimate", "lower", "upper"), values, strict=True)}
        )
        assert way in which_odds_ratio_prints(row.assign(ratio=[ratio]))["printed by"].iloc[0]


def test_a_number_no_test_prints():
    row = pd.DataFrame([(10, 20, 5, 20, Printed.parse("0.9"))], columns=[*COUNTS, "p"])
    assert which_test_prints(row)["printed by"].tolist() == ["none of these"]


@pytest.mark.parametrize(
    ("shares", "verdict", "told"),
    [
        (("1.7%", "2.1%"), Verdict.COHERENT, "1.7% of 351 is 6; 2.1% of 339 is 7"),
        (("1.8%", "2.1%"), Verdict.CONTRADICTED, "1.8% of 351 is no whole number"),
        (("2%", "2%"), Verdict.COHERENT, "2% of 351 is 6, 7 or 8"),
    ],
)
def test_shares_of_arms(shares, verdict, told):
    finding = judge_shares_of_arms(
        dict(zip(("treated", "control"), map(Printed.parse, shares), strict=True)), {"treated": 351, "control": 339}
    )
    assert finding.verdict is verdict
    assert told in finding.because


# -------------------------------------------------------------------------------------------------- means


@pytest.mark.parametrize("case", ORACLE["means"], ids=lambda case: str(case["summary"]))
def test_t_tests_hold_what_r_says(case):
    pooled, welch = (p_of_summary(case["summary"], equal=equal) for equal in (True, False))
    assert pooled.lower <= case["pooled"] * (1 + 1e-9)
    assert pooled.upper >= case["pooled"] * (1 - 1e-9)
    # Welch's range is taken wide; it must hold the truth and be on the sure side of it
    assert welch.lower <= case["welch"] * (1 + 1e-9) <= welch.upper * (1 + 1e-5)


@given(
    st.decimals(0, 50, places=1), st.decimals(0, 50, places=1), st.decimals("0.5", 20, places=1),
    st.decimals("0.5", 20, places=1), st.integers(2, 60), st.integers(2, 60), st.booleans(),
    st.lists(st.floats(-0.05, 0.05), min_size=4, max_size=4),
)  # fmt: skip
def test_every_mean_and_sd_that_prints_the_digits_has_its_p_inside(m1, m2, s1, s2, n1, n2, equal, shift):
    printed = [Printed.parse(str(x)) for x in (m1, s1, m2, s2)]
    p = p_of_two_means(printed[0], printed[1], n1, printed[2], printed[3], n2, equal_variances=equal)
    a, b, c, d = (float(x) + e for x, e in zip((m1, s1, m2, s2), shift, strict=True))
    truth = stats.ttest_ind_from_stats(a, b, n1, c, d, n2, equal_var=equal).pvalue
    assert p.lower - 1e-12 <= truth <= p.upper + 1e-12


def test_standard_errors_are_read_as_such():
    numbers = (Printed.parse("10.0"), Printed.parse("1.0"), 25, Printed.parse("12.0"), Printed.parse("1.0"), 25)
    as_sd = p_of_two_means(
        numbers[0], Printed.parse("5.0"), 25, numbers[3], Printed.parse("5.0"), 25
    )  # the same, from standard deviations
    as_se = p_of_two_means(*numbers, spread="SE")
    assert as_sd.middle == pytest.approx(as_se.middle, abs=0.02)
    assert as_se.lower < as_sd.lower  # one digit less: 1.0 x 5 is 4.75 to 5.25


def test_a_test_may_have_its_digits_cut_off_and_is_named_as_such():
    """χ² of 10 of 40 against 5 of 42, cut at the first decimal where that is not rounding to the nearest."""
    chi2 = p_by_test(10, 40, 5, 42)["χ²"]
    cut = (print_number(chi2, decimals, Rounding.TRUNCATION) for decimals in range(4, 10))
    digits = next(number.text for number in cut if not number.could_print(chi2))
    rows = pd.DataFrame([[10, 40, 5, 42, Printed.parse(digits)]], columns=[*COUNTS, "p"])
    assert which_test_prints(rows)["printed by"].tolist() == ["χ², digits cut off"]


def test_means_may_have_their_digits_cut_off():
    """True means 10.49 and 12.69, standard deviations 2.19 and 2.29, cut to one decimal; p cut to four."""
    p = stats.ttest_ind_from_stats(10.49, 2.19, 30, 12.69, 2.29, 30).pvalue
    texts = {"mean_first": "10.4", "sd_first": "2.1", "mean_second": "12.6", "sd_second": "2.2"}
    row = {name: Printed.parse(text) for name, text in texts.items()} | {"n_first": 30, "n_second": 30}
    far = row | {"mean_first": Printed.parse("11.9")}
    rows = pd.DataFrame([numbers | {"p": print_number(p, 6, Rounding.TRUNCATION)} for numbers in (row, far)])
    assert two_means_print(rows, rows["p"], Rounding.TRUNCATION).tolist() == [True, False]
    assert check_two_means(rows)["prints"].tolist() == [True, False]
    assert not two_means_print(rows, ["0.99", "0.99"], None).any()


def test_means_so_far_apart_that_p_is_0_in_doubles_print_a_bound():
    texts = {"mean_first": "10.0", "sd_first": "1.0", "mean_second": "500.0", "sd_second": "1.0", "p": "<0.001"}
    row = {name: Printed.parse(text) for name, text in texts.items()} | {"n_first": 400, "n_second": 400}
    checked = check_two_means(pd.DataFrame([row]))
    assert checked["t test, equal variances"][0] == Interval(0, 0)
    assert checked["prints"].tolist() == [True]


def test_a_table_of_two_means():
    rows = pd.DataFrame(
        [
            ("52.8", "11.7", 100, "39.6", "11.0", 100, ".160"),
            ("10", "2", 20, "10", "2", 20, "0.9"),
        ],
        columns=["mean_first", "sd_first", "n_first", "mean_second", "sd_second", "n_second", "p"],
    )
    checked = check_two_means(rows.map(lambda cell: Printed.parse(cell) if isinstance(cell, str) else cell))
    assert checked["prints"].tolist() == [False, True]
    assert checked.loc[1, "t test, equal variances"].upper == 1  # the means may be equal


@pytest.mark.parametrize("equal", [True, False])
@pytest.mark.parametrize("spread", ["SD", "SE"])
def test_a_comparison_has_the_same_p_values_alone_and_in_a_table(spread, equal):
    texts = [("10.2", "2.1", 20, "11.9", "2.6", 31), ("5.0", "1.1", 9, "6.1", "1.0", 12)]
    rows = pd.DataFrame([[Printed.parse(x) if isinstance(x, str) else x for x in row] for row in texts], columns=CELLS)
    how = {"spread": spread, "equal_variances": equal}
    alone = [p_of_two_means(*row, **how) for row in rows.itertuples(index=False, name=None)]
    lower, upper = p_ranges_of_two_means(rows, **how)
    assert_allclose(lower, [p.lower for p in alone], rtol=1e-12)
    assert_allclose(upper, [p.upper for p in alone], rtol=1e-12)
    assert np.all(lower > 0)
    assert np.all(lower < upper)


# -------------------------------------------------------------------------------------------------- power


def test_power_by_enumeration():
    n1, n0, risks, r0 = 9, 11, np.array([0.05, 0.4, 0.9]), 0.3
    expected = np.zeros(3)
    for a, c in itertools.product(range(n1 + 1), range(n0 + 1)):
        if fisher_p(a, n1, c, n0) <= 0.05:
            expected += stats.binom.pmf(a, n1, risks) * stats.binom.pmf(c, n0, r0)
    assert_allclose(fisher_power(risks, n1, r0, n0), expected, atol=1e-11)


@given(st.floats(0, 1), st.integers(1, 60), st.integers(1, 60))
def test_fishers_test_keeps_its_level(risk, n1, n0):
    assert float(fisher_power(risk, n1, risk, n0)) <= 0.05 + 1e-9


def test_detectable_increase_has_that_power():
    ratio = detectable_increase(351, 7 / 339, 339)
    assert float(fisher_power(ratio * 7 / 339, 351, 7 / 339, 339)) == pytest.approx(0.8, abs=1e-6)
    with pytest.raises(ValueError, match="no risk is seen with a power of 80% in arms of 3 and 3"):
        detectable_increase(3, 0.5, 3)
    with pytest.raises(ValueError, match="risks between 0 and 1"):
        fisher_power(1.2, 10, 0.5, 10)


def test_what_one_trial_can_bear():
    small, large = (TwoArms([6 * k], [351 * k], [7 * k], [339 * k]) for k in (1, 30))
    assert judge_not_significant(small).verdict is Verdict.COHERENT
    assert judge_not_significant(TwoArms([6], [351], [40], [339])).verdict is Verdict.CONTRADICTED
    assert judge_no_substantial_reduction(small, 0.5).verdict is Verdict.MISWORDED
    assert judge_no_substantial_reduction(large, 0.5).verdict is Verdict.COHERENT
    # the limit itself decides
    lower = judge_no_substantial_reduction(small, 0.5).recomputed["lower"]
    assert judge_no_substantial_reduction(small, 1 - lower + 1e-9).worded
    assert not judge_no_substantial_reduction(small, 1 - lower - 1e-9).worded


# -------------------------------------------------------------------------------------- tables of events


def survival_of(table):
    return np.cumprod([1 - d / r for r, d in table])


def every_life_table(begin, periods):
    """(table, survival) of every way that so many periods can go, by recursion."""
    if not periods:
        yield (), ()
        return
    for lost in range(begin + 1):
        for events in range(begin - lost + 1):
            for at_risk in {begin - lost, begin - lost / 2, begin}:
                if at_risk > 0:
                    for table, factors in every_life_table(begin - lost - events, periods - 1):
                        yield ((at_risk, events), *table), (1 - events / at_risk, *factors)


def test_life_tables_equal_brute_force():
    n, printed = 8, [Printed.parse(x) for x in ("75%", "50%", "25%")]
    expected = {
        table
        for table, factors in every_life_table(n, 3)
        if all(p.could_print(s) for p, s in zip(printed, np.cumprod(factors), strict=True))
    }
    found = life_tables_that_print(n, printed)
    assert expected
    assert {tuple(map(tuple, table)) for table in found.tolist()} == expected
    assert len(found) == len(expected)


@given(st.integers(3, 12), st.data())
def test_the_table_that_was_printed_is_among_those_found(n, data):
    d1 = data.draw(st.integers(0, n - 1))
    w1 = data.draw(st.integers(0, n - d1 - 1))
    r1 = n - w1 * data.draw(st.sampled_from([0, 0.5, 1]))
    d2 = data.draw(st.integers(0, n - d1 - w1))
    table = [[r1, d1], [n - d1 - w1, d2]]
    printed = [Printed.parse(f"{print_number(100 * s, 1)}%") for s in np.cumprod([1 - d / r for r, d in table])]
    assert table in life_tables_that_print(n, printed).tolist()


def test_no_table():
    assert life_tables_that_print(4, [Printed.parse("90%")]).shape == (0, 1, 2)
    found = log_rank_over_tables([Printed.parse("90%")], [Printed.parse("50%")], (4, 4))
    assert found["pairs"] == 0
    assert found["tied"] is None


def test_tables_in_which_nothing_happens_have_no_test():
    found = log_rank_over_tables([Printed.parse("100%")], [Printed.parse("100%")], (5, 5))
    assert found["pairs"] > 0
    assert found["tied"] is None


def test_an_empty_cell_is_refused():
    for counts in ((0, 5, 2, 6), (5, 5, 2, 6), (2, 6, 0, 5), (2, 6, 5, 5)):
        with pytest.raises(ValueError, match="expected no empty cell"):
            odds_ratios(*counts)


def test_log_rank_over_tables_equals_a_loop():
    treated, control = ([Printed.parse(x) for x in texts] for texts in (("86%", "57%"), ("67%", "33%")))
    found = log_rank_over_tables(treated, control, (7, 6), most_events=6)
    first, second = life_tables_that_print(7, treated), life_tables_that_print(6, control)
    pairs = [(a, b) for a in first for b in second if a[:, 1].sum() + b[:, 1].sum() <= 6]
    assert found["pairs"] == len(pairs) > 0
    for order in ("tied", "controls first", "treated first"):
        p = [float(log_rank_p(a, b, order)) for a, b in pairs]
        assert found[order] == Interval(min(p), max(p))


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=4))
def test_the_two_orders_bound_what_the_treated_expect(events):
    """Every interleaving of one period's events: expected events lie between those of the two orders."""
    d1, d0 = events[0]
    r1, r0 = 7, 9

    def expected(sequence):
        at_risk, total = [r1, r0], 0.0
        for arm in sequence:
            total += at_risk[0] / sum(at_risk)
            at_risk[arm] -= 1
        return total

    orders = set(itertools.permutations([0] * d1 + [1] * d0)) if d1 + d0 <= 6 else set()
    if orders:
        values = [expected(order) for order in orders]
        assert max(values) == pytest.approx(expected([1] * d0 + [0] * d1))
        assert min(values) == pytest.approx(expected([0] * d1 + [1] * d0))


def test_cumulative_hazard_ratios():
    ratio = 0.4
    control = [0.9, 0.6, 0.3]
    printed = [[Printed.parse(f"{100 * s:.4f}%") for s in arm] for arm in ([s**ratio for s in control], control)]
    for found in hazard_ratios_by_year(*printed):
        assert ratio in found
        assert found.upper - found.lower < 1e-4
    with pytest.raises(ValueError, match="strictly between 0% and 100%, got 100% and 50%"):
        hazard_ratios_by_year([Printed.parse("100%")], [Printed.parse("50%")])
