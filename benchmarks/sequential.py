"""How many sets of boundaries a second: this library, rpact, and the plain way with scipy.

    python benchmarks/sequential.py

rpact is timed inside R, after loading, in one process. The plain way asks scipy's multivariate normal distribution for
every exit probability and searches with `brentq`; it is shown for three looks only, and reaches three digits or so.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.optimize import brentq

from rederive.methods.sequential import boundaries, obrien_fleming_spending

LOOKS = (3, 5, 10)
SECONDS = 1.0

R = """
suppressPackageStartupMessages(library(rpact))
for (k in c(%s)) {
  one <- function() getDesignGroupSequential(kMax = k, sided = 2, alpha = 0.05, typeOfDesign = "asOF")
  one()
  n <- 0; start <- proc.time()[["elapsed"]]
  while ((spent <- proc.time()[["elapsed"]] - start) < %s) { one(); n <- n + 1 }
  cat(n / spent, "")
}
"""


def rate(run: Callable[[], object]) -> float:
    """Runs per second, after a first one that is not counted."""
    run()
    runs, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < SECONDS:
        run()
        runs += 1
    return runs / spent


def rpact_rates() -> list[float] | None:
    """Sets per second at each number of looks, at rpact's default tolerance; None without R or rpact."""
    if shutil.which("Rscript") is None:
        return None
    script = R % (", ".join(map(str, LOOKS)), SECONDS)
    done = subprocess.run(["Rscript", "-e", script], capture_output=True, text=True)
    return [float(text) for text in done.stdout.split()] if done.returncode == 0 else None


def plain(t: NDArray[np.float64], alpha: float = 0.05) -> list[float]:
    """Two-sided boundaries from multivariate normal probabilities of never having crossed."""
    spent = 2 * obrien_fleming_spending(t, alpha / 2)
    correlation = np.sqrt(np.minimum.outer(t, t) / np.maximum.outer(t, t))
    critical: list[float] = []
    for k in range(1, len(t) + 1):
        normal = stats.multivariate_normal(np.zeros(k), correlation[:k, :k], seed=1)

        def excess(c: float, k: int = k, normal: object = normal) -> float:
            limits = np.array([*critical, c])
            return float(1 - normal.cdf(limits, lower_limit=-limits) - spent[k - 1])  # type: ignore[attr-defined]

        critical.append(float(brentq(excess, 1, 9, xtol=1e-6)))
    return critical


def main() -> None:
    theirs = rpact_rates()
    print("O'Brien-Fleming spending, two-sided, alpha 0.05; sets of boundaries per second")
    print(f"{'looks':>5} {'rederive':>10} {'rpact':>10} {'ratio':>8}")
    for i, k in enumerate(LOOKS):
        t = np.arange(1, k + 1) / k
        ours = rate(lambda t=t: boundaries(t))  # type: ignore[misc]
        other = f"{theirs[i]:10.0f} {ours / theirs[i]:7.0f}x" if theirs else f"{'-':>10} {'-':>8}"
        print(f"{k:5d} {ours:10.0f} {other}")
    if theirs is None:
        print("Rscript or its package rpact is absent: no comparison with rpact.")
    t = np.arange(1, 4) / 3
    print(f"plain scipy, 3 looks: {rate(lambda: plain(t)):.0f} a second, "
          f"off by up to {np.max(np.abs(np.array(plain(t)) - boundaries(t))):.0e}")  # fmt: skip


if __name__ == "__main__":
    main()
