"""Single two-arm trials, recomputed from their counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from rederive.checks.proportions import TESTS
from rederive.claims import RATIO_NAMES, PrintedRatio
from rederive.methods.pooling import Measure, TwoArms, effect_sizes, inverse_variance
from rederive.printed import Interval, Printed, formatted, p_range
from rederive.verdicts import Finding


def single_trials(
    tables: TwoArms, names: Sequence[str], measures: Sequence[Measure] = ("OR", "RR", "RD")
) -> pd.DataFrame:
    """Each trial on its own, on every scale: Wald intervals and p values, normal, on the log scale for ratios.

    Returns
    -------
    A row per trial and measure with `trial`, `measure`, `estimate`, `lower`, `upper` (natural scale) and `p`.
    """
    rows = []
    for measure in measures:
        effects, variances = effect_sizes(tables, measure)
        alone = inverse_variance(effects[..., None], variances[..., None])
        natural = np.exp if measure != "RD" else np.asarray
        estimate, (lower, upper) = natural(alone.estimate), (natural(end) for end in alone.interval())
        rows += [
            {"trial": name, "measure": measure, "estimate": e, "lower": lo, "upper": hi, "p": p}
            for name, e, lo, hi, p in zip(names, estimate, lower, upper, alone.p, strict=True)
        ]
    return pd.DataFrame(rows)


def p_values(tables: TwoArms, names: Sequence[str]) -> pd.DataFrame:
    """Each trial's two-sided p value under every test of `checks.proportions.TESTS`: a row per trial."""
    counts = (tables.events_treated, tables.n_treated, tables.events_control, tables.n_control)
    return pd.DataFrame({name: test(*counts) for name, test in TESTS.items()}, index=pd.Index(names, name="trial"))


def judge_no_difference(trial: TwoArms, worth_having: Printed) -> Finding:
    """Do one trial's counts support the words "no reduction was found"?

    They do if no test of the two arms is significant at 5%. The words are wrong all the same if the trial's interval
    holds an odds ratio `worth_having`; None is concluded where rounding leaves that open.
    """
    p = p_values(trial, ["trial"]).iloc[0]
    found = single_trials(trial, ["trial"], ["OR"]).iloc[0]
    limits, effect = Interval(found["lower"], found["upper"]), worth_having.interval()
    holds = effect.lower in limits and effect.upper in limits
    relation = {True: "holds", False: "just touches" if limits.overlaps(effect) else "does not reach"}[holds]
    return Finding(
        judge_no_difference,
        f"two-sided 5%; {', '.join(TESTS)}",
        f"Read as: no significant reduction. From the counts p is {formatted(p.min(), '.2f')} to "
        f"{formatted(p.max(), '.2f')} under {len(p)} tests. The odds ratio is {found['estimate']:.2f} "
        f"({found['lower']:.2f} to {found['upper']:.2f}), an interval that {relation} the overall {worth_having}.",
        {"odds_ratio": float(found["estimate"]), "p": Interval(p.min(), p.max())},
        recomputes=p.min() > 0.05,
        worded=False if holds else None if limits.overlaps(effect) else True,
    )


def judge_consistent(trial: pd.Series, pooled: PrintedRatio, part: str = "") -> Finding:
    """Is a trial's ratio, recomputed from counts, consistent with a pooled one: does its interval hold that estimate?

    `trial` is a row of `single_trials`. `part` says why the two may not be independent, if so.
    """
    limits, effect = Interval(trial["lower"], trial["upper"]), pooled.estimate.interval()
    holds = effect.lower in limits and effect.upper in limits
    return Finding(
        judge_consistent,
        "Wald interval",
        f"The trial's {RATIO_NAMES[pooled.measure]} is {trial['estimate']:.2f} ({trial['lower']:.2f} to "
        f"{trial['upper']:.2f}), an interval that {'holds' if holds else 'does not hold'} the pooled "
        f"{pooled.estimate}." + (f" But {part}: then agreement is no independent support." if part else ""),
        {"ratio": float(trial["estimate"]), "lower": float(trial["lower"]), "upper": float(trial["upper"])},
        exists=holds,
        constrained=True,
    )


def judge_reduction(trial: TwoArms, outcomes: Sequence[str], printed_p: Mapping[str, Printed]) -> Finding:
    """Does a trial carry the words "significantly reduced mortality", without saying when or by which test?

    It does if every outcome, under every test of `checks.proportions.TESTS` and in every p value of its own that the
    trial prints, is significant at 5%. The words are not judged where rounding leaves one of these open.

    Parameters
    ----------
    trial : a row of counts per outcome in `outcomes`; arrays of shape (k,).
    printed_p : p values that the trial prints of analyses that counts cannot reproduce, by name.
    """
    p = p_values(trial, outcomes)
    fewer = np.asarray(trial.events_treated / trial.n_treated < trial.events_control / trial.n_control)
    from_counts = ((p < 0.05).to_numpy() & fewer[:, None]).ravel().tolist()
    sides = [*from_counts, *(number.below(0.05) for number in printed_p.values())]
    told = "; ".join(f"{outcome} p {p_range(Interval(row.min(), row.max()))}" for outcome, row in p.iterrows())
    printed = "".join(f"; printed by the trial: {name} {number}" for name, number in printed_p.items())
    if all(sides):
        found = "The reduction is significant throughout."
    elif not any(sides):
        found = "Nothing is significant."
    else:
        found = "Whether the reduction is significant depends on outcome and test."
    return Finding(
        judge_reduction,
        f"two-sided 5%; {', '.join(TESTS)}",
        f"From the counts, by {p.shape[1]} tests: {told}{printed}. {found}",
        {f"p_{outcome}": Interval(row.min(), row.max()) for outcome, row in p.iterrows()},
        exists=any(side is not False for side in sides),
        constrained=True,
        worded=True if all(sides) else False if False in sides else None,
    )
