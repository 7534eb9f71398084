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
# # Liver failure: an AI-written digest
#
# A web page reports that 68% of patients with liver failure from hepatitis B were alive after 28 days with thymosin α1,
# and 42% without it. The page names a language model as the writer of its digest. It gives no number of patients and no design.
# We work out what its numbers can mean, and what they can be tied to.

# %% tags=["hide-input"]
from decimal import ROUND_CEILING, ROUND_FLOOR
from fractions import Fraction
from importlib.metadata import version

import numpy as np
import pandas as pd

from rederive.audit import Audit
from rederive.checks.changes import (
    fold_readings,
    in_points,
    judge_reduction_readings,
    judge_two_changes,
    largest_sds,
    reduction_readings,
    reductions_in_arms,
    significance_of_readings,
)
from rederive.checks.comparisons import judge_significant
from rederive.checks.proportions import (
    TESTS,
    counts_that_print,
    judge_two_shares,
    prints_percentage,
    tables_that_print,
)
from rederive.checks.shares import (
    judge_unknown_arms,
    limits_printed,
    nearly_equal,
    people_behind,
    rounded_alike,
    share_intervals,
    size_bounds,
    sizes_by_test,
)
from rederive.checks.standing import standing_of_numbers
from rederive.display import figures
from rederive.display.shown import text
from rederive.display.tables import table
from rederive.methods.pooling import TwoArms
from rederive.methods.trials import (
    distance_from_arm,
    effect_ranges,
    effects_of_shares,
    log_rank_by_order,
    log_rank_of_shuffled_deaths,
    p_values,
    single_trials,
)
from rederive.printed import (
    Interval,
    Printed,
    Rounding,
    formatted,
    listed,
    p_range,
)
from rederive.verdicts import Verdict, silent

# %% tags=["hide-input"]
audit = Audit.of("aclf")
audit.open()

# %% [markdown]
# ## What this chapter re-derives, and what it cannot
#
# This chapter asks
#
# - which arm sizes fit 68%, 42% and p = 0.003;
# - how large the effect on survival would then be;
# - what the changes from baseline mean, and what it would take to check them;
# - whether "25% fewer infections" is a ratio or a difference, and what hangs on it;
# - how far the digest lies from two publications on the same question;
# - how the same site's digest of one of these fared against its abstract;
# - what fraction of the digest's numbers can be tied to anything.
#
# It cannot check the digest against its source. The page names a PubMed number; we did not find the abstract that
# belongs to it. Whether patients were randomised, how many they were, who was lost and which tests were used is not in
# the digest. The only hint about design is a weak one: the page labels itself "other", where the same site's digest of a
# randomised trial is labelled "rct". So whatever follows about arms and counts is a set of possibilities. Ranges of
# possibilities are rounded outwards.
#
# ## Which arm sizes fit 68%, 42% and p = 0.003?

# %%
survival = audit["survival"].printed
alive, alive_control = survival["alive-treated"], survival["alive-control"]
p = survival["p"]
largest = 450
sizes = range(1, largest + 1)
tables = tables_that_print(
    sizes, sizes, treated=alive, control=alive_control, p=p
)
equal = nearly_equal(tables)
close = nearly_equal(tables, percent=10)


def arm_sizes(found):
    sizes = found[["n_treated", "n_control"]].to_numpy()
    return Interval(sizes.min(), sizes.max())


# %% tags=["hide-input"]
text(f"""
If the arms differ by one patient at most, they have {arm_sizes(equal):.0f} patients each. If they are less alike, one arm may
be very large; the other has at most {tables[["n_treated", "n_control"]].min(axis=1).max()} patients in everything we tried.
All this by four tests of the counts on day 28.
""")

# %% [markdown]
# Write $s_1$ and $s_0$ for the shares alive, $n_1$ and $n_0$ for the sizes of the arms, and $\bar s$ for the share
# alive in both arms together. The χ² test compares
#
# $$ Z = \frac{s_1 - s_0}{\sqrt{\bar s (1 - \bar s)\, K}}, \qquad K = \frac{1}{n_1} + \frac{1}{n_0}, $$
#
# with a normal distribution. At fixed shares, larger arms mean a smaller $K$, a larger $Z$ and a smaller p value. So a
# printed p value bounds $K$ on both sides. A *table* below means the sizes and the survivors of both arms.
#
# By hand, for arms of 65 with 44 and 27 alive: the shares are $0.6769$ and $0.4154$, their difference $0.2615$. Together
# $71/130 = 0.5462$ are alive, and $0.5462 \times 0.4538 \times 2/65 = 0.007627$, whose square root is $0.08733$. So
# $Z = 0.2615 / 0.08733 = 2.99$ and p = 0.003, as printed. These arms are one possibility among many.

# %%
figures.possible_sizes(tables, alive, alive_control, p)

# %%
same_size = nearly_equal(tables, people=0)
half_up = rounded_alike(tables, alive, alive_control, Rounding.HALF_UP)
half_even = rounded_alike(tables, alive, alive_control, Rounding.HALF_EVEN)

# %% tags=["hide-input"]
table(
    pd.DataFrame(
        [
            {
                "patients per arm": row["n_treated"],
                "alive, treated": row["events_treated"],
                "alive, control": row["events_control"],
                "tests that print p": listed(
                    test for test in TESTS if row[f"{test} prints p"]
                ),
                "also if ties go up": i in half_up.index,
            }
            for i, row in same_size.sort_values("n_treated").iterrows()
        ]
    ),
    "Every pair of arms of the same size that prints all three numbers (possible, not observed). A tie is a "
    "percentage exactly halfway between two whole ones; here it may go up or down",
)
largest_pair = same_size.loc[same_size["n_treated"].idxmax()]
in_words = {
    "treated": "treated arm",
    "control": "control arm",
    "smaller_most": "smaller arm, at most",
    "all_least": "patients in all, at least",
}
whole_numbers = {"treated arm": ",.0f", "control arm": ",.0f"}
table(
    sizes_by_test(equal).rename(columns=in_words),
    "Arms that differ by one patient at most and print all three numbers, by test (possible, not observed)",
    whole_numbers,
)
table(
    sizes_by_test(close).rename(columns=in_words),
    "The same for arms of which the larger exceeds the smaller by 10% at most",
    whole_numbers,
)

# %% tags=["hide-input"]
text(f"""
In the largest pair both percentages are ties: {largest_pair.events_treated} of {largest_pair.n_treated} is
{largest_pair.events_treated / largest_pair.n_treated:.1%}, and {largest_pair.events_control} of {largest_pair.n_control} is
{largest_pair.events_control / largest_pair.n_control:.1%}. They print {alive} and {alive_control} only if the first goes up
and the second down, as rounding to the even digit has it.
""")

# %% [markdown]
# So far every pair of arms with up to 450 patients each was tried, and "smaller arm, at most" is the largest smaller arm
# found. What lies beyond? Each rounded number is an interval, so the formula above bounds $K$. With $m$ for the smaller
# arm, $K$ is $1/m$ plus something no larger, so $K \le 2/m$, and $m \le 2/K$. Two other tests have formulas of the same
# kind; for Fisher's exact test there is [Hoeffding's inequality](../book/methods.md). These bounds are coarser, but they
# hold for arms of any size.

# %%
bounds = size_bounds(alive, alive_control, p)
huge = 100_000
beside_huge = tables_that_print(
    range(1, 100), [huge], treated=alive, control=alive_control, p=p
)

# %% tags=["hide-input"]
table(
    bounds.set_axis(
        [
            "test",
            "treated arm, at least",
            "control arm, at least",
            "smaller arm, at most",
            "patients in all, at least",
        ],
        axis=1,
    ),
    "What holds for arms of any size, by test (proven from the printed digits; empty where we know no bound)",
    dict.fromkeys(
        [
            "treated arm, at least",
            "control arm, at least",
            "smaller arm, at most",
            "patients in all, at least",
        ],
        ".0f",
    ),
)
by_formula = bounds[bounds["test"] != "Fisher's exact"]
of_any = sizes_by_test(tables).set_index("test").loc["any of them"]
text(f"""
Arms that differ by 10% at most can have no more than {1.1 * bounds["smaller_most"].max():.0f} patients each, by the coarsest
of these bounds, and all up to {largest} were tried: so the two lists above are complete. In each of the {len(tables):,}
tables found up to there, the smaller arm has at most {of_any.smaller_most} patients, and the two arms together have at
least {of_any.all_least}. Larger arms have larger totals. That the smaller arm has at most
{by_formula["smaller_most"].max():.0f} is proven for arms of any size for three of the four tests. The larger one may be
very large: beside {huge:,} controls, treated arms of {listed(sorted(set(beside_huge["n_treated"])), "or")} print all three
numbers.
""")

# %%
audit.judge(
    "survival",
    judge_unknown_arms(alive, alive_control, p, tables, largest),
)

# %% [markdown]
# ### What if the p value came from another test?
#
# Then these sizes need not hold. The usual test for survival is the log-rank test. It uses the day of each death, and
# so the survivors on day 28 do not determine its p value. Take three pairs of arms in which 68% and 42% are alive, and
# change nothing but the order in which the others died.

# %%
examples = {50: (34, 21), 65: (44, 27), 100: (68, 42)}
by_order = pd.DataFrame(
    {
        f"arms of {n}": log_rank_by_order(treated, n, control, n).set_index(
            "order"
        )["p"]
        for n, (treated, control) in examples.items()
    }
)

draws = 2000
shuffled = {
    f"arms of {n}": log_rank_of_shuffled_deaths(
        treated, n, control, n, draws=draws, seed=n
    )
    for n, (treated, control) in examples.items()
}

# %% tags=["hide-input"]
shown_orders = by_order.map(lambda found: formatted(found, ".2g"))
for name, found in shuffled.items():
    shown_orders.loc["any order, simulated: the middle 95%", name] = p_range(
        Interval(*np.quantile(found, [0.025, 0.975]))
    )
    shown_orders.loc[f"any order, simulated: prints {p}", name] = (
        f"{p.could_print(found).mean():.1%} of orders"
    )
table(
    shown_orders.rename_axis("order").reset_index(),
    "The log-rank p value of the same survivors, by the order of the deaths (made up, not observed). The first and the "
    f"third row are extremes; the last two are {draws:,} random orders, simulated",
)
enclosing = [
    name for name, ps in by_order.items() if ps.min() < float(p) < ps.max()
]
common = {name: p.could_print(found).mean() for name, found in shuffled.items()}
text(f"""
{p} lies between the two extremes for {
    listed(enclosing)
}. For arms of 65 it is an ordinary result: {
    common["arms of 65"]:.0%} of random orders print it. With 50 a side {
    common["arms of 50"]:.1%} do, with 100 a side {
    common["arms of 100"]:.1%}: there it takes an unusual order. So if {
    p
} is from a log-rank test, arms of other sizes
than those above can have printed it, some more easily than others. Percentages from a Kaplan-Meier
curve, with patients lost on the way, need not be shares of whole numbers either. And a p value from a model that adjusts
for other things is tied to the two percentages even more loosely.
""")

# %% [markdown]
# ## How large would the effect be?
#
# The two percentages fix the unadjusted effect on the shares alive at day 28, as far as their rounding lets them. What
# hangs on the arms is how certain it is.
#
# A ratio can be taken of survivors or of deaths, and the two differ. The odds ratio is the exception: that of death is
# one over that of survival.

# %%
effects = {
    "differ by one at most": effect_ranges(equal),
    "differ by 10% at most": effect_ranges(close),
    f"all up to {largest}": effect_ranges(tables),
}
from_rounding = effects_of_shares(alive, alive_control)

# %% tags=["hide-input"]


def shown_effect(measure, effect):
    if measure == "difference in survival":
        return in_points(effect)
    return format(effect, ".2f")


in_unit = {
    "difference in survival": "difference in survival, percentage points"
}
among = effects["differ by 10% at most"].set_index("measure")
table(
    pd.DataFrame(
        [
            {
                "measure": in_unit.get(measure, measure),
                **{
                    name: shown_effect(measure, found.loc[i, "effect"])
                    for name, found in effects.items()
                },
                "arms of any size": shown_effect(
                    measure, from_rounding[measure]
                ),
                "95% limits, within 10%": shown_effect(
                    measure, Interval(*among.loc[measure, ["lower", "upper"]])
                ),
            }
            for i, measure in enumerate(from_rounding)
        ]
    ),
    "Effects over all possible arms, treated against control. Ranges are sets of what is possible; only the last column "
    "holds confidence limits, the lowest and the highest over the arms that differ by 10% at most (Wald)",
)
text(f"""
If the percentages are shares of counted patients, and the arms within 10% of each other, the difference in survival is {
    in_points(among.loc["difference in survival", "effect"])
} percentage points, and its 95% interval lies within {
    in_points(
        Interval(*among.loc["difference in survival", ["lower", "upper"]])
    )
}.
These intervals, taken together, hold large effects and modest ones. They allow for chance alone: if the patients were not
randomised, what else differed between the arms is part of the difference.
""")

# %%
audit.judge(
    "significant",
    judge_significant(
        {
            "survival": audit["significant"].printed["p-survival"],
            "bilirubin": audit["significant"].printed["p-bilirubin"],
        },
        ["survival", "bilirubin"],
    ),
)

# %% [markdown]
# This is agreement between a number and the word beside it, no more. The digest prints p values for two of its results
# and none for the others; the correction counts these two only.
#
# ## Can the changes from baseline be checked?
#
# No. Not one comes with values before and after, a standard deviation or a number of patients. Some could mean several
# things. "Significantly improved liver function" is printed of bilirubin alone, and "markedly reduced" markers of TNF-α
# and IL-6.

# %% tags=["hide-input"]
bilirubin = audit["bilirubin"].printed
average = "mean or median; of patients' percentages, or of the values"
printed_changes = [
    (
        "bilirubin",
        f"−{bilirubin['fall-treated']}",
        f"−{bilirubin['fall-control']}",
        f"p {bilirubin['p']}",
        average,
    ),
    (
        "TNF-α",
        f"−{audit['tnf-alpha'].printed.percent}",
        "about the same",
        "none",
        average,
    ),
    (
        "IL-6",
        f"−{audit['il-6'].printed.percent}",
        "about the same",
        "none",
        average,
    ),
    (
        "regulatory T cells",
        f"{audit['tregs'].printed['fold']}-fold up",
        "nothing",
        "none",
        "share or count; multiplied by it, or grown by it; against before, or against controls",
    ),
    (
        "exhausted T cells",
        f"{audit['exhausted-t-cells'].printed['fold']}-fold down",
        "nothing",
        "none",
        "share or count; against before, or against controls",
    ),
    (
        "secondary infections",
        f"{audit['infections'].printed.percent} reduction, arm not named",
        "nothing",
        "none",
        "ratio or percentage points; compared with whom",
    ),
]
table(
    pd.DataFrame(
        printed_changes,
        columns=["what", "treated", "controls", "p value", "left open"],
    ),
    "What the digest prints about changes, and what it leaves open. What else each would need is on its card below",
)

# %% [markdown]
# "Bilirubin fell by 45% on average" can be the mean of each patient's own percentage fall, or the fall of the mean, or
# of the median. These differ. A made-up example: of two patients, one falls from 100 to 10, the other stays at 10. The
# mean of their falls is $(90 + 0)/2 = 45$ per cent; the mean falls from 55 to 10, by 82 per cent.
#
# The p value says something, if it is from a t test of the patients' own percentages: how much they can have differed.
# With $\Delta$ the difference of the two means, $t$ the quantile of Student's distribution with $n_1 + n_0 - 2$ degrees
# of freedom that belongs to the two-sided p, $K$ as above, and one standard deviation for both arms,
#
# $$ \text{standard deviation} = \frac{\Delta}{t\, \sqrt{K}}. $$

# %%
arms = "arms that print the survival result and differ by one patient at most"
falls = bilirubin["fall-treated"], bilirubin["fall-control"]
audit.judge("bilirubin", judge_two_changes(*falls, bilirubin["p"], equal, arms))

# %% tags=["hide-input"]
fewest_in, most_in = (
    Interval(*ends)
    for ends in largest_sds(
        *falls,
        bilirubin["p"],
        equal["events_treated"],
        equal["events_control"],
    )[["lowest", "highest"]].T.to_numpy()
)
text(f"""
Whether that is much or little we cannot say. A fall ends at 100%, a rise has no end: a patient whose bilirubin doubles
lies {100 + 100 * float(bilirubin["fall-treated"]):.0f} points from the treated average. If only those alive on day 28 were
measured twice, the limits are lower: {fewest_in:.1f} points in the arms with the fewest survivors, and {most_in:.1f} in
those with the most. Nothing printed speaks against the bilirubin result, and nothing printed confirms it. In Li 2019, a
cohort that we come to below, laboratory values and MELD, a score of severity, did not differ significantly between treated
and controls at 1, 2, 4 and 12 weeks.
""")

# %% [markdown]
# A fold is a multiple. The two folds can each be read in two ways, against the value before; a multiple of the controls'
# value is a third reading that the digest leaves open.

# %%
folds = {
    "Tregs": fold_readings(audit["tregs"].printed["fold"], rises=True),
    "exhausted T cells": fold_readings(
        audit["exhausted-t-cells"].printed["fold"], rises=False
    ),
}

# %% tags=["hide-input"]
table(
    pd.concat(
        [found.assign(cells=name) for name, found in folds.items()],
        ignore_index=True,
    )[["cells", "reading", "after", "change"]].rename(
        columns={"after": "afterwards, as a multiple"}
    ),
    "What the printed folds can mean, rounding included",
    {"afterwards, as a multiple": ".3f", "change": ".1%"},
)
usual = folds["exhausted T cells"].loc[0, "change"]
text(f"""
By the usual reading, the first of each pair, a {audit["exhausted-t-cells"].printed["fold"]}-fold decrease is a fall by
{Interval(-usual.upper, -usual.lower):.1%}. Less by {audit["exhausted-t-cells"].printed["fold"]} times itself would be
below zero, which no count can be. For the increase both readings are possible.
""")

# %%
laboratory = (
    "mean and standard deviation (or median and quartiles) before and after, per arm",
    "change in controls",
    "patients measured at both times",
    "day of the second measurement",
    "test, p value or interval",
)
cells = (
    "share of which cells, or count per volume, and how they were defined",
    *laboratory,
)
unchanged = silent(
    "A percentage is printed for the treated; of the controls only that they stayed about the same.",
    laboratory,
)
audit.judge("tnf-alpha", unchanged)
audit.judge("il-6", unchanged)
no_controls = silent(
    "A fold is printed for the treated; of the controls nothing.", cells
)
audit.judge("tregs", no_controls)
audit.judge("exhausted-t-cells", no_controls)

# %% [markdown]
# Without the controls' change, a change in the treated does not show what the drug did. Patients who recover change, and
# those who died before the second measurement have none.
#
# ## Is "25% fewer infections" a ratio or a difference?
#
# The digest does not say, and much hangs on it. By a χ² test, as a difference it would be significant in arms like those
# above. As a ratio it would not, unless most controls were infected. Nor does the digest say compared with whom; we take
# its own control arm.
#
# A share can fall *by* 25% of itself, or by 25 percentage points. With $r$ for the controls' share, the treated have
# $0.75\, r$ by the first reading, and $r - 0.25$ by the second.

# %%
fewer = audit["infections"].printed.percent
infection = audit.row("trials", "chen-infection")
borrowed = Fraction(infection.events_control, infection.n_control)
by_test = {
    test: reductions_in_arms(equal, fewer, test)
    for test in ("χ²", "χ² with continuity correction")
}
in_arms = by_test["χ²"]
by_reading = {
    test: significance_of_readings(found).set_index("reading")
    for test, found in by_test.items()
}
ties_up = significance_of_readings(
    reductions_in_arms(nearly_equal(half_up), fewer)
).set_index("reading")

# %% tags=["hide-input"]
supposed = {
    f"supposed {percent}%": Fraction(percent, 100)
    for percent in (10, 30, 50, 80)
}
controls = supposed | {f"borrowed {float(borrowed):.1%}": borrowed}
named = sorted(controls, key=controls.get)
readings = reduction_readings(fewer, [controls[name] for name in named])
table(
    pd.DataFrame(
        {
            "infected controls": named,
            "treated, if a ratio": readings["treated_ratio"],
            "reduction in percentage points": readings["points_ratio"].map(
                in_points
            ),
            "treated, if points": readings["treated_points"],
            "relative reduction": readings["relative_points"],
        }
    ),
    f'What "{fewer} fewer" means under both readings, by the share of controls infected. The borrowed share is that of '
    f"the controls in {infection.study}; it is not the digest's. Empty: too few to fall so far",
    dict.fromkeys(
        [
            "treated, if a ratio",
            "treated, if points",
            "relative reduction",
        ],
        ".1%",
    ),
)

# %% [markdown]
# How sure could one be? We take every pair of arms that prints the survival result and differs by one patient at most,
# and every pair of infection counts in them that prints 25% under either reading.

# %%
share_in_print = Printed.parse(f"{float(borrowed):.0%}")
FROM = "p can be below 5% from", "p always below 5% from"
at_borrowed = {
    (test, reading): Interval(group["p"].min(), group["p"].max())
    for test, found in by_test.items()
    for reading, group in found[
        prints_percentage(
            found["events_control"], found["n_control"], share_in_print
        )
    ].groupby("reading")
}

# %% tags=["hide-input"]
table(
    pd.DataFrame(
        [
            {
                "25% read as": reading,
                "test": test,
                "pairs of counts": found["tables"],
                "p, at most": formatted(found["p"].upper, ".2g", ROUND_CEILING),
                **(
                    dict.fromkeys(FROM, "any share")
                    if found["p"].upper < 0.05
                    else {
                        FROM[0]: formatted(
                            found["significant_from"], ".1%", ROUND_FLOOR
                        ),
                        FROM[1]: formatted(
                            found["all_from"], ".1%", ROUND_CEILING
                        ),
                    }
                ),
                f"p where {share_in_print} of controls are infected": p_range(
                    at_borrowed[test, reading]
                ),
            }
            for reading in ("ratio", "percentage points")
            for test in by_test
            for found in [by_reading[test].loc[reading]]
        ]
    ),
    "Possible infection counts in arms that print the survival result and differ by one patient at most "
    '("from" is a share of infected controls). Assumed, not observed',
)
ratio, points = (
    by_reading["χ²"].loc[reading] for reading in ("ratio", "percentage points")
)
corrected = by_reading["χ² with continuity correction"].loc["ratio"]
text(f"""
Read as a ratio, the reduction can be significant by the χ² test only if at least about {
    formatted(ratio.significant_from, ".0%")
} of controls were infected, and always is from {
    formatted(ratio.all_from, ".1%", ROUND_CEILING)
} on. (The first share is {
    formatted(ratio.significant_from, ".2%", ROUND_FLOOR)
} exactly, and {
    formatted(ties_up.loc["ratio", "significant_from"], ".1%", ROUND_FLOOR)
} if ties are only rounded up.) With continuity correction it is {
    formatted(corrected.significant_from, ".1%", ROUND_FLOOR)
}, and {
    formatted(corrected.all_from, ".1%", ROUND_CEILING)
} for always. Read as points, its p value is always {
    p_range(points.p)
} by the χ² test. In {infection.study}, a trial of the same drug and disease, {
    float(borrowed):.1%} of controls had a new infection. At about {
    share_in_print
} no pair of counts makes the first
reading significant, and every pair the second. The digest prints no p value for infections.
""")

# %%
audit.judge(
    "infections",
    judge_reduction_readings(
        fewer,
        in_arms,
        f"compared with the digest's controls, at one time; {arms}",
    ),
)
audit.judge(
    "infections-association",
    silent(
        "To go along with immune changes, infections have to be counted within each arm, among patients with and "
        "without the change.",
        (
            "infections among patients with and without the immune changes",
            "measure of association, with interval",
            "whether the changes came before the infections",
        ),
    ),
)

# %% [markdown]
# ## How does the digest compare with published counts?
#
# In each of its arms a smaller share was alive than in the same arm of two publications; among the digest's controls, a
# far smaller share than in the one that counts at the same time. That does not make the digest wrong: its patients may have been more ill.
#
# [Chen 2022](https://doi.org/10.1007/s12072-022-10335-6) is an open-label randomised trial, Li 2019 a retrospective
# cohort. We have seen their abstracts. They print percentages and arm sizes; the counts are reconstructed, each being
# the only whole number that prints the percentage. **The time points differ.** Li counts deaths within 28 days, like
# the digest. Chen counts patients alive *without a transplant* after 90 days.

# %%
trials = audit.table("trials").set_index("id")
numbers = {row.id: row.number for row in audit.table("numbers").itertuples()}
counted = p_values(TwoArms.from_frame(trials), list(trials.index))

# %% tags=["hide-input"]
arms_printed = [
    (name, arm, numbers[f"{name}-{arm}"], row[f"events_{arm}"], row[f"n_{arm}"])
    for name, row in trials.iterrows()
    for arm in ("treated", "control")
]
unique = [
    counts_that_print(percent, [n])["events"].tolist() == [events]
    for _, _, percent, events, n in arms_printed
]
table(
    pd.DataFrame(
        [
            {
                "outcome": f"{row.study}: {row.outcome}, {row.timepoint}",
                "treated": f"{row.events_treated} of {row.n_treated} ({numbers[f'{name}-treated']})",
                "control": f"{row.events_control} of {row.n_control} ({numbers[f'{name}-control']})",
                "printed p": numbers.get(f"{name}-p"),
                **counted.loc[name],
                "tests that print it": listed(
                    test
                    for test in TESTS
                    if numbers[f"{name}-p"].prints(counted.loc[name, test])
                ).replace(listed(TESTS), "all four")
                if f"{name}-p" in numbers
                else "",
            }
            for name, row in trials.iterrows()
        ]
    ),
    "Two publications recomputed from their reconstructed counts: p values by four tests",
    dict.fromkeys(TESTS, ".4f"),
)
li_agreeing = sum(
    numbers["li-death-p"].prints(counted.loc["li-death", test])
    for test in TESTS
)
text(f"""
{"All" if all(unique) else f"{sum(unique)} of the"} {len(unique)} percentages are printed by one count only. For infection, encephalopathy and death
from severe infection, the χ² test without correction prints the p values of the abstract. (The abstract prints the same
percentages and the same p value for the last two.) For survival no test of the counts does. Which test it was, the copies
of the abstract that we saw do not say; a log-rank test, which goes by days, need not agree with the counts. The abstract
adds that an analysis of competing risks found no significant difference. Li's abstract prints p {numbers["li-death-p"]};
{"all" if li_agreeing == len(TESTS) else li_agreeing} of the four tests agree.
""")

# %% [markdown]
# Chen's survival percentages come with intervals. Which method printed them?

# %%
printed_arms = {
    arm: {
        "share": numbers[f"chen-survival-{arm}"],
        "lower": numbers[f"chen-survival-{arm}-lower"],
        "upper": numbers[f"chen-survival-{arm}-upper"],
    }
    for arm in ("treated", "control")
}
chen = trials.loc["chen-survival"]
by_method = {
    arm: share_intervals(chen[f"events_{arm}"], chen[f"n_{arm}"])
    for arm in printed_arms
}
behind = {arm: people_behind(**number) for arm, number in printed_arms.items()}

# %% tags=["hide-input"]
table(
    pd.DataFrame(
        {
            "method": by_method["treated"]["method"],
            **{
                f"{arm}: {printed_arms[arm]['lower']} to {printed_arms[arm]['upper']}": [
                    f"{low:.1%} to {high:.1%}" + (" (printed)" if fits else "")
                    for low, high, fits in zip(
                        found["lower"],
                        found["upper"],
                        limits_printed(found, printed_arms[arm]),
                        strict=True,
                    )
                ]
                for arm, found in by_method.items()
            },
        }
    ),
    "95% intervals of Chen 2022's survival from the reconstructed counts, by method; above each column what is printed",
)
fitting = {
    arm: by_method[arm]["method"][
        limits_printed(by_method[arm], printed)
    ].tolist()
    for arm, printed in printed_arms.items()
}
text(f"""
Of {len(by_method["treated"])} methods {len(fitting["treated"])} print the interval of the treated and {len(fitting["control"])} that of
the controls, by name: {listed(fitting["treated"] + fitting["control"])}. None prints both. The printed intervals are symmetric, and wide: of the kind share ± 1.96 standard errors they would
stand for {behind["treated"]:.1f} and {behind["control"]:.1f} people, not {chen.n_treated} and {chen.n_control}. A
Kaplan-Meier curve with patients lost on the way has intervals like that, and the abstract speaks of a cumulated rate. If
so, the survivors were not counted as whole numbers, and the two counts above are approximate. But both percentages fall on
whole counts of {chen.n_treated} and {chen.n_control}, and one interval is that of a method for counts. So different methods
in the two arms, or a slip, could explain them as well; we cannot tell.
""")

# %% [markdown]
# Now set the digest's arms beside theirs. Whoever is alive without a transplant on day 90 was alive on day 28. So
# survival on day 28 was at least as high as what Chen prints for day 90.

# %%
control_arm = {"events_control": "events", "n_control": "n"}
treated_arm = {"events_treated": "events", "n_treated": "n"}
li = trials.loc["li-death"]
known = {
    "Li 2019, alive at 28 days": (
        li.n_control - li.events_control,
        li.n_control,
    ),
    "Chen 2022, alive without transplant at 90 days": (
        chen.events_control,
        chen.n_control,
    ),
}
distances = {
    (name, of): distance_from_arm(possible.rename(columns=control_arm), *counts)
    for name, counts in known.items()
    for of, possible in {
        "within 10%": close,
        f"all up to {largest}": tables,
    }.items()
}

# %% tags=["hide-input"]
table(
    pd.DataFrame(
        [
            {
                "controls of": name,
                "alive": f"{known[name][0]} of {known[name][1]} ({known[name][0] / known[name][1]:.1%})",
                "digest's possible arms": of,
                "digest minus these": in_points(found.difference),
                "95% limits within": in_points(
                    Interval(found.lower, found.upper)
                ),
                "p": p_range(found.p),
            }
            for (name, of), found in distances.items()
        ]
    ),
    f"The digest's control arm ({alive_control} alive at 28 days) against two published control arms. Ranges over all "
    "control arms that can print the survival result; differences in percentage points, limits by Wald, p by the χ² test and Fisher's exact test",
)
against_li = distances["Li 2019, alive at 28 days", "within 10%"]
against_chen = distances[
    "Chen 2022, alive without transplant at 90 days", "within 10%"
]
li_alive, li_n = known["Li 2019, alive at 28 days"]


fewer_alive = {
    name: f"{in_points(Interval(-found.difference.upper, -found.difference.lower))} percentage points"
    for name, found in (("Li", against_li), ("Chen", against_chen))
}
text(f"""
At 28 days the share alive among the digest's controls was {fewer_alive["Li"]} lower than in Li's cohort. Chance alone would
seldom do that (p {p_range(against_li.p)}, arms within 10%). Of the digest's *treated* patients {alive} were alive, about the
same share as of Li's controls ({li_alive / li_n:.1%}). Set against Chen's controls, it is {fewer_alive["Chen"]} lower,
although Chen's patients had two months longer to die. That difference could be chance (p {p_range(against_chen.p)}); at day
28 the gap would be no smaller.
""")

# %% [markdown]
# What the digest's arms differ *by* lies within or at the edge of the intervals of the two publications.

# %%
alive_counts = trials.loc[["chen-survival", "li-death"]].copy()
for arm in ("treated", "control"):
    deaths = alive_counts.loc["li-death", f"events_{arm}"]
    alive_counts.loc["li-death", f"events_{arm}"] = (
        alive_counts.loc["li-death", f"n_{arm}"] - deaths
    )
published = single_trials(
    TwoArms.from_frame(alive_counts),
    [
        "Chen 2022, without transplant, 90 days",
        "Li 2019, 28 days, not randomised",
    ],
    ["OR", "RD"],
)

# %% tags=["hide-input"]
in_digest = {
    "OR": ("odds ratio of survival", 1, ".2f"),
    "RD": ("difference in survival", 100, ".1f"),
}
table(
    pd.DataFrame(
        [
            {
                "study": row.trial,
                "measure": in_unit.get(measure, measure),
                "effect": f"{formatted(times * row.estimate, spec)} "
                f"({formatted(times * row.lower, spec)} to {formatted(times * row.upper, spec)})",
                "digest, arms of any size": shown_effect(
                    measure, from_rounding[measure]
                ),
            }
            for row in published.itertuples()
            for measure, times, spec in [in_digest[row.measure]]
        ]
    ),
    "Effects on survival in the two publications (95% Wald intervals, unadjusted), and the range that the digest's two "
    "percentages leave",
)

# %% [markdown]
# ## How did the same site's digest of another paper fare?
#
# The site also has a digest of Chen 2022. None of its three survival numbers is the abstract's, and other numbers are
# not in the abstract at all.

# %%
pairs = {
    "alive at 90 days, treated": "survival-treated",
    "alive at 90 days, controls": "survival-control",
    "p value for survival": "survival-p",
}
compared = {
    what: (numbers[f"digest-{name}"], numbers[f"chen-{name}"])
    for what, name in pairs.items()
}
same = [ours.agrees(theirs) for ours, theirs in compared.values()]
added = [
    row
    for row in audit.table("numbers").itertuples()
    if row.id.startswith("digest-") and row.note
]

# %% tags=["hide-input"]
table(
    pd.DataFrame(
        [
            {
                "what": what,
                "that digest": ours,
                "abstract of Chen 2022": theirs,
                "can be the same": agrees,
            }
            for (what, (ours, theirs)), agrees in zip(
                compared.items(), same, strict=True
            )
        ]
        + [
            {
                "what": row.what,
                "that digest": row.number,
                "abstract of Chen 2022": row.note,
                "can be the same": None,
            }
            for row in added
        ]
    ),
    "The same site's digest of Chen 2022 against the abstract of that paper",
)

# %% [markdown]
# Might it tell another analysis of the same trial? Its survival numbers are asked the same question as above: can arms
# of that size print them?

# %%
theirs = [numbers[f"digest-{name}"] for name in pairs.values()]
enrolled = numbers["chen-enrolled"].count()
in_chen = judge_two_shares(*theirs, (chen.n_treated, chen.n_control))
possible = tables_that_print(
    range(1, 201),
    range(1, 201),
    treated=theirs[0],
    control=theirs[1],
    p=theirs[2],
)
fewest = (possible["n_treated"] + possible["n_control"]).min()
missing = enrolled - chen.n_treated - chen.n_control
worst = chen.events_treated / (chen.n_treated + missing)

# %% tags=["hide-input"]
text(f"""
Pairs of counts that print {theirs[0]}, {theirs[1]} and p {theirs[2]}: {
    in_chen.recomputed["pairs_of_whole_arms"] or "none"
}
in arms of {chen.n_treated} and {chen.n_control}, and {
    in_chen.recomputed["pairs_down_to_half_the_arms"] or "none"
} when up to
half of each arm is left out. No two arms of fewer than {
    fewest
} patients together print {theirs[0]} v {theirs[1]} with p {theirs[2]}
under any of the four tests; the trial enrolled {
    enrolled
}. (A log-rank test might.) That digest speaks of overall
survival. Overall survival cannot be lower than survival without a transplant; yet {
    theirs[0]
} is lower than the
abstract's {numbers["chen-survival-treated"]} for the same day. Even if all {
    missing
} patients enrolled but not reported
had been treated and had died, {chen.events_treated} of {
    chen.n_treated + missing
} would be {worst:.1%}, if the {chen.events_treated} is right. Of Chen 2022 we
have seen the abstract, not the paper; the paper may hold laboratory values that the abstract lacks.
""")

# %% [markdown]
# This is one other digest, and it proves nothing about this one. It shows that on this site a number need not be the one
# in the source's abstract.
#
# ## What cannot be checked
#
# For these claims the digest prints nothing to compute from.

# %%
design = (
    "whether patients were assigned at random, and blinding",
    "patients per arm, and how many were lost",
    "severity at the start, per arm",
    "survivors per arm, with an interval for the effect",
)
audit.judge(
    "headline",
    silent(
        "That the drug improves survival is a statement about cause; no design is given.",
        design,
    ),
)
audit.judge(
    "compelling",
    silent(
        "How strong evidence is depends on design and size; neither is given.",
        (
            *design,
            "primary outcome as planned, and number of outcomes looked at",
        ),
    ),
)
audit.judge(
    "restores-balance",
    silent(
        "No measure of balance is defined, and for immune cells no controls are given.",
        (
            "what counts as balance, and its value in healthy people",
            "immune cells per arm, before and after",
            "whether survival depends on the immune change (mediation)",
        ),
    ),
)

# %% [markdown]
# ## What fraction of its numbers can be tied to anything?
#
# We count every number that stands in a claim, each once. A number is *tied* if a check compared it with something that
# might have spoken against it: counts, a source, another printed number, or a word. It is *free* if data that print it
# exist and nothing else is known: with unknown sizes some arms always fit, so the check of 68%, 42% and p = 0.003 could
# not have spoken against them. It is *untouched* if nothing tests it; that a table reads a fold or a percentage is no
# test. The rule is applied by the computer to the verdicts above.

# %%
standing = standing_of_numbers(audit.document.claims, audit.findings)
tied = int(standing["tied"].sum())

recounted = sum(
    finding.verdict is Verdict.REPRODUCED for finding in audit.findings.values()
)

# %% tags=["hide-input"]
table(
    standing.drop(columns="tied").rename(columns={"standing": "how it stands"}),
    "Every number of the digest's claims, and what it can be tied to",
)
counted_as = standing["standing"].str.partition(":")[0].value_counts()
text(f"""
{tied} of {len(standing)} numbers ({tied / len(standing):.0%}) are tied to anything: the two p values, to the word
"significant" beside them. {counted_as["free"]} are free, {counted_as["untouched"]} untouched. None is tied to counts, to
data or to a source ({recounted} claims were reproduced). So this is what the digest is, as a kind of document: a list of
results that its own words can neither confirm nor refute. That is said of the digest. The paper behind it may hold all
that is missing here.
""")

# %% [markdown]
# ## Sensitivity: choices that could change the answer
#
# - **Which test.** The sizes rest on four tests of counts on day 28. A log-rank test or an adjusted model leaves the
#   sizes open.
# - **How equal the arms were.** The narrow range holds for arms that are about equal. Without that, one arm can be very
#   large.
# - **What was rounded.** All numbers are taken as rounded to the nearest, and ties count both ways. See below for ties
#   that only go up.
# - **Which infection counts.** The two readings are compared in nearly equal arms. In larger ones a ratio of 0.75 would
#   be significant at lower shares of infected controls.
# - **What counts as tied.** Agreement between a p value and the word "significant" is counted as a tie, although it is a
#   weak one. Without it, nothing is tied.

# %% tags=["hide-input"]
text(f"""
If ties only go up, {len(half_up):,} tables remain of {len(tables):,}, and the smaller arm has at most
{half_up[["n_treated", "n_control"]].min(axis=1).max()} patients. Arms that differ by one patient at most then have
{arm_sizes(nearly_equal(half_up)):.0f} ({len(nearly_equal(half_up))} tables instead of {len(equal)}), and arms within 10% leave
{len(nearly_equal(half_up, percent=10))} tables instead of {len(close)}. Rounding ties to the even digit leaves
{len(half_even):,}, since 68 and 42 are even.
""")

# %% [markdown]
# ## What would settle it
#
# Look first in the paper behind the PubMed number. What is not there, an editor could ask of its authors:
#
# - the design: assigned at random or not, blinded or not, planned primary outcome;
# - patients per arm, at the start, on day 28 and at each measurement;
# - deaths, transplants and losses per arm with their days, and the test behind p = 0.003;
# - severity at the start per arm;
# - bilirubin, TNF-α, IL-6, regulatory and exhausted T cells: means with standard deviations, or medians with quartiles,
#   before and after, in *both* arms;
# - secondary infections: patients with at least one, per arm, and until which day.
#
# To the site: which sentence of the source each number is from.
#
# ## What we found
#
# - 68%, 42% and p = 0.003 were possible; by the tests tried, arms that are about equal would have had sizes in a narrow
#   range.
# - The unadjusted effect at day 28 followed from the two percentages; how certain it was depended on the sizes of the arms.
# - The changes from baseline could not be checked, and some had two readings.
# - "25% fewer infections" was two claims in one. In nearly equal arms that print the survival result it was significant
#   by a χ² test as a difference, and not as a ratio unless most controls were infected.
# - The digest's controls died far more often than those of a cohort at the same time point.
# - The same site's digest of another paper printed survival numbers that are not the abstract's.
# - Few of its numbers could be tied to anything, and none to counts or a source.

# %% tags=["hide-input"]
audit.close(
    headline=f"""
    {alive} against {alive_control} alive at p = {p} is possible in arms of {arm_sizes(equal):.0f}, if they differ by one patient at
    most. Of its {len(standing)} numbers {tied} agree with a word beside them, and none can be traced to counts, data or a source.
    """,
    bottom_line=f"""
The digest's main result ({alive} against {
        alive_control
    } alive after 28 days, p = {p}) is possible: by four tests of
counts, arms that differ by one patient at most had {
        arm_sizes(equal):.0f} patients each ({
        arm_sizes(
            nearly_equal(half_up)
        ):.0f} if ties are rounded up), and no arms with fewer than
{
        of_any.all_least
    } patients together print it; but neither size nor design is given. Of its {
        len(standing)
    } numbers {tied}
can be tied to anything, namely p values to the word "significant", and none to counts, data or a source. "{
        fewer
    } fewer
infections" may be a ratio or a difference; in such arms the ratio would be significant, by a χ² test without correction,
only if at least about {
        formatted(ratio.significant_from, ".0%")
    } of controls were infected.
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
libraries = ("rederive", "numpy", "scipy", "pandas", "statsmodels")
text(
    "Versions used: "
    + ", ".join(f"{name} {version(name)}" for name in libraries)
    + "."
)
