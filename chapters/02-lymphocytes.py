# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Lymphocytes: a paper on immunoradiotherapy
#
# A hospital reports that a week of thymosin α1 raised lymphocyte counts in 48 patients with advanced cancer, and that
# radiotherapy with an immune checkpoint inhibitor (of PD-1) then went with satisfactory safety and efficacy. We have
# the paper's text and its four tables, not its figures or supplements. We take every number for what it can tell about
# the others.

# %% tags=["hide-input"]
from dataclasses import asdict, replace
from decimal import ROUND_CEILING, ROUND_FLOOR
from fractions import Fraction
from importlib.metadata import version

import numpy as np
import pandas as pd
from lifelines import CoxTimeVaryingFitter

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
    judge_same_thing,
    judge_significant,
    judge_uncontrolled,
)
from rederive.checks.paired import (
    PairingAssumptions,
    correlation_demanded,
    correlations_that_print,
    judge_mean_change,
    judge_quartile_change,
    p_by_correlation,
    p_by_exact_correlation,
    p_for_correlation,
    rank_sums_that_print,
)
from rederive.checks.proportions import (
    counts_that_print,
    exact_intervals,
    judge_percentage,
    judge_total,
    judge_two_shares,
)
from rederive.checks.quantiles import (
    check_quantiles,
    judge_quantiles,
    quartile_table,
    sizes_that_print_quartiles,
    summarise_quantiles,
)
from rederive.checks.ratios import judge_ratio
from rederive.checks.regression import (
    coefficient_df,
    df_that_print_all,
    judge_coefficients,
    judge_predictive_power,
    judge_regression,
    largest_outcome,
    sizes_that_print,
)
from rederive.checks.sources import judge_against_source
from rederive.checks.survival import (
    events_per_variable,
    events_that_print,
    fewest_deaths_beside,
    implied_sd,
    judge_follow_up,
    judge_survival_median,
    summarise_hazard_ratios,
)
from rederive.checks.units import unit_lengths_that_print, units_that_print
from rederive.display import figures
from rederive.display.shown import text
from rederive.display.tables import table
from rederive.methods.before_after import (
    judge_normality,
    normality_by_column,
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
from rederive.methods.simulate import CohortAssumptions, simulate_cohorts
from rederive.methods.trials import judge_reduction
from rederive.printed import Interval, Printed, formatted, listed, p_range
from rederive.verdicts import silent

# %% tags=["hide-input"]
audit = Audit.of("lymphocytes")
audit.open()

# %% [markdown]
# ## What this chapter re-derives, and what it cannot
#
# This chapter asks
#
# - whether text and tables agree, counts add up, and percentages belong to them;
# - whether the quartiles of cell counts can be those of 48 patients;
# - which patients can stand behind each printed p value;
# - what a rise in one group, without another to compare it with, can show;
# - how many patients stand behind the regression, and what its R² measures;
# - what unit the survival times were rounded from, and how many deaths can print them;
# - whether the Cox models' ratios, intervals and p values agree;
# - which hazard ratios appear when something known only later is treated as known at the start;
# - what the comparisons with other studies rest on.
#
# We have the paper's text and its four tables. No table lists single patients. By its legend Figure 2 plots each
# patient's counts before and after; we have seen neither the figures nor the supplements. Where this chapter says that
# something is not given, it means: not in the text or the tables.
#
# So almost nothing here can be recomputed from below. Where all we can show is that some patients *could* print a
# number, the verdict is *possible*, and we say what such patients would have to be like.
#
# Every printed number is treated as an interval: 9.6 means some value between 9.55 and 9.65.

# %% [markdown]
# ## Do text and tables agree?
#
# Mostly. But 14 of 48 patients are not "more than half", and five had no irradiated site.

# %%
patients = audit["patients"].printed.n
blocks = {
    name.removeprefix("table-1-"): claim.printed
    for name, claim in audit.document.claims.items()
    if name.startswith("table-1-")
}
low_counts = blocks["lymphocytes"].cells["Below 0.5"].events
flow = audit["flow"].printed
inclusion = audit["inclusion"].printed


def count(block, *labels):
    """Patients in some cells of a block of Table 1."""
    return sum(blocks[block].cells[label].events.count() for label in labels)


# %%
audit.judge(
    "severe-lymphopenia",
    judge_majority(
        low_counts,
        {"of all": patients, "of those analysed": flow["analysed"]},
        "grade 3 or 4 read as below 0.5 × 10⁹/L at the start of treatment",
    ),
    matters="The paper compares its results with those of others on the ground that its patients started lower.",
)
audit.judge(
    "inclusion",
    judge_criterion(
        f"Inclusion asks for at least {inclusion['cycles-at-least']} cycles of radiotherapy",
        inclusion["no-irradiation-site"],
        "None",
    ),
    matters="Some of the patients may not have had the treatment whose outcomes are reported.",
)

# %% [markdown]
# All 48 patients are also placed in a row for dose and number of fractions, eight of them under "others". The
# discussion says that there were only two or three fractions; Table 1 shows that for the forty in the named rows.
#
# The order of treatments is told in two ways. The abstract has the loading dose *followed by* radiotherapy. In Table 1,
# 26 of the 48 had radiotherapy *during* it. For them the count at the end of the dose is a count during radiotherapy as
# well, which may lower counts: part of a rise could be hidden by it.

# %%
concurrent = audit["sequence"].printed["radiotherapy-during-the-dose"]
audit.judge(
    "sequence",
    judge_same_thing(
        {
            "Abstract": "radiotherapy after the loading dose",
            "Table 1": f"radiotherapy during it in {concurrent} of {patients}",
        }
    ),
    matters="What raised the counts, and what held them down, cannot be told apart.",
)
fractions = blocks["fractions"].cells
audit.judge_together(
    {
        "patients": judge_total(
            audit["patients"].printed,
            (count("sex", "Male"), count("sex", "Female")),
            counted_in="Table 1",
        ),
        "flow": judge_flow(
            flow["enrolled"],
            [flow["severe-infections"], flow["not-assessed"]],
            flow["analysed"],
        ),
        "ecog-2-3": judge_percentage(
            audit["ecog-2-3"].printed,
            {"Table 1": (count("ecog", "ECOG 2", "ECOG 3"), patients.count())},
        ),
        "second-line": judge_percentage(
            audit["second-line"].printed,
            {
                "Table 1": (
                    count("prior-therapies", "Two", "Three or more"),
                    patients.count(),
                )
            },
        ),
        "heavily-pretreated": judge_majority(
            audit["second-line"].printed.events,
            {"of all": patients},
            "heavily pretreated read as two or more prior therapies",
        ),
        "fractions": judge_parts_within(
            [
                cell.events
                for label, cell in fractions.items()
                if label != "Others"
            ],
            patients,
        ),
        "age": silent(
            "A median and a range are printed, and nothing that they would have to agree with.",
            ("ages of the 48 patients",),
        ),
    },
    "Further statements about the patients",
)

# %% [markdown]
# ### How the percentages were rounded
#
# One way of rounding fits every complete block of Table 1 but one: so that the block adds up to 100%.
#
# A percentage beside a count can be checked to the last digit. What is open is only how it was rounded: half-up (31.25
# becomes 31.3), half-even (ties to the even digit, 31.2), cut off (31.2, and 31.29 as well), or so that a block adds up
# to 100%: every share is cut off, and the missing tenths go to the cells of which most was cut off. A block should keep
# to one of them.

# %%
checked = check_breakdowns(blocks)
summary = summarise_breakdowns(checked)
labels = pd.Series(
    checked.index.str.replace("-", " ").str.replace("ecog", "ECOG"),
    index=checked.index,
)
mixed = ~checked["one for all"]
unexplained = mixed & ~checked["by design"]

# %% tags=["hide-input"]
text(f"""
Counts add up in {summary["counts add up"]:.0f} of {summary["blocks"]:.0f} blocks, and each of the
{summary["cells"]:.0f} percentages is within the last digit of its count. In the blocks of {listed(labels[mixed])} no
one of the first three ways prints every cell. Rounding so that the block adds up prints them all but that of
{listed(labels[unexplained])}, whose printed percentages add up to {checked.loc["prior-therapies", "percent_sum"]:.1f}.
(The footnote on other cancers is only part of a block; half-up prints it.) So some counts stand in two blocks with two
percentages:
""")
table(
    printed_two_ways(blocks).rename(
        columns={"exact": "exact share", "conventions": "how"}
    ),
    "The same count of the same patients, printed with two percentages",
    {"exact share": ".4%"},
)
table(
    checked.drop(columns=["none"])
    .rename(index=labels)
    .rename(
        columns={
            "of": "should be",
            "percent_sum": "% printed add to",
            "rounded_sum": "% half-up add to",
            "half-up": "cells half-up",
            "half-even": "half-even",
            "truncation": "cut off",
            "one for all": "one of these for all",
            "by design": "so that it adds up",
        }
    )
    .rename_axis("block")
    .reset_index(),
    "Table 1 of the paper, block by block: the sum of the counts; the sum of the percentages as printed, and as rounding "
    "half-up would have them; how many cells each way of rounding prints; and whether rounding to 100% prints all",
    {"% printed add to": ".1f", "% half-up add to": ".1f"},
)

# %%
audit.judge_together(
    {
        f"table-1-{name}": judge_breakdown(block)
        for name, block in blocks.items()
    },
    "The blocks of Table 1",
)

# %% [markdown]
# That one contradiction is of a last digit, and no result depends on it. The 68.7% of the text, a share cut off, is
# also the sum of the two percentages that Table 1 prints.

# %% [markdown]
# ## Can the quartiles be those of 48 patients' counts?
#
# Yes, by four of the nine definitions of a quartile in use.
#
# A quartile of 48 values lies between two of them, and there are nine common definitions of where ([Hyndman and Fan
# 1996](https://doi.org/10.2307/2684934)). Cell counts are whole numbers. By definition 7, numpy's default, a quartile
# of 48 whole numbers ends in .00, .25, .50 or .75. The paper prints 379.3, so by this definition it rounded 379.25, and
# rounded it half-up.

# %%
counts = {
    name: audit[name].printed
    for name in ("counts-cd3", "counts-cd4", "counts-cd8", "counts-b")
}
definitions = summarise_quantiles(
    check_quantiles(quartile_table(counts), patients.count())
)
of_any_size = sizes_that_print_quartiles(quartile_table(counts), range(30, 61))
fitting = of_any_size.any(axis=1)
fitting_by_others = of_any_size.drop(columns=4, level=0).any(axis=1)

# %% tags=["hide-input"]
table(
    definitions.rename(
        columns={
            "truncation": "cut off (truncation)",
        }
    ).reset_index(),
    "Which of the nine definitions of a quartile, with which rounding, can print all medians and quartiles of cell "
    f"counts from {patients} whole numbers",
)
text(f"""
The paper names Python, which prints 379.25 to one decimal as {379.25:.1f}. So if definition 7 was used, the last
rounding was done some other way. Definition 6 is the one of SPSS and Minitab. By 6 and 7 with half-up rounding every
quartile has to end in .0, .3, .5 or .8, as all sixteen do; by 8 and 9 that would be a coincidence. None of this makes a
number wrong. Nor does it show that there were {patients} patients: of the {len(fitting)} sizes from
{fitting.index.min()} to {fitting.index.max()}, the {fitting_by_others.sum()} even ones can print the table; and all
{fitting.sum()} can if definition 4 is let in, by which the median of an odd number of values is not the middle one.
""")

# %%
audit.judge("quartiles-of-counts", judge_quantiles(counts))

# %% [markdown]
# ## Which patients can stand behind these p values?
#
# For NK cells, patients whose counts before and after correlate. For the other rows, a wide range of patients: the
# printed quartiles allow almost any p value.
#
# A paired test looks at each patient's change. A table of quartiles before and after does not: the same two columns can
# belong to patients who all rose by a third, or to patients of whom half rose steeply and half fell. What decides is
# how far a patient with a high count before has a high count after, the *within-patient correlation*. It is not given.
#
# Nor is the test named in the text: the methods speak of t tests and non-parametric tests, the legend of Figure 2 of a
# paired one. We take the paired t test for means and Wilcoxon's signed-rank test for medians.
#
# For means and standard deviations the correlation enters by a formula. With means $m_0$ and $m_1$ before and after,
# standard deviations $s_0$ and $s_1$, and correlation $r$ in $n$ patients, the statistic of the paired t test is
#
# $$ t = \frac{m_1 - m_0}{\sqrt{(s_0^2 + s_1^2 - 2\, r\, s_0 s_1) / n}}. $$

# %%
nk = audit["counts-nk"].printed
demanded_nk = correlation_demanded(nk)
nk_least = formatted(demanded_nk.lower, ".3f", ROUND_FLOOR)

# %% tags=["hide-input"]
text(f"""
For NK cells, p {nk.p} needs $r$ of at least {nk_least}. Without any correlation, as in an unpaired test, p would be
about {p_range(p_for_correlation(nk, 0.0))}.
""")

# %% [markdown]
# For medians and quartiles there is no formula. So we simulate: draw samples that print exactly these quartiles, pair
# them with a chosen correlation, and test each pairing. This assumes that what the quartiles leave free is spread as a
# log-normal distribution through them, and that pairs follow a Gaussian copula: patients are ranked before and after by
# two normal scores with that correlation. The quartiles are held; everything else about these patients is invented.

# %%
changes = {
    "CD3⁺ T cells": audit["counts-cd3"].printed,
    "CD4⁺ T cells": audit["counts-cd4"].printed,
    "CD8⁺ T cells": audit["counts-cd8"].printed,
    "B cells": audit["counts-b"].printed,
    "CD4⁺/CD8⁺": audit["cd4-cd8-ratio"].printed,
}
assumed_pairs = dict.fromkeys(changes, PairingAssumptions()) | {
    "CD4⁺/CD8⁺": PairingAssumptions(grid=Fraction(1, 100))
}
curves = {
    name: p_by_correlation(change, assumed_pairs[name])
    for name, change in changes.items()
}
printed_p = {name: change.p for name, change in changes.items()} | {
    "NK cells": nk.p
}

# %% tags=["hide-input"]
figures.p_by_correlation(
    curves | {"NK cells": p_by_exact_correlation(nk)}, printed_p
)

# %%
suiting = {
    name: correlations_that_print(curve, changes[name].p)
    for name, curve in curves.items()
}
ranges = {
    name: Interval(found.min(), found.max()) for name, found in suiting.items()
} | {"NK cells": demanded_nk}
t_cells = [name for name in changes if name.endswith("T cells")]
without = {
    name: curves[name].set_index("correlation").loc[0.0, "prints"]
    for name in t_cells
}

# %% tags=["hide-input"]
figures.suiting_correlations(ranges, printed_p, exact="NK cells")
text(f"""
For T cells p < 0.001 is the usual result, in at least half of simulated samples, from correlations of
{" or ".join(f"{ranges[name].lower:.2f} ({name})" for name in t_cells)} up to the highest tried. Without any correlation
{", ".join(f"{share:.0%}" for share in without.values())} of samples print it too. So only for NK cells does the printed
p demand anything outright.
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
        claim_id, judge_quartile_change(changes[name], assumed_pairs[name])
    )
audit.judge("counts-nk", judge_mean_change(nk))

# %% [markdown]
# The p value for B cells says one thing more. A signed-rank test has only so many p values: one for each sum of ranks.
# SciPy 1.11.1, which the paper names, by default takes the exact test for 48 patients, unless some patient's two counts
# are equal; then it takes a normal approximation.

# %%
b_p = changes["B cells"].p
near = rank_sums_that_print(Printed.parse("0.42"), patients.count())["p"]
printing = rank_sums_that_print(b_p, patients.count())

# %% tags=["hide-input"]
text(f"""
Next to {b_p}, the exact test of {patients} patients can give {" and ".join(f"{p:.4f}" for p in near)}; {len(printing)}
of its p values print as {b_p}. So if this test was run with its default settings, either some patient had the same
number of B cells before and after, or another number of patients was tested.
""")

# %% [markdown]
# ### A mean and a standard deviation for cell counts

# %%
columns = normality_by_column(nk, draws=2000, seed=20260101)
passing = columns[["gamma", "log-normal"]].to_numpy(float)

# %% tags=["hide-input"]
text(f"""
Possible, but unusual: skewed counts with this mean and standard deviation pass a test of normality in
{passing.min():.0%} to {passing.max():.0%} of simulated samples.

Only NK cells are given as mean ± SD. By the paper's own rule they passed the Shapiro-Wilk test of normality. A count
cannot be negative, and these standard deviations are large.
""")
table(
    columns.assign(
        **{
            "mean ± SD": columns["mean"].map(str)
            + " ± "
            + columns["sd"].map(str)
        }
    )[
        [
            "mean ± SD",
            "negative",
            "negative_patients",
            "gamma",
            "log-normal",
        ]
    ]
    .rename(
        columns={
            "negative": "below 0 if normal",
            "negative_patients": "patients below 0",
            "gamma": "pass, if gamma",
            "log-normal": "pass, if log-normal",
        }
    )
    .rename_axis("NK cells")
    .reset_index(),
    "NK cells: what a normal distribution with this mean and SD would have below zero; and the simulated share of samples "
    f"of {patients} that pass a Shapiro-Wilk test at 5% if counts follow one of two skewed distributions that are never "
    "negative",
    {
        "below 0 if normal": ".1%",
        "patients below 0": ".1f",
        "pass, if gamma": ".0%",
        "pass, if log-normal": ".0%",
    },
)

# %%
audit.judge("nk-normal", judge_normality(nk, draws=2000, seed=20260101))

# %% [markdown]
# A paired t test asks for *changes* that are close to normal, which is another question. As it happens, choosing
# between the two tests by a test of normality does little harm.

# %%
rules = two_stage_size(
    float(nk.before_sd) / float(nk.before_mean),
    0.6,
    patients.count(),
    draws=2000,
    seed=20260101,
)

# %% tags=["hide-input"]
text(f"""
If nothing changes (simulated: log-normal counts as spread as NK cells before, logarithms correlated by 0.6), each of
four rules, always t, always Wilcoxon, or by a test of the columns or of the changes, calls
{rules["significant"].min():.1%} to {rules["significant"].max():.1%} of samples significant at 5%.
""")

# %% [markdown]
# ### Six tests: does it matter?
#
# No. Testing six rows at 5% gives more than one chance of a false alarm. Holm's correction allows for that, and four p
# values stay below 5%.

# %%
audit.judge(
    "six-tests",
    judge_significant(
        printed_p,
        [*t_cells, "NK cells"],
        float(audit["six-tests"].printed["threshold"]),
    ),
)

# %% [markdown]
# ## What does a rise in one group show?
#
# That counts rose. Not why.
#
# The paper follows one group, before and after. Its own limitations say that the design restricts causal conclusions;
# its title does not. Two facts first. The methods give the change in lymphocyte counts as the primary endpoint, the
# abstract that in lymphocyte subsets; only subsets are printed. And one of them, B cells, did not rise: their median
# fell (p = 0.419).
#
# Counts may also rise for other reasons: an infection may clear, another drug may be stopped. They may be held down,
# too, by the radiotherapy that 26 of the 48 had at the same time. And they rise by selection alone, if patients were
# treated *because* a first count was low. A single count is the patient's usual level plus that day's deviation; among
# low counts, downward deviations are over-represented; at the next count they are gone. This is *regression to the
# mean*.
#
# The paper does not say that a low count was required. So the question is how strict a selection it would have taken.
# Suppose that nothing happens to any patient, that usual levels vary between patients as a log-normal distribution,
# that single counts vary around them, and that those with the lowest first counts are taken. How much counts vary in
# such patients we do not know; we try four values.

# %%
between_cv, within_cvs = 0.6, [0.2, 0.35, 0.5, 0.8]
untreated = regression_to_the_mean(
    between_cv,
    within_cvs,
    np.linspace(0.05, 1, 20),
    n=patients.count(),
    draws=200,
    seed=20260101,
)
risen = {
    name: float(changes[name].after_median) / float(changes[name].before_median)
    for name in t_cells
}
spread = {
    name: float(changes[name].before_q3) / float(changes[name].before_q1)
    for name in t_cells
}
cd3 = changes["CD3⁺ T cells"]
needed = pd.DataFrame(
    [
        {
            "cells": name,
            "variation within a patient": cv,
            "share": enough["selected"].max(),
            "spread": enough["spread_before"].max(),
            "printed spread": spread[name],
        }
        for name in t_cells
        for cv, of in untreated.groupby("within_cv")
        for enough in [of[of["medians"] >= risen[name]]]
        if len(enough)
    ]
)
alone = needed[needed["spread"] >= needed["printed spread"]]

# %% tags=["hide-input"]
figures.regression_to_the_mean(untreated, risen)
text(f"""
The printed medians rose {", ".join(f"{ratio:.2f}-fold ({name})" for name, ratio in risen.items())}. Taking low counts
can make such rises, but it also leaves first counts close together, and the printed ones are not: for CD3⁺ T cells the
third quartile before treatment is {spread["CD3⁺ T cells"]:.2f} times the first. The table sets the two side by side.
Only where the first counts would be at least as far apart as printed could selection on that count be the whole story:
{listed((f"{name} at {cv:.0%}" for name, cv in alone[["cells", "variation within a patient"]].itertuples(index=False)))}
variation.
""")
table(
    needed.rename(
        columns={
            "share": "lowest share taken, at most",
            "spread": "Q3/Q1 before, at most",
            "printed spread": "Q3/Q1 printed",
        }
    ),
    f"What it takes for selection alone to make the printed rise, if usual levels vary by {between_cv:.0%} between patients: "
    "the share of patients taken, and how far apart that leaves the quartiles (Q1, Q3) of the first counts. Variations at "
    "which no share makes the rise are left out",
    {
        "variation within a patient": ".0%",
        "lowest share taken, at most": ".0%",
        "Q3/Q1 before, at most": ".2f",
        "Q3/Q1 printed": ".2f",
    },
)

# %% [markdown]
# So with counts that vary by up to half within a patient, selection does not quite explain the rise in CD4⁺ cells, and
# not the larger ones; of a part of each it may be the cause. With counts that vary more within patients than between
# them, it could explain them all. What these counts do in a week without thymosin α1, a second group would have shown.

# %%
audit.judge(
    "elevates",
    judge_uncontrolled(1, "the rise in counts"),
    matters="The title says what the drug does; the data say what happened to the patients.",
)

# %% [markdown]
# ## Who stands behind the regression?

# %%
regression = audit["regression"].printed
sizes = sizes_that_print(regression, range(10, 199 + 1))
fitting = sizes[sizes["fits"]]
n_without, n_with = (
    fitting.loc[fitting["intercept"] == intercept, "n"].item()
    for intercept in (False, True)
)

# %% tags=["hide-input"]
text(f"""
{n_without} patients if it had no intercept, {n_with} if it had one; not {patients}.
""")

# %% [markdown]
# A linear regression predicts an outcome from $k$ numbers per patient. With $n$ patients and an intercept, the adjusted
# $R^2$ and $F$ follow from $R^2$:
#
# $$ R^2_\mathrm{adj} = 1 - (1 - R^2)\,\frac{n - 1}{n - k - 1}, \qquad F = \frac{R^2 / k}{(1 - R^2) / (n - k - 1)}. $$
#
# Without an intercept $n - 1$ becomes $n$, and $n - k - 1$ becomes $n - k$. The paper prints all three, and $k = 8$. So
# $n$ follows.

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
# 36 is the number of patients whose outcomes were analysed; the other number is named nowhere in the text or tables.
# Table 3 has no row for a constant. statsmodels, the program the paper names, fits no intercept to a table of
# predictors unless a constant is added (written as a formula, it adds one), and then reports the *uncentred* R². That
# speaks for 36. It is no proof: one patient more may have had all the measurements. These formulas see only $n$ less
# the number of coefficients, so they can never tell the two apart.
#
# The coefficients were rounded separately, and can be asked the same question: which values of $n$ less coefficients
# (*residual degrees of freedom*) can print every estimate with its interval and p value?

# %%
coefficients = audit["coefficients"].printed.table()
shared_df = df_that_print_all(coefficient_df(coefficients))
named_sizes = (flow["analysed"].count(), patients.count())

# %% tags=["hide-input"]
text(f"""
All eight rows together allow {min(shared_df):.0f} to {max(shared_df):.0f}. That range includes
{fitting["residual_df"].iloc[0]}, which R², adjusted R² and F need. It does not include the
{patients.count() - regression.k.count()} or {patients.count() - regression.k.count() - 1} that all {patients} patients
would leave.
""")

# %%
audit.judge("regression", judge_regression(regression, named_sizes))
audit.judge("coefficients", judge_coefficients(coefficients, regression))
audit.judge(
    "significant-factors",
    judge_significant(
        dict(zip(coefficients["predictor"], coefficients["p"], strict=True)),
        ["NLR", "Neutrophils", "IL-2"],
        float(audit["significant-factors"].printed["threshold"]),
    ),
)

# %% [markdown]
# The three are named by p values below 5%, one by one. With eight of them tested, and more tried, that is a low bar:
# the card tells how many stay after Holm's correction.
#
# ### What an R² about zero says
#
# Perhaps little about differences between patients.
#
# The usual R² asks how much better the predictions are than the patients' mean. The uncentred one asks how much better
# they are than *zero*. If every patient's count rose, predicting the mean rise for everyone, with no predictor at all,
# is far better than zero. The figure shows what the same predictions explain of the variation about the mean, by how
# widely the outcome varied.

# %%
uncentred = Interval(fitting["r2_lower"].min(), fitting["r2_upper"].max())
age = coefficients.set_index("predictor").loc["Age"]
youngest, oldest = (
    float(audit["age"].printed[end]) for end in ("youngest", "oldest")
)
largest = {
    intercept: largest_outcome(age, regression, reach, intercept=intercept)
    for intercept, reach in [
        (False, oldest),
        (True, (oldest - youngest) / 2),
    ]
}

# %% tags=["hide-input"]
figures.centred_r2(uncentred, n_without)
text(f"""
Neither the outcome's mean nor its unit is given. But it can hardly be a count per microlitre. The interval of the
coefficient of age, with ages up to {oldest:.0f}, lets the outcome be at most
{formatted(largest[False], ".2g", ROUND_CEILING)} in size without an intercept (root mean square), or vary by
{formatted(largest[True], ".2g", ROUND_CEILING)} with one (standard deviation); the median number of CD3⁺ T cells moved
by {float(cd3.after_median) - float(cd3.before_median):.1f}, and nobody supposes that all rose alike. It may have been a
count in 10⁹ per litre, a relative change, or a ratio. If it was a ratio of counts, after over before, its mean lay well
above zero, which by itself raises an R² about zero.
""")

# %% [markdown]
# ### What a search among many candidates finds in noise

# %%
noise_with = noise_r2(
    n_with,
    [15, 20, 27],
    regression.k.count(),
    printed_r2=regression.r2,
    seed=20260101,
    datasets=1000,
).query("intercept")
noise_without = pd.concat(
    [
        noise_r2(
            n_without,
            [15, 20, 27],
            regression.k.count(),
            printed_r2=regression.r2,
            seed=20260101,
            outcome_mean=mean,
            predictor_mean=2.0,
            datasets=1000,
        )
        .query("not intercept")
        .assign(mean=mean)
        for mean in (1.0, 2.0, 3.0)
    ]
)
found_with, found_without = (
    f"{kept.min():.1f} to {kept.max():.1f}"
    for kept in (
        noise_with["significant_mean"],
        noise_without["significant_mean"],
    )
)
far = noise_without.query("mean == 3")["reached"]

# %% tags=["hide-input"]
text(f"""
On average, two to four "significant" coefficients; and without an intercept, sometimes an R² of {regression.r2}.

Eight predictors were kept by stepwise selection. How many there were to choose from is not given. The paper names 27:
twelve characteristics in Table 1, six rows in Table 2, seven cytokines, the neutrophil count and the
neutrophil-to-lymphocyte ratio (NLR); some would take several columns. So we let forward selection choose eight, always
eight, among candidates that have nothing to do with the outcome. All are independent and normal.
""")
table(
    pd.concat([noise_with, noise_without])
    .assign(
        fit=lambda rows: [
            f"{n_with} patients, intercept"
            if intercept
            else f"{n_without} patients, no intercept; mean/SD {mean:.0f}"
            for intercept, mean in zip(
                rows["intercept"], rows["mean"], strict=True
            )
        ],
        middle=lambda rows: [
            f"{low:.2f} to {high:.2f}"
            for low, high in zip(rows["r2_05"], rows["r2_95"], strict=True)
        ],
    )[["fit", "candidates", "middle", "reached", "significant_mean"]]
    .rename(
        columns={
            "middle": "R² (middle 90%)",
            "reached": f"R² {regression.r2} or more",
            "significant_mean": "coefficients with p < 0.05",
        }
    ),
    "Simulated noise (1,000 data sets each): eight predictors chosen by forward selection among candidates without any "
    "relation to the outcome. Without an intercept the means of outcome and predictors matter: the outcome's over its "
    "standard deviation is given, the predictors' is 2",
    {
        f"R² {regression.r2} or more": ".1%",
        "coefficients with p < 0.05": ".1f",
    },
)
text(f"""
With an intercept, noise does not come near the printed R²: the middle 90% end at {noise_with["r2_95"].max():.2f} or
below. Without one it depends on how far outcome and predictors lie from zero. At three standard deviations for the
outcome and two for the predictors, {far.min():.0%} to {far.max():.0%} of pure noise reaches it, by number of
candidates; at one standard deviation none of these data sets did. Most of that is the mean: at three, predicting the
mean for everybody has an R² of about {3**2 / (1 + 3**2):.2f} about zero. In either case selection leaves {found_with} (with an
intercept) or {found_without} (without) "significant" coefficients, on average, where there is nothing to find. The
paper reports three.
""")

# %%
audit.judge(
    "predictive-power",
    judge_predictive_power(regression, named_sizes),
    matters="The factors said to influence the rise were found in a model that may explain little of it.",
)
audit.judge(
    "logistic",
    judge_same_thing(
        {
            "Statistical Analysis": "logistic regression",
            "Title of Table 3, and text": "multiple linear regression, with R² and F",
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

# %%
events = audit["adverse-events"].printed
severe = audit["adverse-events-grade-3"].printed
responses = audit["responses"].printed
complete, partial, stable, analysed = (
    responses[name].count()
    for name in ("complete", "partial", "stable", "analysed")
)
responders, controlled_patients = (
    complete + partial,
    complete + partial + stable,
)
everybody = patients.count()
rates = exact_intervals(
    {
        "objective response": [
            (responders, analysed),
            (responders, everybody),
        ],
        "disease control": [
            (controlled_patients, analysed),
            (controlled_patients, everybody),
        ],
        "any adverse event": [
            (audit["patients-with-events"].printed.n.count(), everybody)
        ],
        "adverse event of grade 3": [
            (
                audit["patients-with-grade-3"].printed.events.count(),
                everybody,
            )
        ],
    }
)

# %% tags=["hide-input"]
text(f"""
The percentages follow from the counts. The intervals, which the paper does not print, are wide:
{rates["lower"].iloc[0]:.0%} to {rates["upper"].iloc[0]:.0%} for response.
""")
table(
    rates.assign(
        patients=rates["events"].map(str) + " of " + rates["n"].map(str),
        interval=[
            f"{low:.1%} to {high:.1%}"
            for low, high in zip(rates["lower"], rates["upper"], strict=True)
        ],
    )[["what", "patients", "share", "interval"]].rename(
        columns={"what": "rate", "interval": "exact 95% interval"}
    ),
    "Response and adverse events with exact (Clopper-Pearson) intervals. Of 48 patients: all who received thymosin α1, "
    "those not analysed counted as not responding",
    {"share": ".1%"},
)

# %%
audit.judge_together(
    {
        "adverse-events": judge_breakdown(events, once=False),
        "adverse-events-grade-3": judge_breakdown(severe, once=False),
        "patients-with-events": judge_patients_with_any(
            audit["patients-with-events"].printed.n, events
        ),
        "patients-with-grade-3": judge_percentage(
            audit["patients-with-grade-3"].printed,
            {
                "Table 4": (
                    sum(cell.events.count() for cell in severe.cells.values()),
                    everybody,
                )
            },
        ),
        "no-grade-4": silent(
            "That there were none is all that is said; no table has a column for them.",
            ("adverse events of grade 4", "causes of death"),
        ),
        "responses": judge_parts_within(
            [responses[name] for name in ("complete", "partial", "stable")],
            responses["analysed"],
        ),
        "response-rate": judge_percentage(
            audit["response-rate"].printed,
            {"complete and partial responses": (responders, analysed)},
        ),
        "control-rate": judge_percentage(
            audit["control-rate"].printed,
            {"responses and stable disease": (controlled_patients, analysed)},
        ),
    },
    "Adverse events and response",
)
audit.judge(
    "safely",
    silent(
        '"Safely" is given no number to meet. Two of 48 had severe events, and there is no group without the drug.',
        (
            "adverse events of similar patients without the drug",
            "infections after the first dose",
        ),
    ),
)

# %% [markdown]
# Six of the 48 patients had infections so severe that they could not go on with immunotherapy. Table 4 has no row for
# infections. Whether they came after thymosin α1, and whether anyone judged them related, the paper does not say.

# %% [markdown]
# ## What can the survival times tell?
#
# That a month had 30 days, of the usual lengths; and little about how many died.
#
# Survival is counted in days, or in weeks. A month is a choice: 30 days, 30.4375 (a year of 365.25 days by twelve), 28.
# A time printed with two decimals can tell, because days are whole.

# %%
overall_survival = audit["overall-survival"].printed
progression_free = audit["progression-free-survival"].printed
times = [
    number
    for median in (overall_survival, progression_free)
    for number in (median.median, median.lower, median.upper)
]
units = units_that_print(times)
lengths = unit_lengths_that_print(times)
by_chance = float(sum(end - start for start, end in lengths)) / (31 - 28)

# %% tags=["hide-input"]
table(
    units.drop(columns="all")
    .map(lambda days: " or ".join(map(str, days)) or "none")
    .assign(all=units["all"])
    .rename_axis("unit")
    .reset_index(),
    "The whole numbers of days (or weeks) that print each time, by the length of a month; overall survival first, then "
    "progression-free survival",
)
text(f"""
Of all lengths of a month between 28 and 31 days, {by_chance:.1%} would print all six times; 30 days is one of them. The
median follow-up of {audit["follow-up"].printed["median"]} months is then about
{30 * float(audit["follow-up"].printed["median"]):.0f} days.
""")

# %% [markdown]
# A Kaplan-Meier median is the first day on which the curve is at one half or below. Its limits are the first days on
# which the curve's lower and upper confidence bands are at one half or below. So all three are days on which somebody
# died (or, for progression-free survival, died or progressed: an *event*). How many events were there in all? Only the
# order of events and losses matters. So we can try: arrange events and losses among 36 patients, and see whether median
# and limits fall on three different days. We try losses before the first event and after the last.

# %%
by_events = events_that_print(overall_survival)
possible = by_events.index[by_events["status"] == "found"]
follow_up = audit["follow-up"].printed["median"]
at_least = fewest_deaths_beside(overall_survival, follow_up)

# %% tags=["hide-input"]
text(f"""
Anything from {possible.min()} to {possible.max()} deaths among {overall_survival.n} patients will do. So the median and
its interval by themselves say next to nothing about the number of deaths, on which every Cox model below rests, and
which is not given.

The follow-up says more. A median follow-up of {follow_up} months is longer than the median survival of
{overall_survival.median}. If it was the median of how long all patients were observed, dead or alive, half of them were
seen beyond {follow_up} months or so, and the median survival would be longer, with one strange exception on the card
below. The other usual ways are to reckon it from survivors alone, or by turning the Kaplan-Meier method round
(*reverse* Kaplan-Meier: deaths count as losses). Then, with medians at the first time at one half or below, at least
{at_least["survivors"]} patients died (survivors) or {at_least["reverse Kaplan-Meier"]} (reverse Kaplan-Meier), since
not many can have been lost before the median survival, and one more died at the upper limit. As the time from the start
to the end of the study, whether or not a patient died, it would add nothing.
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
audit.judge("follow-up", judge_follow_up(overall_survival, follow_up))

# %% tags=["hide-input"]
text(f"""
For progression-free survival the response counts speak for more events than the median does. Of the {analysed} patients
{analysed - controlled_patients} had neither response nor stable disease, which suggests progression.
""")

# %% [markdown]
# ## Do the Cox models agree with themselves?
#
# Yes, all four ratios. One of them a simpler check would have accused.
#
# A Cox model compares, at each death, the patient who died with all those still at risk. A hazard ratio, its interval
# and its p value have the log ratio and its standard error in common, as in [the sepsis chapter](01-sepsis). The usual
# check takes the printed digits as exact and computes p from them.

# %%
hazard_ratios = {
    "NLR, overall survival": audit["cox-nlr"].printed,
    "cycles, overall survival": audit["cox-cycles-os"].printed,
    "cycles, progression-free": audit["cox-cycles-pfs"].printed,
    "response, progression-free": audit["cox-response-pfs"].printed,
}
implied = summarise_hazard_ratios(hazard_ratios)

# %% tags=["hide-input"]
table(
    implied.assign(
        printed=[
            f"{ratio.estimate} ({ratio.lower} to {ratio.upper})"
            for ratio in hazard_ratios.values()
        ],
        p_allowed=implied["p_allowed"].map(p_range),
    )[["printed", "p", "p_midpoint", "p_allowed", "se", "information"]]
    .rename(
        columns={
            "p": "printed p",
            "p_midpoint": "p if digits were exact",
            "p_allowed": "p allowed",
            "se": "standard error",
            "information": "1 / SE²",
        }
    )
    .rename_axis("hazard ratio")
    .reset_index(),
    "The four hazard ratios: the p value that the printed digits would give if exact, those that their rounding allows, "
    "and the standard error (SE) of the log ratio that interval and p imply",
    {
        "p if digits were exact": ".2g",
        "standard error": ".3f",
        "1 / SE²": ".3g",
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
# The last column of the table is a yardstick. In a Cox model with one covariate known at the start, $1/\mathrm{SE}^2$
# is about the number of deaths times the covariate's variance (Hsieh and Lavori 2000).

# %%
deaths = np.array([at_least["survivors"], 20, 30])
cycles_sd = [
    implied_sd(hazard_ratios["cycles, overall survival"], int(d)).middle
    for d in deaths
]
per_variable = events_per_variable(deaths, 2)

# %% tags=["hide-input"]
text(f"""
If {listed(deaths.tolist(), "or")} of the 36 had died, the number of cycles would have had a standard deviation of about
{listed((f"{sd:.1f}" for sd in cycles_sd), "or")}, respectively. If the model of overall survival held no more than the
two covariates that are printed, there were {listed((f"{per:.0f}" for per in per_variable), "or")} deaths for each of
these; more were tried, and each one tried uses up some of what so few deaths can tell.
""")

# %% [markdown]
# ## What if cycles and response are known only later?
#
# Then hazard ratios below 1 appear where nothing has an effect. A ratio per cycle as small as the printed one is common
# for progression-free survival under most assumptions we tried, and less so for overall survival. For response it
# depends on how response was coded.
#
# To receive a tenth cycle, a patient must live to its day. To be seen to respond, a patient must be alive and free of
# progression at that assessment. Who dies early has few cycles *because* of dying early. A model that takes the final
# number of cycles, or the best response, as if it had been known on the first day gives these patients' survival as the
# effect of their cycles. This is *immortal time*: the days that a patient must have survived for the covariate to be
# what it is. It was described for tumour response by Anderson, Cain and Gelber in 1983.
#
# The text does not say how the models treated this. It lists cycles and response among the other factors, so we ask
# what that does. We simulate cohorts in which neither cycles nor response changes anybody's hazard: the true hazard
# ratio is 1. Medians and numbers of patients are the paper's. A cycle comes every 21 days; treatment stops at
# progression, at death, or for other reasons at a constant rate. Of that rate nothing is given: we chose it so that,
# for overall survival, the *standard error* of the ratio per cycle comes near the printed one, without regard to the
# ratio itself. The table lists all that is assumed.

# %%
days_a_month = 30
assumed = CohortAssumptions(
    patients=overall_survival.n.count(),
    os_median_days=days_a_month * float(overall_survival.median),
    pfs_median_days=days_a_month * float(progression_free.median),
    early_progression=1 - controlled_patients / analysed,
    response_probability=responders / analysed,
)
published = {
    ("OS", "cycles"): hazard_ratios["cycles, overall survival"],
    ("OS", "NLR"): nlr,
    ("PFS", "cycles"): hazard_ratios["cycles, progression-free"],
    ("PFS", "response"): hazard_ratios["response, progression-free"],
    ("PFS", "disease control"): hazard_ratios["response, progression-free"],
}
names = {
    ("OS", "cycles"): "cycles, overall",
    ("PFS", "cycles"): "cycles, progression-free",
    ("PFS", "response"): "response (CR or PR)",
    ("PFS", "disease control"): "disease control (mostly runs to 0)",
}
compared = compare_analyses(assumed, 1000, 20260101, published).reset_index()
shown = compared[
    (compared["covariate"] != "NLR") & (compared["no_estimate"] < 1)
]

# %% tags=["hide-input"]
table(
    pd.DataFrame(
        [
            {
                "assumption": name.replace("_", " "),
                "value": f"{value:.3g}"
                if isinstance(value, float)
                else "none"
                if value is None
                else value,
            }
            for name, value in asdict(assumed).items()
        ]
    ),
    "All that the simulated cohorts rest on; times in days, OS overall and PFS progression-free survival. What each "
    "means stands with CohortAssumptions in the library",
)
text(f"""
One consequence of these assumptions is odd. If {assumed.early_progression:.0%} progress at the first assessment, as the
response counts suggest, and death has nothing to do with progression, the two medians leave room for only
{assumed.later_progression_rate:.1%} to progress at each later one. Other settings follow below.
""")
of = [
    names[key] for key in zip(shown["outcome"], shown["covariate"], strict=True)
]
figures.hazard_ratios_without_effect(
    shown.assign(of=of), {name: published[key] for key, name in names.items()}
)

# %% [markdown]
# Two analyses would be fair here. A *landmark* analysis takes only patients still free of the event on a chosen day, 84
# or 126, with what is known on that day. A model with *time-varying covariates* uses, at each death, what was known
# just before it. Both give ratios around 1. They give small ratios too, because they are less precise: compare the
# standard errors. But significant ones are about as rare as they should be.
#
# :::{margin}
# With disease control neither is possible: nobody has it before the first assessment, and everybody still at risk has
# it after.
# :::

# %% tags=["hide-input"]
table(
    shown.assign(of=of)[
        ["of", "analysis", "as_small", "significant", "se_median", "printed_se"]
    ].rename(
        columns={
            "of": "covariate",
            "as_small": "as small as printed",
            "significant": "p < 0.05 and below 1",
            "se_median": "median SE",
            "printed_se": "printed SE",
        }
    ),
    "1,000 simulated cohorts in which nothing has an effect: how many give a hazard ratio as small as the printed one "
    "(one that runs to 0 counts), and how many a significant one, for which 2.5% would be right. A share of 50% has a "
    "standard error of 1.6 percentage points, one of 3% of 0.5",
    {
        "as small as printed": ".1%",
        "p < 0.05 and below 1": ".1%",
        "median SE": ".3f",
        "printed SE": ".3f",
    },
)

# %%
per_cycle_os, per_cycle_pfs, response, control = (
    shown.query(
        "analysis == 'as if at baseline' and outcome == @outcome "
        "and covariate == @covariate"
    ).iloc[0]
    for outcome, covariate in names
)

# %% tags=["hide-input"]
text(f"""
Entered as if known at the start, cycles without effect have a median ratio of {per_cycle_pfs["hr_median"]:.2f} for
progression-free and {per_cycle_os["hr_median"]:.2f} for overall survival. Response coded as complete or partial
response (CR, PR) gives a ratio as small as {response["printed"]:.3f} in {response["as_small"]:.1%} of cohorts. Coded as
disease control, it runs to 0 in {control["runs_away"]:.0%}: whoever has no disease control has progressed at the first
assessment, so the covariate is the outcome under another name. A ratio of 0 is no estimate, and not 0.041; this coding
gives ratios above 0 only if assessments are not all on schedule, or if nobody progresses at the first.
""")

# %% [markdown]
# Anybody can run the last of these analyses. Here is one simulated cohort in lifelines, beside our own fit.

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
# How much do the assumptions matter? A great deal. For overall survival the most telling is whether progression brings
# death nearer. If it does, as one would expect, a patient whose treatment stops at progression both has fewer cycles
# and dies sooner, without the one causing the other. No analysis of cycles alone can tell this from an effect.

# %%
grid = assumption_grid(
    assumed,
    {
        "death_after_progression": [2.0, 4.0, 8.0],
        "early_progression": [0.12],
        "days_per_cycle": [14.0, 28.0],
        "mean_days_to_stopping": [60.0, 240.0],
        "cycle_limit": [6],
        "stops_at_progression": [False],
        "assessment_delay_days": [21.0],
    },
    1000,
    20260101,
    published,
)
settings = shares_by_setting(grid)

# %% tags=["hide-input"]
words = {
    "none": "nothing, all as above",
    "death after progression 2.0": "hazard of death doubles at progression",
    "death after progression 4.0": "hazard of death times 4 at progression",
    "death after progression 8.0": "hazard of death times 8 at progression",
    "early progression 0.12": "12% progress at the first assessment",
    "days per cycle 14.0": "a cycle every 14 days",
    "days per cycle 28.0": "a cycle every 28 days",
    "mean days to stopping 60.0": "other stops after 60 days on average",
    "mean days to stopping 240.0": "other stops after 240 days on average",
    "cycle limit 6": "at most 6 cycles",
    "stops at progression False": "treatment goes on after progression",
    "assessment delay days 21.0": "assessments up to 21 days late",
}
table(
    settings.assign(setting=settings["setting"].map(words)).rename(
        columns={
            "setting": "what is changed",
            "median OS cycles": "median ratio: cycles, overall",
        }
        | {f"{o} {c}": name for (o, c), name in names.items()}
    ),
    "Cohorts with a hazard ratio as small as the printed one, analysed as if all were known at the start, when one "
    "assumption is changed at a time (1,000 simulated cohorts each)",
    {"median ratio: cycles, overall": ".2f"}
    | dict.fromkeys(names.values(), ".1%"),
)

# %%
audit.judge(
    "cycles-prognostic",
    judge_without_effect(
        grid, {key: published[key] for key in names if key[1] == "cycles"}
    ),
    matters="Longer treatment may be a sign of longer life, and not its cause.",
)
audit.judge(
    "response-prognostic",
    judge_without_effect(
        grid, {key: published[key] for key in names if key[1] != "cycles"}
    ),
)

# %% [markdown]
# What this does not prove: that the printed ratios arose in this way. It shows which ratios arise in cohorts where the
# covariates do nothing, if one supposes the above. The printed ratio for overall survival is smaller than most of
# those. It may show an effect of treatment, progression that stops treatment and brings death nearer, choice among many
# factors, or chance. Response may have been coded in yet another way. The dates of cycles and responses would tell
# more.

# %% [markdown]
# For the other statements on survival nothing is given that one could compute from.

# %%
univariate = (
    "ratio, interval and p value of each factor",
    "number of factors tried",
)
in_a_supplement = "The ratios are in a supplement, which we have not seen."
audit.judge_together(
    {
        "univariate-os": silent(in_a_supplement, univariate),
        "univariate-pfs": silent(in_a_supplement, univariate),
        "lymphopenia-os": silent(
            "The comparison is in Supplementary Figure 1, which we have not seen; the text gives no number.",
            ("deaths and patients in each group", "p value of the test"),
        ),
    },
    "Further statements on survival",
)

# %% [markdown]
# ## What do the comparisons with other studies rest on?
#
# On cohorts that differ in more than thymosin α1. The medians here are longer than those of patients with low counts,
# and shorter than those of patients with higher ones.
#
# The discussion sets its results beside two cohorts, each split by lymphocyte count.

# %%
oesophageal = audit["oesophageal-cohort"].printed
lung = audit["lung-cohort"].printed
cited = {
    "overall survival": {
        "oesophageal cancer, low counts": oesophageal["low-counts"],
        "oesophageal cancer, higher counts": oesophageal["higher-counts"],
        "lung cancer, low counts": lung["overall-low-counts"],
        "lung cancer, normal counts": lung["overall-normal-counts"],
    },
    "progression-free survival": {
        "lung cancer, low counts": lung["progression-free-low-counts"],
        "lung cancer, normal counts": lung["progression-free-normal-counts"],
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

# %%
typical = (
    float(cd3.before_median)
    + float(changes["B cells"].before_median)
    + float(nk.before_mean)
)

# %% tags=["hide-input"]
text(f"""
Which of these groups the patients here resemble is not quite open. The cohorts were split at 625 and at 1000
lymphocytes per microlitre; Table 1 splits at 500. The typical T, B and NK cell counts of Table 2 add up to about
{typical:.0f}. By the limit of the lung cancer study, then, most patients here probably had low counts; by the other it
is open.
""")

# %% [markdown]
# A comparison across studies is no comparison of arms. These cohorts differ in cancers, earlier treatment, selection,
# and in where the clock starts. For response and disease control no number is quoted, nor for the authors'
# earlier report; the reference given for it is to a paper that names others as its first authors.
#
# :::{margin}
# As to selection: here six weeks of follow-up and two cycles were required, so by these criteria nobody who died within
# those weeks was counted.
# :::

# %%
audit.judge(
    "better-than-others",
    judge_better(own, cited),
    matters="This comparison is what the discussion rests the improvement on.",
)
audit.judge(
    "improves-outcomes",
    judge_uncontrolled(1, "how these patients fared"),
    matters="It is half of the title, and one group of patients cannot show it.",
)

# %% [markdown]
# ### Numbers quoted from other papers
#
# Most cannot be checked from what we have seen: at most an abstract, of ETASS a table too. GASTO-1043 had one arm, and
# as many matched controls as patients. That ETASS reduced mortality significantly depends on outcome and test. And the
# 27 trials are of synthetic thymic peptides, says the reference list, where the discussion has thymosin α1.

# %%
gasto = audit["gasto-1043"].printed
matched = audit.row("matched-controls", "gasto-1043")
etass = audit.table("etass")
trials = audit["meta-analysis"].printed["trials"]
audit.judge(
    "gasto-1043",
    judge_two_shares(
        gasto["with"],
        gasto["without"],
        gasto["p"],
        (matched.n_treated, matched.n_control),
    ),
)
audit.judge(
    "etass",
    judge_reduction(
        TwoArms.from_frame(etass),
        (etass["outcome"] + ", " + etass["timepoint"]).tolist(),
        {"28-day log-rank p": audit.row("numbers", "etass-log-rank").number},
    ),
    matters="The trial is quoted as support; whether fewer died in it depends on which deaths are counted, and on the test.",
)
audit.judge(
    "meta-analysis",
    judge_same_thing(
        {
            "Discussion": f"{trials} trials of thymosin α1 with chemotherapy",
            "Title in the reference list": f"{audit.row('numbers', 'zeng-trials').number} trials of synthetic thymic "
            "peptides with chemotherapy",
        }
    ),
)

# %% tags=["hide-input"]
denominators = {
    share: counts_that_print(share, range(1, arm + 1))
    for share, arm in [
        (gasto["with"], matched.n_treated),
        (gasto["without"], matched.n_control),
    ]
}
text(f"""
Of denominators up to {matched.n_treated},
{"; ".join(f"{share} is printed by " + listed((f"{e} of {n}" for e, n in found.itertuples(index=False)), "or") for share, found in denominators.items())}.
""")

# %%
no_counts = (
    "Medians are quoted without intervals, deaths or numbers of patients."
)
groups = ("deaths and patients in each group", "intervals of the medians")
audit.judge_together(
    {
        "oesophageal-cohort": silent(no_counts, groups),
        "lung-cohort": silent(no_counts, groups),
        "better-response": silent(
            "No response or control rate of another cohort is quoted.",
            ("response and control rates of the other cohorts",),
        ),
        "poorer-condition": silent(
            "No performance status of the other patients is quoted.",
            ("performance status in the meta-analysis",),
        ),
        "abscopal": silent(
            "Three percentages are quoted without the numbers of patients they are of.",
            ("patients and responses in each regimen",),
        ),
        "lung-cancer-trial": silent(
            "A longer survival is quoted without a number.",
            ("deaths and patients per arm", "effect with interval"),
        ),
        "no-change-by-radiotherapy": silent(
            "Counts before and after radiotherapy are not given; the comparison of sites is in a supplement, which we "
            "have not seen.",
            (
                "counts before and after radiotherapy",
                "changes by irradiated site",
            ),
        ),
    },
    "Statements with nothing to compute from",
)

# %% [markdown]
# ## Sensitivity: choices that could change the answer
#
# - **How free values are spread.** The correlations that suit the printed p values rest on a log-normal spread through
#   the quartiles. The table shows them for an even spread between the quartiles too; for CD4⁺ cells it matters.
# - **Which test.** As SciPy 1.11 does by default, we take the exact signed-rank test unless some patient is unchanged.
# - **With or without an intercept.** With one, R² is the usual one, and no search through noise that we ran reached it.
# - **Which cohort.** The hazard ratios without effect depend on how treatment stops and on what follows progression;
#   the table above shows how far.

# %%
uniform = {
    name: correlations_that_print(
        p_by_correlation(
            change, replace(assumed_pairs[name], spread="uniform")
        ),
        change.p,
    )
    for name, change in changes.items()
}

# %% tags=["hide-input"]
table(
    pd.DataFrame(
        [
            {
                "row": name,
                "printed p": change.p,
                "log-normal spread": ranges[name],
                "even spread": Interval(
                    uniform[name].min(), uniform[name].max()
                ),
            }
            for name, change in changes.items()
        ]
    ),
    "Within-patient correlations that suit each printed p value, under two assumptions about what the quartiles leave "
    "free (simulated)",
    {"log-normal spread": ".2f", "even spread": ".2f"},
)

# %% [markdown]
# ## What would settle it
#
# Look first in the paper's own figures and supplements, which we have not seen: Figure 2 for each patient's counts,
# Figure 3 for the survival curves and perhaps the numbers at risk, the supplements for the factors tried.
#
# The shortest list that would turn *possible* into *reproduced* or *contradicted* is one table, with a row for each of
# the 48 patients and no names:
#
# - the six counts before and after, and the days of the two samples and of radiotherapy;
# - why thymosin α1 was given, and any earlier counts;
# - the candidate predictors, and the outcome of the regression in its unit;
# - date of the first cycle and dates of all further ones;
# - date and result of each assessment of the tumour;
# - date of death or of last contact.
#
# Without patients' data, these would help: the within-patient correlations or quartiles of the changes; the size of the
# sample behind Table 3, and whether the model has an intercept; the numbers of deaths and progressions; how response
# was coded; what the median follow-up is the median of.
#
# ## What we found
#
# - Counts added up; the percentages of one block fitted no way of rounding that we tried.
# - "More than half" had severe lymphopenia: the table said otherwise. Five patients had no irradiated site, and 26 had
#   radiotherapy during the week that it is said to have followed.
# - The quartiles were possible for 48 patients' counts.
# - Each printed p value of Table 2 was possible; the one for NK cells needed counts that go together.
# - A rise in one group did not show what caused it.
# - The regression fitted 36 patients without an intercept, or one more with one; its R² was no test of prediction.
# - A month had 30 days; the number of deaths stayed unknown.
# - All four hazard ratios agreed with their intervals and p values.
# - Hazard ratios per cycle below 1, some as small as the printed ones, appeared where cycles had no effect. No coding
#   of response that we tried often gave 0.041.
# - The medians here were longer than those of patients with low counts elsewhere, and shorter than those of others.

# %% tags=["hide-input"]
arising = {
    column: f"{settings[column].min():.1%} to {settings[column].max():.1%}"
    for column in ("OS cycles", "PFS cycles")
}
audit.close(
    headline=f"""
    A rise in one group of patients, without another to compare it with, cannot show what thymosin α1 did; the printed rises
    are possible, that of NK cells only with a within-patient correlation of at least {nk_least}, if a paired t test was used.
    """,
    bottom_line=f"""
One group without another to compare it with cannot show that thymosin α1 caused the rise in counts, or improved
outcomes; the printed rises are possible (for NK cells, p {nk.p} needs a within-patient correlation of at least
{nk_least}, if a paired t test was used). The regression fits {n_without} patients without an intercept or {n_with} with
one (at one degree of freedom per predictor), and its R² of {regression.r2} is no test of prediction; "more than half" with severe lymphopenia are {low_counts}
of {patients} in Table 1. If the final number of cycles is entered as though known at the start, which the text neither
says nor excludes, simulated cohorts in which cycles do nothing give a hazard ratio per cycle as small as the printed
one in {arising["PFS cycles"]} of cases for progression-free and {arising["OS cycles"]} for overall survival, in the
{len(settings)} sets of assumptions tried.
""",
)

# %% [markdown]
# ## Sources of this chapter
#
# What it cites, or takes numbers from:
#
# :::{rederive-sources}
# :::
#
# ## Cite this chapter
#
# :::{rederive-cite}
# :::

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
