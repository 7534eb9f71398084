"""Single two-arm trials, recomputed from their counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from rederive.checks.proportions import TESTS, chi2_p, fisher_p
from rederive.claims import RATIO_NAMES, PrintedRatio
from rederive.methods.log_rank import log_rank
from rederive.methods.pooling import Measure, TwoArms, effect_sizes, inverse_variance
from rederive.printed import Interval, Printed, p_range
from rederive.verdicts import Finding

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


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
    p_ends = Interval(p.min(), p.max())
    found = single_trials(trial, ["trial"], ["OR"]).iloc[0]
    limits, effect = Interval(found["lower"], found["upper"]), worth_having.interval()
    holds = effect.lower in limits and effect.upper in limits
    relation = {True: "holds", False: "just touches" if limits.overlaps(effect) else "does not reach"}[holds]
    return Finding(
        judge_no_difference,
        f"two-sided 5%; {', '.join(TESTS)}",
        f"Read as: no significant reduction. From the counts p is {p_range(p_ends)} under {len(p)} tests. The odds "
        f"ratio is {found['estimate']:.2f} ({found['lower']:.2f} to {found['upper']:.2f}), an interval that {relation} "
        f"the overall {worth_having}.",
        {"odds_ratio": float(found["estimate"]), "p": p_ends},
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


# ------------------------------------------------------------------- arms that are known only as a set of possibilities


def effect_ranges(tables: pd.DataFrame) -> pd.DataFrame:
    """Effects on survival over a set of possible tables, whose events are survivors: sets, not confidence intervals.

    Returns
    -------
    A row per `measure`, each treated against control: odds ratio and risk ratio of survival, risk ratio of death,
    difference in survival, and the number needed to treat for one more survivor. `effect` is the range over the tables;
    `lower` and `upper` are the lowest lower and the highest upper limit of their 95% Wald intervals. The limits of the
    number needed to treat are those of the difference, inverted.

    Raises
    ------
    ValueError : if the difference, or a limit of it, may be 0: no number needed to treat.
    """
    alive = TwoArms.from_frame(tables)
    dead = TwoArms(
        alive.n_treated - alive.events_treated, alive.n_treated, alive.n_control - alive.events_control, alive.n_control
    )
    named: list[tuple[str, TwoArms, Measure]] = [
        ("odds ratio of survival", alive, "OR"),
        ("risk ratio of survival", alive, "RR"),
        ("risk ratio of death", dead, "RR"),
        ("difference in survival", alive, "RD"),
    ]
    rows: list[dict[str, Any]] = []
    for name, arms, measure in named:
        effects, variances = effect_sizes(arms, measure)
        half = stats.norm.isf(0.025) * np.sqrt(variances)
        natural = np.asarray if measure == "RD" else np.exp
        limits = float(natural(np.min(effects - half))), float(natural(np.max(effects + half)))
        effect = Interval(float(natural(np.min(effects))), float(natural(np.max(effects))))
        rows.append({"measure": name, "effect": effect, "lower": limits[0], "upper": limits[1]})
    difference = rows[-1]
    if difference["lower"] <= 0:
        raise ValueError("the difference in survival may be 0: no number needed to treat")
    rows.append(
        {
            "measure": "treated per additional survivor",
            "effect": _inverse(difference["effect"]),
            "lower": 1 / difference["upper"],
            "upper": 1 / difference["lower"],
        }
    )
    return pd.DataFrame(rows)


def effects_of_shares(treated: Printed, control: Printed) -> dict[str, Interval]:
    """The effects of `effect_ranges` for arms of any size at all: what the rounding of two shares of survivors leaves.

    Each effect rises or falls with each share, so its ends lie at theirs.

    Raises
    ------
    ValueError : if the treated share may not be above that of the controls, or a share may be 0% or 100%.
    """
    (t_low, t_high), (c_low, c_high) = treated.ends(), control.ends()
    if not 0 < c_low <= c_high < t_low <= t_high < 1:
        raise ValueError(
            "expected shares strictly between 0% and 100%, and more survivors among the treated, whatever was rounded"
        )
    difference = t_low - c_high, t_high - c_low
    ends = {
        "odds ratio of survival": (
            t_low / (1 - t_low) / (c_high / (1 - c_high)),
            t_high / (1 - t_high) / (c_low / (1 - c_low)),
        ),
        "risk ratio of survival": (t_low / c_high, t_high / c_low),
        "risk ratio of death": ((1 - t_high) / (1 - c_low), (1 - t_low) / (1 - c_high)),
        "difference in survival": difference,
        "treated per additional survivor": (1 / difference[1], 1 / difference[0]),
    }
    return {name: Interval(float(lower), float(upper)) for name, (lower, upper) in ends.items()}


def _inverse(interval: Interval) -> Interval:
    return Interval(1 / interval.upper, 1 / interval.lower)


def distance_from_arm(arms: pd.DataFrame, events: int, n: int) -> pd.Series:
    """How far an arm known only as a set of possibilities lies from an arm whose counts are known.

    Parameters
    ----------
    arms : possible `events` and `n`; repeated ones count once.
    events, n : the arm known.

    Returns
    -------
    `difference`, possible share minus known share; `lower` and `upper`, the lowest and the highest limit of its 95%
    Wald interval; `p`, over χ² test without correction and Fisher's exact test. Ranges over the set.
    """
    distinct = arms[["events", "n"]].drop_duplicates()
    e, of = distinct["events"].to_numpy(), distinct["n"].to_numpy()
    known = np.full_like(e, events), np.full_like(of, n)
    effects, variances = effect_sizes(TwoArms(e, of, *known), "RD")
    half = stats.norm.isf(0.025) * np.sqrt(variances)
    p = np.concatenate([test(e, of, *known) for test in (chi2_p, fisher_p)])
    return pd.Series(
        {
            "difference": Interval(effects.min(), effects.max()),
            "lower": float(np.min(effects - half)),
            "upper": float(np.max(effects + half)),
            "p": Interval(p.min(), p.max()),
        }
    )


def log_rank_by_order(alive_treated: int, n_treated: int, alive_control: int, n_control: int) -> pd.DataFrame:
    """The log-rank p value of the same survivors and deaths under three orders of the deaths.

    Deaths do not share a day, and nobody is lost before the last one. Either all treated patients who die do so first,
    or all controls do, or the two arms' deaths are spread evenly. These are examples, the first and the last extreme.

    Returns
    -------
    A row per `order` with `p`.

    Raises
    ------
    ValueError : if nobody dies in an arm.
    """
    deaths = n_treated - alive_treated, n_control - alive_control
    if min(deaths) < 1:
        raise ValueError("expected deaths in both arms")
    ranks = [(np.arange(d) + 0.5) / d for d in deaths]  # evenly spread over the deaths of an arm
    moved = {
        "deaths among controls first": (ranks[0] + 1, ranks[1]),
        "deaths spread evenly": (ranks[0], ranks[1]),
        "deaths among treated first": (ranks[0], ranks[1] + 1),
    }
    places = [np.argsort(np.argsort(np.concatenate(both), kind="stable"), kind="stable") for both in moved.values()]
    died, treated = _who_died(alive_treated, n_treated, alive_control, n_control)
    return pd.DataFrame({"order": list(moved), "p": _log_rank_p(np.array(places), died, treated)})


def _who_died(alive_treated: int, n_treated: int, alive_control: int, n_control: int) -> tuple[Bools, Bools]:
    """Whether each patient died, and was treated: survivors of each arm at the ends, the deaths in the middle."""
    deaths = n_treated - alive_treated, n_control - alive_control
    died = np.repeat([False, True, False], [alive_treated, sum(deaths), alive_control])
    return died, np.arange(n_treated + n_control) < n_treated


def _log_rank_p(places: NDArray[np.int64], died: Bools, treated: Bools) -> Floats:
    """The log-rank p value of each order of the deaths: their places from 0, shape (orders, deaths)."""
    days = np.full((len(places), died.size), places.shape[1], dtype=float)  # survivors outlast the last death
    days[:, died] = places
    z = log_rank(days, np.broadcast_to(died, days.shape), treated)
    return np.asarray(2 * stats.norm.sf(np.abs(z)))


def log_rank_of_shuffled_deaths(
    alive_treated: int, n_treated: int, alive_control: int, n_control: int, *, draws: int, seed: int
) -> Floats:
    """Simulated: the log-rank p values of the same survivors when chance alone orders the deaths; shape (draws,).

    Deaths do not share a day, nobody is lost before the last one, and every order of the deaths is as likely.

    Raises
    ------
    ValueError : if nobody dies.
    """
    deaths = n_treated + n_control - alive_treated - alive_control
    if deaths < 1:
        raise ValueError("expected deaths")
    rng = np.random.default_rng(seed)
    died, treated = _who_died(alive_treated, n_treated, alive_control, n_control)
    return _log_rank_p(np.array([rng.permutation(deaths) for _ in range(draws)]), died, treated)
