"""Odds ratios, risk ratios and hazard ratios with a confidence interval, a p value, or both.

A ratio, its interval and its p value are three views of two unknowns: the log effect b and its standard
error s. With reference quantile z (1.96 for a normal 95% interval) the paper prints::

    exp(b),   exp(b - z s),   exp(b + z s),   p = 2 P(T > |b| / s),

each rounded. Rounding turns every printed number into an interval, and every interval into two straight lines
in the (b, s) plane. What lies between all the lines is the exact set of true values that can print these
numbers: a polygon, or two (one for each sign of b) where a p value cuts out the middle. If it is empty, no
analysis under that convention printed them.

Ranges of b, s and b / s over the polygon follow by eliminating one unknown from the inequalities
(Fourier-Motzkin elimination), which is exact and works on many claims at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from rederive.claims import RATIO_NAMES, PrintedRatio
from rederive.printed import Interval, Printed, Rounding, UnreadableNumber, endpoints, p_range, print_number
from rederive.verdicts import Finding

Floats = NDArray[np.float64]

# Inequalities are compared after a few additions and divisions of doubles; anything beyond 1e-12 is no
# rounding error of ours.
SLACK = 1e-12


@dataclass(frozen=True)
class Convention:
    """One way a sensible author may have obtained and rounded the printed numbers.

    Attributes
    ----------
    name : what a reader is told.
    rounding : how digits were rounded; None for any rounding to the nearest.
    sides : 2 or 1, of the p value; a one-sided one is taken to be in the direction of the effect, so at most 0.5.
    df : degrees of freedom of the reference t distribution, one for all claims or one each; infinite for the normal.
    log : whether estimate and limits are exponentials of what was estimated, as ratios are; if not, as with differences
        and regression coefficients, what is called log effect here is the printed effect itself.
    """

    name: str
    rounding: Rounding | None = None
    sides: Literal[1, 2] = 2
    df: float | Floats = math.inf
    log: bool = True

    def quantile(self, tail: ArrayLike) -> Floats:
        """The point of the reference distribution with `tail` above it."""
        upper = stats.norm.isf(tail) if np.all(np.isinf(self.df)) else stats.t.isf(tail, self.df)
        return np.asarray(upper, dtype=float)

    def tail(self, point: ArrayLike) -> Floats:
        """The share of the reference distribution above `point`."""
        above = stats.norm.sf(point) if np.all(np.isinf(self.df)) else stats.t.sf(point, self.df)
        return np.asarray(above, dtype=float)


NORMAL = Convention("Wald, normal, log scale")
CONVENTIONS = (
    NORMAL,
    Convention("Wald, normal, log scale, digits cut off", rounding=Rounding.TRUNCATION),
    Convention("Wald, normal, log scale, one-sided p", sides=1),
)


@dataclass(frozen=True)
class FeasibleRatios:
    """The true values that can print each of many ratios, as ranges; all arrays have the shape of the input.

    `fits` says whether there are any. Where there are none, the ranges are NaN.

    Attributes
    ----------
    effect : (lower, upper) of the log effect b.
    se : (lower, upper) of its standard error s.
    z : (lower, upper) of b / s.
    p : (lower, upper) of the p value.
    """

    fits: NDArray[np.bool_]
    effect: tuple[Floats, Floats]
    se: tuple[Floats, Floats]
    z: tuple[Floats, Floats]
    p: tuple[Floats, Floats]


def feasible(
    estimate: Iterable[str | Printed],
    lower: Iterable[str | Printed],
    upper: Iterable[str | Printed],
    p: Iterable[str | Printed | None] | None = None,
    *,
    level: ArrayLike = 0.95,
    convention: Convention = NORMAL,
) -> FeasibleRatios:
    """The exact set of (log effect, standard error) that can print each ratio, interval and p value.

    Parameters
    ----------
    estimate, lower, upper : n printed ratios and confidence limits.
    p : n printed p values, None where there is none; left out, p values follow from the rest.
    level : confidence level of the intervals, one for all or n of them.
    convention : how the numbers were obtained and rounded.

    Returns
    -------
    FeasibleRatios with arrays of shape (n,).
    """
    printed = _Ends.of(estimate, lower, upper, p, convention)
    effect, se, z = [], [], []
    for sign in (-1, 1):
        b, s, c = _inequalities(printed, sign, level, convention)
        effect.append(_range(b, s, c))
        se.append(_range(s, b, c))
        # divided by s, a row b x + s y <= c reads b (x/y) - c (1/y) <= -s; and 1/y >= 0
        z.append(_range(_append(b, 0), _append(-c, -1), _append(-s, 0)))
    # eliminating s and eliminating b agree on whether anything is left; both are asked, for the sake of ends at 0
    alive = [_nonempty(x) & _nonempty(y) for x, y in zip(effect, se, strict=True)]
    fits = alive[0] | alive[1]
    z_all = _hull(z, alive)
    nearest = np.where(alive[0] & alive[1], np.minimum(-z[0][1], z[1][0]), np.where(alive[0], -z[0][1], z[1][0]))
    furthest = np.maximum(np.abs(z_all[0]), np.abs(z_all[1]))
    p_of = [convention.sides * convention.tail(np.maximum(x, 0)) for x in (furthest, nearest)]
    p_range = (np.where(fits, p_of[0], np.nan), np.where(fits, np.minimum(p_of[1], 1), np.nan))
    return FeasibleRatios(fits, _hull(effect, alive), _hull(se, alive), z_all, p_range)


@dataclass(frozen=True)
class _Ends:
    """Both ends of the printed numbers' intervals, ratios as their logs; arrays of shape (n,)."""

    estimate: tuple[Floats, Floats]
    lower: tuple[Floats, Floats]
    upper: tuple[Floats, Floats]
    p: tuple[Floats, Floats]

    @classmethod
    def of(
        cls,
        estimate: Iterable[str | Printed],
        lower: Iterable[str | Printed],
        upper: Iterable[str | Printed],
        p: Iterable[str | Printed | None] | None,
        convention: Convention,
    ) -> _Ends:
        def effects(texts: Iterable[str | Printed]) -> tuple[Floats, Floats]:
            lo, hi = endpoints(texts, convention.rounding)
            if not convention.log:
                return lo, hi
            with np.errstate(divide="ignore"):  # a limit printed as 0.00 may be anything down to 0
                return np.log(np.maximum(lo, 0)), np.log(hi)

        effect = effects(estimate), effects(lower), effects(upper)
        anything = ["<1"] * len(effect[0][0])
        p_lo, p_hi = endpoints(anything if p is None else ("<1" if x is None else x for x in p), convention.rounding)
        return cls(*effect, (np.clip(p_lo, 0, 1), np.clip(p_hi, 0, 1)))


def _inequalities(printed: _Ends, sign: int, level: ArrayLike, convention: Convention) -> tuple[Floats, Floats, Floats]:
    """What true values with this sign of b obey: rows of b x + s y <= c, each array of shape (n, rows).

    In every row b is -1, 0 or 1.
    """
    q = convention.quantile((1 - np.asarray(level, dtype=float)) / 2)
    # |b| / s lies between the quantiles of the two ends of p; an end at 0 is no constraint
    q_lo = np.maximum(convention.quantile(printed.p[1] / convention.sides), 0)
    q_hi = convention.quantile(printed.p[0] / convention.sides)
    bounded = np.isfinite(q_hi)
    one, zero = np.ones_like(q_lo), np.zeros_like(q_lo)
    rows = [
        (one, zero, printed.estimate[1]),
        (-one, zero, -printed.estimate[0]),
        (one, -q * one, printed.lower[1]),
        (-one, q * one, -printed.lower[0]),
        (one, q * one, printed.upper[1]),
        (-one, -q * one, -printed.upper[0]),
        (zero, -one, zero),
        (-sign * one, q_lo, zero),
        (sign * bounded * one, np.where(bounded, -q_hi, 0.0), zero),
    ]
    b, s, c = (np.stack(column, axis=-1) for column in zip(*rows, strict=True))
    return b, s, c


def _append(rows: Floats, value: float) -> Floats:
    return np.concatenate([rows, np.full((len(rows), 1), value)], axis=1)


def _range(x: Floats, y: Floats, c: Floats) -> tuple[Floats, Floats]:
    """Smallest and largest X with some Y such that x X + y Y <= c in every row; inputs have shape (n, rows).

    A row with y > 0 bounds Y from above, one with y < 0 from below; each such pair leaves a condition a X <= d, and so
    does a row with y = 0. NaN where there is no X; where the smallest exceeds the largest there is none either.
    """
    n, rows = x.shape
    lower, upper, impossible = np.full(n, -np.inf), np.full(n, np.inf), np.zeros(n, dtype=bool)

    def limit(a: Floats, d: Floats, applies: NDArray[np.bool_]) -> None:
        bound = d / a
        np.maximum(lower, bound, out=lower, where=applies & (a < -SLACK))
        np.minimum(upper, bound, out=upper, where=applies & (a > SLACK))
        np.logical_or(impossible, applies & (np.abs(a) <= SLACK) & (d < -SLACK), out=impossible)

    # pair by pair, so that what is worked on stays small enough for the processor's cache
    with np.errstate(divide="ignore", invalid="ignore"):
        slope, level = (np.ascontiguousarray((z / y).T) for z in (x, c))
        above, below, flat = (np.ascontiguousarray(test.T) for test in (y > 0, y < 0, y == 0))
        for i, j in product(range(rows), repeat=2):
            applies = above[i] & below[j]
            if applies.any():
                limit(slope[i] - slope[j], level[i] - level[j], applies)
        for i in range(rows):
            if flat[i].any():
                limit(x[:, i], c[:, i], flat[i])
    return np.where(impossible, np.nan, lower), np.where(impossible, np.nan, upper)


def _nonempty(ends: tuple[Floats, Floats]) -> NDArray[np.bool_]:
    return np.asarray(ends[0] <= ends[1] + SLACK)


def _hull(halves: Sequence[tuple[Floats, Floats]], alive: Sequence[NDArray[np.bool_]]) -> tuple[Floats, Floats]:
    lower = np.min([np.where(ok, ends[0], np.inf) for ends, ok in zip(halves, alive, strict=True)], axis=0)
    upper = np.max([np.where(ok, ends[1], -np.inf) for ends, ok in zip(halves, alive, strict=True)], axis=0)
    empty = ~(alive[0] | alive[1])
    return np.where(empty, np.nan, lower), np.where(empty, np.nan, upper)


# ---------------------------------------------------------------------------------- one ratio, a table, a summary


@dataclass(frozen=True)
class RatioCheck:
    """What one printed ratio allows.

    Attributes
    ----------
    fits : by convention, whether the printed numbers can come from one analysis.
    effect, se : log effect and standard error, from everything printed, under the first convention that fits.
    z : absolute value of effect / se, likewise.
    p : p value that estimate and interval alone allow, under the first convention that fits.
    """

    printed: PrintedRatio
    fits: dict[str, bool]
    convention: Convention
    effect: Interval
    se: Interval
    z: Interval
    p: Interval

    @property
    def coherent(self) -> bool:
        return any(self.fits.values())


def check_ratio(printed: PrintedRatio, conventions: Sequence[Convention] = CONVENTIONS) -> RatioCheck:
    """Ask every convention whether it can print these numbers; describe what the first that can allows.

    Where none can, the ranges are those of estimate and interval alone, or of the estimate with an unknown
    standard error if even those two disagree.
    """
    triple = ([printed.estimate], [printed.lower], [printed.upper])
    level = float(printed.level)
    sets = {c: feasible(*triple, [printed.p], level=level, convention=c) for c in conventions}
    chosen = next((c for c in conventions if sets[c].fits[0]), conventions[0])
    without_p = feasible(*triple, level=level, convention=chosen)
    values = sets[chosen] if sets[chosen].fits[0] else without_p
    if not values.fits[0]:
        log = Interval(*map(math.log, _ends(printed.estimate)))
        unknown = Interval(0, math.inf)
        return RatioCheck(printed, {c.name: False for c in conventions}, chosen, log, unknown, unknown, Interval(0, 1))
    return RatioCheck(
        printed,
        {c.name: bool(found.fits[0]) for c, found in sets.items()},
        chosen,
        _interval(values.effect),
        _interval(values.se),
        _distance_from_zero(_interval(values.z)),
        _interval(without_p.p),
    )


def _ends(number: Printed) -> tuple[float, float]:
    interval = number.interval()
    return interval.lower, interval.upper


def _interval(ends: tuple[Floats, Floats]) -> Interval:
    lower, upper = float(ends[0][0]), float(ends[1][0])
    return Interval(min(lower, upper), upper)  # a single point may come out a last bit the wrong way round


def _distance_from_zero(values: Interval) -> Interval:
    ends = abs(values.lower), abs(values.upper)
    return Interval(0 if 0 in values else min(ends), max(ends))


def check_ratios(table: pd.DataFrame, *, convention: Convention = NORMAL) -> pd.DataFrame:
    """`check_ratio` for a table with columns `estimate`, `lower`, `upper`, `p` and, if not 95%, `level`.

    One convention for all rows.

    Returns the table's index with `fits`, the implied `p_lower` and `p_upper` (from estimate and interval
    alone), `se_lower` and `se_upper` (from everything printed), and `p_midpoint`, what arithmetic without
    intervals would have said (NaN where a lower limit is printed as 0).

    Raises
    ------
    UnreadableNumber : naming row and column, if a cell is no printed number.
    """
    estimate, lower, upper = (_numbers(table, name) for name in ("estimate", "lower", "upper"))
    p = [None if x is None or pd.isna(x) else x for x in table["p"]]
    level = [float(x) for x in _numbers(table, "level")] if "level" in table else 0.95
    with_p = feasible(estimate, lower, upper, p, level=level, convention=convention)
    without_p = feasible(estimate, lower, upper, level=level, convention=convention)
    exact = [np.array([float(x) for x in column], dtype=float) for column in (estimate, lower, upper)]
    return pd.DataFrame(
        {
            "fits": with_p.fits,
            "p_lower": without_p.p[0],
            "p_upper": without_p.p[1],
            "p_midpoint": midpoint_p(exact[0], exact[1], exact[2], level),
            "se_lower": with_p.se[0],
            "se_upper": with_p.se[1],
        },
        index=table.index,
    )


def _numbers(table: pd.DataFrame, column: str) -> list[Printed]:
    numbers = []
    for row, cell in table[column].items():
        try:
            numbers.append(cell if isinstance(cell, Printed) else Printed.parse(cell))
        except UnreadableNumber as error:
            raise UnreadableNumber(f"row {row}, column {column}: {error}") from None
    return numbers


def summarise_ratios(checked: pd.DataFrame) -> pd.Series:
    """How many ratios of a table that `check_ratios` checked fit, and how many do not."""
    return pd.Series({"ratios": len(checked), "fit": checked["fits"].sum(), "do not fit": (~checked["fits"]).sum()})


def judge_ratio(
    printed: PrintedRatio, source: PrintedRatio | None = None, conventions: Sequence[Convention] = CONVENTIONS
) -> Finding:
    """The finding about one printed ratio: do its numbers agree with each other, and with those the source prints?"""
    check = check_ratio(printed, conventions)
    fitting = [name for name, fits in check.fits.items() if fits]
    differing = _differing(printed, source) if source else []
    apart = check_ratio(printed.model_copy(update={"p": None}), conventions)
    if not check.coherent and apart.coherent:
        because = (
            f"Estimate and interval agree and allow p {p_range(apart.p)} ({apart.convention.name}); the printed "
            f"{printed.p} is not one of them under any convention tried. It may come from another test."
        )
    elif not check.coherent:
        because = "No effect and standard error can print this estimate and its interval together."
    elif printed.p is None:
        because = f"Estimate and interval agree; they put the p value, which is not printed, at {p_range(check.p)}."
    else:
        because = (
            f"Estimate and interval allow p {p_range(check.p)}; the printed {printed.p} "
            f"{'is one of them' if fitting[0] == conventions[0].name else 'needs ' + fitting[0]}."
        )
    if source:
        because += f" The primary source prints {'; '.join(differing) if differing else 'the same numbers'}."
    return Finding(
        judge_ratio,
        fitting[0] if fitting else "; ".join(check.fits),
        because,
        {"p": check.p, "log_ratio": check.effect, "standard_error": check.se},
        exists=check.coherent and not differing,
        constrained=True,
    )


def _differing(printed: PrintedRatio, source: PrintedRatio) -> list[str]:
    """What the source prints that is not what is printed here."""
    pairs = {
        name: (getattr(printed, name), getattr(source, name))
        for name in ("estimate", "lower", "upper", "p", "n", "level")
    }
    differing = [
        f"{name} {theirs}" for name, (ours, theirs) in pairs.items() if ours and theirs and not ours.agrees(theirs)
    ]
    return differing + ([f"a {RATIO_NAMES[source.measure]}"] if source.measure != printed.measure else [])


def midpoint_p(estimate: ArrayLike, lower: ArrayLike, upper: ArrayLike, level: ArrayLike = 0.95) -> Floats:
    """The p value that follows if the printed digits are taken for exact.

    The calculation of Altman and Bland (2011), with the exact normal tail in place of their approximation to it. NaN
    where a limit of 0 or an interval without width leaves nothing to compute.
    """
    low, high = np.asarray(lower, dtype=float), np.asarray(upper, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        se = (np.log(high) - np.log(low)) / (2 * stats.norm.isf((1 - np.asarray(level, dtype=float)) / 2))
        p = 2 * stats.norm.sf(np.abs(np.log(np.asarray(estimate, dtype=float))) / se)
    return np.asarray(np.where((low > 0) & (se > 0), p, np.nan))


def p_by_decimals(effect: float, se: float, decimals: Iterable[int], level: float = 0.95) -> pd.DataFrame:
    """What an estimate and interval would say about p had they been printed with more digits.

    `effect` (log scale) and `se` are supposed to be true; each row prints them to one number of decimals.
    """
    q = stats.norm.isf((1 - level) / 2)
    rows = []
    for d in decimals:
        texts = [print_number(math.exp(x), d) for x in (effect, effect - q * se, effect + q * se)]
        found = feasible(*([t] for t in texts), level=level)
        lower, upper = float(found.p[0][0]), float(found.p[1][0])
        rows.append({"decimals": d, "printed": "{} ({} to {})".format(*texts), "p_lower": lower, "p_upper": upper})
    return pd.DataFrame(rows).set_index("decimals")


def feasible_outline(
    printed: PrintedRatio, *, with_p: bool = True, points: int = 200, convention: Convention = NORMAL
) -> pd.DataFrame:
    """The outline of the feasible (log effect, standard error), for drawing and for going along.

    Returns a row per standard error, `points` of them evenly spaced and the corners between, with `se`, `effect_lower`
    and `effect_upper`; and `side`, the sign of the effect: an estimate printed as 1.00 may lie on both.

    Raises
    ------
    ValueError : if no true values can print these numbers.
    """
    p = [printed.p if with_p else None]
    ends = _Ends.of([printed.estimate], [printed.lower], [printed.upper], p, convention)
    halves = [
        half
        for sign in (-1, 1)
        if (half := _half_outline(ends, sign, float(printed.level), convention, points)) is not None
    ]
    if not halves:
        raise ValueError("no true values can print these numbers: there is no outline")
    return pd.concat(halves, ignore_index=True)


def _half_outline(ends: _Ends, sign: int, level: float, convention: Convention, points: int) -> pd.DataFrame | None:
    """One side of the outline, if there is any of it."""
    b, s, c = _inequalities(ends, sign, level, convention)
    lowest, highest = _range(s, b, c)
    if not (_nonempty((lowest, highest)) & _nonempty(_range(b, s, c)))[0]:
        return None
    b, s, c = b[0], s[0], c[0]
    low, high = float(lowest[0]), max(float(lowest[0]), float(highest[0]))
    with np.errstate(divide="ignore", invalid="ignore"):
        corners = ((c[:, None] - c) / (s[:, None] - s))[(b[:, None] == b) & (s[:, None] != s)]
    corners = corners[(corners > low) & (corners < high)]
    se = np.unique(np.concatenate([np.linspace(low, high, points), corners]))[:, None]
    limits = c - s * se
    return pd.DataFrame(
        {
            "side": sign,
            "se": se[:, 0],
            "effect_lower": -np.min(limits[:, b < 0], axis=1),
            "effect_upper": np.min(limits[:, b > 0], axis=1),
        }
    )
