"""The simulated experiments of chapter 5, with more of each than a chapter has time for, on all cores.

    python simulations/il15_animals.py

To run them on a Dask cluster, start a `distributed.Client` and wrap the calls in `joblib.parallel_config("dask")`.
"""

from __future__ import annotations

import os

import pandas as pd
from joblib import Parallel, delayed

from rederive.methods.factorial import (
    FourArms,
    animals_needed,
    clustered_deaths,
    power_against_all,
    power_for_interaction,
    simulated_chances,
    simulated_power_against_all,
)
from rederive.methods.rescue import effect_seen, simulate_rescue

EXPERIMENTS, SEED = 20_000, 20260101
SINGLE, AGAINST_SINGLE, SIZES = 0.7, (0.3, 0.4, 0.5, 0.6, 0.7), (6, 8, 10, 15, 20, 40, 80)
MEDIAN, SHAPES = 30.0, (1.0, 1.5, 2.0, 3.0, 4.0)
UNITS, POWERS, RESCUES = (3, 6, 12), (0.3, 0.5, 0.8, 0.9), 1_000_000


def four_arms(ratio: float, animals: int) -> dict[str, float]:
    """One row of the first table."""
    design = FourArms(SINGLE, SINGLE, SINGLE * ratio)
    return {
        "hazard ratio v each single agent": ratio,
        "animals per arm": animals,
        "all, by formula": float(power_against_all(design, animals)),
        "synergy, by formula": float(power_for_interaction(design, animals)),
        **simulated_chances(design, animals, EXPERIMENTS, SEED),
    }


def clustered(shape: float) -> dict[str, float | int | None]:
    """One row of the second table: the same medians, whose hazard ratio against single agents is 0.5 with shape 1."""
    design = clustered_deaths([MEDIAN / hr for hr in (1, SINGLE, SINGLE, SINGLE * 0.5)], shape)
    return {
        "shape": shape,
        "by formula": animals_needed(lambda n: power_against_all(design, n)),
        "simulated": animals_needed(
            lambda n: simulated_power_against_all(design, n, EXPERIMENTS, SEED),  # type: ignore[arg-type, return-value]
            most=100,
        ),
    }


def main() -> None:
    """Print the three tables."""
    rows = Parallel(n_jobs=os.cpu_count())(delayed(four_arms)(ratio, n) for ratio in AGAINST_SINGLE for n in SIZES)
    shapes = Parallel(n_jobs=os.cpu_count())(delayed(clustered)(shape) for shape in SHAPES)
    rescues = [
        {"units per group": n, "power": power, "SC79": what}
        | vars(simulate_rescue(n, effect, own=own * effect, experiments=RESCUES, seed=SEED))
        for n in UNITS
        for power in POWERS
        for effect in [effect_seen(n, power)]
        for what, own in {"does nothing": 0.0, "harms alike": -1.0}.items()
    ]
    with pd.option_context("display.width", 200, "display.max_columns", None, "display.float_format", "{:.3f}".format):
        print(f"{EXPERIMENTS:,} experiments of each kind, seed {SEED}")
        print(pd.DataFrame(rows).to_string(index=False))
        print("\nanimals per arm to beat all three arms with 80% power: the same medians, Weibull shapes")
        print(pd.DataFrame(shapes).to_string(index=False))
        print(f"\n{RESCUES:,} rescue experiments of each kind, none with an interaction")
        print(pd.DataFrame(rescues).to_string(index=False))


if __name__ == "__main__":
    main()
