"""The Monte Carlo behind the error rates: batches of claims, on any number of cores.

A batch's random numbers come from the seed, the kind's name and the batch's number, and results are whole numbers that
are added up. So neither the number of cores, nor a cluster, nor other kinds change anything; and the first batches of a
long run are the batches of a short one.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence

import joblib
import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint
from tqdm import tqdm

from rederive.calibration.means import MEAN_KINDS
from rederive.calibration.power import spoilt
from rederive.calibration.ranks import RANK_KINDS
from rederive.calibration.ratios import RATIO_KINDS
from rederive.calibration.regressions import REGRESSION_KINDS
from rederive.calibration.shares import SHARE_KINDS
from rederive.printed import Printed

KINDS = {kind.name: kind for kind in (*SHARE_KINDS, *RATIO_KINDS, *MEAN_KINDS, *REGRESSION_KINDS, *RANK_KINDS)}
SEED = 20261120

CLAIMS = 2000
"""Honest claims in a batch, at most: what cannot be printed is left out."""

SPOILT = 40
"""Honest claims in a batch that is spoilt; each suffers every slip."""

ALARMS, CAUGHT = ["kind", "printing"], ["kind", "slip", "number", "digits"]
"""What the two tables are counted by."""


def _rng(purpose: int, kind: str, batch: int) -> np.random.Generator:
    return np.random.default_rng([SEED, purpose, zlib.crc32(kind.encode()), batch])


def false_alarms_of_batch(name: str, batch: int) -> pd.DataFrame:
    """How many honest claims of one batch are contradicted: a row per way of rounding."""
    kind = KINDS[name]
    honest = kind.draw(CLAIMS, _rng(0, name, batch))
    found = pd.DataFrame(
        {
            "kind": name,
            "printing": honest["printing"],
            "claims": 1,
            "contradicted": kind.contradicted(honest),
            "midpoint": kind.midpoint(honest),
        }
    )
    return found.groupby(ALARMS, as_index=False).sum()


def power_of_batch(name: str, batch: int) -> pd.DataFrame:
    """How many spoilt claims of one batch are contradicted: a row per slip, number and digits the number had.

    `digits` is how many stood behind the point, or `bound`. Claims that were contradicted before are left out.
    """
    kind, rng = KINDS[name], _rng(1, name, batch)
    honest = kind.draw(SPOILT, rng)
    honest = honest[~kind.contradicted(honest)].reset_index(drop=True)
    found = [
        pd.DataFrame(
            {
                "kind": name,
                "slip": slip,
                "number": numbers,
                "digits": claims["before"].map(_digits),
                "claims": 1,
                "contradicted": kind.contradicted(claims),
                "midpoint": kind.midpoint(claims),
            }
        )
        for slip, numbers, claims in spoilt(kind, honest, rng)
        if len(claims)
    ]
    return pd.concat(found).groupby(CAUGHT, as_index=False).sum()


def _digits(texts: str) -> str:
    number = Printed.parse(texts.split(" ")[0])
    return "bound" if number.bound else str(len(number.text.rstrip("%").partition(".")[2]))


def _summed(
    measure: Callable[[str, int], pd.DataFrame],
    tasks: Sequence[tuple[str, int]],
    by: list[str],
    n_jobs: int | None,
    progress: bool,
) -> pd.DataFrame:
    """What a measure counts in many batches, added up; with a progress bar where asked."""
    batches = joblib.Parallel(n_jobs=n_jobs, return_as="generator")(joblib.delayed(measure)(*task) for task in tasks)
    counted = list(tqdm(batches, total=len(tasks), desc=measure.__name__, disable=not progress, unit="batch"))
    total: pd.DataFrame = pd.concat(counted).groupby(by).sum()
    return total


def false_alarms(
    batches: Mapping[str, int], *, first: int = 0, n_jobs: int | None = None, progress: bool = False
) -> pd.DataFrame:
    """Honest claims of each kind that are contradicted, in error.

    Parameters
    ----------
    batches : how many batches of up to `CLAIMS` claims, by kind.
    first : the number of the first batch of each.
    n_jobs : processes; None for one, or as many as the backend of `joblib.parallel_config` has, such as a Dask cluster.
    progress : whether a bar shows how far it is.

    Returns
    -------
    The counts `claims`, `contradicted`, and `midpoint`, those that a check contradicts which takes digits for exact;
    indexed by `kind` and by `printing`, how digits were rounded.
    """
    tasks = [(kind, batch) for kind, n in batches.items() for batch in range(first, first + n)]
    return _summed(false_alarms_of_batch, tasks, ALARMS, n_jobs, progress)


def power(
    batches: Mapping[str, int], *, first: int = 0, n_jobs: int | None = None, progress: bool = False
) -> pd.DataFrame:
    """Spoilt claims of each kind that are contradicted, as they should be; arguments as those of `false_alarms`.

    Returns
    -------
    The same counts, indexed by `kind`, `slip`, the spoilt `number` (or numbers), and the `digits` it had behind its
    point, or `bound`.
    """
    tasks = [(kind, batch) for kind, n in batches.items() for batch in range(first, first + n)]
    return _summed(power_of_batch, tasks, CAUGHT, n_jobs, progress)


def with_rates(counts: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """A table of counts with `rate`, contradicted claims of all, and its exact interval (Clopper and Pearson 1934)."""
    lower, upper = proportion_confint(counts["contradicted"], counts["claims"], 1 - level, method="beta")
    return counts.assign(rate=counts["contradicted"] / counts["claims"], lower=lower, upper=upper)
