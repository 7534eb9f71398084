"""Laws that hold whatever the data: honest results are never contradicted, arms can be swapped, one study pools to
itself, what was pooled can be taken out again, further digits never widen, and what is printed can be read.

Laws of single functions stand in the tests of their modules; those here go through a whole check, or through several.
"""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from lifelines.utils import median_survival_times
from numpy.testing import assert_allclose
from scipy import stats

from rederive.checks.paired import PairingAssumptions, correlation_demanded, judge_mean_change, judge_quartile_change
from rederive.checks.proportions import TESTS, counts_that_print, judge_percentage, judge_total, judge_two_shares
from rederive.checks.quantiles import DEFINITIONS, FEWEST, QUARTERS, check_quartiles, judge_quantiles, order_statistics
from rederive.checks.ratios import check_ratio, feasible, judge_ratio
from rederive.checks.regression import judge_coefficients, judge_regression, sizes_that_print
from rederive.checks.survival import judge_survival_median
from rederive.claims import (
    PrintedMeanChange,
    PrintedPercentage,
    PrintedQuartileChange,
    PrintedRatio,
    PrintedRegression,
    PrintedSurvivalMedian,
    PrintedTotal,
    RatioClaim,
    printed_texts,
)
from rederive.methods import pooling
from rederive.methods.pooling import TwoArms
from rederive.methods.selection import least_squares
from rederive.printed import NEAREST, Interval, Printed, Rounding, formatted, print_number
from rederive.verdicts import Finding, Verdict

roundings = st.sampled_from(NEAREST)
seeds = st.integers(0, 2**32)


@st.composite
def two_arms(draw: st.DrawFn, most: int = 400) -> tuple[int, int, int, int]:
    """Events and patients, treated and control; no cell is empty."""
    n1, n0 = draw(st.integers(2, most)), draw(st.integers(2, most))
    return draw(st.integers(1, n1 - 1)), n1, draw(st.integers(1, n0 - 1)), n0


def ratio_of(table: tuple[int, int, int, int], measure: str) -> tuple[float, float]:
    """The log odds ratio or risk ratio of a table and its standard error, by the textbook."""
    a, n1, c, n0 = table
    if measure == "OR":
        return math.log(a * (n0 - c) / (c * (n1 - a))), math.sqrt(1 / a + 1 / (n1 - a) + 1 / c + 1 / (n0 - c))
    return math.log(a / n1 * n0 / c), math.sqrt(1 / a - 1 / n1 + 1 / c - 1 / n0)


def printed_ratio(effect: float, se: float, measure: str, decimals: int, how: Rounding) -> PrintedRatio | None:
    """A ratio with its interval and p value as a paper prints it; None if a limit has no digits left."""
    half = 1.959963984540054 * se
    texts = {name: print_number(math.exp(x), decimals, how).text for name, x in
             {"estimate": effect, "lower": effect - half, "upper": effect + half}.items()}  # fmt: skip
    if float(texts["estimate"]) == 0:
        return None
    p = print_number(2 * stats.norm.sf(abs(effect / se)), 3, how).text
    return PrintedRatio.model_validate({"measure": measure, "p": p, **texts})


def percentage(events: int, n: int, decimals: int, how: Rounding) -> Printed:
    return Printed.parse(print_number(Fraction(100 * events, n), decimals, how).text + "%")


def stands(finding: Finding) -> bool:
    return finding.verdict is not Verdict.CONTRADICTED


# --------------------------------------------------------------------- honest results are never contradicted


@settings(max_examples=80)
@given(two_arms(), st.sampled_from(["OR", "RR"]), st.integers(1, 4), roundings)
def test_the_ratio_of_an_honest_table_is_coherent(table, measure, decimals, how):
    printed = printed_ratio(*ratio_of(table, measure), measure, decimals, how)
    assume(printed is not None)
    assert judge_ratio(printed).verdict is Verdict.COHERENT


@settings(max_examples=80)
@given(two_arms(), st.integers(0, 3), roundings)
def test_percentages_and_totals_of_an_honest_table_are_reproduced(table, decimals, how):
    a, n1, c, n0 = table
    for events, n in ((a, n1), (c, n0), (a + c, n1 + n0)):
        printed = PrintedPercentage(percent=percentage(events, n, decimals, how).text, events=str(events), n=str(n))
        assert judge_percentage(printed, {}).verdict is Verdict.REPRODUCED
    total = PrintedTotal(n=str(n1 + n0), n_treated=str(n1), n_control=str(n0))
    assert judge_total(total).verdict is Verdict.COHERENT
    assert judge_total(total, (n1, n0)).verdict is Verdict.REPRODUCED


@settings(max_examples=30)
@given(two_arms(most=40), st.integers(0, 1), roundings, st.sampled_from(list(TESTS)), st.integers(2, 4))
def test_two_honest_shares_with_a_p_value_are_coherent(table, decimals, how, test, p_decimals):
    a, n1, c, n0 = table
    p = print_number(float(TESTS[test](*table)), p_decimals, how)
    shares = percentage(a, n1, decimals, how), percentage(c, n0, decimals, how)
    assert judge_two_shares(*shares, p, (n1, n0)).verdict is Verdict.COHERENT


@settings(max_examples=80)
@given(seeds, st.integers(3, 80), st.integers(0, 2), roundings, st.integers(2, 4))
def test_an_honest_paired_t_test_is_possible_at_its_own_correlation(seed, n, decimals, how, p_decimals):
    rng = np.random.default_rng(seed)
    before = rng.normal(rng.uniform(1, 50), rng.uniform(1, 20), n)
    after = rng.uniform(-0.5, 1) * before + rng.normal(rng.uniform(1, 50), rng.uniform(1, 20), n)
    numbers = {"before_mean": before.mean(), "before_sd": before.std(ddof=1),
               "after_mean": after.mean(), "after_sd": after.std(ddof=1)}  # fmt: skip
    texts = {name: print_number(x, decimals, how).text for name, x in numbers.items()}
    assume(all(float(texts[name]) > 0 for name in ("before_sd", "after_sd")))
    p = print_number(float(stats.ttest_rel(after, before).pvalue), p_decimals, how).text
    printed = PrintedMeanChange(n=str(n), p=p, **texts)
    assert judge_mean_change(printed).verdict is Verdict.POSSIBLE
    demanded, r = correlation_demanded(printed), float(np.corrcoef(before, after)[0, 1])
    assert demanded is not None
    assert demanded.lower - 1e-9 <= r <= demanded.upper + 1e-9  # 1e-9: ends are doubles


def quartiles_of(values: list[int], definition: int) -> list[Fraction]:
    """First quartile, median and third quartile of whole numbers, in fractions."""
    ordered, found = sorted(values), []
    for p in QUARTERS:
        j, k, g = order_statistics(len(values), p, definition)
        found.append(ordered[j - 1] + g * (ordered[k - 1] - ordered[j - 1]))
    return found


def printed_quartiles(when: str, values: list[int], definition: int, decimals: int, how: Rounding) -> dict[str, str]:
    numbers = zip(("q1", "median", "q3"), quartiles_of(values, definition), strict=True)
    return {f"{when}_{name}": print_number(x, decimals, how).text for name, x in numbers}


samples = st.integers(FEWEST, 60).flatmap(
    lambda n: st.tuples(*[st.lists(st.integers(0, 900), min_size=n, max_size=n)] * 2)
)


@settings(max_examples=25)
@given(samples, st.sampled_from(list(DEFINITIONS)), st.integers(0, 2), roundings)
def test_quartiles_of_honest_samples_are_never_contradicted(before_after, definition, decimals, how):
    before, after = before_after
    printed = PrintedQuartileChange(
        n=str(len(before)), p="0.5", **printed_quartiles("before", before, definition, decimals, how),
        **printed_quartiles("after", after, definition, decimals, how),
    )  # fmt: skip
    assert stands(judge_quantiles({"it": printed}))


@settings(max_examples=10)
@given(seeds, st.integers(FEWEST, 14), st.sampled_from(["exact", "asymptotic"]), st.booleans())
def test_an_honest_signed_rank_test_is_never_contradicted(seed, n, method, correction):
    rng = np.random.default_rng(seed)
    before, after = (np.sort(rng.choice(np.arange(10, 900), n, replace=False)) for _ in range(2))
    p = stats.wilcoxon(after, before, method=method, correction=correction).pvalue
    printed = PrintedQuartileChange(
        n=str(n), p=print_number(float(p), 4).text, **printed_quartiles("before", before.tolist(), 7, 1, NEAREST[0]),
        **printed_quartiles("after", after.tolist(), 7, 1, NEAREST[0]),
    )  # fmt: skip
    assert stands(judge_quartile_change(printed, PairingAssumptions(correlations=(0.0, 0.9), draws=5)))


@settings(max_examples=25)
@given(seeds, st.integers(10, 60), st.integers(1, 5), st.booleans(), st.integers(2, 4), roundings)
def test_an_honest_regression_is_coherent(seed, n, k, intercept, decimals, how):
    rng = np.random.default_rng(seed)
    x = rng.normal(rng.uniform(-1, 1), 1, (1, n, k))
    y = x @ rng.uniform(-1, 1, k) + rng.normal(0, 0.5, (1, n)) + intercept
    fit = least_squares(x, y, intercept=intercept)
    assume(0.1 < fit.r2[0] < 0.97)
    shown = {
        name: print_number(float(getattr(fit, name)[0]), decimals, how).text for name in ("r2", "adjusted_r2", "f")
    }
    printed = PrintedRegression(k=str(k), p=print_number(float(fit.f_p[0]), 3, how).text, **shown)
    finding = judge_regression(printed, [n])
    assert finding.verdict is Verdict.COHERENT
    assert fit.residual_df in finding.recomputed["residual_df"]
    half = stats.t.isf(0.025, fit.residual_df) * fit.se[0]
    numbers = (fit.coefficients[0], fit.coefficients[0] - half, fit.coefficients[0] + half)
    cells = [[print_number(float(x), decimals, how) for x in column] for column in numbers]
    p = [print_number(float(x), 3, how) for x in fit.p[0]]
    rows = pd.DataFrame(
        dict(zip(("estimate", "lower", "upper", "p"), (*cells, p), strict=True), predictor=[f"x{j}" for j in range(k)])
    )
    assert judge_coefficients(rows, printed).verdict is Verdict.COHERENT


@settings(max_examples=25)
@given(st.lists(st.booleans(), min_size=3, max_size=9))
def test_an_honest_survival_median_is_never_contradicted(died):
    """As lifelines tells it, at times that nobody shares."""
    times = 2.0 ** np.arange(len(died))
    fitted = KaplanMeierFitter().fit(times, died)
    lower, upper = median_survival_times(fitted.confidence_interval_).to_numpy()[0]
    assume(math.isfinite(upper))
    texts = [f"{x:.0f}" for x in (lower, fitted.median_survival_time_, upper)]
    printed = PrintedSurvivalMedian(
        lower=texts[0], median=texts[1], upper=texts[2], n=str(len(died)), unit="days"
    )  # fmt: skip
    assert judge_survival_median(printed).verdict is Verdict.POSSIBLE


# ------------------------------------------------------------------------------------------- swapping arms


@settings(max_examples=50)
@given(two_arms(), st.sampled_from(["OR", "RR"]))
def test_swapping_arms_inverts_what_a_printed_ratio_stands_for(table, measure):
    """Read from either arm, the printed numbers stand for opposite effects with one standard error and one p value."""
    effect, se = ratio_of(table, measure)
    one, other = (printed_ratio(side * effect, se, measure, 6, Rounding.HALF_UP) for side in (1, -1))
    assume(one is not None and other is not None and min(one.lower.value, other.lower.value) > Fraction(1, 100))
    found, swapped = check_ratio(one), check_ratio(other)
    for ours, theirs in (
        (found.effect, Interval(-swapped.effect.upper, -swapped.effect.lower)),
        (found.se, swapped.se),
        (found.p, swapped.p),
    ):
        # six decimals of numbers above 0.01 leave the log open by less than 1e-4
        assert_allclose([ours.lower, ours.upper], [theirs.lower, theirs.upper], atol=2e-4)
    assert effect in Interval(found.effect.lower - 1e-9, found.effect.upper + 1e-9)


@settings(max_examples=20)
@given(st.lists(two_arms(most=200), min_size=2, max_size=6))
def test_swapping_arms_inverts_every_way_of_pooling(tables):
    straight = TwoArms(*np.array(tables).T)
    for measure in ("OR", "RR"):
        one, other = (pooling.every_method(trials, measure) for trials in (straight, straight.swap_arms()))
        assert_allclose(one["estimate"], 1 / other["estimate"], rtol=1e-6)
        assert_allclose(one["lower"], 1 / other["upper"], rtol=1e-6)
        assert_allclose(one["upper"], 1 / other["lower"], rtol=1e-6)
        assert_allclose(one["p"], other["p"], rtol=1e-5, atol=1e-12)


# ---------------------------------------------------------------------------- pooling, and taking out again

effects = st.floats(-3, 3)
variances = st.floats(0.01, 2)


@given(effects, variances)
def test_pooling_one_study_returns_it(y, v):
    pooled = pooling.inverse_variance([y], [v])
    assert_allclose([pooled.estimate, pooled.standard_error**2, pooled.tau2], [y, v, 0], rtol=1e-12)
    assert_allclose(pooled.p, 2 * stats.norm.sf(abs(y) / math.sqrt(v)), rtol=1e-9)


@given(two_arms())
def test_pooling_one_table_by_peto_returns_observed_less_expected(table):
    a, n1, c, n0 = table
    pooled = pooling.peto(TwoArms([a], [n1], [c], [n0]))
    chance = stats.hypergeom(n1 + n0, a + c, n1)
    assert_allclose(pooled.estimate, (a - chance.mean()) / chance.var(), rtol=1e-9, atol=1e-12)
    assert_allclose(pooled.standard_error**2, 1 / chance.var(), rtol=1e-9)


@given(effects, variances, st.integers(2, 20), st.sampled_from(["none", "DL", "PM", "REML"]))
def test_pooling_copies_of_a_study_returns_it_with_more_patients(y, v, k, tau2):
    pooled = pooling.inverse_variance([y] * k, [v] * k, tau2)
    assert_allclose([pooled.estimate, pooled.standard_error**2], [y, v / k], rtol=1e-9)
    assert pooled.tau2 == pytest.approx(0, abs=1e-12)


@settings(max_examples=100)
@given(st.lists(st.tuples(effects, variances), min_size=2, max_size=8), st.randoms(use_true_random=False))
def test_taking_out_studies_in_any_order_undoes_pooling(studies, random):
    """Down to the last one, which is then what it was."""
    y, v = np.array(studies).T
    pooled = pooling.inverse_variance(y, v)
    left = float(pooled.estimate), float(pooled.standard_error)
    order = random.sample(range(len(y)), len(y))
    for i in order[:-1]:
        left = pooling.subtract(*left, y[i], math.sqrt(v[i]))
    assert_allclose(left, [y[order[-1]], math.sqrt(v[order[-1]])], rtol=1e-6, atol=1e-6)


# ------------------------------------------------------------------- further digits never widen what is possible


def nested(few: list[Printed], more: list[Printed]) -> bool:
    """Whether further digits say something more about every number: 1.2496 prints as 1.2 and, further, as 1.25."""
    return all(
        a.interval().lower <= b.interval().lower and b.interval().upper <= a.interval().upper
        for a, b in zip(few, more, strict=True)
    )


@settings(max_examples=60)
@given(two_arms(), st.integers(1, 3), roundings)
def test_further_digits_of_a_ratio_leave_no_new_effects(table, decimals, how):
    few, more = (printed_ratio(*ratio_of(table, "OR"), "OR", d, how) for d in (decimals, decimals + 1))
    assume(few is not None and more is not None)
    numbers = [[x.estimate, x.lower, x.upper] for x in (few, more)]
    assume(nested(*numbers))
    wide, narrow = (feasible(*([x] for x in texts)) for texts in numbers)
    for name in ("effect", "se", "z", "p"):
        (a, b), (c, d) = getattr(wide, name), getattr(narrow, name)
        assert a[0] - 1e-9 <= c[0] <= d[0] <= b[0] + 1e-9  # 1e-9: ends are doubles


@settings(max_examples=100)
@given(st.integers(1, 80).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.integers(0, 2))
def test_further_digits_of_a_percentage_leave_no_new_counts(counts, decimals):
    few, more = (percentage(*counts, d, Rounding.TRUNCATION) for d in (decimals, decimals + 1))
    possible, left = (
        set(counts_that_print(p, range(1, 81), Rounding.TRUNCATION).itertuples(index=False, name=None))
        for p in (few, more)
    )
    assert counts in left
    assert left <= possible


@settings(max_examples=30)
@given(samples, st.sampled_from(list(DEFINITIONS)), st.integers(0, 1))
def test_further_digits_of_quartiles_leave_no_new_ways(before_after, definition, decimals):
    values, way = before_after[0], (definition, Rounding.TRUNCATION)
    few, more = (
        tuple(print_number(x, d, Rounding.TRUNCATION) for x in quartiles_of(values, definition))
        for d in (decimals, decimals + 1)
    )
    possible, left = (
        {key for key, fits in check_quartiles(shown, len(values)).items() if fits and key[1] is Rounding.TRUNCATION}
        for shown in (few, more)
    )
    assert way in left
    assert left <= possible


@settings(max_examples=100)
@given(st.floats(0.05, 0.95), st.integers(3, 60), st.integers(1, 6), st.integers(1, 3), roundings)
def test_further_digits_of_a_regression_leave_no_new_sizes(r2, df, k, decimals, how):
    exact = Fraction(r2)
    numbers = exact, 1 - (1 - exact) * Fraction(df + k, df), (exact / k) / ((1 - exact) / df)
    few, more = ([print_number(x, d, how) for x in numbers] for d in (decimals, decimals + 1))
    assume(few[2].value > 0 and nested(few, more))
    possible, left = (
        sizes_that_print(PrintedRegression(k=str(k), r2=r.text, adjusted_r2=a.text, f=f.text), range(k + 2, 90))
        for r, a, f in (few, more)
    )
    assert left["fits"].any()
    assert not (left["fits"] & ~possible["fits"]).any()


@settings(max_examples=100)
@given(seeds, st.integers(4, 60), st.integers(0, 1), roundings)
def test_further_digits_of_a_paired_test_leave_no_new_correlations(seed, n, decimals, how):
    rng = np.random.default_rng(seed)
    before, gain = rng.normal(20, 6, n), rng.normal(2, 4, n)
    after, names = before + gain, ("before_mean", "before_sd", "after_mean", "after_sd")
    exact = before.mean(), before.std(ddof=1), after.mean(), after.std(ddof=1)
    p = print_number(float(stats.ttest_rel(after, before).pvalue), 3, how)
    few, more = ([print_number(float(x), d, how) for x in exact] for d in (decimals, decimals + 1))
    assume(nested(few, more) and few[1].value > 0 and few[3].value > 0)
    wide, narrow = (
        correlation_demanded(
            PrintedMeanChange(n=str(n), p=p.text, **dict(zip(names, (x.text for x in shown), strict=True)))
        )
        for shown in (few, more)
    )
    assert wide is not None
    assert narrow is not None
    assert wide.lower - 1e-9 <= narrow.lower <= narrow.upper <= wide.upper + 1e-9  # 1e-9: ends are doubles


# --------------------------------------------------------------------------------------- printing and reading


def decimals_of(places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(-99_999, 99_999, places=places)


@given(
    decimals_of(3), st.integers(0, 3), st.sampled_from(["", "<", ">", "≤", "≥"]), st.booleans(), st.sampled_from("-−–")
)
def test_what_papers_print_is_read_and_told_unchanged(value, places, bound, percent, minus):
    number = print_number(value, places)
    sign = minus if number.value < 0 else ""
    text = f"{bound}{sign}{abs(Decimal(number.text)):,.{places}f}{'%' if percent else ''}"
    read = Printed.parse(f" {text} ")
    scale = Fraction(1, 100) if percent else 1
    assert str(read) == text
    assert (read.value, read.unit) == (number.value * scale, number.unit * scale)
    assert read.bound == {"≤": "<", "≥": ">"}.get(bound, bound)
    assert Printed.parse(str(read)) == read


@given(decimals_of(6), st.sampled_from([".2g", ".3g", ".0f", ".2f", ",.1f", ".0%", ".1%"]))
def test_what_readers_are_told_stands_for_the_number(value, spec):
    assert Printed.parse(formatted(float(value), spec)).prints(value)


@given(decimals_of(4), st.decimals(0, 1000, places=4), st.sampled_from([".2g", ".3g", ".1f", ".1%"]))
def test_a_range_that_readers_are_told_holds_the_range(lower, width, spec):
    ends = float(lower), float(lower + width)
    told = f"{Interval(*ends):{spec}}".split(" to ")
    assume(len(told) == 2)  # ends that look the same are shown once
    low, high = (Printed.parse(text).value for text in told)
    assert low <= Fraction(repr(ends[0])) <= Fraction(repr(ends[1])) <= high


@settings(max_examples=100)
@given(two_arms(), st.integers(1, 4))
def test_a_claim_is_written_and_read_without_loss(table, decimals):
    printed: Any = printed_ratio(*ratio_of(table, "OR"), "OR", decimals, Rounding.HALF_UP)
    assume(printed is not None)
    claim = RatioClaim(id="it", where="here", statement="it", kind="ratio", printed=printed)
    assert PrintedRatio.model_validate({"measure": "OR", **printed_texts(claim)}) == printed
