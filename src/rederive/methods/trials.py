"""Single two-arm trials, recomputed from their counts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rederive.checks.proportions import TESTS
from rederive.methods.pooling import Measure, TwoArms, effect_sizes, inverse_variance
from rederive.printed import Interval, Printed
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

    They do if no test of the two arms is significant at 5%. That is less than showing that there is none; the
    finding says whether the trial's odds ratio may still be `worth_having`.
    """
    p = p_values(trial, ["trial"]).iloc[0]
    found = single_trials(trial, ["trial"], ["OR"]).iloc[0]
    reaches = Interval(found["lower"], found["upper"]).overlaps(worth_having.interval())
    return Finding(
        judge_no_difference,
        f"two-sided 5%; {', '.join(TESTS)}",
        f"Read as: no significant reduction. From the counts p is {p.min():.2f} to {p.max():.2f} under {len(p)} tests. "
        f"The odds ratio is {found['estimate']:.2f} ({found['lower']:.2f} to {found['upper']:.2f}), so a reduction is "
        f"not excluded; the interval {'just reaches' if reaches else 'does not reach'} the overall {worth_having}.",
        {"odds_ratio": float(found["estimate"]), "p": Interval(p.min(), p.max())},
        recomputes=p.min() > 0.05,
    )
