"""What the counts of `calibration.run` come to, for readers."""

from __future__ import annotations

import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from rederive.calibration.run import KINDS

COUNTS = ["claims", "contradicted", "midpoint"]


def alarms_by_kind(counts: pd.DataFrame, *, exact: bool) -> pd.DataFrame:
    """The counts of `false_alarms` by kind: of kinds whose tests and distributions the check names, or of the others.

    Parameters
    ----------
    counts : with columns `kind` and `COUNTS`.

    Returns
    -------
    A row per kind, in the order of `KINDS`, with `COUNTS`, the `check`, and the `cause` of alarms.
    """
    summed = counts.groupby("kind")[COUNTS].sum()
    chosen = [kind for kind in KINDS if kind in summed.index and KINDS[kind].exact is exact]
    return summed.loc[chosen].assign(
        check=[KINDS[kind].check for kind in chosen], cause=[KINDS[kind].cause for kind in chosen]
    )


def power_by(counts: pd.DataFrame, by: list[str], *, constrained: bool) -> pd.DataFrame:
    """The counts of `power`, of kinds whose numbers tie each other down or of the others, added up by some columns."""
    chosen = counts[[KINDS[kind].constrained is constrained for kind in counts["kind"]]]
    total: pd.DataFrame = chosen.groupby(by, sort=False)[COUNTS].sum()
    return total


def caught_by_slip(counts: pd.DataFrame) -> pd.DataFrame:
    """The share of spoilt claims that are contradicted: a row per kind, a column per slip; NaN if none can happen."""
    summed = counts.groupby(["kind", "slip"], as_index=False)[COUNTS].sum()
    summed["share"] = summed["contradicted"] / summed["claims"]
    shares = summed.pivot_table(index="kind", columns="slip", values="share")
    return shares.loc[[kind for kind in KINDS if kind in shares.index], list(dict.fromkeys(counts["slip"]))]


def caught_by(corruptions: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Corruptions of documents that were tried and `caught`, added up by some columns, with the `rate`.

    A corruption is caught if the loader refuses it, or if its claim or another one becomes contradicted. The exact 95%
    interval from `lower` to `upper` (Clopper and Pearson 1934) takes corruptions for independent.
    """
    total = corruptions.groupby(by, sort=False)[["tried", "refused", "contradicted", "elsewhere"]].sum()
    caught = total[["refused", "contradicted", "elsewhere"]].sum(axis=1)
    lower, upper = proportion_confint(caught, total["tried"], 0.05, method="beta")
    return total.assign(caught=caught, rate=caught / total["tried"], lower=lower, upper=upper)
