"""Statements that compare printed ratios with each other."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from scipy import stats

from rederive.checks.ratios import check_ratio
from rederive.claims import RATIO_NAMES, PrintedRatio
from rederive.printed import Interval, Printed, p_range
from rederive.verdicts import Finding


@dataclass(frozen=True)
class Interaction:
    """How far two independent ratios differ: the ratio of the two, and the p value of their difference."""

    ratio: Interval
    p: Interval


def interaction(first: PrintedRatio, second: PrintedRatio) -> Interaction:
    """Compare two printed ratios from separate patients (Altman and Bland 2003), rounding carried through.

    Differences of log effects and sums of variances are taken over the boxes around both feasible sets. The
    ranges are therefore sure to hold the truth, and may be a little wider than the tightest possible.

    Raises
    ------
    ValueError : if one of the ratios does not agree with itself.
    """
    checks = [check_ratio(ratio) for ratio in (first, second)]
    if not all(check.coherent for check in checks):
        raise ValueError("expected two ratios each of whose numbers agree")
    one, other = checks
    difference = Interval(one.effect.lower - other.effect.upper, one.effect.upper - other.effect.lower)
    se = Interval(math.hypot(one.se.lower, other.se.lower), math.hypot(one.se.upper, other.se.upper))
    nearest = 0.0 if 0 in difference else min(abs(difference.lower), abs(difference.upper))
    furthest = max(abs(difference.lower), abs(difference.upper))
    p = Interval(2 * float(stats.norm.sf(furthest / se.lower)), 2 * float(stats.norm.sf(nearest / se.upper)))
    return Interaction(Interval(math.exp(difference.lower), math.exp(difference.upper)), p)


def judge_subgroup(group: PrintedRatio, others: PrintedRatio, interaction_p: Printed) -> Finding:
    """Does a trial's own comparison of a subgroup with its other patients carry the words "an effect in this subgroup"?

    Two questions. Is the printed interaction p value one that the two printed ratios allow? And where does the
    difference come from: does the subgroup's own interval exclude 1?
    """
    both = interaction(group, others)
    excludes = [ratio.lower.value > 1 or ratio.upper.value < 1 for ratio in (group, others)]
    allowed = both.p.overlaps(interaction_p.interval())
    told = [f"{ratio.estimate} ({ratio.lower} to {ratio.upper})" for ratio in (group, others)]
    where = {
        (True, False): "The subgroup's own interval excludes 1, that of the others does not.",
        (False, True): "The subgroup's own interval includes 1; it is that of the others that excludes it.",
        (True, True): "Both intervals exclude 1.",
        (False, False): "Neither interval excludes 1.",
    }[excludes[0], excludes[1]]
    printed_p = "is one of them" if allowed else "is not; a model with other terms in it could print that"
    return Finding(
        judge_subgroup,
        "two groups of separate patients; difference of log ratios, normal",
        f"{RATIO_NAMES[group.measure].capitalize()} in the subgroup {told[0]}, in others {told[1]}. {where} The two "
        f"ratios differ with a p value of {p_range(both.p)}; the trial's printed interaction p value, {interaction_p}, "
        f"{printed_p}.",
        {"ratio_of_ratios": both.ratio, "interaction_p": both.p},
        exists=True,
        constrained=True,
        worded=excludes[0],
    )


def judge_absence(subsets: Mapping[str, PrintedRatio], overall: PrintedRatio) -> Finding:
    """Do the subsets' results carry the words "here the effect is absent"?

    An interval that includes 1 does not show that there is no effect. Absence, measured against the effect the
    document itself reports overall, would need intervals that exclude that effect.
    """

    def including(value: int | Fraction) -> list[str]:
        return [name for name, ratio in subsets.items() if ratio.lower.value <= value <= ratio.upper.value]

    still = including(overall.estimate.value)
    told = " and ".join(f"{ratio.lower} to {ratio.upper} ({name})" for name, ratio in subsets.items())
    return Finding(
        judge_absence,
        "printed confidence intervals",
        f"{len(including(1))} of {len(subsets)} intervals, {told}, include 1; {len(still)} also include the overall "
        f"estimate, {overall.estimate}. A result that is not significant does not show that there is no effect.",
        exists=True,
        constrained=True,
        worded=not still,
    )
