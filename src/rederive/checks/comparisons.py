"""Statements that compare: printed ratios, medians, p values, groups, and two places of one document."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from scipy import stats
from statsmodels.stats.multitest import multipletests

from rederive.checks.ratios import check_ratio
from rederive.claims import RATIO_NAMES, PrintedRatio, PrintedSurvivalMedian
from rederive.printed import Interval, Printed, formatted, listed, p_range
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
    smallest = 2 * float(stats.norm.sf(furthest / se.lower)) if se.lower > 0 else 0.0
    p = Interval(smallest, 2 * float(stats.norm.sf(nearest / se.upper)) if se.upper > 0 else 1.0)
    return Interaction(Interval(math.exp(difference.lower), math.exp(difference.upper)), p)


def includes(ratio: PrintedRatio, value: Interval) -> bool | None:
    """Whether a printed confidence interval includes a value known up to rounding; None if rounding leaves it open."""
    lower, upper = ratio.lower.interval(), ratio.upper.interval()
    if lower.upper <= value.lower and value.upper <= upper.lower:
        return True
    if value.upper < lower.lower or upper.upper < value.lower:
        return False
    return None


ONE = Interval(1, 1)


def judge_subgroup(group: PrintedRatio, others: PrintedRatio, interaction_p: Printed) -> Finding:
    """Does a trial's own comparison of a subgroup with its other patients carry the words "an effect in this subgroup"?

    It does if the two differ by their interaction (at 5%, by the trial's printed p value and by ours) and if it is the
    subgroup's own interval that excludes 1. Whether the printed p value is one that the two ratios allow is said, but
    is no part of those words.
    """
    both = interaction(group, others)
    inside = [includes(ratio, ONE) for ratio in (group, others)]
    allowed = both.p.overlaps(interaction_p.interval())
    told = [str(ratio) for ratio in (group, others)]
    where: dict[tuple[bool | None, bool | None], str] = {
        (False, True): "The subgroup's own interval excludes 1, that of the others does not.",
        (True, False): "The subgroup's own interval includes 1; it is that of the others that excludes it.",
        (False, False): "Both intervals exclude 1.",
        (True, True): "Neither interval excludes 1.",
    }
    found = where.get((inside[0], inside[1]), "Rounding leaves open whether the intervals exclude 1.")
    both_significant = max(both.p.upper, interaction_p.interval().lower) < 0.05
    printed_p = "is one of them" if allowed else "is not one of them, as a model with other terms in it may explain"
    return Finding(
        judge_subgroup,
        "two groups of separate patients; difference of log ratios, normal",
        f"{RATIO_NAMES[group.measure].capitalize()} in the subgroup {told[0]}, in others {told[1]}. {found} The two "
        f"ratios differ with a p value within {p_range(both.p)}; the trial's printed interaction p value, "
        f"{interaction_p}, {printed_p}.",
        {"ratio_of_ratios": both.ratio, "interaction_p": both.p},
        exists=True,
        constrained=True,
        worded=None if inside[0] is None else not inside[0] and both_significant,
    )


def judge_absence(subsets: Mapping[str, PrintedRatio], overall: PrintedRatio) -> Finding:
    """Do the subsets' results carry the words "here the effect is absent"?

    An interval that includes 1 does not show that there is no effect. Absence, measured against the effect the
    document itself reports overall, would need intervals that exclude that effect.

    Raises
    ------
    ValueError : without subsets.
    """
    if not subsets:
        raise ValueError("expected at least one subset")
    estimate = overall.estimate.interval()
    with_one, with_overall = ([includes(ratio, value) for ratio in subsets.values()] for value in (ONE, estimate))
    told = " and ".join(f"{ratio.lower} to {ratio.upper} ({name})" for name, ratio in subsets.items())
    return Finding(
        judge_absence,
        "printed confidence intervals",
        f"{with_one.count(True)} of {len(subsets)} intervals, {told}, include 1; {with_overall.count(True)} also "
        f"include the overall estimate, {overall.estimate}. A result that is not significant does not show that there "
        "is no effect.",
        exists=True,
        constrained=True,
        worded=False if True in with_overall else None if None in with_overall else True,
    )


def judge_uncontrolled(groups: int, what: str) -> Finding:
    """Can a document that follows this many groups credit a treatment with what it saw?

    With one group there is nothing that says what would have been seen without the treatment.

    Parameters
    ----------
    groups : how many groups of patients the document follows; read from it.
    what : what was seen: a change, an outcome.

    Raises
    ------
    ValueError : if there is no group.
    """
    if groups < 1:
        raise ValueError(f"expected at least one group, got {groups}")
    compared = groups >= 2
    return Finding(
        judge_uncontrolled,
        "",
        f"The document follows {groups} groups: {what} can be set against another group."
        if compared
        else f"The document follows one group: {what} was seen; what would have been seen without the drug was not.",
        {"groups": groups},
        exists=True,
        worded=compared,
        missing=() if compared else ("a group of similar patients without the drug",),
    )


def judge_better(own: Mapping[str, PrintedSurvivalMedian], cited: Mapping[str, Mapping[str, Printed]]) -> Finding:
    """Is a median survival better than those cited, that is longer than every one of them?

    The words are not judged where rounding leaves that open. How many of the cited medians lie inside the document's
    own confidence intervals is told, and decides nothing.

    Parameters
    ----------
    own : the document's own medians by endpoint.
    cited : for each endpoint, the medians of other groups by name.

    Raises
    ------
    ValueError : if an endpoint has no cited median.
    """
    if not all(cited.get(endpoint) for endpoint in own):
        raise ValueError("expected a cited median for each endpoint")
    told: list[str] = []
    sides: list[bool | None] = []
    inside = 0
    for endpoint, median in own.items():
        ours = median.median.interval()
        longer = {
            f"{number} ({name})": True
            if number.interval().upper <= ours.lower
            else False
            if number.interval().lower >= ours.upper
            else None
            for name, number in cited[endpoint].items()
        }
        sides += longer.values()
        limits = float(median.lower), float(median.upper)
        inside += sum(limits[0] <= float(number) <= limits[1] for number in cited[endpoint].values())
        compared = "; ".join(
            f"{words} {listed(name for name, side in longer.items() if side is given)}"
            for words, given in (("longer than", True), ("shorter than", False), ("as long as", None))
            if given in longer.values()
        )
        told.append(f"{endpoint} {median.median} {median.unit} ({median.lower} to {median.upper}): {compared}")
    text = ". ".join(f"{line[0].upper()}{line[1:]}" for line in told)
    return Finding(
        judge_better,
        "medians of different cohorts set side by side, as the document does",
        f"{text}. {inside} of the {len(sides)} cited medians lie inside the intervals.",
        {"cited_medians": len(sides), "longer_than_ours": sides.count(False), "inside_our_interval": inside},
        exists=True,
        constrained=True,
        worded=False if False in sides else None if None in sides else True,
    )


def judge_same_thing(named: Mapping[str, str]) -> Finding:
    """Do two places of a document that report one analysis name the same thing?

    `named` holds what each place names, by place; read from the document.
    """
    same = len(set(named.values())) == 1
    told = "; ".join(f"{place}: {name}" for place, name in named.items())
    return Finding(
        judge_same_thing,
        "",
        f"{told}. {'These are the same.' if same else 'One thing is meant, and it is told in two ways.'}",
        exists=True,
        constrained=True,
        worded=same,
    )


def judge_significant(p: Mapping[str, Printed], named: Collection[str], level: float = 0.05) -> Finding:
    """Are those that a sentence calls significant the ones whose printed p values are below `level`?

    The words are not judged where rounding leaves open on which side of the level a p value lies. How many stay below
    it when all these tests are counted (Holm 1979) is told, and decides nothing.

    Raises
    ------
    ValueError : if a name is not among the p values, or one of them is not between 0 and 1.
    """
    if impossible := [str(number) for number in p.values() if not 0 <= number.value <= 1]:
        raise ValueError(f"expected p values between 0 and 1, got {listed(impossible)}")
    if unknown := set(named) - set(p):
        raise ValueError(f"expected names of printed p values, got {listed(sorted(unknown))}")
    sides = {name: number.below(level) for name, number in p.items()}
    below = [name for name, side in sides.items() if side]
    left_open = [name for name, side in sides.items() if side is None]
    at_most = [number.interval().upper for number in p.values()]
    at_least = [1.0 if sides[name] is False else number.interval().lower for name, number in p.items()]
    least, most = (int(multipletests(ends, level, method="holm")[0].sum()) for ends in (at_most, at_least))
    differs = (set(below) ^ set(named)) - set(left_open)
    because = f"{len(below)} of {len(p)} printed p values are below {level:g}: {listed(below)}. "
    if differs:
        because += f"The text calls {listed(named)} significant. "
    if left_open:
        because += f"Rounding leaves open on which side {listed(left_open)} lies. "
    return Finding(
        judge_significant,
        f"two-sided, {level:.0%}; Holm's correction",
        because
        + f"After correction for {len(p)} tests {f'{Interval(least, most):.0f}' if most else 'none'} of them stay.",
        {"significant": len(below), "significant_after_correction": Interval(least, most)},
        exists=True,
        constrained=True,
        worded=False if differs else None if left_open else True,
    )


def judge_insignificant(ratio: PrintedRatio, words: str) -> Finding:
    """Do words that leave a difference in doubt fit a ratio, that is, may its confidence interval include 1?

    `words` are the document's.
    """
    includes_one = includes(ratio, ONE)
    level = formatted(1 - float(ratio.level), ".0%")
    relation = {True: "includes 1", False: "excludes 1", None: "may or may not include 1"}[includes_one]
    return Finding(
        judge_insignificant,
        f"two-sided, {level}",
        f'Read as: not significant. The interval, {ratio.lower} to {ratio.upper}, {relation}; the words are "{words}".',
        exists=True,
        constrained=True,
        worded=includes_one,
    )


def judge_left_out(told: Mapping[str, PrintedRatio], left_out: Mapping[str, PrintedRatio], when: str) -> Finding:
    """Can a conclusion rest on the results told, given those of the same source that are left out?

    It cannot if one of these, by its own interval, lies on the other side of 1 than the estimate told of the same
    outcome. The words are not judged if rounding leaves that open.

    Parameters
    ----------
    told, left_out : ratios by outcome, the same outcomes in both.
    when : what sets those left out apart.

    Raises
    ------
    ValueError : if the outcomes differ.
    """
    if set(told) != set(left_out):
        raise ValueError(f"expected the same outcomes, got {listed(told)} against {listed(left_out)}")
    sides = [_opposed(told[name], ratio) for name, ratio in left_out.items()]
    opposed = sides.count(True)
    numbers = "; ".join(f"{name} {ratio}" for name, ratio in left_out.items())
    return Finding(
        judge_left_out,
        "each interval on its own; the same patients at two times, so the two are not compared by a test",
        f"The source also prints, {when}: {numbers}. "
        + (
            f"{opposed} of {len(left_out)} exclude 1 on the other side."
            if opposed
            else "Rounding leaves open whether any excludes 1 on the other side."
            if None in sides
            else "None excludes 1 on the other side."
        ),
        {"opposed": opposed},
        exists=True,
        constrained=True,
        worded=False if opposed else None if None in sides else True,
    )


def _opposed(told: PrintedRatio, other: PrintedRatio) -> bool | None:
    """Does the other ratio exclude 1 on the side away from the estimate told? None if rounding leaves it open."""
    if float(told.estimate) == 1 or (float(told.estimate) < 1) == (float(other.estimate) < 1):
        return False
    includes_one = includes(other, ONE)
    return None if includes_one is None else not includes_one
