"""`rederive.methods.pooling` against R's metafor 3.8-1, the oracle stored in metafor.json by metafor.R.

Known disagreements with R; none shows in these data:

| where                                | size            | cause                                                  |
|--------------------------------------|-----------------|--------------------------------------------------------|
| REML with several peaks              | as far as peaks | metafor climbs one or falls back on 0, ours takes best |
| Q-profile limits beyond `tau2.max`   | unlimited       | metafor stops at 100 unless told otherwise             |
| prediction, t with k - 2, two trials | metafor only    | metafor sets the degrees of freedom to 1, ours refuses |

statsmodels, compared in tests/unit/test_pooling.py, differs where DerSimonian-Laird's τ² would be negative: it keeps
the negative value.
"""

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from rederive.methods import pooling
from rederive.methods.pooling import Pooled, TwoArms

ORACLE = json.loads(Path(__file__).with_name("metafor.json").read_text())
CASES = ORACLE["cases"]
TAU2 = {"FE": "none", "DL": "DL", "PM": "PM", "REML": "REML"}
INFERENCE = {"z": "wald", "knha": "hartung-knapp"}

# Where the algorithm is in closed form only rounding differs: JSON keeps 15 digits, and log, exp and sums magnify that
# a little. The absolute 1e-12 is for estimates near zero.
CLOSED = {"rtol": 1e-10, "atol": 1e-12}
# p values go down to 1e-51 and are compared relatively, without a floor; so far out in the tail a relative error of z
# grows by about z².
TAIL = {"rtol": 1e-8, "atol": 0}
# τ² found by iteration: R's uniroot and Fisher scoring stop at changes of 1e-15 and 1e-14, but Q and the score are
# flat near their roots, so the last digits are not determined.
SEARCHED = {"rtol": 1e-8, "atol": 1e-10}


def cases(kind: str) -> Any:
    """The cases of one kind as pytest parameters."""
    chosen = [case for case in CASES if case["kind"] == kind]
    names = ("data", "measure", "method", "test", "convention")
    return pytest.mark.parametrize("case", chosen, ids=["-".join(c[n] for n in names if n in c) for c in chosen])


@cache
def tables(name: str) -> TwoArms:
    data = ORACLE["data"][name]
    return TwoArms(data["ai"], data["n1i"], data["ci"], data["n2i"])


@cache
def effects(name: str, measure: str) -> tuple[Any, Any]:
    if measure == "GEN":
        return np.array(ORACLE["data"][name]["yi"]), np.array(ORACLE["data"][name]["vi"])
    return pooling.effect_sizes(tables(name), measure)


def ours(case: dict[str, Any]) -> Pooled:
    y, v = effects(case["data"], case["measure"])
    return pooling.inverse_variance(y, v, TAU2[case["method"]], INFERENCE[case["test"]])


def tolerance(case: dict[str, Any]) -> dict[str, float]:
    return SEARCHED if case.get("method") in ("PM", "REML") else CLOSED


def assert_same(pooled: Pooled, values: dict[str, float], tolerated: dict[str, float]) -> None:
    lower, upper = pooled.interval()
    found = {
        "estimate": pooled.estimate,
        "se": pooled.standard_error,
        "lower": lower,
        "upper": upper,
        "tau2": pooled.tau2,
    }
    for name, value in found.items():
        assert_allclose(value, values[name], err_msg=name, **tolerated)
    assert_allclose(pooled.p, values["p"], **TAIL)


def test_the_grid_did_not_shrink() -> None:
    assert ORACLE["r"].startswith("R version 4.2.2")
    assert ORACLE["packages"]["metafor"] == "3.8.1"
    assert len(ORACLE["data"]) == 11
    assert Counter(case["kind"] for case in CASES) == {
        "effects": 21,
        "inverse variance": 200,
        "leave one out": 176,
        "mantel-haenszel": 21,
        "mantel-haenszel, corrected": 14,
        "mantel-haenszel, leave one out": 21,
        "peto": 7,
        "peto, leave one out": 7,
        "prediction": 216,
        "heterogeneity": 25,
        "q-profile": 25,
        "subgroups": 1,
    }


def test_the_grid_holds_the_hard_conditions() -> None:
    zero = {name: np.array(d["ai"]) * np.array(d["ci"]) == 0 for name, d in ORACLE["data"].items() if "ai" in d}
    nobody = {name: np.array(d["ai"]) + np.array(d["ci"]) == 0 for name, d in ORACLE["data"].items() if "ai" in d}
    assert zero["catheters"].sum() == 6
    assert nobody["catheters"].sum() == 1
    assert nobody["blockers"].sum() == 3
    assert len(ORACLE["data"]["sepsis"]["ai"]) == 2
    tau2 = [case["values"]["tau2"] for case in CASES if case["kind"] == "inverse variance" and case["method"] != "FE"]
    assert sum(t < 1e-9 for t in tau2) >= 10  # on the boundary
    assert max(tau2) > 1  # far from it
    assert len([c for c in CASES if c["kind"] == "q-profile" and c["values"]["tau2"] == [0, 0]]) == 2


@cases("effects")
def test_effects(case: dict[str, Any]) -> None:
    y, v = effects(case["data"], case["measure"])
    assert_allclose(y, case["values"]["effects"], **CLOSED)
    assert_allclose(v, case["values"]["variances"], **CLOSED)


@cases("inverse variance")
def test_inverse_variance(case: dict[str, Any]) -> None:
    assert_same(ours(case), case["values"], tolerance(case))


@cases("leave one out")
def test_leave_one_out(case: dict[str, Any]) -> None:
    y, v = (pooling.leave_one_out(x) for x in effects(case["data"], case["measure"]))
    pooled = pooling.inverse_variance(y, v, TAU2[case["method"]], INFERENCE[case["test"]])
    assert_allclose(pooled.estimate, case["values"]["estimate"], **tolerance(case))
    assert_allclose(pooled.standard_error, case["values"]["se"], **tolerance(case))
    assert_allclose(pooled.p, case["values"]["p"], **TAIL)


@cases("mantel-haenszel")
def test_mantel_haenszel(case: dict[str, Any]) -> None:
    assert_same(pooling.mantel_haenszel(tables(case["data"]), case["measure"]), case["values"], CLOSED)


@cases("mantel-haenszel, corrected")
def test_mantel_haenszel_corrected(case: dict[str, Any]) -> None:
    pooled = pooling.mantel_haenszel(tables(case["data"]), case["measure"], correction=0.5)
    assert_same(pooled, case["values"], CLOSED)


@cases("mantel-haenszel, leave one out")
def test_mantel_haenszel_leave_one_out(case: dict[str, Any]) -> None:
    pooled = pooling.mantel_haenszel(tables(case["data"]).leave_one_out(), case["measure"])
    assert_allclose(pooled.estimate, case["values"]["estimate"], **CLOSED)
    assert_allclose(pooled.standard_error, case["values"]["se"], **CLOSED)
    assert_allclose(pooled.p, case["values"]["p"], **TAIL)


@cases("peto")
def test_peto(case: dict[str, Any]) -> None:
    assert_same(pooling.peto(tables(case["data"])), case["values"], CLOSED)


@cases("peto, leave one out")
def test_peto_leave_one_out(case: dict[str, Any]) -> None:
    pooled = pooling.peto(tables(case["data"]).leave_one_out())
    assert_allclose(pooled.estimate, case["values"]["estimate"], **CLOSED)
    assert_allclose(pooled.standard_error, case["values"]["se"], **CLOSED)
    assert_allclose(pooled.p, case["values"]["p"], **TAIL)


@cases("prediction")
def test_prediction_interval(case: dict[str, Any]) -> None:
    convention = {"reference": "reference", "t, k-2": "higgins-thompson-spiegelhalter"}[case["convention"]]
    lower, upper = pooling.prediction_interval(ours(case), convention)
    assert_allclose([lower, upper], [case["values"]["lower"], case["values"]["upper"]], **tolerance(case))


@cases("heterogeneity")
def test_heterogeneity(case: dict[str, Any]) -> None:
    found = pooling.heterogeneity(*effects(case["data"], case["measure"]))
    assert_allclose([found.q, found.i2, found.h2], [case["values"][n] for n in ("q", "i2", "h2")], **CLOSED)
    assert_allclose(found.p, case["values"]["p"], **TAIL)


@cases("q-profile")
def test_q_profile(case: dict[str, Any]) -> None:
    found = pooling.heterogeneity(*effects(case["data"], case["measure"]))
    assert_allclose(found.tau2_interval, case["values"]["tau2"], **SEARCHED)
    assert_allclose(found.i2_interval, case["values"]["i2"], **SEARCHED)


@cases("subgroups")
def test_subgroup_difference(case: dict[str, Any]) -> None:
    y, v = effects(case["data"], case["measure"])
    groups = np.array(case["groups"])
    pooled = [pooling.inverse_variance(y[groups == g], v[groups == g]) for g in np.unique(groups)]
    found = pooling.subgroup_difference([p.estimate for p in pooled], [p.standard_error for p in pooled])
    assert found.df == case["values"]["df"]
    assert_allclose(found.q, case["values"]["q"], **CLOSED)
    assert_allclose(found.p, case["values"]["p"], **TAIL)
