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
# # Liver disease: a review of five studies
#
# A web article sums up five studies of thymosin α1 in hepatitis B and liver cancer. The numbers that we could check are
# copied rightly. What it leaves out, and how it words the rest, changes what they say.

# %% tags=["hide-input"]
import math
from decimal import ROUND_CEILING, ROUND_FLOOR
from importlib.metadata import version

import pandas as pd

from rederive.audit import Audit
from rederive.checks.comparisons import judge_insignificant, judge_left_out
from rederive.checks.confounding import e_values
from rederive.checks.information import (
    heterogeneity_ceiling,
    information_share,
    minimum_events,
)
from rederive.checks.proportions import (
    counts_that_print,
    exact_intervals,
    judge_total,
)
from rederive.checks.ratios import check_ratio, judge_ratio
from rederive.checks.risks import (
    judge_hazard_reduction,
    relative_risk_of_hazard_ratio,
)
from rederive.checks.sources import (
    judge_against_source,
    judge_counted_as,
    judge_name,
    judge_part_told,
)
from rederive.checks.two_by_two import (
    chi2_statistics,
    judge_shares_of_arms,
    which_odds_ratio_prints,
    which_test_prints,
)
from rederive.checks.two_means import check_two_means
from rederive.display import figures
from rederive.display.shown import aside, text
from rederive.display.tables import table
from rederive.methods.life_tables import (
    hazard_ratios_by_year,
    log_rank_over_tables,
)
from rederive.methods.pooling import TwoArms, effect_sizes, inverse_variance
from rederive.methods.trial_power import (
    detectable_increase,
    fisher_power,
    judge_no_substantial_reduction,
    judge_not_significant,
)
from rederive.methods.trials import single_trials
from rederive.methods.unseen import remainder
from rederive.printed import Interval, formatted, listed, p_ends, p_range
from rederive.verdicts import silent

# %% tags=["hide-input"]
audit = Audit.of("liver")
audit.open()

# %% [markdown]
# ## What this chapter re-derives, and what it cannot
#
# This chapter asks
#
# - what three rates from one arm of a trial say, and what an arm without the drug showed elsewhere;
# - whether three odds ratios against interferon agree with themselves, what the one trial we can recount says, and what
#   the other three must then say;
# - which half of that meta-analysis the article leaves out;
# - what 1.7% against 2.1% of liver cancer can tell;
# - what hazard ratios of 0.308 and 0.381 mean as risks, and how well the cohort behind them was matched;
# - what similar cohorts found;
# - what the statements about lymphocytes rest on.
#
# The article names none of its studies. We took them for those whose abstracts print the same numbers; the card above
# lists them. Of one study, on chemoembolisation, we found no trace. Patients per arm of the Japanese trial, the counts of
# three of the four trials against interferon, and events, covariates and survival of the matched cohort were not visible
# to us.

# %% tags=["hide-input"]
audit.judge_together(
    {
        "approvals": silent(
            "A count of countries that the article does not list.",
            ("the list of countries, with the indication in each",),
        ),
        "evidence-tier": silent(
            "The article does not say what earns a tier.",
            ("the criteria of the tiers", "the studies that were graded"),
        ),
        "expansion": silent(
            "No study, count or interval is named.",
            ("the studies", "counts before and after, with their spread"),
        ),
    },
    "Claims without a number to compute from",
)

# %% [markdown]
# ## What do rates from one arm say?
#
# How often something happened to patients who were given the drug. Not what the drug did.
#
# The abstract of the Japanese trial prints the article's numbers. It also says what the article does not. All 316 patients
# were given thymosin α1: they were randomised to one of two doses, and no arm went without. The rates are those of the
# higher dose; the lower dose did about as well. The 22.8% lost the antigen HBeAg; whether they also formed the antibody,
# which would make it seroconversion, is not said. And 30% is the share without detectable virus by one laboratory method,
# branched DNA; by another, TMA, it was half that.

# %%
alt, dna, hbeag = (
    audit[name].printed.percent
    for name in ("alt-normal", "dna-cleared", "hbeag")
)
by_bdna = audit.row("numbers", "iino-dna-bdna").number
by_tma = audit.row("numbers", "iino-dna-tma").number

# %%
audit.judge(
    "japanese-trial",
    judge_name(
        audit["japanese-trial"].printed.n,
        audit.row("numbers", "iino-randomised").number,
        "primary abstract",
        (
            "patients who received 1.6 mg",
            "patients randomised between 0.8 mg and 1.6 mg",
        ),
    ),
)
audit.judge(
    "alt-normal",
    judge_against_source(
        alt, audit.row("numbers", "iino-alt").number, "primary abstract"
    ),
)
audit.judge(
    "dna-cleared",
    judge_part_told(dna, by_bdna, "primary abstract", {"by TMA assay": by_tma}),
    matters="By the other assay of the same trial the rate was half as high.",
)
audit.judge(
    "hbeag",
    judge_name(
        hbeag,
        audit.row("numbers", "iino-hbeag").number,
        "primary abstract",
        ("HBeAg seroconversion", "HBeAg clearance"),
    ),
)

# %% [markdown]
# How precise are these rates? The size of the arm is not visible. If the two arms were about equal, give or take a tenth,
# and every rate is of the whole arm, these are the sizes at which some count rounds to each rate, with the exact 95%
# interval of Clopper and Pearson over all of them.

# %%
half = audit["japanese-trial"].printed.n.count() // 2
near_half = range(round(0.9 * half), round(1.1 * half) + 1)
rates = {
    "ALT normal": alt,
    "DNA cleared, branched DNA": by_bdna,
    "DNA cleared, TMA": by_tma,
    "HBeAg cleared": hbeag,
}
possible = {
    name: counts_that_print(rate, near_half) for name, rate in rates.items()
}
limits = exact_intervals(
    {
        name: [(e, n) for e, n in counts.to_numpy().tolist()]
        for name, counts in possible.items()
    }
).groupby("what", sort=False)

# %% tags=["hide-input"]
table(
    pd.DataFrame(
        {
            "outcome": list(rates),
            "printed": list(rates.values()),
            "sizes that fit": [
                counts["n"].nunique() for counts in possible.values()
            ],
            "95% interval within": [
                Interval(low, high)
                for low, high in zip(
                    limits["lower"].min(), limits["upper"].max(), strict=True
                )
            ],
        }
    ),
    f"Rates of the 1.6 mg arm: at how many of the {len(near_half)} sizes from {near_half[0]} to {near_half[-1]} some count "
    "rounds to each, and how far the exact interval then reaches (sizes assumed)",
    {"95% interval within": ".1%"},
)

# %% tags=["hide-input"]
fit_all = set.intersection(*(set(counts["n"]) for counts in possible.values()))
by_chance = len(near_half) * math.prod(
    counts["n"].nunique() / len(near_half) for counts in possible.values()
)
text(f"""
{len(fit_all)} of these sizes fits all four rates ({listed(sorted(fit_all))}); by chance alone about
{by_chance:.0f} would. So this does not show whether every rate is of the whole arm. Some may be of a part of it: only patients
with HBeAg at the start can lose it, and only raised ALT can return to normal. With fewer patients the intervals are wider.
""")

# %% [markdown]
# What does hepatitis B do without the drug? Two other trials had an arm without it. Their counts are visible.

# %%
others = audit.table("trials").set_index("id")
controlled = others.loc[
    ["mutchnick", "mutchnick-delayed", "chien-26w", "chien-52w"]
]
controlled = controlled.assign(
    p=[audit.row("numbers", f"{name}-p").number for name in controlled.index]
)
tested = which_test_prints(controlled)

# %% tags=["hide-input"]
table(
    pd.DataFrame(
        {
            "trial": controlled["study"] + ", " + controlled["design"],
            "when": controlled["timepoint"],
            "with the drug": [
                f"{e} of {n}"
                for e, n in zip(
                    controlled.events_treated,
                    controlled.n_treated,
                    strict=True,
                )
            ],
            "without": [
                f"{e} of {n}"
                for e, n in zip(
                    controlled.events_control,
                    controlled.n_control,
                    strict=True,
                )
            ],
            "printed p": controlled["p"],
            "p, two-sided": [
                Interval(low, high)
                for low, high in zip(
                    tested[["χ²", "Fisher's exact"]].min(axis=1),
                    tested[["χ²", "Fisher's exact"]].max(axis=1),
                    strict=True,
                )
            ],
            "printed by": tested["printed by"],
        }
    ),
    "Complete responses in two trials with an arm without the drug. Mutchnick: the same arms at two times, printed counts. "
    "Chien: two arms against one and the same control arm, the only counts that print the abstract's percentages. p, "
    "two-sided: from χ² to Fisher's exact test",
    {"p, two-sided": ".2g"},
)

# %% tags=["hide-input"]
one_sided = tested["printed by"].str.contains("one-sided")
two_sided = tested["printed by"] != "Fisher's exact, one-sided"
mutchnick, chien = controlled.loc["mutchnick"], controlled.loc["chien-26w"]
text(f"""
Without the drug some patients responded too: {mutchnick.events_control} of {mutchnick.n_control} within a year in one trial,
{chien.events_control} of {chien.n_control} in the other. A rate such as {alt} has to be set against the same outcome without the
drug, and the article has nothing to set it against. These are complete responses, which ask for more than a normal ALT, so
they are not the rates to set against it either.
""")
aside(f"""
For those who use these trials: a one-sided Fisher test agrees with {one_sided.sum()} of the {len(tested)} printed p values,
one of which is only a bound. The two-sided tests that we tried agree with {two_sided.sum()} of them.
""")

# %% [markdown]
# The article compares the 30% with the "60–90%" of modern antivirals, and concludes that these are superior. That may
# well be so. But the two figures come from different studies, and assay, time and patients of the second are not named. In
# this one trial the rate was half as high by the other assay. So part of a difference between two rates measured in two
# places may be a difference of laboratories.

# %% tags=["hide-input"]
audit.judge_together(
    {
        "meaningful": silent(
            "One arm shows what happened, not what the drug did: nobody in this trial went without it.",
            ("the same outcomes in patients without the drug",),
        ),
        "other-antivirals": silent(
            f"No study is named; in the Japanese trial the rate is {by_bdna} by one assay and {by_tma} by another.",
            (
                "the studies behind the range",
                "assay, time and patients of each",
                "a randomised comparison",
            ),
        ),
    },
    "What the article concludes from these rates",
)

# %% [markdown]
# ## Against interferon: do the three odds ratios agree with themselves?
#
# Yes, and they are the ones that the meta-analysis prints. But the article does not say whose odds come first in the
# ratio, and it softens one result.
#
# The source says: odds of a response with thymosin α1, divided by odds with interferon. So a ratio below 1 favours
# interferon. It also says when: at the end of treatment. The article's "at 6 months" can be taken for six months *after*
# treatment, when the result was the reverse, as we shall see.

# %%
outcomes = ("virological", "biochemical", "complete")
told = {
    "virological": audit["virologic-or"].printed,
    "biochemical": audit["biochemical-or"].printed,
    "complete": audit["complete-or"].printed,
}
at_the_end = {
    name: audit.row("ratios", f"yang-eot-{name}") for name in outcomes
}
later = {name: audit.row("ratios", f"yang-fu-{name}") for name in outcomes}

# %%
audit.judge(
    "interferon-trials",
    judge_against_source(
        audit["interferon-trials"].printed.n,
        audit.row("numbers", "yang-patients").number,
        "primary abstract",
    ),
)
audit.judge(
    "virologic-or", judge_ratio(told["virological"], at_the_end["virological"])
)
audit.judge(
    "biochemical-or",
    judge_ratio(told["biochemical"], at_the_end["biochemical"]),
)
audit.judge(
    "complete-or", judge_ratio(told["complete"], at_the_end["complete"])
)
audit.judge(
    "numerically-worse",
    judge_insignificant(told["complete"], "numerically worse"),
)

# %% [markdown]
# Is so much precision possible with 199 patients? Only just. The precision of a log odds ratio is its information, one over
# its squared standard error. From $n$ people it is at most $n / 16$: half of them respond, in arms of one size. The table
# gives the share of that maximum which each interval implies.
#
# Which model the meta-analysis used we have not seen. If it was a random-effects model, differences between trials
# widened the interval, so an interval this narrow leaves little room for them. The last column is the most that $I^2$, the
# share of variation that chance does not explain, can then be by the usual estimator (DerSimonian and Laird's). If it was a
# common-effect model, the width says nothing about how well the trials agreed.

# %%
n_all = audit["interferon-trials"].printed.n.count()
you = others[others["study"] == "You 2006"]
n_you = int(you.iloc[0][["n_treated", "n_control"]].sum())
pooled = {"end of treatment": at_the_end, "6 months later": later}

# %% tags=["hide-input"]
rows = []
for (time, ratios), prefix in zip(pooled.items(), ("eot", "fu"), strict=True):
    for name, ratio in ratios.items():
        check = check_ratio(ratio)
        known = effect_sizes(
            TwoArms.from_frame(you.loc[[f"you-{prefix}-{name}"]]), "OR"
        )[1]
        rows.append(
            {
                "outcome": f"{name}, {time}",
                "odds ratio": ratio,
                "p allowed": p_range(check.p),
                "standard error": check.se,
                "share of the maximum information": information_share(
                    check.se, n_all
                ),
                "I² at most, if random effects": formatted(
                    heterogeneity_ceiling(
                        check.se.upper, 4, n_all - n_you, known
                    ).i2,
                    ".0%",
                    ROUND_CEILING,
                ),
            }
        )
precision = pd.DataFrame(rows)
table(
    precision,
    f"The six pooled odds ratios of the meta-analysis ({n_all} patients): what their digits imply",
    {
        "standard error": ".3f",
        "share of the maximum information": ".0%",
    },
)

# %% tags=["hide-input"]
shares = precision["share of the maximum information"]
highest_i2 = max(
    precision["I² at most, if random effects"],
    key=lambda share: int(share.removesuffix("%")),
)
text(f"""
The intervals use from {min(x.lower for x in shares):.0%} to all of the information that {n_all} patients could give (above
100% only because of rounding). That asks for responses near one half and arms of like size, on the average of the trials.
If the pool is a random-effects one, $I^2$ is at most {highest_i2} in any of the six. Nothing here is impossible.
""")

# %% [markdown]
# ## What does the one visible trial say?
#
# Much the same as the pool, of which it is a part: its odds ratios are below 1 at the end of treatment, and above 1 six
# months later. With so few patients only two of the six exclude 1.
#
# [You and others](https://doi.org/10.3748/wjg.v12.i41.6715), published in 2006, compared 29 patients on thymosin α1 with 33 on
# interferon, and print counts at both times. We recompute each odds ratio in two ways: crude, with the usual interval on the
# log scale (Woolf's), and by the estimate and exact interval that belong to Fisher's test, called conditional.

# %%
recounted = you.assign(ratio=[audit.row("ratios", name) for name in you.index])
ways = which_odds_ratio_prints(recounted)


# %% tags=["hide-input"]
def told_ratio(values):
    return "{:.2f} ({:.2f} to {:.2f})".format(*values)


table(
    pd.DataFrame(
        {
            "outcome": recounted["outcome"] + ", " + recounted["timepoint"],
            "thymosin α1": [
                f"{e} of {n}"
                for e, n in zip(you.events_treated, you.n_treated, strict=True)
            ],
            "interferon": [
                f"{e} of {n}"
                for e, n in zip(you.events_control, you.n_control, strict=True)
            ],
            "printed": recounted["ratio"],
            "crude, Woolf": ways["crude, Woolf's interval"].map(told_ratio),
            "conditional, exact": ways["conditional, exact interval"].map(
                told_ratio
            ),
            "printed by": ways["printed by"],
        }
    ),
    "You 2006: odds ratios of response, thymosin α1 over interferon, from the trial's counts",
)

# %% tags=["hide-input"]
prints_all = (ways["printed by"] == "conditional, exact interval").sum()
g = {
    name: chi2_statistics(
        *you.loc[
            name, ["events_treated", "n_treated", "events_control", "n_control"]
        ]
    )
    for name in ("you-eot-complete", "you-fu-complete")
}
text(f"""
The conditional estimate with its exact interval rounds to what is printed in {prints_all} of {len(ways)}, the crude one in
{(ways["printed by"].str.contains("crude")).sum()}. The trial's
χ² of complete responses, {audit.row("numbers", "you-eot-complete-chi2").number} and
{audit.row("numbers", "you-fu-complete-chi2").number}, are likelihood-ratio statistics
({g["you-eot-complete"]["likelihood-ratio χ²"]:.2f} and {g["you-fu-complete"]["likelihood-ratio χ²"]:.2f}), not Pearson's
({g["you-eot-complete"]["Pearson's χ²"]:.2f} and {g["you-fu-complete"]["Pearson's χ²"]:.2f}). All these numbers
of the trial can be reproduced from its counts, to the digit.
""")

# %% [markdown]
# ## What must the other three trials say, and what was left out?
#
# If all were pooled by inverse variance, the other three's odds ratios must lie close to those of You 2006, at both times;
# their intervals are wide. And the half that the article
# leaves out points the other way: six months after treatment the odds of a response were higher with thymosin α1, for all
# three outcomes.
#
# With inverse variances as weights, a pooled result is the weighted mean of its parts. So what the other three trials pool
# to follows from the pool and from You 2006. Let $b$ be the pool's log odds ratio, $s$ its standard error and $W = 1/s^2$
# its weight, and $b_1$ and $w$ the log odds ratio and the weight of You 2006. Then the log odds ratio of the rest is
#
# $$ b_{\text{rest}} = \frac{W b - w b_1}{W - w}. $$
#
# This is exact if the pool is a common-effect one by inverse variance. If it is a random-effects one, it is nearly exact,
# since trials can then vary so little.

# %%
rest = {}
for time, prefix in (("end of treatment", "eot"), ("6 months later", "fu")):
    for name, ratio in pooled[time].items():
        alone = TwoArms.from_frame(you.loc[[f"you-{prefix}-{name}"]])
        rest[time, name] = remainder(
            ratio, inverse_variance(*effect_sizes(alone, "OR"))
        )

# %% tags=["hide-input"]
panels = {}
for (time, ratios), prefix in zip(pooled.items(), ("eot", "fu"), strict=True):
    own = you[you.index.str.startswith(f"you-{prefix}")].loc[
        [f"you-{prefix}-{name}" for name in outcomes]
    ]
    counted = single_trials(
        TwoArms.from_frame(own),
        [f"{name}: You 2006" for name in outcomes],
        ["OR"],
    ).rename(columns={"trial": "label"})
    panels[time] = (
        counted,
        {f"{name}: all four": ratio for name, ratio in ratios.items()},
        {
            f"{name}: other three": (
                rest[time, name].ratio,
                rest[time, name].limits,
            )
            for name in outcomes
        },
    )
figures.responses_by_time(panels)

# %% tags=["hide-input"]
least_p = min(found.p.lower for found in rest.values())
text(f"""
None of the six shows a difference between You 2006 and the other three (p at least {formatted(least_p, ".2f", ROUND_FLOOR)} in
each), and none could show a small one. One more trial of the four may be an Italian
one of {others.loc["italian-fu", "n_treated"] + others.loc["italian-fu", "n_control"]} patients, of which a later review prints
percentages only: they fit {others.loc["italian-fu", "events_treated"]} of {others.loc["italian-fu", "n_treated"]} against
{others.loc["italian-fu", "events_control"]} of {others.loc["italian-fu", "n_control"]} at the end of follow-up, but other
counts too, so nothing here rests on it.
""")

# %% [markdown]
# Against placebo or usual care an earlier meta-analysis of five trials prints a like pattern for virological responses: the
# odds ratio rises from the end of treatment to a year after it, where its interval first excludes 1. (It found no
# difference in biochemical responses at any time.) If a drug works late, it looks bad when the comparison stops early.

# %% tags=["hide-input"]
chan = audit.table("ratios").query("study == 'Chan 2001'")
table(
    pd.DataFrame(
        {
            "time": chan["timepoint"],
            "odds ratio (95% interval)": [
                f"{r.estimate} ({r.lower} to {r.upper})"
                for r in chan.itertuples()
            ],
        }
    ),
    "Virological response, thymosin over placebo or usual care, as printed by Chan 2001 (five trials, 353 patients)",
)

# %%
audit.judge(
    "not-better-than-interferon",
    judge_left_out(at_the_end, later, "six months after treatment"),
    matters="Six months after treatment the same meta-analysis favours thymosin α1 for all three outcomes.",
)

# %% tags=["hide-input"]
audit.judge_together(
    {
        "milder": silent(
            "No rate of side effects is given for either drug.",
            ("side effects per arm in the trials compared",),
        )
    },
    "A claim about side effects",
)

# %% [markdown]
# Which time counts is a medical question, and this book does not answer it. But a summary that gives one half of a result
# has answered it for the reader, without saying so.

# %% [markdown]
# ## What can 1.7% against 2.1% tell?
#
# Next to nothing: it is 6 patients against 7. The trial had little chance of showing even a halving of liver cancer.
#
# The abstract prints 351 and 339 patients in the arms. With these, each percentage is one count and no other. The article
# does not give the arms; had one to guess them, this would be left:

# %%
n_trial = audit["entecavir-trial"].printed.n.count()
share_1, share_0 = (
    audit["cancer-incidence"].printed[arm] for arm in ("treated", "control")
)
treated, control = (
    counts_that_print(share, range(1, n_trial)) for share in (share_1, share_0)
)
any_arms = treated.merge(
    control.assign(n_control=control["n"], n=n_trial - control["n"]),
    on="n",
    suffixes=("_treated", "_control"),
).rename(columns={"n": "n_treated"})
wu = others.loc[["wu-cancer"]]
trial = TwoArms.from_frame(wu)

# %% tags=["hide-input"]
nearly_equal = any_arms[
    (any_arms.n_treated - any_arms.n_control).abs() <= 0.1 * n_trial
]
text(f"""
{len(any_arms):,} pairs of arms and counts, of {n_trial} patients in all, round to {share_1} and {share_0}; with arms that differ
by at most a tenth of all patients there are {len(nearly_equal)}, all with
{Interval(nearly_equal.events_treated.min(), nearly_equal.events_treated.max()):.0f} cancers against
{Interval(nearly_equal.events_control.min(), nearly_equal.events_control.max()):.0f}.
""")

# %%
arms = audit.row("arm-sizes", "wu-randomised")
audit.judge(
    "entecavir-trial",
    judge_total(
        audit["entecavir-trial"].printed, (arms.n_treated, arms.n_control)
    ),
)
audit.judge(
    "cancer-incidence",
    judge_shares_of_arms(
        audit["cancer-incidence"].printed,
        {"treated": arms.n_treated, "control": arms.n_control},
    ),
)
audit.judge("cancer-not-significant", judge_not_significant(trial))

# %%
alone = single_trials(trial, ["Wu 2018"], ["RR", "RD"]).set_index("measure")
control_risk = float(trial.events_control[0] / trial.n_control[0])
sizes = (arms.n_treated, arms.n_control)
power = {
    ratio: float(
        fisher_power(ratio * control_risk, sizes[0], control_risk, sizes[1])
    )
    for ratio in (0, 0.5)
}
needed = detectable_increase(sizes[0], control_risk, sizes[1], power=0.8)

# %% tags=["hide-input"]
text(f"""
The risk ratio is {alone.loc["RR", "estimate"]:.2f}, with a 95% interval from {alone.loc["RR", "lower"]:.2f} to
{alone.loc["RR", "upper"]:.2f}: anything from a fall by {1 - alone.loc["RR", "lower"]:.0%} to a risk
{alone.loc["RR", "upper"]:.1f} times as high. If {control_risk:.1%} of controls get cancer, a halving would have been
significant by Fisher's test with a probability of {power[0.5]:.0%}, and complete prevention with one of {power[0]:.0%}. To have an
80% chance of being seen, the drug would have had to multiply the risk by {needed:.1f}, or to prevent nearly all cancers.
""")

# %%
figures.power_by_risk_ratio(sizes, control_risk)

# %%
audit.judge(
    "no-substantial-reduction",
    judge_no_substantial_reduction(trial, 0.5),
    matters="The trial cannot tell whether the drug halves the risk of liver cancer or leaves it alone.",
)
audit.judge(
    "responses-similar",
    silent(
        "No rate, interval or p value is given.",
        (
            "virological and biochemical responses per arm, with the margin that counts as similar",
        ),
    ),
)

# %% [markdown]
# Here a substantial reduction is read as one by half; that reading is ours. The "trend" that the article sees is one
# patient. And these cancers arose within the 52 weeks in which one arm had the drug, in a trial followed for more than
# three years in the median.

# %% [markdown]
# ## What do the hazard ratios of the matched cohort mean?
#
# They agree with their intervals and p values. But they are ratios of hazards, and the article reads them as risks. For
# death that makes a small difference, for recurrence a large one. Both are adjusted for other variables (multivariable);
# for which, we have not seen.

# %%
survival = audit["survival-hr"].printed
recurrence = audit["recurrence-hr"].printed
audit.judge(
    "survival-hr", judge_ratio(survival, audit.row("ratios", "he2021-os"))
)
audit.judge(
    "recurrence-hr", judge_ratio(recurrence, audit.row("ratios", "he2021-rfs"))
)

# %% [markdown]
# A hazard is the rate at which events come among those who have had none yet. If $S$ is the share of untreated patients
# without the event at some time, and hazards keep the ratio HR up to then, the treated share is $S^{\mathrm{HR}}$. The
# relative risk is
#
# $$ \frac{1 - S^{\mathrm{HR}}}{1 - S}. $$
#
# It is the hazard ratio itself only where next to nobody has had the event. The cohort's survival is not visible to us. We
# borrow that of the controls in another cohort of the same centre, [He C and others](https://www.ncbi.nlm.nih.gov/pmc/articles/PMC5406071/), published in 2017; the
# two may share patients.

# %%
rates = audit.table("survival").query("study == 'He C 2017'")
borrowed = {
    "death": rates[rates["endpoint"] == "overall survival"],
    "recurrence or death": rates[
        rates["endpoint"] == "recurrence-free survival"
    ],
}
borrowed = {
    endpoint: {
        f"{row.years} year{'s' if row.years > 1 else ''}": row.control
        for row in found.itertuples()
    }
    for endpoint, found in borrowed.items()
}
audit.judge(
    "mortality-reduction",
    judge_hazard_reduction(
        audit["mortality-reduction"].printed.percent,
        survival,
        borrowed["death"],
    ),
)
audit.judge(
    "recurrence-reduction",
    judge_hazard_reduction(
        audit["recurrence-reduction"].printed.percent,
        recurrence,
        borrowed["recurrence or death"],
    ),
    matters="By five years the same hazard ratio would mean about half as many recurrences or deaths, not 62% fewer.",
)

# %%
five_years = borrowed["recurrence or death"]["5 years"]
by_five_years = 1 - float(
    relative_risk_of_hazard_ratio(float(recurrence.estimate), float(five_years))
)

# %% [markdown]
# By hand, for recurrence at five years: $S = 0.321$ and HR = 0.381, so $0.321^{0.381} = 0.649$. The treated risk is
# $1 - 0.649 = 0.351$, the untreated risk $1 - 0.321 = 0.679$, and $0.351 / 0.679 = 0.52$: a reduction by 48%.

# %%
figures.reduction_by_survival(
    {"death": survival, "recurrence or death": recurrence},
    {
        "death": audit["mortality-reduction"].printed.percent,
        "recurrence or death": audit["recurrence-reduction"].printed.percent,
    },
    borrowed,
)

# %% [markdown]
# ## Who were the matched patients?
#
# Not 468: that is the number before matching. After it there were 100 and 100. Which of the two samples the hazard ratios
# come from is not visible.

# %%
he = {
    "before matching": audit.row("arm-sizes", "he2021-all"),
    "after matching": audit.row("arm-sizes", "he2021-matched"),
}
audit.judge(
    "matched-patients",
    judge_counted_as(
        audit["matched-patients"].printed,
        {name: (row.n_treated, row.n_control) for name, row in he.items()},
        "after matching",
    ),
    matters="The matched sample, on which the comparison is said to rest, is 200 patients and not 468.",
)
audit.judge(
    "follow-up",
    judge_against_source(
        audit["follow-up"].printed["months"],
        audit.row("numbers", "he2021-follow-up").number,
        "primary abstract",
    ),
)

# %%
events = {
    name: minimum_events(check_ratio(ratio).se.upper)
    for name, ratio in {"death": survival, "recurrence": recurrence}.items()
}

# %% tags=["hide-input"]
text(f"""
The interval's width does not show whether 200 or 468 patients were modelled. A log hazard ratio with standard error $s$ needs at least $4 / s^2$
events: {events["death"]:.0f} deaths and {events["recurrence"]:.0f} recurrences or deaths here. Two hundred patients can
have had as many, and so can 468.
""")

# %% tags=["hide-input"]
text(f"""
Without adjustment the source prints log-rank tests: for recurrence or death p = {audit.row("numbers", "he2021-rfs-before").number}
before and {audit.row("numbers", "he2021-rfs-after").number} after matching. The adjusted hazard ratio has p
{p_range(check_ratio(recurrence).p)}. That is smaller than either; the adjustment may be why, or the number of patients, if all 468 were modelled.
""")

# %% [markdown]
# Did matching make the groups alike? The cohort's own table does not show it: in the three rows that we have seen, means and
# p values do not go together under a t test. Such a test follows from a mean, a standard deviation and a number of patients
# per group. We try three readings, and allow every value that rounds to what is printed.

# %%
matching = audit.table("matching")
recomputed = check_two_means(matching)

# %% tags=["hide-input"]
table(
    pd.DataFrame(
        {
            "what": matching["variable"] + ", " + matching["sample"],
            "one group": [
                f"{r.mean_first} ± {r.sd_first} ({r.n_first})"
                for r in matching.itertuples()
            ],
            "the other": [
                f"{r.mean_second} ± {r.sd_second} ({r.n_second})"
                for r in matching.itertuples()
            ],
            "printed p": matching["p"],
            **{
                f"p, {name}": recomputed[name].map(p_ends)
                for name in recomputed.columns[:-1]
            },
        }
    ),
    "Rows of the cohort's own Table 1, mean ± spread (patients), and what a t test makes of them",
)

# %%
age = matching.set_index("id").loc["age-matched"]
gap = float(age.mean_first) - float(age.mean_second)

# %% tags=["hide-input"]
text(f"""
A t test gives {recomputed["prints"].sum()} of the {len(recomputed)} printed p values. A rank test is not excluded by means
and spreads alone. But if the printed ages are right, the matched groups differ by {gap:.1f} years, more than one standard
deviation, and by age they are not matched. If they are wrong, the table cannot show that they are matched. We do not know
which. Nor do we know which group is which: before matching, the first column has the {he["before matching"].n_control}
patients of the group without the drug. If the order stayed the same, the untreated were older and had larger tumours, and
both would favour the drug.
""")

# %% [markdown]
# How strong would something unmeasured have to be, to make these hazard ratios out of nothing? The E-value
# {cite:p}`vanderweele2017` is the smallest risk ratio it would need both with treatment and with the outcome, beyond what the model
# adjusts for. A hazard ratio is read as a risk ratio directly if the outcome is rare, and by an approximation if it is
# common.

# %%
unmeasured = pd.concat(
    [
        e_values(ratio).assign(endpoint=name)
        for name, ratio in {
            "death": survival,
            "recurrence or death": recurrence,
        }.items()
    ]
)

# %% tags=["hide-input"]
table(
    unmeasured[["endpoint", "what", "hazard_ratio", "rare", "common"]].rename(
        columns={
            "hazard_ratio": "hazard ratio",
            "rare": "E-value, outcome rare",
            "common": "E-value, outcome common",
        }
    ),
    "E-values of the cohort's hazard ratios, and of the confidence limits nearer to 1",
    {"E-value, outcome rare": ".2f", "E-value, outcome common": ".2f"},
)

# %% [markdown]
# These are not small. They say what it would take, not whether it is there. And they assume that all else was handled:
# an imbalance in age, a time between operation and first dose in which the treated cannot die, or a chosen model are no
# part of them.

# %%
audit.judge(
    "anti-tumour",
    silent(
        "A cohort shows that treated patients lived longer, not why; the article names confounding itself.",
        (
            "a randomised comparison",
            "when treatment began, and how the time before it was counted",
            "the model's covariates, and the balance of the matched groups",
        ),
    ),
)

# %% [markdown]
# ## What did similar cohorts find?
#
# Effects in the same direction, all nearer to 1 than the review's. Only one of the two cohorts prints intervals; they are
# wide, and overlap the review's. Neither was randomised, and that one, from the same centre, may share patients with it.
#
# He C and [Liang and others](https://doi.org/10.3892/ol.2016.5121), published in 2016, print survival at three times. The ratio of the logarithms of two survivals is the ratio of the cumulative
# hazards, and equals the hazard ratio if that stayed the same.

# %%
cohorts = audit.table("survival")
by_year = pd.concat(
    [
        found.assign(ratio=hazard_ratios_by_year(found.treated, found.control))
        for _, found in cohorts.groupby(["study", "endpoint"], sort=False)
    ]
)

# %% tags=["hide-input"]
table(
    by_year[
        ["study", "endpoint", "years", "treated", "control", "ratio"]
    ].rename(
        columns={
            "study": "cohort",
            "treated": "with the drug",
            "control": "without",
            "ratio": "ratio of cumulative hazards",
        }
    ),
    "Survival printed by two neighbouring cohorts, and the ratio of cumulative hazards that it implies",
    {"ratio of cumulative hazards": ".2f"},
)

# %% tags=["hide-input"]
hec_death, hec_recurrence = (
    audit.row("ratios", f"hec2017-{endpoint}") for endpoint in ("os", "rfs")
)
text(f"""
He C also prints hazard ratios: {hec_death} for death and
{hec_recurrence} for recurrence or death, from {hec_death.n}
patients. The review's {survival.estimate} and {recurrence.estimate} are further from 1, and lie inside these wide intervals.
""")

# %% [markdown]
# He C and Liang print a p value too. For He C the numbers of patients at the start are printed, so we can list the tables of
# events behind the percentages up to five years, and test each. A table here says how many patients were at risk, and how
# many had the event, between one time and the next; all losses of such a period come before its events, after them, or
# halfway. In which order the two groups' events came within a period is not printed, and the log-rank test depends on it.
# So we take three: all at once, controls first, and treated first.
#
# :::{margin}
# For Liang the sizes after matching are not visible, so this cannot be done.
# :::

# %%
deaths = audit.row("numbers", "hec2017-deaths").number.count()
tested_tables = {}
for endpoint, found in rates.groupby("endpoint", sort=False):
    first = found.iloc[0]
    tested_tables[endpoint] = log_rank_over_tables(
        list(found.treated),
        list(found.control),
        (int(first.n_treated), int(first.n_control)),
        deaths if endpoint == "overall survival" else None,
    )

# %% tags=["hide-input"]
table(
    pd.DataFrame(
        [
            {
                "endpoint": endpoint,
                "printed p": rates[rates["endpoint"] == endpoint]["p"].iloc[0],
                "pairs of tables": found["pairs"],
                "events": found["events"],
                "p, all at once": found["tied"],
                "p, controls first": found["controls first"],
                "p, treated first": found["treated first"],
            }
            for endpoint, found in tested_tables.items()
        ]
    ),
    f"Log-rank tests up to five years over every such pair of tables (for survival with at most the {deaths} deaths that the "
    "cohort reports). Possibilities, not observations",
    {
        "events": ".0f",
        **dict.fromkeys(
            ("p, all at once", "p, controls first", "p, treated first"), ".2g"
        ),
    },
)

# %% tags=["hide-input"]
free = tested_tables["recurrence-free survival"]
overall = tested_tables["overall survival"]
span = Interval(free["controls first"].lower, free["treated first"].upper)
text(f"""
So the printed percentages leave the test wide open: for recurrence p lies anywhere from {span:.2g} by these tables. For
survival it is {overall["controls first"]:.2g} with controls first, and the printed value,
{rates[rates["endpoint"] == "overall survival"]["p"].iloc[0]}, is a little below that; follow-up beyond five years, or losses
between the events of one period, which these tables leave out, may account for it. Nothing is concluded from it.
Percentages at a few times do not carry a test.
""")

# %% [markdown]
# ## What do the statements about lymphocytes rest on?
#
# Nothing that we could find. No count, spread or p value is printed, and the study of chemoembolisation could not be
# identified. The nearest randomised one that we know of, by Cui and others in 2021, gave apatinib in both arms and reports
# CD8⁺ cells *lower* at 3 months; lower than what, we have not seen.

# %% tags=["hide-input"]
audit.judge_together(
    {
        "lymphocytes-everywhere": silent(
            "No study, count or interval is named; one randomised trial of chemoembolisation with thymosin α1 reports "
            "CD8⁺ cells lower at 3 months (lower than what, we have not seen).",
            (
                "the studies",
                "counts before and after in each arm, with their spread",
            ),
        ),
        "chemoembolisation": silent(
            "The study could not be identified; the nearest randomised one (Cui 2021) reports CD8⁺ cells lower at 3 months "
            "(lower than what, we have not seen).",
            (
                "the study",
                "counts per arm at baseline and at 3 months, with p values",
            ),
        ),
    },
    "Statements about lymphocytes",
)

# %% [markdown]
# ## What would settle it
#
# To the article's author:
#
# - the studies, by name;
# - the follow-up results of the meta-analysis, beside those at the end of treatment;
# - the reference arm of each ratio; the assay, the dose and the arm of each rate.
#
# To the authors of the studies, or in their full papers:
#
# - Japanese trial: patients per arm, and for each outcome and assay how many could have had it;
# - meta-analysis: responses per arm of all four trials at both times, and the model;
# - entecavir trial: cancers per arm over the whole follow-up, with times;
# - matched cohort: Table 1 with the right ages or the right p values; the sample, events and covariates of the Cox models;
#   survival at fixed times; how the time from operation to first dose was counted.
#
# ## What we found
#
# - The rates were those of one of two doses; that of DNA was by one of two assays, and that of HBeAg was of clearance rather
#   than seroconversion. Nobody in the trial went without the drug.
# - The three odds ratios agreed with themselves and with their source; one was significantly, not only numerically, worse.
# - The one trial that we could recount gave its printed numbers to the digit, and the pooled odds ratios of the other three
#   had to lie close to it, if pooled by inverse variance.
# - The follow-up half of the meta-analysis, which favours thymosin α1, was left out.
# - 1.7% against 2.1% was 6 patients against 7, and would hardly have shown a halving.
# - The hazard ratios agreed with their intervals and p values; read as reductions in risk they overstated the effect, for
#   recurrence by much if survival was like that of another cohort of the centre. The matched patients were 200, and no t test gave the p values of the three rows that we saw.
# - Similar cohorts printed effects in the same direction; one may share patients with the review's.
# - The statements about lymphocytes had nothing to compute from.

# %% tags=["hide-input"]
audit.close(
    headline=f"""
    The numbers we could check are copied rightly, the words around them not always; one half of a meta-analysis is left out, and the
    {audit["recurrence-reduction"].printed.percent} is a reduction of the hazard, not of the share of patients with a recurrence.
    """,
    bottom_line=f"""
The numbers that we could check are copied rightly, but of the meta-analysis against interferon the review gives one half:
the odds ratios at the end of treatment ({told["complete"].estimate} for a complete response), and not those six months
later ({later["complete"].estimate}), which favour thymosin α1. Its {share_1} against {share_0} of liver cancer is
{trial.events_treated[0]} patients against {trial.events_control[0]}, and by Fisher's test a trial of that size would miss a
halving {1 - power[0.5]:.0%} of the time. The "{audit["recurrence-reduction"].printed.percent} reduction in recurrence risk" is
one of the hazard: if {1 - float(five_years):.0%} of untreated patients have had a recurrence or died by five years, as in
another cohort of that centre, and hazards stay in proportion, it means {by_five_years:.0%}.
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
