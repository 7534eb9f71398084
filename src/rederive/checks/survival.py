"""Median survival times, the follow-up beside them, and what a hazard ratio's standard error implies.

A Kaplan-Meier median and its limits are times at which somebody died: the first times at which the curve, its lower and
its upper band have come down to one half (Brookmeyer and Crowley 1982). Which deaths these are depends only on the
order in which deaths and censorings came. So the question whether a printed median can exist is one about patterns,
sequences of deaths and censorings of n patients, and not about times.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from rederive.checks.ratios import SLACK, check_ratio, midpoint_p
from rederive.claims import PrintedRatio, PrintedSurvivalMedian
from rederive.printed import Interval, Printed
from rederive.verdicts import Finding

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

# --------------------------------------------------------------------------------- Kaplan-Meier curves by pattern


class Band(StrEnum):
    """The scale on which a pointwise confidence band around a Kaplan-Meier curve is symmetric."""

    PLAIN = "plain"
    LOG = "log"
    """R's default."""

    LOG_LOG = "log-log"
    """Lifelines' only one, there called exponential Greenwood."""


def kaplan_meier(died: ArrayLike) -> tuple[Floats, Floats]:
    """Kaplan-Meier curves and Greenwood's variances of their logarithms, one curve per pattern.

    Parameters
    ----------
    died : booleans of shape (..., n), patients in the order of their times: died, or else was censored. No ties.

    Returns
    -------
    (survival, variance) after each patient, of that shape; the variance is infinite where nobody survives.
    """
    died = np.asarray(died, dtype=bool)
    at_risk = np.arange(died.shape[-1], 0, -1).astype(float)
    with np.errstate(divide="ignore"):
        gained = 1 / (at_risk * (at_risk - 1))
    survival = np.cumprod(np.where(died, 1 - 1 / at_risk, 1), axis=-1)
    variance = np.cumsum(np.where(died, gained, 0), axis=-1)
    return np.asarray(survival, dtype=float), np.asarray(variance, dtype=float)


def confidence_band(
    survival: ArrayLike, variance: ArrayLike, band: Band = Band.LOG_LOG, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Pointwise confidence limits of Kaplan-Meier curves, within 0 and 1; NaN where nobody survives.

    `variance` is Greenwood's, of the log of `survival`; the two broadcast. Formulas: Kalbfleisch and Prentice, The
    Statistical Analysis of Failure Time Data; where nobody has died yet both limits are 1.
    """
    survival, variance = np.asarray(survival, dtype=float), np.asarray(variance, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        reach = stats.norm.isf((1 - level) / 2) * np.sqrt(variance)
        ends = [_band_end(survival, side * reach, band) for side in (-1, 1)]
    usual = (survival > 0) & (survival < 1)
    lower, upper = (np.where(usual, np.clip(end, 0, 1), np.where(survival > 0, 1.0, np.nan)) for end in ends)
    return lower, upper


def _band_end(survival: Floats, reach: Floats, band: Band) -> Floats:
    """The curve moved by `reach` standard errors of its logarithm, taken along on the band's scale."""
    match band:
        case Band.PLAIN:
            return survival + reach * survival
        case Band.LOG:
            return survival * np.exp(reach)
        case Band.LOG_LOG:
            return np.asarray(survival ** np.exp(reach / np.log(survival)))


def median_and_limits(
    died: ArrayLike, band: Band = Band.LOG_LOG, level: float = 0.95, *, closes: bool = True
) -> tuple[Ints, Ints, Ints]:
    """Whose death is the lower limit, the median and the upper limit of survival, for many patterns at once.

    The median is the first time at which survival is 1/2 or less, as in lifelines. (R takes the middle between that
    time and the next death's where survival is 1/2 exactly.) The limits are the first times at which the bands are.
    Values within 1e-12 of 1/2 count as 1/2. (Lifelines itself adds up logarithms and can miss an exact half by
    the last bit of a double; its median is then the next death. R allows 1.5e-8.) A band can turn up again, and then
    R, which searches as if it could not, may name a later death for a limit.

    Parameters
    ----------
    died : as in `kaplan_meier`, shape (..., n).
    closes : whether both bands are 0 where nobody survives, as in lifelines; R leaves them undefined there.

    Returns
    -------
    (lower, median, upper), each of shape (...): positions among the n patients, from 0; n where not reached. Where the
    upper limit is reached, they are in this order.
    """
    survival, variance = kaplan_meier(died)
    ends = confidence_band(survival, variance, band, level)
    low, high = (np.where(survival > 0, end, 0.0) if closes else end for end in ends)
    lower, median, upper = (_first(curve <= 0.5 + SLACK) for curve in (low, survival, high))
    return lower, median, upper


def _first(reached: Bools) -> Ints:
    return np.asarray(np.where(reached.any(axis=-1), reached.argmax(axis=-1), reached.shape[-1]), dtype=np.int64)


def uncensored_ranks(
    n: int, band: Band = Band.LOG_LOG, level: float = 0.95, *, closes: bool = True
) -> tuple[int, int, int]:
    """Which death, counted from 1, is the lower limit, the median and the upper limit where all n patients die.

    They are the same as long as nobody is censored before the upper limit. n + 1 where a limit is not reached.
    """
    lower, median, upper = median_and_limits(np.ones(n, dtype=bool), band, level, closes=closes)
    return int(lower) + 1, int(median) + 1, int(upper) + 1


# -------------------------------------------------------------------------- numbers of deaths that print a median

EXHAUSTIVE = 12  # patients; all 4096 patterns take milliseconds


def fewest_deaths_to_upper_limit(n: int, band: Band = Band.LOG_LOG, level: float = 0.95) -> int | None:
    """The fewest deaths, of n patients, after which the upper band can be 1/2 or less with somebody still alive.

    Deaths at numbers at risk R, any subset of {2 ... n}, give H = -log S as the sum of h(r) = -log(1 - 1/r) and
    Greenwood's variance V as that of v(r) = 1 / (r (r - 1)). For every band the upper limit is at most 1/2 where
    V <= g(H), with g convex and not decreasing. So g(H) - V is convex, and no subset of size k beats the k numbers with
    the largest a h(r) - v(r), for a = g' >= 0 at the best subset. In x = 1/r this weight is -a log(1 - x) - x² / (1 -
    x), which rises and then falls; so those k numbers are neighbours: patients are censored until m are at risk, and
    then k die. That is an uncensored sample of m, with S = (m - k) / m and V = k / (m (m - k)). Trying all m and k is
    therefore enough.

    None if no number of deaths will do.
    """
    m = np.arange(2, n + 1)[:, None]
    k = np.arange(1, n)[None, :]
    alive = np.maximum(m - k, 1)
    upper = confidence_band(alive / m, k / (m * alive), band, level)[1]
    enough = np.flatnonzero(((upper <= 0.5 + SLACK) & (k < m)).any(axis=0))
    return int(k[0, enough[0]]) if enough.size else None


def events_that_print(
    printed: PrintedSurvivalMedian, band: Band = Band.LOG_LOG, *, closes: bool = True
) -> pd.DataFrame:
    """For each total number of deaths: does a pattern reach a median and both limits, in the printed order?

    Times printed so that no one time prints both have to be different deaths. For up to 12 patients all patterns are
    tried. For more, those in which patients are censored only before the first death and after the last: what works is
    "found"; "impossible" are numbers below what different times need and, unless the band `closes`, below
    `fewest_deaths_to_upper_limit`; the rest is "not found".

    Returns
    -------
    A row per number of deaths, 0 to n, with `status` and, for a pattern found with the fewest censored before the lower
    limit, that number as `censored_early` and the deaths, counted from 1, that are `lower`, `median` and `upper`.
    """
    n, level = printed.n.count(), float(printed.level)
    different = not printed.lower.agrees(printed.median), not printed.median.agrees(printed.upper)
    needed = 1 + sum(different)
    if not closes:
        needed = max(needed, fewest_deaths_to_upper_limit(n, band, level) or n + 1)
    best: dict[int, tuple[int, int, int, int]] = {}
    for died in [_all_patterns(n)] if n <= EXHAUSTIVE else (_censored_before(c, n) for c in range(n)):
        lower, median, upper = median_and_limits(died, band, level, closes=closes)
        prints = (upper < n) & ((lower < median) | (not different[0])) & ((median < upper) | (not different[1]))
        counted = np.cumsum(died, axis=1)
        for i in np.flatnonzero(prints):
            first, second, third = (int(counted[i, at[i]]) for at in (lower, median, upper))
            pattern = int(lower[i]) + 1 - first, first, second, third
            deaths = int(counted[i, -1])
            best[deaths] = min(best.get(deaths, pattern), pattern)
    rows = [
        ("found", *best[d])
        if d in best
        else ("impossible" if d < needed or n <= EXHAUSTIVE else "not found", *[pd.NA] * 4)
        for d in range(n + 1)
    ]
    table = pd.DataFrame(rows, columns=["status", "censored_early", "lower", "median", "upper"])
    return table.astype(dict.fromkeys(table.columns[1:], "Int64")).rename_axis("deaths")


def _all_patterns(n: int) -> Bools:
    return np.asarray((np.arange(2**n)[:, None] >> np.arange(n)) & 1, dtype=bool)


def _censored_before(censored: int, n: int) -> Bools:
    """`censored` patients are censored, then 1, 2, ... die, then the rest is censored; one pattern per row."""
    position = np.arange(n)
    return np.asarray((position >= censored) & (position < censored + np.arange(1, n - censored + 1)[:, None]))


def judge_survival_median(printed: PrintedSurvivalMedian, band: Band = Band.LOG_LOG, *, closes: bool = True) -> Finding:
    """Can any order of deaths and censorings among the n patients give this median between these limits?"""
    n = printed.n.count()
    found = events_that_print(printed, band, closes=closes)
    deaths = found.index[found["status"] == "found"]
    recomputed: dict[str, float | int | Interval] = {}
    if deaths.empty:
        because = f"No order of events and losses to follow-up tried among {n} patients reaches all three times."
    else:
        lower, median, upper = uncensored_ranks(n, band, float(printed.level), closes=closes)
        recomputed = {"fewest_events": int(deaths.min()), "most_events": int(deaths.max())}
        because = (
            f"The median and its limits alone can come from as few as {deaths.min()} and as many as {deaths.max()} "
            f"events among {n} patients."
        )
        if upper <= n:
            recomputed |= {"rank_lower": lower, "rank_median": median, "rank_upper": upper}
            because += (
                f" If nobody was lost before the upper limit, the three times belong to events number {lower}, "
                f"{median} and {upper}."
            )
    exists = True if len(deaths) else (False if (found["status"] == "impossible").all() else None)
    convention = f"first time at 1/2 or below, {band} band, untied times"
    return Finding(
        judge_survival_median,
        convention + (", band closed where nobody survives" if closes else ""),
        because,
        recomputed,
        exists=exists,
        missing=("number of events", "times of events and of losses"),
    )


# --------------------------------------------------------------------------------- follow-up beside a median


@dataclass(frozen=True)
class FollowUp:
    """Which meanings of a median follow-up a median survival leaves open.

    Attributes
    ----------
    of_everybody : whether arithmetic leaves open that it is the median of all n observed times, of the dead and of the
        living alike.
    first_half_dies : whether it leaves that open only if the n/2 shortest times all ended in death and survival is
        exactly 1/2 from the printed median on.
    next_time : the shortest of the longer n/2 times in that case, otherwise None.
    of_survivors : whether a pattern was found in which it is the median time of those censored and at the same time the
        median by reverse Kaplan-Meier (deaths taken for censorings); False means only that none was found.
    """

    of_everybody: bool
    first_half_dies: bool
    next_time: Interval | None
    of_survivors: bool


def follow_up_allows(
    printed: PrintedSurvivalMedian, follow_up: Printed, band: Band = Band.LOG_LOG, *, closes: bool = True
) -> FollowUp:
    """What can a median follow-up of these n patients mean, given their median survival?

    At every time t the Kaplan-Meier curve is at least the share of patients whose observed time exceeds t, because a
    censored patient leaves the risk set and does not bring the curve down; it equals that share only if nobody was
    censored up to t, or nobody is left. At the median M survival is 1/2 or less, so at most n/2 observed times exceed
    M. With n odd, the median F of all observed times is therefore at most M. With n even, F is the mean of the two
    times in the middle, and exceeds M only if exactly n/2 times exceed M. Then survival at M is 1/2, nobody was
    censored up to M, M is the last of n/2 deaths, and the next time is 2 F - M; an upper limit after M comes no
    earlier. (Under R's convention M lies halfway to the next death in that case, and F never exceeds M.)

    `follow_up` is in the unit of the median, its own median the usual one (mean of the two in the middle).
    """
    n = printed.n.count()
    median, time = printed.median.interval(), follow_up.interval()
    if time.lower <= median.upper:
        return FollowUp(True, False, None, _survivors_print(printed, follow_up, band, closes))
    following = Interval(2 * time.lower - median.upper, 2 * time.upper - median.lower)
    in_time = printed.median.agrees(printed.upper) or following.lower <= printed.upper.interval().upper
    half = n % 2 == 0 and in_time
    return FollowUp(half, half, following if half else None, _survivors_print(printed, follow_up, band, closes))


def _survivors_print(printed: PrintedSurvivalMedian, follow_up: Printed, band: Band, closes: bool) -> bool:
    """Is there a pattern: some die, more than half of the others are censored at the follow-up time, the rest die?

    All censored have that time, so it is their median; and more than half of those at risk leave with it, so it is the
    median by reverse Kaplan-Meier. (With exactly half, programs differ.)
    """
    n = printed.n.count()
    died_before = np.arange(n)[:, None]
    censored = (n - died_before) // 2 + 1
    position = np.arange(n)
    died = (position < died_before) | (position >= died_before + censored)
    points = median_and_limits(died, band, float(printed.level), closes=closes)
    numbers = [printed.lower, printed.median, printed.upper]
    fits = points[2] < n
    for at, number in zip(points, numbers, strict=True):
        after = at >= died_before[:, 0]
        fits &= number.agrees(follow_up) | (after == (number.value > follow_up.value))
    for (at, number), (later, larger) in pairwise(zip(points, numbers, strict=True)):
        fits &= number.agrees(larger) | (at < later)
    return bool(fits.any())


def judge_follow_up(
    printed: PrintedSurvivalMedian, follow_up: Printed, band: Band = Band.LOG_LOG, *, closes: bool = True
) -> Finding:
    """Which meaning of "median follow-up" agrees with the median survival of the same patients?"""
    n = printed.n.count()
    allows = follow_up_allows(printed, follow_up, band, closes=closes)
    recomputed: dict[str, float | int | Interval] = {}
    told = f"As the median time of all {n} patients, dead or alive, it"
    if allows.next_time is not None:
        recomputed = {"next_time": allows.next_time}
        because = (
            f"{told} needs the {n // 2} shortest times all to be deaths, and the next to be {allows.next_time:.2f} "
            f"{printed.unit}."
        )
    else:
        because = f"{told} is {'not excluded' if allows.of_everybody else 'impossible'}."
    survivors = "of survivors, or by reverse Kaplan-Meier"
    if allows.of_survivors:
        because = f"{follow_up} {printed.unit} is a possible median follow-up {survivors}. {because}"
    else:
        because = f"No median follow-up of {follow_up} {printed.unit} {survivors} was found. {because}"
    return Finding(
        judge_follow_up,
        f"first time at 1/2 or below, {band} band, untied times; follow-up of the same {n} patients, one start",
        because,
        recomputed,
        exists=True if allows.of_survivors else None,
        missing=("what the median follow-up is the median of",),
    )


def fewest_deaths_beside(printed: PrintedSurvivalMedian, follow_up: Printed) -> dict[str, int]:
    """At least how many of the n patients died, by what a follow-up longer than the median survival is the median of.

    Kaplan-Meier medians, forward and reverse, are the first time at which the curve is at one half or below.

    By the median survival d patients have died and c are lost. The curve is lowest, for that many, if the c left first:
    (n - c - d) / (n - c), which is at most 1/2 only if d is at least (n - c) / 2. One more has died if the upper limit
    is a later time. How many can be lost by the median?

    - Of the n - D survivors at most half, since half were observed longer than the follow-up.
    - By reverse Kaplan-Meier fewer than n / 2: its curve is highest if they left first, (n - c) / n, and above 1/2.
    - If the follow-up is everybody's median time, at most n / 2 have left, by death or loss. Then c is 0.

    Raises
    ------
    ValueError : if the follow-up may be no longer than the median survival.
    """
    n = printed.n.count()
    if follow_up.interval().lower < printed.median.interval().upper:
        raise ValueError(f"expected a follow-up longer than the median survival, got {follow_up} and {printed.median}")
    later = int(not printed.median.agrees(printed.upper))
    survivors = next(d for d in range(n + 2) if 2 * (d - later) >= n - (n - d) // 2)
    reverse = later + math.ceil((n - (math.ceil(n / 2) - 1)) / 2)
    return {"survivors": survivors, "reverse Kaplan-Meier": reverse, "everybody": later + math.ceil(n / 2)}


# ------------------------------------------------------------------- what a hazard ratio's standard error implies


def implied_se(ratio: PrintedRatio) -> Interval:
    """The standard errors of the log ratio that can print these numbers.

    Raises
    ------
    ValueError : if none can.
    """
    check = check_ratio(ratio)
    if not check.coherent:
        raise ValueError("no effect and standard error can print this estimate, interval and p value together")
    return check.se


def information(ratio: PrintedRatio) -> Interval:
    """One over the squared standard error. In a Cox regression about deaths × variance of the covariate × (1 - R²).

    R² is that of the covariate on the others of the model. Exact only at a log hazard ratio of 0 in large samples
    (Schoenfeld 1983 for two groups, Hsieh and Lavori 2000 for any covariate).

    Raises
    ------
    ValueError : if the numbers contradict each other.
    """
    se = implied_se(ratio)
    return Interval(1 / se.upper**2, 1 / se.lower**2)


def implied_sd(ratio: PrintedRatio, deaths: int) -> Interval:
    """The covariate's standard deviation, what its fellows explain taken out, that this many deaths would need.

    By the formula in `information`, so good only for hazard ratios per unit not far from 1.
    """
    known = information(ratio)
    return Interval(math.sqrt(known.lower / deaths), math.sqrt(known.upper / deaths))


def implied_deaths(ratio: PrintedRatio, sd: float) -> Interval:
    """The number of deaths a covariate with this standard deviation would need; for a share p, sd = sqrt(p (1 - p)).

    By the formula in `information`, with its limits. `checks.information.minimum_events` has the bound without them.
    """
    known = information(ratio)
    return Interval(known.lower / sd**2, known.upper / sd**2)


def summarise_hazard_ratios(ratios: Mapping[str, PrintedRatio]) -> pd.DataFrame:
    """What printed hazard ratios and their intervals imply, a row per ratio.

    Returns
    -------
    `estimate`, `lower`, `upper` and `p` as printed, `p_midpoint` (if the digits were exact), and, as intervals,
    `p_allowed` by estimate and limits alone, `se` of the log ratio and `information` (1 / se²).

    Raises
    ------
    ValueError : if no true values can print one of them.
    """
    rows = {}
    for name, ratio in ratios.items():
        rows[name] = {
            "estimate": ratio.estimate,
            "lower": ratio.lower,
            "upper": ratio.upper,
            "p": ratio.p,
            "p_midpoint": float(midpoint_p(*(float(x) for x in (ratio.estimate, ratio.lower, ratio.upper)))),
            "p_allowed": check_ratio(ratio.model_copy(update={"p": None})).p,
            "se": implied_se(ratio),
            "information": information(ratio),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def events_per_variable(events: ArrayLike, variables: ArrayLike) -> Floats:
    """Events per variable of a model; both broadcast."""
    return np.asarray(np.asarray(events, dtype=float) / np.asarray(variables, dtype=float))
