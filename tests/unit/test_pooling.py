"""Pooling: validation, laws that hold for any data (hypothesis), and agreement with statsmodels.

The comparison with R is in tests/oracle/test_against_metafor.py.
"""

from functools import partial
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats
from statsmodels.stats.contingency_tables import StratifiedTable
from statsmodels.stats.meta_analysis import combine_effects

from rederive.claims import PrintedRatio
from rederive.methods import pooling
from rederive.methods.pooling import BetweenTrials, Inference, Measure, TwoArms
from rederive.printed import Printed, print_number

ESTIMATORS = get_args(BetweenTrials)
RANDOM = [method for method in ESTIMATORS if method != "none"]
checked = settings(deadline=None, max_examples=40)
LAW = {"rtol": 1e-8, "atol": 1e-8}

SEPSIS = TwoArms([127, 47], [542, 181], [132, 63], [547, 180])


@st.composite
def trials(draw: st.DrawFn, least: int = 2, interior: bool = False) -> TwoArms:
    """Up to eight trials; with `interior` no cell is zero."""
    edge = 1 if interior else 0
    rows = []
    for _ in range(draw(st.integers(least, 8))):
        n1, n2 = draw(st.integers(2, 500)), draw(st.integers(2, 500))
        rows.append((draw(st.integers(edge, n1 - edge)), n1, draw(st.integers(edge, n2 - edge)), n2))
    return TwoArms(*np.array(rows).T)


@st.composite
def effects(draw: st.DrawFn, least: int = 2, most: int = 8) -> tuple[Any, Any]:
    """Effects and variances a hundredfold apart, from no heterogeneity to a great deal."""
    k = draw(st.integers(least, most))
    number = st.integers(-300, 300).map(lambda x: x / 100)
    variance = st.integers(1, 100).map(lambda x: x / 100)
    return (
        np.array(draw(st.lists(number, min_size=k, max_size=k))),
        np.array(draw(st.lists(variance, min_size=k, max_size=k))),
    )


# Tables


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        (([5], [4], [1], [4]), r"events_treated: 5 events among 4 patients, at \(0,\)"),
        (([1, 1], [4, 4], [1, 9], [4, 4]), r"events_control: 9 events among 4 patients, at \(1,\)"),
        (([-1], [4], [1], [4]), "events_treated: expected whole numbers of at least 0, got -1"),
        (([1.5], [4], [1], [4]), "got 1.5"),
        (([np.nan], [4], [1], [4]), "got nan"),
        ((["1"], [4], [1], [4]), "expected counts"),
        (([0], [0], [1], [4]), "n_treated: an arm without patients"),
        ((0, 4, 1, 4), "at least one trial"),
        (([], [], [], []), "at least one trial"),
    ],
)
def test_impossible_tables_are_refused(counts: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TwoArms(*counts)


def test_tables_come_from_a_frame_with_exactly_these_columns() -> None:
    frame = pd.DataFrame({"events_treated": [1], "n_treated": [9], "events_control": [2], "n_control": [8]})
    tables = TwoArms.from_frame(frame)
    assert [int(x[0]) for x in (tables.events_treated, tables.n_treated, tables.events_control, tables.n_control)] == [
        1,
        9,
        2,
        8,
    ]
    with pytest.raises(ValueError, match="missing: n_control"):
        TwoArms.from_frame(frame.drop(columns="n_control"))


def test_only_tables_with_a_zero_cell_are_corrected() -> None:
    tables = TwoArms([0, 5, 20], [10, 20, 20], [2, 4, 8], [10, 20, 30])
    y, v = pooling.effect_sizes(tables, "OR")
    assert_allclose(np.exp(y), [0.5 * 8.5 / (10.5 * 2.5), 5 * 16 / (15 * 4), 20.5 * 22.5 / (0.5 * 8.5)])
    assert_allclose(v[0], 1 / 0.5 + 1 / 10.5 + 1 / 2.5 + 1 / 8.5)
    y, v = pooling.effect_sizes(tables, "RD")
    assert_allclose(y, [0.5 / 11 - 2.5 / 11, 5 / 20 - 4 / 20, 20.5 / 21 - 8.5 / 31])
    y, _ = pooling.effect_sizes(tables, "RR", correction=0)
    assert y[0] == -np.inf
    assert np.isfinite(y[1:]).all()


@pytest.mark.parametrize(
    "call",
    [
        lambda: pooling.effect_sizes(SEPSIS, "HR"),
        lambda: pooling.mantel_haenszel(SEPSIS, "HR"),
        lambda: pooling.inverse_variance([0, 1], [1, 1], "SJ"),
        lambda: pooling.inverse_variance([0, 1], [1, 1], "DL", "t"),
        lambda: pooling.prediction_interval(pooling.mantel_haenszel(SEPSIS, "OR"), "t"),
    ],
)
def test_unknown_choices_name_the_known_ones(call: Any) -> None:
    with pytest.raises(ValueError, match=r"unknown .*: expected one of"):
        call()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pooling.inverse_variance([0.0], [1.0], "DL"), "single trial"),
        (lambda: pooling.inverse_variance([0.0], [1.0], "none", "hartung-knapp"), "two trials"),
        (lambda: pooling.inverse_variance([0.0, 1.0], [1.0, 0.0]), "variances"),
        (lambda: pooling.inverse_variance([0.0, np.inf], [1.0, 1.0]), "finite"),
        (lambda: pooling.inverse_variance(0.0, 1.0), "at least one trial"),
        (lambda: pooling.cochran_q([0.0], [1.0]), "single effect"),
        (
            lambda: pooling.prediction_interval(
                pooling.inverse_variance([0, 1], [1, 1], "DL"), "higgins-thompson-spiegelhalter"
            ),
            "three trials",
        ),
        (lambda: pooling.mantel_haenszel(SEPSIS, "OR").interval(95), "level"),
        (lambda: pooling.mantel_haenszel(SEPSIS, "RD", correction=0.5), "risk difference"),
        (lambda: pooling.subtract(0.0, 0.2, 0.0, 0.2), "weigh less"),
        (lambda: pooling.every_method(SEPSIS.leave_one_out()), "one meta-analysis"),
        (lambda: pooling.every_method(SEPSIS, "RD"), "expected a ratio"),
    ],
)
def test_impossible_requests_are_refused(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


# Laws of single tables


@checked
@given(trials(interior=True))
def test_one_table_pools_to_itself(tables: TwoArms) -> None:
    """Of a single table Mantel-Haenszel gives the crude ratio, and its variance is Woolf's or the log risk ratio's."""
    each = TwoArms(
        *(x[:, None] for x in (tables.events_treated, tables.n_treated, tables.events_control, tables.n_control))
    )
    for measure in ("OR", "RR"):
        y, v = pooling.effect_sizes(tables, measure)
        pooled = pooling.mantel_haenszel(each, measure)
        assert_allclose(pooled.estimate, y, **LAW)
        assert_allclose(pooled.standard_error**2, v, **LAW)
    assert_allclose(pooling.mantel_haenszel(each, "RD").estimate, pooling.effect_sizes(tables, "RD")[0], **LAW)


@checked
@given(trials())
def test_swapping_the_arms_changes_only_the_sign(tables: TwoArms) -> None:
    def results(t: TwoArms) -> list[pooling.Pooled]:
        found = [pooling.mantel_haenszel(t, m) for m in get_args(Measure)] + [pooling.peto(t)]
        for measure in get_args(Measure):
            found += [pooling.inverse_variance(*pooling.effect_sizes(t, measure), tau2) for tau2 in ESTIMATORS]
        return found

    for one, other in zip(results(tables), results(tables.swap_arms()), strict=True):
        assert_allclose(one.estimate, -other.estimate, **LAW)
        assert_allclose(one.standard_error, other.standard_error, **LAW)


def test_zero_cells_and_uninformative_tables() -> None:
    tables = TwoArms([0, 0, 3, 5, 2], [5, 5, 5, 5, 5], [0, 2, 5, 5, 2], [5, 5, 5, 5, 5])
    assert tables.has_zero_cell().tolist() == [True, True, True, True, False]
    assert tables.is_uninformative().tolist() == [True, False, False, True, False]


@checked
@given(trials())
def test_trials_without_events_change_neither_mantel_haenszel_ratios_nor_peto(tables: TwoArms) -> None:
    with_empty = TwoArms(*(np.append(x, extra) for x, extra in zip(counts(tables), (0, 70, 0, 50), strict=True)))
    ratios = [partial(pooling.mantel_haenszel, measure=m, correction=c) for m in ("OR", "RR") for c in (0, 0.5)]
    for pool in (*ratios, pooling.peto):
        assert_allclose(pool(with_empty).estimate, pool(tables).estimate, **LAW)
        assert_allclose(pool(with_empty).standard_error, pool(tables).standard_error, **LAW)


def counts(tables: TwoArms) -> tuple[Any, ...]:
    return tables.events_treated, tables.n_treated, tables.events_control, tables.n_control


def test_ratios_that_cannot_be_estimated_are_nan() -> None:
    nobody = TwoArms([0, 0], [9, 9], [1, 2], [9, 9])
    for measure in ("OR", "RR"):
        pooled = pooling.mantel_haenszel(nobody, measure)
        assert np.isnan(pooled.estimate)
        assert np.isnan(pooled.standard_error)
        assert np.isnan(pooled.p)
    assert np.isnan(pooling.peto(TwoArms([0], [9], [0], [9])).estimate)


# Laws of pooling effects


@checked
@given(effects())
def test_paule_mandel_solves_its_equation(data: tuple[Any, Any]) -> None:
    y, v = data
    tau2 = pooling.between_trials(y, v, "PM")
    q = pooling.cochran_q(y, v + tau2).q
    if tau2 > 0:
        assert_allclose(q, len(y) - 1, **LAW)
    else:
        assert q <= len(y) - 1


@checked
@given(effects())
def test_reml_is_the_global_maximum(data: tuple[Any, Any]) -> None:
    y, v = data
    k = len(y)
    # The likelihood of the k - 1 contrasts of the effects, written as a multivariate normal density.
    contrasts = np.linalg.svd(np.ones((1, k)))[2][1:]

    def loglikelihood(tau2: float) -> float:
        covariance = contrasts @ np.diag(v + tau2) @ contrasts.T
        return float(stats.multivariate_normal.logpdf(contrasts @ y, cov=covariance))

    best = loglikelihood(float(pooling.between_trials(y, v, "REML")))
    others = [loglikelihood(t) for t in np.append(0, np.geomspace(1e-5, 50, 60))]
    assert best >= max(others) - 1e-10  # the density is computed through an eigendecomposition


@checked
@given(effects(most=2))
def test_of_two_trials_all_estimators_give_the_same_tau2(data: tuple[Any, Any]) -> None:
    y, v = data
    expected = max(0.0, ((y[0] - y[1]) ** 2 - v.sum()) / 2)
    for method in RANDOM:
        assert_allclose(pooling.between_trials(y, v, method), expected, **LAW)


@checked
@given(effects(least=3), st.sampled_from(ESTIMATORS), st.sampled_from(get_args(Inference)))
def test_many_at_once_equals_one_by_one(data: tuple[Any, Any], tau2: Any, inference: Any) -> None:
    y, v = (pooling.leave_one_out(x) for x in data)
    together = pooling.inverse_variance(np.stack([y, -y]), v, tau2, inference)
    assert together.estimate.shape == (2, len(y))
    for i in range(len(y)):
        alone = pooling.inverse_variance(np.delete(data[0], i), np.delete(data[1], i), tau2, inference)
        assert_allclose(together.estimate[:, i], [alone.estimate, -alone.estimate], **LAW)
        assert_allclose(together.tau2[:, i], alone.tau2, **LAW)
        assert_allclose(together.standard_error[:, i], alone.standard_error, **LAW)


@checked
@given(effects(), st.sampled_from(ESTIMATORS), st.floats(-5, 5), st.floats(0.1, 10))
def test_pooling_follows_a_change_of_origin_and_unit(
    data: tuple[Any, Any], tau2: Any, shift: float, unit: float
) -> None:
    y, v = data
    before, after = pooling.inverse_variance(y, v, tau2), pooling.inverse_variance(unit * y + shift, unit**2 * v, tau2)
    assert_allclose(after.estimate, unit * before.estimate + shift, **LAW)
    assert_allclose(after.standard_error, unit * before.standard_error, **LAW)
    # τ² of (almost) 0 is known only as well as Q is, whose rounding error the shift enlarges.
    assert_allclose(after.tau2, unit**2 * before.tau2, rtol=1e-7, atol=1e-7)


@checked
@given(effects())
def test_hartung_knapp_is_not_truncated(data: tuple[Any, Any]) -> None:
    y, v = data
    wald, hk = (pooling.inverse_variance(y, v, "DL", inference) for inference in get_args(Inference))
    q = pooling.cochran_q(y, v + wald.tau2).q / (len(y) - 1)
    assert_allclose(hk.standard_error, wald.standard_error * np.sqrt(q), **LAW)
    assert hk.df == len(y) - 1
    assert wald.df == np.inf


@checked
@given(effects(), st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_interval_and_p_agree(data: tuple[Any, Any], level: float) -> None:
    for inference in get_args(Inference):
        pooled = pooling.inverse_variance(*data, "DL", inference)
        lower, upper = pooled.interval(level)
        if abs(pooled.p - (1 - level)) > 1e-9:
            assert (lower <= 0 <= upper) == (pooled.p >= 1 - level or bool(np.isnan(pooled.p)))
        assert_allclose(pooled.ratio_interval(level), np.exp([lower, upper]))
        assert_allclose(pooled.ratio, np.exp(pooled.estimate))


@checked
@given(effects(), st.sampled_from([0.8, 0.95]))
def test_q_profile_inverts_the_test(data: tuple[Any, Any], level: float) -> None:
    y, v = data
    found = pooling.heterogeneity(y, v, level=level)
    for end, tail in zip(found.tau2_interval, ((1 + level) / 2, (1 - level) / 2), strict=True):
        quantile = stats.chi2.ppf(tail, len(y) - 1)
        q = pooling.cochran_q(y, v + end).q
        assert q <= quantile if end == 0 else np.isclose(q, quantile, rtol=1e-8)


@checked
@given(effects())
def test_i2_from_q_and_from_dersimonian_laird_agree(data: tuple[Any, Any]) -> None:
    y, v = data
    found = pooling.heterogeneity(y, v)
    w = 1 / v
    typical = (len(y) - 1) * w.sum() / (w.sum() ** 2 - (w**2).sum())
    assert_allclose(found.i2, found.tau2 / (found.tau2 + typical), **LAW)
    assert_allclose(found.h2, found.q / found.df, **LAW)
    assert 0 <= found.i2 < 1


@checked
@given(effects(least=4))
def test_q_splits_into_within_and_between_subgroups(data: tuple[Any, Any]) -> None:
    y, v = data
    halves = [slice(0, 2), slice(2, None)]
    pooled = [pooling.inverse_variance(y[half], v[half]) for half in halves]
    between = pooling.subgroup_difference([p.estimate for p in pooled], [p.standard_error for p in pooled])
    within = sum(pooling.cochran_q(y[half], v[half]).q for half in halves)
    assert_allclose(between.q + within, pooling.cochran_q(y, v).q, **LAW)
    assert between.df == 1


@checked
@given(effects())
def test_part_and_rest_pool_to_the_whole(data: tuple[Any, Any]) -> None:
    y, v = data
    whole, part = pooling.inverse_variance(y, v), pooling.inverse_variance(y[:-1], v[:-1])
    rest = pooling.subtract(whole.estimate, whole.standard_error, part.estimate, part.standard_error)
    assert_allclose(rest, [y[-1], np.sqrt(v[-1])], **LAW)
    again = pooling.inverse_variance([part.estimate, rest[0]], [part.standard_error**2, rest[1] ** 2])
    assert_allclose([again.estimate, again.standard_error], [whole.estimate, whole.standard_error], **LAW)


def test_subtract_takes_many_at_once() -> None:
    estimate, se = pooling.subtract([0.0, 1.0], 1.0, [[1.0], [2.0]], 2.0)
    assert estimate.shape == se.shape == (2, 2)
    assert_allclose(estimate, [[-1 / 3, 1], [-2 / 3, 2 / 3]])  # (W·whole - w·part)/(W - w) with W = 1, w = 1/4
    assert_allclose(se, np.sqrt(4 / 3))


def test_leave_one_out_leaves_each_one_out() -> None:
    assert pooling.leave_one_out(np.array([1, 2, 3])).tolist() == [[2, 3], [1, 3], [1, 2]]
    assert SEPSIS.leave_one_out().events_treated.tolist() == [[47], [127]]


@checked
@given(effects(least=3))
def test_prediction_intervals(data: tuple[Any, Any]) -> None:
    pooled = pooling.inverse_variance(*data, "DL")
    half = {}
    for convention, quantile in (
        ("reference", stats.norm.ppf(0.975)),
        ("higgins-thompson-spiegelhalter", stats.t.ppf(0.975, len(data[0]) - 2)),
    ):
        lower, upper = pooling.prediction_interval(pooled, convention)
        half[convention] = (upper - lower) / 2
        assert_allclose(half[convention], quantile * np.sqrt(pooled.standard_error**2 + pooled.tau2), **LAW)
        assert_allclose((upper + lower) / 2, pooled.estimate, **LAW)
    assert half["reference"] < half["higgins-thompson-spiegelhalter"]


# statsmodels


@checked
@given(effects())
def test_statsmodels_common_effect_and_dersimonian_laird(data: tuple[Any, Any]) -> None:
    y, v = data
    with np.errstate(all="ignore"):  # it divides by Q, and by weights that a negative τ² makes infinite
        theirs = combine_effects(y, v, method_re="dl")
        interval = theirs.conf_int()[0]
    fixed = pooling.inverse_variance(y, v)
    assert_allclose([fixed.estimate, fixed.standard_error], [theirs.mean_effect_fe, theirs.sd_eff_w_fe], **LAW)
    assert_allclose(fixed.interval(), interval, **LAW)
    assert_allclose(pooling.cochran_q(y, v).q, theirs.q, **LAW)
    if theirs.tau2 > 0:
        assert_same_random_effects(y, v, "DL", theirs)
    else:  # it keeps a negative τ²
        assert pooling.between_trials(y, v, "DL") == 0


@checked
@given(effects())
def test_statsmodels_paule_mandel(data: tuple[Any, Any]) -> None:
    """Its search stops at a Q within `atol` of k - 1; run closer than its default 1e-5 it matches.

    Where rounding puts Q below k - 1 in the last step it gives up and returns 0, which says nothing about ours.
    """
    y, v = data
    with np.errstate(all="ignore"):
        theirs = combine_effects(y, v, method_re="pm", atol=1e-9, maxiter=500)
    if theirs.tau2 > 0:
        assert_same_random_effects(y, v, "PM", theirs)


def assert_same_random_effects(y: Any, v: Any, tau2: Any, theirs: Any) -> None:
    wald, hk = (pooling.inverse_variance(y, v, tau2, inference) for inference in get_args(Inference))
    assert_allclose(wald.tau2, theirs.tau2, **LAW)
    assert_allclose(wald.estimate, theirs.mean_effect_re, **LAW)
    assert_allclose(wald.standard_error, theirs.sd_eff_w_re, **LAW)
    assert_allclose(hk.standard_error, np.sqrt(theirs.var_hksj_re), **LAW)
    # statsmodels has no t interval for Hartung-Knapp without use_t, and with it k - 1 degrees of freedom
    assert_allclose(hk.interval(), theirs.conf_int(use_t=True)[3], **LAW)


@checked
@given(trials(interior=True))
def test_statsmodels_stratified_table(tables: TwoArms) -> None:
    a, b, c, d = tables.cells()
    theirs = StratifiedTable(np.array([[a, b], [c, d]]))
    ours = pooling.mantel_haenszel(tables, "OR")
    assert_allclose(ours.ratio, theirs.oddsratio_pooled, **LAW)
    assert_allclose(ours.standard_error, theirs.logodds_pooled_se, **LAW)
    assert_allclose(ours.ratio_interval(), theirs.oddsratio_pooled_confint(), **LAW)
    assert_allclose(pooling.mantel_haenszel(tables, "RR").ratio, theirs.riskratio_pooled, **LAW)


# Every method, and which of them prints a diamond


def test_every_method_lists_each_method_once() -> None:
    rows = pooling.every_method(SEPSIS)
    assert len(rows) == 9
    assert rows["method"].is_unique
    assert list(rows.columns) == ["measure", "method", "convention", "estimate", "lower", "upper", "p", "tau2"]
    assert ((rows["lower"] < rows["estimate"]) & (rows["estimate"] < rows["upper"])).all()
    peto = rows.loc[rows["method"].str.startswith("Peto")].iloc[0]
    assert_allclose(peto["estimate"], pooling.peto(SEPSIS).ratio)
    assert_allclose(peto[["lower", "upper"]].astype(float), pooling.peto(SEPSIS).ratio_interval())
    assert_allclose(peto["p"], pooling.peto(SEPSIS).p)
    sparse = TwoArms([0, 3], [10, 20], [2, 4], [10, 20])
    rows = pooling.every_method(sparse)
    assert len(rows) == 10
    assert rows["convention"][1].startswith("0.5 added")
    assert_allclose(rows["estimate"][1], pooling.mantel_haenszel(sparse, "OR", correction=0.5).ratio)
    risks = pooling.every_method(SEPSIS, "RR")
    assert len(risks) == 8
    assert not risks["method"].str.startswith("Peto").any()
    assert_allclose(risks["estimate"][0], pooling.mantel_haenszel(SEPSIS, "RR").ratio)


def diamond(estimate: Printed, lower: Printed, upper: Printed, p: Printed | None = None) -> PrintedRatio:
    texts = {"estimate": estimate.text, "lower": lower.text, "upper": upper.text, "p": p and p.text}
    return PrintedRatio.model_validate({"measure": "OR"} | {name: text for name, text in texts.items() if text})


@checked
@given(trials(interior=True), st.integers(0, 8))
def test_a_method_prints_its_own_diamond(tables: TwoArms, row: int) -> None:
    rows = pooling.every_method(tables)
    assume(np.isfinite(rows.loc[row, "p"]))  # Hartung-Knapp of effects that are all 0; see the test below
    printed = [print_number(float(rows.loc[row, name]), 4) for name in ("estimate", "lower", "upper", "p")]
    assume(printed[0].value > 0)  # below 0.00005 there is nothing left to print
    found = pooling.which_print(rows, diamond(*printed))
    assert found.loc[row, "all_print"]
    parts = found[["estimate_prints", "lower_prints", "upper_prints", "p_prints"]]
    assert (found["all_print"] == parts.all(axis=1)).all()
    for name, number in zip(("estimate", "lower", "upper", "p"), printed, strict=True):
        assert found[f"{name}_prints"].tolist() == [number.prints(float(x)) for x in rows[name]]


def test_trials_without_effect_have_no_hartung_knapp_p_and_so_print_none() -> None:
    rows = pooling.every_method(TwoArms([5, 8], [10, 20], [5, 8], [10, 20]))
    no_p = rows["convention"].str.contains("t with")
    assert rows["p"].isna().tolist() == no_p.tolist()
    found = pooling.which_print(rows, diamond(*(Printed.parse(text) for text in ("1.00", "1.00", "1.00", "1.00"))))
    assert found["estimate_prints"].all()
    assert found["p_prints"].tolist() == (~no_p).tolist()
    assert not found["all_print"].any()


def test_which_print_tells_methods_apart() -> None:
    rows = pooling.every_method(SEPSIS)
    fixed = rows["method"] == "inverse variance, common effect, Wald"
    printed = [print_number(float(rows.loc[fixed, name].iloc[0]), 3) for name in ("estimate", "lower", "upper")]
    found = pooling.which_print(rows, diamond(*printed))
    assert found["all_print"].tolist() == fixed.tolist()
    assert "p_prints" not in found
    found = pooling.which_print(rows, diamond(*printed, Printed.parse("<0.001")))
    assert not found["all_print"].any()
