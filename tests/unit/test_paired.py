"""Paired comparisons: against SciPy 1.11.1, enumeration of all signs and of all pairings."""

import json
import math
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import permutations, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from rederive.checks import paired
from rederive.checks.paired import (
    MOST_EXACT,
    PairingAssumptions,
    all_can_move_alike,
    correlation_demanded,
    correlations_that_print,
    extreme_p,
    extreme_quartile_p,
    judge_mean_change,
    judge_quartile_change,
    p_by_correlation,
    p_by_exact_correlation,
    p_for_correlation,
    rank_sums_that_print,
    signed_rank_p,
    smallest_signed_rank_p,
    t_p,
)
from rederive.checks.quantiles import DEFINITIONS
from rederive.claims import PrintedMeanChange, PrintedQuartileChange
from rederive.printed import Interval, Printed, Rounding, print_number
from rederive.verdicts import Verdict

ORACLE = json.loads((Path(__file__).parents[1] / "oracle" / "paired.json").read_text())
DIFFERENCES = {name: np.atleast_1d(d) for name, d in ORACLE["differences"].items()}
# scipy.stats.wilcoxon(d).pvalue in SciPy 1.11.1 with NumPy 1.26, d being the oracle's differences of that name
SCIPY_1_11_1 = {
    "untied_5": 0.4375,
    "untied_12": 0.02099609375,
    "untied_30": 0.002560090273618698,
    "untied_48": 0.6218873129564102,
    "untied_48_far": 6.252776074688882e-13,
    "untied_60": 0.029329106247332124,
    "all_up": 0.0078125,
    "tied_8": 0.1484375,
    "tied_14_half": 0.42626953125,
    "tied_48": 0.05135504594910856,
    "tied_48_far": 2.3447910280083306e-13,
    "tied_60": 0.31974446553559155,
    "all_sizes_equal": 0.10546875,
    "in_balance": 1.0,
    "zeros_10": 0.16142946236708333,
    "zeros_tied_12": 0.08335618153643236,
    "zeros_tied_48": 0.057454412945363825,
    "zeros_mostly": 1.0,
    "one_patient": 1.0,
}
# Both sides add up the same few thousand doubles, or take one normal or t tail; JSON keeps 15 digits.
SAME = {"rtol": 1e-10, "atol": 0}


def quartile_change(before, after, p, n="48"):
    names = ("q1", "median", "q3")
    columns = {"before": before, "after": after}
    return PrintedQuartileChange(
        n=n, p=p, **{f"{when}_{q}": x for when, texts in columns.items() for q, x in zip(names, texts, strict=True)}
    )


# Table 2 of the paper on lymphocytes
CHANGES = {
    "CD3": quartile_change(("285.0", "422.5", "547.5"), ("379.3", "614.0", "726.5"), "<0.001"),
    "CD4": quartile_change(("151.5", "244.5", "287.3"), ("197.0", "284.5", "402.8"), "<0.001"),
    "CD8": quartile_change(("117.0", "159.0", "232.8"), ("156.0", "222.5", "343.8"), "<0.001"),
    "B": quartile_change(("21.8", "44.0", "73.5"), ("20.8", "35.5", "69.3"), "0.419"),
    "CD4/CD8": quartile_change(("0.99", "1.4", "2.0"), ("0.9", "1.3", "2.2"), "0.703"),
}
USUAL = {name: PairingAssumptions(grid=Fraction(1, 100 if name == "CD4/CD8" else 1)) for name in CHANGES}
NK = PrintedMeanChange(n="48", before_mean="159.8", before_sd="106.2", after_mean="224.1", after_sd="164.8", p="<0.001")
rows_of_table_2 = pytest.mark.parametrize("name", CHANGES)

some_differences = st.lists(st.integers(-6, 6), min_size=1, max_size=9)


# ---------------------------------------------------------------------------------------- signed-rank test


def test_the_oracle_did_not_shrink():
    assert ORACLE["r"].startswith("R version 4.2.2")
    assert ORACLE["packages"]["coin"] == "1.4.2"
    assert Counter(case["kind"] for case in ORACLE["signed_rank"]) == {
        "exact_wilcox": 19,
        "exact_wilcox_coin": 19,
        "exact_untied": 8,
        "exact_pratt": 19,
        "normal_wilcox": 19,
        "normal_wilcox_corrected": 19,
        "normal_pratt": 19,
    }
    assert len(ORACLE["t"]) == 33
    assert set(SCIPY_1_11_1) == set(DIFFERENCES)
    assert sum((d == 0).any() for d in DIFFERENCES.values()) == 4
    assert sum(len(set(abs(d))) < len(d) for d in DIFFERENCES.values()) >= 9


@pytest.mark.parametrize("name", DIFFERENCES)
def test_auto_equals_scipy_1_11(name):
    assert_allclose(signed_rank_p(DIFFERENCES[name], method="auto"), SCIPY_1_11_1[name], **SAME)


@settings(max_examples=150)
@given(some_differences, st.sampled_from(["wilcox", "pratt"]))
def test_exact_p_equals_all_signs(differences, zeros):
    d = np.array(differences, dtype=float)
    ranked = d if zeros == "pratt" else d[d != 0]
    ranks = stats.rankdata(abs(ranked))[ranked != 0]
    sums = np.array([np.dot(signs, ranks) for signs in product((0, 1), repeat=len(ranks))])
    seen, middle = ranks[ranked[ranked != 0] > 0].sum(), ranks.sum() / 2
    expected = np.mean(abs(sums - middle) >= abs(seen - middle))
    assert_allclose(signed_rank_p(d, method="exact", zeros=zeros), expected, **SAME)


@settings(max_examples=150)
@given(st.lists(st.integers(-20, 20), min_size=1, max_size=40), st.sampled_from(["wilcox", "pratt"]), st.booleans())
def test_normal_p_equals_scipy(differences, zeros, correction):
    assume(any(differences))
    expected = stats.wilcoxon(differences, method="asymptotic", zero_method=zeros, correction=correction).pvalue
    assert_allclose(signed_rank_p(differences, method="normal", zeros=zeros, correction=correction), expected, **SAME)


@settings(max_examples=100)
@given(
    some_differences,
    st.sampled_from(["exact", "normal"]),
    st.sampled_from(["wilcox", "pratt"]),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_p_knows_no_order_direction_or_unit(differences, method, zeros, correction, random):
    options = {"method": method, "zeros": zeros, "correction": correction}
    p = signed_rank_p(differences, **options)
    shuffled = random.sample(differences, len(differences))
    assert_allclose(signed_rank_p(-4.0 * np.array(shuffled), **options), p, **SAME)
    assert smallest_signed_rank_p(len(differences)) * (1 - 1e-12) <= p <= 1


@pytest.mark.parametrize("method", ["exact", "normal", "auto"])
def test_a_row_does_not_depend_on_its_company(method):
    rows = np.stack([DIFFERENCES[name] for name in ("untied_48", "tied_48", "zeros_tied_48", "untied_48_far")])
    cube = np.stack([rows, rows[::-1]])
    p = signed_rank_p(cube, method=method)
    assert p.shape == (2, 4)
    assert_array_equal(p[0], [signed_rank_p(row, method=method) for row in rows])
    assert_array_equal(p[1], p[0][::-1])


def test_unchanged_patients_only_leave_p_at_1():
    for method, zeros in product(("exact", "normal", "auto"), ("wilcox", "pratt")):
        assert signed_rank_p(np.zeros(7), method=method, zeros=zeros) == 1


@pytest.mark.parametrize("differences", [[1, math.nan], [1, math.inf], [], 3.0])
def test_differences_must_be_numbers_of_patients(differences):
    with pytest.raises(ValueError, match="at least one patient"):
        signed_rank_p(differences, method="exact")


@pytest.mark.parametrize("n", [3, 8, 20, 48])
def test_the_smallest_p_is_reached(n):
    least = min(signed_rank_p(np.ones(n), method=method) for method in ("exact", "normal"))
    assert_allclose(smallest_signed_rank_p(n), least, **SAME)


@settings(max_examples=100)
@given(st.integers(2, 9), st.integers(1, 4), st.data())
def test_rank_sums_that_print_equal_all_signs(n, decimals, data):
    sums = np.array([np.dot(signs, np.arange(1, n + 1)) for signs in product((0, 1), repeat=n)])
    total = n * (n + 1) // 2
    p = {w: min(1.0, 2 * np.mean(sums <= w)) for w in range(total // 2 + 1)}
    shown = print_number(data.draw(st.sampled_from([*p.values(), 0.0123, 0.4])), decimals)
    found = rank_sums_that_print(shown, n)
    assert found["rank_sum"].tolist() == [w for w, value in p.items() if shown.could_print(value)]
    assert_allclose(found["p"], [p[w] for w in found["rank_sum"]], **SAME)


@settings(max_examples=100)
@given(st.lists(st.integers(-30, 30).filter(bool), min_size=2, max_size=MOST_EXACT))
def test_without_unchanged_patients_the_default_has_no_other_p(differences):
    p = float(signed_rank_p(differences, method="auto"))
    shown = print_number(Fraction(p), 12)
    listed = rank_sums_that_print(shown, len(differences))["p"].to_numpy()
    assert np.isclose(listed, p, **SAME).any()


def test_p_values_of_table_2_that_48_changed_patients_can_print():
    assert rank_sums_that_print(CHANGES["CD4/CD8"].p, 48)["rank_sum"].tolist() == [550]
    assert rank_sums_that_print(CHANGES["B"].p, 48).empty


def test_rank_sums_of_48_patients_equal_scipy():
    ranks = np.arange(1, 49)
    signs = np.full((589, 48), -1)
    for w, row in enumerate(signs):  # the largest ranks that still fit into w get a plus
        for rank in ranks[::-1]:
            if rank <= w:
                row[rank - 1], w = 1, w - rank
    p = stats.wilcoxon(ranks * signs, axis=1, method="exact").pvalue
    for shown in ("0.419", "0.703", "0.05", "<0.001", "0.7"):
        found = rank_sums_that_print(Printed.parse(shown), 48)
        expected = np.flatnonzero(Printed.parse(shown).could_print(p))
        assert_array_equal(found["rank_sum"], expected)
        assert_allclose(found["p"], p[expected], **SAME)


# -------------------------------------------------------------------------- paired t test from means and SDs

SUMMARY = ("before_mean", "before_sd", "after_mean", "after_sd", "n", "correlation")


def test_t_p_without_spread_in_the_differences():
    assert t_p(1, 2, 3, 2, 10, 1) == 0
    assert np.isnan(t_p(3, 2, 3, 2, 10, 1))


# coarse digits too, so that the best SD within its digits is often neither end of them
printed_means = st.one_of(st.integers(0, 900).map(lambda x: f"{x / 10:.1f}"), st.integers(0, 9).map(str))
printed_sds = st.one_of(st.integers(1, 300).map(lambda x: f"{x / 10:.1f}"), st.integers(1, 6).map(str))
mean_changes = st.builds(
    lambda n, m1, s1, m2, s2, p: PrintedMeanChange(
        n=str(n), before_mean=m1, before_sd=s1, after_mean=m2, after_sd=s2, p=p
    ),
    st.integers(3, 80),
    printed_means,
    printed_sds,
    printed_means,
    printed_sds,
    st.sampled_from(["<0.001", "<0.05", "0.03", "0.419", "0.9", ">0.05", "0.000", "1.00"]),
)
correlations = st.floats(-1, 1)


def box(change):
    """The intervals of m1, s1, m2, s2."""
    return [getattr(change, name).interval() for name in SUMMARY[:4]]


@settings(max_examples=150)
@given(mean_changes, correlations, st.tuples(*[st.floats(0, 1)] * 4))
def test_p_for_correlation_holds_every_p_inside(change, r, weights):
    inside = [ends.lower + w * (ends.upper - ends.lower) for ends, w in zip(box(change), weights, strict=True)]
    p, found = t_p(*inside, change.n.count(), r), p_for_correlation(change, r)
    assume(not np.isnan(p))
    assert found.lower * (1 - 1e-9) <= p <= found.upper * (1 + 1e-9)
    everything = extreme_p(change)
    assert everything.lower <= found.lower * (1 + 1e-9)
    assert found.upper <= everything.upper * (1 + 1e-9)


@settings(max_examples=60)
@given(mean_changes, st.floats(-1, 0.99))
def test_p_for_correlation_is_no_wider_than_needed(change, r):
    m1, s1, m2, s2 = box(change)
    sides = [np.linspace(s.lower, s.upper, 201) for s in (s1, s2)]
    a, b = np.meshgrid(*sides)
    apart = max(abs(m2.upper - m1.lower), abs(m2.lower - m1.upper))
    together = 0 if m1.overlaps(m2) else max(m2.lower - m1.upper, m1.lower - m2.upper)
    found, n = p_for_correlation(change, r), change.n.count()
    assert_allclose(found.upper, t_p(0, a, together, b, n, r).max(), rtol=1e-9)
    # the grid misses the least variance by at most half a step, which near a minimum is half a step squared
    step = max(side[1] - side[0] for side in sides) / 2
    least = ((a - b) ** 2 + 2 * (1 - r) * a * b).min() - step**2
    nearest = 2 * stats.t.sf(apart / np.sqrt(max(least, 0) / n), n - 1) if least > 0 else 0
    assert nearest * (1 - 1e-9) <= found.lower <= t_p(0, a, apart, b, n, r).min() * (1 + 1e-9)


@settings(max_examples=100)
@given(mean_changes, correlations, correlations)
def test_p_falls_as_the_correlation_rises(change, r1, r2):
    low, high = sorted((r1, r2))
    looser, closer = p_for_correlation(change, low), p_for_correlation(change, high)
    assert closer.lower <= looser.lower * (1 + 1e-9)
    assert closer.upper <= looser.upper * (1 + 1e-9)


@settings(max_examples=100)
@given(mean_changes, correlations)
def test_swapping_before_and_after_changes_nothing(change, r):
    swapped = PrintedMeanChange(
        n=str(change.n),
        before_mean=str(change.after_mean),
        before_sd=str(change.after_sd),
        after_mean=str(change.before_mean),
        after_sd=str(change.before_sd),
        p=str(change.p),
    )
    one, other = p_for_correlation(change, r), p_for_correlation(swapped, r)
    assert_allclose([one.lower, one.upper], [other.lower, other.upper], rtol=1e-9)
    one, other = correlation_demanded(change), correlation_demanded(swapped)
    assert (one is None) == (other is None)
    if one and other:
        assert_allclose([one.lower, one.upper], [other.lower, other.upper], atol=1e-12)


@settings(max_examples=200)
@given(mean_changes, correlations)
def test_demanded_correlations_are_those_that_print(change, r):
    demanded, p = correlation_demanded(change), change.p.interval()
    found = p_for_correlation(change, r)
    # within 1e-6 of an end the last digits of either side decide
    if demanded and demanded.lower + 1e-6 < r < demanded.upper - 1e-6:
        assert found.lower <= p.upper
        assert found.upper >= p.lower
    if demanded is None or r < demanded.lower - 1e-6 or r > demanded.upper + 1e-6:
        assert found.lower > p.upper or found.upper < p.lower


def test_the_best_sd_lies_between_its_digits():
    """At r = 0.9 the least variance has s1 = 0.9 s2, as far as s1's digits allow, or both SDs at their lower ends."""
    change = PrintedMeanChange(n="5", before_mean="10", before_sd="2", after_mean="20", after_sd="2", p="<0.0001")
    assert_allclose(p_for_correlation(change, 0.9).lower, t_p(0, 1.5, 11, 1.5, 5, 0.9), rtol=1e-12)
    wider = PrintedMeanChange(n="5", before_mean="10", before_sd="2", after_mean="20", after_sd="3", p="<0.0001")
    assert_allclose(p_for_correlation(wider, 0.9).lower, t_p(0, 0.9 * 2.5, 11, 2.5, 5, 0.9), rtol=1e-12)
    s1, s2, c = np.linspace(1.5, 2.5, 2001)[:, None], np.linspace(2.5, 3.5, 2001), 5 * (11 / stats.t.isf(5e-5, 4)) ** 2
    needed = (
        (s1**2 + s2**2 - c) / (2 * s1 * s2)
    ).min()  # an inner point of one edge; the grid's step squared is 2.5e-7
    assert_allclose(correlation_demanded(wider).lower, needed, atol=1e-6)


def test_natural_killer_cells_need_a_correlation():
    demanded = correlation_demanded(NK)
    # at the least correlation the smallest p that prints is just the bound
    assert_allclose(p_for_correlation(NK, demanded.lower).lower, 0.001, rtol=1e-10)
    assert demanded.upper == 1
    assert f"{demanded:.2f}" == "0.63 to 1.00"
    assert f"{extreme_p(NK).upper:.3f}" == "0.108"
    finding = judge_mean_change(NK)
    assert finding.verdict is Verdict.POSSIBLE
    assert "at least 0.636;" in finding.because
    assert finding.recomputed["correlation"] == demanded


def test_verdicts_on_means():
    def change(p, after_sd="2.0"):
        return PrintedMeanChange(n="10", before_mean="5.0", before_sd="1.0", after_mean="5.5", after_sd=after_sd, p=p)

    assert "Every" in judge_mean_change(change("<0.9")).because
    finding = judge_mean_change(change("<0.001"))
    assert finding.verdict is Verdict.CONTRADICTED
    assert "none of them" in finding.because
    assert p_for_correlation(change("<0.001"), 1).lower > 0.001
    assert "in the range" in judge_mean_change(change("0.40")).because
    with pytest.raises(ValueError, match="at least 3"):
        judge_mean_change(
            PrintedMeanChange(n="2", before_mean="5", before_sd="1", after_mean="6", after_sd="1", p="0.5")
        )


def test_means_may_have_their_digits_cut_off_and_the_finding_says_so():
    numbers = {"n": "10", "before_mean": "5.0", "before_sd": "1.0", "after_mean": "5.5", "after_sd": "2.0"}
    wide = PrintedMeanChange(**numbers, p="0.5")
    highest = [extreme_p(wide, how).upper for how in (None, Rounding.TRUNCATION)]
    assert highest[0] < highest[1]  # spreads may be larger
    between = print_number(sum(highest) / 2, 6).text
    finding = judge_mean_change(PrintedMeanChange(**numbers, p=between))
    assert finding.verdict is Verdict.POSSIBLE
    assert finding.convention.endswith("digits cut off")
    beyond = print_number(highest[1] + 0.001, 6).text
    assert judge_mean_change(PrintedMeanChange(**numbers, p=beyond)).verdict is Verdict.CONTRADICTED


def test_the_least_p_value_may_have_its_digits_cut_off():
    """The least two-sided p of 10 patients is 2 in 1024, or that of z = √10; cut to four decimals."""
    least = min(2 / 1024, 2 * stats.norm.sf(math.sqrt(10)))
    printed = print_number(least, 4, Rounding.TRUNCATION).text
    below = print_number(Fraction(printed) - Fraction(1, 10_000), 4).text
    texts = {
        f"{when}_{q}": t for when in ("before", "after") for q, t in zip(("q1", "median", "q3"), "123", strict=True)
    }
    quick = PairingAssumptions(draws=2, correlations=(0.0,))
    verdicts = [
        judge_quartile_change(PrintedQuartileChange(n="10", p=x, **texts), quick).verdict for x in (printed, below)
    ]
    assert verdicts[0] is not Verdict.CONTRADICTED
    assert verdicts[1] is Verdict.CONTRADICTED


# ------------------------------------------------------------------- signed-rank test from medians and quartiles


def prints_quartiles(sample, change, when, definition=7):
    shown = [getattr(change, f"{when}_{q}") for q in ("q1", "median", "q3")]
    values = np.quantile(sample, [0.25, 0.5, 0.75], method=DEFINITIONS[definition])
    # counts are whole and definition 7 interpolates in quarters, so that ten decimals are exact
    return all(number.prints(Fraction(str(round(value, 10)))) for number, value in zip(shown, values, strict=True))


@pytest.mark.parametrize(
    ("before", "after", "alike"),
    [
        (("5.0", "6.0", "7.0"), ("5.0", "6.0", "7.0"), True),  # hidden digits may all have moved
        (("5.1", "6.0", "7.0"), ("5.0", "6.0", "7.0"), True),
        (("5.0", "6.0", "7.0"), ("5.1", "6.0", "7.0"), True),
        (("5.1", "6.0", "7.0"), ("5.0", "6.1", "7.0"), False),  # 5.05 to 5.05 is no rise, and 6.05 to 6.05 no fall
        (("5.1", "6.0", "7.0"), ("5.0", "6.0", "7.1"), False),
        (("5.2", "6.0", "7.0"), ("5.0", "6.0", "6.9"), True),
    ],
)
def test_digits_decide_whether_all_can_move_alike(before, after, alike):
    assert all_can_move_alike(quartile_change(before, after, "0.5")) is alike
    assert all_can_move_alike(quartile_change(after, before, "0.5")) is alike


@rows_of_table_2
def test_extremes_are_witnessed(name):
    change = CHANGES[name]
    found = extreme_quartile_p(change, USUAL[name])
    for p, witness in ((found.p.lower, found.smallest), (found.p.upper, found.largest)):
        assert prints_quartiles(witness[0], change, "before")
        assert prints_quartiles(witness[1], change, "after")
        steps = np.rint((witness[1] - witness[0]) / float(USUAL[name].grid))
        assert_allclose(signed_rank_p(steps, method="exact"), p, **SAME)
    assert found.smallest_is_least == all_can_move_alike(change) == (name != "CD4/CD8")
    assert (found.p.lower == 2.0**-47) == found.smallest_is_least
    assert found.p.lower < 1e-12
    assert found.p.upper > 0.99  # found by a search with random samples, so not always the 1 that exists


@pytest.mark.parametrize("seed", range(10))
@rows_of_table_2
def test_the_search_does_not_depend_on_luck(name, seed):
    found = extreme_quartile_p(CHANGES[name], replace(USUAL[name], seed=seed))
    assert found.smallest_is_least == all_can_move_alike(CHANGES[name])
    assert found.p.upper > 0.99


@settings(max_examples=40)
@given(
    st.integers(8, 20),
    st.sampled_from([5, 6, 7, 8]),
    st.lists(st.integers(5, 60), min_size=3, max_size=3, unique=True).map(sorted),
    st.lists(st.integers(5, 60), min_size=3, max_size=3, unique=True).map(sorted),
)
def test_the_least_p_is_reached_where_all_quartiles_moved_alike(n, definition, before, after):
    change = quartile_change([f"{x}.0" for x in before], [f"{x}.0" for x in after], "0.5", n=str(n))
    found = extreme_quartile_p(change, PairingAssumptions(definition, Fraction(1, 100)))
    moves = np.sign(np.subtract(after, before))
    if abs(moves.sum()) == 3:  # by 1 at least, far more than the digits leave open
        assert all_can_move_alike(change)
        assert found.smallest_is_least
    if {-1, 1} <= set(moves):
        assert not all_can_move_alike(change)
        assert not found.smallest_is_least


@settings(max_examples=40)
@given(st.integers(3, 6).flatmap(lambda n: st.tuples(*[st.lists(st.integers(0, 30), min_size=n, max_size=n)] * 2)))
def test_all_pairings_of_given_samples(samples):
    """The lemma behind `all_can_move_alike`, by exhaustion: some pairing is one-sided only if the sorted one is."""
    before, after = map(np.sort, samples)
    n = len(before)
    p = signed_rank_p(after[np.array(list(permutations(range(n))))] - before, method="exact")
    assert p.shape == (math.factorial(n),)
    assert (p.min() == 2.0 ** (1 - n)) == ((after > before).all() or (after < before).all())


@rows_of_table_2
def test_the_curve_is_the_same_every_time(name):
    assumed = replace(USUAL[name], correlations=[0.0, 0.6], draws=20, seed=3)
    one = p_by_correlation(CHANGES[name], assumed)
    assert one.to_csv() == p_by_correlation(CHANGES[name], assumed).to_csv()  # as kept
    paired._p_by_correlation.cache_clear()
    assert one.to_csv() == p_by_correlation(CHANGES[name], assumed).to_csv()  # simulated anew
    one.loc[0, "p_median"] = 0.5  # what is kept is not what was handed out
    assert p_by_correlation(CHANGES[name], assumed)["p_median"].iloc[0] != 0.5
    one = p_by_correlation(CHANGES[name], assumed)
    assert one.to_csv() != p_by_correlation(CHANGES[name], replace(assumed, seed=4)).to_csv()
    assert ((one["p_lower"] <= one["p_median"]) & (one["p_median"] <= one["p_upper"])).all()


def test_the_curve_from_opposite_to_the_same_order():
    curve = p_by_correlation(CHANGES["CD3"], PairingAssumptions(correlations=[-1, -0.5, 0, 0.5, 1], draws=200))
    assert curve["spearman"].iloc[[0, -1]].tolist() == [-1, 1]
    # for normal scores 6/π asin(r/2); 200 means of correlations with an SD of about 1/√47 leave 0.01, fivefold 0.05
    assert_allclose(curve["spearman"], 6 / np.pi * np.arcsin(curve["correlation"] / 2), atol=0.05)
    assert (np.diff(curve["p_median"]) < 0).all()
    assert (np.diff(curve["prints"]) >= 0).all()
    assert curve["prints"].iloc[-1] == 1


@pytest.mark.parametrize("spread", ["log-normal", "uniform"])
def test_swapping_the_columns_hardly_moves_the_curve(spread):
    change = CHANGES["CD8"]
    swapped = quartile_change(("156.0", "222.5", "343.8"), ("117.0", "159.0", "232.8"), "<0.001")
    assumed = PairingAssumptions(correlations=[0.2, 0.8], draws=400, spread=spread, method="exact")
    one, other = (p_by_correlation(c, assumed) for c in (change, swapped))
    # the same model with other random numbers: two shares of 400 differ by 0.035 at one SD at most; fourfold
    assert_allclose(one["prints"], other["prints"], atol=0.14)


def test_correlations_that_print():
    curve = p_by_correlation(CHANGES["CD3"], PairingAssumptions(correlations=[-0.5, 0.9], draws=50))
    assert_array_equal(correlations_that_print(curve, Printed.parse("<0.001")), [0.9])
    assert_array_equal(correlations_that_print(curve, Printed.parse("<0.001"), share=0), [-0.5, 0.9])
    assert_array_equal(correlations_that_print(curve, Printed.parse("0.02")), [-0.5])
    assert len(correlations_that_print(curve, Printed.parse("0.9"))) == 0
    with pytest.raises(ValueError, match="from -1 to 1"):
        p_by_correlation(CHANGES["CD3"], PairingAssumptions(correlations=[1.1]))


@rows_of_table_2
def test_table_2_is_possible(name):
    finding = judge_quartile_change(CHANGES[name], USUAL[name])
    assert finding.verdict is Verdict.POSSIBLE
    assert finding.missing
    assert finding.because.startswith("The quartiles alone allow p values from ")
    assert ("Unless some patient is unchanged" in finding.because) == (name == "B")
    suiting = correlations_that_print(p_by_correlation(CHANGES[name], USUAL[name]), CHANGES[name].p)
    assert finding.recomputed["suiting_correlation_of_those_simulated"] == Interval(suiting[0], suiting[-1])
    assert ", 38 tried from −0.90 to 0.95; " in finding.convention
    everywhere = len(suiting) == 38
    assert ("at every within-patient correlation tried" in finding.because) == everywhere
    lowest = ", the lowest tried," if suiting[0] == -0.9 else ""
    highest = ", the highest tried" if suiting[-1] == 0.95 else ""
    told = f"correlate by {suiting[0]:.2f}{lowest} to {suiting[-1]:.2f}{highest}; the".replace("-", "−")
    assert (told in finding.because) != everywhere


def test_too_small_a_p_is_contradicted():
    eight = quartile_change(("285.0", "422.5", "547.5"), ("379.3", "614.0", "726.5"), "<0.001", n="8")
    finding = judge_quartile_change(eight)
    assert finding.verdict is Verdict.CONTRADICTED
    assert finding.because == "No signed-rank test of 8 patients gives a p value below 0.0046."  # 0.00468, cut
    assert finding.recomputed["p_least"] > 0.001


def test_nothing_found_proves_nothing():
    unmoved = quartile_change(("285.0", "422.5", "547.5"), ("285.0", "422.5", "547.5"), "0.04999999")
    finding = judge_quartile_change(unmoved, PairingAssumptions(correlations=[0.0], draws=5))
    assert finding.verdict is Verdict.SILENT
    assert finding.exists is None
    assert isinstance(finding.recomputed["p"], Interval)
    assert finding.because.startswith("The quartiles alone allow p values from ")
    assert finding.because.endswith(
        ". p 0.04999999 is within the middle 90% of simulated samples at none of the 1 within-patient correlations "
        "tried. Unless some patient is unchanged, an exact test of 48 patients cannot print p 0.04999999."
    )


def test_the_exact_curve_is_made_of_its_points():
    curve = p_by_exact_correlation(NK, [-0.5, 0.0, 0.9])
    assert curve["correlation"].tolist() == [-0.5, 0.0, 0.9]
    for row in curve.itertuples():
        assert Interval(row.p_lower, row.p_upper) == p_for_correlation(NK, row.correlation)
        assert math.isnan(row.p_median)


@pytest.mark.parametrize("options", [{"method": "exactly"}, {"method": "exact", "zeros": "Wilcox"}])
def test_no_test_stands_in_for_one_that_does_not_exist(options):
    with pytest.raises(ValueError, match="expected one of"):
        signed_rank_p([1.0, 2.0], **options)
