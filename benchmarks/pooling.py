"""How many DerSimonian-Laird meta-analyses a second: ours, statsmodels and R's metafor on the same random tables.

The other two pool one meta-analysis a call, and each call computes more than the estimate: the price of their
interface, which is what a grid of meta-analyses pays.

python benchmarks/pooling.py
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from statsmodels.stats.meta_analysis import combine_effects

from rederive.methods.pooling import TwoArms, effect_sizes, inverse_variance

ANALYSES, TRIALS, SEED = 100_000, 10, 20260101
FEW = 1_000  # as many as the loops of the other two get through in reasonable time

METAFOR = """
suppressPackageStartupMessages(library(metafor))
effects <- as.matrix(read.csv("effects.csv", header = FALSE))
variances <- as.matrix(read.csv("variances.csv", header = FALSE))
seconds <- system.time(
  estimates <- sapply(seq_len(nrow(effects)), function(i) c(rma(effects[i, ], variances[i, ], method = "DL")$beta))
)[["elapsed"]]
write(format(estimates, digits = 15), "estimates.txt", ncolumns = 1)
cat(seconds)
"""


def random_tables() -> TwoArms:
    """Trials of 20 to 400 patients an arm, control risks of 5% to 60%, heterogeneous odds ratios around 0.8."""
    rng = np.random.default_rng(SEED)
    shape = (ANALYSES, TRIALS)
    n_treated, n_control = rng.integers(20, 400, shape), rng.integers(20, 400, shape)
    control = rng.uniform(0.05, 0.6, shape)
    odds = control / (1 - control) * np.exp(rng.normal(np.log(0.8), 0.3, shape))
    return TwoArms(rng.binomial(n_treated, odds / (1 + odds)), n_treated, rng.binomial(n_control, control), n_control)


def metafor(effects: NDArray[np.float64], variances: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]] | None:
    """Seconds and estimates, or nothing where there is no R with metafor."""
    if shutil.which("Rscript") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        np.savetxt(Path(folder, "effects.csv"), effects, delimiter=",", fmt="%.17g")
        np.savetxt(Path(folder, "variances.csv"), variances, delimiter=",", fmt="%.17g")
        done = subprocess.run(["Rscript", "-e", METAFOR], cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return None
        return float(done.stdout), np.loadtxt(Path(folder, "estimates.txt"))


def main() -> None:
    """Time all three on the same tables; print rates, ratios and the largest difference between estimates."""
    effects, variances = effect_sizes(random_tables(), "OR")

    start = perf_counter()
    pooled = inverse_variance(effects, variances, "DL")
    rate = ANALYSES / (perf_counter() - start)
    print(f"{ANALYSES} meta-analyses of {TRIALS} trials, DerSimonian-Laird, seed {SEED}; the loops run the first {FEW}")
    print(f"{'rederive':<12}{rate:>12,.0f} per second")

    start = perf_counter()
    with np.errstate(invalid="ignore"):  # statsmodels keeps a negative τ² and takes roots of negative variances
        looped = [
            combine_effects(y, v, method_re="dl").mean_effect_re
            for y, v in zip(effects[:FEW], variances[:FEW], strict=True)
        ]
    others = {
        "statsmodels": (perf_counter() - start, np.array(looped)),
        "metafor": metafor(effects[:FEW], variances[:FEW]),
    }

    heterogeneous = pooled.tau2[:FEW] > 0  # elsewhere statsmodels estimates something else
    for name, result in others.items():
        if result is None:
            print(f"{name:<12}{'absent':>12}")
            continue
        seconds, estimates = result
        apart = np.abs(estimates - pooled.estimate[:FEW])[heterogeneous].max()
        times = rate * seconds / FEW
        print(f"{name:<12}{FEW / seconds:>12,.0f} per second; ours {times:,.0f} times as many, {apart:.0e} apart")


if __name__ == "__main__":
    main()
