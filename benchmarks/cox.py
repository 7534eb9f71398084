"""How many Cox models a second: ours, R's survival, statsmodels and lifelines on the same simulated cohorts.

The others fit one cohort a call. R is timed twice: `coxph` with a formula, as people call it, and `coxph.fit`, the
routine below it, which parses no formula and makes no model object. All converge as far as they do by default. Each has
one core; seconds are those of the processor, so that whatever else it does meanwhile does not count.

python benchmarks/cox.py
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"  # one core for all, before numpy is loaded

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter
from numpy.typing import NDArray
from statsmodels.duration.hazard_regression import PHReg

from rederive.methods.cox import cox

COHORTS, PATIENTS, SEED = 20_000, 36, 20260101
FEW = {"coxph": 1_000, "coxph.fit": 1_000, "PHReg": 200, "lifelines": 50}  # what the loops manage in reasonable time
Cohorts = tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64]]

SURVIVAL = """
suppressPackageStartupMessages(library(survival))
data <- read.csv("cohorts.csv")
cohorts <- split(data, data$cohort)
seconds <- function(expression) sum(system.time(expression)[c("user.self", "sys.self")])
coxph_seconds <- seconds(
  above <- sapply(cohorts, function(d) coef(coxph(Surv(time, event) ~ a + b, data = d)))
)
x <- lapply(cohorts, function(d) as.matrix(d[c("a", "b")]))
y <- lapply(cohorts, function(d) Surv(d$time, d$event))
control <- coxph.control()
fit_seconds <- seconds(
  below <- mapply(function(x, y) coxph.fit(x, y, NULL, NULL, NULL, control, NULL, "efron", NULL)$coefficients, x, y)
)
fits <- format(cbind(t(above), t(below)), digits = 15)
write.table(fits, "fits.txt", row.names = FALSE, col.names = FALSE, quote = FALSE)
cat(coxph_seconds, fit_seconds)
"""


def simulated(rounded: bool) -> Cohorts:
    """Cohorts with about 29 deaths, a skewed covariate and a count; times to the tenth if `rounded`, so tied."""
    rng = np.random.default_rng(SEED)
    shape = (COHORTS, PATIENTS)
    x = np.stack([rng.lognormal(1.5, 0.6, shape), rng.poisson(5, shape)], axis=-1).astype(float)
    death = rng.exponential(10 * np.exp(-0.08 * (x[..., 0] - 5) + 0.15 * (x[..., 1] - 5)))
    end = rng.uniform(6, 36, shape)
    time = np.minimum(death, end)
    return np.ceil(10 * time) / 10 if rounded else time, death <= end, x


def survival(
    time: NDArray[np.float64], event: NDArray[np.bool_], x: NDArray[np.float64]
) -> dict[str, tuple[float, NDArray[np.float64]] | None]:
    """Seconds and coefficients of coxph and of coxph.fit, or nothing where there is no R with survival."""
    absent = {"coxph": None, "coxph.fit": None}
    if shutil.which("Rscript") is None:
        return absent
    with tempfile.TemporaryDirectory() as folder:
        cohort = np.repeat(np.arange(len(time)), PATIENTS)
        columns = {"time": time.ravel(), "event": event.ravel().astype(int)}
        frame = pd.DataFrame({"cohort": cohort, **columns, "a": x[..., 0].ravel(), "b": x[..., 1].ravel()})
        frame.to_csv(Path(folder, "cohorts.csv"), index=False, float_format="%.17g")
        done = subprocess.run(["Rscript", "-e", SURVIVAL], cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return absent
        seconds, fits = map(float, done.stdout.split()), np.loadtxt(Path(folder, "fits.txt"))
        return dict(zip(absent, zip(seconds, (fits[:, :2], fits[:, 2:]), strict=True), strict=True))


def compare(rounded: bool) -> None:
    """Time everybody; print rates, ratios and the largest difference between log hazard ratios."""
    cohorts = time, event, x = simulated(rounded)
    cox(time[:100], event[:100], x[:100])  # what is loaded at the first call is not the work
    start = process_time()
    fits = cox(*cohorts)
    rate = COHORTS / (process_time() - start)
    kind = "to the tenth, tied" if rounded else "without ties"
    print(f"\ntimes {kind}; Efron; {event.sum(1).mean():.1f} deaths a cohort")
    print(f"{'rederive':<12}{rate:>12,.0f} per second; {fits.converged.mean():.2%} of {COHORTS} converged")

    few = FEW["coxph"]
    others = survival(time[:few], event[:few], x[:few])

    def looped(name: str, fit: Callable[..., Any]) -> None:
        start = process_time()
        found = [fit(time[c], event[c], x[c]) for c in range(FEW[name])]
        others[name] = process_time() - start, np.array(found)

    looped("PHReg", lambda t, d, x: PHReg(t, x, status=d, ties="efron").fit(disp=False).params)

    def lifelines(t: NDArray[np.float64], d: NDArray[np.bool_], x: NDArray[np.float64]) -> NDArray[np.float64]:
        frame = pd.DataFrame({"time": t, "event": d, "a": x[:, 0], "b": x[:, 1]})
        return CoxPHFitter().fit(frame, "time", "event").params_.to_numpy()

    looped("lifelines", lifelines)
    for name, result in others.items():
        if result is None:
            print(f"{name:<12}{'absent':>12}")
            continue
        seconds, estimates = result
        few = FEW[name]
        apart = np.abs(estimates - fits.log_hr[:few]).max()
        times = rate * seconds / few
        print(f"{name:<12}{few / seconds:>12,.0f} per second; ours {times:,.1f} times as many, {apart:.0e} apart")


def main() -> None:
    """Compare on cohorts without and with ties."""
    print(f"{COHORTS} cohorts of {PATIENTS} patients, two covariates, seed {SEED}; the loops run the first few: {FEW}")
    for rounded in (False, True):
        compare(rounded)


if __name__ == "__main__":
    main()
