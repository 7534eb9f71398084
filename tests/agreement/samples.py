"""Quantiles, paired tests and regressions beside R's stats, exactRankTests and coin."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agreement.comparing import Group, Pair, Tolerance, recorded
from rederive.checks.paired import signed_rank_p, t_p
from rederive.checks.quantiles import DEFINITIONS, order_statistics
from rederive.methods.selection import LeastSquares, forward_selection, least_squares

EXACT_WEIGHTS = Tolerance(1e-12, 1e-12, "Values and weights are exact in both; only the last bits of doubles differ.")
RANKS = Tolerance(1e-10, 0, "Both add up the same few thousand doubles, or take one normal tail; 15 digits are stored.")
BUILT = Tolerance(1e-10, 0, "R had to build samples with these means, standard deviations and correlations first.")
QR = Tolerance(1e-8, 0, "Least squares by other decompositions, with predictors on scales a thousandfold apart.")
WHOLE = Tolerance(0, 0, "Names of predictors: they are the same or not.")

SIGNED_RANK: dict[str, dict[str, Any]] = {
    "exact_wilcox": {"method": "exact"},
    "exact_wilcox_coin": {"method": "exact"},
    "exact_untied": {"method": "exact"},
    "exact_pratt": {"method": "exact", "zeros": "pratt"},
    "normal_wilcox": {"method": "normal"},
    "normal_wilcox_corrected": {"method": "normal", "correction": True},
    "normal_pratt": {"method": "normal", "zeros": "pratt"},
}
SUMMARY = ("before_mean", "before_sd", "after_mean", "after_sd", "n", "correlation")


def exact_quantile(values: list[int], p: Fraction, definition: int) -> Fraction:
    """The quantile of sorted whole numbers as a fraction."""
    j, k, g = order_statistics(len(values), p, definition)
    return values[j - 1] + g * (values[k - 1] - values[j - 1])


def _quantiles() -> Iterator[Pair]:
    for case in recorded("quantiles")["cases"]:
        values = [i**2 for i in range(1, case["n"] + 1)]
        ours = [float(exact_quantile(values, Fraction(case["p"]), definition)) for definition in DEFINITIONS]
        yield "n = {n}, p = {p}".format(**case), ours, case["values"]


def differences() -> dict[str, NDArray[Any]]:
    """The sets of changes by name."""
    return {name: np.atleast_1d(d) for name, d in recorded("paired")["differences"].items()}


def _signed_rank(kind: str) -> Iterator[Pair]:
    d = differences()
    for case in recorded("paired")["signed_rank"]:
        if case["kind"] == kind:
            yield case["differences"], signed_rank_p(d[case["differences"]], **SIGNED_RANK[kind]), case["p"]


def _paired_t() -> Iterator[Pair]:
    for case in recorded("paired")["t"]:
        yield "{n}-{after_mean}-{correlation}".format(**case), t_p(*(case[name] for name in SUMMARY)), case["p"]


def _data(case: dict[str, Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    columns = dict(recorded("regression")["data"][case["data"]])
    y = np.array(columns.pop("y"))
    return np.column_stack(list(columns.values())), y


def _fit(case: dict[str, Any]) -> LeastSquares:
    """The regression on the first predictors, or on those that R selected."""
    x, y = _data(case)
    chosen = [j - 1 for j in case["values"].get("selected", range(1, case["keep"] + 1))]
    return least_squares(x[None, :, chosen], y[None], intercept=case["intercept"])


FIT = ("residual_df", "r2", "adjusted_r2", "f", "f_p", "coefficients", "se", "p")


def _fits() -> Iterator[Pair]:
    for case in recorded("regression")["cases"]:
        fit = _fit(case)
        ours = [fit.residual_df, *(x for name in FIT[1:] for x in np.ravel(getattr(fit, name)))]
        yield case["call"], ours, [x for name in FIT for x in np.ravel(case["values"][name])]


def _selections() -> Iterator[Pair]:
    for case in recorded("regression")["cases"]:
        if case["kind"] == "selection":
            x, y = _data(case)
            selected = forward_selection(x[None], y[None], case["keep"], intercept=case["intercept"])
            yield case["call"], selected[0] + 1, case["values"]["selected"]


_CALLS = {
    "exact_wilcox": ("wilcox.exact(exact = TRUE)", "exactRankTests"),
    "exact_wilcox_coin": ("wilcoxsign_test(distribution = 'exact', zero.method = 'Wilcoxon')", "coin"),
    "exact_untied": ("wilcox.test(exact = TRUE)", "stats"),
    "exact_pratt": ("wilcoxsign_test(distribution = 'exact', zero.method = 'Pratt')", "coin"),
    "normal_wilcox": ("wilcox.test(exact = FALSE, correct = FALSE)", "stats"),
    "normal_wilcox_corrected": ("wilcox.test(exact = FALSE, correct = TRUE)", "stats"),
    "normal_pratt": ("wilcoxsign_test(distribution = 'asymptotic', zero.method = 'Pratt')", "coin"),
}
_PAIRED, _SELECTION = "rederive.checks.paired", "rederive.methods.selection"
GROUPS = (
    Group("quantiles", "rederive.checks.quantiles.order_statistics", "quantile(type = 1 to 9)", "stats", "quantiles",
          EXACT_WEIGHTS, _quantiles),
    *(
        Group(f"paired-{kind.replace('_', '-')}", f"{_PAIRED}.signed_rank_p", call, package, "paired", RANKS,
              partial(_signed_rank, kind))
        for kind, (call, package) in _CALLS.items()
    ),
    Group("paired-t", f"{_PAIRED}.t_p", "t.test(paired = TRUE)", "stats", "paired", BUILT, _paired_t),
    Group("regression-fits", f"{_SELECTION}.least_squares", "lm()", "stats", "regression", QR, _fits),
    Group("regression-selections", f"{_SELECTION}.forward_selection", "step(lm())", "stats", "regression", WHOLE,
          _selections),
)  # fmt: skip
