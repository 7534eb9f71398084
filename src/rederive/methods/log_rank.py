"""The log-rank test, for thousands of experiments at once.

lifelines tests one pair of groups a call, which is too slow for simulations. The tests hold it, and R's `survdiff`,
equal.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def log_rank(time: ArrayLike, event: ArrayLike, group: ArrayLike) -> Floats:
    """Z of the two-group log-rank test (Mantel 1966) in each of B experiments with n animals; shape (B,).

    At each time at which d of n at risk have the event, n₁ of them in the group, the group is expected to have d n₁ / n
    events, with the hypergeometric variance d (n₁ / n) (1 - n₁ / n) (n - d) / (n - 1). Z is the sum of observed less
    expected events over the root of the summed variances: negative where the group has fewer than expected. Under equal
    hazards it is nearly standard normal in large groups. NaN where nobody has an event, or only where all at risk are
    in one group.

    Parameters
    ----------
    time : follow-up in any unit, shape (B, n). Whoever leaves at the time of an event is at risk at it.
    event : whether it ended with an event, else censored; shape (B, n).
    group : whether an animal is in the group, shape (n,) or (B, n).

    Raises
    ------
    ValueError : if shapes disagree.
    """
    t, died = np.asarray(time, dtype=float), np.asarray(event, dtype=bool)
    if t.ndim != 2 or died.shape != t.shape:
        raise ValueError(f"expected times and events of one shape (experiments, animals), got {t.shape}, {died.shape}")
    inside = np.broadcast_to(np.asarray(group, dtype=bool), t.shape)
    order = np.argsort(t, axis=1, kind="stable")  # else the order of ties, and with it the last bit, is the processor's
    t, died, inside = (np.take_along_axis(x, order, axis=1) for x in (t, died, inside))
    places = np.arange(t.shape[1])
    later = np.diff(t, axis=1) > 0  # whether the next animal leaves later than this one
    edge = np.ones((len(t), 1), dtype=bool)
    # of those who leave at one time: the places of the first and of the last
    first = np.maximum.accumulate(np.where(np.hstack([edge, later]), places, 0), axis=1)
    last = np.minimum.accumulate(np.where(np.hstack([later, edge]), places, t.shape[1])[:, ::-1], axis=1)[:, ::-1]
    n = t.shape[1] - first
    inside_from = np.cumsum(inside[:, ::-1], axis=1)[:, ::-1]
    share = np.take_along_axis(inside_from, first, axis=1) / n
    deaths = np.cumsum(died, axis=1)
    tied = np.take_along_axis(deaths, last, axis=1) - np.take_along_axis(deaths - died, first, axis=1)
    # summed over animals that die: the d who die at one time each bring one d-th of its variance
    variance = np.sum(np.where(died & (n > 1), share * (1 - share) * (n - tied) / np.maximum(n - 1, 1), 0), axis=1)
    excess = np.sum(np.where(died, inside - share, 0), axis=1)
    z: Floats = np.divide(excess, np.sqrt(variance), out=np.full(len(t), np.nan), where=variance > 0)
    return z
