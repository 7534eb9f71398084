"""Medians and quartiles: against numpy, exact fractions and enumeration."""

import json
import math
from fractions import Fraction
from itertools import combinations_with_replacement, pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rederive.checks.quantiles import (
    DEFINITIONS,
    FEWEST,
    QUARTERS,
    check_quantiles,
    check_quartiles,
    judge_quantiles,
    order_statistics,
    prints_quantile,
    quartile_table,
    samples_that_print,
    sizes_that_print_quartiles,
    summarise_quantiles,
)
from rederive.claims import PrintedQuartileChange
from rederive.printed import Printed, Rounding, print_number, round_to_unit
from rederive.verdicts import Verdict

ORACLE = json.loads((Path(__file__).parents[1] / "oracle" / "quantiles.json").read_text())
# Values and weights are exact here and there; only the last bits of doubles differ.
CLOSE = {"rel": 1e-12, "abs": 1e-12}


def exact_quantile(values, p, definition):
    """The quantile of sorted whole numbers or fractions as a fraction."""
    j, k, g = order_statistics(len(values), p, definition)
    return values[j - 1] + g * (values[k - 1] - values[j - 1])


def quartiles(text):
    return tuple(map(Printed.parse, text.split()))


def change(before, after, n="48"):
    numbers = dict(zip(("before_q1", "before_median", "before_q3"), before.split(), strict=True))
    numbers |= dict(zip(("after_q1", "after_median", "after_q3"), after.split(), strict=True))
    return PrintedQuartileChange(n=n, p="0.05", **numbers)


# Table 2 of the document on lymphocytes: first quartile, median, third quartile of 48 patients
COUNTS = {
    "cd3": change("285.0 422.5 547.5", "379.3 614.0 726.5"),
    "cd4": change("151.5 244.5 287.3", "197.0 284.5 402.8"),
    "cd8": change("117.0 159.0 232.8", "156.0 222.5 343.8"),
    "b": change("21.8 44.0 73.5", "20.8 35.5 69.3"),
}
RATIO = change("0.99 1.4 2.0", "0.9 1.3 2.2")


# ---------------------------------------------------------------------------------------------- definitions


def test_the_oracle_did_not_shrink():
    assert ORACLE["r"].startswith("R version 4.2.2")
    assert len(ORACLE["cases"]) == 200
    assert len({case["n"] for case in ORACLE["cases"]}) == 20
    assert all(len(case["values"]) == 9 for case in ORACLE["cases"])
    # the definitions differ from each other in what is stored, or agreement with it would not tell them apart
    assert len({tuple(case["values"][d] for case in ORACLE["cases"]) for d in range(9)}) == 9


@settings(max_examples=100)
@given(st.lists(st.integers(0, 1000), min_size=1, max_size=60), st.integers(0, 64), st.sampled_from(list(DEFINITIONS)))
def test_quantiles_equal_numpy(values, sixtyfourths, definition):
    p = Fraction(sixtyfourths, 64)
    ours = float(exact_quantile(sorted(values), p, definition))
    assert ours == pytest.approx(np.quantile(values, float(p), method=DEFINITIONS[definition]), **CLOSE)


def test_quartiles_share_no_value_from_the_fewest_on():
    def shared(n):
        used = [[order_statistics(n, p, d)[:2] for p in QUARTERS] for d in DEFINITIONS]
        return any(low[1] >= high[0] for row in used for low, high in pairwise(row))

    assert not any(shared(n) for n in range(FEWEST, 400))
    assert any(shared(n) for n in range(2, FEWEST))


@pytest.mark.parametrize(
    ("n", "p", "definition"), [(0, Fraction(1, 2), 7), (5, Fraction(3, 2), 7), (5, Fraction(1, 2), 0)]
)
def test_there_are_nine_definitions_of_quantiles(n, p, definition):
    with pytest.raises(ValueError, match="expected n >= 1"):
        order_statistics(n, p, definition)


# ------------------------------------------------------------------------------------------ what prints


ways = st.tuples(st.sampled_from(list(DEFINITIONS)), st.sampled_from(list(Rounding)))
grids = st.sampled_from([Fraction(1), Fraction(1, 10), Fraction(1, 4), Fraction(5)])


@settings(max_examples=150)
@given(st.lists(st.integers(0, 300), min_size=FEWEST, max_size=60), ways, grids, st.integers(0, 2))
def test_quartiles_of_an_honest_sample_always_fit(steps, way, grid, decimals):
    definition, how = way
    values = [grid * x for x in sorted(steps)]
    shown = tuple(print_number(exact_quantile(values, p, definition), decimals, how) for p in QUARTERS)
    assert check_quartiles(shown, len(values), grid)[way]
    for number, p in zip(shown, QUARTERS, strict=True):
        assert prints_quantile(number, len(values), p, definition, how, grid)
        if how is not Rounding.TRUNCATION:
            assert prints_quantile(number, len(values), p, definition, None, grid)


@pytest.mark.parametrize("n", [8, 9, 48])
def test_what_fits_is_exactly_what_some_sample_prints(n):
    """Quartiles of whole numbers printed to one decimal, up to 1.5, against every sample that may print them.

    Of a sample only the neighbours of the quartiles matter, six rising numbers; a quartile below 1.6 with a weight of
    at least g has its upper neighbour below 1.6 / g.
    """
    texts = ("0.0", "0.2", "0.3", "0.5", "0.7", "0.8", "1.0", "1.2", "1.3", "1.5")
    wanted = list(combinations_with_replacement(map(Printed.parse, texts), 3))
    fits = [check_quartiles(row, n) for row in wanted]
    for definition in DEFINITIONS:
        positions = [order_statistics(n, p, definition) for p in QUARTERS]
        scale = math.lcm(*(g.denominator for *_, g in positions))
        highest = Fraction("1.6") / min((g for *_, g in positions if g), default=Fraction(1))
        neighbours = np.array(list(combinations_with_replacement(range(math.ceil(highest)), 6))).reshape(-1, 3, 2)
        weights = np.array([int(g * scale) for *_, g in positions])
        lower = np.where([j == k for j, k, _ in positions], neighbours[..., 1], neighbours[..., 0])
        values = lower * scale + weights * (neighbours[..., 1] - lower)
        values = np.unique(values[values[:, 2] < 1.6 * scale], axis=0)
        for how in Rounding:
            steps = {int(v): round_to_unit(Fraction(int(v), scale), Fraction(1, 10), how) for v in np.unique(values)}
            printed = {tuple(steps[int(v)] for v in row) for row in values}
            found = {
                tuple(number.value for number in row)
                for row, fit in zip(wanted, fits, strict=True)
                if fit[definition, how]
            }
            assert found == printed & {tuple(number.value for number in row) for row in wanted}
            assert len(found) >= 4


def test_neighbours_leave_room_for_each_other():
    # with definition 7 and 8 values a first quartile of 1.5 needs neighbours 2 apart (0 and 2): more than the median
    alone = Printed.parse("1.5")
    assert prints_quantile(alone, 8, Fraction(1, 4), 7, Rounding.HALF_UP)
    assert not check_quartiles(quartiles("1.5 1.5 1.5"), 8)[7, Rounding.HALF_UP]
    assert check_quartiles(quartiles("1.5 2.0 2.0"), 8)[7, Rounding.HALF_UP]


def test_ties_tell_conventions_apart():
    shown = Printed.parse("379.3")
    fits = {d: [str(h) for h in Rounding if prints_quantile(shown, 48, Fraction(1, 4), d, h)] for d in DEFINITIONS}
    everything = [str(h) for h in Rounding]
    expected = {1: [], 2: [], 3: [], 4: [], 5: [], 6: ["half-up"], 7: ["half-up"], 8: everything, 9: everything}
    assert fits == expected


def test_a_bound_or_a_grid_without_steps_is_refused():
    with pytest.raises(ValueError, match="one number"):
        prints_quantile(Printed.parse("<5"), 48, Fraction(1, 4), 7)
    with pytest.raises(ValueError, match="steps above 0"):
        prints_quantile(Printed.parse("5"), 48, Fraction(1, 4), 7, grid=Fraction(0))
    with pytest.raises(ValueError, match="at least 8"):
        check_quartiles(quartiles("1 2 3"), 7)


# ------------------------------------------------------------------------------------------- the document's table


def test_the_definitions_that_print_the_document_s_counts():
    summary = summarise_quantiles(check_quantiles(quartile_table(COUNTS), 48))
    assert summary.shape == (9, 3)
    left = {(d, how) for d in summary.index for how in summary.columns if summary.loc[d, how]}
    half_up = {(6, "half-up"), (7, "half-up")}
    assert left == half_up | {(d, str(how)) for d in (8, 9) for how in Rounding}


def test_the_numbers_of_patients_that_print_the_document_s_counts():
    sizes = sizes_that_print_quartiles(quartile_table(COUNTS), range(41, 51))
    assert sizes.shape == (10, 27)
    seven = sizes[7, "half-up"]
    assert seven[seven].index.tolist() == [42, 44, 46, 48, 50]  # a median ending in .5 needs an even number
    others = sizes.drop(columns=4, level=0).any(axis=1)
    assert others[others].index.tolist() == [42, 44, 46, 48, 50]
    assert sizes.any(axis=1).all()  # odd ones by definition 4, whose median of an odd number lies between two
    np.testing.assert_array_equal(sizes.loc[48], check_quantiles(quartile_table(COUNTS), 48).all())


def test_a_finding_names_what_is_left():
    finding = judge_quantiles(COUNTS)
    assert finding.verdict is Verdict.COHERENT
    assert finding.recomputed == {"ways_tried": 27, "ways_that_fit": 8}
    assert "24 printed medians and quartiles as those of 48 whole numbers" in finding.because
    assert "6 or 7 with half-up; 8 or 9 with half-up, half-even or truncation." in finding.because


def test_a_fine_grid_prints_anything():
    finding = judge_quantiles({"ratio": RATIO}, Fraction(1, 100))
    assert finding.verdict is Verdict.POSSIBLE
    assert "Any of the nine" in finding.because
    assert "steps of 0.01" in finding.because


def test_a_quartile_that_no_weight_gives_is_contradicted():
    # at n = 48 the weights are multiples of 1/16 or 1/12: none gives 285.40, rounded or cut off
    finding = judge_quantiles({"made up": change("285.40 422.50 547.50", "379.25 614.00 726.50")})
    assert finding.verdict is Verdict.CONTRADICTED
    assert finding.because.startswith("None of the nine")
    with pytest.raises(ValueError, match="at least one"):
        judge_quantiles({})


# ------------------------------------------------------------------------------------------------------ samples


def assert_prints(samples, shown, definition, grid, rounding):
    """Every row is sorted, on the grid, not negative, and prints the quartiles, in fractions and by numpy."""
    steps = np.rint(samples / float(grid)).astype(int)
    np.testing.assert_allclose(samples, steps * float(grid), rtol=1e-12)  # the grid's last bit, as a double
    assert (np.diff(samples, axis=1) >= 0).all()
    assert (samples >= 0).all()
    for number, p in zip(shown, QUARTERS, strict=True):
        for row in steps:
            assert number.prints(exact_quantile([grid * int(x) for x in row], p, definition), rounding)
        interval = number.interval(rounding)
        by_numpy = np.quantile(samples, float(p), axis=1, method=DEFINITIONS[definition])
        slack = 1e-12 * interval.upper  # numpy interpolates in doubles, and a tie may come out a last bit beyond
        assert ((by_numpy >= interval.lower - slack) & (by_numpy <= interval.upper + slack)).all()


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.integers(1, 300), min_size=FEWEST, max_size=60),
    ways,
    grids,
    st.integers(0, 2),
    st.sampled_from(["log-normal", "uniform"]),
    st.integers(0, 2**32),
)
def test_every_sample_prints_the_quartiles(steps, way, grid, decimals, spread, seed):
    definition, how = way
    values = [grid * x for x in sorted(steps)]
    shown = tuple(print_number(exact_quantile(values, p, definition), decimals, how) for p in QUARTERS)
    settings = {"definition": definition, "grid": grid, "rounding": how, "spread": spread}
    if not 0 < shown[0].value < shown[1].value < shown[2].value:
        with pytest.raises(ValueError, match="expected 0 < first quartile"):
            samples_that_print(shown, len(values), 5, np.random.default_rng(seed), **settings)
        return
    found = samples_that_print(shown, len(values), 5, np.random.default_rng(seed), **settings)
    assert found.shape == (5, len(values))
    assert_prints(found, shown, definition, grid, how)


@pytest.mark.parametrize("spread", ["log-normal", "uniform"])
@pytest.mark.parametrize("name", COUNTS)
def test_samples_print_the_document_s_counts(name, spread):
    for row in quartile_table({name: COUNTS[name]}).itertuples(index=False, name=None):
        found = samples_that_print(row, 48, 100, np.random.default_rng(3), rounding=Rounding.HALF_UP, spread=spread)
        assert_prints(found, row, 7, Fraction(1), Rounding.HALF_UP)


def test_samples_print_the_document_s_ratios():
    for row in quartile_table({"ratio": RATIO}).itertuples(index=False, name=None):
        found = samples_that_print(row, 48, 50, np.random.default_rng(3), grid=Fraction(1, 100))
        assert_prints(found, row, 7, Fraction(1, 100), None)


def test_the_same_seed_gives_the_same_samples():
    def draw(seed):
        return samples_that_print(quartiles("285.0 422.5 547.5"), 48, 3, np.random.default_rng(seed))

    np.testing.assert_array_equal(draw(1), draw(1))
    assert (draw(1) != draw(2)).any()


@pytest.mark.parametrize(
    ("spread", "ninth_decile"),
    # log-normal: 200 times (250 / 200) to the power 1.2816 / 0.6745; uniform: 250 + 1.5 * 100 * (0.90 - 0.75) / 0.25
    [("log-normal", 200 * 1.25 ** (1.2815515655446004 / 0.6744897501960817)), ("uniform", 340.0)],
)
def test_values_beyond_the_quartiles_spread_as_assumed(spread, ninth_decile):
    n, draws = 200, 500
    found = samples_that_print(quartiles("150 200 250"), n, draws, np.random.default_rng(5), spread=spread)
    above = np.mean(found > ninth_decile)
    # 50 values a sample lie above the third quartile, each beyond the ninth decile with probability 2/5; rounding to
    # whole numbers moves the cut by up to half a step, worth under 0.002
    assert above == pytest.approx(0.1, abs=4 * np.sqrt(0.25 * 0.4 * 0.6 / (n * draws)) + 0.002)
    between = np.mean((found > 150) & (found < 200))
    assert between == pytest.approx(0.25, abs=0.02)  # values equal to a quartile are not counted, about 2 in 200


def test_what_cannot_be_printed_cannot_be_drawn():
    with pytest.raises(ValueError, match="no 48 values in steps of 1 print"):
        samples_that_print(quartiles("285.3 422.5 547.5"), 48, 3, np.random.default_rng(1), definition=2)
    with pytest.raises(ValueError, match="no 48 values"):
        samples_that_print(quartiles("285.3 422 547"), 48, 3, np.random.default_rng(1), rounding=Rounding.HALF_EVEN)
    with pytest.raises(ValueError, match="at least 8"):
        samples_that_print(quartiles("1 2 3"), 7, 3, np.random.default_rng(1))
