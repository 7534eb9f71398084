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
# # Sepsis: a digest of a meta-analysis
#
# A web page reports a 27% reduction in 28-day mortality from sepsis with thymosin α1, and adds that the benefit was not
# significant in high-quality or in multicentre trials. We recompute what can be recomputed, and say what cannot.

# %% tags=["hide-input"]
from decimal import ROUND_CEILING
from importlib.metadata import version

import pandas as pd

from rederive.audit import Audit
from rederive.checks.comparisons import (
    interaction,
    judge_absence,
    judge_subgroup,
)
from rederive.checks.information import (
    heterogeneity_ceiling,
    minimum_events,
    smallest_se,
)
from rederive.checks.proportions import judge_percentage, judge_total
from rederive.checks.ratios import (
    Convention,
    check_ratio,
    check_ratios,
    judge_ratio,
    p_by_decimals,
)
from rederive.checks.risks import (
    judge_relative_reduction,
    risk_scale,
    risk_table,
)
from rederive.checks.sources import judge_against_source
from rederive.display import figures
from rederive.display.explorations import OTHERS, POOLED, pooled_trials
from rederive.display.shown import aside, text
from rederive.display.tables import table
from rederive.methods.pooling import (
    TwoArms,
    effect_sizes,
    every_method,
    heterogeneity,
    inverse_variance,
    which_print,
)
from rederive.methods.sequential import (
    boundaries,
    cumulative_z,
    detectable_reduction,
    information_to_cross,
    judge_sample_size,
    monitor,
    required_information_size,
)
from rederive.methods.trials import (
    judge_consistent,
    judge_no_difference,
    p_values,
    single_trials,
)
from rederive.methods.unseen import (
    completing_tables,
    judge_random_effects,
    judge_remainder,
    remainder,
    remainder_if_trials_vary,
)
from rederive.printed import Interval, formatted, p_range
from rederive.verdicts import silent

# %% tags=["hide-input"]
audit = Audit.of("sepsis")
audit.open()

# %% [markdown]
# ## What this chapter re-derives, and what it cannot
#
# This chapter asks
#
# - whether the three printed odds ratios agree with their own intervals and p values;
# - what an odds ratio of 0.73 means in deaths;
# - whether the totals add up, and who the 75% of patients are;
# - which statistical model can have printed the overall result;
# - what the two trials whose counts we have seen say, alone and pooled;
# - what the nine trials whose counts we have not seen must then say;
# - for which assumptions the sample is too small;
# - what the statements about subgroups of one trial rest on.
#
# Of the meta-analysis we have seen the abstract, not the full text. Deaths in nine of the eleven trials, the result of
# Egger's test, the pooled subgroups and the settings of the trial sequential analysis are neither in the digest nor in
# the abstract. The full paper may give them; here they cannot be checked.
#
# Every printed number is treated as an interval: 0.73 means some value between 0.725 and 0.735.

# %% [markdown]
# ## Do the odds ratios agree with themselves?
#
# Yes, all three. Each p value is one that its estimate and interval allow.
#
# An odds ratio, its interval and its p value are three views of two unknowns: the log odds ratio $b$ and its standard
# error $s$. A paper prints $e^{b}$, the limits $e^{b - 1.96 s}$ and $e^{b + 1.96 s}$, and the p value that belongs to
# $Z = b / s$. Each printed number, being rounded, puts $b$ and $s$ between two straight lines. What lies between all
# the lines is the exact set of true values that can print these numbers. If it is empty, something is wrong.

# %%
overall = audit["overall-or"].printed
high_quality = audit["high-quality-or"].printed
multicentre = audit["multicentre-or"].printed
checked = check_ratios(
    pd.DataFrame([dict(overall), dict(high_quality), dict(multicentre)])
)

# %% tags=["hide-input"]
table(
    pd.DataFrame(
        {
            "trials": ["overall", "high quality", "multicentre"],
            "printed p": [overall.p, high_quality.p, multicentre.p],
            "p allowed": [
                Interval(*ends)
                for ends in zip(
                    checked["p_lower"], checked["p_upper"], strict=True
                )
            ],
            "p if digits were exact": checked["p_midpoint"],
        }
    ),
    "The p values that each estimate and interval allow, and the one that would follow if the printed digits were "
    "exact",
    {"p allowed": ".2g", "p if digits were exact": ".2g"},
)

# %% [markdown]
# The last column is what a simpler check says. It takes 0.73 for 0.730000, and gives a single p value where the digits
# leave a range. Here it would have raised no alarm either; with other numbers it does.
#
# The figure shows the whole set for the overall result. The printed p value cuts a part of it off.

# %%
figures.feasible_set(overall)

# %% [markdown]
# How much would further digits tell? Suppose that the truth sits in the middle of that set, and print it with one to
# four decimals.

# %%
check = check_ratio(overall)
digits = p_by_decimals(check.effect.middle, check.se.middle, [1, 2, 3, 4])

# %% tags=["hide-input"]
table(
    digits.reset_index().rename(
        columns={"p_lower": "p at least", "p_upper": "p at most"}
    ),
    "The same supposed truth printed with more digits, and the p values each printing allows (supposed, not observed)",
    {"p at least": ".2g", "p at most": ".2g"},
)

# %%
audit.judge(
    "overall-or", judge_ratio(overall, audit.row("ratios", "gu2025-all"))
)
audit.judge(
    "high-quality-or",
    judge_ratio(high_quality, audit.row("ratios", "gu2025-high-quality")),
)
audit.judge(
    "multicentre-or",
    judge_ratio(multicentre, audit.row("ratios", "gu2025-multicentre")),
)

# %% [markdown]
# The width of an interval also says how much stands behind it. A log odds ratio with standard error $s$, pooled by
# inverse variance, needs at least $4 / s^2$ events, and $n$ people cannot give a standard error below $4 / \sqrt{n}$.

# %%
deaths_needed = minimum_events(check.se.upper)
narrowest = smallest_se(overall.n.count())
trials = (
    audit.table("trials").query("timepoint == '28 days'").set_index("study")
)
seen_deaths = trials.events_treated.sum() + trials.events_control.sum()

# %% tags=["hide-input"]
text(f"""
The overall interval needs at least {deaths_needed:.0f} deaths among the {overall.n} patients; TESTS and ETASS, the two
trials whose deaths we have seen, had {seen_deaths} between them. No trials of that many patients could have given a
standard error below {narrowest:.3f}, whatever their risks; the printed interval implies {check.se:.3f}. So it is not
too narrow for its patients.
""")

# %% [markdown]
# ## Does an odds ratio of 0.73 mean 27% fewer deaths?
#
# No. It means 27% lower *odds* of dying. Odds and risks agree only where death is rare, and in sepsis it is not.
#
# To turn odds into risks one needs the risk of death without the drug; call it $r$. The treated risk that belongs to an
# odds ratio OR is then
#
# $$ r_1 = \frac{\mathrm{OR}\; r}{1 - r + \mathrm{OR}\; r}. $$
#
# The digest gives no $r$. The control arms of two trials do: [TESTS](https://doi.org/10.1136/bmj-2024-082583),
# published in 2025, double-blind, and [ETASS](https://doi.org/10.1186/cc11932), published in 2013, single-blind. They
# are the trials whose 28-day deaths we have seen.

# %%
control_risk = trials.events_control.sum() / trials.n_control.sum()
by_rounding = risk_scale(overall.estimate.interval(), control_risk)
limits = Interval(
    overall.lower.interval().lower, overall.upper.interval().upper
)
by_chance = risk_scale(limits, control_risk)

# %% tags=["hide-input"]
text(f"""
In TESTS and ETASS together {trials.events_control.sum()} of {trials.n_control.sum()} control patients died within 28
days, a risk of {control_risk:.1%}. At that risk an odds ratio of {overall.estimate} is a relative risk of
{by_rounding.relative_risk:.3f}, that is {by_rounding.relative_reduction:.1%} fewer deaths. If the odds ratio were true,
one death would be avoided for every {by_rounding.number_needed_to_treat:.1f} patients treated. Its confidence limits
reach from {by_chance.relative_reduction.lower:.1%} to {by_chance.relative_reduction.upper:.1%} fewer deaths, one
avoided for every {by_chance.number_needed_to_treat:.1f} treated. (All this takes the control risk for exact.)
""")

# %% [markdown]
# By hand, with $r = 195/727 = 0.2682$ and OR = 0.73: $0.73 \times 0.2682 = 0.1958$ and $1 - 0.2682 + 0.1958 = 0.9276$.
# The treated risk is $0.1958 / 0.9276 = 0.2111$, and $0.2111 / 0.2682 = 0.79$.
#
# The other nine trials may have had sicker or healthier patients. The curve and the table give the answer for other
# control risks.

# %%
visible_risks = (trials.events_control / trials.n_control).to_dict()
claimed = audit["overall-reduction"].printed.percent
figures.reduction_by_control_risk(overall, claimed, visible_risks)

# %%
both = {"TESTS and ETASS": control_risk}
assumed = {f"assumed {risk:.0%}": risk for risk in (0.1, 0.2, 0.5)}
by_risk = risk_table(limits, visible_risks | both | assumed)

# %% tags=["hide-input"]
table(
    by_risk,
    f"What the confidence limits of the odds ratio mean at several control risks: {overall.lower} to {overall.upper}, or {limits:.3f} with their rounding",
    {
        "control risk": ".1%",
        "relative risk": ".2f",
        "risk difference": ".1%",
        "treated per event avoided": ".1f",
    },
)

# %%
audit.judge(
    "overall-reduction",
    judge_relative_reduction(claimed, overall, control_risk),
    matters="The headline figure overstates the reduction in deaths.",
)

# %% [markdown]
# ## Do the totals add up, and who are the 75%?
#
# The totals add up. The 75% fits TESTS and ETASS, whether one counts patients analysed or patients randomised, so long
# as the total counts them in the same way. The total of 1,927 cannot count TESTS with the 1,106 patients that the
# digest gives it, if the 75% is theirs.

# %%
total = audit["patients-total"].printed
audit.judge("patients-total", judge_total(total))
audit.judge(
    "trials-pooled",
    judge_against_source(
        audit["trials-pooled"].printed.n,
        audit.row("numbers", "gu2025-trials").number,
        "abstract of the meta-analysis",
    ),
)

# %%
arms = audit.table("arm-sizes")
in_two_trials = (arms.n_treated + arms.n_control).groupby(arms.counted).sum()
analysed, randomised = in_two_trials["analysed"], in_two_trials["randomised"]
n_total = total.n.count()
shares = {
    "analysed of the printed total": (analysed, n_total),
    "randomised of the printed total": (randomised, n_total),
    "randomised of a total that counts them so": (
        randomised,
        n_total + randomised - analysed,
    ),
}
audit.judge(
    "two-trials-share",
    judge_percentage(
        audit["two-trials-share"].printed,
        shares,
        assuming="the two trials are TESTS and ETASS; the document names only TESTS",
    ),
)

# %%
tests = audit.row("arm-sizes", "tests-randomised")
audit.judge(
    "tests-size",
    judge_total(
        audit["tests-size"].printed, (tests.n_treated, tests.n_control)
    ),
)

# %%
unseen_treated = total.n_treated.count() - int(trials.n_treated.sum())
unseen_control = total.n_control.count() - int(trials.n_control.sum())

# %% tags=["hide-input"]
text(f"""
So the nine other trials hold {unseen_treated} treated and {unseen_control} control patients, if TESTS and ETASS entered
the pool as analysed. That they did is our assumption from here on: the digest calls TESTS included, both are
multicentre, and the two together make the printed share. The nine have fewer patients together than TESTS alone, which
is then the largest trial of the pool.
""")

# %% [markdown]
# ## Which model printed the overall result?
#
# Not a random-effects model chosen by the stated rule, if TESTS is in the pool. The digest says that the overall result
# is from a random-effects model, elsewhere that such models were used where I² was 50% or more, and that TESTS was
# included. With an interval as narrow as 0.59 to 0.90, the three do not go together under any of three usual
# estimators.
#
# I² is the share of the variation between trials' results that chance does not explain. In a random-effects model such
# variation widens the interval. But a trial can only be so precise: with $m$ people the variance of its log odds ratio
# is at least $16 / m$. So a narrow interval leaves little room for variation. With $w_i$ the precision of trial $i$
# (one over its variance) and $\tau^2$ the variance between trials, the standard error $s$ of the random-effects result
# obeys
#
# $$ \frac{1}{s^2} = \sum_i \frac{w_i}{1 + w_i \tau^2}, \qquad w_i \le \frac{m_i}{16}. $$
#
# For a given $\tau^2$ the sum is largest when all trials of unknown size are equally large. That caps $\tau^2$, however
# it was estimated. With DerSimonian and Laird's estimator it caps I² too.
#
# :::{margin}
# We allow for half a person added to each cell of a trial.
# :::

# %%
rule = audit["random-effects-model"].printed
k = rule["trials"].count()
only_tests = TwoArms.from_frame(trials.loc[["TESTS"]])
visible = TwoArms.from_frame(trials)
effects, variances = effect_sizes(visible, "OR")
ceilings = {
    "no trial": heterogeneity_ceiling(check.se.upper, k, n_total),
    "TESTS": heterogeneity_ceiling(
        check.se.upper,
        k,
        n_total - int(trials.loc["TESTS", ["n_treated", "n_control"]].sum()),
        effect_sizes(only_tests, "OR")[1],
    ),
    "TESTS and ETASS": heterogeneity_ceiling(
        check.se.upper, k, unseen_treated + unseen_control, variances
    ),
}
with_two_known = ceilings["TESTS and ETASS"]

# %% tags=["hide-input"]
table(
    pd.DataFrame(
        [
            {
                "trials known": name,
                "τ² at most": formatted(found.tau2, ".4f", ROUND_CEILING),
                "I² at most (DerSimonian and Laird)": formatted(
                    found.i2, ".1%", ROUND_CEILING
                ),
            }
            for name, found in ceilings.items()
        ]
    ),
    f"How much heterogeneity the overall interval leaves room for, in {k} trials of {total.n} people, by what is known of "
    "them",
)

# %% [markdown]
# Two other estimators of $\tau^2$ are common. Paule and Mandel's makes the weighted squared deviations, Q, equal to
# $k - 1$, $k$ being the number of trials; an I² of 50% at $\tau^2 = 0$ leaves Q above that for every $\tau^2$ up to the
# cap. Restricted maximum likelihood (REML) stops where the likelihood no longer rises; TESTS alone lies so far from the
# overall result, for its precision, that the likelihood rises all the way to the cap. So neither can have stopped below
# it.
#
# Could the interval be of another kind? The Hartung-Knapp method estimates the standard error differently and takes
# quantiles from a t distribution with $k - 1$ degrees of freedom. But then interval and p value both follow that
# distribution.

# %%
hartung_knapp = Convention(
    "Hartung-Knapp, t with k - 1 degrees of freedom", df=k - 1
)
under_t = check_ratio(overall, [hartung_knapp])

# %% tags=["hide-input"]
text(f"""
An interval of this kind would go with a p value of {under_t.p:.2g}. The printed {overall.p}
{"would fit" if under_t.coherent else "does not fit"}.
""")

# %%
audit.judge(
    "random-effects-model",
    judge_random_effects(overall, k, rule["i2-threshold"], only_tests, "TESTS"),
)

# %% [markdown]
# The odds ratio itself is not touched by this. Either the overall result is not from a random-effects model, or such a
# model was used although I² was lower, or TESTS entered the pool with other counts. The digest cannot tell us which.
#
# ## What do the two visible trials say?
#
# By 28-day deaths, neither shows a significant difference, ETASS narrowly. Pooled, none of nine usual methods gives the
# published multicentre result.

# %%
alone = single_trials(visible, list(trials.index))
by_test = p_values(visible, list(trials.index))

# %% tags=["hide-input"]
table(
    alone,
    "TESTS and ETASS recomputed from their counts; RD is the risk difference; Wald intervals and p values",
    {"estimate": ".3f", "lower": ".3f", "upper": ".3f", "p": ".3f"},
)
table(
    by_test.reset_index(),
    "p values of the two trials under four tests",
    dict.fromkeys(by_test.columns, ".3f"),
)

# %% tags=["hide-input"]
etass = audit.row("ratios", "etass-rr")
log_rank = audit.row("numbers", "etass-log-rank").number
in_hospital = audit.row("numbers", "etass-hospital").number
ours = alone.set_index(["trial", "measure"]).loc[("ETASS", "RR")]
pearson = by_test.loc["ETASS", "χ²"]
pairs = [
    (etass.estimate, ours.estimate),
    (etass.lower, ours.lower),
    (etass.upper, ours.upper),
    (etass.p, pearson),
]
agree = sum(printed.prints(value) for printed, value in pairs)
text(f"""
ETASS prints a relative risk of {etass.estimate} ({etass.lower} to {etass.upper}) with p = {etass.p}. From its counts we
get {ours.estimate:.3f} ({ours.lower:.3f} to {ours.upper:.3f}) and, by the χ² test without continuity correction, p =
{pearson:.4f}: {agree} of {len(pairs)} numbers round to what is printed. ETASS also prints p values below 5%: {log_rank}
for the log-rank test, which uses the days of death, and {in_hospital} for death in hospital. TESTS prints a hazard
ratio, which cannot be recomputed from counts.
""")

# %%
audit.judge(
    "tests-no-reduction", judge_no_difference(only_tests, overall.estimate)
)

# %%
tests_alone = alone.set_index(["trial", "measure"]).loc[("TESTS", "OR")]
audit.judge(
    "tests-consistent",
    judge_consistent(
        tests_alone, high_quality, part="TESTS may be one of those trials"
    ),
)

# %% [markdown]
# Now pool the two. There are many ways to do it, and the digest leaves the choice open. So we try the usual ones and
# ask of each whether its result rounds to the published multicentre one. DL, PM and REML are three ways to estimate the
# variance between trials (DerSimonian and Laird; Paule and Mandel; restricted maximum likelihood).

# %%
answers = which_print(every_method(visible), multicentre)

# %% tags=["hide-input"]
names = ["estimate", "lower", "upper", "p"]
table(
    pd.DataFrame(
        {
            "method": answers["method"],
            "odds ratio": [
                f"{row.estimate:.3f} ({row.lower:.3f} to {row.upper:.3f})"
                for row in answers.itertuples()
            ],
            "p": answers["p"],
            "rounds to what is published": [
                ", ".join(name for name in names if row[f"{name}_prints"])
                or "nothing"
                for _, row in answers.iterrows()
            ],
        }
    ),
    f"TESTS and ETASS pooled in {len(answers)} ways. Published: {multicentre.estimate} ({multicentre.lower} to "
    f"{multicentre.upper}), p = {multicentre.p}",
    {"p": ".3f"},
)
nearest = answers.iloc[0]
text(f"""
{answers["all_print"].sum() or "None"} of the {len(answers)} methods gives all four numbers. The common-effect methods
come close: Mantel and Haenszel's gives {nearest.estimate:.3f} ({nearest.lower:.3f} to {nearest.upper:.3f}), p =
{nearest.p:.3f}.
""")
aside("With two trials, DL, PM and REML agree.")

# %% [markdown]
# A gap that small can come from one more small trial. What would it have to look like? We try every trial with two
# equal arms of 5 to 120 patients and every pair of death counts, add it to the two, and keep those with which the pool
# rounds to the published result. These are possibilities. Nothing says that such a trial exists.

# %%
equal_arms = [(m, m) for m in range(5, 120 + 1)]
third = completing_tables(visible, equal_arms, multicentre)
fewer_deaths = third["events_control"] - third["events_treated"]

# %% tags=["hide-input"]
by_method = third.assign(fewer=fewer_deaths).groupby("method", sort=False)
table(
    by_method.agg(
        trials=("n_treated", "size"),
        smallest=("n_treated", "min"),
        least=("fewer", "min"),
        most=("fewer", "max"),
    )
    .set_axis(
        [
            "possible trials",
            "patients per arm, at least",
            "fewer deaths if treated, at least",
            "fewer deaths, at most",
        ],
        axis=1,
    )
    .reset_index(),
    "Possible third multicentre trials with equal arms of 5 to 120 patients (possible, not observed; any mortality)",
)
text(f"""
Under each of these methods such a trial is possible, with {fewer_deaths.min()} or {fewer_deaths.max()} deaths fewer in
the treated arm. So the multicentre result is possible as printed, but it is not the pool of TESTS and ETASS alone with their
published counts.
""")
aside("""
The smallest ones under inverse variance rest on half a death added to an empty cell.
""")

# %% [markdown]
# The digest's own rule has something to say here too: a random-effects model where I² is 50% or more.

# %%
between = heterogeneity(effects, variances)
by_rule = inverse_variance(effects, variances, "DL")
on_risk_ratios = heterogeneity(*effect_sizes(visible, "RR"))

# %% tags=["hide-input"]
low, high = by_rule.ratio_interval()
text(f"""
For TESTS and ETASS I² is {between.i2:.0%} on the odds-ratio scale, so the rule calls for random effects. The result
would be {by_rule.ratio:.2f} ({low:.2f} to {high:.2f}), not {multicentre.estimate} ({multicentre.lower} to
{multicentre.upper}). But with two trials I² is very imprecise. Its own 95% interval runs from
{between.i2_interval[0]:.0%} to {between.i2_interval[1]:.2%}, and on the risk-ratio scale the same counts give
{on_risk_ratios.i2:.0%}.
""")

# %% [markdown]
# ## What must the nine unseen trials say?
#
# Something quite different from the two we have seen. If the overall result is right, if TESTS and ETASS are in it, and
# if it was pooled as one common effect by inverse variance, the nine others pool to an odds ratio of less than a half.
#
# A common-effect result is a weighted mean. Let $b$ be the log odds ratio of all trials, $s$ its standard error and
# $W = 1 / s^2$ its weight; let $b'$ and $w$ be log odds ratio and weight of the two seen. Then the rest has
#
# $$ b_\text{rest} = \frac{W b - w b'}{W - w}, \qquad s_\text{rest} = \frac{1}{\sqrt{W - w}}. $$
#
# The two we know exactly. For all trials we take every $b$ and $s$ that can print the overall result.

# %%
seen = inverse_variance(effects, variances)
rest = remainder(overall, seen)
if_they_vary = remainder_if_trials_vary(
    overall, effects, variances, with_two_known.tau2
)
if_they_vary_at_most = formatted(if_they_vary.upper, ".2f", ROUND_CEILING)

# %% tags=["hide-input"]
text(f"""
The nine must then pool to an odds ratio of {rest.ratio:.2f}; that width is rounding alone. Whatever it is exactly, its
95% interval lies within {rest.limits:.2f}. The difference from the two seen, whose odds ratio is {seen.ratio:.2f}, has
a p value of {p_range(rest.p)}. If the trials varied as much as the interval leaves room for, the odds ratio of the nine
could be as high as {if_they_vary_at_most}.
""")

# %%
counted = alone[alone.measure == "OR"].rename(columns={"trial": "label"})
lower, upper = seen.ratio_interval()
pooled = {
    "label": POOLED,
    "estimate": seen.ratio,
    "lower": lower,
    "upper": upper,
}
figures.forest(
    pd.concat([counted, pd.DataFrame([pooled])]),
    {
        "all trials": overall,
        "high quality": high_quality,
        "multicentre": multicentre,
    },
    {OTHERS: (rest.ratio, rest.limits)},
    explore=pooled_trials(trials, overall, multicentre, k),
)

# %% [markdown]
# How many deaths would that be? We try every pair of death counts among the unseen patients, as if they were one trial,
# and keep those with which the pool rounds to the overall result. To lump nine trials into one assumes that they had
# the same risks. So this shows the scale of things and reconstructs nothing.

# %%
lumped = completing_tables(visible, [(unseen_treated, unseen_control)], overall)
fewer_than_half = lumped[lumped["events_control"] < unseen_control / 2]
by_random_effects = (lumped["method"] == "random effects (DL)").sum()

# %% tags=["hide-input"]
treated_deaths, control_deaths = (
    fewer_than_half["events_treated"],
    fewer_than_half["events_control"],
)
text(f"""
If fewer than half of the controls died, then {treated_deaths.min()} to {treated_deaths.max()} of {unseen_treated}
treated patients did, and {control_deaths.min()} to {control_deaths.max()} of {unseen_control} controls.
""")
aside(f"""
A second set, with most patients dying in both arms, fits as well. It is left out here. Under random effects, by
DerSimonian and Laird, {by_random_effects or "no"} pair fits.
""")
figures.possible_deaths(
    fewer_than_half, unseen_treated, unseen_control, overall
)

# %%
parts = {"the multicentre trials": multicentre, "TESTS and ETASS": seen}
audit.judge("driven-by-single-centre", judge_remainder(overall, parts))
by_quality = {"the high-quality trials": high_quality}
audit.judge("driven-by-lower-quality", judge_remainder(overall, by_quality))

# %% [markdown]
# For "lower quality" the same arithmetic leaves more room, and the verdict is weaker. And a difference between groups
# of trials does not say why they differ: small trials may be biased, unpublished ones may be missing, or the patients
# may have been others.

# %%
subsets = {"high quality": high_quality, "multicentre": multicentre}
audit.judge(
    "benefit-disappears",
    judge_absence(subsets, overall),
    matters="The subsets are uncertain; that they have no effect is not shown.",
)

# %% [markdown]
# Under common-effect pooling, the printed numbers do imply a contrast: the multicentre trials point to a smaller effect
# than the rest. But a smaller effect, or an uncertain one, is not an absent one.
#
# ## Is the sample too small?
#
# It depends on what one wants to be able to see, and the digest does not say. Under common assumptions the answer is
# sometimes yes and sometimes no.
#
# Trial sequential analysis asks how many patients one conclusive comparison would need. Let $r$ be the control risk,
# $\delta$ the risk difference worth detecting and $\bar r$ the mean of the two risks. Let $z_q$ be the point below
# which a normal variable lies with probability $q$. For a two-sided error of 5% the required number is
#
# $$ N = \frac{4\,(z_{0.975} + z_\text{power})^2\; \bar r (1 - \bar r)}{\delta^2\,(1 - D^2)}. $$
#
# $D^2$, the diversity, asks for more patients where trials differ.

# %%
n = audit["sample-insufficient"].printed.n.count()
enough = detectable_reduction(n, control_risk, power=0.8)
enough_at_90 = detectable_reduction(n, control_risk, power=0.9)
figures.required_sizes(n, visible_risks | both)

# %% tags=["hide-input"]
text(f"""
At the visible trials' control risk of {control_risk:.1%}, {n:,} patients are enough to see a relative reduction of
{enough:.1%} with 80% power, or of {enough_at_90:.1%} with 90%. To detect {claimed}, fewer patients would be enough. The
{by_rounding.relative_reduction:.1%} that the odds ratio means lies between the two.
""")

# %% [markdown]
# Too few patients is not the same as no conclusion. Trial sequential analysis also draws a boundary: a critical value
# for $Z$, the log odds ratio divided by its standard error, that is high while information is scarce, so that early
# chance findings do not count. A result beyond the boundary counts even if the required number has not been reached.
#
# So we try combinations of assumptions. The diversity is either nil or the largest that the printed interval leaves
# room for with TESTS and ETASS in the pool; the table below takes it as nil.

# %%
assumptions = pd.MultiIndex.from_product(
    [
        [control_risk, *visible_risks.values()],
        [0.10, 0.15, 0.20, 0.25, float(claimed)],
        [0.8, 0.9],
        [0.0, with_two_known.diversity],
    ],
    names=["control_risk", "reduction", "power", "diversity"],
).to_frame(index=False)
standing = monitor(n, check.effect.middle, check.se.middle, assumptions)
largest = [n / information_to_cross(z) for z in (check.z.lower, check.z.upper)]
largest_in_11 = [
    n / information_to_cross(z, looks=11)
    for z in (check.z.lower, check.z.upper)
]
earlier = audit.row("ratios", "gu2018")

# %% tags=["hide-input"]
shown = standing.query(
    "control_risk == @control_risk and power == 0.8 and diversity == 0"
)
table(
    pd.DataFrame(
        {
            "reduction to detect": shown["reduction"],
            "patients required": shown["required"],
            "information": shown["information"],
            "critical Z": shown["critical"],
            "printed Z beyond it": shown["crossed"],
            "adjusted interval": [
                f"{row.lower:.2f} to {row.upper:.2f}"
                for row in shown.itertuples()
            ],
        }
    ),
    f"The overall result under trial sequential analysis: control risk {control_risk:.1%}, 80% power, no diversity, "
    "and the two-sided 5% boundary that spends error like O'Brien and Fleming's. The adjusted interval is that of "
    "the odds ratio, at a single look; more looks would widen it slightly",
    {
        "reduction to detect": ".0%",
        "patients required": ",.0f",
        "information": ".0%",
        "critical Z": ".2f",
    },
)
text(f"""
The printed numbers put Z at {check.z:.2f}, leaving its sign aside. That is beyond the boundary as long as no more than
{Interval(*largest):,.0f} patients are required, or, to illustrate repeated looks, {Interval(*largest_in_11):,.0f} if
the trials were looked at eleven times at even steps. So if the required number lies between {n:,} and about that, the
sample is short of it, and the result is beyond its boundary all the same.

An earlier meta-analysis, [Gu 2018](https://doi.org/{earlier.source.removeprefix("doi:")}), says that its own trial
sequential analysis, of {earlier.n.count():,} patients, of thymosin α1-based therapy, confirmed a benefit (risk ratio
{earlier.estimate}, {earlier.lower} to {earlier.upper}). Its trials need not be the same ones.
""")

# %%
figures.sequential_boundary(shown, check.z, standing, n)

# %% [markdown]
# How did the evidence accumulate? We can follow the two trials we have seen, in the order of their publication. When
# the nine others came we do not know, so nothing can be said of the steps between. The table supposes that a reduction
# by a fifth is to be detected with 80% power.

# %%
in_order = trials.sort_values("year")
z_seen = cumulative_z(*effect_sizes(TwoArms.from_frame(in_order), "OR"))
patients = [*(in_order.n_treated + in_order.n_control).cumsum(), n]
needed = float(required_information_size(control_risk, 0.2, power=0.8))

# %% tags=["hide-input"]
table(
    pd.DataFrame(
        {
            "after": [
                *(f"{study} ({year})" for study, year in in_order.year.items()),
                "all trials, as printed",
            ],
            "patients": patients,
            "information": [x / needed for x in patients],
            "Z in favour of the drug": [
                *(f"{-z:.2f}" for z in z_seen),
                format(check.z, ".2f"),
            ],
            "critical Z": boundaries([x / needed for x in patients]),
        }
    ),
    f"Cumulative Z of the trials seen, and the printed one, against the boundary for three looks; {needed:,.0f} patients "
    "required (supposed). Common effect, inverse variance",
    {"information": ".0%", "critical Z": ".2f"},
)
text(f"""
With the two trials alone, {patients[1]:,} of the {n:,} patients, Z stays below its boundary throughout. If the printed
result is right, it is the {unseen_treated + unseen_control} patients of the nine other trials that take it past.
""")

# %%
audit.judge(
    "sample-insufficient",
    judge_sample_size(n, assumptions),
    matters="Whether more patients are needed hangs on assumptions we have not seen.",
)

# %% [markdown]
# How many of the combinations say "too small" depends on which ones we chose to try; it is no probability. And all of
# this takes the pooled result at its word: a boundary guards against chance, not against biased or missing trials.
#
# ## What do the subgroups of TESTS show?
#
# Two statements about TESTS can be checked against its own printed hazard ratios. The one about elderly patients leaves
# out half of the result.
#
# A difference between subgroups is an interaction. To test it, take the difference of the two log hazard ratios and
# divide it by the square root of the sum of their squared standard errors.

# %%
elderly = audit.row("ratios", "tests-60-plus")
younger = audit.row("ratios", "tests-under-60")
by_age = audit.row("numbers", "tests-age-interaction")
audit.judge(
    "tests-elderly",
    judge_subgroup(elderly, younger, by_age.number),
    matters="The half left out is a higher hazard of death in younger patients.",
)

# %%
diabetic = audit.row("ratios", "tests-diabetes")
others = audit.row("ratios", "tests-no-diabetes")
by_diabetes = audit.row("numbers", "tests-diabetes-interaction")
audit.judge(
    "tests-diabetic", judge_subgroup(diabetic, others, by_diabetes.number)
)

# %% tags=["hide-input"]
age, first, corrected = (
    interaction(elderly, younger),
    audit.row("ratios", "tests-hr-first"),
    audit.row("ratios", "tests-hr"),
)
text(f"""
For age, the ratio of the two hazard ratios is {age.ratio:.2f}. What stands out is not the hazard ratio in patients of
60 or older but the one in younger patients, {younger.estimate} ({younger.lower} to {younger.upper}): a higher rate of
death with the drug. Naming only the elderly leaves this half out. Either half may be chance, since every further
subgroup is a further chance to find something.

For diabetes, what the digest says fits the two hazard ratios. The interaction p value that the trial prints is larger
than the two give by this test. A model with other terms in it could explain that; the abstract names none.

All four hazard ratios are those of the first version of the paper's abstract. An erratum later changed the overall
hazard ratio from {first.estimate} to {corrected.estimate}. We have not seen corrected subgroups.
""")

# %% [markdown]
# ## What cannot be checked
#
# For these claims neither the digest nor the abstract prints anything to compute from. That goes for the title too: it
# confines the effect to subgroups, while the text speaks of potential benefits of moderate or low credibility.

# %%
subgroup_numbers = (
    "effect with interval in each subgroup",
    "deaths and patients in each subgroup",
    "p value of the interaction",
    "number of subgroups tried",
)
audit.judge(
    "headline",
    silent(
        '"Only" needs an effect in some patients and none in the others; neither is printed.',
        subgroup_numbers,
    ),
)
grade_only = silent(
    "A grade of credibility is printed, but no effect.", subgroup_numbers
)
audit.judge("subgroup-cancer", grade_only)
audit.judge("subgroup-diabetes-heart", grade_only)

# %%
egger = (
    "intercept and p value of Egger's test",
    "effect and standard error of each trial",
)
audit.judge(
    "publication-bias",
    silent("The test is named; its result is not printed.", egger),
)
scores = ("items scored and points given", "score of each trial")
audit.judge(
    "quality-score",
    silent("Neither the items nor any trial's score is given.", scores),
)
deaths = ("deaths from sepsis", "all deaths", "year and source")
audit.judge(
    "global-deaths",
    silent("A share is printed without counts, year or source.", deaths),
)

# %% [markdown]
# ## Sensitivity: choices that could change the answer
#
# - **Scale.** We pool odds ratios because the document does. On the risk-ratio scale I² of the two visible trials falls
#   below the rule's 50%.
# - **Which trials.** We read the two large multicentre trials as TESTS and ETASS. If the pool holds other counts for
#   them, the remainder moves.
# - **Which model.** The remainder assumes a common effect. The narrow overall interval leaves little room for another
#   model, but some.
# - **Which deaths, and who is counted.** ETASS also printed deaths in hospital and in intensive care, and TESTS
#   randomised more patients than it analysed (the table counts those missing as alive). None of these choices brings
#   the two trials to the published multicentre result.

# %%
rows = audit.table("trials").set_index("id")
randomised = (
    audit.table("arm-sizes").query("counted == 'randomised'").set_index("study")
)
choices = {
    "28-day deaths of patients analysed": trials,
    "28-day deaths of patients randomised": trials.assign(
        n_treated=randomised.n_treated, n_control=randomised.n_control
    ),
    "with ETASS deaths in hospital": rows.loc[["tests", "etass-hospital"]],
    "with ETASS deaths in intensive care": rows.loc[["tests", "etass-icu"]],
}
tried = {
    choice: which_print(every_method(TwoArms.from_frame(counts)), multicentre)
    for choice, counts in choices.items()
}

# %% tags=["hide-input"]
table(
    pd.DataFrame(
        [
            {
                "counts": choice,
                **found.iloc[0][names],
                "methods that print it": found["all_print"].sum(),
            }
            for choice, found in tried.items()
        ]
    ),
    f"TESTS and ETASS under other counts: the Mantel-Haenszel odds ratio, and how many of {len(answers)} methods "
    f"print {multicentre.estimate} ({multicentre.lower} to {multicentre.upper}), p = {multicentre.p}",
    dict.fromkeys(names, ".3f"),
)

# %% [markdown]
# ## What would settle it
#
# Look first in the full paper and its supplement. What is not there, an editor could ask of the authors of the
# meta-analysis:
#
# - deaths and patients per arm for each of the eleven trials, and which of them are multicentre and of high quality;
# - the model used for each pooled result, with I² and τ²;
# - the result of Egger's test, and the funnel plot's points;
# - for the trial sequential analysis: control risk, relative reduction, power, diversity, type of boundary, and the
#   order of the trials;
# - for each subgroup: deaths and patients per arm, effect with interval, p value of the interaction, and how many
#   subgroups were tried.
#
# To the authors of TESTS: the subgroup hazard ratios after the erratum.
#
# ## What we found
#
# - The three printed odds ratios agreed with their own intervals and p values.
# - An odds ratio of 0.73 did not mean 27% fewer deaths.
# - The totals added up, and the 75% fitted TESTS and ETASS.
# - With TESTS in the pool, the overall interval was too narrow for the random-effects rule that the digest states.
# - The two trials whose counts we have seen did not pool to the multicentre result; with one more small trial they
#   could.
# - If those two were in the pool, the nine others pooled to a far larger effect.
# - "The benefit disappears" and "only in specific subgroups" said more than the numbers do.
# - Whether the sample was too small depended on assumptions we have not seen.
# - The statement about elderly patients left out the higher hazard in younger ones.

# %% tags=["hide-input"]
audit.close(
    headline=f"""
    Not {claimed} fewer deaths: {claimed} is the fall in the odds of death. If {control_risk:.1%} of untreated patients die, as
    in the two trials whose deaths we have seen, it means {by_rounding.relative_reduction:.1%} fewer by its digits alone,
    and {by_chance.relative_reduction:.1%} by its confidence limits.
    """,
    bottom_line=f"""
The {claimed} is a reduction in the odds of death, not in deaths: if {control_risk:.1%} of untreated patients die, as in
the control arms of TESTS and ETASS, the two trials whose deaths we have seen, an odds ratio of {overall.estimate} means
{by_rounding.relative_reduction:.1%} fewer deaths. The three odds ratios agree with their own intervals and p values;
but if TESTS and ETASS are in the pool, the nine others must pool to an odds ratio of {rest.ratio:.2f} by common-effect
pooling (at most {if_they_vary_at_most} if trials vary), against {seen.ratio:.2f} for those two. With TESTS in the pool
the stated rule for random effects does not fit the printed interval, and whether the sample is too small depends on
assumptions that the digest does not give.
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
