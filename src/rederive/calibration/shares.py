"""Honest percentages, tables of percentages, and p values beside counts, printed and judged."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rederive.calibration.kinds import (
    WAYS,
    Bools,
    Kind,
    by_text,
    could_print_each,
    log_uniform,
    no_probability,
    read_counts,
)
from rederive.calibration.printing import ROUNDINGS, Styles, print_p, print_steps, round_quotients
from rederive.checks.breakdowns import adds_up_by_design
from rederive.checks.proportions import TESTS, prints_percentage
from rederive.checks.two_by_two import p_by_test
from rederive.printed import Printed, Rounding

Integers = NDArray[np.int64]

CUT_OFF = ROUNDINGS.index(Rounding.TRUNCATION)
ADDED_UP = len(ROUNDINGS)
"""A block's way of rounding beside `ROUNDINGS`: so that its percentages add up to 100%."""

PRINTING = {i: "cut off" if i == CUT_OFF else "nearest" for i in range(ADDED_UP)} | {ADDED_UP: "to add up"}


def _printing(rounding: Integers) -> list[str]:
    return [PRINTING[how] for how in rounding.tolist()]


# --------------------------------------------------------------------------------------------- percentages


def draw_percentages(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Counts of 5 to 5,000 people with the percentage beside them, to 0 to 3 decimals."""
    size = log_uniform(5, 5000, n, rng)
    events = rng.binomial(size, rng.uniform(0, 1, n))
    decimals, rounding = rng.integers(0, 4, n), rng.integers(0, len(ROUNDINGS), n)
    steps = round_quotients(100 * 10**decimals * events, size, rounding)
    return pd.DataFrame(
        {
            "events": events.astype(str).astype(object),
            "n": size.astype(str).astype(object),
            "percent": print_steps(steps, decimals, "%"),
            "printing": _printing(rounding),
        }
    )


def percentage_contradicted(table: pd.DataFrame) -> Bools:
    """As `judge_percentage` of counts printed beside it; or the loader refuses it."""
    events, size = (read_counts(table[name]) for name in ("events", "n"))
    refused = (events < 0) | (size < 1) | (events > size)
    return np.asarray(refused | ~np.any(_cells_print(events, size, table["percent"]), axis=0))


def _cells_print(events: Integers, size: Integers, percent: pd.Series) -> Bools:
    """Whether each cell's percentage is printed under each of `ROUNDINGS`; shape (roundings, cells)."""
    prints = np.zeros((len(ROUNDINGS), len(events)), dtype=bool)
    for number, at in by_text(percent):
        if 0 <= number.value <= 1:  # the loader refuses others
            prints[:, at] = [prints_percentage(events[at], size[at], number, how) for how in ROUNDINGS]
    return prints


def percentage_midpoint(table: pd.DataFrame) -> Bools:
    """The double nearest to 100 events / n, rounded as numpy does, is not the printed percentage."""
    events, size = (np.array(read_counts(table[name]), dtype=float) for name in ("events", "n"))
    return ~_rounds_to(events, size, table["percent"])


def _rounds_to(events: NDArray[np.float64], size: NDArray[np.float64], percent: pd.Series) -> Bools:
    decimals = percent.map(lambda text: len(text.rstrip("%").partition(".")[2])).to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):  # a spoilt denominator may be 0
        shares = 100 * events / size
    rounded = np.empty(len(events))
    for places in np.unique(decimals):
        rounded[decimals == places] = np.round(shares[decimals == places], places)
    printed = percent.str.rstrip("%").astype(float).to_numpy()
    return np.isclose(rounded, printed, rtol=0, atol=1e-9)


# ------------------------------------------------------------------------------------ tables of percentages


def draw_blocks(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Blocks of 2 to 6 cells of 10 to 2,000 people, to 0 to 2 decimals; texts joined by spaces, a row per block."""
    size, cells = log_uniform(10, 2000, n, rng), rng.integers(2, 7, n)
    decimals, rounding = rng.integers(0, 3, n), rng.integers(0, ADDED_UP + 1, n)
    events = [rng.multinomial(m, rng.dirichlet(np.ones(c))) for m, c in zip(size.tolist(), cells.tolist(), strict=True)]
    block = np.repeat(np.arange(n), cells)
    numerator = 100 * 10 ** decimals[block] * np.concatenate(events)
    steps = round_quotients(numerator, size[block], np.minimum(rounding, CUT_OFF)[block])
    starts = np.cumsum(cells) - cells
    for i in np.flatnonzero(rounding == ADDED_UP):  # digits cut off, then raised where most was cut
        mine = slice(starts[i], starts[i] + cells[i])
        short = 100 * 10 ** decimals[i] - steps[mine].sum()
        steps[mine][np.argsort(-(numerator[mine] % size[i]), kind="stable")[:short]] += 1
    percent = print_steps(steps, decimals[block], "%")
    return pd.DataFrame(
        {
            "n": size.astype(str).astype(object),
            "events": [" ".join(map(str, counts)) for counts in events],
            "percent": [" ".join(percent[a : a + c]) for a, c in zip(starts, cells, strict=True)],
            "printing": _printing(rounding),
        }
    )


def _cells(table: pd.DataFrame) -> pd.DataFrame:
    """A row per cell: `block`, `events`, `n` and `percent`."""
    return pd.DataFrame(
        {
            "block": np.repeat(np.arange(len(table)), table["events"].str.split().map(len)),
            "events": read_counts(" ".join(table["events"]).split()),
            "n": np.repeat(table["n"].astype(np.int64).to_numpy(), table["events"].str.split().map(len)),
            "percent": " ".join(table["percent"]).split(),
        }
    )


def block_contradicted(table: pd.DataFrame) -> Bools:
    """As `judge_breakdown`, every patient in one cell; or the loader refuses the block."""
    cells = _cells(table)
    prints = _cells_print(cells["events"].to_numpy(), cells["n"].to_numpy(), cells["percent"])
    shared = pd.DataFrame(prints.T).groupby(cells["block"]).all().any(axis=1).to_numpy()
    adds_up = cells.groupby("block")["events"].sum().to_numpy() == table["n"].astype(np.int64).to_numpy()
    for i in np.flatnonzero(adds_up & ~shared):
        block = _slice(cells, int(i))
        shared[i] = adds_up_by_design(block.assign(percent=block["percent"].map(Printed.parse)))
    return np.asarray(~(adds_up & shared))


def _slice(cells: pd.DataFrame, block: int) -> pd.DataFrame:
    start, end = np.searchsorted(cells["block"].to_numpy(), [block, block + 1])
    return cells.iloc[start:end]


def block_midpoint(table: pd.DataFrame) -> Bools:
    """Some percentage is not the double nearest to 100 events / n, rounded as numpy does; or counts do not add up."""
    cells = _cells(table)
    agrees = _rounds_to(cells["events"].to_numpy(float), cells["n"].to_numpy(float), cells["percent"])
    adds_up = cells.groupby("block")["events"].sum().to_numpy() == table["n"].astype(np.int64).to_numpy()
    return np.asarray(~(pd.Series(agrees).groupby(cells["block"]).all().to_numpy() & adds_up))


# ---------------------------------------------------------------------------------- p values beside counts

ARMS = ["events_treated", "n_treated", "events_control", "n_control"]
ALL_TESTS = tuple(p_by_test(3, 10, 4, 10))


def draw_tests(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Counts of two arms of 8 to 500 patients with the p value of one of the tests that `p_by_test` knows."""
    n1, n0 = log_uniform(8, 500, n, rng), log_uniform(8, 500, n, rng)
    risk = rng.uniform(0.05, 0.7, n)
    treated = np.clip(risk * np.exp(rng.normal(0, 0.4, n)), 0.01, 0.95)
    counts = np.array([rng.binomial(n1, treated), n1, rng.binomial(n0, risk), n0])
    counts = counts[:, (counts[0] + counts[2] > 0) & (counts[0] + counts[2] < counts[1] + counts[3])]
    test, m = rng.integers(0, len(TESTS), counts.shape[1]), counts.shape[1]
    p = np.choose(test, [by(*counts) for by in TESTS.values()])
    seldom = np.flatnonzero(rng.random(m) < 0.02)  # those that have no vectorised form
    for i in seldom:
        p[i] = p_by_test(*counts[:, i].tolist())[ALL_TESTS[len(TESTS) + int(rng.integers(len(ALL_TESTS) - len(TESTS)))]]
    styles = Styles.drawn(m, rng)
    texts = {name: column.astype(str).astype(object) for name, column in zip(ARMS, counts, strict=True)}
    table = pd.DataFrame(texts | {"p": print_p(p, styles), "printing": styles.printing})
    return table[np.asarray(np.isfinite(p), dtype=bool)].reset_index(drop=True)


def p_contradicted(table: pd.DataFrame) -> Bools:
    """As `which_test_prints`: none of the tests has a p value that is printed so; or the loader refuses the row."""
    counts = [read_counts(table[name]) for name in ARMS]
    found = np.zeros(len(table), dtype=bool)
    someone = (counts[1] > 0) & (counts[3] > 0)
    possible = someone & (np.min(counts, axis=0) >= 0) & (counts[0] <= counts[1]) & (counts[2] <= counts[3])
    events = counts[0] + counts[2]
    informative = possible & ~no_probability(table["p"]) & (events > 0) & (events < counts[1] + counts[3])
    for test in TESTS.values():
        values = test(*(x[informative] for x in counts))
        for how in WAYS:
            found[informative] |= could_print_each(table["p"][informative], values, how)
    for i in np.flatnonzero(informative & ~found):
        ends = [Printed.parse(table["p"].iloc[i]).interval(how) for how in WAYS]
        tried = p_by_test(*(int(x[i]) for x in counts)).values()
        found[i] = any(value in interval for value in tried for interval in ends)
    return ~found


def p_midpoint(table: pd.DataFrame) -> Bools:
    """Pearson's χ² test, the one most often meant, has another p value."""
    counts = [read_counts(table[name]) for name in ARMS]
    with np.errstate(invalid="ignore", divide="ignore"):
        return ~could_print_each(table["p"], TESTS["χ²"](*counts))


SHARE_KINDS = (
    Kind(
        "percentage of a count",
        draw_percentages,
        percentage_contradicted,
        percentage_midpoint,
        "checks.proportions.judge_percentage",
        corrupted=("events", "n", "percent"),
    ),
    Kind(
        "table of percentages",
        draw_blocks,
        block_contradicted,
        block_midpoint,
        "checks.breakdowns.judge_breakdown",
        corrupted=("events", "percent"),
    ),
    Kind(
        "p value beside counts",
        draw_tests,
        p_contradicted,
        p_midpoint,
        "checks.two_by_two.which_test_prints",
        corrupted=(*ARMS, "p"),
        swaps={"arms exchanged": (("events_treated", "events_control"),)},
    ),
)
