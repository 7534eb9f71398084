"""How many printed ratios a second: this library, and a loop over scipy's linear programming that asks the same.

    python benchmarks/ratios.py

Both are handed strings and answer whether any log effect and standard error can print the estimate, the interval and
the p value. Half of the claims have a wrong p value.
"""

from __future__ import annotations

import math
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from rederive.checks.ratios import feasible
from rederive.printed import Printed

CLAIMS, FEW, SEED = 200_000, 1_000, 20260101
Q = float(stats.norm.isf(0.025))


def random_claims() -> list[list[str]]:
    """Estimates, lower limits, upper limits and p values as a paper prints them, to two and three decimals."""
    rng = np.random.default_rng(SEED)
    effect, se = rng.normal(0, 0.4, CLAIMS), rng.uniform(0.05, 0.5, CLAIMS)
    p = 2 * stats.norm.sf(np.abs(effect / se)) * np.where(rng.random(CLAIMS) < 0.5, 1, 1.5)
    ratios = [[f"{x:.2f}" for x in np.exp(effect + k * Q * se)] for k in (0, -1, 1)]
    return [*ratios, [f"{x:.3f}" for x in np.minimum(p, 1)]]


def by_linear_programming(estimate: str, lower: str, upper: str, p: str) -> bool:
    """The same question, one claim at a time: two linear programs, one for each sign of the effect."""
    rows, bounds = [], []
    for text, k in ((estimate, 0), (lower, -1), (upper, 1)):
        interval = Printed.parse(text).interval()
        rows += [[1, k * Q], [-1, -k * Q]]
        bounds += [math.log(interval.upper), -math.log(max(interval.lower, 1e-12))]
    ends = Printed.parse(p).interval()
    for sign in (-1, 1):
        strictest, loosest = (float(stats.norm.isf(max(x, 1e-300) / 2)) for x in (ends.lower, min(ends.upper, 1)))
        found = optimize.linprog(
            [0, 0],
            A_ub=[*rows, [-sign, loosest], [sign, -strictest]],
            b_ub=[*bounds, 0, 0],
            bounds=[(0, None) if sign > 0 else (None, 0), (0, None)],
        )
        if found.status == 0:
            return True
    return False


def main() -> None:
    """Time both on the same claims; print rates, their ratio, and how many answers agree."""
    claims = random_claims()
    start = perf_counter()
    ours: NDArray[np.bool_] = feasible(*claims).fits
    rate = CLAIMS / (perf_counter() - start)
    print(f"{CLAIMS} printed ratios, seed {SEED}; the loop runs the first {FEW}")
    print(f"{'rederive':<12}{rate:>12,.0f} per second (target 100,000)")
    start = perf_counter()
    theirs = [by_linear_programming(*claim) for claim in zip(*(column[:FEW] for column in claims), strict=True)]
    loop = FEW / (perf_counter() - start)
    agree = int(np.sum(ours[:FEW] == theirs))
    print(
        f"{'scipy':<12}{loop:>12,.0f} per second; ours {rate / loop:,.0f} times as many, {agree} of {FEW} answers agree"
    )


if __name__ == "__main__":
    main()
