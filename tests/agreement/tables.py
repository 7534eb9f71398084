"""Tests, effects and intervals of two arms beside R's stats, survival and metafor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from agreement.comparing import Group, Pair, Tolerance, recorded
from rederive.checks.changes import sd_that_prints
from rederive.checks.proportions import chi2_p, chi2_yates_p, fisher_p
from rederive.checks.shares import share_intervals
from rederive.checks.two_by_two import COUNTS, chi2_statistics, odds_ratios, p_by_test
from rederive.checks.two_means import p_of_two_means
from rederive.methods.life_tables import log_rank_p
from rederive.methods.trial_power import fisher_power
from rederive.methods.trials import effect_ranges, log_rank_by_order
from rederive.printed import Interval, Printed

FORMULA = Tolerance(1e-10, 0, "Closed formulas or sums of a few hundred probabilities: only rounding differs.")
UNIROOT = Tolerance(0, 2.2e-16**0.25, "R searches ratios below 1, or one over those above, by uniroot, at its default.")
LIMITS = Tolerance(
    1e-10, 1e-12, "Closed formulas, or quantiles of the beta distribution. The amount is for limits of 0."
)
POWER = Tolerance(1e-9, 0, "A sum over thousands of tables, each with its own p value.")
NINE_DECIMALS = Tolerance(1e-5, 0, "Our numbers enter with nine decimals, and p values fall steeply.")
TWELVE_DECIMALS = Tolerance(1e-6, 0, "R's p value enters with twelve decimals, its sample was built to eight.")


def _named(case: dict[str, Any]) -> str:
    return "{events_treated}/{n_treated} and {events_control}/{n_control}".format(**case)


def of_kind(kind: str) -> list[dict[str, Any]]:
    """Cases of shares.json."""
    return [case for case in recorded("shares")["cases"] if case["kind"] == kind]


def _tests(cases: Callable[[], list[dict[str, Any]]], function: Callable[..., Any], name: str) -> Iterator[Pair]:
    for case in cases():
        yield _named(case), function(*(case[count] for count in COUNTS)), case[name]


def _counts(name: str) -> Iterator[Pair]:
    for case in recorded("two_arms")["counts"]:
        p, chi2 = p_by_test(*case["counts"]), chi2_statistics(*case["counts"])
        pairs = {
            "one_sided": (p["Fisher's exact, one-sided"], case["one_sided"]),
            "pearson": (chi2["Pearson's χ²"], case["pearson"]),
            "likelihood_ratio": (chi2["likelihood-ratio χ²"], case["likelihood_ratio"]),
            "likelihood_ratio_p": (p["likelihood-ratio χ²"], stats.chi2.sf(case["likelihood_ratio"], 1)),
        }
        yield str(case["counts"]), *pairs[name]


def _conditional() -> Iterator[Pair]:
    for case in recorded("two_arms")["counts"]:
        ours = np.array(odds_ratios(*case["counts"])["conditional, exact interval"])
        theirs = np.array([case["estimate"], case["lower"], case["upper"]])
        yield str(case["counts"]), np.minimum(ours, 1 / ours), np.minimum(theirs, 1 / theirs)


EFFECT_NAMES = {
    "odds ratio of survival": "odds_ratio",
    "risk ratio of survival": "risk_ratio",
    "risk ratio of death": "risk_ratio_dead",
    "difference in survival": "difference",
}


def better() -> list[dict[str, Any]]:
    """Tables whose treated survive more, significantly."""
    return [case for case in of_kind("table") if case["difference"]["lower"] > 0]


def _effects() -> Iterator[Pair]:
    for case in better():
        found = effect_ranges(pd.DataFrame([{name: case[name] for name in COUNTS}])).set_index("measure")
        for measure, key in EFFECT_NAMES.items():
            ours = [found.loc[measure, "effect"].lower, *found.loc[measure, ["lower", "upper"]]]
            yield f"{_named(case)}: {measure}", ours, [case[key][end] for end in ("estimate", "lower", "upper")]


def _intervals(name: str, key: str) -> Iterator[Pair]:
    for case in of_kind("interval"):
        found = share_intervals(case["events"], case["n"]).set_index("method")
        yield "{events}/{n}".format(**case), found.loc[name].tolist(), case[key]


def _orders() -> Iterator[Pair]:
    for case in of_kind("log-rank"):
        arms = [case[name] for name in ("alive_treated", "n_treated", "alive_control", "n_control")]
        found = log_rank_by_order(*arms).set_index("order")["p"]
        ours = [found["deaths among treated first"], found["deaths among controls first"]]
        yield str(arms), ours, [case["treated_first"], case["control_first"]]


def _life_tables() -> Iterator[Pair]:
    for case in recorded("two_arms")["log_rank"]:
        treated, control = (np.array(case[arm], dtype=float) for arm in ("treated", "control"))
        yield f"{case['treated']} {case['order']}", log_rank_p(treated, control, case["order"]), case["p"]


def _power() -> Iterator[Pair]:
    for case in recorded("two_arms")["power"]:
        r1, n1, r0, n0 = case["inputs"]
        yield str(case["inputs"]), fisher_power(r1, int(n1), r0, int(n0)), case["power"]


def tight(value: float) -> Printed:
    """A number printed so finely that its interval hardly matters."""
    return Printed.parse(f"{value:.9f}")


def p_of_summary(summary: list[float], *, equal: bool) -> Interval:
    """The p value of two means with standard deviations, all printed finely."""
    m1, s1, n1, m2, s2, n2 = summary
    return p_of_two_means(tight(m1), tight(s1), int(n1), tight(m2), tight(s2), int(n2), equal_variances=equal)


def _two_means() -> Iterator[Pair]:
    for case in recorded("two_arms")["means"]:
        p = p_of_summary(case["summary"], equal=True)
        yield str(case["summary"]), [p.lower, p.upper], [case["pooled"]] * 2


def _standard_deviations() -> Iterator[Pair]:
    for case in of_kind("t"):
        difference = Interval(case["difference"], case["difference"])
        found = sd_that_prints(difference, Printed.parse(f"{case['p']:.12f}"), case["n_treated"], case["n_control"])
        yield str(case["sd"]), np.ravel(found), [case["sd"]] * 2


def _plain_tables() -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = recorded("tables")["cases"]
    return cases


_unknown_arms = partial(of_kind, "table")
_PROPORTIONS = "rederive.checks.proportions"
_TWO = "rederive.checks.two_by_two"
_TRIALS = "rederive.methods.trials"

_TESTS = {
    "chi2": (chi2_p, "chisq.test(correct = FALSE)", "prop.test(correct = FALSE)"),
    "chi2_yates": (chi2_yates_p, "chisq.test(correct = TRUE)", "prop.test(correct = TRUE)"),
    "fisher": (fisher_p, "fisher.test()", "fisher.test()"),
}
GROUPS = (
    *(
        Group(f"{oracle}-{name.replace('_', '-')}", f"{_PROPORTIONS}.{function.__name__}", call, "stats", oracle,
              FORMULA, partial(_tests, cases, function, name))
        for name, (function, *calls) in _TESTS.items()
        for oracle, cases, call in zip(("tables", "shares"), (_plain_tables, _unknown_arms), calls, strict=True)
    ),
    Group("two-arms-fisher-one-sided", f"{_TWO}.p_by_test", "fisher.test(alternative = )", "stats", "two_arms", FORMULA,
          partial(_counts, "one_sided")),
    Group("two-arms-pearson", f"{_TWO}.chi2_statistics", "loglin()$pearson", "stats", "two_arms", FORMULA,
          partial(_counts, "pearson")),
    Group("two-arms-likelihood-ratio", f"{_TWO}.chi2_statistics", "loglin()$lrt", "stats", "two_arms", FORMULA,
          partial(_counts, "likelihood_ratio")),
    Group("two-arms-likelihood-ratio-p", f"{_TWO}.p_by_test", "loglin()$lrt", "stats", "two_arms", FORMULA,
          partial(_counts, "likelihood_ratio_p")),
    Group("two-arms-conditional-odds-ratio", f"{_TWO}.odds_ratios", "fisher.test()", "stats", "two_arms", UNIROOT,
          _conditional),
    Group("two-arms-t", "rederive.checks.two_means.p_of_two_means", "t.test(var.equal = TRUE)", "stats", "two_arms",
          NINE_DECIMALS, _two_means),
    Group("two-arms-fisher-power", "rederive.methods.trial_power.fisher_power", "fisher.test(), every table", "stats",
          "two_arms", POWER, _power),
    Group("two-arms-log-rank", "rederive.methods.life_tables.log_rank_p", "survdiff()", "survival", "two_arms", FORMULA,
          _life_tables),
    Group("shares-effects", f"{_TRIALS}.effect_ranges", "escalc()", "metafor", "shares", FORMULA, _effects),
    Group("shares-log-rank", f"{_TRIALS}.log_rank_by_order", "survdiff()", "survival", "shares", FORMULA, _orders),
    Group("shares-wilson", "rederive.checks.shares.share_intervals", "prop.test(correct = FALSE)", "stats", "shares",
          LIMITS, partial(_intervals, "Wilson", "wilson")),
    Group("shares-clopper-pearson", "rederive.checks.shares.share_intervals", "binom.test()", "stats", "shares", LIMITS,
          partial(_intervals, "Clopper and Pearson", "clopper_pearson")),
    Group("shares-standard-deviation", "rederive.checks.changes.sd_that_prints", "t.test(var.equal = TRUE)", "stats",
          "shares", TWELVE_DECIMALS, _standard_deviations),
)  # fmt: skip
