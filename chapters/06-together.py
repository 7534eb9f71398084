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
# # Together: what the documents say, side by side
#
# The chapters before this one each take one document. This one takes their results: every claim with its verdict, and
# every effect estimate that has an interval or counts. It gives no new verdict, and it pools nothing.

# %% tags=["hide-input"]
from collections import Counter
from importlib.metadata import version

import pandas as pd

from rederive.display.cards import scoreboard
from rederive.display.evidence import evidence_map
from rederive.display.shown import show, text
from rederive.display.tables import table
from rederive.methods.evidence import SIDES, turned
from rederive.methods.tallies import missing_quantities, rank_findings
from rederive.printed import listed
from rederive.together import IN_CONFLICT, Together

# %% tags=["hide-input"]
together = Together.of("together")
together.open()

# %% [markdown]
# ## What this chapter puts together, and what it cannot
#
# This chapter asks
#
# - how the claims fare, by document and by distance from patient data;
# - what the effect estimates say, by population and outcome;
# - what the misworded and the contradicted claims are in conflict with;
# - where the documents speak of the same thing, and whether they agree;
# - which findings change a document's conclusion;
# - which missing quantities would help most.
#
# It cannot say how often documents of a kind err. The documents were not drawn at random, and there are few of them.
# What counts as one claim was our choice: a table of twelve percentages may be one claim or twelve. And claims are not
# independent: one slip of the pen can spoil several. So there are counts and shares here, and no p values, no intervals
# around shares, and no ranking of documents.
#
# ## How do the claims fare?
#
# In all six ways, and no document in one way only.

# %%
claims, documents = together.claims, together.documents
n, verdicts = len(claims), Counter(claims["verdict"])
agree = verdicts["reproduced"] + verdicts["coherent"]
conflict = verdicts["misworded"] + verdicts["contradicted"]

# %% tags=["hide-input"]
text(f"""
Of {n} claims in {len(documents)} documents, {verdicts["reproduced"]} were reproduced from counts or data and
{verdicts["coherent"]} agree with other printed numbers, of the document or its source; together that is {agree / n:.0%}. {verdicts["possible"]} are
possible, no more. {verdicts["misworded"]} are misworded and {verdicts["contradicted"]} contradicted, together
{conflict / n:.0%}. For {verdicts["silent"]} ({verdicts["silent"] / n:.0%}) there was nothing to compute from.
""")
show(
    scoreboard(
        zip(claims["document"], claims["verdict"], strict=True),
        "Claims by verdict and document, with their share of the document's claims",
        shares=True,
    )
)

# %% [markdown]
# A share of *reproduced* is no mark for quality. A document that prints many percentages offers much that can be
# recomputed; one that prints few numbers offers little that can be wrong, and much that is *silent*.
#
# ## Do verdicts go with the distance from patient data?
#
# These documents cannot tell. Each stands at one distance, and they are few: whatever differs between distances may as
# well be due to the documents.
#
# The distance is the number of steps from those who were studied to the document: a report of a hospital's own records
# is one step away, a digest of a meta-analysis of trial reports three. Where animals were studied the steps are counted
# from them; no patient stands at the other end. A document has one distance here, though parts of it may be further away:
# a review of trials that also digests a meta-analysis, or a paper that speaks of other people's trials.

# %%
steps = documents["steps"].sort_values(kind="stable")
away = claims["steps"].sort_values(kind="stable")
at = {k: f"{k}: {', '.join(of.index)}" for k, of in steps.groupby(steps)}

# %% tags=["hide-input"]
show(
    scoreboard(
        zip(away.map(at), claims["verdict"][away.index], strict=True),
        "Claims by verdict and steps from patient data",
    )
)
table(
    pd.DataFrame(
        {
            "document": steps.index,
            "steps": steps.to_numpy(),
            "path": [
                " → ".join(documents.distance[slug]) for slug in steps.index
            ],
        }
    ),
    "How each document is connected with those who were studied",
)

# %% [markdown]
# ## What do the effect estimates say?
#
# They do not all point one way, and they must not be added up.

# %%
estimates = together.estimates()
drawn = estimates[estimates["left_out"].isna()]
compared = turned(drawn)
sides = compared["side"].value_counts()
of_claims = compared["id"].isin(claims.index)
own = compared.loc[of_claims, "document"].unique()
by_design = compared["design"].value_counts()

# %% tags=["hide-input"]
text(f"""
The map holds {len(compared)} estimates in which treatment with thymosin α1, alone or with other drugs, is compared with
something else. In
{sides.get("thymosin α1", 0)} the whole interval favours thymosin α1, in {sides.get("control", 0)} it favours the other
side, and in {sides.get("neither", 0)} it includes 1. These are counts of lines, not of evidence: a meta-analysis and
the trials in it, or an odds ratio and a hazard ratio of one trial, hold the same patients. And an interval on one side
settles nothing by itself: among many lines some get there by chance, subgroups and outcomes can be chosen, and studies
can be biased. Nor was there a search: a line is here because a document or a chapter led to it.

{of_claims.sum()} of the lines are printed by the documents themselves ({listed(own)}). The others are of studies that a
document digests or cites, or that a chapter holds beside it. An effect printed with neither interval nor counts, such as
the survival that the liver failure digest reports, has no place on the map.
""")

# %% [markdown]
# To compare directions, all ratios are turned to one side. Where a ratio above 1 favours thymosin α1, as for a response
# to treatment, we take one over it, and its limits change places. By hand: an odds ratio of response of 2 (1.25 to 4)
# becomes 1/2 = 0.5, with limits 1/4 = 0.25 and 1/1.25 = 0.8. For odds ratios that is the odds ratio of *no* response.
# For risk ratios and hazard ratios it only reads the same comparison from the other arm.
#
# Odds ratios (OR), risk ratios (RR) and hazard ratios (HR) are three measures. If the interval of a ratio includes 1, the
# data are compatible with no difference, and with every other value in the interval. An odds ratio lies further from 1 than the risk ratio of
# the same patients, the more so the commoner the events. So lines of different measures can be compared in direction,
# not in size.
#
# Squares are odds ratios that we computed from the counts of two arms, with Wald intervals; exact intervals are usually
# wider. Where only percentages are printed, the counts are worked out from them; the line is then dashed and hollow. Diamonds are
# ratios as printed. Where treatment was not randomised the line says so: patients who were given the drug may then
# have differed from the others to begin with.

# %%
evidence_map(compared)

# %% tags=["hide-input"]
randomised = by_design.get("randomised", 0)
text(f"""
Of the {len(compared)} lines, {randomised} are from single randomised trials, {by_design.get("meta-analysis", 0)} from
meta-analyses and {by_design.get("not randomised", 0)} from studies that were not randomised. "Control" stands for whatever
the other arm was given: placebo, usual care, or what we have not seen. "First version" marks subgroup ratios of TESTS from
its abstract before an erratum changed the overall ratio; we have not seen corrected ones. Four of the five lines on liver
failure are of one open-label trial; two of them, encephalopathy and death from infection, have the same counts, and its
difference in survival was not significant by its own analysis of competing risks.
""")
table(
    pd.crosstab(compared["design"], compared["side"])
    .reindex(columns=list(SIDES), fill_value=0)
    .rename(
        columns={
            "thymosin α1": "favours thymosin α1",
            "neither": "includes 1",
            "control": "favours the other side",
        }
    )
    .rename_axis("design")
    .reset_index(),
    "Lines of the map by design and by where their whole interval lies. Lines, not evidence: they overlap in patients",
)

# %% tags=["hide-input"]
others = drawn[drawn["favours"] == "neither"]
table(
    pd.DataFrame(
        {
            "ratio for": others["label"],
            "against": others["comparator"],
            "outcome": others["outcome"],
            "ratio": others["measure"] + " " + others["as_given"],
            "document": others["document"],
        }
    ),
    "Ratios in the documents that compare something other than treatment with thymosin α1. They are not on the map",
)
table(
    estimates.loc[
        estimates["left_out"].notna(), ["id", "as_given", "left_out"]
    ].rename(columns={"as_given": "ratio (interval)", "left_out": "why"}),
    "Estimates in our tables that are not drawn, and why",
)

# %% [markdown]
# ## What are misworded and contradicted claims in conflict with?
#
# With their own document, with a source, or only with what such numbers can show.

# %%
conflicts, links = together.conflicts(), together.card_links()
by_ground = pd.crosstab(conflicts["document"], conflicts["conflicts_with"])
by_ground = by_ground.reindex(
    index=documents.index,
    columns=["itself", "its source", "its inference"],
    fill_value=0,
)
grounds = by_ground.sum()

# %% tags=["hide-input"]
text(f"""
{grounds["itself"]} of the {len(conflicts)} are in conflict with another place or another number of the same document,
{grounds["its source"]} with a source that the document digests or cites. In {grounds["its inference"]} the inference is
at fault: the sentence draws more from the result than it can carry. Which of the three it is,
is our reading of each finding.
""")
table(
    by_ground.assign(all=by_ground.sum(axis=1))
    .rename_axis("document")
    .reset_index(),
    "Misworded and contradicted claims by document and by what they are in conflict with",
)
table(
    pd.DataFrame(
        {
            "claim": conflicts.index,
            "what is said": conflicts["statement"],
            "verdict": conflicts["verdict"],
            "in conflict with": conflicts["conflicts_with"]
            + ": "
            + conflicts["what"],
        }
    ),
    "Every misworded and every contradicted claim; each name leads to its card",
    links=links,
)

# %% [markdown]
# ## Where do the documents speak of the same thing?
#
# In a few places; most of them are about different patients.

# %%
pairs = together.pairs()
relations = pairs["relation"].value_counts()

# %% tags=["hide-input"]
told = [
    f"{relations.get(word, 0)} that {word}"
    for word in ("contradict", "differ", "agree")
]
text(f"""
Pairs of claims of two documents that speak of the same thing, as far as we found any: {listed(told)}. That two claims
speak of the same thing, and how they stand together, is our reading; the verdict on each is not. Claims *differ* if they do not say the same
and both can be true.
""")
for pair in pairs.itertuples():
    table(
        together.side_by_side(pair.id),
        f"On {pair.about}, the two {pair.relation}. {pair.why}",
        links=links,
    )

# %% [markdown]
# ## Which findings change a conclusion?
#
# These, in an order that a rule gives.

# %%
ranked = rank_findings(claims)
by_rank = ranked["verdict"].value_counts()
changed = ranked["document"].value_counts()

# %% tags=["hide-input"]
rest = len(ranked) - sum(by_rank.get(word, 0) for word in IN_CONFLICT)
text(f"""
{len(ranked)} of the {n} claims, in {len(changed)} of {len(documents)} documents, have a finding that changes a conclusion:
{by_rank.get("contradicted", 0)} about contradicted claims, {by_rank.get("misworded", 0)} about misworded ones, {rest} about others.
""")

# %% [markdown]
# That a finding changes a conclusion is our judgement, and each chapter gives the reason. The order is a rule, and the
# computer applies it: contradicted claims come first, then misworded ones, then the rest; among equals, a claim that
# its document makes in more places comes first; then the order of the book decides. The rule says nothing about how
# much a finding matters to patients.

# %% tags=["hide-input"]
table(
    ranked.reset_index()[["id", "verdict", "places", "changes"]].rename(
        columns={
            "id": "claim",
            "places": "places in the document",
            "changes": "what it changes",
        }
    ),
    "Findings that change a document's conclusion, in order; each name leads to its card",
    links=links,
)

# %% [markdown]
# ## What would settle it
#
# Above all, quantities that the documents do not print.

# %%
missing = missing_quantities(claims)
often = missing[missing["claims"] > 1]

# %% tags=["hide-input"]
text(f"""
The cards of {int(claims["missing"].map(bool).sum())} claims name {len(missing)} missing quantities, {len(often)} of them for more
than one claim. Two wordings count as two quantities, and one wording can stand for as many as there are studies.
""")
table(
    often.rename(columns={"quantity": "missing quantity", "claims": "claims"}),
    "Quantities that more than one claim lacks",
)

# %% [markdown]
# Some of these may stand in papers that we have not seen in full. There it would be enough to pass them on: counts, or
# an effect with its interval, and the number of patients.
#
# ## What we found
#
# - Claims fared in all six ways, and no document in one way only; what could be recomputed depended on what was printed.
# - Distance from patient data and document could not be told apart.
# - On one map of ratios and two-arm counts, turned to one side, estimates did not all point one way.
# - Misworded and contradicted claims were in conflict with their own document, with a source, or with what such results can
#   show.
# - In a few places documents spoke of the same thing; none contradicted another.
# - Most findings that change a conclusion were about misworded claims.
# - Many claims lacked quantities that the cards name.

# %% tags=["hide-input"]
together.close(f"""
Of {n} claims in {len(documents)} documents, {agree} ({agree / n:.0%}) could be reproduced or agree with other printed
numbers, {verdicts["possible"]} ({verdicts["possible"] / n:.0%}) are possible, {conflict} ({conflict / n:.0%}) are misworded or
contradicted, and for {verdicts["silent"]} ({verdicts["silent"] / n:.0%}) there is nothing to compute from;
{len(ranked)} findings change a document's conclusion. Of the {len(conflicts)} claims in conflict, {grounds["itself"]} conflict
with their own document, {grounds["its source"]} with a source, and {grounds["its inference"]} with what such results can show.
{len(compared)} estimates of treatment with thymosin α1 against something else stand on one map; they overlap in patients
and are not pooled, and no count of them says whether the drug works.
""")

# %% [markdown]
# ## Cite this chapter
#
# :::{rederive-cite}
# :::

# %% tags=["hide-input"]
libraries = ("rederive", "numpy", "pandas", "scipy")
text(
    "Versions used: "
    + ", ".join(f"{name} {version(name)}" for name in libraries)
    + "."
)
