"""Survival percentages of two arms at a few times: tables of events behind them, and the log-rank test of each.

Between two printed times some patients have the event and some are lost. Here all losses of such a period come before
its events, after them, or halfway, as the actuarial method has it; the number at risk for the events is then whole or
half. Losses between one event and the next would allow more tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special, stats

from rederive.checks.ratios import SLACK
from rederive.printed import Interval, Printed

Floats = NDArray[np.float64]
Order = Literal["tied", "controls first", "treated first"]


def life_tables_that_print(n: int, survival: Sequence[Printed]) -> Floats:
    """Every table of events, among `n` patients, whose survival prints these percentages in turn.

    With d events and w losses in a period that m patients begin, m - w, m - w / 2 or m are at risk, r. Survival is
    multiplied by 1 - d / r, and m - w - d begin the next period.

    The number of tables grows fast with n and with the periods: for three periods about 900 of 162 patients, and more
    than 200,000 of 412.

    Returns
    -------
    Array of shape (tables, periods, 2): number at risk and events, each table once. No table: shape (0, periods, 2).
    """
    rows = np.array([[n, 1.0]])  # patients who begin the period, survival so far, and the table up to here
    for percent in survival:
        ends = percent.interval()
        grown = []
        for begin in np.unique(rows[:, 0]):
            before = rows[rows[:, 0] == begin]
            period = _periods(int(begin))
            product = before[:, 1, None] * (1 - period[:, 2] / period[:, 1])
            row, p = np.nonzero((product >= ends.lower - SLACK) & (product <= ends.upper + SLACK))
            grown.append(np.column_stack([period[p, 0], product[row, p], before[row, 2:], period[p, 1:]]))
        width = rows.shape[1] + 2
        rows = np.unique(np.concatenate([np.zeros((0, width)), *grown]), axis=0)
    return np.unique(rows[:, 2:], axis=0).reshape(-1, len(survival), 2)


def _periods(begin: int) -> Floats:
    """Every way a period can go: patients who begin the next one, number at risk, and events; a row each."""
    events, lost = (x.ravel() for x in np.mgrid[: begin + 1, : begin + 1])
    ways = []
    for share in (0, 0.5, 1):  # of the losses before the events; with none the three are one
        possible = (events + lost <= begin) & (begin - share * lost > 0) & ((lost > 0) | (share == 0))
        d, w = events[possible], lost[possible]
        ways.append(np.column_stack([begin - w - d, begin - share * w, d]))
    return np.asarray(np.concatenate(ways), dtype=float)


def log_rank_p(treated: Floats, control: Floats, order: Order) -> Floats:
    """Two-sided p value of the log-rank test of each pair of such tables, events of a period in one order.

    The order in which events of a period came is not printed, and the test depends on it. "tied": all at once, so that
    of d events among r patients the treated expect d r1 / r, with the hypergeometric variance d (r1 / r) (r0 / r)
    (r - d) / (r - 1). Or one after the other, all of one arm before the other's: the expected events of the treated
    are then the highest with controls first, and the lowest with the treated first. Z is the sum of observed less
    expected over the root of the summed variances.

    Parameters
    ----------
    treated, control : shape (..., periods, 2), number at risk and events; they broadcast.

    Returns
    -------
    The p values; NaN where nothing could have happened.
    """
    r1, d1 = treated[..., 0], treated[..., 1]
    r0, d0 = control[..., 0], control[..., 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        match order:
            case "tied":
                r, d = r1 + r0, d1 + d0
                expected = d * r1 / r
                variance = np.where(r > 1, d * (r1 / r) * (1 - r1 / r) * (r - d) / (r - 1), 0)
            case "controls first":
                first, spread = _one_by_one(d0, r0, r1)
                others, further = _one_by_one(d1, r1, r0 - d0)
                expected, variance = first + d1 - others, spread + further
            case "treated first":
                others, spread = _one_by_one(d1, r1, r0)
                then, further = _one_by_one(d0, r0, r1 - d1)
                expected, variance = d1 - others + then, spread + further
        z = np.sum(d1 - expected, axis=-1) / np.sqrt(np.sum(variance, axis=-1))
    return np.asarray(2 * stats.norm.sf(np.abs(z)))


def _one_by_one(events: Floats, at_risk: Floats, others: Floats) -> tuple[Floats, Floats]:
    """While one arm has its events, one after the other: events the other arm expects, and their variance.

    With m = at_risk + others these are Σ others / (m - i) and Σ (others / (m - i)) (1 - others / (m - i)), i from 0 to
    events - 1. Sums of 1 / (m - i) and of their squares are differences of the digamma and trigamma functions.
    """
    m = at_risk + others
    once = special.digamma(m + 1) - special.digamma(m - events + 1)
    squared = special.polygamma(1, m - events + 1) - special.polygamma(1, m + 1)
    return np.asarray(others * once), np.asarray(others * once - others**2 * squared)


def log_rank_over_tables(
    treated: Sequence[Printed], control: Sequence[Printed], arms: tuple[int, int], most_events: int | None = None
) -> pd.Series:
    """The log-rank test over every pair of tables that prints two arms' survival.

    Parameters
    ----------
    arms : patients at the start, treated and control.
    most_events : pairs with more events in all are left out; None for no limit.

    Returns
    -------
    `treated_tables`, `control_tables`, `pairs`, `events` and, for each order of `log_rank_p`, its p values; events and
    p values are intervals, None if no pair is left or nothing could have happened in any.
    """
    first, second = (life_tables_that_print(n, rates) for n, rates in zip(arms, (treated, control), strict=True))
    most = np.inf if most_events is None else most_events
    pairs, events, p = 0, [], {order: [np.zeros(0)] for order in get_args(Order)}
    for table in first:  # one at a time, so that not all pairs are in memory at once
        in_all = table[:, 1].sum() + second[..., 1].sum(axis=-1)
        fitting = second[in_all <= most]
        pairs += len(fitting)
        events.append(in_all[in_all <= most])
        for order in get_args(Order):
            p[order].append(log_rank_p(table, fitting, order))
    ranges = {"events": events} | p
    return pd.Series(
        {"treated_tables": len(first), "control_tables": len(second), "pairs": pairs}
        | {name: _range(np.concatenate([np.zeros(0), *values])) for name, values in ranges.items()},
        dtype=object,
    )


def _range(values: Floats) -> Interval | None:
    there = values[~np.isnan(values)]
    return Interval(there.min(), there.max()) if there.size else None


def hazard_ratios_by_year(treated: Sequence[Printed], control: Sequence[Printed]) -> list[Interval]:
    """The ratio of cumulative hazards, log of treated over log of control survival, at each time.

    It is the hazard ratio if hazards were in proportion up to then. Over all values that round to what is printed.

    Raises
    ------
    ValueError : if a percentage may be 0% or 100%.
    """
    ratios = []
    for one, other in zip(treated, control, strict=True):
        a, b = one.interval(), other.interval()
        if min(a.lower, b.lower) <= 0 or max(a.upper, b.upper) >= 1:
            raise ValueError(f"expected survival strictly between 0% and 100%, got {one} and {other}")
        ratios.append(Interval(np.log(a.upper) / np.log(b.lower), np.log(a.lower) / np.log(b.upper)))
    return ratios
