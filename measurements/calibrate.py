"""The error rates of the checks at full size: how often they contradict honest claims, and spoilt ones.

    python measurements/calibrate.py

Writes `data/trust/false_alarms.csv` and `data/trust/power.csv`. To let a Dask cluster do it, start a
`distributed.Client` and wrap the calls in `joblib.parallel_config("dask")`: the numbers are the same.
"""

from __future__ import annotations

import os

import pandas as pd

from rederive.calibration.run import KINDS, false_alarms, power
from rederive.files import project_root, write_text

EXACT, OTHER, SPOILT = 540, 100, 50
"""Batches of a kind whose every claim the check should know, of another kind, and of spoilt claims."""


def with_first_batch(counts: pd.DataFrame, first: pd.DataFrame) -> pd.DataFrame:
    """The counts, beside them those of the first batches alone, which a chapter repeats; with an `id`."""
    alone = first.reindex(counts.index, fill_value=0).add_prefix("first_")
    table = counts.join(alone).reset_index()
    names = table[counts.index.names].agg("/".join, axis=1)
    return table.set_index(names.str.replace(r"\W+", "-", regex=True).rename("id"))


def main() -> None:
    """Measure, with a progress bar, and store."""
    folder, cores = project_root() / "data" / "trust", os.cpu_count()
    spoilt = {name: SPOILT for name, kind in KINDS.items() if kind.corrupted}
    honest = {name: EXACT if kind.exact else OTHER for name, kind in KINDS.items()}
    for file, measure, batches in (("false_alarms.csv", false_alarms, honest), ("power.csv", power, spoilt)):
        counts = measure(batches, n_jobs=cores, progress=True)
        write_text(folder / file, with_first_batch(counts, measure(dict.fromkeys(batches, 1))).to_csv())


if __name__ == "__main__":
    main()
