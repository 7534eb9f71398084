"""Where statistical programs answer differently, with an example of each: how far apart, why, and what is used here.

None of these answers is wrong. They are conventions, and a paper seldom says which one it used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize, stats
from statsmodels.discrete.conditional_models import ConditionalLogit
from statsmodels.duration.hazard_regression import PHReg

from rederive.calibration.examples import (
    BCG,
    DEPRESSION,
    ETASS,
    LIDOCAINE,
    PLACEBO_WEEKS,
    RESPONSES,
    TREATED_RELAPSED,
    TREATED_WEEKS,
    WITH_ZEROS,
)
from rederive.checks.paired import Zeros, signed_rank_p
from rederive.checks.proportions import chi2_p, chi2_yates_p, fisher_p
from rederive.checks.shares import share_intervals
from rederive.checks.survival import Band, median_and_limits
from rederive.checks.two_by_two import odds_ratios
from rederive.methods.cox import cox
from rederive.methods.pooling import (
    BetweenTrials,
    Inference,
    Pooled,
    Prediction,
    between_trials,
    effect_sizes,
    inverse_variance,
    prediction_interval,
)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class _Answer:
    """One program's or convention's answer."""

    convention: str
    value: Callable[[], float]


@dataclass(frozen=True)
class _Difference:
    """Two answers to one question, why they differ, and which of them this book goes by."""

    choice: str
    example: str
    number: str
    ours: _Answer
    other: _Answer
    cause: str
    used: str


def known_differences() -> pd.DataFrame:
    """Every convention on which programs differ and that this library had to choose or to try, on an example.

    Returns
    -------
    A row per difference, indexed by its name: `choice`, `example`, `number` (what is told), `ours` and `other` (the two
    conventions), `our value` and `other value`, `difference` (the other less ours), `cause`, and `used here`.
    """
    rows = [
        {
            "id": name,
            "choice": known.choice,
            "example": known.example,
            "number": known.number,
            "ours": known.ours.convention,
            "our value": (ours := float(known.ours.value())),
            "other": known.other.convention,
            "other value": (other := float(known.other.value())),
            "difference": other - ours,
            "cause": known.cause,
            "used here": known.used,
        }
        for name, known in _DIFFERENCES.items()
    ]
    return pd.DataFrame(rows).set_index("id")


# ----------------------------------------------------------------------------------------------------- answers


def _remissions() -> tuple[Floats, NDArray[np.bool_], Floats]:
    """Weeks, relapses and group (1 for placebo) of both groups."""
    weeks = np.array(TREATED_WEEKS + PLACEBO_WEEKS, dtype=float)
    relapsed = np.array(TREATED_RELAPSED + (1,) * len(PLACEBO_WEEKS), dtype=bool)
    return weeks, relapsed, np.repeat([0.0, 1.0], [len(TREATED_WEEKS), len(PLACEBO_WEEKS)])


def _efron() -> float:
    weeks, relapsed, placebo = _remissions()
    return float(np.exp(cox(weeks[None], relapsed[None], placebo[None, :, None]).log_hr[0, 0]))


def _breslow() -> float:
    weeks, relapsed, placebo = _remissions()
    return float(np.exp(PHReg(weeks, placebo, status=relapsed, ties="breslow").fit(disp=False, tol=1e-12).params[0]))


def _exact_ties() -> float:
    """Every time of relapses is a matched set: those at risk, of whom as many relapse as did."""
    weeks, relapsed, placebo = _remissions()
    times = np.unique(weeks[relapsed])
    sets = [(weeks >= time, time) for time in times]
    outcome = np.concatenate([(relapsed & (weeks == time))[at_risk] for at_risk, time in sets])
    group = np.concatenate([np.full(at_risk.sum(), time) for at_risk, time in sets])
    exposed = np.concatenate([placebo[at_risk] for at_risk, _ in sets])
    model = ConditionalLogit(outcome.astype(int), exposed[:, None], groups=group)
    # statsmodels' own search stops at 1e-5
    return float(np.exp(optimize.brentq(lambda b: float(model.score(np.array([b]))[0]), -10, 10, xtol=1e-13)))


@cache
def _lidocaine(inference: Inference) -> Pooled:
    return inverse_variance(*effect_sizes(LIDOCAINE, "OR"), "DL", inference)


def _truncated_hartung_knapp() -> float:
    """The p value if Hartung and Knapp's standard error may not be below Wald's."""
    pooled = _lidocaine("hartung-knapp")
    se = max(float(pooled.standard_error), float(_lidocaine("wald").standard_error))
    return float(2 * stats.t.sf(abs(float(pooled.estimate)) / se, pooled.df))


def _bcg_tau2(estimator: BetweenTrials) -> float:
    return float(between_trials(*effect_sizes(BCG, "OR"), estimator))


def _bcg_prediction(convention: Prediction) -> float:
    """The upper limit, as an odds ratio."""
    pooled = inverse_variance(*effect_sizes(BCG, "OR"), "REML", "wald")
    return float(np.exp(prediction_interval(pooled, convention)[1]))


def _exact_signed_rank(changes: tuple[float, ...], zeros: Zeros) -> float:
    return float(signed_rank_p(changes, method="exact", zeros=zeros))


def _normal_signed_rank(changes: tuple[float, ...], correction: bool) -> float:
    return float(stats.wilcoxon(changes, method="asymptotic", correction=correction).pvalue)


def _lower_limit_of_median(band: Band) -> float:
    """In weeks; at a time that both have, relapses come before losses."""
    patients = sorted(zip(TREATED_WEEKS, TREATED_RELAPSED, strict=True), key=lambda patient: (patient[0], -patient[1]))
    lower = median_and_limits([relapsed == 1 for _, relapsed in patients], band)[0]
    return float(patients[int(lower)][0])


def _half_median() -> float:
    return float(np.arange(1, 7)[int(median_and_limits(np.ones(6, dtype=bool))[1])])


def _doubled_fisher() -> float:
    a, n1, c, n0 = ETASS
    table = [[a, n1 - a], [c, n0 - c]]
    return 2 * min(float(stats.fisher_exact(table, alternative=side).pvalue) for side in ("less", "greater"))


def _upper_odds_ratio(way: str) -> float:
    return odds_ratios(*ETASS)[way][2]


def _upper_share(method: str) -> float:
    limits: pd.Series[float] = share_intervals(*RESPONSES).set_index("method")["upper"]
    return float(limits[method])


def _two_means(equal: bool) -> float:
    return float(stats.ttest_ind_from_stats(10, 2, 8, 12, 5, 30, equal_var=equal).pvalue)


_REMISSIONS = "remissions of 42 patients with leukaemia, on 6-mercaptopurine or placebo (Freireich 1963)"
_SIX_TRIALS = "deaths in six trials of lidocaine after a heart attack (Hine 1989), log odds ratios"
_THIRTEEN = "tuberculosis in 13 trials of BCG vaccine (Colditz 1994), log odds ratios"
_DEATHS = "deaths in ETASS, 47 of 181 and 63 of 180"

_DIFFERENCES: dict[str, _Difference] = {
    "ties-breslow": _Difference(
        "tied times in a Cox model", _REMISSIONS, "hazard ratio",
        _Answer("Efron; R", _efron), _Answer("Breslow; SAS, SPSS, Stata", _breslow),
        "Breslow counts all who have an event at a time as at risk for each of these events; Efron averages over the "
        "orders in which they may have come.",
        "Efron, on simulated patients; Breslow if asked.",
    ),
    "ties-exact": _Difference(
        "tied times in a Cox model", _REMISSIONS, "hazard ratio",
        _Answer("Efron; R", _efron), _Answer("exact, for discrete times", _exact_ties),
        "The exact likelihood takes tied events for events of one moment, and its ratio is one of odds.",
        "Efron, on simulated patients.",
    ),
    "hartung-knapp": _Difference(
        "test of a pooled effect", _SIX_TRIALS, "p value",
        _Answer("Wald", lambda: float(_lidocaine("wald").p)),
        _Answer("Hartung-Knapp", lambda: float(_lidocaine("hartung-knapp").p)),
        "Wald takes the variances as known; Hartung-Knapp estimates how far trials scatter and refers to t with k - 1. "
        "Trials more alike than chance would have them then narrow the interval.",
        "Both are tried on pooled results of trials we see.",
    ),
    "hartung-knapp-truncated": _Difference(
        "test of a pooled effect", _SIX_TRIALS, "p value",
        _Answer("Hartung-Knapp", lambda: float(_lidocaine("hartung-knapp").p)),
        _Answer("Hartung-Knapp, truncated", _truncated_hartung_knapp),
        "Truncation keeps the standard error from falling below Wald's.",
        "Without truncation, as R's metafor unless told otherwise.",
    ),
    "tau2-paule-mandel": _Difference(
        "variance between trials", _THIRTEEN, "τ²",
        _Answer("DerSimonian-Laird", partial(_bcg_tau2, "DL")), _Answer("Paule-Mandel", partial(_bcg_tau2, "PM")),
        "DerSimonian-Laird solves the same equation of moments, with weights that take τ² to be 0.",
        "All three are tried on pooled results of trials we see; DerSimonian-Laird in sequential analysis.",
    ),
    "tau2-reml": _Difference(
        "variance between trials", _THIRTEEN, "τ²",
        _Answer("DerSimonian-Laird", partial(_bcg_tau2, "DL")),
        _Answer("restricted maximum likelihood; metafor", partial(_bcg_tau2, "REML")),
        "One is an estimate by moments, the other by likelihood.",
        "All three are tried on pooled results of trials we see; DerSimonian-Laird in sequential analysis.",
    ),
    "prediction": _Difference(
        "prediction interval", _THIRTEEN, "upper limit, odds ratio",
        _Answer("t with k - 2; Cochrane Handbook", partial(_bcg_prediction, "higgins-thompson-spiegelhalter")),
        _Answer("normal, after Wald; metafor", partial(_bcg_prediction, "reference")),
        "The quantile that the same standard deviation is multiplied with.",
        "Either, and it is named; no verdict rests on one.",
    ),
    "signed-rank-normal": _Difference(
        "signed-rank test", "depression in nine patients (Hollander and Wolfe 1973)", "p value",
        _Answer("exact", partial(_exact_signed_rank, DEPRESSION, "wilcox")),
        _Answer("normal", partial(_normal_signed_rank, DEPRESSION, False)),
        "The normal distribution is smooth and only approximates nine ranks.",
        "In simulations SciPy's choice, exact for up to 50 untied changes; others if asked.",
    ),
    "signed-rank-corrected": _Difference(
        "signed-rank test", "depression in nine patients (Hollander and Wolfe 1973)", "p value",
        _Answer("normal", partial(_normal_signed_rank, DEPRESSION, False)),
        _Answer(
            "with continuity correction; R with ties or from 50 patients on",
            partial(_normal_signed_rank, DEPRESSION, True),
        ),
        "The correction moves the sum of ranks by one half towards its mean.",
        "Without; with it if asked.",
    ),
    "signed-rank-zeros": _Difference(
        "patients without a change", "ten changes made up, two of them 0", "p value",
        _Answer("left out, then ranked", partial(_exact_signed_rank, WITH_ZEROS, "wilcox")),
        _Answer("ranked, then left out (Pratt)", partial(_exact_signed_rank, WITH_ZEROS, "pratt")),
        "With Pratt the ranks of the others begin above those of the unchanged.",
        "Left out, as R, SPSS and SciPy do; Pratt if asked.",
    ),
    "quantile": _Difference(
        "definition of a quartile", "weeks to relapse of 21 patients on placebo (Freireich 1963)", "first quartile",
        _Answer("type 7; R, numpy", lambda: float(np.quantile(PLACEBO_WEEKS, 0.25, method="linear"))),
        _Answer("type 6; SPSS, Minitab", lambda: float(np.quantile(PLACEBO_WEEKS, 0.25, method="weibull"))),
        "Whether the smallest value stands at the share 0 or at 1 / (n + 1) of the distribution.",
        "All nine types are tried on printed quartiles; type 7 in simulations.",
    ),
    "median-at-one-half": _Difference(
        "median survival, curve exactly one half", "six patients who die on days 1 to 6", "median in days",
        _Answer("first time there; lifelines", _half_median),
        _Answer("halfway to the next death; R", lambda: float(np.median(np.arange(1, 7)))),
        "Every time on a flat stretch at one half would do.",
        "The first time there; printed medians are tied to deaths.",
    ),
    "band": _Difference(
        "confidence limits of a median", "21 patients on 6-mercaptopurine (Freireich 1963)", "lower limit in weeks",
        _Answer("log-log; lifelines, SAS", partial(_lower_limit_of_median, Band.LOG_LOG)),
        _Answer("log; R", partial(_lower_limit_of_median, Band.LOG)),
        "The scale on which the curve is taken to be normal.",
        "All three bands are tried on printed medians.",
    ),
    "odds-ratio": _Difference(
        "interval of an odds ratio", _DEATHS, "upper limit",
        _Answer("crude, Woolf", partial(_upper_odds_ratio, "crude, Woolf's interval")),
        _Answer("conditional, exact; R's fisher.test", partial(_upper_odds_ratio, "conditional, exact interval")),
        "Woolf's is normal on the log scale; the exact one inverts Fisher's test and is wider.",
        "Woolf's for tables that print a ratio; both where a source's convention is in question.",
    ),
    "fisher": _Difference(
        "two-sided Fisher test", _DEATHS, "p value",
        _Answer("all tables no likelier; R, SAS, SciPy", lambda: float(fisher_p(*ETASS))),
        _Answer("one-sided p, doubled", _doubled_fisher),
        "A discrete distribution that is not symmetric has no single other side.",
        "All tables no likelier.",
    ),
    "continuity": _Difference(
        "χ² test of two arms", _DEATHS, "p value",
        _Answer("no correction", lambda: float(chi2_p(*ETASS))),
        _Answer("Yates's correction; R's chisq.test", lambda: float(chi2_yates_p(*ETASS))),
        "The correction moves every count by up to one half towards what is expected.",
        "Both are tried.",
    ),
    "t-test": _Difference(
        "t test of two means", "10 ± 2 in 8 patients and 12 ± 5 in 30, made up", "p value",
        _Answer("equal variances", partial(_two_means, True)), _Answer("Welch; R's t.test", partial(_two_means, False)),
        "Pooled variance, or each group's own with fewer degrees of freedom.",
        "Both are tried.",
    ),
    "share": _Difference(
        "interval of a share", "7 responses in 49 patients (Mutchnick 1999)", "upper limit",
        _Answer("Clopper and Pearson; R's binom.test", partial(_upper_share, "Clopper and Pearson")),
        _Answer("Wilson; R's prop.test without correction", partial(_upper_share, "Wilson")),
        "Clopper and Pearson never cover less than 95%; Wilson covers about 95% on average.",
        "Clopper and Pearson for shares we tell; six methods are tried on printed ones.",
    ),
}  # fmt: skip
