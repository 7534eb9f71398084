"""Honest quartiles, signed-rank p values and survival medians, printed and judged."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from rederive.calibration.kinds import WAYS, Bools, Kind, log_uniform, no_probability
from rederive.calibration.printing import Styles, print_p, print_steps, print_values, round_quotients
from rederive.checks.paired import Method, signed_rank_p, smallest_signed_rank_p
from rederive.checks.quantiles import DEFINITIONS, prints_quartiles
from rederive.checks.survival import Band, events_that_print, median_and_limits
from rederive.claims import PrintedSurvivalMedian
from rederive.printed import Printed, Rounding

METHODS: tuple[Method, ...] = ("exact", "normal")
QUARTILES = ["q1", "median", "q3"]
NUMPY_NAMES: tuple[Any, ...] = (  # of the definitions 1 to 9 of Hyndman and Fan
    "inverted_cdf",
    "averaged_inverted_cdf",
    "closest_observation",
    "interpolated_inverted_cdf",
    "hazen",
    "weibull",
    "linear",
    "median_unbiased",
    "normal_unbiased",
)


# ---------------------------------------------------------------------------------------------------- quartiles


def draw_quartiles(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Quartiles of 8 to 100 counts, most below 200, by one of nine definitions, to 0 to 2 decimals; by numpy."""
    size, definition = log_uniform(8, 100, n, rng), rng.integers(0, len(NUMPY_NAMES), n)
    quartiles = np.empty((n, 3))
    for i, (m, how) in enumerate(zip(size.tolist(), definition.tolist(), strict=True)):
        counts = np.rint(np.exp(rng.normal(rng.uniform(1.5, 4), rng.uniform(0.2, 0.8), m)))
        quartiles[i] = np.quantile(counts, [0.25, 0.5, 0.75], method=NUMPY_NAMES[how])
    decimals, styles = rng.integers(0, 3, n), Styles.drawn(n, rng)
    # quartiles of whole numbers are multiples of 1/4, 1/12 or 1/16: whole in 48ths, which doubles seldom are
    steps = round_quotients(np.rint(48 * quartiles) * 10 ** decimals[:, None], 48, styles.rounding[:, None])
    texts = {q: print_steps(steps[:, i], decimals) for i, q in enumerate(QUARTILES)}
    return pd.DataFrame({"n": size.astype(str).astype(object)} | texts | {"printing": styles.printing})


def quartiles_contradicted(table: pd.DataFrame) -> Bools:
    """As `judge_quantiles` of one row: no definition and rounding prints them; or the loader refuses their order."""
    return np.array([_no_sample(row) for row in table[["n", *QUARTILES]].itertuples(index=False, name=None)])


def _no_sample(row: tuple[str, ...]) -> bool:
    q1, median, q3 = (Printed.parse(text) for text in row[1:])
    if not q1.value <= median.value <= q3.value:
        return True
    ways = product(DEFINITIONS, Rounding)
    return not any(prints_quartiles((q1, median, q3), int(row[0]), definition, how) for definition, how in ways)


def quartiles_midpoint(table: pd.DataFrame) -> Bools:
    """Taken for exact, some quartile is no whole number, nor a half, a quarter or three quarters."""
    numbers = table[QUARTILES].astype(float).to_numpy()
    return np.asarray((np.abs(4 * numbers - np.rint(4 * numbers)) > 1e-9).any(axis=1))


# ------------------------------------------------------------------------------------------------- signed ranks


def draw_signed_ranks(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Signed-rank p values, exact or by normal approximation, of 4 to 40 patients, some unchanged or tied."""
    size, method = int(rng.integers(4, 41)), METHODS[int(rng.integers(2))]
    differences = np.rint(rng.normal(rng.uniform(0, 3, (n, 1)), rng.choice([1.0, 3.0, 30.0], (n, 1)), (n, size)))
    p = signed_rank_p(differences, method=method, correction=bool(rng.integers(2)))
    styles = Styles.drawn(n, rng)
    return pd.DataFrame({"n": str(size), "p": print_p(p, styles), "printing": styles.printing})


def signed_rank_contradicted(table: pd.DataFrame) -> Bools:
    """As `judge_quartile_change` without simulation: p is below any that a signed-rank test of so many can have."""
    p = [Printed.parse(text) for text in table["p"]]
    least = table["n"].map(lambda n: smallest_signed_rank_p(int(n)))
    highest = [max(number.interval(how).upper for how in WAYS) for number in p]
    below = [upper < smallest for upper, smallest in zip(highest, least, strict=True)]
    return np.array(below) | no_probability(table["p"])


def signed_rank_midpoint(table: pd.DataFrame) -> Bools:
    """Taken for exact, p is below 2^(1 - n), the least that an exact test can have."""
    exact = np.array([float(Printed.parse(text)) for text in table["p"]])
    return np.asarray(exact < 2.0 ** (1 - table["n"].astype(float).to_numpy()))


# --------------------------------------------------------------------------------------------- survival medians

MEDIAN = ["n", "lower", "median", "upper"]


def draw_medians(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Kaplan-Meier medians with 95% limits in months of 5 to 60 patients, by the log-log band; some were lost.

    Those whose upper limit was not reached are left out.
    """
    size = int(rng.integers(5, 61))
    death, lost = rng.exponential(rng.uniform(5, 30, (n, 1)), (n, size)), rng.exponential(40, (n, size))
    time, died = np.minimum(death, lost), death <= lost
    order = np.argsort(time, axis=1)
    time, died = np.take_along_axis(time, order, axis=1), np.take_along_axis(died, order, axis=1)
    at = median_and_limits(died, Band.LOG_LOG)
    reached = at[2] < size
    months = [np.take_along_axis(time, np.minimum(which, size - 1)[:, None], axis=1)[:, 0] for which in at]
    styles = Styles.drawn(n, rng)
    texts = {
        name: print_values(x, styles.decimals, styles.rounding) for name, x in zip(MEDIAN[1:], months, strict=True)
    }
    table = pd.DataFrame({"n": str(size)} | texts | {"printing": styles.printing})
    positive = (table[MEDIAN[1:]].astype(float) > 0).all(axis=1)
    return table[positive & reached].reset_index(drop=True)


def median_contradicted(table: pd.DataFrame) -> Bools:
    """As `judge_survival_median`: no order of deaths and losses reaches the three times; or they are unordered."""
    return np.array([_no_order(*row) for row in table[MEDIAN].itertuples(index=False, name=None)])


def _no_order(n: str, *texts: str) -> bool:
    lower, median, upper = (Printed.parse(text) for text in texts)
    if not 0 < lower.value <= median.value <= upper.value:
        return True
    return _impossible(int(n), lower.agrees(median), median.agrees(upper))


@cache
def _impossible(n: int, lower_is_median: bool, median_is_upper: bool) -> bool:
    """What `events_that_print` says depends on the times only through which of them can be one."""
    times = ["1.0", "1.0" if lower_is_median else "2.0"]
    times.append(times[1] if median_is_upper else "3.0")
    names = zip(("lower", "median", "upper"), times, strict=True)
    printed = PrintedSurvivalMedian.model_validate({"n": str(n), "unit": "months", **dict(names)})
    return bool((events_that_print(printed)["status"] == "impossible").all())


def median_midpoint(table: pd.DataFrame) -> Bools:
    """The median lies on one of its limits: with digits taken for exact, two different deaths cannot share a time."""
    numbers = table[MEDIAN[1:]].astype(float)
    return np.asarray((numbers["lower"] >= numbers["median"]) | (numbers["median"] >= numbers["upper"]))


RANK_KINDS = (
    Kind(
        "quartiles of counts",
        draw_quartiles,
        quartiles_contradicted,
        quartiles_midpoint,
        "checks.quantiles.judge_quantiles",
        corrupted=("q1", "median", "q3"),
    ),
    Kind(
        "p value of a signed-rank test",
        draw_signed_ranks,
        signed_rank_contradicted,
        signed_rank_midpoint,
        "checks.paired.judge_quartile_change",
        constrained=False,
        corrupted=("p",),
    ),
    Kind(
        "median survival with its interval",
        draw_medians,
        median_contradicted,
        median_midpoint,
        "checks.survival.judge_survival_median",
        constrained=False,
        corrupted=("lower", "median", "upper"),
    ),
)
