"""Honest means: two groups with a t test, and the same patients before and after; printed and judged."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from rederive.calibration.kinds import WAYS, Bools, Kind, could_print_each, log_uniform, no_probability
from rederive.calibration.printing import Styles, print_p, print_values
from rederive.checks.paired import correlation_demanded
from rederive.checks.two_means import CELLS, READINGS, two_means_print
from rederive.claims import PrintedMeanChange
from rederive.printed import Printed, endpoints

Floats = NDArray[np.float64]


def _sample(mean: Floats, sd: Floats, n: NDArray[np.int64], rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Mean and standard deviation of normal samples, drawn directly: a normal and a scaled root of χ²."""
    return mean + sd / np.sqrt(n) * rng.standard_normal(len(n)), sd * np.sqrt(rng.chisquare(n - 1) / (n - 1))


def _texts(values: dict[str, Floats], styles: Styles) -> dict[str, NDArray[np.object_]]:
    return {name: print_values(x, styles.decimals, styles.rounding) for name, x in values.items()}


def _with_spread(table: pd.DataFrame, spreads: tuple[str, ...]) -> pd.DataFrame:
    """Without the rows that print a standard deviation of 0, which the loader refuses."""
    return table[(table[list(spreads)].astype(float) > 0).all(axis=1)].reset_index(drop=True)


# ------------------------------------------------------------------------------------------------ two groups


def draw_two_means(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Two normal samples of 4 to 400 with mean, spread behind the ±, and the p value of one of `READINGS`."""
    sizes = [log_uniform(4, 400, n, rng) for _ in range(2)]
    scale = 10 ** rng.uniform(0, 2, n)
    sds = [scale, scale * np.exp(rng.normal(0, 0.2, n))]
    centre, shift = scale * rng.uniform(0, 5, n), rng.normal(0, 0.4, n) * scale
    (m1, s1), (m2, s2) = (
        _sample(mean, sd, size, rng) for mean, sd, size in zip((centre, centre + shift), sds, sizes, strict=True)
    )
    reading = rng.integers(0, len(READINGS), n)
    p, as_se = np.empty(n), np.zeros(n, dtype=bool)
    for i, (spread, equal) in enumerate(READINGS.values()):
        mine = reading == i
        p[mine] = stats.ttest_ind_from_stats(
            m1[mine], s1[mine], sizes[0][mine], m2[mine], s2[mine], sizes[1][mine], equal_var=equal
        ).pvalue
        as_se |= mine & (spread == "SE")
    spreads = [np.where(as_se, sd / np.sqrt(size), sd) for sd, size in zip((s1, s2), sizes, strict=True)]
    styles = Styles.drawn(n, rng)
    means = {"mean_first": m1, "sd_first": spreads[0], "mean_second": m2, "sd_second": spreads[1]}
    counts = {"n_first": sizes[0].astype(str).astype(object), "n_second": sizes[1].astype(str).astype(object)}
    table = pd.DataFrame(_texts(means, styles) | counts | {"p": print_p(p, styles), "printing": styles.printing})
    return _with_spread(table, ("sd_first", "sd_second"))


def two_means_contradicted(table: pd.DataFrame) -> Bools:
    """As `check_two_means`: no reading can have a p value that is printed so; or the loader refuses the row."""
    rows = table[CELLS].assign(**{name: table[name].astype(np.int64) for name in ("n_first", "n_second")})
    spreads = table[["sd_first", "sd_second"]].astype(float)
    readable = ((spreads > 0).all(axis=1) & (rows[["n_first", "n_second"]] > 1).all(axis=1)).to_numpy()
    readable &= ~no_probability(table["p"])
    prints = np.zeros(len(table), dtype=bool)
    for how in WAYS:
        prints[readable] |= two_means_print(rows[readable], table["p"][readable], how)
    return ~prints


def two_means_midpoint(table: pd.DataFrame) -> Bools:
    """No reading, with the digits taken for exact, has a p value that is printed so."""
    m1, s1, n1, m2, s2, n2 = (table[name].astype(float).to_numpy() for name in CELLS)
    agrees = np.zeros(len(table), dtype=bool)
    with np.errstate(divide="ignore", invalid="ignore"):
        for spread, equal in READINGS.values():
            sds = (s1 * np.sqrt(n1), s2 * np.sqrt(n2)) if spread == "SE" else (s1, s2)
            p = stats.ttest_ind_from_stats(m1, sds[0], n1, m2, sds[1], n2, equal_var=equal).pvalue
            agrees |= could_print_each(table["p"], p)
    return ~agrees


# -------------------------------------------------------------------------------------------- before and after

CHANGE = ["n", "before_mean", "before_sd", "after_mean", "after_sd", "p"]


def draw_mean_changes(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """The same 5 to 200 patients before and after, correlated by −0.5 to 0.95, with a paired t test's p value."""
    size = log_uniform(5, 200, n, rng)
    scale, r = 10 ** rng.uniform(0, 2, n), rng.uniform(-0.5, 0.95, n)
    centre, shift = scale * rng.uniform(0, 5, n), rng.normal(0, 0.4, n) * scale
    # sums of squares and products of a bivariate normal sample (Bartlett's decomposition)
    first, second = np.sqrt(rng.chisquare(size - 1)), np.sqrt(rng.chisquare(size - 2))
    across = rng.standard_normal(n)
    z1, z2 = rng.standard_normal((2, n)) / np.sqrt(size)
    root = np.sqrt(1 - r**2)
    after_first, after_second = r * first + root * across, root * second
    s1 = scale * first / np.sqrt(size - 1)
    s2 = scale * np.hypot(after_first, after_second) / np.sqrt(size - 1)
    m1, m2 = centre + scale * z1, centre + shift + scale * (r * z1 + root * z2)
    sd = scale * np.hypot(first - after_first, after_second) / np.sqrt(size - 1)
    p = 2 * stats.t.sf(np.abs(m2 - m1) / (sd / np.sqrt(size)), size - 1)
    styles = Styles.drawn(n, rng)
    values = {"before_mean": m1, "before_sd": s1, "after_mean": m2, "after_sd": s2}
    counts = {"n": size.astype(str).astype(object), "p": print_p(p, styles), "printing": styles.printing}
    return _with_spread(pd.DataFrame(_texts(values, styles) | counts), ("before_sd", "after_sd"))


def mean_change_contradicted(table: pd.DataFrame) -> Bools:
    """As `judge_mean_change`: no within-patient correlation gives this p value; or the loader refuses the claim."""
    found = []
    for row in table[CHANGE].itertuples(index=False, name=None):
        numbers = dict(zip(CHANGE, map(Printed.parse, row), strict=True))
        readable = numbers["before_sd"].value > 0 and numbers["after_sd"].value > 0 and 0 <= numbers["p"].value <= 1
        readable = readable and numbers["n"].value >= 3
        change = PrintedMeanChange.model_construct(None, **numbers)  # its validation would take most of the time
        found.append(not readable or all(correlation_demanded(change, how) is None for how in WAYS))
    return np.array(found)


def mean_change_midpoint(table: pd.DataFrame) -> Bools:
    """With the digits taken for exact, the p value needs a correlation beyond −1 or 1."""
    n, m1, s1, m2, s2 = (table[name].astype(float).to_numpy() for name in CHANGE[:-1])
    p = endpoints(table["p"])
    t = stats.t.isf(np.clip(p, 0, 1) / 2, n - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        r = (s1**2 + s2**2 - n * (m2 - m1) ** 2 / t**2) / (2 * s1 * s2)
    return np.asarray(~((r.min(axis=0) <= 1) & (r.max(axis=0) >= -1)))


MEAN_KINDS = (
    Kind(
        "two means and a t test",
        draw_two_means,
        two_means_contradicted,
        two_means_midpoint,
        "checks.two_means.check_two_means",
        corrupted=("mean_first", "sd_first", "mean_second", "sd_second", "p"),
        swaps={"spreads exchanged": (("sd_first", "sd_second"),), "sizes exchanged": (("n_first", "n_second"),)},
        sizes={"sd_first": "n_first", "sd_second": "n_second"},
    ),
    Kind(
        "mean change and a paired t test",
        draw_mean_changes,
        mean_change_contradicted,
        mean_change_midpoint,
        "checks.paired.judge_mean_change",
        constrained=False,
        corrupted=("before_mean", "before_sd", "after_mean", "after_sd", "p"),
        swaps={"spreads exchanged": (("before_sd", "after_sd"),)},
        sizes={"before_sd": "n", "after_sd": "n"},
    ),
)
