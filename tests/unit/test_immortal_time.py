"""Analyses of simulated cohorts: lifelines agrees, fair ones find no effect, and a verdict says no more than they do.

Monte Carlo tolerances are four standard errors, so that one true statement in about 16,000 would fail; seeds are fixed.
"""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import CoxPHFitter, CoxTimeVaryingFitter

from rederive.claims import PrintedRatio
from rederive.methods.immortal_time import (
    CHUNK,
    MODELS,
    as_baseline,
    assumption_grid,
    compare_analyses,
    judge_without_effect,
    landmark,
    long_format,
    shares_by_setting,
    simulate_analyses,
    summarise_analyses,
    time_varying,
)
from rederive.methods.simulate import CohortAssumptions, simulate_cohorts
from rederive.printed import Interval
from rederive.verdicts import Verdict

DEFAULT = CohortAssumptions()
PRINTED = {
    ("OS", "cycles"): PrintedRatio(measure="HR", estimate="0.844", lower="0.749", upper="0.951", p="0.005"),
    ("PFS", "response"): PrintedRatio(measure="HR", estimate="0.041", lower="0.009", upper="0.192", p="<0.001"),
}
COVARIATES = ("cycles", "response", "disease control", "NLR")

assumptions = st.builds(
    CohortAssumptions,
    early_progression=st.sampled_from([0.0, 11 / 36]),
    assessment_delay_days=st.sampled_from([0.0, 20.0]),
    days_per_cycle=st.sampled_from([14.0, 21.0, 30.5]),
    cycle_limit=st.sampled_from([None, 6]),
    stops_at_progression=st.booleans(),
    mean_days_to_stopping=st.sampled_from([20.0, 120.0, math.inf]),
)


def known_before(c, covariate, b, i, day):
    """By hand: what is on patient i's record the evening before `day`."""
    if covariate == "NLR":
        return c.nlr[b, i]
    if covariate == "cycles":
        return sum(k * c.assumptions.days_per_cycle < day for k in range(int(c.cycles[b, i])))
    if covariate == "response":
        return float(c.response_day[b, i] < day)
    return float(c.disease_control[b, i] and c.first_assessment_day[b, i] < day)


@settings(max_examples=20)
@given(assumptions, st.integers(0, 2**32), st.sampled_from(["OS", "PFS"]))
def test_covariates_over_time_are_what_the_record_says(a, seed, outcome):
    c = simulate_cohorts(replace(a, patients=7), 2, seed)
    analysis = time_varying(c, outcome, COVARIATES)
    for b in range(2):
        for j in range(7):
            for i in range(7):
                by_hand = [known_before(c, x, b, i, analysis.time[b, j]) for x in COVARIATES]
                np.testing.assert_array_equal(analysis.covariates[b, j, i], by_hand)
    # a landmark looks at the record of the evening itself: as much as is known just before the next moment
    at_84 = landmark(c, outcome, COVARIATES, 84.0)
    by_hand = [[[known_before(c, x, b, i, 84.0 + 1e-9) for x in COVARIATES] for i in range(7)] for b in range(2)]
    np.testing.assert_array_equal(at_84.covariates, by_hand)
    np.testing.assert_array_equal(at_84.included, c.outcome(outcome)[0] > 84)


@settings(max_examples=20)
@given(assumptions, st.integers(0, 2**32), st.sampled_from(["OS", "PFS"]))
def test_the_long_format_tells_the_same_story(a, seed, outcome):
    c = simulate_cohorts(replace(a, patients=6), 2, seed)
    table, (time, event) = long_format(c, 1, outcome), c.outcome(outcome)
    for i, rows in table.groupby("id"):
        assert rows["start"].iloc[0] == 0
        assert (rows["start"] < rows["stop"]).all()
        np.testing.assert_array_equal(rows["stop"].iloc[:-1], rows["start"].iloc[1:])
        assert rows["stop"].iloc[-1] == time[1, i]
        assert rows["event"].tolist() == [False] * (len(rows) - 1) + [event[1, i]]
        for row in rows.itertuples():
            for day in (np.nextafter(row.start, math.inf), (row.start + row.stop) / 2, row.stop):
                by_hand = [known_before(c, x, 1, i, day) for x in COVARIATES]
                np.testing.assert_array_equal([rows.loc[row.Index, x] for x in COVARIATES], by_hand)


@pytest.mark.parametrize("cohort", [0, 1])
@pytest.mark.parametrize(("outcome", "covariates"), [MODELS[0], MODELS[1]], ids=["OS", "PFS"])
def test_every_analysis_equals_lifelines(outcome, covariates, cohort):
    c = simulate_cohorts(DEFAULT, 2, 3)
    # lifelines would stop at a Newton decrement of 1e-7 or a relative change of 1e-9 in the likelihood
    to_the_end = {"precision": 1e-18, "r_precision": 1e-16}

    def agrees(analysis, summary):
        fits = analysis.fit()
        assert fits.converged[cohort]
        np.testing.assert_allclose(fits.log_hr[cohort], summary["coef"], rtol=0, atol=1e-8)
        np.testing.assert_allclose(fits.se[cohort], summary["se(coef)"], rtol=1e-8)

    event = c.outcome(outcome)[1]
    for analysis in (as_baseline(c, outcome, covariates), landmark(c, outcome, covariates, 84.0)):
        wide = pd.DataFrame(analysis.covariates[cohort], columns=list(covariates))
        wide = wide.assign(time=analysis.time[cohort], event=event[cohort])[analysis.included[cohort]]
        agrees(analysis, CoxPHFitter().fit(wide, "time", "event", fit_options=to_the_end).summary)
    table = long_format(c, cohort, outcome)[["id", "start", "stop", "event", *covariates]]
    fitter = CoxTimeVaryingFitter().fit(table, event_col="event", id_col="id", fit_options=to_the_end)
    agrees(time_varying(c, outcome, covariates), fitter.summary)


def scores(analysis):
    """The score at a hazard ratio of 1, by cohort: over events, the covariate of who fails less the mean at risk."""
    x = analysis.covariates if analysis.covariates.ndim == 4 else analysis.covariates[:, None]
    at_risk = (analysis.time[:, None, :] >= analysis.time[:, :, None]) & analysis.included[:, None, :]
    x = np.broadcast_to(x, (*at_risk.shape, x.shape[3]))
    own = np.arange(at_risk.shape[1])
    off = x[:, own, own] - (x * at_risk[..., None]).sum(axis=2) / np.maximum(at_risk.sum(axis=2), 1)[..., None]
    return (off * (analysis.event & analysis.included)[..., None]).sum(axis=1)


@pytest.mark.parametrize(
    "a",
    [DEFAULT, replace(DEFAULT, os_shape=1.5, stops_at_progression=False), replace(DEFAULT, cycle_limit=6)],
    ids=["default", "treated on", "limited"],
)
@pytest.mark.parametrize(("outcome", "covariates"), [MODELS[0], MODELS[1]], ids=["OS", "PFS"])
def test_the_truth_is_a_hazard_ratio_of_1(a, outcome, covariates):
    c = simulate_cohorts(a, 1500, 21)

    def z(analysis):
        found = scores(analysis)
        return found.mean(axis=0) / (found.std(axis=0, ddof=1) / math.sqrt(len(found)))

    # at the true coefficient the score has mean 0 exactly, in cohorts of any size
    assert (np.abs(z(time_varying(c, outcome, covariates))) < 4).all()
    assert (np.abs(z(landmark(c, outcome, covariates, 84.0))) < 4).all()
    flawed = z(as_baseline(c, outcome, covariates))
    assert flawed[0] < -10
    if outcome == "PFS":
        assert flawed[1] < -10
    else:
        assert abs(flawed[1]) < 4  # the NLR is known at baseline


def z_of_cycles(build, a, outcome):
    found = scores(build(simulate_cohorts(a, 1000, 24), outcome, ("cycles",)))[:, 0]
    return found.mean() / (found.std(ddof=1) / math.sqrt(len(found)))


def at_84(cohorts, outcome, covariates):
    return landmark(cohorts, outcome, covariates, 84.0)


def test_progression_that_brings_death_nearer_ties_cycles_to_survival():
    sooner = replace(DEFAULT, death_after_progression=4.0)
    for fair in (time_varying, at_84):
        assert abs(z_of_cycles(fair, sooner, "PFS")) < 4
        # treatment stops at progression: an association, though cycles have no effect
        assert z_of_cycles(fair, sooner, "OS") < -10
        # and none where treatment takes no notice of progression
        assert abs(z_of_cycles(fair, replace(sooner, stops_at_progression=False), "OS")) < 4


def test_the_sooner_death_follows_progression_the_smaller_the_flawed_ratio():
    medians = []
    for m in (1.0, 2.0, 4.0, 8.0):
        c = simulate_cohorts(replace(DEFAULT, death_after_progression=m), 400, 25)
        medians.append(np.median(as_baseline(c, "OS", ("cycles", "NLR")).fit().log_hr[:, 0]))
    assert (np.diff(medians) < 0).all()
    assert medians[0] < 0


def test_larger_cohorts_show_no_bias_and_the_right_coverage():
    c = simulate_cohorts(replace(DEFAULT, patients=120), 150, 22)  # with 36 the estimate itself is a little skewed
    for outcome, covariates in MODELS[:2]:
        fits = time_varying(c, outcome, covariates).fit()
        assert fits.converged.all()
        standard_error = fits.log_hr.std(axis=0, ddof=1) / math.sqrt(150)
        assert (np.abs(fits.log_hr.mean(axis=0)) < 4 * standard_error).all()
        covers = (np.abs(fits.log_hr) < 1.96 * fits.se).mean(axis=0)
        assert (np.abs(covers - 0.95) < 4 * math.sqrt(0.95 * 0.05 / 150)).all()
        flawed = as_baseline(c, outcome, covariates).fit()
        assert (np.abs(flawed.log_hr[:, 0]) < 1.96 * flawed.se[:, 0]).mean() < 0.8


def test_disease_control_separates_and_has_nobody_to_compare_with():
    c = simulate_cohorts(DEFAULT, 40, 23)
    assert ((~c.disease_control).any(axis=1) & c.disease_control.any(axis=1)).all()
    analysis = as_baseline(c, "PFS", ("cycles", "disease control"))
    assert (analysis.fit().runs_to[:, 1] == -math.inf).all()
    assert analysis.fit().separated.all()
    for fair in (
        time_varying(c, "PFS", ("disease control",)),
        landmark(c, "PFS", ("disease control",), 84.0),
    ):
        assert (scores(fair) == 0).all()
        assert not fair.fit().converged.any()
    # an assessment may come after another patient's death, and then the ratio is finite
    late = simulate_cohorts(replace(DEFAULT, assessment_delay_days=20.0), 200, 23)
    finite = as_baseline(late, "PFS", ("disease control",)).fit().converged
    assert 0 < finite.mean() < 1


# ------------------------------------------------------------------------------------------------ many cohorts


@pytest.fixture(scope="module")
def simulated():
    return simulate_analyses(DEFAULT, CHUNK + 40, 9)


def test_there_is_a_row_for_everything(simulated):
    counts = simulated.groupby(["outcome", "model", "analysis", "covariate"])["cohort"]
    assert len(counts) == 2 * 4 + 2 * 4 + 2
    assert (counts.nunique() == CHUNK + 40).all()
    assert (counts.max() == CHUNK + 39).all()
    assert (simulated["se"].notna() == np.isfinite(simulated["log_hr"])).all()


def test_more_cohorts_leave_the_first_ones_alone(simulated):
    fewer = simulate_analyses(DEFAULT, CHUNK, 9)
    pd.testing.assert_frame_equal(
        simulated[simulated["cohort"] < CHUNK].reset_index(drop=True), fewer, check_exact=True
    )
    with pytest.raises(ValueError, match="at least one cohort"):
        simulate_analyses(DEFAULT, 0, 9)


def test_a_row_is_the_fit_of_its_cohort(simulated):
    first_child = np.random.SeedSequence(9).spawn(1)[0]
    c = simulate_cohorts(DEFAULT, CHUNK, first_child)
    fits = landmark(c, "OS", ("cycles", "NLR"), 126.0).fit()
    rows = simulated.query("outcome == 'OS' and analysis == 'landmark day 126' and covariate == 'NLR' and cohort < 250")
    np.testing.assert_array_equal(rows["log_hr"], fits.log_hr[:, 1])
    np.testing.assert_array_equal(rows["p"], fits.p[:, 1])


def test_a_summary_counts_what_runs_away():
    labels = {"outcome": "PFS", "model": "m", "analysis": "a", "covariate": "response"}
    log_hr = [-math.inf, math.log(0.04), math.log(0.0414), math.log(0.0416), 0.5, math.inf, math.nan, -0.1]
    p = [math.nan, 0.01, 0.2, 0.04, 0.01, math.nan, math.nan, 0.9]
    se = [math.nan, 1.0, 1.0, 1.0, 3.0, math.nan, math.nan, 3.0]
    table = summarise_analyses(
        pd.DataFrame({**labels, "cohort": range(8), "log_hr": log_hr, "se": se, "p": p}), PRINTED
    )
    row = table.loc["PFS", "m", "a", "response"]
    assert (row["hr_5"], row["hr_95"]) == (0, math.inf)
    assert row["hr_median"] == pytest.approx(0.0416)
    assert row["as_small"] == 3 / 8  # 0, 0.04 and 0.0414, which prints as 0.041
    assert row["significant"] == 2 / 8
    assert row["runs_away"] == 2 / 8
    assert row["no_estimate"] == 1 / 8
    assert row["se_median"] == 1
    assert row["cohorts"] == 8
    assert row["printed_se"] == pytest.approx(math.log(0.192 / 0.009) / (2 * 1.959964), abs=0.03)  # rounded limits


def test_the_flawed_analysis_and_the_fair_ones(simulated):
    table = summarise_analyses(simulated, PRINTED)
    flawed = table.loc["PFS", "cycles + response", "as if at baseline", "cycles"]
    assert flawed["hr_95"] < 1
    assert flawed["significant"] > 0.5
    for analysis in ("landmark day 84", "landmark day 126", "time-varying"):
        assert (table.xs(analysis, level="analysis")["significant"] < 0.08).all()  # 0.025 expected
    assert math.isnan(flawed["printed"])
    control = table.loc["PFS", "cycles + disease control", "as if at baseline", "disease control"]
    assert (control["hr_median"], control["runs_away"]) == (0, 1)


def test_the_grid_changes_one_assumption_at_a_time():
    variations = {"days_per_cycle": (14.0,), "cycle_limit": (6,)}
    grid = assumption_grid(DEFAULT, variations, 30, 4, PRINTED)
    changed = [("none", ""), ("days_per_cycle", "14.0"), ("cycle_limit", "6")]
    assert list(grid.index.droplevel([2, 3, 4, 5]).unique()) == changed
    limited = grid.xs(("cycle_limit", "6"), level=["assumption", "value"])
    alone = compare_analyses(replace(DEFAULT, cycle_limit=6), 30, 4, PRINTED)
    alone = alone[alone.index.get_level_values("analysis") == "as if at baseline"]
    pd.testing.assert_frame_equal(limited[alone.columns], alone, check_exact=True)
    with pytest.raises(ValueError, match="shorter than pfs_median_days"):
        assumption_grid(DEFAULT, {"os_shape": (0.5,)}, 30, 4, PRINTED)


# ------------------------------------------------------------------------------------------------------- judging


JUDGED = {**PRINTED, ("PFS", "disease control"): PRINTED["PFS", "response"]}


@pytest.fixture(scope="module")
def grid():
    return assumption_grid(DEFAULT, {"death_after_progression": (4.0,), "cycle_limit": (6,)}, 60, 4, JUDGED)


def test_the_judgement_says_what_the_grid_says(grid):
    finding = judge_without_effect(grid, {key: JUDGED[key] for key in [("OS", "cycles")]})
    rows = grid.xs(("as if at baseline", "OS", "cycles"), level=("analysis", "outcome", "covariate"))
    assert len(rows) == 3
    assert finding.recomputed == {
        "share of simulated cohorts with as small a ratio (OS, cycles)": Interval(
            rows["as_small"].min(), rows["as_small"].max()
        ),
        "median hazard ratio of simulated cohorts (OS, cycles)": Interval(
            rows["hr_median"].min(), rows["hr_median"].max()
        ),
    }
    share = f"{finding.recomputed['share of simulated cohorts with as small a ratio (OS, cycles)']:.1%}"
    assert finding.because.endswith(f"overall survival of 0.844 or less in {share} of cohorts (per cycle).")
    assert "3 sets of assumptions, 60 simulated cohorts each" in finding.convention
    assert finding.missing == ("dates of each patient's cycles", "date of death or last contact")


def test_the_judgement_tells_both_codings_of_response(grid):
    finding = judge_without_effect(grid, {key: JUDGED[key] for key in JUDGED if key[0] == "PFS"})
    assert "cohorts (complete or partial response against all others) and 100.0%" in finding.because
    runs = "100.0% of cohorts (response or stable disease against all others), where it mostly runs to 0"
    assert runs in finding.because
    assert finding.recomputed["share of simulated cohorts with as small a ratio (PFS, disease control)"] == Interval(
        1, 1
    )
    assert finding.recomputed["share of simulated cohorts with as small a ratio (PFS, response)"].upper < 0.1
    assert finding.missing == ("date of each response", "how response was coded", "date of death or last contact")


def test_a_model_without_estimates_says_nothing():
    cycles = {("PFS", "cycles"): PRINTED["OS", "cycles"]}
    grid = assumption_grid(DEFAULT, {}, 40, 4, cycles)
    none = grid.xs(
        ("as if at baseline", "cycles + disease control", "cycles"), level=("analysis", "model", "covariate")
    )
    assert (none["no_estimate"] == 1).all()
    finding = judge_without_effect(grid, cycles)
    assert finding.recomputed["share of simulated cohorts with as small a ratio (PFS, cycles)"].lower > 0.1
    assert "1 set of assumptions, 40 simulated cohorts each" in finding.convention


@settings(max_examples=30)
@given(st.lists(st.sampled_from(sorted(JUDGED)), min_size=1, unique=True), st.sampled_from([0.0, 0.004, 0.5, 1.0]))
def test_how_often_it_arises_changes_no_verdict(grid, keys, share):
    finding = judge_without_effect(grid.assign(as_small=share), {key: JUDGED[key] for key in keys})
    assert finding.verdict is Verdict.POSSIBLE
    assert finding.because.count("of cohorts") == len(keys)
    assert finding.missing[-1] == "date of death or last contact"
    shares = [value for name, value in finding.recomputed.items() if name.startswith("share")]
    assert shares == [Interval(share, share)] * len(keys)


def test_a_ratio_that_contradicts_itself_is_no_factor():
    wrong = {("OS", "cycles"): PrintedRatio(measure="HR", estimate="0.50", lower="0.40", upper="0.90", p="0.90")}
    assert judge_without_effect(assumption_grid(DEFAULT, {}, 5, 4, wrong), wrong).verdict is Verdict.CONTRADICTED


def test_what_cannot_be_judged(grid):
    ratio = PRINTED["OS", "cycles"]
    above = PrintedRatio(measure="HR", estimate="1.08", lower="1.009", upper="1.167", p="0.029")
    with pytest.raises(ValueError, match="at least one"):
        judge_without_effect(grid, {})
    for printed in ({("OS", "NLR"): ratio}, {("OS", "cycles"): above}):
        with pytest.raises(ValueError, match="below 1 for one of cycles"):
            judge_without_effect(grid, printed)
    for printed in (
        {("PFS", "cycles"): ratio},
        {("OS", "response"): ratio},
        {("OS", "cycles"): PRINTED["PFS", "response"]},
    ):
        with pytest.raises(ValueError, match="expected a grid made with"):
            judge_without_effect(grid, printed)


def test_settings_at_a_glance_are_the_rows_of_the_grid():
    grid = assumption_grid(DEFAULT, {"cycle_limit": [6], "stops_at_progression": [False]}, 5, 1, PRINTED)
    glance = shares_by_setting(grid)
    assert glance["setting"].tolist() == ["none", "cycle limit 6", "stops at progression False"]
    baseline = grid.xs("as if at baseline", level="analysis").reset_index()
    for model, covariate, column, of in [
        ("cycles + NLR", "cycles", "OS cycles", "as_small"),
        ("cycles + NLR", "cycles", "median OS cycles", "hr_median"),
        ("cycles + response", "cycles", "PFS cycles", "as_small"),
        ("cycles + response", "response", "PFS response", "as_small"),
    ]:
        rows = baseline[(baseline["model"] == model) & (baseline["covariate"] == covariate)]
        np.testing.assert_array_equal(glance[column], rows[of])
    assert not any("NLR" in column for column in glance)
