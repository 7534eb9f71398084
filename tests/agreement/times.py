"""Survival curves, Cox models, the log-rank test and planned experiments beside R's survival, mvtnorm and stats."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agreement.comparing import Group, Pair, Tolerance, numbers, recorded
from rederive.checks.survival import Band, confidence_band, implied_se, kaplan_meier, median_and_limits
from rederive.claims import PrintedRatio
from rederive.methods.cox import CoxFits, cox, cox_time_varying
from rederive.methods.factorial import FourArms, clustered_deaths, power_against_all
from rederive.methods.log_rank import log_rank
from rederive.methods.rescue import difference_of_differences_power, two_groups_power
from rederive.methods.significance_filter import significant_estimates
from rederive.printed import print_number

CLOSED = Tolerance(
    1e-10, 1e-12, "Closed formulas: only rounding and the 15 stored digits. The amount is for values near 0."
)
WHOLE = Tolerance(0, 0, "Which deaths are the median and its limits: they are the same or not.")
NINE_DECIMALS = Tolerance(1e-5, 0, "Nine printed decimals leave the standard error open by less than 1e-6.")
NEWTON = Tolerance(
    1e-8, 1e-10, "Both run Newton's method until only rounding error is left. The amount is for coefficients near zero."
)
MIWA = Tolerance(0, 1e-9, "Miwa's algorithm is as exact as its grid, here of 4097 points.")
INTEGRATED = Tolerance(1e-10, 0, "R's integrate() was asked for a relative 1e-12; its two parts are added and divided.")
POWER = Tolerance(1e-9, 0, "R's integrate() was asked for a relative 1e-10, and power.t.test() is as exact.")

SEPARATED = ("one_covariate", "direction", "direction_tied")  # Cox models without a highest likelihood


# ------------------------------------------------------------------------------------------------ survival curves


def _curve(what: str) -> Iterator[Pair]:
    for i, case in enumerate(recorded("survival")["medians"]):
        survival, variance = kaplan_meier(case["status"])
        # a curve of zero has no standard error in R; R's log-log band is missing before the first death, ours is 1
        told = survival < 1 if (what, case["conf_type"]) == ("band", "log-log") else np.ones_like(survival, dtype=bool)
        if what == "curve":
            yield str(i), survival, case["survival"]
        elif what == "std_err":
            yield str(i), np.sqrt(variance[survival > 0]), numbers(case["std_err"])[survival > 0]
        else:
            band = confidence_band(survival, variance, Band(case["conf_type"]), case["level"])
            theirs = numbers(case["lower"]), numbers(case["upper"])
            yield str(i), np.concatenate(band)[np.tile(told, 2)], np.concatenate(theirs)[np.tile(told, 2)]


def medians(case: dict[str, Any]) -> tuple[list[float | None], list[float | None]]:
    """Lower limit, median and upper limit as times, ours told R's way and R's: halfway where the curve is one half."""
    died, band = np.array(case["status"], dtype=bool), Band(case["conf_type"])
    n, survival = len(died), kaplan_meier(died)[0]
    found = [int(x) for x in median_and_limits(died, band, case["level"], closes=False)]
    ours: list[float | None] = [None if x == n else x + 1 for x in found]
    median = found[1]
    if median < n and np.isclose(survival[median], 0.5, rtol=1e-12):
        later = np.flatnonzero(died & (np.arange(n) > median))
        ours[1] = (median + 1 + (later[0] + 1 if later.size else n)) / 2  # to the next death, or to the end
    return ours, [case["median_lower"], case["median"], case["median_upper"]]


def turns_up_again(case: dict[str, Any]) -> bool:
    """Whether the upper band rises somewhere, where R may name a later death than ours."""
    survival, variance = kaplan_meier(case["status"])
    upper = confidence_band(survival, variance, Band(case["conf_type"]), case["level"])[1]
    return bool(np.any(np.diff(upper[survival > 0]) > 1e-9))


def _medians() -> Iterator[Pair]:
    for i, case in enumerate(recorded("survival")["medians"]):
        ours, theirs = medians(case)
        known = 2 if turns_up_again(case) and ours != theirs else 3  # the upper limit: a test says how it differs
        yield str(i), ours[:known], theirs[:known]


def printed_fit(case: dict[str, Any]) -> PrintedRatio:
    """R's hazard ratio and its interval with nine decimals."""
    ends = [math.exp(case["estimate"] + side * 1.959963984540054 * case["se"]) for side in (0, -1, 1)]
    estimate, lower, upper = (print_number(Fraction(x), 9).text for x in ends)
    return PrintedRatio(measure="HR", estimate=estimate, lower=lower, upper=upper, p=None)


def _implied_se() -> Iterator[Pair]:
    for i, case in enumerate(recorded("survival")["cox"]):
        yield str(i), implied_se(printed_fit(case)).middle, case["se"]


# ----------------------------------------------------------------------------------------------------- Cox models


def cox_cases(*, stretches: bool, separated: bool = False) -> list[dict[str, Any]]:
    """Cases with one row per patient or one per stretch of time."""
    content = recorded("cox")
    return [
        case
        for case in content["cases"]
        if ("start" in content["data"][case["data"]]) == stretches and (case["data"] in SEPARATED) == separated
    ]


def columns(case: dict[str, Any]) -> tuple[dict[str, NDArray[Any]], NDArray[np.float64]]:
    data = {name: np.array(column) for name, column in recorded("cox")["data"][case["data"]].items()}
    return data, np.stack([data[name] for name in case["covariates"]], axis=-1).astype(float)


def fit_patients(case: dict[str, Any]) -> CoxFits:
    data, x = columns(case)
    return cox(data["time"][None], data["event"][None], x[None], ties=case["ties"])


def fit_patients_as_time_varying(case: dict[str, Any]) -> CoxFits:
    data, x = columns(case)
    n = len(x)
    known = np.broadcast_to(x, (1, n, n, x.shape[1]))
    return cox_time_varying(data["time"][None], data["event"][None], known, ties=case["ties"])


def by_patient(case: dict[str, Any]) -> dict[str, NDArray[Any]]:
    """Time, event, entry and covariates [j, i], NaN where i is not watched when j leaves, from rows of stretches."""
    data, x = columns(case)
    people = np.unique(data["id"])
    mine = data["id"] == people[:, None]
    entry = np.where(mine, data["start"], np.inf).min(1)
    time = np.where(mine, data["stop"], -np.inf).max(1)
    known = np.full((len(people), len(people), x.shape[1]), np.nan)
    for i, rows in enumerate(mine):
        for start, stop, values in zip(data["start"][rows], data["stop"][rows], x[rows], strict=True):
            known[(start < time) & (time <= stop), i] = values
    return {"time": time, "event": (mine & data["event"]).any(1), "entry": entry, "covariates": known}


def fit_stretches(case: dict[str, Any]) -> CoxFits:
    return cox_time_varying(**{name: array[None] for name, array in by_patient(case).items()}, ties=case["ties"])


def _cox(fit: Callable[[dict[str, Any]], CoxFits], stretches: bool) -> Iterator[Pair]:
    for case in cox_cases(stretches=stretches):
        found = fit(case)
        missing = not found.converged[0] or found.separated[0]
        ours = [np.nan if missing else x for name in case["values"] for x in np.ravel(getattr(found, name)[0])]
        yield case["call"], ours, [x for values in case["values"].values() for x in np.ravel(values)]


# --------------------------------------------------------------------------------- the log-rank test, experiments


def planned(kind: str) -> list[dict[str, Any]]:
    """Cases of animals.json."""
    return [case for case in recorded("animals")["cases"] if case["kind"] == kind]


def _log_rank() -> Iterator[Pair]:
    for case in planned("log-rank"):
        time, event, group = (numbers(case["inputs"][name]) for name in ("time", "event", "group"))
        z = log_rank(time[None], event[None], group)[0]
        yield case["call"], [z, z**2], [case["values"]["z"], case["values"]["chisq"]]


def _joint() -> Iterator[Pair]:
    for case in planned("joint"):
        _, a, b, both = numbers(case["inputs"]["ratios"])
        days, n = float(case["inputs"]["days"]), float(case["inputs"]["n"])
        yield case["call"], power_against_all(FourArms(a, b, both, 30, days), n), case["values"]


def _clustered() -> Iterator[Pair]:
    for case in planned("clustered"):
        shape, n = float(case["inputs"]["shape"]), float(case["inputs"]["n"])
        design = clustered_deaths(list(numbers(case["inputs"]["medians"])), shape, 60)
        yield case["call"], power_against_all(design, n), case["values"]


def _filter() -> Iterator[Pair]:
    for case in planned("filter"):
        found = vars(significant_estimates(float(case["inputs"]["size"]), float(case["inputs"]["level"])))
        yield case["call"], [float(x) for x in found.values()], [case["values"][name] for name in found]


def _power(kind: str, function: Callable[..., Any]) -> Iterator[Pair]:
    for case in planned(kind):
        yield case["call"], function(*(float(case["inputs"][name]) for name in ("n", "effect"))), case["values"]


_SURVIVAL, _COX, _RESCUE = "rederive.checks.survival", "rederive.methods.cox", "rederive.methods.rescue"
_JOINT = "rederive.methods.factorial.power_against_all"
GROUPS = (
    Group("survival-curve", f"{_SURVIVAL}.kaplan_meier", "survfit()$surv", "survival", "survival", CLOSED,
          partial(_curve, "curve")),
    Group("survival-standard-error", f"{_SURVIVAL}.kaplan_meier", "survfit()$std.err", "survival", "survival", CLOSED,
          partial(_curve, "std_err")),
    Group("survival-band", f"{_SURVIVAL}.confidence_band", "survfit(conf.type = )", "survival", "survival", CLOSED,
          partial(_curve, "band")),
    Group("survival-median", f"{_SURVIVAL}.median_and_limits", "quantile(survfit(), 0.5)", "survival", "survival",
          WHOLE, _medians),
    Group("survival-implied-se", f"{_SURVIVAL}.implied_se", "coxph()", "survival", "survival", NINE_DECIMALS,
          _implied_se),
    Group("cox-fixed", f"{_COX}.cox", "coxph(ties = )", "survival", "cox", NEWTON,
          partial(_cox, fit_patients, False)),
    Group("cox-fixed-as-varying", f"{_COX}.cox_time_varying", "coxph(ties = )", "survival", "cox", NEWTON,
          partial(_cox, fit_patients_as_time_varying, False)),
    Group("cox-varying", f"{_COX}.cox_time_varying", "coxph(Surv(start, stop, event) ~ )", "survival", "cox", NEWTON,
          partial(_cox, fit_stretches, True)),
    Group("experiments-log-rank", "rederive.methods.log_rank.log_rank", "survdiff()", "survival", "animals", CLOSED,
          _log_rank),
    Group("experiments-joint-power", _JOINT, "pmvnorm(algorithm = Miwa())", "mvtnorm", "animals", MIWA, _joint),
    Group("experiments-clustered-power", _JOINT, "pmvnorm(algorithm = Miwa())", "mvtnorm", "animals", MIWA, _clustered),
    Group("experiments-significance-filter", "rederive.methods.significance_filter.significant_estimates",
          "integrate()", "stats", "animals", INTEGRATED, _filter),
    Group("experiments-two-groups", f"{_RESCUE}.two_groups_power", "power.t.test()", "stats", "animals", POWER,
          partial(_power, "two-groups", two_groups_power)),
    Group("experiments-difference", f"{_RESCUE}.difference_of_differences_power", "integrate()", "stats", "animals",
          POWER, partial(_power, "difference", difference_of_differences_power)),
)  # fmt: skip
