"""Two percentages and a p value from arms whose sizes are not printed: which sizes can have printed them.

At fixed shares a p value falls as arms grow. So a printed p value picks sizes: a narrow range of them if the arms are
about equal, and an endless list if one arm may be as large as one likes. `tables_that_print` lists them up to a size;
`size_bounds` proves what holds beyond it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from rederive.checks.proportions import TESTS, prints_percentage
from rederive.checks.ratios import SLACK
from rederive.printed import Interval, Printed, Rounding
from rederive.verdicts import Finding

# ------------------------------------------------------------------------------- bounds that hold for all sizes


def size_bounds(treated: Printed, control: Printed, p: Printed) -> pd.DataFrame:
    """What every pair of arms that prints two shares and p obeys under each test, however large the arms are.

    Let d be the difference of the shares, z the normal quantile of p, m the smaller arm, K = 1/n1 + 1/n0, and v the
    pooled share times its complement. Each of d, z and v lies in an interval. Then

    - χ²: z² = d² / (v K), which bounds K;
    - with continuity correction: z = (d - K/2) / sqrt(v K), so sqrt(K) = sqrt(z² v + 2 d) - z sqrt(v), which rises
      with d and falls with z and v;
    - z, unpooled: v1/n1 + v0/n0 = d² / z², v1 and v0 being each share times its complement;
    - Fisher: see `largest_smaller_arm_by_fisher`; for the other columns we know no bound.

    1/m < K <= 2/m, and n1 + n0 >= 4/K.

    Returns
    -------
    A row per test with `treated_least`, `control_least`, `smaller_most` and `all_least`, in patients; NaN if unknown.

    Raises
    ------
    ValueError : if the shares may be equal, or p is printed as a bound: then there is no largest size.
    """
    shares = treated.interval(), control.interval()
    d, z = _difference(*shares), _quantiles(p)
    pooled = _spread(Interval(min(s.lower for s in shares), max(s.upper for s in shares)))
    v1, v0 = (_spread(share) for share in shares)
    plain = Interval(d.lower**2 / (pooled.upper * z.upper**2), d.upper**2 / (pooled.lower * z.lower**2))
    corrected = Interval(
        _root_corrected(d.lower, z.upper, pooled.upper) ** 2, _root_corrected(d.upper, z.lower, pooled.lower) ** 2
    )
    unpooled = Interval((d.lower / z.upper) ** 2, (d.upper / z.lower) ** 2)
    bounds = {
        "χ²": (1 / plain.upper, 1 / plain.upper, 2 / plain.lower, 4 / plain.upper),
        "χ² with continuity correction": (
            1 / corrected.upper,
            1 / corrected.upper,
            2 / corrected.lower,
            4 / corrected.upper,
        ),
        "Fisher's exact": (math.nan, math.nan, largest_smaller_arm_by_fisher(d.lower, p), math.nan),
        "two-sample z, unpooled": (
            v1.lower / unpooled.upper,
            v0.lower / unpooled.upper,
            (v1.upper + v0.upper) / unpooled.lower,
            (math.sqrt(v1.lower) + math.sqrt(v0.lower)) ** 2 / unpooled.upper,
        ),
    }
    rows = [
        {
            "test": test,
            "treated_least": np.ceil(treated_least * (1 - SLACK)),
            "control_least": np.ceil(control_least * (1 - SLACK)),
            "smaller_most": np.floor(smaller_most * (1 + SLACK)),
            "all_least": np.ceil(all_least * (1 - SLACK)),
        }
        for test, (treated_least, control_least, smaller_most, all_least) in bounds.items()
    ]
    return pd.DataFrame(rows)


def largest_smaller_arm_by_fisher(difference: float, p: Printed) -> int:
    """No two arms that both have more patients than this print p by Fisher's exact test, if shares differ by this much.

    Let m be the smaller arm and N all patients. Given the margins, its events are hypergeometric, and lie away from
    what is expected by m t, where t = difference (N - m) / N >= difference / 2. By Hoeffding (1963, for sampling
    without replacement) a result at least so far away on its side has a probability of at most exp(-2 m t²), and so
    has the table seen. At most m + 1 tables are counted, none likelier. So p <= (m + 1) exp(-m difference² / 2), which
    falls in m once m >= 2 / difference² - 1.

    Raises
    ------
    ValueError : if there is no difference, or p is printed as a bound.
    """
    if difference <= 0:
        raise ValueError("expected shares that differ")
    least = _bounded_p(p).lower
    m = math.ceil(2 / difference**2)
    while (m + 1) * math.exp(-m * difference**2 / 2) >= least:
        m += 1
    return m - 1


def _difference(treated: Interval, control: Interval) -> Interval:
    ends = treated.lower - control.upper, treated.upper - control.lower
    if ends[0] <= 0 <= ends[1]:
        raise ValueError("expected shares that differ whatever was rounded")
    return Interval(*sorted(abs(end) for end in ends))


def _bounded_p(p: Printed) -> Interval:
    ends = p.interval()
    if p.bound or ends.lower <= 0 or ends.upper >= 1:
        raise ValueError(f"expected a p value between 0 and 1 that is not a bound, got {p}")
    return ends


def _quantiles(p: Printed) -> Interval:
    ends = _bounded_p(p)
    return Interval(stats.norm.isf(ends.upper / 2), stats.norm.isf(ends.lower / 2))


def _spread(share: Interval) -> Interval:
    """The range of s (1 - s) over shares s, none of them nobody or everybody."""
    if not 0 < share.lower <= share.upper < 1:
        raise ValueError(f"expected a share strictly between 0% and 100%, got {share:.1%}")
    ends = [s * (1 - s) for s in (share.lower, share.upper)]
    return Interval(min(ends), 0.25 if 0.5 in share else max(ends))


def _root_corrected(d: float, z: float, v: float) -> float:
    return math.sqrt(z**2 * v + 2 * d) - z * math.sqrt(v)


# --------------------------------------------------------------------------------- tables of arms of unknown size


def nearly_equal(tables: pd.DataFrame, *, people: int = 1, percent: int = 0) -> pd.DataFrame:
    """The tables whose arms differ by at most so many people, or by at most this percentage of the smaller arm."""
    smaller = tables[["n_treated", "n_control"]].min(axis=1)
    apart = (tables["n_treated"] - tables["n_control"]).abs()
    return tables[(apart <= people) | (100 * apart <= percent * smaller)]


def rounded_alike(tables: pd.DataFrame, treated: Printed, control: Printed, how: Rounding) -> pd.DataFrame:
    """The tables whose two shares are both printed under one rounding, which settles the ties of both arms alike."""
    fits = [
        prints_percentage(tables[f"events_{arm}"], tables[f"n_{arm}"], share, how)
        for arm, share in (("treated", treated), ("control", control))
    ]
    return tables[np.all(fits, axis=0)]


def sizes_by_test(tables: pd.DataFrame) -> pd.DataFrame:
    """Ranges of sizes over the result of `tables_that_print`: a row for each test that prints p, and one for them all.

    Returns
    -------
    `test`, `tables`, `treated` and `control` (ranges of patients per arm), `smaller_most`, `all_least`.
    """
    by_test: dict[str, pd.DataFrame] = {
        test: tables[tables[f"{test} prints p"]] for test in TESTS if f"{test} prints p" in tables.columns
    }
    rows = [
        {
            "test": name,
            "tables": len(found),
            "treated": _range(found[["n_treated"]]),
            "control": _range(found[["n_control"]]),
            "smaller_most": int(found[["n_treated", "n_control"]].min(axis=1).max()),
            "all_least": int((found["n_treated"] + found["n_control"]).min()),
        }
        for name, found in {**by_test, "any of them": tables}.items()
        if not found.empty
    ]
    return pd.DataFrame(rows)


def _range(sizes: pd.DataFrame) -> Interval:
    return Interval(int(sizes.to_numpy().min()), int(sizes.to_numpy().max()))


def judge_unknown_arms(treated: Printed, control: Printed, p: Printed, tables: pd.DataFrame, largest: int) -> Finding:
    """Can two shares and a p value come from arms of any size?

    Parameters
    ----------
    tables : what `tables_that_print` finds among all arms of up to `largest` patients.

    The claim is possible if a table prints the three numbers. That none up to that size does leaves it open.
    """
    equal = nearly_equal(tables)
    recomputed: dict[str, int | Interval] = {"tables": len(tables)}
    told = (
        f"{len(tables):,} tables (sizes and survivors of both arms) with up to {largest} patients an arm print "
        f"{treated}, {control} and p = {p} by at least one test."
    )
    if not tables.empty:
        recomputed["patients_in_all_at_least"] = int((tables["n_treated"] + tables["n_control"]).min())
        told += f" They have {recomputed['patients_in_all_at_least']} patients or more in all."
    if not equal.empty:
        per_arm = recomputed["patients_per_arm_if_nearly_equal"] = _range(equal[["n_treated", "n_control"]])
        told += f" If the arms differ by one patient at most, each has {per_arm:.0f}."
    return Finding(
        judge_unknown_arms,
        f"counts of patients, none lost; rounded to the nearest, ties either way; two-sided {', '.join(TESTS)}",
        told,
        recomputed,
        exists=True if not tables.empty else None,
        missing=("patients per arm", "survivors per arm", "patients lost before that day", "test used"),
    )


# ------------------------------------------------------------------------------------------ intervals of one share


def share_intervals(events: int, n: int) -> pd.DataFrame:
    """The confidence interval of one share by six methods: `method`, `lower`, `upper`.

    Five are statsmodels'. The sixth widens Wald's by 1 / (2 n) on each side, its continuity correction.
    """
    methods = {
        "Wald": "normal",
        "Wilson": "wilson",
        "Clopper and Pearson": "beta",
        "Agresti and Coull": "agresti_coull",
        "Jeffreys": "jeffreys",
    }
    found = {name: proportion_confint(events, n, method=method) for name, method in methods.items()}
    lower, upper = found["Wald"]
    found["Wald, continuity correction"] = (max(0.0, lower - 0.5 / n), min(1.0, upper + 0.5 / n))
    return pd.DataFrame([{"method": name, "lower": low, "upper": high} for name, (low, high) in found.items()])


def people_behind(share: Printed, lower: Printed, upper: Printed, level: float = 0.95) -> Interval:
    """How many people an interval of the kind share ± z standard errors stands for, if nobody was lost.

    n = s (1 - s) z² / h², h being half the interval's width. Losses widen the interval of a Kaplan-Meier estimate, so
    that it stands for fewer people than the arm had.

    Raises
    ------
    ValueError : if rounding leaves no width.
    """
    low, high, spread = lower.interval(), upper.interval(), _spread(share.interval())
    narrow, wide = (high.lower - low.upper) / 2, (high.upper - low.lower) / 2
    if narrow <= 0:
        raise ValueError("expected an interval that is wider than its rounding")
    z = stats.norm.isf((1 - level) / 2)
    return Interval(spread.lower * (z / wide) ** 2, spread.upper * (z / narrow) ** 2)


def limits_printed(intervals: pd.DataFrame, printed: Mapping[str, Printed]) -> NDArray[np.bool_]:
    """Which rows of `share_intervals` round to a printed `lower` and `upper`."""
    return np.asarray(np.all([printed[end].could_print(intervals[end]) for end in ("lower", "upper")], axis=0))
