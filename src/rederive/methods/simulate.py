"""Simulated cohorts of patients in whom treatment cycles, tumour response and the NLR have no effect.

No hazard of death or progression looks at any of them. What a patient receives and shows nevertheless depends on how
long the patient lives and stays free of progression, as in any clinic. NLR stands for the neutrophil-to-lymphocyte
ratio.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Outcome = Literal["OS", "PFS"]
Covariate = Literal["cycles", "response", "disease control", "NLR"]


@dataclass(frozen=True)
class CohortAssumptions:
    """Everything a simulated cohort rests on. Times are in days from the start of treatment; a month has 30.

    Cohorts are drawn as they look after the inclusion criteria: everyone is alive at `minimum_follow_up_days` and
    has had `minimum_cycles`. The medians are those of included patients. Overall and progression-free survival have one
    origin (the paper starts one with immunotherapy and the other with radiotherapy, at most a week or so apart).

    Attributes
    ----------
    patients : in each cohort.
    os_median_days : median overall survival.
    os_shape : Weibull shape of the hazard of death, 0.1 to 10 (beyond, powers of days run out of digits); 1 for a
        constant hazard.
    pfs_median_days : median progression-free survival, as seen at the assessments.
    early_progression : chance of progression at the first assessment. Later assessments all have one other chance, so
        that the median is `pfs_median_days`. Death does not change the hazard of progression.
    death_after_progression : the hazard of death after progression is seen is this many times that before it; 1 if
        progression and death are independent. Above 1, and with `stops_at_progression`, cycles go with overall survival
        although they do nothing, in a landmark or time-varying analysis too: treatment stops at progression, and
        progression brings death nearer. That is an association through progression, not an effect of cycles.
    assessment_interval_days : progression and response are seen at multiples of it only.
    assessment_delay_days : a patient's assessments all take place late by the same number of days, drawn evenly
        between 0 and this one; at most as many as `pfs_median_days` lies beyond a multiple of the interval, and 0
        unless `death_after_progression` is 1. If above 0, response seen so far does tell something of progression to
        come: whoever has just been assessed will not be found progressing before the next time.
    response_probability : expected share of patients seen to respond (CR or PR), but for administrative censoring and
        delay; whether and when a tumour would respond is independent of progression and death, and a response shows
        only in patients progression-free at that assessment.
    response_timing : chances that a response shows at the first, second, ... assessment; they add up to 1.
    days_per_cycle : from one cycle to the next; the first is on day 0.
    cycle_limit : planned maximum of cycles; None for no limit.
    stops_at_progression : whether the cycle due when progression is seen, and later ones, are left out.
    mean_days_to_stopping : patients stop for other reasons at a constant rate, after this many days on average
        from the last of the minimum cycles; infinite if none does. Nothing about it is printed; 120 was chosen because
        the standard error of cycles in the baseline analysis of OS then comes near the printed one (0.061), from below
        it to above as `death_after_progression` rises.
    minimum_cycles : cycles needed for inclusion; the last of them before the first assessment and before
        `minimum_follow_up_days`, so that inclusion says nothing about progression.
    minimum_follow_up_days : patients alive and followed up to this day are included.
    nlr_mean, nlr_sd : of the NLR, a ratio of cell counts, log-normal.
    enrolment_opens, enrolment_closes : patients start treatment evenly between the two.
    cutoff : end of follow-up for everyone still in it; nobody is lost before.

    Raises
    ------
    ValueError : if no cohort can meet the assumptions together.
    """

    patients: int = 36
    os_median_days: float = 9.6 * 30
    os_shape: float = 1.0
    pfs_median_days: float = 5.13 * 30
    early_progression: float = 11 / 36
    death_after_progression: float = 1.0
    assessment_interval_days: float = 42.0
    assessment_delay_days: float = 0.0
    response_probability: float = 7 / 36
    response_timing: tuple[float, ...] = (0.5, 0.25, 0.25)
    days_per_cycle: float = 21.0
    cycle_limit: int | None = None
    stops_at_progression: bool = True
    mean_days_to_stopping: float = 120.0
    minimum_cycles: int = 2
    minimum_follow_up_days: float = 42.0
    nlr_mean: float = 6.0
    nlr_sd: float = 5.0
    enrolment_opens: date = date(2020, 6, 1)
    enrolment_closes: date = date(2023, 8, 31)
    cutoff: date = date(2023, 11, 30)

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            may_be_0 = name in ("early_progression", "assessment_delay_days", "response_probability")
            if isinstance(value, int | float) and not isinstance(value, bool):
                _expect(value > 0 or (value == 0 and may_be_0), f"{name} cannot be {value}")
                _expect(value < math.inf or name == "mean_days_to_stopping", f"{name} cannot be {value}")
        _expect(0.1 <= self.os_shape <= 10, f"os_shape cannot be {self.os_shape}")
        _expect(self.os_median_days > self.minimum_follow_up_days, "nobody included dies before minimum_follow_up_days")
        _expect(
            self.last_minimum_cycle_day < min(self.minimum_follow_up_days, self.assessment_interval_days),
            "the minimum cycles must end before the first assessment and before minimum_follow_up_days",
        )
        _expect(
            self.cycle_limit is None or self.cycle_limit >= self.minimum_cycles, "cycle_limit is below minimum_cycles"
        )
        _expect(
            self.early_progression < 1 and min(self.response_timing) >= 0,
            "a chance must be at least 0, and that of early progression below 1",
        )
        _expect(math.isclose(sum(self.response_timing), 1), "the chances in response_timing must add up to 1")
        _expect(
            self.assessment_delay_days <= self.pfs_median_days % self.assessment_interval_days,
            "assessment_delay_days must not move an assessment beyond pfs_median_days",
        )
        _expect(
            self.assessment_delay_days == 0 or self.death_after_progression == 1,
            "assessment_delay_days above 0 needs a death_after_progression of 1: the medians are not solved for both",
        )
        _expect(
            self.later_progression_rate >= 0,
            "early progression and death alone make the median PFS shorter than pfs_median_days",
        )
        _expect(
            self.would_respond <= 1, "too few patients are progression-free at the assessments for response_probability"
        )
        _expect(
            self.enrolment_opens < self.enrolment_closes
            and (self.cutoff - self.enrolment_closes).days >= self.minimum_follow_up_days,
            "enrolment must open before it closes, and close minimum_follow_up_days before the cutoff",
        )

    @property
    def last_minimum_cycle_day(self) -> float:
        """The day of the last of the minimum cycles."""
        return (self.minimum_cycles - 1) * self.days_per_cycle

    @cached_property
    def _death_scale(self) -> float:
        """The c in the cumulative hazard of death before progression, (t^k - t0^k) / c after inclusion at t0.

        It makes survival at `os_median_days` one half. Of the two unknowns, this and the rate of later progression, the
        median PFS gives the second for each value of the first, which leaves one equation.
        """
        m = self.death_after_progression
        t0, k = self.minimum_follow_up_days, self.os_shape
        independent = float((self.os_median_days**k - t0**k) / math.log(2))
        if m == 1:
            return independent
        # The hazard is always between 1 and m times that before progression, so the scale is between 1 and m times that
        # of independence. Half and twice, lest rounding put the root outside.
        ends = independent * min(m, 1) / 2, independent * max(m, 1) * 2
        return float(brentq(lambda scale: self._alive_at_os_median(scale) - 0.5, *ends, rtol=4 * np.finfo(float).eps))

    def _alive_at_os_median(self, scale: float) -> float:
        """Overall survival at t = `os_median_days`, if the hazard of death before progression has this scale.

        S(t) = Σ P(d) exp(-H(d) - m (H(t) - H(d))) + (1 - Σ P(d)) exp(-H(t)), over the assessments d by t, with P(d) the
        chance to be found progressing on day d if death did not come first, H of death before progression, and m times
        its hazard after it.
        """
        days = self.assessment_interval_days * np.arange(1, self.os_median_days // self.assessment_interval_days + 1)
        # where the median PFS asks for a rate below 0, which __post_init__ refuses, nobody progresses later
        rate = max(self._later_progression_rate(scale), 0.0)
        free = np.append(1.0, (1 - self.early_progression) * np.exp(-rate * np.arange(len(days))))
        before = np.array([self._hazard_of_death(day, scale) for day in days])
        total = self._hazard_of_death(self.os_median_days, scale)
        progressed = -np.diff(free) @ np.exp(-before - self.death_after_progression * (total - before))
        return float(progressed + free[-1] * math.exp(-total))

    def _hazard_of_death(self, day: float, scale: float) -> float:
        t0, k = self.minimum_follow_up_days, self.os_shape
        return float((max(day, t0) ** k - t0**k) / scale)

    def cumulative_hazard_of_death(self, day: float) -> float:
        """From inclusion to `day`, for a patient without progression; 0 before inclusion."""
        return self._hazard_of_death(day, self._death_scale)

    @property
    def later_progression_rate(self) -> float:
        """Hazard of progression per assessment interval after the first assessment.

        S(t) = exp(-H(t)) (1 - early) exp(-rate (assessments by t, less the first)), with H of death before progression,
        is one half at the median.
        """
        return self._later_progression_rate(self._death_scale)

    def _later_progression_rate(self, scale: float) -> float:
        later = self.pfs_median_days // self.assessment_interval_days - 1
        _expect(later >= 1, "pfs_median_days must lie beyond the second assessment")
        death = self._hazard_of_death(self.pfs_median_days, scale)
        return (math.log(2) - death + math.log1p(-self.early_progression)) / later

    @property
    def would_respond(self) -> float:
        """Chance that a tumour responds if the patient lives progression-free to see it."""
        seen = sum(
            chance
            * (1 - self.early_progression)
            * math.exp(
                -self.later_progression_rate * later
                - self.cumulative_hazard_of_death((later + 1) * self.assessment_interval_days)
            )
            for later, chance in enumerate(self.response_timing)
        )
        return self.response_probability / seen


def _expect(possible: bool, message: str) -> None:
    if not possible:
        raise ValueError(message)


@dataclass(frozen=True)
class Cohorts:
    """Simulated cohorts; every array has shape (cohorts, patients), times in days from each patient's first cycle.

    Attributes
    ----------
    assumptions : what they were simulated under.
    entry_day : start of treatment, from the day enrolment opened.
    os_days, died : death, or the cutoff.
    pfs_days, progressed_or_died : progression when seen, death, or the cutoff, whichever is first.
    planned_cycles : cycles the patient would have had if alive and followed for ever; may be infinite.
    cycles : cycles given before death or cutoff.
    response_day : assessment at which a response was first seen; infinite if none was.
    first_assessment_day : of those still followed.
    nlr : neutrophil-to-lymphocyte ratio at baseline.
    """

    assumptions: CohortAssumptions
    entry_day: Floats
    os_days: Floats
    died: Bools
    pfs_days: Floats
    progressed_or_died: Bools
    planned_cycles: Floats
    cycles: Floats
    response_day: Floats
    first_assessment_day: Floats
    nlr: Floats

    @property
    def response(self) -> Bools:
        """Whether a response was ever seen: best response CR or PR."""
        return np.isfinite(self.response_day)

    @property
    def disease_control(self) -> Bools:
        """Whether the first assessment was passed without progression: best response CR, PR or SD."""
        return self.first_assessment_day < self.pfs_days

    def outcome(self, outcome: Outcome) -> tuple[Floats, Bools]:
        """Days to the outcome or the cutoff, and whether it happened."""
        return (self.os_days, self.died) if outcome == "OS" else (self.pfs_days, self.progressed_or_died)

    def at_the_end(self, covariate: Covariate) -> Floats:
        """A covariate's final value: cycles as a count, response and disease control as 0 or 1."""
        final: dict[Covariate, NDArray[Any]] = {
            "cycles": self.cycles,
            "response": self.response,
            "disease control": self.disease_control,
            "NLR": self.nlr,
        }
        return final[covariate].astype(np.float64)

    def known(self, covariate: Covariate, day: Floats, *, through: bool) -> Floats:
        """A covariate's value as known before a day, or `through` its end.

        `day` broadcasts against (cohorts, patients), with any axes between the two.
        """
        final = self.at_the_end(covariate)
        extra = (1,) * max(0, day.ndim - 2)

        def spread(values: Floats) -> Floats:
            return values.reshape(values.shape[0], *extra, values.shape[1])

        final = spread(final)
        if covariate == "NLR":
            return np.broadcast_to(final, np.broadcast_shapes(final.shape, day.shape))
        if covariate == "cycles":  # given on days 0, d, 2d, ...
            due = day / self.assumptions.days_per_cycle
            return np.asarray(np.minimum(final, np.floor(due) + 1 if through else np.ceil(due)))
        seen = spread(self.response_day if covariate == "response" else self.first_assessment_day)
        return np.where((seen <= day) if through else (seen < day), final, 0.0)


def simulate_cohorts(
    assumptions: CohortAssumptions, cohorts: int, seed: int | np.random.SeedSequence | np.random.Generator
) -> Cohorts:
    """Draw cohorts in which no covariate has an effect on death or progression.

    The same seed uses the same random numbers whatever the assumptions, so two sets of assumptions are compared on
    patients alike in all else.
    """
    a, rng, shape = assumptions, np.random.default_rng(seed), (cohorts, assumptions.patients)
    interval = a.assessment_interval_days
    enrolled = (a.enrolment_closes - a.enrolment_opens).days
    entry = rng.uniform(0, enrolled, shape)
    cutoff = (a.cutoff - a.enrolment_opens).days - entry
    hazard_lived = rng.standard_exponential(shape)  # cumulative hazard at death
    early = rng.random(shape) < a.early_progression
    with np.errstate(divide="ignore"):  # at a rate of 0 nobody progresses later
        later = 1 + np.ceil(rng.standard_exponential(shape) / a.later_progression_rate)
    delay = rng.uniform(0, 1, shape) * a.assessment_delay_days
    progression = np.where(early, 1, later) * interval + delay
    death = _death_day(a, hazard_lived, progression)
    other_stop = a.last_minimum_cycle_day + a.mean_days_to_stopping * rng.standard_exponential(shape)
    responds = rng.random(shape) < a.would_respond
    shows_at = 1 + np.searchsorted(np.cumsum(a.response_timing)[:-1], rng.random(shape), side="right")
    log_variance = math.log1p((a.nlr_sd / a.nlr_mean) ** 2)
    nlr = a.nlr_mean * np.exp(math.sqrt(log_variance) * rng.standard_normal(shape) - log_variance / 2)

    os_days = np.minimum(death, cutoff)
    pfs_days = np.minimum(progression, os_days)
    stop = np.minimum(other_stop, progression) if a.stops_at_progression else other_stop
    planned = np.minimum(np.ceil(stop / a.days_per_cycle), a.cycle_limit or math.inf)
    shows = shows_at * interval + delay
    return Cohorts(
        assumptions=a,
        entry_day=entry,
        os_days=os_days,
        died=death <= cutoff,
        pfs_days=pfs_days,
        progressed_or_died=np.minimum(progression, death) <= cutoff,
        planned_cycles=planned,
        cycles=np.minimum(planned, np.ceil(os_days / a.days_per_cycle)),
        response_day=np.where(responds & (shows < pfs_days), shows, math.inf),
        first_assessment_day=interval + delay,
        nlr=nlr,
    )


def _death_day(a: CohortAssumptions, hazard_lived: Floats, progression: Floats) -> Floats:
    """The day on which the cumulative hazard of death, steeper from progression on, reaches `hazard_lived`."""
    t0, k = a.minimum_follow_up_days, a.os_shape
    with np.errstate(over="ignore"):  # nobody lives to a progression that far off
        at_progression = (np.maximum(progression, t0) ** k - t0**k) / a._death_scale
    after = np.maximum(hazard_lived - at_progression, 0)
    at_first_pace = hazard_lived - after * (1 - 1 / a.death_after_progression)
    return np.asarray((t0**k + a._death_scale * at_first_pace) ** (1 / k))


def summarise_cohorts(cohorts: Cohorts) -> pd.Series:
    """What readers could compare with the paper, averaged over cohorts.

    Standard deviations have n - 1 below. `rough SE of cycles` is the median of 1 / sqrt(deaths x variance of cycles),
    the standard error of a log hazard ratio per cycle if cycles were known at baseline, without effect, and alone in
    the model (Hsieh and Lavori 2000).
    """
    deaths, sd = cohorts.died.sum(axis=1), cohorts.cycles.std(axis=1, ddof=1)
    with np.errstate(divide="ignore"):
        rough = 1 / np.sqrt(deaths * sd**2)
    return pd.Series(
        {
            "patients": cohorts.assumptions.patients,
            "deaths": deaths.mean(),
            "progressions or deaths": cohorts.progressed_or_died.sum(axis=1).mean(),
            "responses": cohorts.response.sum(axis=1).mean(),
            "disease control": cohorts.disease_control.sum(axis=1).mean(),
            "mean cycles": cohorts.cycles.mean(),
            "SD of cycles": sd.mean(),
            "rough SE of cycles": np.median(rough),
        }
    )
