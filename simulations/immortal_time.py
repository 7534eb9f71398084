"""The simulations of chapter 2 with more cohorts than a chapter has time for, on all cores.

    python simulations/immortal_time.py

To run them on a Dask cluster, start a `distributed.Client` and wrap the calls in `joblib.parallel_config("dask")`.
"""

from __future__ import annotations

import os

import pandas as pd

from rederive.claims import load_document
from rederive.files import project_root
from rederive.methods.immortal_time import assumption_grid, compare_analyses, shares_by_setting
from rederive.methods.simulate import CohortAssumptions

COHORTS, OF_EACH_SETTING, SEED = 20_000, 5_000, 20260101
VARIATIONS = {
    "death_after_progression": [2.0, 4.0, 8.0],
    "days_per_cycle": [14.0, 28.0],
    "mean_days_to_stopping": [60.0, 240.0],
    "cycle_limit": [6, 12],
    "stops_at_progression": [False],
    "os_shape": [1.5],
    "early_progression": [0.15],
    "assessment_delay_days": [7.0, 21.0],
}


def main() -> None:
    """Print both tables of the chapter."""
    claims = load_document(project_root() / "data" / "lymphocytes").claims
    response = claims["cox-response-pfs"].printed
    printed = {
        ("OS", "cycles"): claims["cox-cycles-os"].printed,
        ("OS", "NLR"): claims["cox-nlr"].printed,
        ("PFS", "cycles"): claims["cox-cycles-pfs"].printed,
        ("PFS", "response"): response,
        ("PFS", "disease control"): response,
    }
    cores = os.cpu_count()
    with pd.option_context("display.width", 200, "display.max_columns", None, "display.float_format", "{:.3f}".format):
        print(f"{COHORTS:,} cohorts, seed {SEED}")
        print(compare_analyses(CohortAssumptions(), COHORTS, SEED, printed, n_jobs=cores))
        print(f"\n{OF_EACH_SETTING:,} cohorts of each setting")
        print(
            shares_by_setting(
                assumption_grid(CohortAssumptions(), VARIATIONS, OF_EACH_SETTING, SEED, printed, n_jobs=cores)
            )
        )


if __name__ == "__main__":
    main()
