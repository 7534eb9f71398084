"""`rederive.methods.sequential` beside rpact, metafor and two direct integrations, from rpact.json."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agreement.comparing import Group, Pair, Tolerance, numbers, recorded
from rederive.methods import sequential
from rederive.methods.sequential import obrien_fleming_spending, pocock_spending

SPENDING = {
    "asOF": obrien_fleming_spending, "bsOF": obrien_fleming_spending, "asP": pocock_spending, "bsP": pocock_spending,
}  # fmt: skip
LOST = ("close",)  # designs of which rpact 3.3.4 loses part of the probability: two looks lie close together
TOLD = 4.0  # higher boundaries of rpact say little; it calls them infinite from 7.5 on

DIRECT = Tolerance(
    0, 1e-12, "R integrates the joint normal density itself, to a relative 1e-13, and searches to 1e-15."
)
SIMPSON = Tolerance(0, 1e-10, "The error of Simpson's rule with 3001 points accumulates over ten looks.")
PROBABILITY = Tolerance(
    0, 2e-8, "So much error probability rpact's own integration misplaces, at its finest tolerance."
)
BOUNDARY = Tolerance(
    0, 5e-6, "An error in z is rpact's error in probability over the density: 5e-6 near 4; higher ones are left out."
)
EVEN_BOUNDARY = Tolerance(0, 1e-8, "Up to four evenly spaced looks, two-sided: rpact's integration reaches 1e-8 in z.")
FUTILITY = Tolerance(0, 5e-7, "rpact's errors of 1e-8 in probability are up to 3e-7 in z.")
DRIFT = Tolerance(0, 3e-6, "rpact's errors of 1e-8 in probability are up to 2e-6 in the squared drift.")
WEDGE = Tolerance(0, 1e-8, "Two-sided boundaries of few looks: rpact's integration reaches 1e-8 in z.")
FORMULA = Tolerance(1e-12, 0, "One formula with two normal quantiles: only rounding differs.")
SUMS = Tolerance(
    1e-11, 1e-12, "Cumulative sums of closed formulas: rounding adds up. The amount is for values near zero."
)


def cases(kind: str) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    for case in recorded("rpact")["cases"]:
        if case["kind"] == kind:
            yield case["id"], case["inputs"], case["values"]


def design(name: str) -> str:
    """The spacing of looks in the name of a case."""
    return name.split("/")[1]


def boundaries(inputs: dict[str, Any]) -> NDArray[np.float64]:
    return sequential.boundaries(
        numbers(inputs["t"]), float(inputs["alpha"]), inputs["sided"], SPENDING[inputs["spending"]]
    )


def spent(inputs: dict[str, Any], values: dict[str, Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Error probability that rpact's boundaries spend at each look, and what they should spend."""
    t, sided = numbers(inputs["t"]), inputs["sided"]
    should = np.diff(SPENDING[inputs["spending"]](t, float(inputs["alpha"]) / sided), prepend=0)
    return sequential.exit_probabilities(t, numbers(values["critical"]), sided=sided).upper, should


def _boundaries(kind: str) -> Iterator[Pair]:
    for name, inputs, values in cases(kind):
        yield name, boundaries(inputs), values["critical"]


def _spent() -> Iterator[Pair]:
    for name, inputs, values in cases("boundaries"):
        if design(name) not in LOST:
            yield name, *spent(inputs, values)


def _evenly(t: NDArray[np.float64]) -> bool:
    return bool(np.allclose(np.diff(t), t[0]) and t[-1] == 1)


def _rpact_boundaries(even: bool) -> Iterator[Pair]:
    for name, inputs, values in cases("boundaries"):
        t, theirs = numbers(inputs["t"]), numbers(values["critical"])
        told = theirs < TOLD
        if (inputs["sided"] == 2 and len(t) <= 4 and _evenly(t)) == even and design(name) not in LOST:
            yield name, boundaries(inputs)[told], theirs[told]


def _one_sided(futility: bool) -> Iterator[Pair]:
    for name, inputs, values in cases("futility"):
        found = sequential.futility_boundaries(
            numbers(inputs["t"]), float(inputs["alpha"]), float(inputs["power"]), 1,
            SPENDING[inputs["spending"]], SPENDING[inputs["beta_spending"]],
        )  # fmt: skip
        if futility:
            yield name, found.futility[:-1], values["futility"]
        else:
            yield name, found.drift**2, values["shift"]


def wedge(inputs: dict[str, Any], values: dict[str, Any]) -> tuple[sequential.SequentialDesign, NDArray[np.bool_]]:
    """Our design, and the looks at which rpact opens no wedge: where the one-sided limit would be negative.

    A spending function can say so.
    """
    t, closed = numbers(inputs["t"]), np.isnan(numbers(values["futility"]))
    late = _delayed(inputs, max(t[:-1][closed], default=0.0))
    alpha, power = float(inputs["alpha"]), float(inputs["power"])
    return sequential.futility_boundaries(t, alpha, power, 2, SPENDING[inputs["spending"]], late), closed


def _wedge() -> Iterator[Pair]:
    for name, inputs, values in cases("wedge"):
        found, closed = wedge(inputs, values)
        theirs = numbers(values["futility"])[~closed]
        yield name, [*found.futility[:-1][~closed], found.drift**2], [*theirs, float(values["shift"])]


def _delayed(inputs: dict[str, Any], opening: float) -> Callable[[ArrayLike, float], NDArray[np.float64]]:
    """A spending function that spends nothing up to a time, and then what rpact then spends."""
    beta = SPENDING[inputs["beta_spending"]]

    def spending(x: ArrayLike, error: float) -> NDArray[np.float64]:
        saved = float(beta(opening, error)) if inputs["adjusted"] else 0.0
        return np.where(np.asarray(x) > opening, (beta(x, error) - saved) * error / (error - saved), 0.0)

    return spending


def _formula(kind: str, function: Callable[..., Any], value: str) -> Iterator[Pair]:
    for name, inputs, values in cases(kind):
        yield name, function(**{key: float(text) for key, text in inputs.items()}), values[value]


def _cumulative_z() -> Iterator[Pair]:
    for name, inputs, values in cases("cumulative"):
        tau2 = "DL" if inputs["method"] == "DL" else 0.0
        yield name, sequential.cumulative_z(numbers(inputs["y"]), numbers(inputs["v"]), tau2), values["z"]


def _diversity() -> Iterator[Pair]:
    for name, inputs, values in cases("diversity"):
        yield name, sequential.diversity(numbers(inputs["y"]), numbers(inputs["v"])), values["d2"]


def _group(name: str, function: str, theirs: str, package: str, tolerance: Tolerance, pairs: Any) -> Group:
    return Group(
        f"sequential-{name}", f"rederive.methods.sequential.{function}", theirs, package, "rpact", tolerance, pairs
    )


_DESIGN = "getDesignGroupSequential()"
GROUPS = (
    _group("direct", "boundaries", "integrate()", "stats", DIRECT, partial(_boundaries, "direct")),
    _group("simpson", "boundaries", "dnorm(), by Simpson's rule", "stats", SIMPSON, partial(_boundaries, "simpson")),
    _group("probability", "exit_probabilities", _DESIGN, "rpact", PROBABILITY, _spent),
    _group("boundaries", "boundaries", _DESIGN, "rpact", BOUNDARY, partial(_rpact_boundaries, False)),
    _group("even-boundaries", "boundaries", _DESIGN, "rpact", EVEN_BOUNDARY, partial(_rpact_boundaries, True)),
    _group("futility", "futility_boundaries", _DESIGN, "rpact", FUTILITY, partial(_one_sided, True)),
    _group("drift", "futility_boundaries", "getDesignCharacteristics()", "rpact", DRIFT, partial(_one_sided, False)),
    _group("wedge", "futility_boundaries", _DESIGN, "rpact", WEDGE, _wedge),
    _group(
        "size", "required_information_size", "getSampleSizeMeans()", "rpact", FORMULA,
        partial(_formula, "size", sequential.required_information_size, "n"),
    ),
    _group(
        "information", "required_information", "getSampleSizeMeans()", "rpact", FORMULA,
        partial(_formula, "information", sequential.required_information, "information"),
    ),
    _group("cumulative-z", "cumulative_z", "cumul(rma())", "metafor", SUMS, _cumulative_z),
    _group("diversity", "diversity", "rma()", "metafor", SUMS, _diversity),
)  # fmt: skip
