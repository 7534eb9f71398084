"""What trials nobody has shown must look like for a printed pooled result to hold.

Nothing here reconstructs a trial. The results are sets of possibilities, or ranges that are sure to hold the truth
under the stated model; where a set is large, that is the finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from rederive.checks.information import heterogeneity_ceiling
from rederive.checks.ratios import NORMAL, check_ratio, feasible_outline
from rederive.claims import PrintedRatio
from rederive.methods.pooling import (
    Pooled,
    TwoArms,
    effect_sizes,
    heterogeneity,
    inverse_variance,
    mantel_haenszel,
    peto,
    subtract,
)
from rederive.printed import Interval, Printed, p_range
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
    ratio_to_part : odds ratio of the rest over odds ratio of the part.
    p : p value of the difference between rest and part.
    """

    effect: Interval
    se: Interval
    ratio: Interval
    limits: Interval
    ratio_to_part: Interval
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
        _range(np.exp(difference)),
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
        f"What the other trials must pool to: {told}.",
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


def judge_random_effects(pooled: PrintedRatio, trials: int, threshold: Printed, example: TwoArms) -> Finding:
    """Can a random-effects result with at least this I² have an interval as narrow as the printed one?

    Two conventions. With DerSimonian and Laird's tau^2, to which I² belongs, the interval caps I²
    (`heterogeneity_ceiling`). With tau^2 by restricted maximum likelihood and I² from Q it does not; an `example` of
    invented trials shows that the printed result can then go with such an I².

    Parameters
    ----------
    example : invented trials, as many as were pooled and of as many people, or none that helps.

    Raises
    ------
    ValueError : if this is not an odds ratio, the number of people is not printed, its numbers do not agree, or the
        example is of another size.
    """
    check = check_ratio(pooled)
    if pooled.n is None or pooled.measure != "OR" or not check.coherent:
        raise ValueError("expected a coherent pooled odds ratio printed with its number of people")
    people = int((example.n_treated + example.n_control).sum())
    if (len(example.n_treated), people) != (trials, pooled.n.count()):
        raise ValueError(f"expected an example of {trials} trials and {pooled.n} people, got {people}")
    ceiling = heterogeneity_ceiling(check.se.upper, trials, people)
    least = threshold.interval().lower
    effects, variances = effect_sizes(example, "OR")
    by_reml = inverse_variance(effects, variances, "REML")
    i2 = float(heterogeneity(effects, variances).i2)
    shown = bool(prints(pooled, by_reml)) and i2 >= least
    return Finding(
        judge_random_effects,
        "a Wald interval; τ² by DerSimonian and Laird, or by restricted maximum likelihood with I² from Q",
        f"With DerSimonian and Laird's τ², {trials} trials of {pooled.n} people give an interval as narrow as "
        f"{pooled.lower} to {pooled.upper} only if I² is at most {ceiling.i2:.0%}, and the rule asks for {threshold}. "
        + (
            f"With τ² by restricted maximum likelihood it can be more: invented trials reach {i2:.0%} with a τ² of "
            f"only {float(by_reml.tau2):.4f}."
            if shown
            else "We know of no other way either."
        ),
        {"largest_i2": ceiling.i2, "largest_tau2": ceiling.tau2, "example_i2": i2},
        exists=ceiling.i2 >= least or shown,
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
