"""`rederive.methods.pooling` beside metafor, from metafor.json."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from agreement.comparing import Group, Pair, Tolerance, recorded
from rederive.methods import pooling
from rederive.methods.pooling import Pooled, TwoArms

TAU2 = {"FE": "none", "DL": "DL", "PM": "PM", "REML": "REML"}
INFERENCE = {"z": "wald", "knha": "hartung-knapp"}
CONVENTIONS = {"reference": "reference", "t, k-2": "higgins-thompson-spiegelhalter"}

CLOSED = Tolerance(
    1e-10,
    1e-12,
    "Closed formulas: only rounding differs, of which the stored values keep 15 digits, and log, exp and sums magnify "
    "it a little. The amount is for estimates near zero.",
)
SEARCHED = Tolerance(
    1e-8,
    1e-10,
    "The variance between trials is found by a search that R ends at changes of 1e-14 or 1e-15; what is searched is "
    "flat near its end, so the last digits are not determined. The amount is for estimates near zero.",
)
TAIL = Tolerance(
    1e-8, 0, "p values go down to 1e-51: so far out a relative error of z grows by about z². No amount, however small."
)


@cache
def tables(name: str) -> TwoArms:
    data = recorded("metafor")["data"][name]
    return TwoArms(data["ai"], data["n1i"], data["ci"], data["n2i"])


@cache
def effects(name: str, measure: str) -> tuple[Any, Any]:
    if measure == "GEN":
        data = recorded("metafor")["data"][name]
        return np.array(data["yi"]), np.array(data["vi"])
    return pooling.effect_sizes(tables(name), measure)


def pooled(case: dict[str, Any]) -> Pooled:
    y, v = effects(case["data"], case["measure"])
    return pooling.inverse_variance(y, v, TAU2[case["method"]], INFERENCE[case["test"]])


def _result(found: Pooled) -> dict[str, ArrayLike]:
    lower, upper = found.interval()
    return {
        "estimate": found.estimate,
        "se": found.standard_error,
        "lower": lower,
        "upper": upper,
        "p": found.p,
        "tau2": found.tau2,
    }


def _effects(case: dict[str, Any]) -> dict[str, ArrayLike]:
    return dict(zip(("effects", "variances"), effects(case["data"], case["measure"]), strict=True))


def _leave_one_out(case: dict[str, Any]) -> dict[str, ArrayLike]:
    y, v = (pooling.leave_one_out(x) for x in effects(case["data"], case["measure"]))
    return _result(pooling.inverse_variance(y, v, TAU2[case["method"]], INFERENCE[case["test"]]))


def _prediction(case: dict[str, Any]) -> dict[str, ArrayLike]:
    limits = pooling.prediction_interval(pooled(case), CONVENTIONS[case["convention"]])
    return dict(zip(("lower", "upper"), limits, strict=True))


def _heterogeneity(case: dict[str, Any]) -> dict[str, ArrayLike]:
    return vars(pooling.heterogeneity(*effects(case["data"], case["measure"])))


def _q_profile(case: dict[str, Any]) -> dict[str, ArrayLike]:
    found = pooling.heterogeneity(*effects(case["data"], case["measure"]))
    return {"tau2": found.tau2_interval, "i2": found.i2_interval}


def _subgroups(case: dict[str, Any]) -> dict[str, ArrayLike]:
    y, v = effects(case["data"], case["measure"])
    groups = np.array(case["groups"])
    parts = [pooling.inverse_variance(y[groups == g], v[groups == g]) for g in np.unique(groups)]
    return pooling.subgroup_difference([p.estimate for p in parts], [p.standard_error for p in parts])._asdict()


OURS: dict[str, Callable[[dict[str, Any]], dict[str, ArrayLike]]] = {
    "effects": _effects,
    "inverse variance": lambda case: _result(pooled(case)),
    "leave one out": _leave_one_out,
    "mantel-haenszel": lambda case: _result(pooling.mantel_haenszel(tables(case["data"]), case["measure"])),
    "mantel-haenszel, corrected": lambda case: _result(
        pooling.mantel_haenszel(tables(case["data"]), case["measure"], correction=0.5)
    ),
    "mantel-haenszel, leave one out": lambda case: _result(
        pooling.mantel_haenszel(tables(case["data"]).leave_one_out(), case["measure"])
    ),
    "peto": lambda case: _result(pooling.peto(tables(case["data"]))),
    "peto, leave one out": lambda case: _result(pooling.peto(tables(case["data"]).leave_one_out())),
    "prediction": _prediction,
    "heterogeneity": _heterogeneity,
    "q-profile": _q_profile,
    "subgroups": _subgroups,
}


def _pairs(kind: str, searched: bool) -> Iterator[Pair]:
    """All values but p values, of cases whose τ² is searched for or of the others."""
    for case in recorded("metafor")["cases"]:
        if case["kind"] == kind and (case.get("method") in ("PM", "REML")) == searched:
            ours = OURS[kind](case)
            names = [name for name in case["values"] if name != "p"]
            yield case["call"], _flat(ours, names), _flat(case["values"], names)


def _p_values(kinds: tuple[str, ...]) -> Iterator[Pair]:
    for case in recorded("metafor")["cases"]:
        if case["kind"] in kinds and "p" in case["values"]:
            yield case["call"], OURS[case["kind"]](case)["p"], case["values"]["p"]


def _flat(values: dict[str, ArrayLike], names: list[str]) -> list[float]:
    return [x for name in names for x in np.ravel(np.asarray(values[name], dtype=float))]


def _group(name: str, function: str, theirs: str, kind: str, tolerance: Tolerance, searched: bool = False) -> Group:
    ours = f"rederive.methods.pooling.{function}"
    return Group(name, ours, theirs, "metafor", "metafor", tolerance, partial(_pairs, kind, searched))


def _p_group(name: str, function: str, theirs: str, *kinds: str) -> Group:
    ours = f"rederive.methods.pooling.{function}"
    return Group(name, ours, theirs, "metafor", "metafor", TAIL, partial(_p_values, kinds))


_LOO = "leave1out(rma())"
GROUPS = (
    _group("pooling-effects", "effect_sizes", "escalc()", "effects", CLOSED),
    _group("pooling-inverse-variance", "inverse_variance", "rma()", "inverse variance", CLOSED),
    _group("pooling-inverse-variance-searched", "inverse_variance", "rma()", "inverse variance", SEARCHED, True),
    _group("pooling-leave-one-out", "leave_one_out", _LOO, "leave one out", CLOSED),
    _group("pooling-leave-one-out-searched", "leave_one_out", _LOO, "leave one out", SEARCHED, True),
    _p_group("pooling-p", "inverse_variance", "rma()", "inverse variance", "leave one out"),
    _group("pooling-mh", "mantel_haenszel", "rma.mh()", "mantel-haenszel", CLOSED),
    _group(
        "pooling-mh-corrected",
        "mantel_haenszel",
        "rma.mh(add = 1/2, to = 'only0', drop00 = TRUE)",
        "mantel-haenszel, corrected",
        CLOSED,
    ),
    _group(
        "pooling-mh-leave-one-out",
        "mantel_haenszel",
        "leave1out(rma.mh())",
        "mantel-haenszel, leave one out",
        CLOSED,
    ),
    _p_group("pooling-mh-p", "mantel_haenszel", "rma.mh()", *(kind for kind in OURS if kind.startswith("mantel"))),
    _group("pooling-peto", "peto", "rma.peto()", "peto", CLOSED),
    _group("pooling-peto-leave-one-out", "peto", "leave1out(rma.peto())", "peto, leave one out", CLOSED),
    _p_group("pooling-peto-p", "peto", "rma.peto()", "peto", "peto, leave one out"),
    _group("pooling-prediction", "prediction_interval", "predict(rma())", "prediction", CLOSED),
    _group("pooling-prediction-searched", "prediction_interval", "predict(rma())", "prediction", SEARCHED, True),
    _group("pooling-heterogeneity", "heterogeneity", "rma()", "heterogeneity", CLOSED),
    _p_group("pooling-heterogeneity-p", "heterogeneity", "rma()", "heterogeneity"),
    _group("pooling-q-profile", "heterogeneity", "confint(rma())", "q-profile", SEARCHED),
    _group("pooling-subgroups", "subgroup_difference", "rma(mods = )", "subgroups", CLOSED),
    _p_group("pooling-subgroups-p", "subgroup_difference", "rma(mods = )", "subgroups"),
)
