"""Statements that compare printed ratios with each other."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from scipy import stats

from rederive.checks.ratios import check_ratio
from rederive.claims import PrintedRatio
from rederive.printed import Interval, Printed
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
    where = {
        (True, False): "the subgroup's own interval excludes 1, that of the other patients does not",
        (
            False,
            True,
        ): "the subgroup's own interval includes 1; it is the interval of the other patients that excludes it",
        (True, True): "both intervals exclude 1",
        (False, False): "neither interval excludes 1",
    }[excludes[0], excludes[1]]
    return Finding(
        judge_subgroup,
        "difference of two independent log hazard ratios, normal",
        f"{group.measure} {group.estimate} ({group.lower} to {group.upper}) in the subgroup against {others.estimate} "
        f"({others.lower} to {others.upper}) in all others: {where}. The two differ with p between "
        f"{both.p.lower:.2g} and "
        f"{both.p.upper:.2g}; the trial prints "
        f"{interaction_p}{'' if allowed else ', which its own two ratios do not give'}.",
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
        "printed 95% intervals",
        f"Of the intervals {told}, {len(including(1))} include 1 and {len(still)} include the overall estimate, "
        f"{overall.estimate}. A result that is not significant does not show that there is no effect.",
        exists=True,
        constrained=True,
        worded=not still,
    )
