# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Lymphocytes: a paper on immunoradiotherapy
#
# A hospital reports that a week of thymosin α1 raised lymphocyte counts in 48 patients with advanced cancer, and that
# radiotherapy with a PD-1 inhibitor then did well. It prints four tables and no data of single patients. We take every
# number for what it can tell about the others.

# %% tags=["hide-input"]
from decimal import ROUND_CEILING, ROUND_FLOOR
from fractions import Fraction
from importlib.metadata import version

import numpy as np
import pandas as pd
from lifelines import CoxTimeVaryingFitter
from statsmodels.stats.proportion import proportion_confint

from rederive.audit import Audit
from rederive.checks.breakdowns import (
    check_breakdowns,
    judge_breakdown,
    judge_criterion,
    judge_flow,
    judge_majority,
    judge_parts_within,
    judge_patients_with_any,
    printed_two_ways,
    summarise_breakdowns,
)
from rederive.checks.comparisons import (
    judge_better,
    judge_many_tests,
    judge_same_thing,
    judge_uncontrolled,
)
from rederive.checks.paired import (
    CORRELATIONS,
    correlation_demanded,
    correlations_that_print,
    judge_mean_change,
    judge_quartile_change,
    p_by_correlation,
    p_for_correlation,
    rank_sums_that_print,
)
from rederive.checks.proportions import (
    counts_that_print,
    judge_percentage,
    judge_total,
    judge_two_shares,
)
from rederive.checks.quantiles import (
    check_quantiles,
    judge_quantiles,
    quartile_table,
    summarise_quantiles,
)
from rederive.checks.ratios import (
    check_ratio,
    judge_ratio,
    midpoint_p,
)
from rederive.checks.regression import (
    coefficient_df,
    df_that_print_all,
    judge_coefficients,
    judge_predictive_power,
    judge_regression,
    judge_significant,
    sizes_that_print,
)
from rederive.checks.sources import judge_against_source
from rederive.checks.survival import (
    events_per_variable,
    events_that_print,
    implied_sd,
    implied_se,
    information,
    judge_follow_up,
    judge_survival_median,
)
from rederive.checks.units import unit_lengths_that_print, units_that_print
from rederive.display import figures
from rederive.display.shown import text
from rederive.display.tables import table
from rederive.methods.before_after import (
    judge_normality,
    negative_if_normal,
    passes_shapiro,
    regression_to_the_mean,
    two_stage_size,
)
from rederive.methods.immortal_time import (
    assumption_grid,
    compare_analyses,
    judge_without_effect,
    long_format,
    shares_by_setting,
    time_varying,
)
from rederive.methods.pooling import TwoArms
from rederive.methods.selection import noise_r2
from rederive.methods.simulate import (
    CohortAssumptions,
    simulate_cohorts,
    summarise_cohorts,
)
from rederive.methods.trials import judge_reduction
from rederive.printed import Interval, Printed, formatted, p_range
from rederive.verdicts import silent

# %% tags=["hide-input"]
audit = Audit.of("lymphocytes")
audit.open()

# %% [markdown]
# ## What this chapter re-derives, and what it cannot
#
# This chapter asks
#
# - whether counts add up and percentages belong to them;
# - how the quartiles of cell counts were reckoned, and what each printed p value demands of the patients behind it;
# - what a rise in one group, without another to compare it with, can show;
# - how many patients stand behind the regression, and what its R² measures;
# - what unit the survival times were rounded from, and how many deaths can print them;
# - whether the Cox models' ratios, intervals and p values agree;
# - which hazard ratios appear when something known only later is treated as known at the start;
# - what the comparisons with other studies rest on.
#
# No patient's data are printed, and we have not seen the paper's figures and supplements. So almost nothing here can
# be recomputed from below. Where all we can show is that some patients *could* print a number, the verdict is
# *possible*, and we say what such patients would have to be like.
#
# Every printed number is treated as an interval: 9.6 means some value between 9.55 and 9.65.

# %% [markdown]
# ## Do counts add up, and do percentages belong to them?
#
# The counts add up in every block. The percentages were not all rounded in one way.
#
# A percentage beside a count can be checked to the last digit. What is open is only how it was rounded: ties up (31.25
# becomes 31.3), ties to the even digit (31.2), or digits cut off (31.2, and 31.29 as well). A block of a table comes
# from one hand or one program, so one way should print all of it.

# %%
blocks = {
    name: claim.printed
    for name, claim in audit.document.claims.items()
    if claim.kind == "breakdown"
}
table_1 = {n: b for n, b in blocks.items() if n.startswith("table-1")}
checked = check_breakdowns(table_1)
summary = summarise_breakdowns(checked)

# %% tags=["hide-input"]
table(
    checked.drop(columns=["none"])
    .rename(index=lambda name: name.removeprefix("table-1-").replace("-", " "))
    .rename(
        columns={
            "of": "should be",
            "percent_sum": "printed % add to",
            "rounded_sum": "rounded % add to",
            "half-up": "cells by ties up",
            "half-even": "cells by ties to even",
            "truncation": "cells by cutting off",
        }
    )
    .rename_axis("block")
    .reset_index(),
    "Table 1 of the paper, block by block: the sum of the counts, the sum of the percentages as printed and as "
    "rounding ties up would have them, and how many cells each way of rounding prints",
    {"printed % add to": ".1f", "rounded % add to": ".1f"},
)

# %%
mixed = checked[~checked["one for all"]]
nudged = checked[
    (checked["percent_sum"].round(1) == 100)
    & (checked["rounded_sum"].round(1) != 100)
]
two_ways = printed_two_ways(table_1)

# %% tags=["hide-input"]
text(f"""
Counts add up in all {summary["counts add up"]:.0f} blocks, and each of the {summary["cells"]:.0f} percentages is
within the last digit of its count. But in {len(mixed)} blocks no one way of rounding prints every cell. In
{len(nudged)} blocks the percentages as printed add up to 100.0, where rounding ties up would give
{nudged["rounded_sum"].max():.1f}: as if a cell had been lowered to make them add up. That would not explain the block
of prior therapies, whose percentages add up to {checked.loc["table-1-prior-therapies", "percent_sum"]:.1f}.
""")
table(
    two_ways.rename(columns={"exact": "exact share", "conventions": "how"}),
    "The same count of the same patients, printed with two percentages",
    {"exact share": ".4%"},
)

# %%
audit.judge_together(
    {name: judge_breakdown(block) for name, block in table_1.items()},
    "The blocks of Table 1",
)

# %% [markdown]
# None of this changes a result. It says that the percentages of one table did not all come from one way of rounding;
# why, the paper does not say.
#
# Text and table can also be set side by side.

# %%
patients = audit["patients"].printed.n
sexes = table_1["table-1-sex"].cells
ecog = table_1["table-1-ecog"].cells
lines = table_1["table-1-prior-therapies"].cells
low_counts = table_1["table-1-lymphocytes"].cells["Below 0.5"].events
flow = audit["flow"].printed
inclusion = audit["inclusion"].printed


def add(*cells):
    return sum(cell.events.count() for cell in cells)


# %%
audit.judge(
    "patients",
    judge_total(
        audit["patients"].printed,
        (add(sexes["Male"]), add(sexes["Female"])),
        counted_in="Table 1",
    ),
)
audit.judge(
    "flow",
    judge_flow(
        flow["enrolled"],
        [flow["severe-infections"], flow["not-assessed"]],
        flow["analysed"],
    ),
)
audit.judge(
    "ecog-2-3",
    judge_percentage(
        audit["ecog-2-3"].printed,
        {"Table 1": (add(ecog["ECOG 2"], ecog["ECOG 3"]), patients.count())},
    ),
)
audit.judge(
    "second-line",
    judge_percentage(
        audit["second-line"].printed,
        {
            "Table 1": (
                add(lines["Two"], lines["Three or more"]),
                patients.count(),
            )
        },
    ),
)
audit.judge(
    "age",
    silent(
        "A median and a range are printed, and nothing that they would have to agree with.",
        ("ages of the 48 patients",),
    ),
)

# %% [markdown]
# Two statements do not agree with the table. Every patient is said to have had at least two cycles of radiotherapy,
# and the table counts patients with no irradiated site (all 48 have a dose and number of fractions). And the
# discussion says that more than half had grade 3 or 4 lymphopenia, which the paper itself defines as fewer than
# 0.5 × 10⁹ lymphocytes per litre.

# %%
audit.judge(
    "inclusion",
    judge_criterion(
        f"Criterion v asks for at least {inclusion['cycles-at-least']} cycles of radiotherapy",
        inclusion["no-irradiation-site"],
        "None",
    ),
    matters="Some of the patients may not have had the treatment whose outcomes are reported.",
)
audit.judge(
    "severe-lymphopenia",
    judge_majority(
        low_counts,
        {"in Table 1": patients, "analysed for outcome": flow["analysed"]},
    ),
    matters="The paper calls its results better than those of others because its patients started lower.",
)

# %% [markdown]
# ## What do the quartiles tell?
#
# That they can be the quartiles of 48 patients' cell counts, and how they were reckoned.
#
# A quartile of 48 values lies between two of them, and there are nine common definitions of where
# ([Hyndman and Fan 1996](https://doi.org/10.2307/2684934)). Cell counts are whole numbers. By definition 7, numpy's
# default, a quartile of 48 whole numbers ends in .00, .25, .50 or .75. The paper prints 379.3, so by this definition it
# rounded 379.25, and rounded the tie up.

# %%
counts = {
    name: audit[name].printed
    for name in ("counts-cd3", "counts-cd4", "counts-cd8", "counts-b")
}
definitions = summarise_quantiles(
    check_quantiles(quartile_table(counts), patients.count())
)
python_prints = f"{379.25:.1f}"

# %% tags=["hide-input"]
table(
    definitions.rename(
        columns={
            "half-up": "ties up",
            "half-even": "ties to even",
            "truncation": "cut off",
        }
    ).reset_index(),
    "Which of the nine definitions of a quartile, with which rounding, can print all medians and quartiles of cell "
    f"counts from {patients} whole numbers",
)
text(f"""
The paper names Python, which prints 379.25 to one decimal as {python_prints}. So if definition 7 was used, the last
rounding was done some other way. Definition 6 is the one of SPSS and Minitab. None of this makes a number wrong.
""")
audit.judge("quartiles-of-counts", judge_quantiles(counts))

# %% [markdown]
# ## How closely must patients' counts go together for these p values?
#
# Closely enough to be plausible for most rows. For NK cells the demand can be stated exactly.
#
# A paired test looks at each patient's change. A table of quartiles before and after does not: the same two columns
# can belong to patients who all rose by a third, or to patients of whom half rose steeply and half fell. What decides
# is how far a patient with a high count before has a high count after, the *within-patient correlation*. It is not
# printed.
#
# For means and standard deviations it enters by a formula. With means $m_0$ and $m_1$, standard deviations $s_0$ and
# $s_1$, and correlation $r$ in $n$ patients,
#
# $$ t = \frac{m_1 - m_0}{\sqrt{(s_0^2 + s_1^2 - 2\, r\, s_0 s_1) / n}}. $$

# %%
nk = audit["counts-nk"].printed
demanded_nk = correlation_demanded(nk)
nk_curve = pd.DataFrame(
    [
        {
            "correlation": r,
            "p_lower": p.lower,
            "p_upper": p.upper,
            "p_median": np.nan,
        }
        for r in CORRELATIONS
        for p in [p_for_correlation(nk, r)]
    ]
)

# %% tags=["hide-input"]
text(f"""
For NK cells, p {nk.p} needs $r$ of at least {formatted(demanded_nk.lower, ".2f", ROUND_FLOOR)}. Without any correlation p would be
{p_range(p_for_correlation(nk, 0.0))}.
""")

# %% [markdown]
# For medians and quartiles there is no formula. So we simulate: draw samples that print exactly these quartiles, pair
# them with a chosen correlation, and test each pairing (Wilcoxon's signed-rank test). This assumes that what the
# quartiles leave free is spread as a log-normal distribution through them, and that pairs follow a Gaussian copula. The
# quartiles are held; everything else about these patients is invented.

# %%
changes = {
    "CD3⁺ T cells": audit["counts-cd3"].printed,
    "CD4⁺ T cells": audit["counts-cd4"].printed,
    "CD8⁺ T cells": audit["counts-cd8"].printed,
    "B cells": audit["counts-b"].printed,
    "CD4⁺/CD8⁺": audit["cd4-cd8-ratio"].printed,
}
grids = {name: Fraction(1) for name in changes} | {
    "CD4⁺/CD8⁺": Fraction(1, 100)
}
curves = {
    name: p_by_correlation(change, grid=grids[name])
    for name, change in changes.items()
}

# %% tags=["hide-input"]
printed_p = {name: change.p for name, change in changes.items()} | {
    "NK cells": nk.p
}
figures.p_by_correlation(curves | {"NK cells": nk_curve}, printed_p)

# %%
suiting = {
    name: correlations_that_print(curve, changes[name].p)
    for name, curve in curves.items()
}
demanded = {
    name: Interval(found.min(), found.max())
    for name, found in suiting.items()
    if len(found)
} | {"NK cells": demanded_nk}

# %% tags=["hide-input"]
figures.demanded_correlations(demanded, printed_p)

# %% [markdown]
# Counts of one patient a week apart usually go together, so these demands are not high. But they are demands: the
# table by itself bears out none of its p values.
#
# The p value for B cells says something else. The test has only so many values it can take: one for each sum of ranks.
# The paper names SciPy 1.11.1, whose signed-rank test of 48 patients is exact unless a patient's count is the same before
# and after.

# %%
b_cells, ratio_p = changes["B cells"].p, changes["CD4⁺/CD8⁺"].p
neighbours = rank_sums_that_print(Printed.parse("0.42"), patients.count())
ratio_sums = rank_sums_that_print(ratio_p, patients.count())

# %% tags=["hide-input"]
text(f"""
Near {b_cells}, an exact test of {patients} patients can give p values of
{" and ".join(f"{p:.4f}" for p in neighbours["p"])} and nothing between; {len(rank_sums_that_print(b_cells, patients.count()))}
print {b_cells}. So if this test was run on all {patients} patients as it comes, some patient's B cells were the same
number before and after. The ratio's {ratio_p} is printed by {len(ratio_sums)} rank sum.
""")

# %%
for claim_id, name in {
    "counts-cd3": "CD3⁺ T cells",
    "counts-cd4": "CD4⁺ T cells",
    "counts-cd8": "CD8⁺ T cells",
    "counts-b": "B cells",
    "cd4-cd8-ratio": "CD4⁺/CD8⁺",
}.items():
    audit.judge(
        claim_id, judge_quartile_change(changes[name], grid=grids[name])
    )
audit.judge("counts-nk", judge_mean_change(nk))

# %% [markdown]
# ### A mean and a standard deviation for cell counts
#
# Only NK cells are given as mean ± SD. By the paper's own rule they passed a test of normality, the Shapiro-Wilk test.
# A count cannot be negative, and these standard deviations are large.

# %%
nk_columns = {
    "before": (nk.before_mean, nk.before_sd),
    "after": (nk.after_mean, nk.after_sd),
}
normal = pd.DataFrame(
    [
        {
            "NK cells": when,
            "mean ± SD": f"{mean} ± {sd}",
            "below 0 if normal": (share := negative_if_normal(mean, sd)),
            "patients below 0": Interval(
                share.lower * patients.count(), share.upper * patients.count()
            ),
            **passes_shapiro(
                float(mean),
                float(sd),
                patients.count(),
                draws=2000,
                seed=20260101,
            )["passes"].add_prefix("passes if "),
        }
        for when, (mean, sd) in nk_columns.items()
    ]
)

# %% tags=["hide-input"]
table(
    normal,
    "NK cells: what a normal distribution with this mean and SD would have below zero, and the simulated share of "
    f"samples of {patients} that pass a Shapiro-Wilk test at 5% if counts follow a skewed distribution with this mean "
    "and SD",
    {
        "below 0 if normal": ".1%",
        "patients below 0": ".1f",
        "passes if gamma": ".0%",
        "passes if log-normal": ".0%",
    },
)

# %% [markdown]
# A paired t test asks for *changes* that are close to normal, which is another question. As it happens, choosing between
# the two tests this way does little harm: if nothing changes, each of the rules below calls about as many samples
# significant as it should.

# %%
correlation = 0.6
rules = two_stage_size(
    float(nk.before_sd) / float(nk.before_mean),
    correlation,
    patients.count(),
    draws=2000,
    seed=20260101,
)

# %% tags=["hide-input"]
table(
    rules.rename(
        columns={
            "significant": "significant at 5%",
            "standard_error": "standard error",
            "t_test": "takes the t test",
        },
        index={
            "t": "always t",
            "Wilcoxon": "always Wilcoxon",
            "by the values before and after": "t if both columns pass Shapiro-Wilk",
            "by the differences": "t if the changes pass Shapiro-Wilk",
        },
    ).reset_index(),
    f"Simulated samples of {patients} patients in whom nothing changes: log-normal counts as spread as NK cells before, "
    f"logarithms correlated by {correlation}",
    dict.fromkeys(
        ["significant at 5%", "standard error", "takes the t test"], ".1%"
    ),
)

# %%
audit.judge("nk-normal", judge_normality(nk, draws=2000, seed=20260101))

# %% [markdown]
# ### Six tests, one of them enough
#
# Testing six rows at 5% gives more than one chance of a false alarm. Here it makes no difference.

# %%
audit.judge(
    "six-tests",
    judge_many_tests(
        printed_p,
        ["CD3⁺ T cells", "CD4⁺ T cells", "CD8⁺ T cells", "NK cells"],
    ),
)

# %% [markdown]
# ## What does a rise in one group show?
#
# That counts rose. Not why.
#
# The paper follows one group, before and after. Counts also rise for other reasons: an infection clears, steroids are
# stopped, chemotherapy wears off. And they rise by selection alone, if patients were treated *because* a first count was
# low. A single count is the patient's usual level plus that day's deviation; among low counts, downward deviations are
# over-represented; at the next count they are gone. This is regression to the mean.
#
# The paper does not say that a low count was required. So the question is how strict a selection it would have taken.
# Suppose that nothing happens to any patient, that usual levels vary between patients as a log-normal distribution with
# the spread below, that single counts vary around them, and that those with the lowest first counts are taken.

# %%
between_cv = 0.6
untreated = regression_to_the_mean(
    between_cv,
    [0.2, 0.35, 0.5],
    np.linspace(0.05, 1, 20),
    n=patients.count(),
    draws=200,
    seed=20260101,
)
printed_change = {
    name: float(change.after_median) / float(change.before_median)
    for name, change in changes.items()
    if name.endswith("T cells")
}

strictest = untreated.groupby("within_cv")["medians"].max()

# %% tags=["hide-input"]
figures.regression_to_the_mean(untreated, printed_change)
text(f"""
With a variation of {between_cv:.0%} between patients, taking the lowest {untreated["selected"].min():.0%} of patients
makes the median rise {", ".join(f"{factor:.2f}-fold at {cv:.0%}" for cv, factor in strictest.items())} variation within a
patient. The printed medians rose
{", ".join(f"{ratio:.2f}-fold ({name})" for name, ratio in printed_change.items())}. So a small part of these rises needs
little selection, and the whole of the larger ones a strict one and counts that vary a lot. How patients were chosen is
what one would have to know.
""")

# %%
audit.judge(
    "elevates",
    judge_uncontrolled(1, "the rise in counts"),
    matters="The title says what the drug does; the data say what happened to the patients.",
)

# %% [markdown]
# Two further points of wording. The primary endpoint is the change in lymphocyte counts, but the total lymphocyte count
# after treatment is not printed. And B cells, which are lymphocytes, did not rise: their median fell.
#
# ## Who stands behind the regression?
#
# A number of patients that follows from three printed numbers, but for one thing: whether there was an intercept. That
# decides what the R² measures.
#
# A linear regression predicts an outcome from $k$ numbers per patient. With $n$ patients and an intercept,
#
# $$ R^2_\mathrm{adj} = 1 - (1 - R^2)\,\frac{n - 1}{n - k - 1}, \qquad F = \frac{R^2 / k}{(1 - R^2) / (n - k - 1)}, $$
#
# and without an intercept $n - 1$ becomes $n$, and $n - k - 1$ becomes $n - k$. The paper prints $R^2$, its adjusted form,
# $F$ and $k = 8$. So $n$ follows.

# %%
regression = audit["regression"].printed
sizes = sizes_that_print(regression, range(10, 200))
fitting = sizes[sizes["fits"]]

# %% tags=["hide-input"]
table(
    fitting[["n", "intercept", "residual_df"]].rename(
        columns={"n": "patients", "residual_df": "n less coefficients"}
    ),
    f"Numbers of patients from 10 to 199 that can print R² {regression.r2}, adjusted R² {regression.adjusted_r2} and "
    f"F {regression.f} with {regression.k} predictors",
)

# %% [markdown]
# By hand, for 36 patients without an intercept: $1 - 0.084 \times 36/28 = 0.892$, as printed.
#
# 36 is the number of patients whose outcomes were analysed; the other number is named nowhere in the paper. statsmodels,
# the program the paper names, fits without an intercept unless one is added to the data, and then reports the
# *uncentred* R². That speaks for 36. It is no proof: one patient more may have had all the measurements. These formulas
# see only $n$ less the number of coefficients, so they can never tell the two apart.
#
# The coefficients were rounded separately, and can be asked the same question: which numbers of residual degrees of
# freedom ($n$ less coefficients) can print every estimate with its interval and p value?

# %%
coefficients = audit["coefficients"].printed.table()
shared_df = df_that_print_all(coefficient_df(coefficients))
named_sizes = (flow["analysed"].count(), patients.count())
after_infections = patients.count() - flow["severe-infections"].count()
excluded = [
    n
    for n in (patients.count(), after_infections)
    if not {n - regression.k.count(), n - regression.k.count() - 1}
    & set(shared_df)
]

# %% tags=["hide-input"]
text(f"""
All eight rows together allow {min(shared_df):.0f} to {max(shared_df):.0f}. That holds what the first three numbers
need. It excludes {" and ".join(map(str, excluded))} patients: all who were enrolled, and those left after the six with
infections.
""")

# %%
audit.judge("regression", judge_regression(regression, named_sizes))
audit.judge("coefficients", judge_coefficients(coefficients, regression))
audit.judge(
    "significant-factors",
    judge_significant(coefficients, ["NLR", "Neutrophils", "IL-2"]),
)

# %% [markdown]
# ### What an R² about zero says
#
# The usual R² asks how much better the predictions are than the patients' mean. The uncentred one asks how much better
# they are than *zero*. If every patient's count rose, predicting the mean rise for everyone, with no predictor at all,
# is far better than zero.
#
# Write $v$ for the outcome's standard deviation divided by its mean. The figure shows what the same predictions explain
# of the variation about the mean.

# %%
uncentred = Interval(fitting["r2_lower"].min(), fitting["r2_upper"].max())

# %% tags=["hide-input"]
figures.centred_r2(uncentred, flow["analysed"].count())

# %% [markdown]
# The paper prints neither the outcome's mean nor its standard deviation, nor in which unit the rise was measured.
#
# ### What a search among many candidates finds in noise
#
# Eight predictors were kept by stepwise selection. How many there were to choose from is not printed. The paper names
# 27: twelve characteristics in Table 1, six rows in Table 2, seven cytokines, the neutrophil count and the
# neutrophil-to-lymphocyte ratio (NLR). So we let forward selection choose eight among candidates that have nothing to
# do with the outcome.

# %%
noise = pd.concat(
    [
        noise_r2(
            n,
            [15, 20, 27],
            regression.k.count(),
            printed_r2=float(regression.r2),
            seed=20260101,
            outcome_mean=mean,
            predictor_mean=2.0,
            datasets=1000,
        )
        .query(f"intercept == {intercept}")
        .assign(mean=mean)
        for n, intercept, mean in [
            (37, True, 0.0),
            (36, False, 1.0),
            (36, False, 2.0),
            (36, False, 3.0),
        ]
    ]
)

# %% tags=["hide-input"]
table(
    pd.DataFrame(
        {
            "fit": [
                "37, intercept" if i else f"36, none; mean/SD {m:.0f}"
                for i, m in zip(noise["intercept"], noise["mean"], strict=True)
            ],
            "candidates": noise["candidates"],
            "R² (middle 90%)": [
                Interval(*ends)
                for ends in zip(noise["r2_05"], noise["r2_95"], strict=True)
            ],
            f"R² {regression.r2} or more": noise["reached"],
            "coefficients with p < 0.05": noise["significant_mean"],
        }
    ),
    "Simulated noise: eight predictors chosen by forward selection among candidates without any relation to the "
    "outcome. Without an intercept the outcome's mean over its standard deviation matters; the predictors' is 2",
    {
        "R² (middle 90%)": ".2f",
        f"R² {regression.r2} or more": ".1%",
        "coefficients with p < 0.05": ".1f",
    },
)
with_intercept = noise[noise["intercept"]]
without = noise[~noise["intercept"]]
text(f"""
With an intercept, noise hardly ever comes near the printed R²: the middle 90% reach up to
{with_intercept["r2_95"].max():.2f}. Without one it depends on the outcome's mean: at three standard deviations from zero
{formatted(without["reached"].max(), ".0%")} of pure noise reaches it. In either case selection leaves
{with_intercept["significant_mean"].min():.1f} to {with_intercept["significant_mean"].max():.1f} "significant"
coefficients, on average, where there is nothing to find; the paper reports
{judge_significant(coefficients, ["NLR", "Neutrophils", "IL-2"]).recomputed["significant"]}.
""")

# %%
audit.judge(
    "predictive-power",
    judge_predictive_power(regression, named_sizes),
    matters="The factors said to drive the rise were found in a model that may explain little of it.",
)
audit.judge(
    "logistic",
    judge_same_thing(
        {
            "Statistical Analysis": "logistic regression",
            "Table 3, with its R² and F": "linear regression",
        }
    ),
)
audit.judge(
    "nlr-cd8",
    judge_same_thing(
        {
            "Discussion": "increase in CD8⁺ T cells",
            "Title of Table 3": "increase in T lymphocytes",
        }
    ),
)

# %% [markdown]
# ## Adverse events and response
#
# These counts are printed, and what is reckoned from them is right.

# %%
events = audit["adverse-events"].printed
severe = audit["adverse-events-grade-3"].printed
audit.judge("adverse-events", judge_breakdown(events, once=False))
audit.judge("adverse-events-grade-3", judge_breakdown(severe, once=False))
audit.judge(
    "patients-with-events",
    judge_patients_with_any(audit["patients-with-events"].printed.n, events),
)
audit.judge(
    "patients-with-grade-3",
    judge_percentage(
        audit["patients-with-grade-3"].printed,
        {"Table 4": (add(*severe.cells.values()), patients.count())},
        assuming="no patient had both events",
    ),
)

# %% [markdown]
# Six of the 48 patients had infections so severe that they could not go on with immunotherapy. Table 4 has no row for
# infections. Whether they came after thymosin α1, and whether anyone judged them related, the paper does not say.

# %%
responses = audit["responses"].printed
complete, partial, stable = (
    responses[name].count() for name in ("complete", "partial", "stable")
)
analysed, everybody = flow["analysed"].count(), patients.count()
rates = pd.DataFrame(
    [
        {
            "rate": name,
            "patients": f"{responders} of {of}",
            "share": responders / of,
            "exact 95% interval": Interval(
                *proportion_confint(responders, of, method="beta")
            ),
        }
        for name, responders, sizes_of in [
            ("objective response", complete + partial, (analysed, everybody)),
            (
                "disease control",
                complete + partial + stable,
                (analysed, everybody),
            ),
            (
                "any adverse event",
                audit["patients-with-events"].printed.n.count(),
                (everybody,),
            ),
            (
                "adverse event of grade 3",
                audit["patients-with-grade-3"].printed.events.count(),
                (everybody,),
            ),
        ]
        for of in sizes_of
    ]
)

# %% tags=["hide-input"]
table(
    rates,
    "Response and adverse events with exact (Clopper-Pearson) intervals, which the paper does not print. Of 48 patients: "
    "all who received thymosin α1, those not analysed counted as not responding",
    {"share": ".1%", "exact 95% interval": ".1%"},
)

# %%
audit.judge(
    "responses",
    judge_parts_within(
        [responses[name] for name in ("complete", "partial", "stable")],
        responses["analysed"],
    ),
)
audit.judge(
    "response-rate",
    judge_percentage(
        audit["response-rate"].printed,
        {"complete and partial responses": (complete + partial, analysed)},
    ),
)
audit.judge(
    "control-rate",
    judge_percentage(
        audit["control-rate"].printed,
        {
            "responses and stable disease": (
                complete + partial + stable,
                analysed,
            )
        },
    ),
)

# %% [markdown]
# ## What can the survival times tell?
#
# That a month had 30 days, and little about how many died.
#
# Survival is recorded in days, or weeks. A month is a choice: 30 days, 30.4375 (a year of 365.25 days by twelve), 28. A
# time printed with two decimals can tell, because days are whole.

# %%
overall_survival = audit["overall-survival"].printed
progression_free = audit["progression-free-survival"].printed
times = [
    number
    for median in (overall_survival, progression_free)
    for number in (median.median, median.lower, median.upper)
]
units = units_that_print(times)
by_chance = sum(
    end - start for start, end in unit_lengths_that_print(times)
) / (31 - 28)

# %% tags=["hide-input"]
table(
    units.map(
        lambda days: (
            days
            if isinstance(days, bool | np.bool_)
            else " or ".join(map(str, days)) or "none"
        )
    )
    .rename_axis("unit")
    .reset_index(),
    "The whole numbers of days (or weeks) that print each time, by the length of a month",
)
text(f"""
Of all lengths of a month between 28 and 31 days, {float(by_chance):.1%} would print all six times; 30 days is one of
them. So the follow-up of {audit["follow-up"].printed["median"]} months is about
{30 * float(audit["follow-up"].printed["median"]):.0f} days.
""")

# %% [markdown]
# A Kaplan-Meier median is the first day on which the curve is at one half or below. Its limits are the first days on
# which the curve's lower and upper confidence bands are. So all three are days on which somebody died (or, for
# progression-free survival, died or progressed: an *event*). How many events were there in all? Only the order of events
# and losses matters. So we can try: arrange events and losses among 36 patients, and see whether median and limits fall
# on three different days.

# %%
by_events = events_that_print(overall_survival)

# %% tags=["hide-input"]
found = by_events[by_events["status"] == "found"]
late = found[found["censored_early"] == 0]
text(f"""
Arrangements with anything from {found.index.min()} to {found.index.max()} events among {overall_survival.n} patients were
found; with {late.index.min()} to {late.index.max()} if nobody was lost before the lower limit. So the median and its
interval say little about the number of deaths, on which every Cox model below rests, and which the paper does not
print.
""")

# %%
audit.judge("overall-survival", judge_survival_median(overall_survival))
audit.judge(
    "progression-free-survival", judge_survival_median(progression_free)
)
audit.judge(
    "abstract-survival",
    judge_against_source(
        audit["abstract-survival"].printed["median"],
        progression_free.median,
        "text of the results",
    ),
)

# %% [markdown]
# A median follow-up of 13.7 months is longer than the median survival of 9.6. If it were the median of how long the
# patients were observed, dead or alive, more than half would have been seen alive beyond 9.6 months, and the median
# survival would be longer; there is one strange exception, below. More likely follow-up was reckoned from survivors
# alone, or by turning the Kaplan-Meier method round (*reverse* Kaplan-Meier: deaths count as losses). The paper does not
# say.

# %%
audit.judge(
    "follow-up",
    judge_follow_up(overall_survival, audit["follow-up"].printed["median"]),
)

# %% [markdown]
# ## Do the Cox models agree with themselves?
#
# Yes, all four ratios. One of them a simpler check would have accused.
#
# A hazard ratio, its interval and its p value have the log ratio and its standard error in common, as in
# [the sepsis chapter](01-sepsis). The usual check takes the printed digits as exact and computes p from them.

# %%
hazard_ratios = {
    "NLR, overall survival": audit["cox-nlr"].printed,
    "cycles, overall survival": audit["cox-cycles-os"].printed,
    "cycles, progression-free": audit["cox-cycles-pfs"].printed,
    "response, progression-free": audit["cox-response-pfs"].printed,
}
cox_table = pd.DataFrame(
    [
        {
            "hazard ratio": name,
            "printed": f"{ratio.estimate} ({ratio.lower} to {ratio.upper})",
            "printed p": ratio.p,
            "p if digits were exact": float(
                midpoint_p(
                    float(ratio.estimate),
                    float(ratio.lower),
                    float(ratio.upper),
                )
            ),
            "p allowed": check_ratio(ratio.model_copy(update={"p": None})).p,
            "standard error": implied_se(ratio),
            "deaths × variance": information(ratio),
        }
        for name, ratio in hazard_ratios.items()
    ]
)

# %% tags=["hide-input"]
table(
    cox_table.assign(
        **{"p allowed": [p_range(p) for p in cox_table["p allowed"]]}
    ),
    "The four hazard ratios: the p value that the printed digits would give if exact, those that their rounding allows, "
    "and what the interval implies",
    {
        "p if digits were exact": ".2g",
        "standard error": ".3f",
        "deaths × variance": ".3g",
    },
)
nlr = hazard_ratios["NLR, overall survival"]
figures.feasible_set(nlr)

# %% [markdown]
# For the first ratio the printed p is smaller than the digits give. But 1.08 is printed to two decimals, and the limits
# to three. A true ratio near the upper end of what prints 1.08 fits all of them.

# %%
for claim_id in (
    "cox-nlr",
    "cox-cycles-os",
    "cox-cycles-pfs",
    "cox-response-pfs",
):
    audit.judge(claim_id, judge_ratio(audit[claim_id].printed))

# %% [markdown]
# The last column of the table is a yardstick. In a Cox model with one covariate known at the start, the squared inverse
# of the standard error is about the number of deaths times the covariate's variance (Hsieh and Lavori 2000).

# %%
deaths = np.array([10, 20, 30])
cycles_sd = [
    implied_sd(hazard_ratios["cycles, overall survival"], int(d))
    for d in deaths
]

# %% tags=["hide-input"]
text(f"""
If {" or ".join(map(str, deaths))} of the 36 had died, the number of cycles would have had a standard deviation of about
{" or ".join(f"{sd.middle:.1f}" for sd in cycles_sd)}. With the two covariates that the final model has at least, that is
{" or ".join(f"{per:.0f}" for per in events_per_variable(deaths, 2))} deaths for each; how many were tried, the paper
does not say.
""")

# %% [markdown]
# ## What if cycles and response are known only later?
#
# Then hazard ratios below 1 appear where nothing has an effect. For progression-free survival a ratio per cycle like
# the printed one is what one should expect. For overall survival one as small as the printed one is rare, unless
# progression brings death nearer. For response it depends on how response was coded.
#
# To receive a tenth cycle, a patient must live to its day. To be seen to respond, a patient must be alive and free of
# progression at that assessment. Who dies early has few cycles *because* of dying early. A model that takes the final
# number of cycles, or the best response, as if it had been known on the first day gives these patients' survival as
# the effect of their cycles. This is *immortal time*: the days that a patient must have survived for the covariate to
# be what it is. It was described for tumour response by Anderson, Cain and Gelber in 1983.
#
# The paper does not say how its models treated this. It lists cycles and response among the other factors, so we ask
# what that does. We simulate cohorts in which neither cycles nor response changes anybody's hazard: the true hazard
# ratio is 1. We assume
#
# - 36 patients, with the printed medians of overall and progression-free survival, and constant hazards;
# - assessments every six weeks, as in the paper, and a share of early progressions as in its response counts;
# - a cycle every 21 days, at least two, until progression, death, or stopping for another reason;
# - stopping for other reasons at a constant rate. Nothing is printed about it. We chose it so that the *standard error*
#   of the ratio per cycle comes near the printed one, and without regard to the ratio itself;
# - follow-up until November 2023, and no losses.

# %%
assumed = CohortAssumptions()
published = {
    ("OS", "cycles"): hazard_ratios["cycles, overall survival"],
    ("OS", "NLR"): nlr,
    ("PFS", "cycles"): hazard_ratios["cycles, progression-free"],
    ("PFS", "response"): hazard_ratios["response, progression-free"],
    ("PFS", "disease control"): hazard_ratios["response, progression-free"],
}
compared = compare_analyses(assumed, 1000, 20260101, published).reset_index()
described = summarise_cohorts(simulate_cohorts(assumed, 1000, 20260101))

# %% tags=["hide-input"]
shown = compared[
    (compared["covariate"] != "NLR") & (compared["no_estimate"] < 1)
]
names = {
    ("OS", "cycles"): "cycles, overall",
    ("PFS", "cycles"): "cycles, progression-free",
    ("PFS", "response"): "response (CR or PR)",
    ("PFS", "disease control"): "disease control",
}
figures.hazard_ratios_without_effect(
    shown.assign(
        of=[
            names[key]
            for key in zip(shown["outcome"], shown["covariate"], strict=True)
        ]
    ),
    {name: published[key] for key, name in names.items()},
)
table(
    shown[
        [
            "outcome",
            "covariate",
            "analysis",
            "printed",
            "as_small",
            "significant",
            "se_median",
            "printed_se",
        ]
    ].rename(
        columns={
            "as_small": "as small as printed",
            "significant": "p < 0.05 and below 1",
            "se_median": "median SE",
            "printed_se": "printed SE",
        }
    ),
    "1,000 simulated cohorts in which nothing has an effect: how many give a hazard ratio as small as the printed one "
    "(one that runs to 0 counts), and how many a significant one (2.5% would be right)",
    {
        "as small as printed": ".1%",
        "p < 0.05 and below 1": ".1%",
        "median SE": ".3f",
        "printed SE": ".3f",
        "printed": ".3f",
    },
)

# %%
per_cycle_os, per_cycle_pfs, responders, controlled = (
    shown.query(
        "analysis == 'as if at baseline' and outcome == @outcome "
        "and covariate == @covariate"
    ).iloc[0]
    for outcome, covariate in names
)

# %% tags=["hide-input"]
text(f"""
Entered as if known at the start, cycles without effect have a median ratio of {per_cycle_pfs["hr_median"]:.2f} for
progression-free survival; {per_cycle_pfs["as_small"]:.0%} of cohorts have one as small as the printed
{per_cycle_pfs["printed"]:.3f}. For overall survival the median is {per_cycle_os["hr_median"]:.2f}, and
{per_cycle_os["as_small"]:.1%} have one as small as {per_cycle_os["printed"]:.3f}. Response coded as complete or
partial response gives a ratio as small as {responders["printed"]:.3f} in {responders["as_small"]:.1%}. Coded as
disease control, it runs to 0 in {controlled["runs_away"]:.0%}: whoever has no disease control has progressed at the
first assessment, so the covariate is the outcome under another name. A ratio of 0 cannot be printed as 0.041; with
assessments that are not all on schedule this coding does give ratios above 0 (the row of delayed assessments below).

Landmark analyses (only patients still free of the event on day 84, or 126, with what is known on that day) and
analyses with covariates that change over time give ratios around 1, as they should.
""")

# %% [markdown]
# The last of these analyses can be run by anybody. Here is one simulated cohort in lifelines, beside our own fit.

# %%
one = simulate_cohorts(assumed, 1, 20260101)
rows = long_format(one, 0, "OS")
fitter = CoxTimeVaryingFitter().fit(
    rows[["id", "start", "stop", "event", "cycles", "NLR"]],
    id_col="id",
    event_col="event",
)
ours = time_varying(one, "OS", ("cycles", "NLR")).fit()

# %% tags=["hide-input"]
table(
    pd.DataFrame(
        {
            "covariate": ["cycles so far", "NLR"],
            "lifelines": np.exp(fitter.params_.to_numpy()),
            "ours": ours.hazard_ratio[0],
        }
    ),
    "Hazard ratios of death in one simulated cohort, with cycles counted up to each death",
    {"lifelines": ".4f", "ours": ".4f"},
)

# %% [markdown]
# How much do the assumptions matter? One of them most: whether progression brings death nearer. It usually does, and
# then a patient whose treatment stops at progression both has fewer cycles and dies sooner, without the one causing
# the other. No analysis of cycles alone can tell this from an effect.

# %%
grid = assumption_grid(
    assumed,
    {
        "death_after_progression": [2.0, 4.0, 8.0],
        "days_per_cycle": [14.0, 28.0],
        "mean_days_to_stopping": [60.0],
        "cycle_limit": [6],
        "stops_at_progression": [False],
        "assessment_delay_days": [21.0],
    },
    250,
    20260101,
    published,
)

# %% tags=["hide-input"]
settings = shares_by_setting(grid)
table(
    settings.rename(
        columns={
            "setting": "changed",
            "median OS cycles": "median ratio: cycles, overall",
        }
        | {f"{o} {c}": name for (o, c), name in names.items()}
    ),
    "Cohorts with a hazard ratio as small as the printed one, analysed as if all were known at the start, when one "
    "assumption is changed at a time (250 simulated cohorts each)",
    {"median ratio: cycles, overall": ".2f"}
    | dict.fromkeys(names.values(), ".1%"),
)

# %%
audit.judge(
    "cycles-prognostic",
    judge_without_effect(
        grid,
        {key: published[key] for key in [("OS", "cycles"), ("PFS", "cycles")]},
    ),
    matters="Longer treatment may be a sign of longer life, and not its cause.",
)
audit.judge(
    "response-prognostic",
    judge_without_effect(
        grid,
        {
            key: published[key]
            for key in [("PFS", "response"), ("PFS", "disease control")]
        },
    ),
)

# %% [markdown]
# What this does not prove: that the printed ratios arose in this way. It shows which ratios arise in cohorts where the
# covariates do nothing, if one supposes the above. The printed ratio for overall survival is smaller than most of
# those. It may show an effect of treatment, progression that stops treatment and brings death nearer, choice among
# many factors, or chance. The dates of cycles and responses would tell more.

# %% [markdown]
# ## What do the comparisons with other studies rest on?
#
# On cohorts that differ in more than thymosin α1. And the printed medians do not bear out "better".
#
# The discussion sets its results beside two cohorts that had immunotherapy without thymosin α1, each split by lymphocyte
# count.

# %%
oesophageal = audit["oesophageal-cohort"].printed
lung = audit["lung-cohort"].printed
cited = {
    "overall survival": {
        "oesophageal cancer, low counts": oesophageal["os-low"],
        "oesophageal cancer, higher counts": oesophageal["os-higher"],
        "lung cancer, low counts": lung["os-low"],
        "lung cancer, normal counts": lung["os-normal"],
    },
    "progression-free survival": {
        "lung cancer, low counts": lung["pfs-low"],
        "lung cancer, normal counts": lung["pfs-normal"],
    },
}
own = {
    "overall survival": overall_survival,
    "progression-free survival": progression_free,
}

# %% tags=["hide-input"]
table(
    pd.DataFrame(
        [
            {
                "cohort": name,
                "endpoint": endpoint,
                "cited median": number,
                "this paper": f"{own[endpoint].median} ({own[endpoint].lower} to {own[endpoint].upper})",
            }
            for endpoint, medians in cited.items()
            for name, number in medians.items()
        ]
    ),
    "Medians in months that the paper quotes, beside its own with 95% interval",
)

# %% [markdown]
# In both cohorts the patients with higher counts had longer medians than the patients here, of whom most had at least
# 0.5 × 10⁹ lymphocytes per litre before treatment.
#
# A comparison across studies is no comparison of arms. These cohorts differ in cancers, earlier treatment, selection
# (here six weeks of follow-up and two cycles were required, so nobody who died early could be counted) and in where the
# clock starts.

# %%
audit.judge(
    "better-than-others",
    judge_better(own, cited),
    matters="This comparison is what the discussion rests the improvement on.",
)
audit.judge(
    "improves-outcomes",
    judge_uncontrolled(1, "how these patients fared"),
    matters="This is half of the title.",
)

# %% [markdown]
# ### Numbers quoted from other papers
#
# Of these papers we have seen at most an abstract, of ETASS a table too. GASTO-1043 had one arm and matched controls, as
# many as patients.

# %%
gasto = audit["gasto-1043"].printed
matched = audit.row("matched-controls", "gasto-1043")
denominators = {
    share: counts_that_print(share, range(1, arm + 1))
    for share, arm in [
        (gasto["with"], matched.n_treated),
        (gasto["without"], matched.n_control),
    ]
}

# %% tags=["hide-input"]
text(f"""
With denominators up to {matched.n_treated},
{"; ".join(f"{share} is printed by " + ", ".join(f"{e} of {n}" for e, n in found.itertuples(index=False)) for share, found in denominators.items())}.
""")

# %%
audit.judge(
    "gasto-1043",
    judge_two_shares(
        gasto["with"],
        gasto["without"],
        gasto["p"],
        (matched.n_treated, matched.n_control),
    ),
)
etass = audit.table("etass")
audit.judge(
    "etass",
    judge_reduction(
        TwoArms.from_frame(etass),
        (etass["outcome"] + ", " + etass["timepoint"]).tolist(),
        {"28-day log-rank p": audit.row("numbers", "etass-log-rank").number},
    ),
    matters="The trial is quoted as support.",
)
trials = audit.row("numbers", "zeng-trials")
audit.judge(
    "meta-analysis",
    judge_against_source(
        audit["meta-analysis"].printed["trials"], trials.number, trials.seen_in
    ),
)

# %% [markdown]
# For the rest there is nothing to compute from.

# %%
for claim_id in ("oesophageal-cohort", "lung-cohort"):
    audit.judge(
        claim_id,
        silent(
            "Medians are quoted without intervals, deaths or numbers of patients.",
            ("deaths and patients in each group", "intervals of the medians"),
        ),
    )
audit.judge(
    "abscopal",
    silent(
        "Three percentages are quoted without the numbers of patients they are of.",
        ("patients and responses in each regimen",),
    ),
)
audit.judge(
    "lung-cancer-trial",
    silent(
        "A longer survival is quoted without a number.",
        ("deaths and patients per arm", "effect with interval"),
    ),
)
audit.judge(
    "no-change-by-radiotherapy",
    silent(
        "Counts before and after radiotherapy are not printed; the comparison of sites is in a supplement we have not "
        "seen.",
        ("counts before and after radiotherapy", "changes by irradiated site"),
    ),
)
univariate = (
    "ratio, interval and p value of each factor",
    "number of factors tried",
)
for claim_id in ("univariate-os", "univariate-pfs"):
    audit.judge(
        claim_id,
        silent(
            "The factors are named; their ratios are in a supplement we have not seen.",
            univariate,
        ),
    )
audit.judge(
    "lymphopenia-os",
    silent(
        "Neither survival by lymphocyte count nor a p value is printed.",
        ("deaths and patients in each group", "p value of the test"),
    ),
)

# %% [markdown]
# ## Sensitivity: choices that could change the answer
#
# - **How free values are spread.** The correlations demanded rest on a log-normal spread through the quartiles. The
#   table shows them for an even spread between the quartiles too.
# - **Which test.** The exact signed-rank test is used where no patient is unchanged and no two changes are of one size,
#   its normal approximation elsewhere.
# - **With or without an intercept.** With one, R² is the usual one, and the search through noise does not reach it.
# - **Which cohort.** The hazard ratios without effect depend on how treatment stops and on what follows progression; the
#   table above shows how far.

# %%
spreads = pd.DataFrame(
    [
        {
            "row": name,
            "printed p": change.p,
            **{
                f"{spread} spread": Interval(found.min(), found.max())
                for spread in ("log-normal", "uniform")
                if len(
                    found := correlations_that_print(
                        p_by_correlation(
                            change, grid=grids[name], spread=spread
                        ),
                        change.p,
                    )
                )
            },
        }
        for name, change in changes.items()
    ]
)

# %% tags=["hide-input"]
table(
    spreads,
    "Within-patient correlations that suit each printed p value, under two assumptions about what the quartiles leave "
    "free (simulated)",
    {"log-normal spread": ".2f", "uniform spread": ".2f"},
)

# %% [markdown]
# ## What would settle it
#
# The shortest list that would turn *possible* into *reproduced* or *contradicted* is one table, with a row for each of
# the 48 patients and no names:
#
# - the six counts before and after, and the days of the two samples;
# - why thymosin α1 was given, and any earlier counts;
# - the 27 candidate predictors, and the outcome of the regression in its unit;
# - date of the first cycle and dates of all further ones;
# - date and result of each assessment of the tumour;
# - date of death or of last contact.
#
# Without patients' data, these would help: the within-patient correlations or quartiles of the changes; the size of the
# sample behind Table 3, and whether it has an intercept; the numbers of deaths and progressions; how response was coded;
# what the median follow-up is the median of.
#
# ## What we found
#
# - Counts added up in every block; in some blocks percentages were not rounded in one way.
# - "More than half" had severe lymphopenia: the table said otherwise.
# - The quartiles were possible for 48 patients' counts.
# - Each printed p value of Table 2 was possible, given patients whose counts go together.
# - A rise in one group did not show what caused it.
# - The regression fitted 36 patients without an intercept, or one more with one.
# - A month had 30 days; the number of deaths stayed unknown.
# - All four hazard ratios agreed with their intervals and p values.
# - Hazard ratios below 1 appeared where cycles and response had no effect, some as small as the printed ones.
# - The medians quoted from other studies did not bear out "better".

# %% tags=["hide-input"]
audit.close(f"""
The printed rises in T and NK cells are possible, in patients whose counts before and after go together (for NK cells a
correlation of at least {formatted(demanded_nk.lower, ".2f", ROUND_FLOOR)}), but one group without another to compare it
with cannot show that thymosin α1 caused them, nor that it improved outcomes. The regression with R² {regression.r2} was
fitted to {fitting.loc[~fitting["intercept"], "n"].item()} patients without an intercept or to
{fitting.loc[fitting["intercept"], "n"].item()} with one, and is no measure of prediction; "more than half" with severe
lymphopenia are {low_counts} of {patients} in the paper's own table. Where cycles and response are entered as if known at
the start, hazard ratios below 1 arise without any effect: in simulated cohorts without one, a ratio per cycle as small
as the printed one arises in {per_cycle_pfs["as_small"]:.0%} for progression-free survival, and in
{formatted(settings["OS cycles"].min(), ".0%", ROUND_FLOOR)} to
{formatted(settings["OS cycles"].max(), ".0%", ROUND_CEILING)} for overall survival, depending on assumptions.
""")

# %% [markdown]
# ## Cite this chapter
#
# Please name the book, this chapter and the version of `rederive` below; [the front page](../book/index.md) says how.

# %% tags=["hide-input"]
libraries = (
    "rederive",
    "numpy",
    "scipy",
    "pandas",
    "statsmodels",
    "lifelines",
)
text(
    "Versions used: "
    + ", ".join(f"{name} {version(name)}" for name in libraries)
    + "."
)
