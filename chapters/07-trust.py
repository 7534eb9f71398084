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

import pandas as pd

from rederive.calibration.run import KINDS, false_alarms, power, with_rates
from rederive.display import calibration_figures as figures
from rederive.display.shown import text
from rederive.display.tables import table
from rederive.measured import Measured
from rederive.printed import listed

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
# It cannot say how often published claims are wrong, nor how often *our reading* of a document is. Rates depend on what is
# tried: the mix of kinds, decimals and slips is ours. Long runs were made beforehand; their results are stored beside the
# chapter, each with the command that makes it again. A small part of the first one is run again below, while this page is made.
#
# ## Do the checks contradict honest claims?
#
# Not once where a check knows how the numbers were made.
#
# We simulate studies, analyse them, and print the results as papers do: one to four decimals (percentages none to three),
# rounded half up, half to even, or cut off; p values as numbers or as bounds. Then the check gets the printed text and
# nothing else. Whatever it contradicts, it contradicts in error.

# %%
stored = measured.table("false-alarms")
counts = ["claims", "contradicted", "midpoint"]
by_kind = stored.groupby(["kind", "printing"], sort=False)[counts].sum()

again = false_alarms(dict.fromkeys(KINDS, 1))
first = stored.set_index(["kind", "printing"]).filter(like="first_")
same = (
    again.sort_index().to_numpy().tolist()
    == first.sort_index().to_numpy().tolist()
)

# %% tags=["hide-input"]
text(f"""
The stored run judged {by_kind["claims"].sum():,} honest claims of {len(KINDS)} kinds. The first {again["claims"].sum():,} of them
were made and judged again just now, with {"the same" if same else "other"} counts.
""")
