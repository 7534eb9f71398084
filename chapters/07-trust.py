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

from rederive.calibration.differences import known_differences
from rederive.calibration.run import KINDS, false_alarms, with_rates
from rederive.calibration.summary import (
    COUNTS,
    alarms_by_kind,
    caught_by,
    caught_by_slip,
    power_by,
)
from rederive.display import calibration_figures as figures
from rederive.display.shown import text
from rederive.display.tables import table
from rederive.measured import Measured
from rederive.printed import formatted, listed

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
# The intervals take claims for independent. They are not quite: claims of a batch share the number of patients or of trials,
# and where fitting takes long, each fit was printed twenty times. The rates are averages over our mix all the same.
#
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
# ## Does the book notice a slip in the five documents?
#
# Nearly always, where a number is tied to others. Mostly not, where nothing printed has anything to do with it.
#
# Here the documents themselves were spoilt: one printed number of one claim at a time, in every way in which it can slip. Then
# the chapter was run on the spoilt document. A slip is caught if the loader refuses the number, or if this claim or another one
# becomes *contradicted*.

# %%
spoilt = measured.table("document-corruptions")
alone = spoilt["kind"] == "ratio, without its source"
in_documents = caught_by(spoilt[~alone], ["tied"])
by_slip = caught_by(spoilt[~alone & (spoilt["tied"] == "yes")], ["corruption"])
by_kind = caught_by(spoilt[~alone & (spoilt["tied"] == "yes")], ["kind"])
without_source = caught_by(
    spoilt[alone & (spoilt["tied"] == "yes")], ["corruption"]
)

# %% tags=["hide-input"]
document_digit = by_slip.loc["last-but-one digit"]
misses = measured.table("document-misses")
missed_digit = misses[misses["corruption"] == "last-but-one digit"]
text(f"""
Of {int(document_digit["tried"]):,} changes of the last digit but one in numbers that others tie down,
{document_digit["rate"]:.1%} were caught; we aimed at {aim:.0%}. Of all {int(in_documents.loc["yes", "tried"]):,} slips in such
numbers {in_documents.loc["yes", "rate"]:.1%} were caught, of {int(in_documents.loc["no", "tried"]):,} in other numbers
{in_documents.loc["no", "rate"]:.1%}. By the arithmetic of a ratio alone, without the source to compare with,
{without_source.loc["last-but-one digit", "rate"]:.1%} of {int(without_source.loc["last-but-one digit", "tried"])} such changes in
ratios would have been caught.
""")
table(
    by_slip.reset_index().rename(
        columns={"corruption": "slip", "rate": "share"}
    ),
    "Slips in numbers of the documents that others tie down, by kind of slip",
    {"share": ".1%"},
)
table(
    by_kind.reset_index().rename(
        columns={"kind": "kind of claim", "rate": "share"}
    ),
    "The same by kind of claim",
    {"share": ".1%"},
)
table(
    missed_digit.groupby("why", sort=False)
    .size()
    .rename("misses")
    .reset_index(),
    "Changes of the last digit but one that were missed, by reason",
)

# %% [markdown]
# What could no check have caught? Numbers that nothing printed ties down.

# %%
numbers = measured.table("document-numbers")
free_numbers = numbers[numbers["tied"] == "no"]

# %% tags=["hide-input"]
text(f"""
Of {len(numbers):,} printed numbers in claims, {len(free_numbers):,} are of that kind. A slip in them goes unnoticed unless it
makes the number impossible by itself.
""")
table(
    free_numbers.groupby("why_not", sort=False)
    .size()
    .rename("numbers")
    .reset_index()
    .rename(columns={"why_not": "why"}),
    "Numbers of the documents that nothing printed ties down, by reason",
)

# %% [markdown]
# ## Do the functions agree with R?
#
# Yes, as far as the digits of either side go.

# %%
oracles = measured.table("oracles")
differences = oracles[["relative", "absolute"]].max(axis=1)
close = differences.fillna(0) <= 1e-9
packages = oracles.groupby("package")["version"].first()

# %% tags=["hide-input"]
text(f"""
{oracles["values"].sum():,} values of {oracles["ours"].nunique()} functions were compared with R {oracles["r"].iloc[0]}
({listed(f"{package} {number}" for package, number in packages.items())}). In {close.sum()} of {len(oracles)} groups every value
agrees to nine digits or decimals. In the other {(~close).sum()}, R searches or integrates more coarsely, or numbers enter with
the digits a paper prints.
""")
table(
    oracles.groupby("package")
    .agg(
        groups=("ours", "size"),
        cases=("cases", "sum"),
        values=("values", "sum"),
    )
    .reset_index(),
    "Values compared with R, by package",
)
table(
    oracles.assign(ours=oracles["ours"].str.removeprefix("rederive."))[
        [
            "ours",
            "theirs",
            "values",
            "relative",
            "absolute",
            "allowed_relative",
            "allowed_absolute",
            "why",
        ]
    ].rename(
        columns={
            "ours": "our function",
            "theirs": "in R",
            "relative": "largest share",
            "absolute": "largest amount",
            "allowed_relative": "share allowed",
            "allowed_absolute": "amount allowed",
            "why": "why so much",
        }
    ),
    "Largest differences from R, as a share of R's value, or as an amount for values near 0; and what is allowed",
    dict.fromkeys(
        ("largest share", "largest amount", "share allowed", "amount allowed"),
        ".1g",
    ),
)

# %% [markdown]
# R is a second opinion, not the truth: both could share an error. How far two programs may differ was not picked to make tests
# pass. Each allowance has a reason, in the last column. The values and the calls that made them are stored with the book, so R
# is not needed to test; `make oracles` asks R again and stops if it now says something else.
#
# ## Where do programs differ on purpose?
#
# Statistics has conventions, and papers seldom name theirs.

# %%
known = known_differences()
p_value = known.loc["hartung-knapp"]
truncated = known.loc["hartung-knapp-truncated"]
ties = known.loc["ties-breslow"]

# %% tags=["hide-input"]
text(f"""
Here are {len(known)} on which programs differ, each on an example. R gives both answers too, and none is wrong. The choice can
decide what is called significant: six trials of lidocaine have p = {p_value["our value"]:.3f} by Wald's test,
{p_value["other value"]:.3f} by Hartung and Knapp's, and {truncated["other value"]:.3f} by the same with its usual safeguard. Tied
times move a hazard ratio from {ties["our value"]:.2f} to {ties["other value"]:.2f}.
""")
table(
    known[
        [
            "choice",
            "example",
            "number",
            "ours",
            "our value",
            "other",
            "other value",
            "difference",
            "cause",
            "used here",
        ]
    ].rename(
        columns={
            "ours": "one convention",
            "our value": "gives",
            "other": "another",
            "other value": "gives then",
        }
    ),
    "Conventions on which programs differ: both answers, the difference, its cause, and what is used here",
    dict.fromkeys(("gives", "gives then", "difference"), ".3g"),
)

# %% [markdown]
# So a recomputed number that differs from a printed one in this way contradicts nothing by itself. A contradiction holds under
# the conventions tried, and its card names them.
#
# ## Which laws hold whatever the data?
#
# Examples can be chosen badly, so laws are tested on data drawn at random:
#
# - the honest result of a table, a paired test, a regression or a survival curve, rounded as papers do, is not contradicted;
# - reading a trial from the other arm inverts its ratios and keeps its p values;
# - one study pools to itself, and taking studies out again undoes pooling, in any order;
# - further digits leave nothing possible that fewer had excluded;
# - what is printed reads back as what it was.
#
# For each law a line of the library was changed to see the law fail. These laws guard against false alarms; whether a check
# is too lenient is what the slips above measure.
#
# ## Would the tests notice a wrong line of code?
#
# Mostly, where we looked.
#
# A tool, mutmut, changes one thing in one line of the library: a < into a ≤, a plus into a minus, an argument into nothing. Then the
# tests of that module run. If none fails, the fault has survived. Each survivor was looked at: either a new test now catches it, or
# it is listed with the reason why it stands.

# %%
mutants = measured.table("mutants")
survivors = measured.table("survivors")
scopes = mutants.groupby("scope")[["possible", "tried"]].sum()
modules = mutants["scope"].value_counts()

# %% tags=["hide-input"]
text(f"""
{mutants["possible"].sum():,} faults could be planted. {mutants["tried"].sum():,} were: all of those in
{listed(mutants.index[mutants["scope"] == "whole"])}, and a random sample in {modules["sample"]} other modules. The tests noticed
{mutants["killed"].sum() + mutants["timed_out"].sum():,} of them; {mutants["survived"].sum():,} survived.
{modules.get("not tried", 0)} modules were not tried, and about those the figures say nothing.

These figures are no forecast. Where a fault was missed at first, a test was written for it and the fault tried again; they are
those after. Faults of another kind, in constants, in messages or in the words of sentences, were not planted.
""")
table(
    mutants[mutants["tried"] > 0]
    .reset_index()
    .rename(columns={"id": "module", "timed_out": "did not end"}),
    "Faults planted in the library, by module",
)
table(
    survivors[
        ["module", "function", "line", "change", "kind", "reason"]
    ].rename(columns={"kind": "sort", "reason": "why it stands"}),
    "Every fault that survived, and why",
)

# %% [markdown]
# ## Would a wrong number in the data be noticed?
#
# Often, but not always: some of what a chapter reads, it only shows.
#
# The tables from which the chapters recompute were spoilt as well: every count up and down by one, every printed number in its last
# two digits, the arms of every row exchanged, every row dropped. A change survives if no record of the results shows it.

# %%
mutations = measured.table("data-mutations")
data_survivors = measured.table("data-survivors")
totals = mutations[
    ["tried", "refused", "contradicted", "other_verdict", "stopped", "record"]
].sum()

# %% tags=["hide-input"]
text(f"""
Of {totals["tried"]:,} changes, {totals["refused"]:,} were refused by the loader, {totals["stopped"]:,} stopped the chapter,
{totals["contradicted"] + totals["other_verdict"]:,} changed a verdict, and {totals["record"]:,} changed a recomputed number or a
reason. {len(data_survivors):,} survived.
""")
table(
    mutations.groupby("corruption", sort=False)
    .sum(numeric_only=True)
    .rename(columns=lambda name: name.replace("_", " "))
    .reset_index()
    .rename(columns={"corruption": "change"}),
    "Changes of the tables, by kind, and what became of them",
)
table(
    data_survivors.groupby(["outcome", "why"], sort=False)
    .size()
    .rename("changes")
    .reset_index()
    .rename(
        columns={"outcome": "what changed", "why": "why no record shows it"}
    ),
    "Changes that survived, by reason; each stands in `data/trust/data_survivors.csv`",
)

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
# ## What becomes of bad input, and of a build that is stopped?
#
# Bad input ends in one line that says what is wrong. After a build that was killed, the next one makes the same site, byte for
# byte.

# %%
inputs = measured.table("bad-inputs")
kills = measured.table("kills")
disk = measured.table("disk-faults")
real = kills[kills["book"] == "real"]

# %% tags=["hide-input"]
text(f"""
{inputs["inputs"].sum():,} malformed inputs were given to {len(inputs)} entry points: files with a wrong number, a missing field, a
cell too many, another encoding; folders where files should be; mistyped commands. For each, a test asks for exit code 1, for one
line that says where and what was expected, and that nothing is changed. We wrote the list ourselves, so it shows what we thought
of, not what can happen.

{len(kills)} builds were killed without warning, {len(real)} of this book and {len(kills) - len(real)} of a small one made for tests.
Site, results and executed chapters were then compared with those of builds that nobody disturbed:
{(kills["identical"] == "yes").sum()} were identical once the next build was done. After {(kills["half_written"] > 0).sum()} kills
something looked finished that was not.

{len(disk)} builds of the small book met a full disk, a limit on the size of files, or a folder that may not be written.
{(disk["exit_code"] == 1).sum()} stopped with exit code 1, {(disk["lines"] == 1).sum()} of them in one line;
{(disk["half_written"] > 0).sum()} left something half-written, and after {(disk["identical"] == "yes").sum()} the next build made
the same site as ever. A power cut is another matter, and was not tried.
""")
table(
    kills.groupby(["book", "killed", "phase"], sort=False)
    .agg(
        kills=("identical", "size"),
        identical=("identical", lambda found: int((found == "yes").sum())),
        half_written=("half_written", "sum"),
        leftovers=("leftovers", "sum"),
    )
    .reset_index()
    .rename(
        columns={
            "half_written": "half-written files",
            "leftovers": "files left over",
        }
    ),
    "Builds that were killed, by what was killed and what it was doing",
)
table(
    disk[["told", "exit_code", "lines", "half_written", "identical"]]
    .reset_index()
    .rename(
        columns={
            "id": "fault",
            "told": "what it said",
            "exit_code": "exit code",
            "half_written": "half-written files",
            "identical": "next build identical",
        }
    ),
    "Faults of the disk, and what the build said",
)
table(
    inputs.reset_index().rename(columns={"id": "entry point"}),
    "Malformed inputs, by entry point",
)

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
another way, up to {others["rate"].max():.0%} of a kind were. Of changes of the last digit but one in numbers that others tie
down, {tied["contradicted"] / tied["claims"]:.0%} were noticed in simulated claims and {document_digit["rate"]:.0%} in the five
documents; we aimed at {aim:.0%}. The functions agree with R in {oracles["values"].sum():,} values, and the tests noticed
{(mutants["killed"].sum() + mutants["timed_out"].sum()) / mutants["tried"].sum():.0%} of {mutants["tried"].sum():,} faults planted in the library.
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
