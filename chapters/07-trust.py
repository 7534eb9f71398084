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
# # How far to trust these checks
#
# A book that judges other people's numbers owes its readers its own error rates. This chapter re-derives no document. It
# turns the checks on claims whose truth we know, because we made them.

# %% tags=["hide-input"]
from importlib.metadata import version

from rederive.calibration.run import KINDS, false_alarms, with_rates
from rederive.calibration.summary import (
    COUNTS,
    alarms_by_kind,
    caught_by_slip,
    power_by,
)
from rederive.display import calibration_figures as figures
from rederive.display.shown import text
from rederive.display.tables import table
from rederive.measured import Measured
from rederive.printed import formatted

# %% tags=["hide-input"]
measured = Measured.of("trust")
measured.open()

# %% [markdown]
# ## What this chapter measures, and what it cannot
#
# This chapter asks
#
# - how often a check contradicts an honest claim;
# - how often it notices a slip, in simulated claims and in the five documents;
# - whether the functions agree with R, and where they differ on purpose;
# - whether the tests would notice a wrong line of code, or a wrong number in the data;
# - whether every number in the prose has a source;
# - what becomes of bad input, and of a build that is stopped.
#
# It cannot say how often published claims are wrong, nor how often our reading of a document is. Rates depend on what is
# tried, and the mix of kinds, decimals and slips is ours. Most figures come from long runs made beforehand. Their results
# are stored with the book, each with the command that makes it again. A small part of the first two runs is repeated while
# this page is made.
#
# ## Do the checks contradict honest claims?
#
# Not once, where a check knows how the numbers were made.
#
# We simulate studies, analyse them, and print the results as papers do: one to four decimals (percentages none to three),
# rounded half up, half to even, or cut off; p values as numbers or as bounds. The check gets the printed text and nothing
# else. Whatever it contradicts, it contradicts in error.

# %%
stored = measured.table("false-alarms")
named = alarms_by_kind(stored, exact=True)

again = false_alarms(dict.fromkeys(KINDS, 1))
before = stored.set_index(["kind", "printing"]).filter(like="first_")
same = again.to_numpy().tolist() == before.loc[again.index].to_numpy().tolist()

# %% tags=["hide-input"]
fewest, wrongly = named["claims"].min(), named["contradicted"].sum()
limit = with_rates(named)["upper"].max()
text(f"""
The check of a kind names tests, distributions and ways of rounding. Of {named["claims"].sum():,} honest claims made in a way it
names, {wrongly:,} were contradicted, in {len(named)} kinds of at least {fewest:,} claims each. Per kind, a true rate above
{formatted(limit, ".7f")} is excluded with 97.5% confidence. The first {again["claims"].sum():,} claims of all kinds were made and
judged again while this page was made, with {"the same" if same else "other"} counts.
""")
table(
    named.assign(midpoint=named["midpoint"] / named["claims"])
    .drop(columns="cause")
    .reset_index()
    .rename(
        columns={
            "kind": "kind of claim",
            "claims": "honest claims",
            "midpoint": "contradicted if digits were exact",
        }
    ),
    "Honest claims, made in a way the check names, and how many it contradicts",
    {"contradicted if digits were exact": ".1%"},
)

# %% [markdown]
# That is what taking rounding seriously buys. The fourth column is a check that does what a reader with a calculator does: it
# takes the printed digits for the true values, works out one number from the others, and rounds it. On the same claims it
# cries wolf, most where few digits are printed. For percentages it errs only through roundings that it does not know. Where
# it errs next to never, as with survival medians, there is little to hold on to for either check.
#
# A kind without alarms may also be one whose check never contradicts anything. The slips below tell the two apart.
#
# ## And where a check does not know the test?
#
# Then honest claims are contradicted, often. A contradiction between an interval and a p value is only as good as our
# knowledge of the test behind the p value.
#
# The check of ratios knows Wald's test: the log estimate over its standard error, referred to the normal distribution.
# Authors often print a Wald interval beside the p value of another test of the same data.

# %%
others = with_rates(alarms_by_kind(stored, exact=False))

# %% tags=["hide-input"]
worst = others["rate"].idxmax()
text(f"""
Of honest claims made in a way it does not name, a check contradicts from {others["rate"].min():.1%} to {others["rate"].max():.1%}
({worst}), by kind.
""")
table(
    others[["claims", "contradicted", "rate", "lower", "upper", "cause"]]
    .reset_index()
    .rename(
        columns={
            "kind": "kind of claim",
            "claims": "honest claims",
            "lower": "95% interval from",
            "upper": "to",
        }
    ),
    "Honest claims, made in a way the check does not name: how many it contradicts, with exact 95% intervals, and why",
    dict.fromkeys(("rate", "95% interval from", "to"), ".2%"),
)
figures.alarms_by_kind(stored.groupby("kind")[COUNTS].sum())

# %% [markdown]
# No ratio of the five documents is contradicted by its own p value, so no verdict of this book rests on such a case. Whoever
# uses the check on other papers should first find out which test was used.
#
# ## Does a check notice a slip?
#
# Mostly, where numbers tie each other down. Seldom, where they leave each other free.
#
# We took honest claims, changed one thing in each, and judged them again: a digit, the decimal point, a minus sign; two
# digits, two limits or two arms exchanged; a standard error printed for a standard deviation. What the loader refuses, such
# as a p value above 1, counts as noticed.

# %%
slips = measured.table("power")
digit = slips[slips["slip"] == "last digit but one"]
tied = power_by(digit, ["slip"], constrained=True).iloc[0]
free = power_by(digit, ["slip"], constrained=False).iloc[0]
by_number = with_rates(power_by(digit, ["kind", "number"], constrained=True))

# %% tags=["hide-input"]
aim = 0.95
met = tied["contradicted"] >= aim * tied["claims"]
text(f"""
Our aim was to notice {aim:.0%} of changes of the last digit but one, in claims whose numbers tie each other down. Of
{int(tied["claims"]):,} such changes, {tied["contradicted"] / tied["claims"]:.1%} were noticed: the aim is {"met" if met else "missed"}.
Number by number, it is met for {(by_number["rate"] >= aim).sum()} of {len(by_number)}. In claims whose numbers leave each other
free, {free["contradicted"] / free["claims"]:.1%} of {int(free["claims"]):,} were noticed.
""")
table(
    by_number[["claims", "rate", "lower", "upper"]]
    .reset_index()
    .rename(
        columns={
            "kind": "kind of claim",
            "claims": "spoilt claims",
            "rate": "noticed",
            "lower": "95% interval from",
            "upper": "to",
        }
    ),
    "Changes of the last digit but one, by kind of claim and number: how many are noticed",
    dict.fromkeys(("noticed", "95% interval from", "to"), ".1%"),
)

# %% [markdown]
# The misses are mostly p values. An interval printed to one decimal says little about p, and a bound such as <0.05 that
# becomes <0.15 is still true. That is no weakness of the check. Where a check is exact, whatever it lets pass could have been
# printed by an honest study; no check of the same numbers, with the same tests in mind, can do better. What helps is more
# digits:

# %%
p_values = with_rates(
    power_by(digit[digit["number"] == "p"], ["digits"], constrained=True)
).sort_index()

# %% tags=["hide-input"]
table(
    p_values[["claims", "rate", "lower", "upper"]]
    .reset_index()
    .rename(
        columns={
            "digits": "decimals of the p value",
            "claims": "spoilt claims",
            "rate": "noticed",
            "lower": "95% interval from",
            "upper": "to",
        }
    ),
    "Changes of the last digit but one of a p value, by how it was printed",
    dict.fromkeys(("noticed", "95% interval from", "to"), ".1%"),
)
shares = caught_by_slip(slips)
table(
    shares.reset_index().rename(columns={"kind": "kind of claim"}),
    "Share of spoilt claims that are contradicted, by kind of claim and slip; empty where the slip cannot happen",
    dict.fromkeys(shares.columns, ".0%"),
)

# %% [markdown]
# The checks that are not exact are those of two means by Welch's test, of signed-rank p values, and of survival medians of more
# than 12 patients. They may let pass what a sharper check would notice.
#
# Some slips no check of printed numbers can ever notice:
#
# - the arms exchanged throughout: a ratio and its interval turned over are as coherent as before;
# - a bound that is weaker than it need be;
# - two standard deviations exchanged in a paired comparison, where only their sum and product count;
# - a wrong number from which everything else was then computed;
# - a number that no other printed number has anything to do with.

# %% [markdown]
# ## Is any number in the text a slip of the hand?
#
# None that we could find. Most numbers in the chapters are filled in when the program runs. The others are typed, and each
# typed number has an entry on a list: the section, the words around it, and what it is.

# %%
prose = measured.table("prose-numbers")
chapters = prose[prose.index.str.startswith("chapters/")].sum()

# %% tags=["hide-input"]
text(f"""
The chapters have {chapters["typed"]:,} typed numbers, {chapters["in_words"]:,} of them in words. {chapters["from_data"]:,} are
compared with what the document or a source prints, and {chapters["worked"]:,} are worked out again. {chapters["from_run"]:,} repeat
what the run says, and {chapters["from_code"]:,} what the program sets. The other {chapters["conventions"]:,} are definitions,
conventions, parts of formulas and years of papers; for these the list gives a reason, which only a reader can check. In
{chapters["computed"]:,} further places the run fills in what the text says.

Does the test notice a mistake? We changed each typed number of all pages in turn, and it noticed
{prose["changed_noticed"].sum():,} of {prose["typed"].sum():,}. That says little, since an entry holds the number itself. So we also
wrote each number a second time, at a place drawn at random, and it noticed
{prose["figures_misplaced_noticed"].sum() + prose["words_misplaced_noticed"].sum():,} of {prose["typed"].sum():,}.
""")
table(
    prose.drop(
        columns=[
            "changed_noticed",
            "figures_misplaced_noticed",
            "words_misplaced_noticed",
        ]
    )
    .rename(columns=lambda name: name.replace("_", " "))
    .reset_index()
    .rename(columns={"id": "page"}),
    "Numbers in the prose, by page and by where they come from",
)

# %% [markdown]
# What the test cannot see: whether a sentence around a right number is right; words such as "one", "half" or "twice"; numbers
# inside names. The page on methods has no such list. The front page is tested as it is shown: its table and its bottom lines
# have to be those of the run.

# %% [markdown]
# ## What remains unchecked
#
# - How well the simulated claims resemble published ones. Rates above are rates in our mix.
# - Kinds of claim without a simulation: sums and flows of patients, which are whole-number arithmetic; relative and absolute
#   reductions; comparisons of sentences with numbers; two independent ratios compared; trial sequential analysis; everything that
#   rests on an assumption the card names.
# - Our reading: which sentence makes which claim, which counts belong to it, whether wording misleads. No program checks that.
# - Whether a check is the right one for a design: clustered data, matched pairs, weights, repeated looks.
# - Faults in the libraries we build on, where R shares them.
#
# ## What we found
#
# - Where a check knew how numbers were made, it contradicted no honest claim.
# - Where it did not know the test, it contradicted many: it is not to be used without asking for the test.
# - Slips in numbers that others tie down were mostly noticed, slips in p values less often, slips in free numbers seldom.
# - The functions agreed with R; where programs differ on purpose, we say which way we go.
# - The tests noticed most planted faults; those that survived are listed.
# - Every number typed into the prose had a source.
# - Bad input ended in one line, and a stopped build was resumed without a trace.

# %% tags=["hide-input"]
measured.close(f"""
Of {named["claims"].sum():,} honest simulated claims made in a way a check names, {wrongly:,} were contradicted; of those made in
another way, up to {others["rate"].max():.0%} of a kind were. Of changes of the last digit but one in numbers that tie each other
down, {tied["contradicted"] / tied["claims"]:.0%} were noticed in simulated claims, short of the {aim:.0%} we aimed at. In the five
documents, TODO.
""")

# %% [markdown]
# ## Cite this chapter
#
# Please name the book, this chapter and the version of `rederive` below; [the front page](../book/index.md) says how.

# %% tags=["hide-input"]
libraries = ("rederive", "numpy", "pandas", "scipy", "statsmodels")
text(
    "Versions used: "
    + ", ".join(f"{name} {version(name)}" for name in libraries)
    + "."
)
