"""Arms of unknown size: the bounds against every pair of arms, the ranges by hand, which tests print against R."""

import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats
from statsmodels.stats.proportion import proportion_confint

from rederive.checks.proportions import TESTS, tables_that_print
from rederive.checks.shares import (
    judge_unknown_arms,
    largest_smaller_arm_by_fisher,
    limits_printed,
    nearly_equal,
    people_behind,
    rounded_alike,
    share_intervals,
    size_bounds,
    sizes_by_test,
)
from rederive.printed import Printed, Rounding, print_number
from rederive.verdicts import Verdict

ORACLE = json.loads((Path(__file__).parents[1] / "oracle" / "shares.json").read_text("utf-8"))["cases"]
P = Printed.parse
SURVIVAL = {"treated": P("68%"), "control": P("42%"), "p": P("0.003")}


@pytest.fixture(scope="module")
def tables():
    return tables_that_print(range(1, 161), range(1, 161), **SURVIVAL)


def test_the_oracle_did_not_shrink():
    kinds = [case["kind"] for case in ORACLE]
    assert [kinds.count(kind) for kind in ("table", "log-rank", "t", "interval")] == [11, 3, 3, 3]


def within(tables, bounds):
    """Whether every table obeys the bounds of the tests that print it."""
    for row in bounds.to_dict("records"):
        found = tables[tables[f"{row['test']} prints p"]]
        least = [found["n_treated"], found["n_control"], found["n_treated"] + found["n_control"]]
        for sizes, name in zip(least, ("treated_least", "control_least", "all_least"), strict=True):
            if not math.isnan(row[name]) and (sizes < row[name]).any():
                return False
        if (found[["n_treated", "n_control"]].min(axis=1) > row["smaller_most"]).any():
            return False
    return True


def test_the_bounds_hold_for_every_pair_tried_and_are_not_idle(tables):
    bounds = size_bounds(**SURVIVAL)
    assert bounds["test"].tolist() == list(TESTS)
    assert within(tables, bounds)
    for column, worse in (("treated_least", 10), ("control_least", 10), ("all_least", 30), ("smaller_most", -15)):
        tightened = bounds[bounds["test"] != "Fisher's exact"].assign(**{column: bounds[column] + worse})
        assert not within(tables, tightened), column


@settings(max_examples=25, deadline=None)
@given(st.integers(5, 95), st.integers(5, 95), st.sampled_from(["0.02", "0.003", "0.04", "0.010"]))
def test_the_bounds_hold_for_other_numbers(one, other, p):
    if abs(one - other) < 15:
        return
    shown = {"treated": P(f"{one}%"), "control": P(f"{other}%"), "p": P(p)}
    assert within(tables_that_print(range(1, 61), range(1, 61), **shown), size_bounds(**shown))


def test_the_bounds_are_the_formulas_at_the_ends_of_what_is_printed():
    bounds = size_bounds(**SURVIVAL).set_index("test")
    z = stats.norm.isf(0.0025 / 2)
    k = 0.25**2 / (0.25 * z**2)
    assert bounds.loc["χ²", "smaller_most"] == math.floor(2 / k)
    # at the bound the corrected statistic is z itself
    k = 2 / 80.5
    assert (0.25 - k / 2) / math.sqrt(0.25 * k) == pytest.approx(z, rel=0.01)
    assert bounds.loc["χ² with continuity correction", "smaller_most"] == 80
    # and at the other end: the largest difference, the least pooled spread and the largest p
    z, v = stats.norm.isf(0.0035 / 2), 0.685 * 0.315
    k = optimize.brentq(lambda k: (0.27 - k / 2) / math.sqrt(v * k) - z, 1e-6, 1)
    assert bounds.loc["χ² with continuity correction", ["treated_least", "control_least", "all_least"]].tolist() == [
        math.ceil(1 / k),
        math.ceil(1 / k),
        math.ceil(4 / k),
    ]


def test_fishers_bound_is_below_every_p_value_beyond_it():
    largest = largest_smaller_arm_by_fisher(0.25, P("0.003"))
    assert (largest + 1) * math.exp(-largest * 0.25**2 / 2) >= 0.0025
    assert (largest + 2) * math.exp(-(largest + 1) * 0.25**2 / 2) < 0.0025
    rng = np.random.default_rng(1)
    for _ in range(40):  # arms beyond it whose shares differ by at least as much
        n1, n0 = rng.integers(largest + 1, 3 * largest, 2)
        c = rng.integers(0, int(0.7 * n0))
        a = min(n1, math.ceil((c / n0 + 0.25) * n1))
        bound = (min(n1, n0) + 1) * math.exp(-min(n1, n0) * 0.25**2 / 2)
        assert stats.fisher_exact([[a, n1 - a], [c, n0 - c]])[1] <= bound < 0.0025


def test_what_cannot_be_bounded_is_an_error():
    with pytest.raises(ValueError, match="differ"):
        size_bounds(P("68%"), P("68%"), P("0.003"))
    with pytest.raises(ValueError, match="not a bound"):
        size_bounds(P("68%"), P("42%"), P("<0.003"))
    with pytest.raises(ValueError, match="differ"):
        largest_smaller_arm_by_fisher(0, P("0.003"))


def test_nearly_equal_arms_by_people_and_by_percentage():
    tables = pd.DataFrame({"n_treated": [50, 50, 50, 55, 56], "n_control": [50, 51, 52, 50, 50]})
    assert nearly_equal(tables).index.tolist() == [0, 1]
    assert nearly_equal(tables, people=0).index.tolist() == [0]
    assert nearly_equal(tables, percent=10).index.tolist() == [0, 1, 2, 3]


def test_ties_of_both_arms_are_settled_alike(tables):
    """Against the printing of single numbers; 54/80 and 34/80 are halfway."""
    for how in (Rounding.HALF_UP, Rounding.HALF_EVEN):
        found = rounded_alike(tables, SURVIVAL["treated"], SURVIVAL["control"], how)
        fits = [
            SURVIVAL["treated"].prints(Fraction(row.events_treated, row.n_treated), how)
            and SURVIVAL["control"].prints(Fraction(row.events_control, row.n_control), how)
            for row in tables.itertuples()
        ]
        assert found.index.tolist() == tables.index[fits].tolist()
        assert (80, 80) not in set(zip(found["n_treated"], found["n_control"], strict=True)) or how == "half-even"
    half_up = rounded_alike(tables, SURVIVAL["treated"], SURVIVAL["control"], Rounding.HALF_UP)
    assert 0 < len(half_up) < len(tables)


def test_sizes_by_test(tables):
    rows = sizes_by_test(nearly_equal(tables)).set_index("test")
    assert rows.loc["χ²", "tables"] == 7
    assert (rows.loc["χ²", "treated"].lower, rows.loc["χ²", "control"].upper) == (60, 69)
    assert rows.loc["any of them", ["smaller_most", "all_least"]].tolist() == [80, 114]
    for case in ORACLE[:5]:  # the same arms in R: some test prints p = 0.003, except by Wald's z, which R lacks
        ours = nearly_equal(tables).query(
            "events_treated == @case['events_treated'] and n_treated == @case['n_treated'] "
            "and events_control == @case['events_control'] and n_control == @case['n_control']"
        )
        assert len(ours) == 1
        for name, test in (
            ("chi2", "χ²"),
            ("chi2_yates", "χ² with continuity correction"),
            ("fisher", "Fisher's exact"),
        ):
            assert ours[f"{test} prints p"].item() == (0.0025 <= case[name] <= 0.0035)


def test_unknown_arms_are_possible_or_open(tables):
    finding = judge_unknown_arms(*SURVIVAL.values(), tables, 160)
    assert finding.verdict is Verdict.POSSIBLE
    assert finding.recomputed["patients_in_all_at_least"] == 110
    assert "each has 57 to 80" in finding.because
    none = tables_that_print(range(1, 20), range(1, 20), **SURVIVAL)
    assert judge_unknown_arms(*SURVIVAL.values(), none, 19).verdict is Verdict.SILENT


def test_walds_correction_and_limits():
    found = share_intervals(31, 58)
    printed = {"lower": P("39.7%"), "upper": P("67.1%")}
    assert found["method"][limits_printed(found, printed)].tolist() == ["Wald, continuity correction"]
    wide = share_intervals(1, 10).set_index("method")
    assert wide.loc["Wald, continuity correction", "lower"] == 0
    assert wide.loc["Wald, continuity correction", "upper"] == pytest.approx(wide.loc["Wald", "upper"] + 0.05)


@settings(max_examples=100)
@given(st.integers(10, 400).flatmap(lambda n: st.tuples(st.integers(1, n - 1), st.just(n))))
def test_the_people_behind_an_honest_interval_are_found(counts):
    events, n = counts
    texts = [events / n, *proportion_confint(events, n)]
    if not 0.001 < texts[1] < texts[2] < 0.999:  # Wald's limits are cut there
        return
    share, lower, upper = (P(f"{print_number(Fraction(100 * x), 2)}%") for x in texts)
    assert n in people_behind(share, lower, upper)


def test_an_interval_without_width_stands_for_nobody():
    with pytest.raises(ValueError, match="wider"):
        people_behind(P("50%"), P("50%"), P("50%"))


def test_shares_of_nobody_and_everybody_are_refused():
    with pytest.raises(ValueError, match="expected a share strictly between 0% and 100%"):
        people_behind(*map(Printed.parse, ("100%", "90%", "100%")))
    with pytest.raises(ValueError, match="expected a share strictly between 0% and 100%"):
        size_bounds(*map(Printed.parse, ("100%", "80%", "0.03")))
