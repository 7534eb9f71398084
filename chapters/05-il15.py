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
# # IL-15: a web page about a study of mice
#
# A web page reports that interleukin-15 together with thymosin α1 slowed liver cancer in aged mice and lengthened their
# lives. It says itself that this is preliminary, and that nothing is established in patients. It prints no effect, no
# number of animals and no p value. So this chapter asks what its sentences would need.

# %% tags=["hide-input"]
from importlib.metadata import version

import numpy as np
import pandas as pd
from lifelines.statistics import logrank_test

from rederive.audit import Audit
from rederive.checks.places import growth_of_the_rest, judge_place
from rederive.display import experiment_figures as figures
from rederive.display.shown import aside, text
from rederive.display.tables import table
from rederive.methods.factorial import (
    FourArms,
    animals_needed,
    clustered_deaths,
    comparison_se,
    hazard_of_other_deaths,
    no_synergy,
    power_against_all,
    power_against_each,
    power_for_bliss,
    power_for_interaction,
    simulate_arms,
    simulated_chances,
    simulated_experiments,
    simulated_power_against_all,
)
from rederive.methods.rescue import (
    difference_of_differences_power,
    effect_seen,
    power_left,
    seems_abolished,
    seems_abolished_one_control,
    simulate_rescue,
    two_groups_power,
)
from rederive.methods.significance_filter import significant_estimates
from rederive.printed import Interval, formatted, listed
from rederive.verdicts import silent

# %% tags=["hide-input"]
audit = Audit.of("il15")
audit.open()

# %% [markdown]
# ## What this chapter re-derives, and what it cannot
#
# This chapter asks
#
# - which quantity each statement lacks, and which item of a reporting guideline asks for it;
# - how many mice it takes to show that a combination beats saline *and* each agent alone;
# - how many more it takes to show synergy, and what synergy means;
# - how often "the AKT activator abolished the benefit" appears although nothing was abolished;
# - what significance in small groups does, on average, to estimated effects;
# - whether a smaller share of senescent cells means that cells grew younger.
#
# The page describes a paper that we have not seen. The paper may print everything that is missing here. Nothing below
# says how large the study was or how it was analysed: we do not know.
#
# So every number about such experiments in this chapter, but for published ones with their source, is assumed or
# simulated, and marked so: hollow and dashed in figures, and called assumed or simulated in words. What can be said is what such experiments can and cannot show.

# %% [markdown]
# ## What would each statement need?
#
# A number, a definition or a method. Nearly all of the statements that we judged have nothing to compute from.
#
# For experiments with animals there is a list of what a report has to give before its findings can be judged: the ten
# essential items of [ARRIVE](https://doi.org/10.1371/journal.pbio.3000410), in its second version of 2020. It is meant
# for papers on experiments in living animals; a web page is not bound by it. We use it as a list of what a reader would
# need, and stretch the same items to the cell culture. Which item a statement calls for is our reading. The list asks
# for what was done to be reported, not for other experiments.

# %%
arrive = audit.table("arrive")
needs = audit.table("needs")
needed_by = needs.groupby("item").claim.nunique()
experiment = set(needs.claim[needs["item"].notna()])
others = set(audit.document.claims) - experiment


def lacking(claim, because):
    """The finding that a claim lacks what the table of needs lists for it."""
    return silent(because, tuple(needs.quantity[needs.claim == claim]))


# %% tags=["hide-input"]
table(
    pd.DataFrame(
        {
            "item": [
                f"{row.item}. {row.name_}"
                for row in arrive.rename(columns={"name": "name_"}).itertuples()
            ],
            "asks for": arrive["asks"],
            "given on the page": arrive["given"],
            "how many statements need it": arrive["id"]
            .map(needed_by)
            .fillna(0)
            .astype(int),
        }
    ),
    "The ten essential items of ARRIVE 2.0, in our words, what the page gives of each, and how many of the statements "
    "judged here need it (our reading)",
)
text(f"""
Of {len(audit.document.claims)} statements {needs.claim.nunique()} lack something. We count
{needs.quantity.nunique()} missing quantities; one that several statements lack is counted once, and some go in pairs.
{needs.quantity[needs["item"].notna()].nunique()} are asked for by an item of the list. The last item alone, a summary of
each group and effects with their intervals, asks for {needs.quantity[needs["item"] == "results"].nunique()}.
""")

# %% tags=["hide-input"]
audit.judge_together(
    {
        "randomised": lacking(
            "randomised",
            "That allocation was random is said; how many mice, how, and who knew is not.",
        ),
        "aged-mice": lacking(
            "aged-mice",
            "How old a mouse is at a given age depends on its strain and sex, which are not given.",
        ),
        "tumour-growth": lacking(
            "tumour-growth",
            'The word "significantly" is printed, without an effect, a p value or a number of mice.',
        ),
        "senescent-share": lacking(
            "senescent-share",
            "A share is said to have fallen; neither share is printed.",
        ),
        "effectors": lacking(
            "effectors",
            "Populations are said to have grown; no count is given.",
        ),
        "proliferation": lacking(
            "proliferation",
            "No measure of proliferation and no value is given.",
        ),
        "cytotoxic-molecules": lacking(
            "cytotoxic-molecules",
            "Three molecules are said to have risen; no value is given, nor in which cells.",
        ),
        "akt-suppressed": lacking(
            "akt-suppressed",
            "Two methods are named; neither a change nor a number of mice is printed.",
        ),
        "dual-mechanism": lacking(
            "dual-mechanism",
            "The page says what the agents are thought to do, and names no measurement of the thymus or of new T cells.",
        ),
    },
    "Statements about the experiment and its results",
)

# %% [markdown]
# Strain and sex matter for a study of survival. In
# [one laboratory's 31 strains](https://doi.org/10.1111/j.1474-9726.2009.00478.x) the median life span differed widely:

# %% tags=["hide-input"]
numbers = {
    name: row.number for name, row in audit.document.rows["numbers"].items()
}
months = audit["aged-mice"].printed
month = 365.25 / 12
short, long = numbers["shortest-lived"], numbers["longest-lived"]
text(f"""
It ran from {short} to {long} days. The mice here were {months["months-from"]} to {months["months-to"]} months old, that
is {float(months["months-from"]) * month:.0f} to {float(months["months-to"]) * month:.0f} days. In the shortest-lived of
those strains most mice would have been dead by then, in the longest-lived most would still have been alive. Females of a
common strain, C57BL/6, fit the page's description: in a published curve (its source stands with our data) 75% were alive at {numbers["alive-75"]} months and
half at {numbers["alive-50"]}.
""")

# %% [markdown]
# ### Two statements that we looked up
#
# Two sentences of the background rest on counts that others print. The first holds: most liver cancers are
# hepatocellular carcinomas. The second holds for liver cancer as a whole, of which hepatocellular carcinoma is a part.
# Other sentences of the background could be looked up too; that we did not do.


# %%
def exactly(name):
    """A printed count, which is not rounded."""
    return Interval(*[numbers[name].count()] * 2)


audit.judge(
    "most-common",
    judge_place(
        1,
        "hepatocellular carcinoma",
        {
            "hepatocellular carcinoma": exactly("hcc-cases"),
            "intrahepatic cholangiocarcinoma": exactly(
                "cholangiocarcinoma-cases"
            ),
            "all other types": exactly("other-cases"),
        },
        "new cases of liver cancer worldwide in 2018, by Rumgay and others",
    ),
)

# %%
liver = numbers["deaths-liver"].count()
shares = [
    numbers[f"hcc-share-{source}"].interval()
    for source in ("registries", "review", "chapter")
]
printed_shares = [(share.lower + share.upper) / 2 for share in shares]
hcc_deaths = Interval(
    liver * min(share.lower for share in shares),
    liver * max(share.upper for share in shares),
)
audit.judge(
    "third-cause",
    judge_place(
        3,
        "hepatocellular carcinoma",
        {
            "hepatocellular carcinoma": hcc_deaths,
            "lung cancer": exactly("deaths-lung"),
            "colorectal cancer": exactly("deaths-colorectum"),
            "breast cancer": exactly("deaths-breast"),
            "stomach cancer": exactly("deaths-stomach"),
        },
        "deaths from cancer worldwide in 2022, by GLOBOCAN",
        "deaths from liver cancer divide between its types as cases do; shares as three sources print them",
    ),
)

# %% tags=["hide-input"]
text(f"""
Liver cancer of all types caused {
    liver:,} deaths in 2022, the third largest number. Breast cancer, the fourth, caused
{numbers["deaths-breast"]}, stomach cancer, the fifth, {
    numbers["deaths-stomach"]
}. No source at hand counts deaths from
hepatocellular carcinoma alone. We assume that its share of deaths is its share of cases. It is then third if that share
is at least {numbers["deaths-breast"].count() / liver:.1%}, fourth from
{
    numbers["deaths-stomach"].count()
    / liver:.1%} on, and fifth below. Cancer registries print {
    numbers["hcc-share-registries"]
}, a review about {numbers["hcc-share-review"]}, a book chapter about {
    numbers["hcc-share-chapter"]
}: as printed,
{
    sum(
        share < numbers["deaths-stomach"].count() / liver
        for share in printed_shares
    )
} of the three put it fifth. (The counts are those of
[Rumgay and others](https://doi.org/10.1016/j.ejca.2021.11.023) and of the Global Cancer Observatory.)
""")

# %% tags=["hide-input"]
audit.judge_together(
    {
        "rises-with-age": lacking(
            "rises-with-age", "No rate is printed, and no source."
        ),
        "checkpoint-inhibitors": lacking(
            "checkpoint-inhibitors",
            "No effect is printed, in older patients or in others.",
        ),
        "safety": lacking(
            "safety", "No adverse event is counted, and no source is given."
        ),
        "growing-evidence": lacking(
            "growing-evidence", "No study is named beside this one."
        ),
        "optimism": lacking(
            "optimism",
            "Hope is no number; an effect in patients would support it, and the page says that none is established.",
        ),
    },
    "Statements of the background and the outlook",
)

# %% [markdown]
# ## How many mice does "better than either agent alone or saline" need?
#
# More than a comparison with saline, and far more if single agents work well. The sentence makes three claims at once.
# If single agents work, the two about them are the hard ones.
#
# The hazard is the rate at which mice that are still alive die; a hazard ratio compares two such rates
# ([glossary](../book/glossary.md)).
#
# Suppose four arms of $n$ mice: saline, IL-15, thymosin α1, and both. Hazards are constant over time, all mice are
# watched to one last day, and none is lost. If $d_1$ and $d_2$ mice die in two arms, the log hazard ratio between
# them has the standard error
#
# $$ s = \sqrt{\frac{1}{d_1} + \frac{1}{d_2}} $$
#
# in large samples (Schoenfeld 1981), and a two-sided test at 5% finds a true log hazard ratio $b$ in favour of the
# combination with the chance $\Phi(-b / s - 1.96)$, where $\Phi$ is the standard normal distribution. The sentence is
# shown if all three comparisons succeed in one experiment. They share the combination's arm, so their chances do not
# simply multiply. Nothing has to be corrected for three tests: to claim all of them is harder than to claim one.
#
# These are our assumptions, none of them from the page. The median survival with saline is 30 days. Mice are watched
# for 60 days. Each agent alone has a hazard ratio of 0.7 against saline. What varies is the hazard ratio of the
# combination against each single agent. At the end of this section deaths no longer come at a constant rate, which
# matters a great deal.

# %%
single = 0.7
against_single = [0.3, 0.4, 0.5, 0.6, 0.7]
designs = {
    ratio: FourArms(hr_a=single, hr_b=single, hr_both=single * ratio)
    for ratio in against_single
}
sizes = [6, 8, 10, 15, 20]


def needed(power, design, wanted=0.8):
    """The smallest number of mice per arm with which `power` of this design is as wanted."""
    return animals_needed(lambda n: power(design, n), wanted)


# %% tags=["hide-input"]
rows = []
for ratio, design in designs.items():
    rows.append(
        {
            "hazard ratio, combination v each single agent": f"{ratio:g}",
            "median survival with both, days": np.log(2) / design.hazards[3],
            "to beat saline": needed(
                lambda d, n: power_against_each(d, n)[..., 0], design
            ),
            "to beat IL-15": needed(
                lambda d, n: power_against_each(d, n)[..., 1], design
            ),
            "to beat all three": (
                everything := needed(power_against_all, design)
            ),
            "simulated power with that many": simulated_power_against_all(
                design, everything, experiments=2000, seed=everything
            ),
            "to beat all three, 90% power": needed(
                power_against_all, design, 0.9
            ),
        }
    )
animals = pd.DataFrame(rows)
table(
    animals,
    "Mice per arm for 80% power, by formula, by what the combination is assumed to do; each agent alone has a hazard "
    f"ratio of {single} against saline, hazards are constant. For all four arms multiply by four. Simulated power: 2,000 "
    "experiments each",
    {
        "median survival with both, days": ".0f",
        "simulated power with that many": ".0%",
    },
)

# %% [markdown]
# By hand, for 10 mice per arm and a hazard ratio of 0.5 against a single agent. A quarter of controls are alive on day
# 60. With a single agent $0.25^{0.7} = 0.379$ are, with both $0.25^{0.35} = 0.616$. So $10 \times (1 - 0.379) = 6.21$
# and $10 \times (1 - 0.616) = 3.84$ die, and $s = \sqrt{1/6.21 + 1/3.84} = 0.649$. The log of 0.5 is $-0.693$, and
# $0.693/0.649 = 1.07$. That is 0.89 short of 1.96, and the chance to get over it is 19%. This is the chance of one
# comparison with a single agent. For all three at once it is lower.

# %%
half = designs[0.5]
found = pd.DataFrame(
    [
        {"ratio": ratio, "animals": n}
        | simulated_chances(designs[ratio], n, experiments=2000, seed=n)
        for ratio in (0.3, 0.5)
        for n in sizes
    ]
)
figures.power_by_animals(
    {f"{ratio:g}": design for ratio, design in designs.items()},
    found,
    [*sizes, 30, 50, 100, 200],
)

# %% tags=["hide-input"]
all_three = {
    ratio: needed(power_against_all, design)
    for ratio, design in designs.items()
}
text(f"""
If the combination halves the hazard of either agent, and deaths come at a constant rate, median survival rises from
{half.control_median_days:.0f} days with saline and {half.control_median_days / single:.0f} with one agent to
{np.log(2) / half.hazards[3]:.0f} with both. To show with 80% power that it beats all three other arms takes
{all_three[0.5]} mice per arm, {4 * all_three[0.5]} in all. With 10 per arm the chance is
{float(power_against_all(half, 10)):.0%}; to beat one single agent, as by hand, it is
{float(power_against_each(half, 10)[1]):.0%}. For a hazard ratio of 0.3 against either agent {all_three[0.3]} per arm are
needed, and if each agent does beside the other what it does alone (a hazard ratio of 0.7 again) {all_three[0.7]}.
""")

# %% [markdown]
# The formula is for large groups, and these are small. So we also simulate. In each simulated experiment the mice die
# at random with the assumed hazards, and three log-rank tests compare the combination with the other arms. Where
# formula and simulation differ, believe the simulation.

# %%
time, event = simulate_arms(half, 10, 10, seed=10)
ours = simulated_experiments(half, 10, 10, seed=10)
same = sum(
    bool(ours.loc[i, f"beats_{arm}"])
    == (
        logrank_test(time[i, 3], time[i, j], event[i, 3], event[i, j]).p_value
        < 0.05
        and ours.loc[i, f"log_hr_{arm}"] < 0
    )
    for i in range(10)
    for j, arm in enumerate(("control", "A", "B"))
)
alike = simulated_experiments(FourArms(1, 1, 1), 6, 2000, seed=6)

# %% tags=["hide-input"]
comparison = found.assign(
    formula=[
        float(power_against_all(designs[row.ratio], row.animals))
        for row in found.itertuples()
    ],
    one=[
        float(power_against_each(designs[row.ratio], row.animals)[1])
        for row in found.itertuples()
    ],
)
comparison["difference"] = comparison["beats_all"] - comparison["formula"]
table(
    pd.DataFrame(
        {
            "hazard ratio": [f"{ratio:g}" for ratio in comparison["ratio"]],
            "mice per arm": comparison["animals"],
            "one agent, by formula": comparison["one"],
            "one agent, simulated": comparison["beats_A"],
            "all three, by formula": comparison["formula"],
            "all three, simulated": comparison["beats_all"],
        }
    ),
    "The chance to beat one single agent, and all three arms, by formula and in 2,000 simulated experiments each; by the "
    "hazard ratio of the combination against each single agent (assumed)",
    dict.fromkeys(
        [
            "one agent, by formula",
            "one agent, simulated",
            "all three, by formula",
            "all three, simulated",
        ],
        ".1%",
    ),
)
text(f"""
For all three, simulation less formula is {formatted(100 * comparison["difference"].min(), ".1f")} to
{formatted(100 * comparison["difference"].max(), ".1f")} percentage points. Chance alone moves each simulated share by
up to {100 * 2 * (0.25 / 2000) ** 0.5:.1f} points, as a rule. In 10
simulated experiments the log-rank test of the package lifelines gave the same answer in {same} of {3 * 10} comparisons.
In groups of 6 whose hazards do not differ at all the log-rank test finds the combination better in
{alike.filter(like="beats_").to_numpy().mean():.1%} of simulated comparisons, where 2.5% are intended.
""")

# %% [markdown]
# **Where deaths cluster, far fewer mice suffice.** If most mice of an arm die within a short time of each other, the same
# medians mean a smaller hazard ratio. Let survival in every arm be a Weibull curve of one shape $k$: the share
# $e^{-\log 2\,(t / m)^k}$ is alive on day $t$, where $m$ is the median. With $k = 1$ the hazard is constant; the larger
# $k$, the closer deaths lie to the median. A combination that doubles the median of a single agent has the hazard ratio
# $2^{-k}$ against it. If it is the hazard ratio that stays the same, the shape changes only how many die by day 60.

# %%
shapes = [1, 1.5, 2, 3, 4]
medians = np.log(2) / half.hazards
same_medians = {k: clustered_deaths(medians, k) for k in shapes}
same_hazard_ratios = {
    k: clustered_deaths(medians[0] * (medians / medians[0]) ** (1 / k), k)
    for k in shapes
}
by_formula = {k: needed(power_against_all, d) for k, d in same_medians.items()}
by_simulation = {
    k: animals_needed(
        lambda n, d=d: simulated_power_against_all(
            d, n, experiments=3000, seed=n
        ),
        most=by_formula[k] + 10,
    )
    for k, d in same_medians.items()
}

# %% tags=["hide-input"]
table(
    pd.DataFrame(
        [
            {
                "shape of the curves": f"{k:g}",
                "hazard ratio v each single agent": float(
                    np.exp(design.log_hr[1])
                ),
                "dead by day 60, saline": design.risks[0],
                "dead by day 60, both": design.risks[3],
                "mice per arm, by formula": by_formula[k],
                "mice per arm, simulated": by_simulation[k],
                "by formula, if the hazard ratio stays 0.5": needed(
                    power_against_all, same_hazard_ratios[k]
                ),
            }
            for k, design in same_medians.items()
        ]
    ),
    f"Mice per arm for 80% power to beat all three arms, if median survival is {medians[0]:.0f}, {medians[1]:.0f}, "
    f"{medians[2]:.0f} and {medians[3]:.0f} days and deaths cluster (assumed). Last column: the hazard ratio stays the "
    "same, and medians do not",
    {
        "hazard ratio v each single agent": ".2f",
        "dead by day 60, saline": ".0%",
        "dead by day 60, both": ".0%",
    },
)
text(f"""
With shape 3, for example, the same medians take about {by_simulation[3]} mice per arm in place of {by_simulation[1]}, both
by simulation; the larger number is uncertain by a few mice. For effects as large as this the formula asks for too many. Which shape the curves of this
study had, if any, the page does not say. Everything else in this chapter takes shape 1.
""")

# %% [markdown]
# None of this says that the study was too small: its size is not given. It says what a reader would have to see.

# %%
audit.judge(
    "survival",
    lacking(
        "survival",
        'Three comparisons are claimed at once, under one "significantly"; neither deaths nor mice nor any hazard ratio '
        "is printed.",
    ),
)

# %% [markdown]
# ## Is it synergy?
#
# The page does not say that it was: it reports that the researchers proposed it. Whether it was depends on the definition,
# and the page gives none. For the same four arms one definition can say synergy and
# another that the two do less together than expected.
#
# Synergy means more than one would expect of two agents that do not help each other. There is
# [no agreement](https://doi.org/10.1371/journal.pone.0224137) on what that is. Let $D$, $D_1$, $D_2$ be the risks of
# death by the last day with saline, with one agent and with the other, $S$, $S_1$, $S_2$ the chances to survive it, and
# $h$, $h_1$, $h_2$ the hazards. Without synergy the combination has
#
# - the hazard of the **best single agent**, the smaller of $h_1$ and $h_2$; or
# - the risk $D_1 D_2 / D$, since each agent leaves the share $D_1 / D$ or $D_2 / D$ of deaths: **Bliss independence**,
#   here of deaths prevented; or
# - the hazard $h_1 h_2 / h$: **log hazards add**, as in a Cox model without interaction; or
# - the survival $S_1 S_2 / S$, as long as that is at most 1: **hazards add**. Each agent takes its own part off the
#   hazard. This is Bliss's idea applied to survival itself.
#
# For the table we chose a combination between the second and the third definition: a hazard ratio of 0.5 against saline.

# %%
marked = 0.5
limits = no_synergy(single, single, half.risks[0])
figures.synergy_by_definition(single, single, marked)

# %% tags=["hide-input"]
table(
    pd.DataFrame(
        [
            {
                "definition": name,
                "synergy below a hazard ratio of": float(limit),
                f"a hazard ratio of {marked:g} is": "synergy"
                if marked < limit
                else "less than expected",
            }
            for name, limit in limits.items()
        ]
    ),
    f"The same four arms by four definitions: each agent has a hazard ratio of {single:g} against saline, the combination "
    f"{marked:g} (chosen so that they disagree), and {half.risks[0]:.0%} of controls die (assumed)",
    {"synergy below a hazard ratio of": ".3f"},
)

# %% [markdown]
# The order of the four is always the same for agents that do no harm. In particular, if both agents help, four arms
# without any interaction in a Cox model always show synergy by Bliss's definition. And the hazard ratio below which
# Bliss sees synergy rises with the share of controls that die, so it depends on the day. "Synergy" without a definition,
# and for Bliss without a day, is not a statement that can be checked.
#
# And it takes many mice. On the scale of log hazards synergy is an interaction $b$ of all four arms. With $h_{12}$ the
# hazard and $d_{12}$ the deaths with both agents, $h_1$, $h_2$, $h$ and $d_1$, $d_2$, $d$ the same with one agent, the
# other and neither, and $s$ the standard error of $b$,
#
# $$ b = \log h_{12} - \log h_1 - \log h_2 + \log h, \qquad
#    s^2 = \frac{1}{d_{12}} + \frac{1}{d_1} + \frac{1}{d_2} + \frac{1}{d}. $$
#
# With equal deaths in all arms its variance is twice that of a comparison of two arms, in an experiment of twice as
# many arms. An interaction as large as the effect between two arms therefore takes four times as many mice in all.

# %%
additive = FourArms(single, single, single * single)
bliss_additive = float(np.exp(additive.log_bliss))
synergy = pd.DataFrame(
    [
        {
            "hazard ratio, combination v each single agent": f"{ratio:g}",
            "interaction": float(np.exp(design.log_interaction)),
            "to beat all three": needed(power_against_all, design),
            "to show synergy, log hazards": needed(
                power_for_interaction, design
            ),
            "to show synergy, Bliss": needed(power_for_bliss, design),
        }
        for ratio, design in designs.items()
        if ratio < single
    ]
)

# %% tags=["hide-input"]
table(
    synergy,
    "Mice per arm for 80% power (assumed effects, constant hazards). Interaction: the hazard ratio of the combination "
    "against saline, over the one that it has if log hazards add",
    {"interaction": ".2f"},
)
at_20 = found.query("ratio == 0.3 and animals == 20").iloc[0]
text(f"""
In the first row the combination has the hazard ratio {single:g} × 0.3 = {single * 0.3:.2f} against saline. If log hazards
added it would be {single:g} × {single:g} = {single * single:.2f}, and the interaction is
{single * 0.3:.2f} / {single * single:.2f} = {synergy["interaction"].iloc[0]:.2f}. There
{synergy["to beat all three"].iloc[0]} mice per arm show that the combination beats everything,
{synergy["to show synergy, log hazards"].iloc[0]} that it is synergistic on the scale of log hazards, and
{synergy["to show synergy, Bliss"].iloc[0]} that it is so by Bliss's definition. With a hazard ratio of 0.5 against each
single agent the three numbers are {synergy["to beat all three"].iloc[2]},
{synergy["to show synergy, log hazards"].iloc[2]} and {synergy["to show synergy, Bliss"].iloc[2]}. In simulated
experiments of 20 mice per arm, under the strongest of these effects, the Cox model's interaction is significant in
{at_20.synergy:.0%} (by formula {float(power_for_interaction(designs[0.3], 20)):.0%}).

If log hazards add exactly, so that there is no interaction in a Cox model, the combination still has, with these hazard
ratios and controls' deaths, {bliss_additive:.3f} times the risk that Bliss predicts.
""")

# %%
audit.judge(
    "synergy",
    lacking(
        "synergy",
        "Neither a definition of synergy nor any number of the four arms is given; definitions can disagree about "
        "the same arms.",
    ),
)

# %% [markdown]
# ## "The AKT activator abolished the benefit": what does that claim?
#
# An interaction. And "significant without the activator, not significant with it" is no test of one: an activator that
# changes nothing can bring it about in up to one experiment out of four.
#
# The page says that SC79, which activates AKT, abolished the benefit of the combination in cell culture, and takes this
# for strong evidence of the key mechanism. There have to be four groups behind such a claim: with and without the
# combination, with and without SC79. Let $\mu$ be the mean outcome of a group. The claim is that the benefit with SC79
# is smaller than the benefit without it,
#
# $$ (\mu_\text{both} - \mu_\text{neither}) - (\mu_\text{both, SC79} - \mu_\text{SC79}) > 0, $$
#
# a difference of two differences. The page names no group that had SC79 alone.
#
# To compare significance with its absence instead is common. A
# [review of papers in neuroscience](https://doi.org/10.1038/nn.2886) met it about as often as the right test:

# %% tags=["hide-input"]
text(f"""
{numbers["interactions-wrong"]} papers compared significance with its absence, {numbers["interactions-right"]} tested the
difference of the two effects. A third analysis compares the combination with SC79 directly with the combination alone.
Which of the three was done here we do not know.
""")

# %% [markdown]
# **If SC79 does nothing,** both comparisons have the same power, the chance to be significant. Call it $w$. The first is
# significant and the second is not with the chance $w (1 - w)$. It is largest at $w = 1/2$, where it is a quarter. With
# one control group for both comparisons it is somewhat smaller. The direct comparison errs in 2.5% in this direction.
#
# **If SC79 harms all cells alike,** with or without the combination, there is no interaction, and no word about a
# mechanism. If the harm is as large as the benefit of the combination, the benefit is gone when compared with untreated
# cells. The experiment then looks like an abolition nearly as often as it sees the benefit at all. The direct comparison
# finds an abolition just as often as the benefit itself. Against a control group of SC79 alone the benefit is still
# there.

# %%
units, powers = 6, [0.3, 0.5, 0.8, 0.9]
effects = {power: effect_seen(units, power) for power in powers}
outcomes = {
    power: {
        name: simulate_rescue(
            units, effect, own=own * effect, experiments=20_000, seed=units
        )
        for name, own in {"nothing": 0, "harm": -1}.items()
    }
    for power, effect in effects.items()
}
figures.abolished_by_power(
    pd.DataFrame(
        [
            {"power": power, "share": share}
            for power, found_ in outcomes.items()
            for share in (
                found_["nothing"].own_controls,
                found_["nothing"].shared_control,
                found_["harm"].shared_control,
            )
        ]
    )
)

# %%
shown = 0.9
harms = {"0": 0, "1/4": 0.25, "1/2": 0.5, "3/4": 0.75, "the whole": 1}
rescues = [
    simulate_rescue(
        units,
        effects[shown],
        own=-harm * effects[shown],
        interaction=-abolished * effects[shown],
        experiments=20_000,
        seed=units,
    )
    for harm, abolished in [*((harm, 0) for harm in harms.values()), (0, 1)]
]
analyses = {
    "compared with SC79's own controls": "own_controls",
    "compared with one control group": "shared_control",
    "combination with SC79 against without": "direct",
    "difference of differences": "interaction",
}
by_harm = {
    name: seems_abolished_one_control(shown, float(power_left(shown, 1 - harm)))
    for name, harm in harms.items()
}

# %% tags=["hide-input"]
columns = [*(f"harm: {name}" for name in harms), "no harm, benefit abolished"]
table(
    pd.DataFrame(
        [
            {"analysis": name}
            | {
                column: getattr(found_, attribute)
                for column, found_ in zip(columns, rescues, strict=True)
            }
            for name, attribute in analyses.items()
        ]
    ),
    f"How often four analyses find an abolition, in simulated experiments with {units} donors per group and {shown:.0%} "
    "power to see the benefit (assumed). Harm: what SC79 does to all cells alike, as a part of the benefit. Only in the "
    "last column is there an abolition",
    dict.fromkeys(columns, ".1%"),
)
text(f"""
In large groups, by formula, with {shown:.0%} power and one control group, the benefit seems abolished in
{listed(f"{100 * chance:.0f}" for chance in by_harm.values())}% of experiments if SC79 harms all cells by
{listed(harms)} of the benefit. With SC79's own control group it is
{float(seems_abolished(shown, shown)):.0%}, whatever the harm.
""")

# %% [markdown]
# The right test compares the two differences. It errs in 2.5% of experiments in this direction, whatever SC79 does by
# itself. It needs more units: the variance of a difference of differences is twice that of a difference, and there are
# four groups in place of two. So in large groups it takes four times as many in all to see an abolition as to see the
# benefit, in small ones fewer, because the t test gains from more units.
#
# This is for groups of different donors. If cells of each donor go into all conditions, as is natural in culture, the
# test is paired. It then takes about twice as many donors as the benefit does, not four times as many units. Here too an
# interaction depends on the scale: effects that add on one scale do not add on its logarithm.

# %%
effect_sizes = [1.0, 1.5, 2.0]
units_needed = {
    effect: (
        animals_needed(lambda n, e=effect: two_groups_power(n, e)),
        animals_needed(
            lambda n, e=effect: difference_of_differences_power(n, e)
        ),
    )
    for effect in effect_sizes
}
most_by_nothing = float(seems_abolished(0.5, 0.5))

# %% tags=["hide-input"]
text(f"""
A benefit of {listed(f"{effect:g}" for effect in effect_sizes)} standard deviations is seen with 80% power from
{listed(2 * two for two, _ in units_needed.values())} units in two groups; that it is abolished, wholly, from
{listed(4 * four for _, four in units_needed.values())} in four, each unit in one group only. For tumour growth the same
formula gives {listed(two for two, _ in units_needed.values())} mice per group, for one comparison of two groups.

What counts as a unit matters as much. Wells that hold cells of one donor are not independent; the unit is the donor.
""")

# %%
audit.judge(
    "akt-abolished",
    lacking(
        "akt-abolished",
        "An interaction is claimed; no difference, no number of donors and no group with SC79 alone is given.",
    ),
)
audit.judge(
    "akt-key-mechanism",
    lacking(
        "akt-key-mechanism",
        "Strong evidence of a mechanism needs the interaction with its interval, the effect of SC79 by itself, and for "
        "mice an experiment in mice.",
    ),
    matters="Whether this mechanism explains the benefit rests on a comparison that the page does not report.",
)

# %% [markdown]
# ## What does significance at small numbers do to an estimate?
#
# It inflates it, on average. If only significant results are reported, small experiments report effects that are too
# large, and now and then of the wrong sign.
#
# An estimate scatters about the truth. In a small experiment only estimates far from zero are significant. Those that
# pass are therefore too large on average. [Gelman and Carlin](https://doi.org/10.1177/1745691614551642) call the factor
# type M, for magnitude, and the share of significant estimates with the wrong sign type S. For normal estimates both
# follow from the power alone.

# %%
errors = significant_estimates(-np.log(0.5) / comparison_se(half, sizes)[:, 1])
at_half = found.query("ratio == 0.5")
figures.exaggeration_by_power(
    pd.DataFrame(
        {
            "power": found["beats_A"],
            "factor": found["factor"],
        }
    )
)

# %% tags=["hide-input"]
table(
    pd.DataFrame(
        {
            "mice per arm": sizes,
            "power against one agent": errors.power,
            "mean exaggeration": errors.exaggeration,
            "hazard ratio it looks like": 0.5**errors.exaggeration,
            "share with the wrong sign": errors.wrong_sign,
            "median hazard ratio, simulated": 0.5
            ** at_half["factor"].to_numpy(),
            "the same if all three are significant": 0.5
            ** at_half["factor_if_all"].to_numpy(),
            "simulated experiments behind that": (
                2000 * at_half["beats_all"]
            ).to_numpy(),
        }
    ),
    "A true hazard ratio of 0.5 against a single agent, as significant experiments report it (assumed). By formula: power "
    "of this one comparison, mean factor on the log scale, the hazard ratio that this factor makes of 0.5, share of "
    "significant results with the wrong sign. Simulated: medians, where this comparison, or all three, are significant",
    {
        "power against one agent": ".0%",
        "mean exaggeration": ".2f",
        "hazard ratio it looks like": ".2f",
        "share with the wrong sign": ".2%",
        "median hazard ratio, simulated": ".2f",
        "the same if all three are significant": ".2f",
        "simulated experiments behind that": ",.0f",
    },
)
text(f"""
With 10 mice per arm, significant experiments exaggerate by a factor of {errors.exaggeration[2]:.2f} on average, on the
log scale: a hazard ratio of 0.5 looks like {0.5 ** errors.exaggeration[2]:.2f}. With 20 per arm the factor is
{errors.exaggeration[4]:.2f}. The sign is hardly ever wrong at these powers: in {errors.wrong_sign[0]:.1%} of significant
results with {sizes[0]} per arm. A simulated 0.00 means that the estimate runs to zero in most such experiments: no mouse with the
combination dies while one with the single agent is alive.
""")

# %% [markdown]
# This is the other side of power. A small study that finds nothing says little; a small study that finds something, on
# average, says too much. An interval shows both, and none is printed.
#
# ## Does a smaller share of senescent cells mean that cells grew younger?
#
# Not by itself. A share falls just as well if senescent cells stay what they are and others are added, or if senescent
# cells are lost.
#
# With $s$ senescent cells and $r$ others, the share is $s / (s + r)$. If not one senescent cell changes, the share falls
# from $p$ to $q$ once the others have multiplied by
#
# $$ \frac{p / (1 - p)}{q / (1 - q)}. $$
#
# From 40% to 25%, for example: $(0.4/0.6) / (0.25/0.75) = 2$. The others have to double. The page itself says that
# effector cells expanded, and that thymosin α1 may restock T cells from the thymus.

# %%
before = np.array([0.2, 0.3, 0.4, 0.5])
after = {"by a quarter": 0.75, "by half": 0.5}

# %% tags=["hide-input"]
table(
    pd.DataFrame(
        {"share before": before}
        | {
            f"share falls {name}": growth_of_the_rest(before, before * left)
            for name, left in after.items()
        }
    ),
    "By what factor the other cells have to multiply for the share of senescent cells to fall although their number does "
    "not change (assumed shares)",
    {"share before": ".0%"} | {f"share falls {name}": ".1f" for name in after},
)
commentary = audit.row("commentary", "granzyme-b")
text(f"""
A published commentary on the paper, by its title a letter about it, points the same way. Its abstract says, in our words:
{commentary.says[0].lower() + commentary.says[1:]}.
""")
aside(f"Source: {commentary.source}. We saw {commentary.seen_in}.")

# %%
audit.judge(
    "reversal",
    lacking(
        "reversal",
        "A smaller share follows from senescent cells made younger, from senescent cells lost, and from other cells newly "
        "added alike. Counts would show which numbers changed, and none is printed.",
    ),
    matters="The page concludes that reversal was demonstrated; a smaller share of senescent cells does not show it, nor "
    "do rises in proliferation or granzyme B, unless measured in cells that were senescent.",
)

# %% [markdown]
# ## Sensitivity: choices that could change the answer
#
# - **How long mice are watched.** More deaths give more power. Watching until all have died takes fewer mice, watching
#   for half as long takes more.
# - **What single agents do.** If they do nothing by themselves, the combination has to be compared with three arms
#   that are alike.
# - **Deaths of old age.** Aged mice die of other things too. They die in all arms, which hides a difference. How fast
#   depends on the strain; the table takes one published survival curve of female C57BL/6 mice.
# - **A constant rate of death.** Much hangs on it, as the shapes of the curves above show. It is an assumption of its
#   own: with Weibull curves of one shape hazards change over time and stay proportional.
# - **Proportional hazards.** Log-rank tests and large-sample formulas take hazards to be proportional. Curves that cross,
#   or a benefit that comes late, are another matter.

# %%
of_age = hazard_of_other_deaths(
    0.75,
    0.50,
    (float(numbers["alive-50"]) - float(numbers["alive-75"])) * month,
)
choices = {
    "as above: 60 days, single agents at a hazard ratio of 0.7": half,
    "mice are watched for 30 days only": FourArms(
        single, single, single * 0.5, days=30
    ),
    "mice are watched until all have died": FourArms(
        single, single, single * 0.5, days=np.inf
    ),
    "single agents do nothing by themselves": FourArms(1, 1, 0.5),
    "single agents halve the hazard by themselves": FourArms(0.5, 0.5, 0.25),
    "mice also die of old age": FourArms(
        single, single, single * 0.5, other_hazard=of_age
    ),
}

# %% tags=["hide-input"]
table(
    pd.DataFrame(
        [
            {
                "assumption": name,
                "dead at the end, saline": design.risks[0],
                "dead at the end, both": design.risks[3],
                "hazard ratio v single agent": float(np.exp(design.log_hr[1])),
                "to beat saline": needed(
                    lambda d, n: power_against_each(d, n)[..., 0], design
                ),
                "to beat all three": needed(power_against_all, design),
            }
            for name, design in choices.items()
        ]
    ),
    "Mice per arm for 80% power that the combination beats saline, and that it beats all three arms, one assumption "
    "changed at a time. Its hazard ratio against single agents is 0.5, except where deaths of old age are counted too",
    {
        "dead at the end, saline": ".0%",
        "dead at the end, both": ".0%",
        "hazard ratio v single agent": ".2f",
    },
)
text(f"""
In that curve 75% of mice were alive at {numbers["alive-75"]} months and 50% at {numbers["alive-50"]}: at a constant
rate {-np.expm1(-of_age * half.days):.0%} of mice of that age die within {half.days:.0f} days.
""")

# %% [markdown]
# ## What would settle it
#
# Look first in the paper and its supplement, which we have not seen. What a report of this study should give, in the
# order of ARRIVE's items, stretched to the cell culture:

# %% tags=["hide-input"]
text(
    "\n".join(
        f"- **{row.name}** (item {row.item}): "
        + "; ".join(dict.fromkeys(needs.quantity[needs.item == row.id]))
        + "."
        for row in audit.document.rows["arrive"].values()
        if (needs.item == row.id).any()
    )
)

# %% [markdown]
# What another experiment or another source has to give:

# %% tags=["hide-input"]
text(
    "\n".join(
        f"- {quantity}"
        for quantity in needs.quantity[needs["item"].isna()].unique()
    )
)

# %% [markdown]
# The shortest list for the study itself is a table with a row for each mouse: arm, age, sex, day of death or of the end
# of observation, and cause of death; and one for each donor with the four outcomes of the experiment with SC79.
#
# ## What we found
#
# - On the page, every statement about the experiment lacked what is needed to check it; ARRIVE's last item alone asks
#   for many of these quantities.
# - "Better than either agent alone or saline" takes, under our assumptions, more mice than a comparison with saline, and
#   the more so, the better the single agents work. If deaths cluster about the same medians, it takes far fewer.
# - Synergy takes more mice still, under our assumptions, and definitions of it can disagree about the same four arms.
# - "Abolished" claims an interaction; a comparison of significance with its absence can find one where there is none.
# - Significance in small groups inflates estimates, on average.
# - A smaller share of senescent cells does not by itself show that cells grew younger.
# - Liver cancer as a whole was the third cause of cancer death; whether hepatocellular carcinoma alone was depended on
#   its share.

# %% tags=["hide-input"]
audit.close(
    headline=f"""
    The page prints no size of any effect, no number of animals and no p value: none of the {len(experiment)} statements about the experiment that
    we judged can be checked from the page.
    """,
    bottom_line=f"""
The page prints no effect, no number of animals and no p value: from the page none of the {len(experiment)} statements
about the experiment that we judged can be checked, nor can {needs.claim[needs.claim.isin(others)].nunique()} of the {len(others)}
others. In an assumed experiment in which the combination halves the hazard of either agent (at a constant rate of death:
doubles the median), {all_three[0.5]} mice per arm would be needed to show with 80% power that it beats saline and both
agents, {synergy["to show synergy, log hazards"].iloc[2]} to show synergy on the scale of log hazards, and with 10 per arm
significant results against one agent would exaggerate the log hazard ratio by a factor of
{errors.exaggeration[2]:.2f} on average; with the same
medians but clustered deaths (Weibull shape 3) about {by_simulation[3]} would do to beat all three, in place of
{by_simulation[1]}, both by simulation. "Abolished" is a claim of interaction: if significance is compared with its absence, an activator that does nothing can seem to abolish a benefit
in up to {most_by_nothing:.0%} of experiments, and one that harms all cells by as much as the combination helps in
{by_harm["the whole"]:.0%} of those with {shown:.0%} power and one control group.
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
