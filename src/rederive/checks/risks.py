"""From odds and hazards to risks, the scale that patients live on.

With control risk r an odds ratio OR stands for the treated risk r1 = OR r / (1 - r + OR r). With control survival S at
some time, and hazards that keep the same ratio HR up to then, treated survival is S^HR.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import optimize

from rederive.claims import PrintedRatio
from rederive.printed import Interval, Printed, formatted
from rederive.verdicts import Finding

Floats = NDArray[np.float64]


def treated_risk(odds_ratio: ArrayLike, control_risk: ArrayLike) -> Floats:
    """The risk that an odds ratio makes of a control risk; arguments broadcast."""
    odds_ratio, r = np.asarray(odds_ratio, dtype=float), np.asarray(control_risk, dtype=float)
    return np.asarray(odds_ratio * r / (1 - r + odds_ratio * r))


def relative_risk(odds_ratio: ArrayLike, control_risk: ArrayLike) -> Floats:
    """The relative risk that an odds ratio stands for at a control risk above 0; arguments broadcast."""
    return np.asarray(treated_risk(odds_ratio, control_risk) / np.asarray(control_risk, dtype=float))


@dataclass(frozen=True)
class RiskScale:
    """What an odds ratio means at one control risk, each quantity as an interval.

    Attributes
    ----------
    control_risk : the risk without treatment that all else rests on.
    treated_risk, relative_risk, relative_reduction, risk_difference : as their names say; the difference is
        treated minus control.
    """

    control_risk: float
    treated_risk: Interval
    relative_risk: Interval

    @property
    def relative_reduction(self) -> Interval:
        return Interval(1 - self.relative_risk.upper, 1 - self.relative_risk.lower)

    @property
    def risk_difference(self) -> Interval:
        return Interval(self.treated_risk.lower - self.control_risk, self.treated_risk.upper - self.control_risk)

    @property
    def number_needed_to_treat(self) -> Interval:
        """Patients treated per event avoided (or caused), the reciprocal of the risk difference.

        Where the difference may be 0 the interval runs through infinity (Altman 1998 prints it so); that is no
        interval of numbers, and an error here.

        Raises
        ------
        ValueError : if the risk difference may be 0, where the number needed to treat passes through infinity.
        """
        if 0 in self.risk_difference:
            raise ValueError("the risk difference may be 0: no number needed to treat")
        ends = sorted(abs(1 / x) for x in (self.risk_difference.lower, self.risk_difference.upper))
        return Interval(ends[0], ends[1])


def risk_scale(odds_ratio: Interval, control_risk: float) -> RiskScale:
    """Take an odds ratio, as an interval, to the risk scale at a control risk strictly between 0 and 1.

    The interval may hold what rounding leaves open or what chance does; risks rise with the odds ratio, so its
    ends give theirs.

    Raises
    ------
    ValueError : if the control risk is not strictly between 0 and 1.
    """
    if not 0 < control_risk < 1:
        raise ValueError(f"expected a control risk strictly between 0 and 1, got {control_risk}")
    ends = [float(treated_risk(x, control_risk)) for x in (odds_ratio.lower, odds_ratio.upper)]
    return RiskScale(control_risk, Interval(*ends), Interval(*(x / control_risk for x in ends)))


def risk_table(odds_ratio: Interval, control_risks: Mapping[str, float]) -> pd.DataFrame:
    """`risk_scale` at several named control risks: a row each, sorted by risk, with intervals as cells."""
    rows = [
        {
            "whose": name,
            "control risk": scale.control_risk,
            "relative risk": scale.relative_risk,
            "risk difference": scale.risk_difference,
            "treated per event avoided": scale.number_needed_to_treat,
        }
        for name, risk in sorted(control_risks.items(), key=lambda named: named[1])
        for scale in [risk_scale(odds_ratio, risk)]
    ]
    return pd.DataFrame(rows)


def highest_control_risk(odds_ratio: Interval, reduction: Interval) -> float:
    """The highest control risk at which an odds ratio below 1 can still mean this relative risk reduction.

    Solves 1 - OR / (1 - r (1 - OR)) = reduction for r, at the smallest odds ratio and the smallest reduction; 0 if
    it cannot mean it at any control risk.

    Raises
    ------
    ValueError : if the odds ratio cannot be below 1, or the reduction is complete.
    """
    low, target = odds_ratio.lower, reduction.lower
    if not (0 <= low < 1 and target < 1):
        raise ValueError("expected an odds ratio that may be below 1, and a reduction below 100%")
    return max(0.0, (1 - low / (1 - target)) / (1 - low))


def judge_relative_reduction(reduction: Printed, ratio: PrintedRatio, control_risk: float) -> Finding:
    """Is an odds ratio, read as a relative risk reduction, worded rightly at this control risk?

    Raises
    ------
    ValueError : if the ratio is not an odds ratio, and as `highest_control_risk`.
    """
    if ratio.measure != "OR":
        raise ValueError(f"expected an odds ratio, got {ratio.measure}")
    printed = ratio.estimate.interval()
    at = risk_scale(printed, control_risk).relative_reduction
    limit = highest_control_risk(printed, reduction.interval())
    odds_reduction = Interval(1 - printed.upper, 1 - printed.lower)
    return Finding(
        judge_relative_reduction,
        f"one control risk for all patients, {control_risk:.1%}",
        f"The {reduction} is 1 − OR, a reduction in odds; at a control risk of {control_risk:.1%} the printed odds "
        f"ratio means {at:.1%} fewer deaths, and {reduction} only where no more than "
        f"{formatted(limit, '.2%', ROUND_CEILING)} die untreated.",
        {"relative_reduction": at, "highest_control_risk": limit},
        exists=odds_reduction.overlaps(reduction.interval()),
        constrained=True,
        worded=at.overlaps(reduction.interval()),
    )


def relative_risk_of_hazard_ratio(hazard_ratio: ArrayLike, control_survival: ArrayLike) -> Floats:
    """The relative risk up to a time at which this share of controls is free of the event; arguments broadcast.

    With hazards in proportion, treated survival is S^h, so the relative risk is (1 - S^h) / (1 - S). It rises from h,
    where next to nobody has had the event, to 1, where everybody has.

    Raises
    ------
    ValueError : if a survival is not strictly between 0 and 1.
    """
    h, s = np.asarray(hazard_ratio, dtype=float), np.asarray(control_survival, dtype=float)
    if np.any((s <= 0) | (s >= 1)):
        raise ValueError("expected control survival strictly between 0 and 1")
    return np.asarray((1 - s**h) / (1 - s))


def reduction_of_hazard_ratio(hazard_ratio: Interval, control_survival: Interval) -> Interval:
    """The relative risk reductions over all values in both; a reduction falls as the ratio or the risk rises."""
    least, most = (
        1 - float(relative_risk_of_hazard_ratio(h, s))
        for h, s in (
            (hazard_ratio.upper, control_survival.lower),
            (hazard_ratio.lower, control_survival.upper),
        )
    )
    return Interval(least, most)


def lowest_control_survival(hazard_ratio: Interval, reduction: Interval) -> float:
    """The lowest control survival at which a hazard ratio below 1 can still mean this relative risk reduction.

    1 if it can mean it at none, 0 if at all.
    """

    def spare(survival: float) -> float:
        return 1 - float(relative_risk_of_hazard_ratio(hazard_ratio.lower, survival)) - reduction.lower

    if 1 - hazard_ratio.lower <= reduction.lower:
        return 1.0
    return float(optimize.brentq(spare, 1e-9, 1 - 1e-9)) if spare(1e-9) < 0 else 0.0


def judge_hazard_reduction(reduction: Printed, ratio: PrintedRatio, control_survival: Mapping[str, Printed]) -> Finding:
    """Is a hazard ratio below 1, read as a reduction in risk, worded rightly?

    It is if that reduction holds at each of the times at which the share of controls without the event is given, by
    name. These are borrowed from somewhere, and the card says so.

    Raises
    ------
    ValueError : if the ratio is not a hazard ratio below 1.
    """
    if ratio.measure != "HR" or not ratio.estimate.interval().upper < 1:
        raise ValueError(f"expected a hazard ratio below 1, got {ratio.measure} {ratio.estimate}")
    printed = ratio.estimate.interval()
    at = {name: reduction_of_hazard_ratio(printed, share.interval()) for name, share in control_survival.items()}
    limit = lowest_control_survival(printed, reduction.interval())
    told = "; ".join(f"{name} ({control_survival[name]}), {found:.1%}" for name, found in at.items())
    return Finding(
        judge_hazard_reduction,
        "hazards in proportion throughout; control survival borrowed",
        f"The {reduction} is 1 − HR, a reduction in the hazard. With the share of controls free of the event in "
        f"brackets, risk is lower by: {told}. It is lower by {reduction} only while at least "
        f"{formatted(limit, '.1%', ROUND_FLOOR)} of controls are free of it.",
        {**at, "lowest_control_survival": limit},
        exists=Interval(1 - printed.upper, 1 - printed.lower).overlaps(reduction.interval()),
        constrained=True,
        worded=all(found.overlaps(reduction.interval()) for found in at.values()),
    )
