"""The error rates of the checks: what is counted is what the checks say, and printing is what papers do."""

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import joblib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rederive.calibration import run
from rederive.calibration.power import spoilt
from rederive.calibration.printing import (
    ONLY_BOUND,
    ROUNDINGS,
    Styles,
    print_p,
    print_steps,
    print_values,
    round_quotients,
)
from rederive.calibration.run import KINDS
from rederive.checks.breakdowns import judge_breakdown
from rederive.checks.paired import PairingAssumptions, judge_mean_change, judge_quartile_change
from rederive.checks.proportions import judge_percentage
from rederive.checks.quantiles import judge_quantiles
from rederive.checks.ratios import judge_ratio
from rederive.checks.regression import judge_coefficients, judge_regression
from rederive.checks.survival import judge_survival_median
from rederive.checks.two_by_two import which_test_prints
from rederive.checks.two_means import check_two_means
from rederive.claims import (
    PrintedBreakdown,
    PrintedCoefficients,
    PrintedMeanChange,
    PrintedPercentage,
    PrintedQuartileChange,
    PrintedRatio,
    PrintedRegression,
    PrintedSurvivalMedian,
)
from rederive.printed import Printed, Rounding, round_to_unit
from rederive.verdicts import Verdict

# --------------------------------------------------------------------------------------------------- printing


@given(st.integers(0, 10**6), st.integers(1, 10**4), st.sampled_from(ROUNDINGS))
def test_quotients_are_rounded_exactly(numerator, denominator, how):
    found = round_quotients(numerator, denominator, ROUNDINGS.index(how))
    assert found == round_to_unit(Fraction(numerator, denominator), Fraction(1), how)


@given(st.floats(-900, 900), st.integers(1, 4), st.sampled_from(ROUNDINGS))
def test_values_are_printed_as_decimals_are_rounded(value, decimals, how):
    """Against the decimal module; at a tie, any of the doubles next to it will do."""
    (text,) = print_values([value], decimals, ROUNDINGS.index(how))
    unit = Decimal(1).scaleb(-decimals)
    rule = {Rounding.HALF_UP: ROUND_HALF_UP, Rounding.HALF_EVEN: ROUND_HALF_EVEN, Rounding.TRUNCATION: ROUND_DOWN}[how]
    nearby = {
        Decimal(x).quantize(unit, rounding=rule)
        for x in (value, np.nextafter(value, -np.inf), np.nextafter(value, np.inf))
    }
    assert Decimal(text) in nearby
    assert len(text.partition(".")[2]) == decimals


def test_steps_are_texts():
    assert print_steps([73, 5, 1200], [2, 0, 1]).tolist() == ["0.73", "5", "120.0"]
    assert print_steps([125], 1, "%").tolist() == ["12.5%"]


def test_p_values_as_papers_print_them():
    decimals = np.array([3, 3, 2, ONLY_BOUND, ONLY_BOUND, 4])
    styles = Styles(decimals, decimals, np.zeros(6, dtype=int))
    texts = print_p([0.0345, 0.0004, 0.2, 0.049, 0.051, 0.99996], styles)
    assert texts.tolist() == ["0.035", "<0.001", "0.20", "<0.05", ">0.05", "1.0000"]


@given(st.floats(0, 1), st.integers(0, 2**32))
def test_no_printed_p_value_excludes_the_true_one(p, seed):
    styles = Styles.drawn(8, np.random.default_rng(seed))
    for text, how in zip(print_p(np.full(8, p), styles), styles.rounding, strict=True):
        assert p in Printed.parse(text).interval(ROUNDINGS[how])


# ------------------------------------------------------------------------ what is counted is what the checks say

SPREAD = {"mean_first", "sd_first", "mean_second", "sd_second", "p"}
IMPOSSIBLE = PrintedRegression(k="1", r2="0.90", adjusted_r2="0.10", f="0.5")


def _is_contradicted(judge, *arguments):
    return judge(*arguments).verdict is Verdict.CONTRADICTED


def _percentage(row):
    return _is_contradicted(judge_percentage, PrintedPercentage(**row[["percent", "events", "n"]]), {})


def _block(row):
    cells = zip(row["events"].split(), row["percent"].split(), strict=True)
    printed = PrintedBreakdown(n=row["n"], cells={f"cell {i}": f"{e} ({p})" for i, (e, p) in enumerate(cells)})
    return _is_contradicted(judge_breakdown, printed)


def _test(row):
    arms = ["events_treated", "n_treated", "events_control", "n_control"]
    counts = {name: PrintedPercentage(percent="0%", events=row[name]).events.count() for name in arms}
    PrintedPercentage(percent="0%", n=row["n_treated"]), PrintedPercentage(percent="0%", n=row["n_control"])
    if counts["events_treated"] > counts["n_treated"] or counts["events_control"] > counts["n_control"]:
        return True
    PrintedRatio(measure="OR", estimate="1", lower="1", upper="1", p=row["p"])  # refuses what is no p value
    if not 0 < counts["events_treated"] + counts["events_control"] < counts["n_treated"] + counts["n_control"]:
        return True  # no test of these counts has a p value
    return (
        which_test_prints(pd.DataFrame([counts | {"p": Printed.parse(row["p"])}]))["printed by"][0] == "none of these"
    )


def _ratio(row):
    return _is_contradicted(
        judge_ratio, PrintedRatio(measure="OR", **row[["estimate", "lower", "upper", "p", "level"]])
    )


def _two_means(row):
    if float(row["sd_first"]) <= 0 or float(row["sd_second"]) <= 0:
        return True
    PrintedRatio(measure="OR", estimate="1", lower="1", upper="1", p=row["p"])
    cells = {name: Printed.parse(text) if name in SPREAD else int(text) for name, text in row.drop("printing").items()}
    return not check_two_means(pd.DataFrame([cells]))["prints"][0]


def _mean_change(row):
    return _is_contradicted(judge_mean_change, PrintedMeanChange(**row.drop("printing")))


def _regression(row):
    printed = PrintedRegression(**row.drop(["printing", "patients"]))
    if 0 in printed.r2.interval():
        return None  # not judged: any number of patients might do
    return _is_contradicted(judge_regression, printed, [row["patients"]])


def _coefficient(row):
    rows = PrintedCoefficients(rows={"x": dict(row[["estimate", "lower", "upper", "p"]])}).table()
    return _is_contradicted(judge_coefficients, rows, IMPOSSIBLE)


def _quartiles(row):
    texts = {f"{when}_{q}": row[q] for when in ("before", "after") for q in ("q1", "median", "q3")}
    return _is_contradicted(judge_quantiles, {"x": PrintedQuartileChange(n=row["n"], p="0.5", **texts)})


def _signed_rank(row):
    texts = dict(zip(("q1", "median", "q3"), ("10", "20", "30"), strict=True))
    n = str(max(8, int(row["n"])))  # quartiles need eight patients
    change = PrintedQuartileChange(
        n=n, p=row["p"], **{f"{when}_{q}": t for when in ("before", "after") for q, t in texts.items()}
    )
    assumed = PairingAssumptions(draws=2, correlations=(0.0,))
    return None if n != row["n"] else _is_contradicted(judge_quartile_change, change, assumed)


def _median(row):
    return _is_contradicted(judge_survival_median, PrintedSurvivalMedian(unit="months", **row.drop("printing")))


JUDGES = {
    "percentage of a count": _percentage,
    "table of percentages": _block,
    "p value beside counts": _test,
    "two means and a t test": _two_means,
    "mean change and a paired t test": _mean_change,
    "regression as a whole": _regression,
    "regression coefficient": _coefficient,
    "quartiles of counts": _quartiles,
    "p value of a signed-rank test": _signed_rank,
    "median survival with its interval": _median,
} | {name: _ratio for name in KINDS if "ratio" in name}


def test_every_kind_has_its_judge():
    assert set(JUDGES) == set(KINDS)


@pytest.mark.parametrize("name", KINDS)
def test_what_is_counted_is_what_the_check_says(name):
    """Honest and spoilt claims, one by one: contradicted, or refused by the loader."""
    kind, rng = KINDS[name], np.random.default_rng(3)
    honest = kind.draw(40, rng)
    tables = [honest.head(12), *(table.head(4) for _, _, table in spoilt(kind, honest, rng))]
    said = {True: 0, False: 0}
    for claims in tables:
        if claims.empty:
            continue
        counted = kind.contradicted(claims)
        for found, (_, row) in zip(
            counted, claims.drop(columns=["before", "df"], errors="ignore").iterrows(), strict=True
        ):
            try:
                judged = JUDGES[name](row)
            except ValidationError:
                judged = True
            if judged is not None:
                assert bool(found) == judged, row.to_dict()
                said[judged] += 1
    assert said[False]
    assert said[True] or not kind.corrupted


# -------------------------------------------------------------------------------------------------------- batches


def test_batches_add_up_and_the_first_of_a_long_run_are_those_of_a_short_one():
    kind = "percentage of a count"
    both = run.false_alarms({kind: 2})
    pd.testing.assert_frame_equal(both, run.false_alarms({kind: 1}) + run.false_alarms({kind: 1}, first=1))
    assert run.false_alarms({kind: 1}).ne(run.false_alarms({kind: 1}, first=1)).any(axis=None)


def test_a_batch_does_not_depend_on_other_kinds():
    one, other = "percentage of a count", "pooled odds ratio"
    assert run.false_alarms({one: 1, other: 1}).loc[one].equals(run.false_alarms({one: 1}).loc[one])


def test_rates_have_exact_intervals():
    """None in 100: the upper limit is 1 - 0.025^(1/100); one half: symmetrical."""
    rates = run.with_rates(pd.DataFrame({"claims": [100, 50], "contradicted": [0, 25]}))
    assert rates["upper"][0] == pytest.approx(1 - 0.025**0.01)
    assert rates["lower"][0] == 0
    assert rates["lower"][1] == pytest.approx(1 - rates["upper"][1])


BATCHES = {"percentage of a count": 2, "odds ratio, logistic regression": 2}


@pytest.fixture(scope="module")
def alone():
    return run.false_alarms(BATCHES), run.power(BATCHES)


def test_two_processes_count_the_same(alone):
    assert run.false_alarms(BATCHES, n_jobs=2, progress=True).equals(alone[0])


def test_a_dask_cluster_counts_the_same(alone):
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None) as cluster,
        distributed.Client(cluster),
        joblib.parallel_config(backend="dask"),
    ):
        assert type(joblib.parallel.get_active_backend()[0]).__name__ == "DaskDistributedBackend"
        assert run.false_alarms(BATCHES).equals(alone[0])
        assert run.power(BATCHES).equals(alone[1])
