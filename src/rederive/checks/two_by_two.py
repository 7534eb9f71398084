"""Which test, or which kind of odds ratio, printed a number beside a two-by-two table?

A source that prints counts and a p value seldom says everything about its test. The number itself often does.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy import stats

from rederive.checks.proportions import TESTS, counts_that_print
from rederive.claims import PrintedRatio
from rederive.printed import Interval, Printed, Rounding, listed
from rederive.verdicts import Finding

NONE = "none of these"
COUNTS = ["events_treated", "n_treated", "events_control", "n_control"]


def chi2_statistics(a: int, n1: int, c: int, n0: int) -> dict[str, float]:
    """χ² of a of n1 against c of n0 by its two usual formulas, neither with continuity correction.

    From `scipy.stats.chi2_contingency`: Pearson's, and the likelihood-ratio statistic, 2 Σ observed log(observed /
    expected), also called G.
    """
    table = np.array([[a, n1 - a], [c, n0 - c]])
    return {
        name: float(stats.chi2_contingency(table, correction=False, lambda_=how).statistic)
        for name, how in {"Pearson's χ²": "pearson", "likelihood-ratio χ²": "log-likelihood"}.items()
    }


def p_by_test(a: int, n1: int, c: int, n0: int) -> dict[str, float]:
    """The p value of a of n1 against c of n0: two-sided by each of `TESTS` and by likelihood ratio, and one-sided.

    The one-sided test is Fisher's, in the direction seen.
    """
    table = [[a, n1 - a], [c, n0 - c]]
    one_sided = min(stats.fisher_exact(table, alternative=side).pvalue for side in ("less", "greater"))
    return {name: float(test(a, n1, c, n0)) for name, test in TESTS.items()} | {
        "likelihood-ratio χ²": float(stats.chi2.sf(chi2_statistics(a, n1, c, n0)["likelihood-ratio χ²"], 1)),
        "Fisher's exact, one-sided": float(one_sided),
    }


def which_test_prints(tables: pd.DataFrame) -> pd.DataFrame:
    """`p_by_test` for a table of counts with a column `p` of printed p values; any index.

    Returns
    -------
    That index, a column per test, and `printed by`: the tests whose p value prints as `p`, in words. If none does
    rounded to the nearest, those are named that do with further digits cut off, as such.
    """
    found = pd.DataFrame(
        [p_by_test(*counts) for counts in tables[COUNTS].itertuples(index=False, name=None)], index=tables.index
    )
    fits = pd.DataFrame({name: _prints(tables["p"], found[name]) for name in found}, index=tables.index)
    cut_off = pd.DataFrame(
        {f"{name}, digits cut off": _prints_cut_off(tables["p"], found[name]) for name in found}, index=tables.index
    )
    names = [nearest if nearest != NONE else cut for nearest, cut in zip(_named(fits), _named(cut_off), strict=True)]
    return found.assign(**{"printed by": names})


def odds_ratios(a: int, n1: int, c: int, n0: int) -> dict[str, tuple[float, float, float]]:
    """The odds ratio of a of n1 against c of n0 with its 95% interval, two ways.

    "crude, Woolf's interval": the cross-product ratio, with a normal interval on the log scale. "conditional, exact
    interval": the conditional maximum likelihood estimate with the interval that goes with Fisher's test, as in R's
    `fisher.test`; from `scipy.stats.contingency.odds_ratio`.

    Raises
    ------
    ValueError : if a cell is empty.
    """
    if min(a, n1 - a, c, n0 - c) < 1:
        raise ValueError(f"expected no empty cell, got {a} of {n1} and {c} of {n0}")
    crude = np.log(a * (n0 - c) / (c * (n1 - a)))
    half = stats.norm.isf(0.025) * np.sqrt(1 / a + 1 / (n1 - a) + 1 / c + 1 / (n0 - c))
    conditional = stats.contingency.odds_ratio([[a, n1 - a], [c, n0 - c]], kind="conditional")
    limits = conditional.confidence_interval(0.95)
    return {
        "crude, Woolf's interval": (float(np.exp(crude)), float(np.exp(crude - half)), float(np.exp(crude + half))),
        "conditional, exact interval": (float(conditional.statistic), float(limits.low), float(limits.high)),
    }


def which_odds_ratio_prints(tables: pd.DataFrame) -> pd.DataFrame:
    """`odds_ratios` for a table of counts with a column `ratio` of `PrintedRatio`; any index.

    Returns
    -------
    That index, a column per way with (estimate, lower, upper), and `printed by`: the ways that print all three.
    """
    found = pd.DataFrame(
        [odds_ratios(*counts) for counts in tables[COUNTS].itertuples(index=False, name=None)], index=tables.index
    )
    fits = pd.DataFrame(
        {
            name: [_all_printed(ratio, values) for ratio, values in zip(tables["ratio"], found[name], strict=True)]
            for name in found
        },
        index=tables.index,
    )
    return found.assign(**{"printed by": _named(fits)})


def _all_printed(ratio: PrintedRatio, values: tuple[float, float, float]) -> bool:
    numbers = (ratio.estimate, ratio.lower, ratio.upper)
    return all(bool(number.could_print(value)) for number, value in zip(numbers, values, strict=True))


def _prints(printed: pd.Series, values: pd.Series) -> list[bool]:
    numbers: list[Printed] = printed.tolist()
    return [bool(number.could_print(value)) for number, value in zip(numbers, values, strict=True)]


def _prints_cut_off(printed: pd.Series, values: pd.Series) -> list[bool]:
    numbers: list[Printed] = printed.tolist()
    return [value in number.interval(Rounding.TRUNCATION) for number, value in zip(numbers, values, strict=True)]


def _named(fits: pd.DataFrame) -> list[str]:
    return [listed(row.index[row.to_numpy(dtype=bool)]) if row.any() else NONE for _, row in fits.iterrows()]


def judge_shares_of_arms(shares: Mapping[str, Printed], sizes: Mapping[str, int]) -> Finding:
    """Can these percentages be counts of arms of these sizes, and of which?"""
    counts = {arm: counts_that_print(share, [sizes[arm]])["events"].tolist() for arm, share in shares.items()}
    told = "; ".join(
        f"{share} of {sizes[arm]} {'is ' + listed(counts[arm], 'or') if counts[arm] else 'is no whole number'}"
        for arm, share in shares.items()
    )
    return Finding(
        judge_shares_of_arms,
        "rounded to the nearest; arm sizes from the source",
        f"As counts: {told}.",
        {arm: Interval(min(found), max(found)) for arm, found in counts.items() if found},
        exists=all(counts.values()),
        constrained=True,
    )
