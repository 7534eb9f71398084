"""Changes in the same patients: paired tests from what is printed about before and after.

A paired test looks at each patient's difference. A paper that prints before and after only as two summaries, and no
correlation between them, leaves the differences open: the same two columns of numbers give almost any p value,
depending on which "after" belongs to which "before". So nothing here reproduces a p value. It says what the pairing
must have been like.

Conventions of the Wilcoxon signed-rank test (all p values are two-sided):

* ties among the sizes of differences share the mean of their ranks;
* zero differences are dropped before ranking (`zeros="wilcox"`), or ranked and then dropped (`zeros="pratt"`);
* `method="exact"` is the distribution of W+ over all ways of giving signs to the ranks at hand, ties included;
* `method="normal"` is the normal approximation whose variance is that of the ranks at hand, which is the
  correction for ties; `correction` moves W+ by 0.5 towards its mean;
* `method="auto"` is what SciPy 1.11 does unless told otherwise: for more than 50 patients, or any zero difference, the
  normal approximation; else the exact distribution for ranks without ties, W+ cut to a whole number.
* Without any difference but zeros p is 1.

Two differences are tied if they are equal as doubles, so counts on a grid of 0.1 are best given in tenths.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR
from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from rederive.checks.quantiles import QUARTERS, order_statistics, samples_that_print
from rederive.claims import PrintedMeanChange, PrintedQuartileChange
from rederive.printed import Interval, Printed, Rounding, formatted, p_for_readers, p_range
from rederive.verdicts import Finding

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Method = Literal["exact", "normal", "auto"]
Zeros = Literal["wilcox", "pratt"]
Spread = Literal["log-normal", "uniform"]

MOST_EXACT = 50
"""The most patients for whom SciPy's default is an exact p value."""

CORRELATIONS = tuple(k / 20 for k in range(-18, 20))
"""Correlations tried unless others are asked for: −0.90, −0.85 ... 0.95."""

EXTREME_DRAWS = 20
"""Samples drawn in the search for the smallest and the largest p."""

MOST_EVEN = 4
"""How many pairings of each kind are tested for the largest p: with ties, the most even ranks do not always have it."""

MISSING = ("within-patient correlation, or the paired differences",)


# ---------------------------------------------------------------------------------------- signed-rank test


def signed_rank_p(
    differences: ArrayLike,
    *,
    method: Method,
    zeros: Zeros = "wilcox",
    correction: bool = False,
) -> Floats:
    """Two-sided p values of the Wilcoxon signed-rank test, one for each row of `differences` (..., patients).

    `scipy.stats.wilcoxon` chooses between exact and normal for all rows at once, so that a row's p value depends on
    its company, and has no fast exact distribution under ties. The conventions are the module's.

    Raises
    ------
    ValueError : if a difference is not finite, or there are no patients; if there is no such method or way with zeros.
    """
    if method not in get_args(Method) or zeros not in get_args(Zeros):
        known = f"{get_args(Method)} and one of {get_args(Zeros)}"
        raise ValueError(f"expected one of {known}, got {method!r} and {zeros!r}")
    d = np.asarray(differences, dtype=float)
    if not np.isfinite(d).all() or d.ndim < 1 or d.shape[-1] == 0:
        raise ValueError("expected finite differences of at least one patient")
    rows = d.reshape(-1, d.shape[-1])
    ranks = _doubled_ranks(rows, zeros)
    plus = np.where(rows > 0, ranks, 0).sum(axis=1)
    if method == "exact":
        p = _exact_p(plus, ranks)
    elif method == "auto":
        p = _normal_p(plus, ranks, correction)
        whole = (rows != 0).all(axis=1) & (rows.shape[1] <= MOST_EXACT)
        untied = np.broadcast_to(2 * np.arange(1, rows.shape[1] + 1), rows.shape)
        p[whole] = _exact_p(2 * (plus[whole] // 2), untied[whole])
    else:
        p = _normal_p(plus, ranks, correction)
    return p.reshape(d.shape[:-1])


def _doubled_ranks(rows: Floats, zeros: Zeros) -> Integers:
    """Twice the ranks of the differences' sizes, whole numbers under ties too; 0 for differences that are 0."""
    twice = np.rint(2 * stats.rankdata(np.abs(rows), axis=1)).astype(np.int64)
    zero = rows == 0
    if zeros == "wilcox":  # zeros hold the lowest ranks
        twice -= 2 * zero.sum(axis=1, keepdims=True)
    return np.where(zero, 0, twice)


def _normal_p(plus: Integers, ranks: Integers, correction: bool) -> Floats:
    """Signs are fair coins, so W+ has mean ½ Σ r and variance ¼ Σ r²; here everything is doubled."""
    off = plus - ranks.sum(axis=1) / 2
    if correction:
        off = off - np.sign(off)  # 0.5, doubled
    sd = np.sqrt((ranks**2).sum(axis=1)) / 2
    return np.asarray(2 * stats.norm.sf(np.abs(np.divide(off, sd, out=np.zeros_like(sd), where=sd > 0))))


def _exact_p(plus: Integers, ranks: Integers) -> Floats:
    smaller = np.minimum(plus, ranks.sum(axis=1) - plus)  # the distribution is symmetric
    cumulative = (_null_distribution(tuple(row)) for row in np.sort(ranks, axis=1).tolist())
    return np.array([min(1.0, 2 * below[w]) for w, below in zip(smaller, cumulative, strict=True)])


@lru_cache(maxsize=256)  # rows without ties share one distribution
def _null_distribution(ranks: tuple[int, ...]) -> Floats:
    """P(W+ <= w) for w = 0 ... Σ r, where each rank is added with probability ½; exact by convolution."""
    total = sum(ranks)
    probability = np.zeros(total + 1)
    probability[0] = 1.0
    for rank in ranks:
        if rank:
            shifted = np.concatenate([np.zeros(rank), probability[: total + 1 - rank]])
            probability = (probability + shifted) / 2
    return np.asarray(np.cumsum(probability))


def rank_sums_that_print(p: Printed, n: int) -> pd.DataFrame:
    """Every smaller rank sum of n patients whose exact p value, for ranks without ties, is printed like this.

    Exhaustive: a signed-rank test has few p values. For up to 50 patients of whom none is unchanged they are all that
    `method="auto"` can give, ties or not; if none prints p, some patient is unchanged or the test was another.

    Returns
    -------
    A row per rank sum, ascending, with `rank_sum` and `p`; maybe none.
    """
    total = n * (n + 1) // 2
    sums = np.arange(total // 2 + 1)
    values = np.minimum(2 * _null_distribution(tuple(range(1, n + 1)))[sums], 1.0)
    prints = p.could_print(values)
    return pd.DataFrame({"rank_sum": sums[prints], "p": values[prints]})


def smallest_signed_rank_p(n: int) -> float:
    """No signed-rank test of n patients, under any convention above, has a smaller p value.

    Exact: all signs alike, 2 of the 2^n ways. Normal: z = Σ r / √(Σ r²) then, and by the Cauchy-Schwarz inequality no
    ranks give more than √n.
    """
    return min(2.0 ** (1 - n), float(2 * stats.norm.sf(np.sqrt(n))))


# -------------------------------------------------------------------------- paired t test from means and SDs


def t_p(
    before_mean: ArrayLike,
    before_sd: ArrayLike,
    after_mean: ArrayLike,
    after_sd: ArrayLike,
    n: ArrayLike,
    correlation: ArrayLike,
) -> Floats:
    """Two-sided p value of the paired t test with n - 1 degrees of freedom; all arguments broadcast.

    The differences' variance is s1² + s2² - 2 r s1 s2, written (s1 - s2)² + 2 (1 - r) s1 s2 to keep its digits where r
    is near 1. If it is 0, p is 0 for means that differ and NaN for means that do not.
    """
    m1, s1, m2, s2, n, r = (
        np.asarray(x, dtype=float) for x in (before_mean, before_sd, after_mean, after_sd, n, correlation)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.abs(m2 - m1) / np.sqrt(((s1 - s2) ** 2 + 2 * (1 - r) * s1 * s2) / n)
    return np.asarray(2 * stats.t.sf(t, n - 1), dtype=float)


def p_for_correlation(change: PrintedMeanChange, correlation: float, rounding: Rounding | None = None) -> Interval:
    """All p values of a paired t test that any means and SDs printing these digits can have at this correlation.

    p falls with the distance of the means and rises with the differences' variance. That variance is a convex function
    of the two SDs: largest at a corner of their intervals, and smallest on an edge, since it grows along every ray from
    the origin.
    """
    n, distance = _patients(change), _distance(change, rounding)
    s1, s2 = _corners(change, rounding)
    highest = t_p(0, s1, distance.lower, s2, n, correlation)
    s1, s2 = _edges(change, lambda sd: correlation * sd, rounding)
    lowest = t_p(0, s1, distance.upper, s2, n, correlation)
    return Interval(np.nanmin(lowest), np.nanmax(highest))


def p_by_exact_correlation(change: PrintedMeanChange, correlations: Sequence[float] = CORRELATIONS) -> pd.DataFrame:
    """The range of p that the printed means and SDs allow, by within-patient correlation.

    Returns
    -------
    The columns `correlation`, `p_lower` and `p_upper` of `p_by_correlation`, exact; `p_median` is NaN.
    """
    ranges = [p_for_correlation(change, r) for r in correlations]
    return pd.DataFrame(
        {
            "correlation": correlations,
            "p_lower": [p.lower for p in ranges],
            "p_upper": [p.upper for p in ranges],
            "p_median": np.nan,
        }
    )


def extreme_p(change: PrintedMeanChange, rounding: Rounding | None = None) -> Interval:
    """All p values of a paired t test that these means and SDs allow, whatever the correlation: p falls as it rises."""
    return Interval(p_for_correlation(change, 1, rounding).lower, p_for_correlation(change, -1, rounding).upper)


def correlation_demanded(change: PrintedMeanChange, rounding: Rounding | None = None) -> Interval | None:
    """All within-patient correlations at which some means and SDs printing these digits print the p value; maybe none.

    t² = n d² / (s1² + s2² - 2 r s1 s2), solved for r, is r = (s1² + s2² - c) / (2 s1 s2) with c = n d² / t². p falls as
    r rises, so the least correlation belongs to the highest p and the greatest distance d, and the greatest to their
    opposites. Along one SD r is convex with its least value at s1² = s2² - c, or rises throughout: the least value lies
    on an edge, the greatest on a corner.
    """
    n, distance, p = _patients(change), _distance(change, rounding), change.p.interval(rounding)
    t = stats.t.isf(np.clip([p.upper, p.lower], 0, 1) / 2, n - 1)
    with np.errstate(divide="ignore"):
        c_high, c_low = np.divide(n * np.array([distance.upper, distance.lower]) ** 2, t**2)

    def correlation(s1: Floats, s2: Floats, c: float) -> Floats:
        return np.asarray((s1**2 + s2**2 - c) / (2 * s1 * s2))

    edges = _edges(change, lambda sd: np.sqrt(np.maximum(sd**2 - c_high, 0)), rounding)
    least = max(-1.0, float(correlation(*edges, c_high).min()))
    greatest = min(1.0, float(correlation(*_corners(change, rounding), c_low).max()))
    return Interval(least, greatest) if least <= greatest else None


def judge_mean_change(change: PrintedMeanChange) -> Finding:
    """Can a paired t test print this p value from these means and SDs, and at which correlations?

    Rounded to the nearest; if it cannot, digits may have been cut off, and the finding says so.

    Raises
    ------
    ValueError : if there are fewer than three patients.
    """
    ways = {how: correlation_demanded(change, how) for how in (None, Rounding.TRUNCATION)}
    rounding = next((how for how, found in ways.items() if found is not None), None)
    demanded, allowed = ways[rounding], extreme_p(change, rounding)
    if demanded is None:
        because = (
            f"These means and standard deviations put p at {p_range(allowed)} over all within-patient correlations; "
            f"none of them gives the printed {change.p}."
        )
    elif demanded == Interval(-1, 1):
        because = f"Every within-patient correlation allows the printed p {change.p}; it is not given."
    else:
        which = (
            f"of at least {formatted(demanded.lower, '.3f', ROUND_FLOOR)}"
            if demanded.upper == 1
            else f"in the range {demanded:.2f}"
        )
        because = f"The printed p {change.p} needs a within-patient correlation {which}; the correlation is not given."
    return Finding(
        judge_mean_change,
        "paired t test, two-sided; any values with these means and standard deviations"
        + ("; digits cut off" if rounding else ""),
        because,
        {"p": allowed} | ({"correlation": demanded} if demanded else {}),
        exists=demanded is not None,
        missing=MISSING,
    )


def _patients(change: PrintedMeanChange) -> int:
    n = change.n.count()
    if n < 3:
        raise ValueError(f"expected at least 3 patients, with fewer no correlation is free, got {n}")
    return n


def _distance(change: PrintedMeanChange, rounding: Rounding | None) -> Interval:
    """How far apart the true means can be."""
    before, after = change.before_mean.interval(rounding), change.after_mean.interval(rounding)
    signed = Interval(after.lower - before.upper, after.upper - before.lower)
    ends = abs(signed.lower), abs(signed.upper)
    return Interval(0 if 0 in signed else min(ends), max(ends))


def _corners(change: PrintedMeanChange, rounding: Rounding | None) -> tuple[Floats, Floats]:
    """The four pairs of SDs (before, after) of which each is as small or as large as its digits allow."""
    before, after = change.before_sd.interval(rounding), change.after_sd.interval(rounding)
    pairs = list(product((before.lower, before.upper), (after.lower, after.upper)))
    return np.array(pairs)[:, 0], np.array(pairs)[:, 1]


def _edges(
    change: PrintedMeanChange, best: Callable[[Floats], Floats], rounding: Rounding | None
) -> tuple[Floats, Floats]:
    """The best pair of SDs on each edge: one SD at an end of its interval, the other as near its `best` as it may."""
    before, after = (
        np.array([ends.lower, ends.upper])
        for ends in (change.before_sd.interval(rounding), change.after_sd.interval(rounding))
    )
    s1 = np.concatenate([before, np.clip(best(after), *before)])
    s2 = np.concatenate([np.clip(best(before), *after), after])
    return s1, s2


# ------------------------------------------------------------------- signed-rank test from medians and quartiles


@dataclass(frozen=True)
class PairingAssumptions:
    """What is assumed about patients of whom only quartiles before and after are printed.

    Attributes
    ----------
    definition : of the quartiles (Hyndman and Fan).
    grid, spread : of the values that quartiles leave free, as in `rederive.checks.quantiles.samples_that_print`.
    correlations : of the normal scores that pair the values, from -1 to 1.
    method : of `signed_rank_p`; the default is the default of SciPy 1.11.
    draws : simulated samples for each correlation.
    seed : of all random numbers; the same seed gives the same numbers.
    """

    definition: int = 7
    grid: Fraction = Fraction(1)
    spread: Spread = "log-normal"
    correlations: Sequence[float] = CORRELATIONS
    method: Method = "auto"
    draws: int = 400
    seed: int = 0


USUAL = PairingAssumptions()


def all_can_move_alike(change: PrintedQuartileChange) -> bool:
    """Can every patient have moved the same way?

    Only if the three true quartiles can all have risen, or all have fallen: sorted values that all rise (or fall) raise
    (lower) every quartile, by any definition. With values free of any grid, and 8 of them or more so that no
    value serves two quartiles, it is also sufficient: three levels, one at each quartile, and sorted values paired.
    """
    both = zip(change.quartiles("before"), change.quartiles("after"), strict=True)
    ends = [(before.interval(), after.interval()) for before, after in both]
    return all(a.upper > b.lower for b, a in ends) or all(a.lower < b.upper for b, a in ends)


@dataclass(frozen=True)
class PairingExtremes:
    """How far p can be moved by choosing samples that print the quartiles, and who is paired with whom.

    Both ends belong to samples at hand, so p values at least as far apart exist.

    Attributes
    ----------
    p : smallest and largest exact p value found.
    smallest_is_least : whether the smaller one is 2^(1-n), below which no exact p value can lie; if not, it is merely
        the smallest found.
    smallest, largest : the samples, arrays of shape (2, n): before and after, a column per patient.
    """

    p: Interval
    smallest_is_least: bool
    smallest: Floats
    largest: Floats


def extreme_quartile_p(change: PrintedQuartileChange, assumed: PairingAssumptions = USUAL) -> PairingExtremes:
    """The smallest and the largest p of an exact signed-rank test found among samples that print these quartiles.

    Quartiles fix a few of the sorted values and leave the others free between them, those above the third quartile
    without limit. Tried are samples as drawn; samples with all free values of one column as low and all of the other
    as high as they may be (above the third quartile: three times as high); and those halfway between, which have fewer
    ties. Every before is paired with every after in sorted order, and with one after in all sorted orders shifted by
    some patients. The pairing with the most one-sided ranks gives the smallest p. Those with the most even ranks, two
    patients' values after exchanged, compete for the largest. Correlations, method and draws that are `assumed` play no
    part here.

    Raises
    ------
    ValueError : as `rederive.checks.quantiles.samples_that_print`.
    """
    before, after = _samples(change, assumed, EXTREME_DRAWS, np.random.default_rng(assumed.seed))
    n = before.shape[1]
    pinned = np.unique([i - 1 for q in QUARTERS for i in order_statistics(n, q, assumed.definition)[:2]])
    rise = (_lowest(before, pinned), _highest(after, pinned))
    fall = (_highest(before, pinned), _lowest(after, pinned))
    halfway = [(np.rint((before + b) / 2), np.rint((after + a) / 2)) for b, a in (rise, fall)]
    variants = [(before, after), rise, fall, *halfway]
    patients = np.arange(n)
    shifted = (patients + patients[:, None]) % n  # a row per shift
    candidates = [
        np.concatenate([_paired(low[:, None], high[None]), _paired(low[:, None], high[:, shifted])])
        for low, high in variants
    ]
    pairs = np.concatenate(candidates)
    ends = [pairs[[np.argmax(_one_sidedness(pairs))]]]
    for found in candidates:
        even = _exchanged(found[np.argmin(_one_sidedness(found))])
        ends.append(even[np.argsort(_one_sidedness(even), kind="stable")[:MOST_EVEN]])
    tested = np.concatenate(ends)
    p = signed_rank_p(tested[:, 1] - tested[:, 0], method="exact")
    smallest, largest = (pair * float(assumed.grid) for pair in (tested[0], tested[np.argmax(p)]))
    return PairingExtremes(Interval(p[0], p.max()), bool(p[0] == 2.0 ** (1 - n)), smallest, largest)


def _paired(before: Floats, after: Floats) -> Floats:
    """Columns before and after as pairs, from arrays that broadcast to (..., n); shape (rows, 2, n)."""
    pairs = np.stack(np.broadcast_arrays(before, after), axis=-2)
    return pairs.reshape(-1, *pairs.shape[-2:])


def _one_sidedness(pairs: Floats) -> Floats:
    """|W+ - W-| of samples (rows, 2, n), doubled: most where all patients moved the same way, 0 in balance.

    Zeros are ranked, so that an unchanged patient counts against one-sidedness.
    """
    d = pairs[:, 1] - pairs[:, 0]
    return np.asarray(np.abs((np.sign(d) * _doubled_ranks(d, "pratt")).sum(axis=1)))


def _exchanged(pair: Floats) -> Floats:
    """The pair as it is, and with every two patients' values after exchanged; shape (1 + n (n - 1) / 2, 2, n)."""
    n = pair.shape[1]
    i, j = np.triu_indices(n, 1)
    after = np.tile(pair[1], (1 + len(i), 1))
    rows = np.arange(1, 1 + len(i))
    after[rows, i], after[rows, j] = pair[1, j], pair[1, i]
    return _paired(pair[0], after)


def _lowest(samples: Floats, pinned: Integers) -> Floats:
    """Sorted samples with every value that no quartile uses as low as it may be: the pinned one below it, or 0."""
    below = np.searchsorted(pinned, np.arange(samples.shape[1]), side="right")
    return np.concatenate([np.zeros((len(samples), 1)), samples[:, pinned]], axis=1)[:, below]


def _highest(samples: Floats, pinned: Integers) -> Floats:
    """Sorted samples with every value that no quartile uses at the pinned one above it; beyond the last, tripled."""
    above = np.searchsorted(pinned, np.arange(samples.shape[1]), side="left")
    beyond = above == len(pinned)
    return np.where(beyond, 3 * samples, samples[:, pinned[np.where(beyond, 0, above)]])


def _samples(
    change: PrintedQuartileChange, assumed: PairingAssumptions, draws: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Sorted samples before and after, independent of each other, in whole steps of the grid so that ties are ties."""
    before, after = (
        samples_that_print(
            change.quartiles(when),
            change.n.count(),
            draws,
            rng,
            definition=assumed.definition,
            grid=assumed.grid,
            spread=assumed.spread,
        )
        for when in ("before", "after")
    )
    return np.rint(before / float(assumed.grid)), np.rint(after / float(assumed.grid))


def p_by_correlation(change: PrintedQuartileChange, assumed: PairingAssumptions = USUAL) -> pd.DataFrame:
    """Simulated signed-rank p values of patients with these quartiles, by within-patient correlation.

    Simulated, not data. Assumed are the spread of the values that the quartiles leave free, which
    `rederive.checks.quantiles.samples_that_print` draws for before and after separately, and the pairing: a Gaussian
    copula. Each patient has two normal scores with the given correlation; who has the k-th lowest first score has the
    k-th lowest value before, who has the k-th lowest second score the k-th lowest value after. All correlations share
    their samples and random scores, so that differences between rows are not chance.

    Returns
    -------
    A row per correlation with `correlation`; `p_lower`, `p_median` and `p_upper`, the 5th, 50th and 95th percentile of
    p; `prints`, the share of samples whose p is printed as the printed one; and `spearman`, the mean rank correlation
    of the patients' two scores.

    Raises
    ------
    ValueError : as `samples_that_print`; or if a correlation is not between -1 and 1.
    """
    return _p_by_correlation(change, replace(assumed, correlations=tuple(assumed.correlations))).copy()


@lru_cache(maxsize=32)  # a chapter draws the curve that a finding then rests on; the same inputs give the same curve
def _p_by_correlation(change: PrintedQuartileChange, assumed: PairingAssumptions) -> pd.DataFrame:
    if not all(-1 <= r <= 1 for r in assumed.correlations):
        raise ValueError(f"expected correlations from -1 to 1, got {', '.join(map(str, assumed.correlations))}")
    rng = np.random.default_rng(assumed.seed)
    before, after = _samples(change, assumed, assumed.draws, rng)
    n = before.shape[1]
    first, noise = np.sort(rng.standard_normal(before.shape), axis=1), rng.standard_normal(before.shape)
    rows = []
    for r in assumed.correlations:
        rank = np.argsort(np.argsort(r * first + np.sqrt(1 - r**2) * noise, axis=1), axis=1)
        p = signed_rank_p(np.take_along_axis(after, rank, axis=1) - before, method=assumed.method)
        spearman = 1 - 6 * ((rank - np.arange(n)) ** 2).sum(axis=1) / (n * (n**2 - 1))
        rows.append((r, *np.quantile(p, [0.05, 0.5, 0.95]), change.p.could_print(p).mean(), spearman.mean()))
    return pd.DataFrame(rows, columns=["correlation", "p_lower", "p_median", "p_upper", "prints", "spearman"])


def correlations_that_print(curve: pd.DataFrame, p: Printed, share: float = 0.5) -> Floats:
    """The correlations of a `p_by_correlation` table that suit the printed p value, maybe none.

    A bound such as <0.001 suits where at least `share` of the samples print it. A number such as 0.419 is printed by
    few samples anywhere; it suits where it lies between the 5th and the 95th percentile of p.
    """
    if p.bound:
        suits = curve["prints"] >= share
    else:
        suits = (curve["p_lower"] <= p.interval().upper) & (curve["p_upper"] >= p.interval().lower)
    return curve.loc[suits, "correlation"].to_numpy(dtype=float)


def judge_quartile_change(
    change: PrintedQuartileChange, assumed: PairingAssumptions = USUAL, *, share: float = 0.5
) -> Finding:
    """Can patients with these quartiles print this p value in a signed-rank test, and how closely paired must they be?

    A simulated sample that prints quartiles and p is proof that some patients do; that none was found proves nothing.
    Proof of the contrary is a p value below any that a signed-rank test of so many patients can have. `share` is that
    of `correlations_that_print`.

    Raises
    ------
    ValueError : as `p_by_correlation`.
    """
    n = change.n.count()
    least = smallest_signed_rank_p(n)
    convention = f"signed-rank test, two-sided; quartiles by definition {assumed.definition}"
    if max(change.p.interval(how).upper for how in (None, Rounding.TRUNCATION)) < least:
        because = f"No signed-rank test of {n} patients gives a p value below {formatted(least, '.2g', ROUND_FLOOR)}."
        return Finding(judge_quartile_change, convention, because, {"p_least": least}, exists=False, missing=MISSING)
    curve = p_by_correlation(change, assumed)
    extremes = extreme_quartile_p(change, assumed)
    suiting = correlations_that_print(curve, change.p, share)
    lowest, highest = p_for_readers(extremes.p.lower), p_for_readers(extremes.p.upper)
    because = f"The quartiles alone allow p values from {lowest} to {highest}. "
    often = (
        f"At least {formatted(share, '.0%')} of simulated samples print p {change.p}"
        if change.p.bound
        else f"p {change.p} is within the middle 90% of simulated samples"
    )
    if not len(suiting):
        because += f"{often} at none of the {len(curve)} within-patient correlations tried."
    elif len(suiting) == len(curve):
        because += f"{often} at every within-patient correlation tried."
    else:
        because += f"{often} if counts before and after correlate by {_ends_among(suiting, curve['correlation'])}; the "
        because += "correlation is not given."
    if assumed.method == "auto" and n <= MOST_EXACT and rank_sums_that_print(change.p, n).empty:
        because += f" Unless some patient is unchanged, an exact test of {n} patients cannot print p {change.p}."
    ranges = {"p": extremes.p}
    if len(suiting):
        ranges["suiting_correlation_of_those_simulated"] = Interval(suiting.min(), suiting.max())
    witnessed = bool(curve["prints"].max() > 0 or change.p.could_print([extremes.p.lower, extremes.p.upper]).any())
    return Finding(
        judge_quartile_change,
        f"{convention}, other values {assumed.spread} in steps of {float(assumed.grid):g}; "
        f"Gaussian copula, whose normal scores have the correlation, {len(curve)} tried from "
        f"{formatted(curve['correlation'].min(), '.2f')} to {formatted(curve['correlation'].max(), '.2f')}; "
        f"{assumed.draws} simulated samples for each",
        because,
        ranges,
        exists=witnessed or None,
        missing=MISSING,
    )


def _ends_among(suiting: Floats, tried: pd.Series) -> str:
    """`0.30 to 0.95, the highest tried`: where the trying ended, so does the range, and for no other reason."""
    lowest = ", the lowest tried," if suiting.min() == tried.min() else ""
    highest = ", the highest tried" if suiting.max() == tried.max() else ""
    return f"{formatted(suiting.min(), '.2f')}{lowest} to {formatted(suiting.max(), '.2f')}{highest}"
