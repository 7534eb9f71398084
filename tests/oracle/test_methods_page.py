"""What the methods page says of the oracles is what the oracles are."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from statsmodels.duration.hazard_regression import PHReg

from rederive.checks.paired import MOST_EXACT
from rederive.checks.quantiles import DEFINITIONS
from rederive.checks.survival import EXHAUSTIVE
from rederive.files import project_root
from rederive.methods.cox import cox_time_varying

HERE = Path(__file__).parent
PAGE = " ".join((project_root() / "book" / "methods.md").read_text("utf-8").split())


def recorded(oracle: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((HERE / f"{oracle}.json").read_text("utf-8"))
    return content


@pytest.mark.parametrize(
    ("oracle", "package", "sentence"),
    [
        ("metafor", "metafor", "There are {cases} cases, computed by the R package metafor"),
        (
            "rpact",
            "rpact",
            "### Sequential analysis: rpact {version} and two direct integrations There are {cases} cases.",
        ),
        ("tables", "stats", "`fisher.test` of R's package stats {version} on {cases} tables"),
        (
            "quantiles",
            "stats",
            "There are {cases} cases, numbers of values and probabilities, each by all nine types of `quantile` of R's "
            "package stats {version}.",
        ),
    ],
)
def test_versions_and_numbers_of_cases(oracle, package, sentence):
    stored = recorded(oracle)
    assert sentence.format(cases=len(stored["cases"]), version=stored["packages"][package]) in PAGE


@pytest.mark.parametrize("oracle", sorted(path.stem for path in HERE.glob("*.json")))
def test_all_values_come_from_one_r(oracle):
    version = recorded(oracle)["r"].removeprefix("R version ").split()[0]
    assert f"All values come from R {version}." in PAGE


def test_arms_of_unknown_size():
    stored = recorded("shares")
    kinds = Counter(case["kind"] for case in stored["cases"])
    assert f"{kinds['table']} tables that print 68% and 42%, or stand in Chen 2022 or Li 2019, agree with" in PAGE
    assert f"`escalc`; {kinds['log-rank']} tables with `survdiff`, in two made-up orders of deaths each" in PAGE
    assert f"{kinds['t']} pairs of samples built for it with `t.test`; {kinds['interval']} intervals of a share" in PAGE


def test_paired_tests():
    stored = recorded("paired")
    kinds = Counter(case["kind"] for case in stored["signed_rank"])
    assert (
        "### Paired tests: exactRankTests {exactRankTests}, coin {coin} and stats {stats}".format(**stored["packages"])
        in PAGE
    )
    patients = [np.size(d) for d in stored["differences"].values()]
    assert min(patients) == 1
    assert f"{len(patients)} sets of changes have from one patient to {max(patients)}" in PAGE
    for row in (
        "signed-rank test, exact, zeros left out | `wilcox.exact` of exactRankTests | {exact_wilcox} |",
        "the same | `wilcoxsign_test` of coin | {exact_wilcox_coin} |",
        "the same, without ties and zeros | `wilcox.test` | {exact_untied} |",
        "exact, zeros ranked | coin | {exact_pratt} |",
        "normal, zeros left out | `wilcox.test` | {normal_wilcox} |",
        "the same, with continuity correction | `wilcox.test` | {normal_wilcox_corrected} |",
        "normal, zeros ranked | coin | {normal_pratt} |",
        # tests/unit/test_paired.py has a value of SciPy for each set of changes
        f"SciPy's default | SciPy 1.11.1, values kept in the test | {len(patients)} |",
        f"`t.test` on samples built to have them | {len(stored['t'])} |",
    ):
        assert row.format(**kinds) in PAGE, row


def test_regressions():
    stored = recorded("regression")
    kinds = Counter(case["kind"] for case in stored["cases"])
    assert len(stored["data"]) == 5
    assert (
        "Five made-up data sets are fitted with and without an intercept: {fit} fits of `lm`, and {selection} forward "
        "selections of `step` that are made to go by the residual sum of squares, in R's package stats ".format(**kinds)
        + stored["packages"]["stats"]
        in PAGE
    )


def test_survival():
    curves, models = recorded("survival"), recorded("cox")
    assert curves["packages"]["survival"] == models["packages"]["survival"]
    assert f"### Survival: R's survival {models['packages']['survival']}" in PAGE
    fits = Counter(
        "separated"
        if any(b is None or abs(b) > 30 for b in case["values"]["log_hr"])
        else ("stretches" if "start" in models["data"][case["data"]] else "fixed")
        for case in models["cases"]
    )
    large = sum(case["n"] > 1000 for case in curves["cox"])
    for row in (
        f"three bands | `survfit` | {len(curves['medians'])} |",
        f"median and limits | its `quantile` | {len(curves['medians'])} |",
        f"its yardstick | `coxph` | {len(curves['cox'])} |",
        f"yardstick 4% in the {large} large samples",
        f"fixed covariates, Efron and Breslow | `coxph` | {fits['fixed']} |",
        f"covariates that change, late entry | `coxph` | {fits['stretches']} |",
        f"without a highest likelihood | `coxph` | {fits['separated']} |",
        f"1 of the {len(curves['medians'])} stored cases",
    ):
        assert row in PAGE, row


def test_what_coxph_says_of_coefficients_that_run_off():
    said = {(case["data"], case["ties"]): case for case in recorded("cox")["cases"]}
    assert "R gives about ±33 and a warning" in PAGE
    assert "R gives large ones and says it did not converge" in PAGE
    assert "R gives 34 and a missing value, without any warning" in PAGE
    for ties in ("efron", "breslow"):
        one, several, tied = (said[name, ties] for name in ("one_covariate", "direction", "direction_tied"))
        assert [round(b) for b in one["values"]["log_hr"]] == [0, -33]
        assert ["may be infinite" in text for text in one["warnings"]] == [True]
        assert ["did not converge" in text for text in several["warnings"]] == [True]
        assert min(several["values"]["log_hr"]) > 30
        assert tied["warnings"] == []
        assert [b and round(b) for b in tied["values"]["log_hr"]] == [34, None]


def test_statsmodels_counts_patients_who_enter_at_the_time_of_a_death():
    assert "Cox model, entry at the time of a death | not yet at risk, as in R | statsmodels counts the patient" in PAGE
    time, event, x = np.arange(1.0, 6), np.array([True, True, True, True, False]), np.array([1.0, 0, 1, 0, 1])

    def ours(entry):
        known = np.broadcast_to(x[:, None], (1, 5, 5, 1))
        return cox_time_varying(time[None], event[None], known, entry=entry[None]).log_hr[0]

    def theirs(entry):
        return PHReg(time, x, status=event, entry=entry, ties="efron").fit(tol=1e-12, disp=False).params

    before, at, past = (np.where(np.arange(5) == 2, moment, 0) for moment in (0.5, 1.0, 1.5))
    for entry in (before, past):
        assert_allclose(ours(entry), theirs(entry), rtol=1e-8)
    assert_allclose(ours(at), ours(past), rtol=1e-12)
    assert_allclose(theirs(at), theirs(before), rtol=1e-12)
    assert abs(ours(at) - theirs(at)) > 0.05


def test_planned_experiments():
    stored = recorded("animals")
    kinds = Counter(case["kind"] for case in stored["cases"])
    assert (
        "### Planned experiments: mvtnorm {mvtnorm}, survival {survival} and stats {stats}".format(**stored["packages"])
        in PAGE
    )
    for kind, row in {
        "joint": "three comparisons at once | `pmvnorm` of mvtnorm, Miwa's algorithm",
        "clustered": "the same with Weibull survival | `pmvnorm` with `pweibull` and `dweibull`",
        "log-rank": "`survdiff` of survival",
        "filter": "power, type S and type M of normal estimates | `integrate`",
        "two-groups": "`power.t.test`",
        "difference": "power of the test of a difference of differences | `integrate`",
    }.items():
        assert f"{row} | {kinds[kind]} |" in PAGE, row


def test_limits_that_the_page_names():
    assert len(DEFINITIONS) == 9
    assert "All nine definitions are tried" in PAGE
    assert f"For up to {EXHAUSTIVE} patients every order is tried" in PAGE
    assert f"With more than {EXHAUSTIVE} patients, its search for deaths" in PAGE
    assert f"with more than {MOST_EXACT} patients or any unchanged one" in PAGE
    assert f"With up to {MOST_EXACT} patients of whom none is unchanged" in PAGE


def test_two_arms():
    stored = recorded("two_arms")
    heading = "### Two arms: R's stats {stats} and survival {survival}".format(**stored["packages"])
    section = PAGE[PAGE.index(heading) : PAGE.index("E-values are compared with")]
    for row, kind in (
        ("likelihood-ratio and Pearson's statistic | `loglin`", "counts"),
        ("one-sided Fisher test | `fisher.test`", "counts"),
        ("conditional odds ratio and its limits | its estimate and `conf.int`", "counts"),
        ("t tests from means and standard deviations | `t.test` on samples built to have them", "means"),
        ("power of Fisher's test | `fisher.test` on every pair of counts", "power"),
        ("log-rank test of tables of events | `survdiff` on patients made up to have them", "log_rank"),
    ):
        assert f"{row} | {len(stored[kind])} |" in section, row
