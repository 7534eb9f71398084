"""Immortal time: hazard ratios that arise where nothing has an effect.

A patient receives a tenth cycle only if alive on its day, and is seen to respond only if alive and progression-free at
that assessment. Entered into a Cox model as if known at baseline, such covariates look protective even if they do
nothing (Anderson, Cain and Gelber 1983). This module analyses the cohorts of `rederive.methods.simulate`, in which
nothing has an effect, in three ways: with covariates as if known at baseline; from a landmark day on, with what is
known on that day; and with covariates that change over time.

The last two look for a hazard ratio that is 1 where progression and death are independent and assessments are on time;
cycles and progression-free survival, in any case. If progression brings death nearer (`death_after_progression` above
1) and ends treatment, cycles go with overall survival in all three: an association through progression, not an effect
of cycles.

What this does not prove: that immortal time is the cause of any printed hazard ratio. It shows which hazard
ratios arise without any effect, under the assumptions named in `CohortAssumptions` and no others.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from rederive.checks.ratios import check_ratio
from rederive.claims import PrintedRatio
from rederive.methods.cox import CoxFits, cox, cox_time_varying
from rederive.methods.simulate import (
    Bools,
    CohortAssumptions,
    Cohorts,
    Covariate,
    Floats,
    Outcome,
    simulate_cohorts,
)
from rederive.printed import Interval
from rederive.verdicts import Finding

MODELS: tuple[tuple[Outcome, tuple[Covariate, ...]], ...] = (
    ("OS", ("cycles", "NLR")),
    ("PFS", ("cycles", "response")),
    ("PFS", ("cycles", "disease control")),
)
"""Overall survival, and progression-free survival with tumour response coded in two ways."""

CHUNK = 250
"""Cohorts simulated from one child of the seed: a constant, so that no result depends on who does the work."""


@dataclass(frozen=True, eq=False)
class Analysis:
    """One Cox model for each of B cohorts of n patients, ready to be fitted.

    Attributes
    ----------
    time, event : days to the outcome and whether it happened, shape (B, n).
    covariates : shape (B, n, p) if fixed; (B, n, n, p) if [b, j, i] is patient i's at the time patient j leaves.
    included : who is in the analysis, shape (B, n).
    """

    time: Floats
    event: Bools
    covariates: Floats
    included: Bools

    def fit(self) -> CoxFits:
        """Fitted with Efron's method for ties, lifelines' only one and so the paper's."""
        fitted = cox if self.covariates.ndim == 3 else cox_time_varying
        return fitted(self.time, self.event, self.covariates, included=self.included)


def as_baseline(cohorts: Cohorts, outcome: Outcome, covariates: Sequence[Covariate]) -> Analysis:
    """The flawed analysis: a covariate's final value, entered as if known on day 0."""
    time, event = cohorts.outcome(outcome)
    final = np.stack([cohorts.at_the_end(c) for c in covariates], axis=-1)
    return Analysis(time, event, final, np.ones_like(event))


def landmark(cohorts: Cohorts, outcome: Outcome, covariates: Sequence[Covariate], day: float) -> Analysis:
    """Only patients followed beyond `day` without the outcome, with what is known at its end."""
    time, event = cohorts.outcome(outcome)
    known = [cohorts.known(c, np.full((1, 1), day), through=True) for c in covariates]
    return Analysis(time - day, event, np.stack(known, axis=-1), time > day)


def time_varying(cohorts: Cohorts, outcome: Outcome, covariates: Sequence[Covariate]) -> Analysis:
    """Covariates as known just before each event."""
    time, event = cohorts.outcome(outcome)
    known = [cohorts.known(c, time[:, :, None], through=False) for c in covariates]
    return Analysis(time, event, np.stack(known, axis=-1), np.ones_like(event))


def long_format(cohorts: Cohorts, index: int, outcome: Outcome) -> pd.DataFrame:
    """One cohort as lifelines' `CoxTimeVaryingFitter` wants it: a row per patient and stretch of constant covariates.

    Columns `id`, `start`, `stop`, `event` (at `stop`) and the four covariates as known from just after `start`
    through `stop`.
    """
    one = _one_cohort(cohorts, index)
    time, event = (x[0] for x in one.outcome(outcome))
    rows = []
    for i in range(one.assumptions.patients):
        changes = [
            *np.arange(one.cycles[0, i]) * one.assumptions.days_per_cycle,
            one.response_day[0, i],
            one.first_assessment_day[0, i],
        ]
        starts = np.unique([x for x in changes if x < time[i]])
        stops = np.append(starts[1:], time[i])
        rows.append(pd.DataFrame({"id": i, "start": starts, "stop": stops, "event": event[i] & (stops == time[i])}))
    table = pd.concat(rows, ignore_index=True)
    for covariate in ("cycles", "response", "disease control", "NLR"):
        before_each_stop = one.known(covariate, table["stop"].to_numpy()[None, :, None], through=False)[0]
        table[covariate] = before_each_stop[np.arange(len(table)), table["id"]]
    return table


def _one_cohort(cohorts: Cohorts, index: int) -> Cohorts:
    arrays = {name: value[index : index + 1] for name, value in vars(cohorts).items() if name != "assumptions"}
    return Cohorts(cohorts.assumptions, **arrays)


# ------------------------------------------------------------------------------------------------ many cohorts


def simulate_analyses(
    assumptions: CohortAssumptions,
    cohorts: int,
    seed: int,
    *,
    landmarks: Sequence[float] = (84.0, 126.0),
    fair: bool = True,
    n_jobs: int | None = None,
) -> pd.DataFrame:
    """Every model of `MODELS` fitted to every cohort, in each of the ways of analysing it.

    Work is shared out in chunks of `CHUNK` cohorts, each with a child of `seed` as its own seed, so that the result is
    the same to the last byte for every `n_jobs`. Without `n_jobs`, joblib decides: one process, or whatever
    `joblib.parallel_config` says, a Dask cluster for example.

    The model with disease control is fitted only as if that were known at baseline. Nobody is known to have it before
    the first assessment and everyone at risk has it after, so a landmark or time-varying analysis has nobody to
    compare with (where assessments are delayed, only patients assessed with patients not yet assessed).

    Parameters
    ----------
    landmarks : days of the landmark analyses.
    fair : whether to make the landmark and time-varying analyses, too.

    Returns
    -------
    A row per model, analysis, covariate and cohort with `outcome`, `model`, `analysis`, `covariate`, `cohort`;
    `log_hr`, -inf or inf where the hazard ratio runs to 0 or infinity; `se` and two-sided Wald `p`. NaN stands for no
    estimate: a covariate constant among those at risk, or another of the same model running away.

    Raises
    ------
    ValueError : if `cohorts` is below 1.
    """
    if cohorts < 1:
        raise ValueError(f"expected at least one cohort, got {cohorts}")
    starts = range(0, cohorts, CHUNK)
    seeds = np.random.SeedSequence(seed).spawn(len(starts))
    chunks = Parallel(n_jobs=n_jobs)(
        delayed(_analyse_chunk)(assumptions, range(start, min(start + CHUNK, cohorts)), child, tuple(landmarks), fair)
        for start, child in zip(starts, seeds, strict=True)
    )
    table: pd.DataFrame = pd.concat(chunks, ignore_index=True)
    return table


def _analyse_chunk(
    assumptions: CohortAssumptions,
    numbers: range,
    seed: np.random.SeedSequence,
    landmarks: tuple[float, ...],
    fair: bool,
) -> pd.DataFrame:
    cohorts = simulate_cohorts(assumptions, len(numbers), seed)
    tables = []
    for outcome, covariates in MODELS:
        analyses = {"as if at baseline": as_baseline(cohorts, outcome, covariates)}
        if fair and "disease control" not in covariates:
            analyses |= {f"landmark day {day:g}": landmark(cohorts, outcome, covariates, day) for day in landmarks}
            analyses["time-varying"] = time_varying(cohorts, outcome, covariates)
        for name, analysis in analyses.items():
            fits = analysis.fit()
            log_hr = np.where(fits.converged[:, None], fits.log_hr, fits.runs_to)
            for j, covariate in enumerate(covariates):
                columns = {"log_hr": log_hr[:, j], "se": fits.se[:, j], "p": fits.p[:, j]}
                labels = {"outcome": outcome, "model": " + ".join(covariates), "analysis": name, "covariate": covariate}
                tables.append(pd.DataFrame({**labels, "cohort": numbers, **columns}))
    return pd.concat(tables, ignore_index=True)


def summarise_analyses(simulated: pd.DataFrame, printed: Mapping[tuple[str, str], PrintedRatio]) -> pd.DataFrame:
    """What the analyses of `simulate_analyses` say of covariates without effect, beside the printed hazard ratios.

    Returns
    -------
    A row per outcome, model, analysis and covariate with

    hr_median, hr_5, hr_95 : of the hazard ratios there are, 0 and infinity included for those that run there; quantiles
        are inverses of the empirical distribution, so none lies between two cohorts.
    se_median : of the log hazard ratios' standard errors; printed_se : as the printed interval has it.
    printed : the printed estimate.
    as_small : share of all cohorts whose hazard ratio rounds to the printed one or less; running to 0 counts.
    significant : share of all cohorts with p < 0.05 and a hazard ratio below 1; one that runs to 0 has no Wald test,
        and does not count.
    runs_away : share of all cohorts whose hazard ratio runs to 0 or infinity.
    no_estimate : share of all cohorts with no hazard ratio, not even a limit.
    cohorts : how many there are.
    """
    groups = simulated.groupby(["outcome", "model", "analysis", "covariate"], sort=False)
    se = {key: check.se.middle for key, ratio in printed.items() if (check := check_ratio(ratio)).coherent}
    rows = {}
    for key, group in groups:
        outcome, model, analysis, covariate = map(str, key)
        of = outcome, covariate
        rows[outcome, model, analysis, covariate] = _summarise_one(group, printed.get(of), se.get(of, math.nan))
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index = pd.MultiIndex.from_tuples(rows, names=["outcome", "model", "analysis", "covariate"])
    return table


def _summarise_one(group: pd.DataFrame, printed: PrintedRatio | None, printed_se: float) -> dict[str, float]:
    log_hr = group["log_hr"].to_numpy()
    there = log_hr[~np.isnan(log_hr)]
    low, middle, high = (
        np.exp(np.quantile(there, [0.05, 0.5, 0.95], method="inverted_cdf")) if there.size else [math.nan] * 3
    )
    return {
        "hr_median": middle,
        "hr_5": low,
        "hr_95": high,
        "se_median": group["se"].dropna().median(),
        "printed": math.nan if printed is None else float(printed.estimate),
        "printed_se": printed_se,
        "as_small": math.nan
        if printed is None
        else np.mean(np.exp(log_hr) <= printed.estimate.interval().upper).item(),
        "significant": ((group["p"] < 0.05) & (log_hr < 0)).mean(),
        "runs_away": np.isinf(log_hr).mean().item(),
        "no_estimate": np.isnan(log_hr).mean().item(),
        "cohorts": len(log_hr),
    }


def compare_analyses(
    assumptions: CohortAssumptions,
    cohorts: int,
    seed: int,
    printed: Mapping[tuple[str, str], PrintedRatio],
    *,
    landmarks: Sequence[float] = (84.0, 126.0),
    n_jobs: int | None = None,
) -> pd.DataFrame:
    """`simulate_analyses`, summarised by `summarise_analyses`."""
    simulated = simulate_analyses(assumptions, cohorts, seed, landmarks=landmarks, n_jobs=n_jobs)
    return summarise_analyses(simulated, printed)


def assumption_grid(
    assumptions: CohortAssumptions,
    variations: Mapping[str, Sequence[Any]],
    cohorts: int,
    seed: int,
    printed: Mapping[tuple[str, str], PrintedRatio],
    *,
    n_jobs: int | None = None,
) -> pd.DataFrame:
    """How the analyses' results depend on the assumptions, which are changed one at a time.

    Parameters
    ----------
    variations : by name of an attribute of `CohortAssumptions`, the values to try instead.

    Returns
    -------
    As `summarise_analyses`, of the analyses as if at baseline only; indexed by `assumption` and `value` too; the first
    block, under `none`, changes nothing.
    """
    settings: dict[tuple[str, str], CohortAssumptions] = {("none", ""): assumptions}
    for name, values in variations.items():
        settings |= {(name, str(value)): replace(assumptions, **{name: value}) for value in values}
    blocks = {}
    for key, changed in settings.items():
        simulated = simulate_analyses(changed, cohorts, seed, fair=False, n_jobs=n_jobs)
        blocks[key] = summarise_analyses(simulated, printed)
    return pd.concat(blocks, names=["assumption", "value"])


def shares_by_setting(grid: pd.DataFrame) -> pd.DataFrame:
    """An `assumption_grid` at a glance: what the analyses as if at baseline give, a row per setting.

    Models that give a covariate no hazard ratio in any cohort are left out; of cycles, which are in two models of
    progression-free survival, the model with response is taken.

    Returns
    -------
    A row per setting, in the order of the grid, with `setting` and for each outcome and covariate but the NLR, as
    `OS cycles`, the share of cohorts whose hazard ratio is as small as the printed one; and `median OS cycles`, the
    median hazard ratio of that covariate.
    """
    rows = grid.xs("as if at baseline", level="analysis").reset_index()
    rows = rows[(rows["covariate"] != "NLR") & (rows["no_estimate"] < 1)]
    rows = rows[~((rows["covariate"] == "cycles") & rows["model"].str.contains("disease control"))]
    rows = rows.assign(
        setting=(rows["assumption"] + " " + rows["value"]).str.replace("_", " ").str.strip(),
        of=rows["outcome"] + " " + rows["covariate"],
    )
    shares = rows.pivot_table(index="setting", columns="of", values="as_small", sort=False, dropna=False)
    medians = rows[rows["of"] == "OS cycles"].set_index("setting")["hr_median"]
    return shares.assign(**{"median OS cycles": medians}).rename_axis(columns=None).reset_index()


# ------------------------------------------------------------------------------------------------------- judging


MOSTLY = 0.5
"""Above this share of runaway ratios in some setting, a finding says that a ratio mostly runs to 0."""

_OUTCOMES: dict[Outcome, str] = {"OS": "overall survival", "PFS": "progression-free survival"}
_PER: dict[Covariate, str] = {
    "cycles": "(per cycle)",
    "response": "(complete or partial response against all others)",
    "disease control": "(response or stable disease against all others)",
}
_RESPONSES = ("date of each response", "how response was coded")
_MISSING: dict[Covariate, tuple[str, ...]] = {
    "cycles": ("dates of each patient's cycles",),
    "response": _RESPONSES,
    "disease control": _RESPONSES,
}


def judge_without_effect(grid: pd.DataFrame, printed: Mapping[tuple[Outcome, Covariate], PrintedRatio]) -> Finding:
    """How often do hazard ratios as small as the printed ones arise where cycles and response have no effect?

    What arises without an effect is not proved to have arisen so, and what does not arise in these simulations may have
    arisen otherwise: if the printed numbers agree with themselves, the statement is possible, and the finding tells how
    often. If they do not, it is contradicted.

    Parameters
    ----------
    grid : of `assumption_grid`, made with these printed ratios. A model that gives a covariate no hazard ratio in any
        cohort, because another one of its covariates runs away, says nothing of it and is left out.
    printed : hazard ratios below 1 by outcome and covariate. Of response, which can be coded in two ways, give both:
        one ratio under `response` and under `disease control`.

    Raises
    ------
    ValueError : without ratios; if one is for the NLR, which is known at baseline, or is not below 1; if the grid has
        no hazard ratios for one, or was made with another.
    """
    if not printed:
        raise ValueError("expected at least one printed hazard ratio")
    told: dict[tuple[str, str], list[str]] = {}
    found = {}
    for (outcome, covariate), ratio in printed.items():
        if covariate not in _PER or ratio.measure != "HR" or ratio.estimate.value >= 1:
            raise ValueError(f"expected a hazard ratio below 1 for one of {', '.join(_PER)}, got {covariate}")
        rows = grid.query("analysis == 'as if at baseline' and outcome == @outcome and covariate == @covariate")
        rows = rows[rows["no_estimate"] < 1]
        if rows.empty or (rows["printed"] != float(ratio.estimate)).any():
            raise ValueError(f"expected a grid made with the {outcome} hazard ratio {ratio.estimate} for {covariate}")
        of = f"{outcome}, {covariate}"
        as_small = Interval(rows["as_small"].min(), rows["as_small"].max())
        found[f"share of simulated cohorts with as small a ratio ({of})"] = as_small
        found[f"median hazard ratio of simulated cohorts ({of})"] = Interval(
            rows["hr_median"].min(), rows["hr_median"].max()
        )
        share = f"{as_small:.1%} of cohorts {_PER[covariate]}"
        if rows["runs_away"].max() > MOSTLY:
            share += ", where it mostly runs to 0, which is no estimate"
        told.setdefault((_OUTCOMES[outcome], str(ratio.estimate)), []).append(share)
    settings = grid.groupby(["assumption", "value"]).ngroups
    cohorts = Interval(grid["cohorts"].min(), grid["cohorts"].max())
    missing = [quantity for _, covariate in printed for quantity in _MISSING[covariate]]
    return Finding(
        judge_without_effect,
        f"{settings} set{'s' if settings > 1 else ''} of assumptions, {cohorts:,.0f} simulated cohorts each; Cox model "
        "with covariates as if known at the start, Efron's ties; a ratio that runs to 0 counts as 0",
        "In simulated cohorts with no effect of cycles or response: "
        + "; ".join(
            f"hazard ratios for {outcome} of {estimate} or less in {' and '.join(shares)}"
            for (outcome, estimate), shares in told.items()
        )
        + ".",
        found,
        exists=all(check_ratio(ratio).coherent for ratio in printed.values()),
        missing=(*dict.fromkeys(missing), "date of death or last contact"),
    )
