"""Printed regressions: against R's lm, statsmodels, exact fractions and linear programming."""

import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from rederive.checks.regression import (
    centred_r2,
    coefficient_df,
    cv_of_the_mean_alone,
    df_that_print_all,
    judge_coefficients,
    judge_predictive_power,
    judge_regression,
    largest_outcome,
    sizes_that_print,
)
from rederive.claims import PrintedRegression
from rederive.printed import NEAREST, Printed, Rounding, print_number
from rederive.verdicts import Verdict

ORACLE = json.loads((Path(__file__).parents[1] / "oracle" / "regression.json").read_text())
FITS = [case for case in ORACLE["cases"] if case["kind"] == "fit"]

# The paper's Table 3 and the sentence above it.
PAPER = PrintedRegression(k="8", r2="0.916", adjusted_r2="0.892", f="38.21", p="<0.001")
TABLE_3 = {
    "Radiation doses": ("-0.0163", "-0.045", "0.012", "0.251"),
    "Age": ("0.0038", "-0.006", "0.014", "0.452"),
    "NLR": ("0.0546", "0.014", "0.096", "0.011"),
    "N": ("0.2006", "0.048", "0.353", "0.012"),
    "IL-2": ("0.1214", "0.023", "0.22", "0.017"),
    "IL-10": ("-0.0069", "-0.02", "0.006", "0.301"),
    "IL-4": ("-0.0103", "-0.038", "0.017", "0.443"),
    "TNF": ("-0.0017", "-0.042", "0.039", "0.931"),
}


def table(rows):
    cells = [[name, *map(Printed.parse, texts)] for name, texts in rows.items()]
    return pd.DataFrame(cells, columns=["predictor", "estimate", "lower", "upper", "p"])


def regression(r2, df, k, decimals=3, f_decimals=2, p_decimals=3, how=Rounding.HALF_UP):
    """What a paper prints of a regression with this R² (a fraction), k predictors and residual degrees of freedom."""
    f = (r2 / k) / ((1 - r2) / df)
    return PrintedRegression(
        k=str(k),
        r2=print_number(r2, decimals, how).text,
        adjusted_r2=print_number(1 - (1 - r2) * Fraction(df + k, df), decimals, how).text,
        f=print_number(f, f_decimals, how).text,
        p=print_number(float(stats.f.sf(float(f), k, df)), p_decimals, how).text,
    )


def test_the_oracle_did_not_shrink():
    assert ORACLE["r"].startswith("R version 4.2.2")
    assert {name: len(data["y"]) for name, data in ORACLE["data"].items()} == {
        "small": 12,
        "noise": 36,
        "away_from_zero": 36,
        "scales": 48,
        "exact": 20,
    }
    assert sorted((case["data"], case["intercept"]) for case in FITS) == sorted(
        (name, intercept) for name in ORACLE["data"] for intercept in (True, False)
    )


@pytest.mark.parametrize("case", FITS, ids=lambda case: case["call"])
@pytest.mark.parametrize("decimals", [2, 3, 4])
def test_what_r_reports_fits_its_own_size_and_degrees_of_freedom(case, decimals):
    values, n = case["values"], len(ORACLE["data"][case["data"]]["y"])
    shown = {name: print_number(values[name], decimals).text for name in ("r2", "adjusted_r2", "f")}
    found = sizes_that_print(PrintedRegression(k=str(case["keep"]), **shown), [n])
    row = found[found["intercept"] == case["intercept"]].iloc[0]
    assert row["fits"]
    assert row["residual_df"] == values["residual_df"]
    assert row["r2_lower"] - 1e-12 <= values["r2"] <= row["r2_upper"] + 1e-12
    assert row["p_lower"] * (1 - 1e-8) <= values["f_p"] <= row["p_upper"] * (1 + 1e-8)
    rows = zip(*(values[name] for name in ("coefficients", "lower", "upper", "p")), strict=True)
    printed = {f"x{i}": tuple(print_number(x, decimals).text for x in row) for i, row in enumerate(rows)}
    assert coefficient_df(table(printed), [values["residual_df"]]).to_numpy().all()


def test_statsmodels_without_a_constant_reports_what_is_assumed_here():
    rng = np.random.default_rng(5)
    X, y = rng.normal(2, 1, (36, 8)), rng.normal(3, 1, 36)
    fit = sm.OLS(y, X).fit()
    assert (fit.nobs, fit.df_resid, fit.k_constant) == (36, 28, 0)
    assert fit.rsquared == pytest.approx(1 - fit.ssr / np.sum(y**2), rel=1e-12)
    assert fit.rsquared_adj == pytest.approx(1 - (1 - fit.rsquared) * 36 / 28, rel=1e-12)
    assert fit.fvalue == pytest.approx((fit.rsquared / 8) / ((1 - fit.rsquared) / 28), rel=1e-10)
    shown = PrintedRegression(
        k="8", r2=f"{fit.rsquared:.3f}", adjusted_r2=f"{fit.rsquared_adj:.3f}", f=f"{fit.fvalue:.2f}"
    )
    found = sizes_that_print(shown, [36]).set_index("intercept")
    assert found["fits"].to_dict() == {True: False, False: True}
    limits = pd.DataFrame(fit.conf_int()).round(3)
    printed = {
        str(i): (
            f"{fit.params[i]:.4f}",
            f"{limits.iloc[i, 0]:.3f}",
            f"{limits.iloc[i, 1]:.3f}",
            f"{fit.pvalues[i]:.3f}",
        )
        for i in range(8)
    }
    assert coefficient_df(table(printed), [28]).to_numpy().all()


true_regression = {
    "r2": st.fractions(Fraction(1, 50), Fraction(99, 100), max_denominator=10**6),
    "df": st.integers(1, 120),
    "k": st.integers(1, 12),
}


@settings(max_examples=200)
@given(**true_regression, decimals=st.integers(1, 4), f_decimals=st.integers(0, 3), how=st.sampled_from(NEAREST))
def test_an_honest_regression_always_fits_its_own_size(r2, df, k, decimals, f_decimals, how):
    f = (r2 / k) / ((1 - r2) / df)
    assume(print_number(f, f_decimals, how).value > 0)
    shown = regression(r2, df, k, decimals, f_decimals, how=how)
    for rounding in (None, how):
        found = sizes_that_print(shown, [df + k, df + k + 1], rounding)
        own = found[found["residual_df"] == df]
        assert own["n"].tolist() == [df + k, df + k + 1]
        assert own["intercept"].tolist() == [False, True]
        assert own["fits"].all()
        # 1e-9: F and its p value go through doubles, and the distribution function is inverted
        assert ((own["r2_lower"] - 1e-9 <= float(r2)) & (float(r2) <= own["r2_upper"] + 1e-9)).all()
        p = stats.f.sf(float(f), k, df)
        assert ((own["p_lower"] * (1 - 1e-6) <= p) & (p <= own["p_upper"] * (1 + 1e-6) + 1e-300)).all()


def fits_exactly(printed, df):
    """The same question in exact fractions, which leave p out: is there an R² that prints R², adjusted R² and F?"""
    k = printed.k.count()
    ends = {
        name: [number.value + sign * number.unit / 2 for sign in (-1, 1)]
        for name, number in (("r2", printed.r2), ("adjusted", printed.adjusted_r2), ("f", printed.f))
    }
    ranges = [
        (max(ends["r2"][0], 0), min(ends["r2"][1], 1)),
        tuple(1 - (1 - a) * Fraction(df, df + k) for a in ends["adjusted"]),
        tuple(k * f / (k * f + df) for f in ends["f"]),
    ]
    return max(low for low, _ in ranges) <= min(high for _, high in ranges)


@settings(max_examples=150)
@given(**true_regression, times=st.sampled_from([Fraction(1), Fraction(101, 100), Fraction(6, 5)]))
def test_which_sizes_fit_equals_exact_fractions(r2, df, k, times):
    f = times * (r2 / k) / ((1 - r2) / df)
    assume(print_number(f, 2).value > 0)
    shown = PrintedRegression(
        k=str(k),
        r2=print_number(r2, 2).text,
        adjusted_r2=print_number(1 - (1 - r2) * Fraction(df + k, df), 2).text,
        f=print_number(f, 2).text,
    )
    found = sizes_that_print(shown, range(k, df + k + 60))
    assert found["residual_df"].min() == 1
    assert found["fits"].tolist() == [fits_exactly(shown, d) for d in found["residual_df"].tolist()]


def test_the_papers_r2_adjusted_r2_and_f_leave_one_number_of_degrees_of_freedom():
    found = sizes_that_print(PAPER, range(1, 2000))
    assert found[found["fits"]][["n", "intercept", "residual_df"]].to_numpy().tolist() == [[36, 0, 28], [37, 1, 28]]
    assert [d for d in range(1, 2000) if fits_exactly(PAPER, d)] == [28]


def test_ranges_are_missing_where_nothing_fits_and_sizes_too_small_are_left_out():
    found = sizes_that_print(PAPER, [8, 9, 10])
    assert list(zip(found["n"], found["intercept"], strict=True)) == [(9, False), (10, True), (10, False)]
    assert found[["r2_lower", "r2_upper", "p_lower", "p_upper"]].isna().all(axis=None)


def test_a_printed_p_value_has_to_fit_too():
    numbers = {"k": "2", "r2": "0.50", "adjusted_r2": "0.44", "f": "8.5"}
    p = stats.f.sf(8.5, 2, 17)
    for text, fits in [(f"{p:.3f}", True), ("0.010", False), ("<0.01", True), ("<0.001", False)]:
        found = sizes_that_print(PrintedRegression(**numbers, p=text), [20]).set_index("intercept")
        assert found.loc[True, "fits"] == fits


def test_ends_of_the_scale_are_no_errors():
    found = sizes_that_print(PrintedRegression(k="1", r2="1.0", adjusted_r2="1.0", f="1e20", p="<0.001"), [10])
    assert found["fits"].all()
    assert (found["p_upper"] < 1e-50).all()
    found = sizes_that_print(PrintedRegression(k="1", r2="0.0", adjusted_r2="0.0", f="0.1", p="<1"), [50])
    assert found["fits"].all()
    assert (found["r2_lower"] > 0).all()


# --------------------------------------------------------------------------------------------- R² about the mean


def r2_about_the_mean(y, residuals):
    return 1 - np.sum(residuals**2) / np.sum((y - y.mean()) ** 2)


@settings(max_examples=100)
@given(
    st.integers(0, 10_000), st.integers(6, 40), st.integers(1, 4), st.floats(-4, 4), st.floats(-4, 4), st.floats(-1, 1)
)
def test_centred_r2_equals_least_squares_and_is_a_lower_bound_with_an_intercept(seed, n, k, mean, x_mean, slope):
    rng = np.random.default_rng(seed)
    X = rng.normal(x_mean, 1, (n, k))
    y = rng.normal(mean, 1, n) + slope * X[:, 0]
    without = sm.OLS(y, X).fit(method="qr")
    with_intercept = sm.OLS(y, np.column_stack([np.ones(n), X])).fit(method="qr")
    assume(without.k_constant == 0)
    cv = np.std(y, ddof=1) / abs(y.mean())
    ours = float(centred_r2(without.rsquared, cv, n))
    # 1 - R² loses digits where the mean is many standard deviations away, and near a mean of 0 cv is large
    assert ours == pytest.approx(r2_about_the_mean(y, without.resid), rel=1e-8, abs=1e-8)
    assert max(ours, 0) <= with_intercept.rsquared + 1e-9
    assert ours <= without.rsquared + 1e-12
    assert np.sign(ours) == np.sign(cv - float(cv_of_the_mean_alone(without.rsquared, n)))


def test_the_bound_is_reached_and_nothing_bounds_from_above():
    rng = np.random.default_rng(3)
    n, one = 20, np.ones(20)
    y = rng.normal(2, 1, n)
    cv = np.std(y, ddof=1) / y.mean()
    # predictors that add up to a constant hold an intercept already
    X = rng.normal(0, 1, (n, 2))
    X = np.column_stack([X, one - X.sum(axis=1)])
    residuals = y - X @ np.linalg.lstsq(X, y, rcond=None)[0]
    with_intercept = r2_about_the_mean(y, residuals)
    assert centred_r2(1 - residuals @ residuals / (y @ y), cv, n) == pytest.approx(with_intercept, rel=1e-10)
    # a predictor unrelated to the outcome about the mean, but not about zero: R² with an intercept is 0
    v = rng.normal(0, 1, n)
    basis = np.column_stack([one, y])
    v -= basis @ np.linalg.lstsq(basis, v, rcond=None)[0]
    x = one + v
    uncentred = (x @ y) ** 2 / (x @ x) / (y @ y)
    assert uncentred > 0.3
    assert centred_r2(uncentred, cv, n) < 0
    assert np.corrcoef(x, y)[0, 1] == pytest.approx(0, abs=1e-12)
    # an outcome shifted by a constant: R² with an intercept is 1, whatever it is without
    for shift in np.linspace(0.5, 4, 8):
        x = y - shift
        uncentred = (x @ y) ** 2 / (x @ x) / (y @ y)
        assert uncentred < 1
        assert np.corrcoef(x, y)[0, 1] == pytest.approx(1, abs=1e-12)


def test_centred_r2_at_its_ends():
    assert centred_r2(0.916, math.inf, 36) == pytest.approx(0.916, rel=1e-15)
    assert centred_r2(0.5, 1, 2) == pytest.approx(1 - 0.5 * (1 + 2))
    assert centred_r2(0.916, cv_of_the_mean_alone(0.916, 36), 36) == pytest.approx(0, abs=1e-12)
    assert centred_r2(0.916, [0.3, 0.31], 36).tolist() == pytest.approx([-0.044, 1 - 0.084 * (1 + 36 / 35 / 0.31**2)])
    y = np.random.default_rng(0).normal(3, 1, 36)
    mean_alone = sm.OLS(y, np.ones(36)).fit()
    r2 = 1 - mean_alone.ssr / np.sum(y**2)
    assert cv_of_the_mean_alone(r2, 36) == pytest.approx(np.std(y, ddof=1) / y.mean(), rel=1e-10)
    for cv, n in [(0, 36), (-1, 36), (1, 1)]:
        with pytest.raises(ValueError, match="coefficient of variation"):
            centred_r2(0.9, cv, n)


# ------------------------------------------------------------------------------------------------ coefficients


def margin(texts, df):
    """How far inside all its lines a point (b, s) can lie, by an outside solver; in units of the estimate's last digit.

    Above 0 the printed numbers have true values, below they have none.
    """
    numbers = [Printed.parse(text) for text in texts]
    q = stats.t.isf(0.025, df)
    unit = float(numbers[0].unit)
    ends = [number.interval() for number in numbers]
    best = -math.inf
    for sign in (-1, 1):
        rows, limits = [], []
        for (b, s), end in zip([(1, 0), (1, -q), (1, q)], ends[:3], strict=True):
            rows += [[b, s, 1], [-b, -s, 1]]
            limits += [end.upper / unit, -end.lower / unit]
        rows.append([-sign, stats.t.isf(min(1, ends[3].upper) / 2, df), 1])
        limits.append(0)
        if ends[3].lower > 0:
            rows.append([sign, -stats.t.isf(ends[3].lower / 2, df), 1])
            limits.append(0)
        solved = optimize.linprog([0, 0, -1], A_ub=rows, b_ub=limits, bounds=[(None, None), (0, None), (None, None)])
        assert solved.status == 0
        best = max(best, -solved.fun)
    return best


def test_which_degrees_of_freedom_print_the_papers_rows_equals_linear_programming():
    asked = [1, 5, 11, 15, *range(17, 42), 60, 88, 120, 200]
    fits = coefficient_df(table(TABLE_3), asked).set_axis(list(TABLE_3))
    margins = {(name, df): margin(texts, df) for name, texts in TABLE_3.items() for df in asked}
    decided = {where: m > 0 for where, m in margins.items() if abs(m) > 1e-6}  # the solver's tolerance is 1e-7
    assert len(decided) >= len(margins) - 2
    assert {where: bool(fits.loc[where]) for where in decided} == decided
    assert len(set(decided.values())) == 2


def test_the_papers_rows_leave_25_to_32_degrees_of_freedom():
    fits = coefficient_df(table(TABLE_3))
    assert df_that_print_all(fits) == list(range(25, 33))
    assert not fits[math.inf].all()  # nor under the normal distribution
    # of the paper's numbers of patients, 36 leave 27 or 28, 42 leave 33 or 34, 48 leave 39 or 40
    assert fits[[27, 28]].all(axis=None)
    assert not fits[[33, 34, 39, 40]].all().any()


@settings(max_examples=150)
@given(
    st.floats(-5, 5),
    st.floats(0.05, 3),
    st.one_of(st.integers(1, 200), st.just(math.inf)),
    st.integers(1, 4),
    st.integers(2, 4),
    st.sampled_from(NEAREST),
)
def test_an_honest_coefficient_fits_its_own_degrees_of_freedom(b, s, df, decimals, p_decimals, how):
    q = stats.t.isf(0.025, df) if math.isfinite(df) else stats.norm.isf(0.025)
    p = 2 * (stats.t.sf(abs(b / s), df) if math.isfinite(df) else stats.norm.sf(abs(b / s)))
    numbers = [print_number(x, decimals, how).text for x in (b, b - q * s, b + q * s)]
    rows = table({"x": (*numbers, print_number(p, p_decimals, how).text)})
    assert coefficient_df(rows, [df]).iloc[0, 0]


def test_coefficients_do_not_depend_on_their_scale_or_sign():
    asked = range(15, 45)
    as_printed = coefficient_df(table(TABLE_3), asked)
    flipped = {
        name: (*(text[1:] if text[0] == "-" else f"-{text}" for text in (b, upper, lower)), p)
        for name, (b, lower, upper, p) in TABLE_3.items()
    }
    thousandfold = {
        name: (*(f"{text}e3" for text in (b, lower, upper)), p) for name, (b, lower, upper, p) in TABLE_3.items()
    }
    for other in (flipped, thousandfold):
        pd.testing.assert_frame_equal(coefficient_df(table(other), asked), as_printed)


def test_without_a_p_value_an_interval_says_nothing_about_degrees_of_freedom():
    rows = table({"NLR": TABLE_3["NLR"]}).assign(p=None)
    assert coefficient_df(rows, [1, 28, math.inf]).to_numpy().all()


# ---------------------------------------------------------------------------------------------------- findings


def test_the_regression_as_a_whole_is_coherent():
    finding = judge_regression(PAPER, (36, 48))
    assert finding.verdict is Verdict.COHERENT
    assert finding.recomputed["residual_df"].lower == finding.recomputed["residual_df"].upper == 28
    assert finding.because == (
        "37 patients with an intercept or 36 without one can print these numbers together; no other number of patients "
        "can. Of the numbers the document names (36 and 48), 36 without one fits."
    )
    assert "(48), none fits" in judge_regression(PAPER, (48,)).because
    assert "36 without one or 37 with an intercept fits" in judge_regression(PAPER, (36, 37)).because


def test_an_r2_that_its_f_does_not_allow_is_contradicted():
    wrong = PrintedRegression(k="8", r2="0.916", adjusted_r2="0.892", f="48.21")
    for finding in (judge_regression(wrong, (36, 48)), judge_predictive_power(wrong, (36, 48))):
        assert finding.verdict is Verdict.CONTRADICTED
        assert finding.because.startswith("No number of patients")


def test_a_regression_may_have_its_digits_cut_off_and_the_finding_says_so():
    """R² = 0.61 - a little, n = 40, k = 2: each number with further digits cut off, which no rounding prints."""
    r2 = 0.60996
    adjusted, f = 1 - (1 - r2) * 39 / 37, r2 / 2 / ((1 - r2) / 37)
    cut = PrintedRegression(
        k="2", **{name: cut_off(x, 3) for name, x in (("r2", r2), ("adjusted_r2", adjusted), ("f", f))}
    )
    assert not sizes_that_print(cut, range(4, 400))["fits"].any()
    finding = judge_regression(cut, (40,))
    assert finding.verdict is Verdict.COHERENT
    assert "if digits were cut off, not rounded" in finding.because
    assert "40 with an intercept" in finding.because
    assert judge_predictive_power(cut, (40,)).verdict is Verdict.MISWORDED


def cut_off(value, decimals):
    return str(print_number(value, decimals, Rounding.TRUNCATION))


def test_coefficients_may_have_their_digits_cut_off_and_the_finding_says_so():
    impossible = PrintedRegression(k="1", r2="0.90", adjusted_r2="0.10", f="0.5")  # so they are judged alone
    b, s, df = 1.99997, 0.49999, 12
    q = stats.t.isf(0.025, df)
    numbers = {"estimate": b, "lower": b - q * s, "upper": b + q * s, "p": 2 * stats.t.sf(b / s, df)}
    rows = pd.DataFrame([{"predictor": "x"} | {n: Printed.parse(cut_off(x, 4)) for n, x in numbers.items()}])
    assert not coefficient_df(rows).to_numpy().any()
    finding = judge_coefficients(rows, impossible)
    assert finding.verdict is Verdict.COHERENT
    assert "if digits were cut off" in finding.because
    assert "digits cut off" in finding.convention
    assert finding.recomputed["residual_df"].lower <= df <= finding.recomputed["residual_df"].upper


def test_no_r2_is_negative():
    negative = PrintedRegression(k="2", r2="-0.43", adjusted_r2="-0.50", f="3.1")
    assert judge_regression(negative, (40,)).verdict is Verdict.CONTRADICTED


def test_every_size_that_r2_and_f_allow_is_searched():
    large = PrintedRegression(k="1", r2="0.50", adjusted_r2="0.50", f="1000")
    found = sizes_that_print(large, range(3, 5000))
    ends = [group["n"].agg(["min", "max"]).map("{:,}".format) for _, group in found[found["fits"]].groupby("intercept")]
    told = "{} to {} patients with an intercept or {} to {} without one can".format(*ends[1], *ends[0])
    assert judge_regression(large, (1002,)).because.startswith(told)


@pytest.mark.parametrize("shown", [{"r2": "0.0"}, {"f": "1e12"}])
def test_without_an_end_to_the_search_there_is_no_finding(shown):
    endless = PrintedRegression(**({"k": "1", "r2": "0.50", "adjusted_r2": "0.5", "f": "10"} | shown))
    for judge in (judge_regression, judge_predictive_power):
        with pytest.raises(ValueError, match="1,000,000 patients"):
            judge(endless, (36,))
    with pytest.raises(ValueError, match="1,000,000 patients"):
        judge_coefficients(table(TABLE_3), endless)


def test_the_largest_number_of_patients_is_still_allowed(monkeypatch):
    r2, f = PAPER.r2.interval().lower, PAPER.f.interval().upper
    largest = 8 * f * (1 - r2) / r2  # residual degrees of freedom
    monkeypatch.setattr("rederive.checks.regression.MOST_PATIENTS", largest)
    assert judge_regression(PAPER, (36,)).verdict is not Verdict.SILENT
    monkeypatch.setattr("rederive.checks.regression.MOST_PATIENTS", math.nextafter(largest, 0))
    with pytest.raises(ValueError, match="rule out"):
        judge_regression(PAPER, (36,))


def test_coefficients_need_the_degrees_of_freedom_of_the_whole():
    rows = table(TABLE_3)
    finding = judge_coefficients(rows, PAPER)
    assert finding.verdict is Verdict.COHERENT
    assert "25 to 32 can print all 8" in finding.because
    assert "need 28." in finding.because
    elsewhere = regression(Fraction(1, 2), 60, 8)
    assert judge_coefficients(rows, elsewhere).verdict is Verdict.CONTRADICTED
    wrong = table(TABLE_3 | {"Age": ("0.0038", "-0.006", "0.014", "0.652")})
    finding = judge_coefficients(wrong, PAPER)
    assert finding.verdict is Verdict.CONTRADICTED
    assert "1 to 200, none can" in finding.because
    assert finding.because.endswith("With 28, no true values print the row of Age.")
    nowhere = PrintedRegression(k="8", r2="0.916", adjusted_r2="0.892", f="48.21")
    alone = judge_coefficients(rows, nowhere)
    assert "F fit no number of them." in alone.because
    assert alone.verdict is Verdict.COHERENT  # one fault is not judged twice


def test_a_fit_is_no_prediction():
    finding = judge_predictive_power(PAPER, (36, 48))
    assert finding.verdict is Verdict.MISWORDED
    cv = finding.recomputed["cv_of_the_mean_alone"]
    assert cv.lower <= float(cv_of_the_mean_alone(0.91609, 36)) <= cv.upper
    assert (
        "no test on others is printed. 37 patients with an intercept or 36 without one can print it." in finding.because
    )
    tried = judge_predictive_power(PAPER, (36, 48), tested_on=100)
    assert tried.verdict is Verdict.COHERENT
    assert "no test on others" not in tried.because


@settings(max_examples=40)
@given(st.integers(0, 2**32), st.booleans(), st.sampled_from([12, 36, 60]))
def test_no_outcome_is_larger_than_its_bound(seed, intercept, n):
    """Regressions fitted by statsmodels and printed to three significant digits keep below the bound."""
    rng = np.random.default_rng(seed)
    X = rng.normal(rng.uniform(-2, 2), 1, (n, 3))
    y = X @ rng.normal(0, 1, 3) + rng.normal(rng.uniform(-3, 3), 1, n)
    fit = sm.OLS(y, sm.add_constant(X) if intercept else X).fit()
    j = int(intercept)
    numbers = {
        "estimate": fit.params[j],
        "lower": fit.conf_int()[j][0],
        "upper": fit.conf_int()[j][1],
        "p": fit.pvalues[j],
    }
    row = pd.Series({name: Printed.parse(f"{x:.6f}") for name, x in numbers.items()})
    printed = PrintedRegression(
        k="3", r2=f"{fit.rsquared:.6f}", adjusted_r2=f"{fit.rsquared_adj:.6f}", f=f"{fit.fvalue:.4f}"
    )
    if not 0.01 < fit.rsquared < 0.9999:
        return
    reach = np.ptp(X[:, 0]) / 2 if intercept else np.abs(X[:, 0]).max()
    size = y.std() if intercept else np.sqrt(np.mean(y**2))
    assert size <= largest_outcome(row, printed, reach, intercept=intercept)


def test_the_outcome_is_no_change_in_cells():
    rows = table(TABLE_3).set_index("predictor")
    bounds = [largest_outcome(rows.loc["Age"], PAPER, reach, intercept=i) for reach, i in ((87, False), (25.5, True))]
    # by hand: 87 x 0.0051 x sqrt(28 / 0.0839) = 8.1, and 25.5 instead of 87 with an intercept
    assert bounds == pytest.approx([8.1, 2.4], abs=0.1)
    with pytest.raises(ValueError, match="true values can print"):
        largest_outcome(
            rows.loc["Age"], PrintedRegression(k="8", r2="0.916", adjusted_r2="0.892", f="48.21"), 87, intercept=False
        )
