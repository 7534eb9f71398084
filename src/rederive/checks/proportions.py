"""Percentages against counts, and two-by-two tables from what is printed about them.

A percentage printed to d decimals stands for an interval of width 10^-d; a count is a whole number. Together
they leave few possibilities, often one. Everything here is decided in whole numbers, so that ties (12.5%
printed as 13% or as 12%) are told apart exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats
from statsmodels.stats.proportion import proportion_confint

from rederive.claims import PrintedPercentage, PrintedRatio, PrintedTotal
from rederive.printed import Printed, Rounding, listed
from rederive.verdicts import Finding

Floats = NDArray[np.float64]


# ------------------------------------------------------------------------------------ percentages and counts


def prints_percentage(
    events: ArrayLike, n: ArrayLike, percent: Printed, rounding: Rounding | None = None
) -> NDArray[np.bool_]:
    """Whether events out of n are printed as this percentage; `events` and `n` broadcast.

    Exact in integers: with unit u = a/b, events/n rounds to k units when 2 b events lies between (2k - 1) a n and
    (2k + 1) a n; the rounding decides which ends belong. Without a `rounding`, half-up or half-even.
    """
    events, n = np.broadcast_arrays(np.asarray(events, dtype=np.int64), np.asarray(n, dtype=np.int64))
    if percent.bound:
        sides = events * percent.value.denominator, percent.value.numerator * n
        return np.asarray((sides[0] <= sides[1]) if percent.bound == "<" else (sides[0] >= sides[1])) & (n > 0)
    a, b = percent.unit.numerator, percent.unit.denominator
    k = int(percent.value / percent.unit)
    if rounding is Rounding.TRUNCATION:
        return np.asarray((b * events >= k * a * n) & (b * events < (k + 1) * a * n))
    twice, low, high = 2 * b * events, (2 * k - 1) * a * n, (2 * k + 1) * a * n
    inside, tie_below, tie_above = (twice > low) & (twice < high), twice == low, twice == high
    even = k % 2 == 0
    match rounding:
        case Rounding.HALF_UP:
            fits = inside | tie_below
        case Rounding.HALF_EVEN:
            fits = inside | (even & (tie_below | tie_above))
        case _:
            fits = inside | tie_below | (even & tie_above)
    return np.asarray(fits & (n > 0))


def roundings_that_print(events: int, n: int, percent: Printed) -> tuple[Rounding, ...]:
    """The rounding conventions under which events out of n are printed as this percentage; maybe none."""
    return tuple(how for how in Rounding if prints_percentage(events, n, percent, how))


def check_percentages(table: pd.DataFrame) -> pd.DataFrame:
    """A column per rounding convention: does each row's `events` of `n` print its `percent`?"""
    return pd.DataFrame(
        {
            how.value: [
                bool(prints_percentage(e, n, p, how))
                for e, n, p in table[["events", "n", "percent"]].itertuples(index=False)
            ]
            for how in Rounding
        },
        index=table.index,
    )


def summarise_percentages(checked: pd.DataFrame) -> pd.Series:
    """How many cells each rounding convention explains, how many none does, and whether one explains all."""
    explained = {str(how): int(cells.sum()) for how, cells in checked.items()}
    return pd.Series(explained | {"none": int((~checked.any(axis=1)).sum()), "one for all": bool(checked.all().any())})


def counts_that_print(percent: Printed, sizes: Iterable[int], rounding: Rounding | None = None) -> pd.DataFrame:
    """Every (events, n) with n among `sizes` that prints this percentage, as a table sorted by n and events."""
    rows = [
        (int(e), n) for n in sizes for e in np.flatnonzero(prints_percentage(np.arange(n + 1), n, percent, rounding))
    ]
    return pd.DataFrame(rows, columns=["events", "n"])


def exact_intervals(counts: Mapping[str, Sequence[tuple[int, int]]], level: float = 0.95) -> pd.DataFrame:
    """Shares with exact confidence intervals (Clopper and Pearson 1934): a row for each (events, n), by name.

    Returns
    -------
    `what`, `events`, `n`, `share`, `lower` and `upper`.
    """
    return pd.DataFrame(
        [
            (name, events, n, events / n, *proportion_confint(events, n, 1 - level, method="beta"))
            for name, pairs in counts.items()
            for events, n in pairs
        ],
        columns=["what", "events", "n", "share", "lower", "upper"],
    )


def judge_percentage(printed: PrintedPercentage, counts: Mapping[str, tuple[int, int]], assuming: str = "") -> Finding:
    """Does any way of counting print this percentage?

    Parameters
    ----------
    counts : (events, n) by the name of the way of counting.
    assuming : what has to be assumed to take these counts for the ones the percentage is about. A percentage that
        agrees with counts so chosen is coherent; it is reproduced only if nothing has to be assumed.

    Counts printed beside the percentage are one more way of counting, and have to fit. A way that has other events, or
    another n, than are printed does not fit. If no way fits by rounding to the nearest, cutting digits off may; the
    finding then says so.

    Raises
    ------
    ValueError : if there is no way of counting, or one of nobody.
    """
    ways = dict(counts)
    if printed.events and printed.n:
        ways["printed beside it"] = printed.events.count(), printed.n.count()
    if not ways or any(n == 0 for _, n in ways.values()):
        raise ValueError("expected at least one way of counting, none of them of nobody")
    beside = {"events": printed.events, "n": printed.n}
    differing = [
        name
        for name, count in ways.items()
        if any(number and number.count() != own for number, own in zip(beside.values(), count, strict=True))
    ]
    same = {name: count for name, count in ways.items() if name not in differing}
    fitting = [name for name, (events, n) in same.items() if prints_percentage(events, n, printed.percent)]
    cut_off = not fitting and [
        name for name, count in same.items() if prints_percentage(*count, printed.percent, Rounding.TRUNCATION)
    ]
    told = "; ".join(f"{name} {events:,} of {n:,}, which is {events / n:.1%}" for name, (events, n) in ways.items())
    how = "digits cut off" if cut_off else "" if assuming else "rounded to the nearest"
    aside = ", which is that share cut off, not rounded" if cut_off else ""
    if differing:
        aside += f", with {listed(f'{name} {number}' for name, number in beside.items() if number)} beside it"
    fits = fitting or cut_off or []
    contradicts_itself = "printed beside it" in ways and "printed beside it" not in fits
    return Finding(
        judge_percentage,
        "; ".join(filter(None, [assuming, how])),
        f"Counted: {told}; printed: {printed.percent}{aside}.",
        {f"share_{name}": events / n for name, (events, n) in ways.items()},
        recomputes=None if assuming else bool(fits),
        exists=bool(fits) and not contradicts_itself,
        constrained=True,
    )


def judge_total(
    printed: PrintedTotal, parts: tuple[int, int] | None = None, *, counted_in: str = "The source"
) -> Finding:
    """Do two parts add up to the total: the arms printed beside it, or `parts` as counted elsewhere?

    Raises
    ------
    ValueError : if there are neither.
    """
    beside = printed.n_treated and printed.n_control and (printed.n_treated.count(), printed.n_control.count())
    arms = parts or beside
    if not arms:
        raise ValueError("expected a total printed with both of its arms, or the arms from its source")
    agrees = all(sum(pair) == printed.n.count() for pair in (parts, beside) if pair)
    whose = f"{counted_in} reports" if parts else "The document prints"
    return Finding(
        judge_total,
        "",
        f"{whose} {arms[0]} and {arms[1]}; together {sum(arms):,}, {'as' if agrees else 'not as'} printed.",
        {"total": sum(arms)},
        recomputes=agrees if parts else None,
        exists=agrees,
        constrained=True,
    )


# ----------------------------------------------------------------------------- tests of two-by-two tables
#
# Two-sided p values for events a of n1 against c of n0; all arguments broadcast. scipy's own tests take one table at a
# time; enumerations need them for many thousands.


def chi2_p(a: ArrayLike, n1: ArrayLike, c: ArrayLike, n0: ArrayLike) -> Floats:
    """Pearson's χ² test, no continuity correction; the same as the two-sample z test with pooled variance."""
    return _chi2_p(a, n1, c, n0, corrected=False)


def chi2_yates_p(a: ArrayLike, n1: ArrayLike, c: ArrayLike, n0: ArrayLike) -> Floats:
    """Pearson's χ² test with Yates's correction, never more than the distance from expected to observed (as in R)."""
    return _chi2_p(a, n1, c, n0, corrected=True)


def _chi2_p(a: ArrayLike, n1: ArrayLike, c: ArrayLike, n0: ArrayLike, *, corrected: bool) -> Floats:
    a, n1, c, n0 = (np.asarray(x, dtype=float) for x in (a, n1, c, n0))
    events, n = a + c, n1 + n0
    off = np.abs(a - events * n1 / n)
    if corrected:
        off = off - np.minimum(0.5, off)
    with np.errstate(divide="ignore", invalid="ignore"):
        # each cell's expected count differs from the observed by the same `off`
        statistic = off**2 * n**3 / (n1 * n0 * events * (n - events))
    return np.asarray(stats.chi2.sf(statistic, 1), dtype=float)


def z_unpooled_p(a: ArrayLike, n1: ArrayLike, c: ArrayLike, n0: ArrayLike) -> Floats:
    """Two-sample z test of the risk difference with unpooled variance (Wald); NaN where that variance is 0."""
    a, n1, c, n0 = (np.asarray(x, dtype=float) for x in (a, n1, c, n0))
    p1, p0 = a / n1, c / n0
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0
        z = np.where(variance > 0, (p1 - p0) / np.sqrt(variance), np.nan)
    return np.asarray(2 * stats.norm.sf(np.abs(z)), dtype=float)


def fisher_p(a: ArrayLike, n1: ArrayLike, c: ArrayLike, n0: ArrayLike) -> Floats:
    """Fisher's exact test: the total probability of all tables no likelier than the one seen (as R and scipy do).

    Probabilities within a relative 1e-7 of the seen table's count as equal, R's own guard against rounding.

    Raises
    ------
    ValueError : if there are more events than people.
    """
    a, n1, c, n0 = np.broadcast_arrays(*(np.asarray(x, dtype=np.int64) for x in (a, n1, c, n0)))
    if np.any((a < 0) | (c < 0) | (a > n1) | (c > n0)):
        raise ValueError("expected events between 0 and n in both arms")
    shape, swapped = a.shape, n1 > n0  # the smaller arm has fewer tables to add up
    first, other = np.where(swapped, c, a).reshape(-1, 1), np.where(swapped, n0, n1).reshape(-1, 1)
    events, n = (a + c).reshape(-1, 1), (n1 + n0).reshape(-1, 1)
    widest = int(first.max(initial=0)) + 1
    p = [_fisher_p(*block) for block in zip(*(_blocks(x, widest) for x in (first, other, events, n)), strict=True)]
    return np.asarray(np.concatenate(p).reshape(shape))


def _blocks(column: NDArray[np.int64], tables: int) -> list[NDArray[np.int64]]:
    """The rows in blocks small enough that each fits into memory with all its tables."""
    rows = max(1, 2**21 // tables)
    return np.array_split(column, len(column) // rows + 1)


def _fisher_p(
    seen: NDArray[np.int64], arm: NDArray[np.int64], events: NDArray[np.int64], n: NDArray[np.int64]
) -> Floats:
    x = np.arange(int(arm.max(initial=0)) + 1)[None, :]
    log_p = _log_hypergeometric(x, arm, events, n)
    counted = np.where(log_p <= np.take_along_axis(log_p, seen, axis=1) + np.log1p(1e-7), np.exp(log_p), 0.0)
    # added up from left to right, so that a table's p value does not depend on the tables it is asked with
    return np.asarray(np.minimum(np.cumsum(counted, axis=1)[:, -1], 1.0))


def _log_hypergeometric(
    x: NDArray[np.int64], arm: NDArray[np.int64], events: NDArray[np.int64], n: NDArray[np.int64]
) -> Floats:
    """The log probability of x events in an arm, given all events and people; scipy's takes four times as long."""
    log_factorial = special.gammaln(np.arange(int(n.max(initial=0)) + 1) + 1.0)
    cells = np.broadcast_arrays(x, arm - x, events - x, n - arm - events + x)
    possible = np.min(cells, axis=0) >= 0
    margins = [arm, n - arm, events, n - events]
    log_p = sum(log_factorial[m] for m in margins) - log_factorial[n]
    return np.where(possible, log_p - sum(log_factorial[np.where(possible, cell, 0)] for cell in cells), -np.inf)


def fisher_may_print(p: Printed, a: ArrayLike, n1: ArrayLike, c: ArrayLike, n0: ArrayLike) -> NDArray[np.bool_]:
    """Whether bounds that need no sum leave it open that Fisher's exact test prints p; arguments broadcast.

    Let q be the probability of the table seen, given its margins. That table is always counted, so the p value is at
    least q; every table counted is no likelier, and there are at most m + 1 tables, m being the smaller arm, so it is
    at most (m + 1) q. False is therefore proof that the test does not print p.
    """
    a, n1, c, n0 = np.broadcast_arrays(*(np.asarray(x, dtype=np.int64) for x in (a, n1, c, n0)))
    q, most, ends = np.exp(_log_hypergeometric(a, n1, a + c, n1 + n0)), np.minimum(n1, n0) + 1, p.interval()
    # a millionth to spare, which is what rounding of the sum and of q may come to
    return np.asarray((q <= ends.upper * (1 + 1e-6)) & (most * q >= ends.lower * (1 - 1e-6)))


TESTS: dict[str, Callable[[ArrayLike, ArrayLike, ArrayLike, ArrayLike], Floats]] = {
    "χ²": chi2_p,
    "χ² with continuity correction": chi2_yates_p,
    "Fisher's exact": fisher_p,
    "two-sample z, unpooled": z_unpooled_p,
}


# ------------------------------------------------------------------------- tables that print what is printed


def tables_that_print(
    treated_sizes: Sequence[int],
    control_sizes: Sequence[int],
    *,
    treated: Printed | None = None,
    control: Printed | None = None,
    ratio: PrintedRatio | None = None,
    p: Printed | None = None,
    tests: Iterable[str] = tuple(TESTS),
) -> pd.DataFrame:
    """Every pair of arms, of the given sizes, that prints the given percentages, odds ratio with interval, and p.

    Whatever is left out constrains nothing. An odds ratio is the crude one with Woolf's interval; tables with an
    empty cell, for which it does not exist, are then left out.

    Returns
    -------
    A row per table with `events_treated`, `n_treated`, `events_control`, `n_control`, and, where `p` is given, a
    column per test with its p value and a column `<test> prints p`; only tables that at least one test can
    print are kept. Fisher's p value is NaN where `fisher_may_print` has excluded it already.
    """
    arms = [
        counts_that_print(percent, sizes)
        if percent is not None
        else pd.DataFrame([(e, n) for n in sizes for e in range(n + 1)], columns=["events", "n"])
        for percent, sizes in ((treated, treated_sizes), (control, control_sizes))
    ]
    tables = arms[0].merge(arms[1], how="cross", suffixes=("_treated", "_control"))
    tables = tables[["events_treated", "n_treated", "events_control", "n_control"]]
    if ratio is not None:
        tables = tables[_prints_odds_ratio(tables, ratio)]
    if p is not None:
        names = list(tests)
        cells = [tables[name].to_numpy() for name in ("events_treated", "n_treated", "events_control", "n_control")]
        tables = tables.assign(**{name: _p_where_needed(name, cells, p) for name in names})
        tables = tables.assign(**{f"{name} prints p": p.could_print(tables[name]) for name in names})
        tables = tables[tables[[f"{name} prints p" for name in names]].any(axis=1)]
    return tables.reset_index(drop=True)


def _p_where_needed(test: str, cells: Sequence[NDArray[np.int64]], p: Printed) -> Floats:
    """Every table's p value; of Fisher's test, which takes long, only where it may be printed as p."""
    if TESTS[test] is not fisher_p:
        return TESTS[test](*cells)
    asked = fisher_may_print(p, *cells)
    found = np.full(asked.shape, np.nan)
    found[asked] = fisher_p(*(cell[asked] for cell in cells))
    return found


def judge_two_shares(treated: Printed, control: Printed, p: Printed, arms: tuple[int, int]) -> Finding:
    """Can these percentages and p value come from arms of these sizes, or from arms with a few patients missing?

    Tried are all sizes from half of each arm up to the whole of it, under every test of `TESTS`. That none of these
    prints them proves nothing, unless no number of patients up to the whole arm prints one of the percentages.
    """
    impossible = any(
        counts_that_print(share, range(1, n + 1)).empty for share, n in zip((treated, control), arms, strict=True)
    )
    whole = tables_that_print(*([n] for n in arms), treated=treated, control=control, p=p)
    sizes = [range(n // 2, n + 1) for n in arms]
    some = tables_that_print(*sizes, treated=treated, control=control, p=p)
    if not whole.empty:
        found = f"{len(whole)} pairs of counts in arms of {arms[0]} and {arms[1]} print them"
    elif some.empty:
        found = f"no counts in arms of {arms[0]} and {arms[1]}, nor in any down to half of that size, print them"
    else:
        arms_of = some[["events_treated", "n_treated", "events_control", "n_control"]].to_numpy()
        e1, n1, e0, n0 = arms_of[np.argmax(arms_of[:, 1] + arms_of[:, 3])].tolist()
        found = (
            f"no counts in arms of {arms[0]} and {arms[1]} print them; {e1} of {n1} and {e0} of {n0} do, if "
            f"{sum(arms) - n1 - n0} patients are missing"
        )
    return Finding(
        judge_two_shares,
        f"rounded to the nearest; {', '.join(TESTS)}",
        f"Of {treated}, {control} and p {p}: {found}.",
        {"pairs_of_whole_arms": len(whole), "pairs_down_to_half_the_arms": len(some)},
        exists=False if impossible else True if not some.empty else None,
        constrained=not whole.empty,
        missing=() if not whole.empty else ("events and patients per arm",),
    )


def _prints_odds_ratio(tables: pd.DataFrame, ratio: PrintedRatio) -> NDArray[np.bool_]:
    if ratio.measure != "OR":
        raise ValueError(f"expected an odds ratio, got {ratio.measure}")
    a, c = tables["events_treated"].to_numpy(float), tables["events_control"].to_numpy(float)
    b, d = tables["n_treated"].to_numpy(float) - a, tables["n_control"].to_numpy(float) - c
    with np.errstate(divide="ignore", invalid="ignore"):
        effect = np.log(a * d / (b * c))
        half = stats.norm.isf((1 - float(ratio.level)) / 2) * np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
        ends = [(ratio.estimate, effect), (ratio.lower, effect - half), (ratio.upper, effect + half)]
        fits = [number.could_print(np.exp(value)) for number, value in ends]
    return np.asarray(np.all(fits, axis=0) & (np.minimum.reduce([a, b, c, d]) > 0))
