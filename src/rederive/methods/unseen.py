"""What trials nobody has shown must look like for a printed pooled result to hold.

Nothing here reconstructs a trial. The results are sets of possibilities, or ranges that are sure to hold the truth
under the stated model; where a set is large, that is the finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from rederive.checks.information import heterogeneity_ceiling
from rederive.checks.ratios import NORMAL, check_ratio, feasible_outline
from rederive.claims import PrintedRatio
from rederive.methods.pooling import (
    Pooled,
    TwoArms,
    effect_sizes,
    inverse_variance,
    mantel_haenszel,
    peto,
    subtract,
)
from rederive.printed import Interval, Printed, formatted, p_range
from rederive.verdicts import Finding

Floats = NDArray[np.float64]
PoolingMethod = Callable[[TwoArms], Pooled]

COMMON_EFFECT: dict[str, PoolingMethod] = {
    "Mantel-Haenszel": lambda tables: mantel_haenszel(tables, "OR"),
    "Peto": peto,
    "inverse variance": lambda tables: inverse_variance(*effect_sizes(tables, "OR")),
}
RANDOM_EFFECTS: dict[str, PoolingMethod] = {
    "random effects (DL)": lambda tables: inverse_variance(*effect_sizes(tables, "OR"), "DL"),
}


@dataclass(frozen=True)
class Remainder:
    """What remains of a pooled log odds ratio without one part of it; every quantity over all true values that can
    print the whole.

    Attributes
    ----------
    effect, se : log odds ratio of the rest, and its standard error.
    ratio : the odds ratio itself.
    limits : from the lowest lower to the highest upper 95% confidence limit of that odds ratio.
    p : p value of the difference between rest and part.
    """

    effect: Interval
    se: Interval
    ratio: Interval
    limits: Interval
    p: Interval


def remainder(whole: PrintedRatio, part: PrintedRatio | Pooled) -> Remainder:
    """What trials outside `part` must pool to, if `part` and the rest make `whole` by inverse variance.

    With weights w = 1 / s^2 the whole is the weighted mean of its two parts, so the rest has weight W - w and effect
    (W b - w b') / (W - w). That is the common-effect model; the Mantel-Haenszel and Peto methods differ from it
    little unless events are few.
    `whole`, and `part` if it is printed, stand for all true values that can print them. For given standard errors the
    rest's effect is linear in both log effects, so its extremes lie on the outlines of the feasible sets, along which
    it is evaluated.

    Raises
    ------
    ValueError : if the part may weigh as much as the whole.
    """
    effect, se = (x[:, None] for x in _outline(whole))
    part_effect, part_se = _outline(part) if isinstance(part, PrintedRatio) else (part.estimate, part.standard_error)
    rest = subtract(effect, se, np.atleast_1d(part_effect), np.atleast_1d(part_se))
    rest_effect, rest_se = rest
    half = float(NORMAL.quantile(0.025)) * rest_se
    difference = rest_effect - part_effect
    p = _range(2 * stats.norm.sf(np.abs(difference) / np.hypot(rest_se, part_se)))
    return Remainder(
        _range(rest_effect),
        _range(rest_se),
        _range(np.exp(rest_effect)),
        Interval(float(np.exp(rest_effect - half).min()), float(np.exp(rest_effect + half).max())),
        p if difference.min() * difference.max() > 0 else Interval(p.lower, 1.0),  # inside the sets they may agree
    )


def remainder_if_trials_vary(whole: PrintedRatio, effects: Floats, variances: Floats, largest_tau2: float) -> Interval:
    """The odds ratio of the rest if all trials share a between-trial variance of 0 to `largest_tau2`.

    As `remainder`, with each weight 1 / (v + tau^2): the random-effects mean of the rest under that tau^2.
    """
    grid = [
        remainder(whole, inverse_variance(effects, variances + tau2)).ratio
        for tau2 in np.linspace(0, largest_tau2, 101)
    ]
    return Interval(min(ratio.lower for ratio in grid), max(ratio.upper for ratio in grid))


def judge_remainder(whole: PrintedRatio, parts: Mapping[str, PrintedRatio | Pooled]) -> Finding:
    """Does a pooled benefit come from the trials outside each of these parts?

    It does, in the sense of a difference, if the rest pools to a benefit that excludes 1 and differs from the part at
    5%, for all true values that can print the numbers. If only for some, the statement is possible.

    Raises
    ------
    ValueError : without parts, and as `remainder`.
    """
    if not parts:
        raise ValueError("expected at least one part")
    rests = {name: remainder(whole, part) for name, part in parts.items()}
    told = "; ".join(
        f"without {name}, an odds ratio of {rest.ratio:.2f} (p value of the difference {p_range(rest.p)})"
        for name, rest in rests.items()
    )
    holds = [rest.limits.upper < 1 and rest.p.upper < 0.05 for rest in rests.values()]
    return Finding(
        judge_remainder,
        "one common effect, inverse variance; rounding carried through",
        f"What the other trials must pool to: {told}."
        + ("" if all(holds) else " For some of these true values the difference is not significant at 5%."),
        {f"odds_ratio_without_{name.replace(' ', '_')}": rest.ratio for name, rest in rests.items()},
        exists=True,
        constrained=all(holds),
    )


def _outline(printed: PrintedRatio) -> tuple[Floats, Floats]:
    outline = feasible_outline(printed, convention=check_ratio(printed).convention)
    se = outline["se"].to_numpy()
    return np.concatenate([outline["effect_lower"], outline["effect_upper"]]), np.concatenate([se, se])


def _range(values: Floats) -> Interval:
    return Interval(float(values.min()), float(values.max()))


def reml_score_bound(
    tau2: ArrayLike, estimate: ArrayLike, se: ArrayLike, effects: Floats, variances: Floats, trials: int
) -> Floats:
    """A lower bound of the restricted likelihood's slope where it was said to be highest; above 0 it cannot have been.

    Twice the slope in tau^2 (Viechtbauer 2005) is sum w^2 (y - b)^2 - sum w + sum w^2 / sum w, with
    w = 1 / (v + tau^2), the pooled effect b and sum w = 1 / s^2. The trials that are known give their share of each
    sum. The others have to make up the rest of sum w and of sum w (y - b) = 0, and then, by the inequality of Cauchy
    and Schwarz, their squares come to no less than if they shared it equally.

    Parameters
    ----------
    tau2, estimate, se : of the pooled result; broadcast against each other.
    effects, variances : log ratios and their variances, of the known trials, shape (m,).
    trials : number of trials pooled, more than m.
    """
    tau2, b, s = np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in (tau2, estimate, se)))
    unknown = trials - len(effects)
    weights = 1 / (variances + tau2[..., None])
    deviations = weights * (effects - b[..., None])
    total = 1 / s**2
    squared_deviations = np.sum(deviations**2, axis=-1) + np.sum(deviations, axis=-1) ** 2 / unknown
    squared_weights = np.sum(weights**2, axis=-1) + (total - np.sum(weights, axis=-1)) ** 2 / unknown
    return np.asarray(squared_deviations - total + squared_weights / total)


def judge_random_effects(pooled: PrintedRatio, trials: int, threshold: Printed, known: TwoArms, names: str) -> Finding:
    """Can a random-effects result with at least this I² have the printed estimate and interval, given known trials?

    Asked of three estimators of tau^2, with a Wald interval. The interval caps tau^2 for all of them
    (`heterogeneity_ceiling`). Then

    - DerSimonian and Laird: I² follows from tau^2, so it is capped too;
    - Paule and Mandel: tau^2 is where Q(tau^2) = k - 1; I² sets a least Q(0), and Q(tau^2) is at least
      Q(0) v / (v + tau^2) with v the smallest variance a trial can have;
    - restricted maximum likelihood: the slope of the likelihood has to reach 0 below the cap (`reml_score_bound`),
      whatever I² is.

    Parameters
    ----------
    known, names : trials that are in the pool, with their counts, at least one fewer than were pooled; what they are
        called.

    Raises
    ------
    ValueError : if this is not an odds ratio, the number of people is not printed or its numbers do not agree, and as
        `heterogeneity_ceiling`.
    """
    check = check_ratio(pooled)
    if pooled.n is None or pooled.measure != "OR" or not check.coherent:
        raise ValueError("expected a coherent pooled odds ratio printed with its number of people")
    effects, variances = effect_sizes(known, "OR")
    others = pooled.n.count() - int((known.n_treated + known.n_control).sum())
    ceiling = heterogeneity_ceiling(check.se.upper, trials, others, list(variances))
    least = threshold.interval().lower
    smallest_variance = min(float(variances.min()), 16 / (others + 2))
    least_q = (trials - 1) / (1 - least) * smallest_variance / (smallest_variance + ceiling.tau2)
    outline = feasible_outline(pooled, convention=check.convention, points=60)
    across = np.linspace(0, 1, 11)[:, None, None]  # the bound is convex in b: its least value may lie between the edges
    b = outline["effect_lower"].to_numpy() * (1 - across) + outline["effect_upper"].to_numpy() * across
    tau2 = np.linspace(0, ceiling.tau2, 101)[:, None]
    slope = reml_score_bound(tau2, b, outline["se"].to_numpy(), effects, variances, trials)
    possible = {
        "DerSimonian and Laird": ceiling.i2 >= least,
        "Paule and Mandel": least_q <= trials - 1,
        "restricted maximum likelihood": float(slope.min()) <= 0,
    }
    by = [name for name, can in possible.items() if can]
    return Finding(
        judge_random_effects,
        f"{names} in the pool with its published counts; a Wald interval; τ² by {', '.join(possible)}",
        f"With {names} in the pool, an interval as narrow as {pooled.lower} to {pooled.upper} leaves room for a τ² of "
        f"at most {formatted(ceiling.tau2, rounding=ROUND_CEILING)} and, by DerSimonian and Laird, an I² of at most "
        f"{formatted(ceiling.i2, '.1%', ROUND_CEILING)}; the rule asks for {threshold}. "
        + (f"It can be met by {', '.join(by)}." if by else f"None of {len(possible)} usual estimators can meet it."),
        {"largest_tau2": ceiling.tau2, "largest_i2": ceiling.i2},
        exists=bool(by),
        constrained=ceiling.i2 >= least,
        missing=("I²", "τ² and its estimator", "which model was used"),
    )


def completing_tables(
    visible: TwoArms,
    sizes: Iterable[tuple[int, int]],
    printed: PrintedRatio,
    methods: Mapping[str, PoolingMethod] = COMMON_EFFECT | RANDOM_EFFECTS,
) -> pd.DataFrame:
    """Every single further table, of the given arm sizes, with which the visible ones pool to what is printed.

    Parameters
    ----------
    visible : the k trials whose counts are known.
    sizes : pairs (treated, control) of arm sizes to try; every pair of event counts is tried for each.
    printed : the pooled odds ratio with its interval and, if printed, its p value.

    Returns
    -------
    A row per table and method that prints it, with `method`, `events_treated`, `n_treated`, `events_control` and
    `n_control`. The further table may stand for one trial or, under a common-effect method, for several
    trials lumped into one, which assumes that they had the same risks.
    """
    found = []
    for n_treated, n_control in sizes:
        treated, control = (x.ravel() for x in np.mgrid[: n_treated + 1, : n_control + 1])
        tables = TwoArms(
            *(
                np.column_stack([np.broadcast_to(known, (treated.size, known.size)), further])
                for known, further in (
                    (visible.events_treated, treated),
                    (visible.n_treated, np.full(treated.size, n_treated)),
                    (visible.events_control, control),
                    (visible.n_control, np.full(treated.size, n_control)),
                )
            )
        )
        for name, method in methods.items():
            fits = prints(printed, method(tables))
            found.append(
                pd.DataFrame(
                    {
                        "method": name,
                        "events_treated": treated[fits],
                        "n_treated": n_treated,
                        "events_control": control[fits],
                        "n_control": n_control,
                    }
                )
            )
    return pd.concat(found, ignore_index=True)


def prints(printed: PrintedRatio, pooled: Pooled) -> NDArray[np.bool_]:
    """Whether each of many pooled results is printed as these digits, rounded to the nearest."""
    lower, upper = pooled.ratio_interval(float(printed.level))
    values = [(printed.estimate, pooled.ratio), (printed.lower, lower), (printed.upper, upper)]
    if printed.p is not None:
        values.append((printed.p, pooled.p))
    return np.asarray(np.all([number.could_print(value) for number, value in values], axis=0))
