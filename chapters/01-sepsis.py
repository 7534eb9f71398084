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
# # Sepsis: a digest of a meta-analysis
#
# A web page tells its readers that thymosin α1 cuts deaths from sepsis by 27%, and then takes part of it back. We
# recompute what can be recomputed, and say what cannot.

# %% tags=["hide-input"]
import math

import pandas as pd

from rederive.audit import Audit
from rederive.checks.comparisons import interaction, judge_absence, judge_subgroup
from rederive.checks.information import heterogeneity_ceiling, judge_random_effects, minimum_events, smallest_se
from rederive.checks.proportions import TESTS, judge_percentage, judge_total
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
)
from rederive.checks.sources import judge_against_source
from rederive.display import figures
from rederive.display.shown import text
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
    detectable_reduction,
    information_to_cross,
    judge_sample_size,
    monitor,
)
from rederive.methods.trials import judge_no_difference, single_trials
from rederive.methods.unseen import completing_tables, judge_remainder, remainder
from rederive.printed import Interval
from rederive.verdicts import silent

# %%
audit = Audit.of("sepsis")
audit.open()

# %% [markdown]
# ## What this chapter re-derives, and what it cannot
#
# It asks whether the three printed odds ratios agree with their own intervals and p values; what an odds ratio of 0.73
# means in deaths; whether the totals add up; which statistical model can have printed the overall result; what the two
# trials with public counts say, alone and pooled; what the nine trials without public counts must then say; for which
# assumptions the sample is too small; and what the statements about subgroups rest on.
#
# It cannot recompute the overall result, because the deaths in nine of the eleven trials were not visible to us. It
# cannot check Egger's test, I², any subgroup estimate or the settings of the trial sequential analysis, because none of
# them is printed. Those claims end as *silent*.
#
# Every printed number is treated as an interval: 0.73 means some value between 0.725 and 0.735.

# %% [markdown]
# ## Do the odds ratios agree with themselves?
#
# Yes, all three. Each p value is one that its estimate and interval allow.
#
# An odds ratio, its interval and its p value are three views of two unknowns: the log odds ratio $b$ and its standard
# error $s$. A paper prints $e^{b}$, the limits $e^{b - 1.96 s}$ and $e^{b + 1.96 s}$, and the p value that belongs to
# $z = b / s$. Each printed number, being rounded, puts $b$ and $s$ between two straight lines. What lies between all
# the lines is the exact set of true values that can print these numbers. If it is empty, something is wrong.

# %%
printed = {name: audit[f"{name}-or"].printed for name in ("overall", "high-quality", "multicentre")}
ratios = pd.DataFrame([dict(ratio) for ratio in printed.values()], index=list(printed))
checked = check_ratios(ratios)

# %% tags=["hide-input"]
table(
    ratios[["estimate", "lower", "upper", "p"]]
    .join(checked[["p_lower", "p_upper", "p_midpoint"]])
    .rename(columns={"p": "printed p", "p_lower": "p at least", "p_upper": "p at most", "p_midpoint": "p by midpoints"})
    .rename_axis("trials")
    .reset_index(),
    "The printed odds ratios, the p values that estimate and interval allow, and the one p value that most checkers "
    "compute from the printed digits taken at face value",
    {"p at least": ".2g", "p at most": ".2g", "p by midpoints": ".2g"},
)

# %% [markdown]
# A check from the midpoints alone would have raised no alarm here either. It does elsewhere: it takes 0.73 for
# 0.730000, and reports a single p value where the digits leave a range.
#
# The figure shows the set for the overall result. The p value cuts a corner off: it adds a little information to what
# estimate and interval say.

# %%
figures.feasible_set(printed["overall"])

# %% [markdown]
# How much would further digits tell? Suppose the truth sits in the middle of that set, and print it with one to four
# decimals.

# %%
overall = check_ratio(printed["overall"])
middle = (overall.effect.lower + overall.effect.upper) / 2, (overall.se.lower + overall.se.upper) / 2
digits = p_by_decimals(*middle, decimals=[1, 2, 3, 4])

# %% tags=["hide-input"]
table(
    digits.reset_index().rename(columns={"p_lower": "p at least", "p_upper": "p at most"}),
    "The same supposed truth printed with more digits, and the p values each printing allows (supposed, not observed)",
    {"p at least": ".2g", "p at most": ".2g"},
)

# %%
for name, ratio in printed.items():
    audit.judge(
        f"{name}-or", judge_ratio(ratio, source=audit.row("ratios", f"gu2025-{name.replace('overall', 'all')}"))
    )

# %% [markdown]
# The width of an interval also says how many deaths stand behind it: a log odds ratio with standard error $s$ needs at
# least $4 / s^2$ events.

# %%
deaths_needed = minimum_events(overall.se.upper)
narrowest = smallest_se(printed["overall"].n.count())

# %% tags=["hide-input"]
text(f"""
The overall interval needs at least {deaths_needed:.0f} deaths among the {printed["overall"].n} patients. No trials of
that many patients could have given a standard error below {narrowest:.3f}, whatever their risks; the printed interval
implies {overall.se:.3f}. So it is not too narrow for its patients.
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
# The digest gives no $r$. The control arms of the two trials with public counts do.

# %%
trials = audit.table("trials").query("timepoint == '28 days'").set_index("study")
control_risk = trials.events_control.sum() / trials.n_control.sum()
at = risk_scale(printed["overall"].estimate.interval(), control_risk)
limits = Interval(float(printed["overall"].lower), float(printed["overall"].upper))
within = risk_scale(limits, control_risk)

# %% tags=["hide-input"]
text(f"""
In TESTS and ETASS together {trials.events_control.sum()} of {trials.n_control.sum()} control patients died within 28
days: a risk of {control_risk:.1%}. At that risk an odds ratio of {printed["overall"].estimate} is a relative risk of
{at.relative_risk:.2f}, that is {at.relative_reduction:.0%} fewer deaths. In absolute terms it is
{-at.risk_difference.upper * 100:.1f} to {-at.risk_difference.lower * 100:.1f} deaths fewer in 100 patients, or one
death avoided for every {at.number_needed_to_treat:.0f} patients treated. The printed confidence limits reach from
{within.relative_reduction.lower:.0%} to {within.relative_reduction.upper:.0%} fewer deaths, one avoided for every
{within.number_needed_to_treat.lower:.0f} to {within.number_needed_to_treat.upper:.0f} treated.
""")

# %% [markdown]
# By hand, with $r = 195/727$ and OR = 0.73: $0.1958 / 0.9276 = 0.2111$ against $0.2682$, a ratio of 0.79.
#
# The other nine trials may have had sicker or healthier patients. The curve and the table give the answer for other
# control risks.

# %%
visible_risks = (trials.events_control / trials.n_control).to_dict()
figures.reduction_by_control_risk(printed["overall"], audit["overall-reduction"].printed.percent, visible_risks)

# %%
scales = [risk_scale(limits, r) for r in sorted([0.1, 0.2, 0.5, control_risk, *visible_risks.values()])]
by_risk = pd.DataFrame(
    {
        "control risk": [scale.control_risk for scale in scales],
        "relative risk": [scale.relative_risk for scale in scales],
        "risk difference": [scale.risk_difference for scale in scales],
        "treated per death avoided": [scale.number_needed_to_treat for scale in scales],
    }
)

# %% tags=["hide-input"]
table(
    by_risk,
    f"What the printed confidence limits, {limits:.2f}, mean at plausible control risks; "
    + ", ".join(f"{risk:.1%} is that of {trial}" for trial, risk in visible_risks.items())
    + f", {control_risk:.1%} that of both",
    {"control risk": ".1%", "relative risk": ".2f", "risk difference": ".1%", "treated per death avoided": ".0f"},
)

# %%
audit.judge(
    "overall-reduction",
    judge_relative_reduction(audit["overall-reduction"].printed.percent, printed["overall"], control_risk),
    matters=True,
)

# %% [markdown]
# ## Do the totals add up, and who are the 75%?
#
# The totals add up. The 75% is right for the patients analysed, and wrong for the patients randomised, which is how the
# same digest counts TESTS.

# %%
sizes = audit.table("arm-sizes").assign(n=lambda t: t.n_treated + t.n_control).groupby("counted")["n"].sum()
total = audit["patients-total"].printed
audit.judge("patients-total", judge_total(total))
audit.judge(
    "trials-pooled",
    judge_against_source(
        audit["trials-pooled"].printed.n, audit.row("numbers", "gu2025-trials").number, "abstract of the meta-analysis"
    ),
)

# %%
audit.judge(
    "two-trials-share",
    judge_percentage(
        audit["two-trials-share"].printed, {counted: (int(n), total.n.count()) for counted, n in sizes.items()}
    ),
)
tests_arms = audit.row("arm-sizes", "tests-randomised")
audit.judge("tests-size", judge_total(audit["tests-size"].printed, parts=(tests_arms.n_treated, tests_arms.n_control)))

# %% tags=["hide-input"]
unseen_treated = total.n_treated.count() - int(trials.n_treated.sum())
unseen_control = total.n_control.count() - int(trials.n_control.sum())
text(f"""
So the nine other trials hold {unseen_treated} treated and {unseen_control} control patients, if TESTS and ETASS entered
the pool as analysed. That they are the two multicentre trials with individual patient data is our reading:
{sizes["analysed"]:,} of {total.n} is {sizes["analysed"] / total.n.count():.1%}, and the digest names TESTS. The nine
together have fewer patients than TESTS, so TESTS is the largest trial of the pool.
""")

# %% [markdown]
# ## Which model printed the overall result?
#
# Not the one the digest describes. It says that the overall result is from a random-effects model, and that such a
# model was used where I² was 50% or more. With an interval as narrow as 0.59 to 0.90, I² cannot have been that high.
#
# I² is the share of the variation between trials' results that chance does not explain. Variation between trials widens
# the interval of a random-effects result. But trials can only be so precise: a trial of $m$ people has a variance of at
# least
# $16 / m$ on the log odds scale. So a narrow interval leaves little room for variation. In a random-effects model
# (DerSimonian and Laird's, the usual one) the standard error $s$ obeys
#
# $$ \frac{1}{s^2} = \sum_i \frac{w_i}{1 + w_i \tau^2}, \qquad w_i \le \frac{m_i}{16}, $$
#
# with $w_i$ the precision of trial $i$ and $\tau^2$ the variance between trials. The sum is largest when all trials are
# equally large. That gives the largest possible $\tau^2$, and with it the largest possible I².

# %%
rule = audit["random-effects-model"].printed
anything = heterogeneity_ceiling(overall.se.upper, rule["trials"].count(), total.n.count())
visible = TwoArms.from_frame(trials)
effects, variances = effect_sizes(visible, "OR")
knowing_two = heterogeneity_ceiling(
    overall.se.upper, rule["trials"].count(), unseen_treated + unseen_control, list(variances)
)

# %% tags=["hide-input"]
text(f"""
Whatever the trials were, I² was at most {anything.i2:.0%}. If TESTS and ETASS are among them with their published
counts, it was at most {knowing_two.i2:.0%}, and $\\tau^2$ at most {knowing_two.tau2:.4f}.
""")

# %% [markdown]
# Could the interval come from another kind of random-effects analysis? The Hartung-Knapp method estimates the standard
# error differently and takes its quantiles from a t distribution, here with ten degrees of freedom. But then interval
# and p value would both follow that distribution.

# %%
hartung_knapp = Convention("Hartung-Knapp, t with 10 degrees of freedom", df=rule["trials"].count() - 1)
if_t = check_ratio(printed["overall"], [hartung_knapp])

# %% tags=["hide-input"]
text(f"""
An interval from that distribution would go with a p value of {if_t.p:.2g}. The printed {printed["overall"].p}
{"would fit" if if_t.coherent else "does not fit"}.
""")

# %%
audit.judge(
    "random-effects-model", judge_random_effects(printed["overall"], rule["trials"].count(), rule["i2-threshold"])
)

# %% [markdown]
# The odds ratio itself is not touched by this. Either the overall result is not from a random-effects model, or such a
# model was used although I² was low. The digest cannot tell us which.
#
# ## What do the two visible trials say?
#
# Each alone: no significant difference. Pooled: no method prints the published multicentre result exactly.

# %%
alone = single_trials(visible, list(trials.index))
by_test = pd.DataFrame(
    {
        name: test(visible.events_treated, visible.n_treated, visible.events_control, visible.n_control)
        for name, test in TESTS.items()
    },
    index=trials.index,
)

# %% tags=["hide-input"]
table(
    alone,
    "TESTS and ETASS recomputed from their counts; RD is the risk difference",
    {"estimate": ".3f", "lower": ".3f", "upper": ".3f"},
)
table(
    by_test.rename_axis("trial").reset_index(),
    "p values of the two trials under four tests",
    dict.fromkeys(TESTS, ".3f"),
)

# %% tags=["hide-input"]
etass = audit.row("ratios", "etass-rr")
recomputed = alone.set_index(["trial", "measure"]).loc[("ETASS", "RR")]
matches = [
    etass.estimate.prints(recomputed.estimate),
    etass.lower.prints(recomputed.lower),
    etass.upper.prints(recomputed.upper),
    etass.p.prints(by_test.loc["ETASS", "χ²"]),
]
text(f"""
ETASS prints a relative risk of {etass.estimate} ({etass.lower} to {etass.upper}) with p = {etass.p}. From its counts we
get {recomputed.estimate:.3f} ({recomputed.lower:.3f} to {recomputed.upper:.3f}) and, by the χ² test without continuity
correction, p = {by_test.loc["ETASS", "χ²"]:.4f}:
{"all four numbers round to what is printed" if all(matches) else "not all numbers agree"}. TESTS prints a hazard ratio,
which needs the days of death and cannot be recomputed from counts.
""")

# %%
audit.judge(
    "tests-no-reduction", judge_no_difference(TwoArms.from_frame(trials.loc[["TESTS"]]), printed["overall"].estimate)
)

# %% [markdown]
# Now pool the two. There are many ways to do it, and a digest that names none leaves the choice open. So we try the
# usual ones and ask of each whether it prints the published multicentre result.

# %%
multicentre = printed["multicentre"]
pooled = every_method(visible)
answers = which_print(pooled, multicentre.estimate, multicentre.lower, multicentre.upper, multicentre.p)

# %% tags=["hide-input"]
table(
    answers[
        [
            "method",
            "estimate",
            "lower",
            "upper",
            "p",
            "estimate_prints",
            "lower_prints",
            "upper_prints",
            "p_prints",
            "all_print",
        ]
    ],
    f"TESTS and ETASS pooled in {len(pooled)} ways; does each number print as published, "
    f"{multicentre.estimate} ({multicentre.lower} to {multicentre.upper}), p = {multicentre.p}?",
    {"estimate": ".3f", "lower": ".3f", "upper": ".3f", "p": ".3f"},
)
common = answers.iloc[0]
text(f"""
{answers["all_print"].sum()} of {len(answers)} do. The common-effect methods come close: Mantel and Haenszel's gives
{common.estimate:.3f} ({common.lower:.3f} to {common.upper:.3f}), p = {common.p:.3f}. Estimate and lower limit agree,
the upper limit and the p value do not. A difference that small can come from one more small trial among the multicentre
trials.
""")

# %% [markdown]
# What would one more small trial have to look like? We try every trial with two equal arms of 5 to 120 patients and
# every pair of death counts, add it to the two, and keep those with which the pool prints the published result. These
# are possibilities. Nothing says that such a trial exists.

# %%
possible = completing_tables(visible, [(m, m) for m in range(5, 121)], multicentre)
smallest = possible.groupby("method", sort=False)["n_treated"].agg(["size", "min"]).reset_index()
fewer = possible["events_control"] - possible["events_treated"]

# %% tags=["hide-input"]
table(
    smallest.rename(columns={"size": "possible trials", "min": "patients per arm, at least"}),
    "Possible third multicentre trials with equal arms of 5 to 120 patients (possible, not observed)",
)
text(f"""
Such a trial exists under each of the four methods tried, and it need not be odd: {fewer.min()} to {fewer.max()} fewer
deaths in the treated arm. So the multicentre result is possible as printed, but it is not the pool of TESTS and ETASS
alone as published.
""")

# %% [markdown]
# The digest's own rule has something to say here too. It asks for a random-effects model where I² is 50% or more.

# %%
between = heterogeneity(effects, variances)
by_rule = inverse_variance(effects, variances, "DL")
low, high = by_rule.ratio_interval()

# %% tags=["hide-input"]
text(f"""
For TESTS and ETASS I² is {between.i2:.0%} on the odds-ratio scale, so the rule calls for random effects. The result
would be {by_rule.ratio:.2f} ({low:.2f} to {high:.2f}), not {multicentre.estimate} ({multicentre.lower} to
{multicentre.upper}). With two trials I² is almost without meaning, though: its own 95% interval runs from
{between.i2_interval[0]:.0%} to {between.i2_interval[1]:.2%}, and on the risk-ratio scale the same counts give
{heterogeneity(*effect_sizes(visible, "RR")).i2:.0%}.
""")

# %% [markdown]
# ## What must the nine unseen trials say?
#
# Something quite different from the two large ones. If the overall result is right and TESTS and ETASS are in it, the
# nine others must pool to an odds ratio of less than a half.
#
# A common-effect result is a weighted mean. With weight $W = 1 / s^2$ and log odds ratio $b$ for all trials, and $w$
# and $b'$ for the visible two, the rest has
#
# $$ b_\text{rest} = \frac{W b - w b'}{W - w}, \qquad s_\text{rest} = \frac{1}{\sqrt{W - w}}. $$
#
# The visible two we know exactly. For all trials we take every $b$ and $s$ that can print the overall result.

# %%
seen = inverse_variance(effects, variances)
rest = remainder(printed["overall"], seen)

# %% tags=["hide-input"]
text(f"""
The nine must pool to an odds ratio between {rest.ratio.lower:.2f} and {rest.ratio.upper:.2f}; the width is rounding
alone. Whatever it is exactly, its 95% interval lies within {rest.limits.lower:.2f} to {rest.limits.upper:.2f}. Against
the visible two that is a difference with p between {rest.p.lower:.1g} and {rest.p.upper:.1g}.
""")

# %%
seen_trials = alone.query("measure == 'OR'").assign(label=lambda rows: rows.trial, kind="seen")
pooled_two = {
    "label": "TESTS and ETASS pooled",
    "estimate": seen.ratio,
    "lower": seen.ratio_interval()[0],
    "upper": seen.ratio_interval()[1],
    "kind": "seen",
}
as_printed = (
    ratios[["estimate", "lower", "upper"]]
    .astype(float)
    .assign(label=[f"printed: {name}" for name in ratios.index], kind="printed")
)
nine = {
    "label": "nine unseen trials",
    "estimate": math.sqrt(rest.ratio.lower * rest.ratio.upper),
    "lower": rest.limits.lower,
    "upper": rest.limits.upper,
    "kind": "implied, not observed",
}
rows = pd.concat([seen_trials, pd.DataFrame([pooled_two]), as_printed, pd.DataFrame([nine])], ignore_index=True)
figures.forest(rows[["label", "estimate", "lower", "upper", "kind"]])
# %% [markdown]
# How many deaths would that be? We try every pair of death counts among the unseen patients, as if they were one trial,
# and keep those with which the pool prints the overall result. To lump nine trials into one assumes that they had the
# same risks, so this is a picture of the scale and not a reconstruction.

# %%
lumped = completing_tables(visible, [(unseen_treated, unseen_control)], printed["overall"])
lumped = lumped[lumped["events_control"] < unseen_control / 2]
deaths = lumped[["events_treated", "events_control"]].agg(["min", "max"])

# %% tags=["hide-input"]
text(f"""
With fewer than half of the controls dying, between {deaths.events_treated["min"]} and {deaths.events_treated["max"]} of
{unseen_treated} treated patients died and between {deaths.events_control["min"]} and {deaths.events_control["max"]} of
{unseen_control} controls. (There is a second set, with most patients dying in both groups; the table behind the figure
leaves it out.)
""")
figures.possible_deaths(lumped, unseen_treated, unseen_control, printed["overall"])

# %%
audit.judge(
    "driven-by-others",
    judge_remainder(
        printed["overall"],
        {"the multicentre trials": printed["multicentre"], "TESTS and ETASS": seen},
    ),
)
against_quality = remainder(printed["overall"], printed["high-quality"])

# %% tags=["hide-input"]
text(f"""
For "lower quality" the same arithmetic is less sure: the trials outside the high-quality group must pool to an odds
ratio between {against_quality.ratio.lower:.2f} and {against_quality.ratio.upper:.2f}, which differs from the
high-quality ones with p between {against_quality.p.lower:.2g} and {against_quality.p.upper:.2g}. A difference between
groups of trials does not say why they differ: small trials may be biased, unpublished ones may be missing, or the
patients may have been others.
""")

# %%
audit.judge(
    "benefit-disappears",
    judge_absence({"high quality": printed["high-quality"], "multicentre": printed["multicentre"]}, printed["overall"]),
)

# %% [markdown]
# The contrast behind the sentence is real, as the nine trials show: the visible ones point to a smaller effect than the
# rest. But a smaller effect, or an uncertain one, is not an absent one.
#
# ## Is the sample too small?
#
# It depends on what one wants to be able to see, and the digest does not say. Under common assumptions the answer is
# sometimes yes and sometimes no.
#
# Trial sequential analysis asks how many patients one conclusive comparison would need. With control risk $r$, a risk
# difference
# $\delta$ worth detecting, mean risk $\bar p$, and quantiles $z$ for a two-sided 5% error and for the power,
#
# $$ N = \frac{4\,(z_{0.975} + z_\text{power})^2\; \bar p (1 - \bar p)}{\delta^2\,(1 - D^2)}. $$
#
# $D^2$, the diversity, asks for more patients where trials differ.

# %%
n = audit["sample-insufficient"].printed.n.count()
control_risks = {**visible_risks, "both": control_risk}
enough = {power: detectable_reduction(n, control_risk, power) for power in (0.8, 0.9)}

# %% tags=["hide-input"]
figures.required_sizes(n, control_risks)
text(f"""
At the visible trials' control risk of {control_risk:.1%}, {n:,} patients are enough to see a relative reduction of
{enough[0.8]:.1%} with 80% power, or of {enough[0.9]:.1%} with 90%. For the printed 27% they are enough either way. For
the {at.relative_reduction:.0%} that the odds ratio really means they are enough at 80% power and too few at 90%.
""")

# %% [markdown]
# Too few patients is not the same as no conclusion. Trial sequential analysis also sets a boundary: a critical Z that
# is strict while information is scarce, so that early chance findings do not count. A result beyond it counts although
# the required number has not been reached.

# %%
grid = pd.MultiIndex.from_product(
    [
        list(control_risks.values()),
        [0.10, 0.15, 0.20, 0.25, 0.27],
        [0.8, 0.9],
        [0.0, knowing_two.diversity],
    ],
    names=["control_risk", "reduction", "power", "diversity"],
).to_frame(index=False)
standing = monitor(n, *middle, grid)
z = overall.z
share_to_cross = {looks: information_to_cross(abs(middle[0] / middle[1]), looks) for looks in (1, 11)}

# %% tags=["hide-input"]
shown = standing.query("control_risk == @control_risk and power == 0.8 and diversity == 0").drop(
    columns=["power", "diversity", "control_risk"]
)
table(
    shown.rename(
        columns={"critical": "critical Z", "crossed": "printed Z beyond it", "lower": "adjusted OR from", "upper": "to"}
    ),
    f"The overall result under trial sequential analysis: control risk {control_risk:.1%}, 80% power, no "
    "diversity, two-sided "
    "O'Brien-Fleming type boundary",
    {
        "reduction": ".0%",
        "required": ",.0f",
        "information": ".0%",
        "critical Z": ".2f",
        "adjusted OR from": ".2f",
        "to": ".2f",
    },
)
text(f"""
The printed numbers put Z between {z.lower:.2f} and {z.upper:.2f}. That is beyond the boundary unless more than about
{n / share_to_cross[1]:,.0f} patients are required ({n / share_to_cross[11]:,.0f} if the trials were looked at eleven
times at even steps). So between {n:,} and that number the sample is "insufficient" and the result is nevertheless
beyond its boundary.
""")

# %%
figures.sequential_boundary(shown, z)

# %% [markdown]
# So the statement can be true. How many of the combinations below say so depends on which ones we chose to try, and is
# no probability. The largest diversity among them is the largest that the printed interval leaves room for.

# %%
audit.judge("sample-insufficient", judge_sample_size(n, grid), matters=True)

# %% [markdown]
# All this takes the pooled result at its word. A boundary guards against chance, not against biased or missing trials.
#
# ## Who benefits? The subgroup statements
#
# Two statements about TESTS can be checked against its own printed hazard ratios. The one about elderly patients leaves
# out half of the result.
#
# A difference between subgroups is an interaction. To test it, compare the two log hazard ratios directly: their
# difference, divided by the square root of the sum of their squared standard errors.

# %%
old, young = audit.row("ratios", "tests-60-plus"), audit.row("ratios", "tests-under-60")
diabetic, others = audit.row("ratios", "tests-diabetes"), audit.row("ratios", "tests-no-diabetes")
audit.judge(
    "tests-elderly",
    judge_subgroup(old, young, audit.row("numbers", "tests-age-interaction").number),
    matters=True,
)
audit.judge(
    "tests-diabetic", judge_subgroup(diabetic, others, audit.row("numbers", "tests-diabetes-interaction").number)
)

# %% tags=["hide-input"]
age = interaction(old, young)
text(f"""
For age, the ratio of the two hazard ratios is {age.ratio:.2f}, p {age.p:.2g}. What stands out is not the hazard ratio
in patients of 60 or older but that in younger ones, {young.estimate} ({young.lower} to {young.upper}): more deaths with
the drug. Naming only the elderly leaves this half out. Either half may be chance: two subgroup analyses are two chances
to find something. All four hazard ratios belong to the first version of the paper's abstract; an erratum later changed
the overall hazard ratio from {audit.row("ratios", "tests-hr-first").estimate} to
{audit.row("ratios", "tests-hr").estimate}, and we have not seen corrected subgroups.
""")

# %% [markdown]
# ## What stays silent
#
# For these claims nothing is printed from which anything could be computed.

# %%
effects_missing = (
    "effect and interval in each subgroup",
    "deaths and patients in each subgroup",
    "p value of the interaction",
    "number of subgroups tried",
)
audit.judge("subgroup-cancer", silent("A credibility grade is printed, but no effect.", effects_missing))
audit.judge("subgroup-diabetes-heart", silent("Credibility grades are printed, but no effects.", effects_missing))
audit.judge(
    "publication-bias",
    silent(
        "The test is named; its result is not printed.",
        ("Egger's intercept and p value", "effect and standard error of each trial"),
    ),
)
audit.judge(
    "global-deaths",
    silent("A share without its counts, year or source.", ("sepsis deaths", "all deaths", "year and source")),
)

# %% [markdown]
# ## Sensitivity: choices that could change the answer
#
# - **Scale.** We pooled odds ratios because the document does. On the risk-ratio scale I² of the two visible trials
#   falls below the rule's 50%.
# - **Which trials are visible.** We read "two large multicentre RCTs" as TESTS and ETASS. If the pool contains other
#   counts for them, the remainder moves.
# - **Which deaths.** ETASS also printed deaths in hospital and in intensive care. With neither does the pool print the
#   multicentre result, as the table shows.
# - **Who is counted.** TESTS analysed fewer patients than it randomised. With its deaths over all randomised patients
#   the pool does not print the published result either.

# %%
every_trial = audit.table("trials").set_index("id")
randomised = trials.assign(
    n_treated=[tests_arms.n_treated, trials.n_treated["ETASS"]],
    n_control=[tests_arms.n_control, trials.n_control["ETASS"]],
)
variants = {
    "28-day deaths, as analysed": trials,
    "28-day deaths, as randomised": randomised,
    "ETASS deaths in hospital": every_trial.loc[["tests", "etass-hospital"]],
    "ETASS deaths in intensive care": every_trial.loc[["tests", "etass-icu"]],
}
tried = {
    name: which_print(
        every_method(TwoArms.from_frame(frame)),
        multicentre.estimate,
        multicentre.lower,
        multicentre.upper,
        multicentre.p,
    )
    for name, frame in variants.items()
}

# %% tags=["hide-input"]
table(
    pd.DataFrame(
        [
            [name, *rows.iloc[0][["estimate", "lower", "upper", "p"]], int(rows["all_print"].sum())]
            for name, rows in tried.items()
        ],
        columns=["counts", "estimate", "lower", "upper", "p", "methods that print it"],
    ),
    f"Mantel-Haenszel odds ratios of TESTS and ETASS under other counts, and how many of {len(pooled)} methods print "
    f"{multicentre.estimate} ({multicentre.lower} to {multicentre.upper}), p = {multicentre.p}",
    {"estimate": ".3f", "lower": ".3f", "upper": ".3f", "p": ".3f"},
)

# %% [markdown]
# ## What would settle it
#
# An editor could send this list to the authors of the meta-analysis:
#
# - deaths and patients per arm for each of the eleven trials, and which of them are multicentre and of high quality;
# - the model used for each pooled result, with I² and τ²;
# - Egger's intercept with its p value, and the funnel plot's points;
# - for the trial sequential analysis: control risk, relative reduction, power, diversity, type of boundary, and the
#   order of trials;
# - for each subgroup: deaths and patients per arm, effect with interval, p value of the interaction, and how many
#   subgroups were tried;
# - for TESTS: the subgroup hazard ratios after the erratum.
#
# ## What we found
#
# - The three printed odds ratios agreed with their own intervals and p values.
# - An odds ratio of 0.73 did not mean 27% fewer deaths.
# - The totals added up; the share of 75% held for patients analysed.
# - The rule for random effects and the narrow overall interval excluded each other.
# - TESTS and ETASS, pooled in any usual way, did not print the multicentre result; one more small trial could.
# - The nine unseen trials must have shown a far larger effect than the two visible ones.
# - Whether the sample is too small depended on assumptions that are not printed.
# - The subgroup statement about elderly patients left out the harm in younger ones.

# %%
audit.close(f"""
The three odds ratios are coherent, but "27% fewer deaths" is a misreading: at the visible trials' control risk of
{control_risk:.0%} an odds ratio of {printed["overall"].estimate} means {at.relative_reduction:.0%}. If TESTS and ETASS
are in the pool, the nine other trials must pool to an odds ratio of {rest.ratio:.2f}, far from the two's
{float(seen.ratio):.2f}. The digest's rule for random effects cannot be squared with its interval, and whether the
sample is too small depends on assumptions it does not print.
""")

# %% [markdown]
# ## Cite this chapter
#
# See [how to cite](../book/index.md); please name the chapter and the version below.

# %% tags=["hide-input"]
from importlib.metadata import version

text(", ".join(f"{name} {version(name)}" for name in ("rederive", "numpy", "scipy", "pandas", "statsmodels")))
