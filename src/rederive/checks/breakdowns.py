"""Blocks of a table that break the same patients down: do counts add up, and do percentages belong to them?

A count is exact, so a percentage beside it is reproduced or it is not; what is open is only how it was rounded. The
cells of one block come from one hand or one program and should share a convention.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

import pandas as pd

from rederive.checks.proportions import check_percentages, roundings_that_print, summarise_percentages
from rederive.claims import PrintedBreakdown
from rederive.printed import Printed, Rounding, round_to_unit
from rederive.verdicts import Finding

CELL = ["events", "n", "percent"]
HOW = {
    Rounding.HALF_UP: "rounded half-up",
    Rounding.HALF_EVEN: "rounded half-even",
    Rounding.TRUNCATION: "cut off",
}


def check_breakdowns(blocks: Mapping[str, PrintedBreakdown]) -> pd.DataFrame:
    """Each block's sum, the sum of its printed percentages, and how many cells each rounding convention prints.

    Returns
    -------
    A row per block: `cells`, `sum`, `of` (what the counts should add up to), `percent_sum` (of the printed
    percentages), `rounded_sum` (of the same cells, each rounded to the nearest with ties up), a column per rounding
    convention, `none` (cells that no convention prints), `one for all` and `by design` (see `adds_up_by_design`).
    """
    rows = {}
    for name, block in blocks.items():
        table = block.table()
        rows[name] = {
            "cells": len(table),
            "sum": int(table["events"].sum()),
            "of": (block.total or block.n).count(),
            "percent_sum": float(100 * sum(percent.value for percent in table["percent"])),
            "rounded_sum": float(100 * sum(_rounded_half_up(*cell) for cell in table[CELL].itertuples(index=False))),
            **summarise_percentages(check_percentages(table)),
            "by design": adds_up_by_design(table),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def _rounded_half_up(events: int, n: int, percent: Printed) -> Fraction:
    return round_to_unit(Fraction(events, n), percent.unit, Rounding.HALF_UP)


def summarise_breakdowns(checked: pd.DataFrame) -> pd.Series:
    """How many blocks and cells there are, and in how many blocks counts add up and each way of rounding fits."""
    return pd.Series(
        {
            "blocks": len(checked),
            "cells": int(checked["cells"].sum()),
            "counts add up": int((checked["sum"] == checked["of"]).sum()),
            "one convention fits": int(checked["one for all"].sum()),
            "rounded to add up": int(checked["by design"].sum()),
            "cells that no convention prints": int(checked["none"].sum()),
        }
    )


def adds_up_by_design(table: pd.DataFrame) -> bool:
    """Whether a block's counts add up to n, and its percentages are their shares rounded so that they add up to 100%.

    Every share is cut off; the steps that are then missing go to the cells of which most was cut off (largest
    remainders; Hamilton's method). Between equal remainders any choice counts. `table` as of `PrintedBreakdown.table`,
    all percentages printed to the same digit.
    """
    units = {percent.unit for percent in table["percent"]}
    if len(units) > 1:
        return False
    unit = units.pop()
    shares = [Fraction(events, n) for events, n in table[["events", "n"]].itertuples(index=False)]
    steps = [share / unit for share in shares]
    up = [percent.value / unit - math.floor(step) for percent, step in zip(table["percent"], steps, strict=True)]
    rests = [step - math.floor(step) for step in steps]
    raised = [rest for rest, one in zip(rests, up, strict=True) if one == 1]
    kept = [rest for rest, one in zip(rests, up, strict=True) if one == 0]
    return (
        sum(shares) == 1
        and len(raised) + len(kept) == len(steps)
        and len(raised) == sum(rests)
        and min(raised, default=Fraction(1)) >= max(kept, default=Fraction(0))
    )


def printed_two_ways(blocks: Mapping[str, PrintedBreakdown]) -> pd.DataFrame:
    """Counts that stand in several cells with different percentages beside them.

    Returns
    -------
    A row per count and denominator, in ascending order: `events`, `n`, `exact` (a proportion), `printed` (the
    different percentages, in the order of the table) and `conventions` (how each of them can come about).
    """
    cells = pd.concat([block.table() for block in blocks.values()])
    rows = []
    for events, n in cells[["events", "n"]].drop_duplicates().sort_values(["events", "n"]).itertuples(index=False):
        same = cells[(cells["events"] == events) & (cells["n"] == n)]
        texts = list(dict.fromkeys(map(str, same["percent"])))
        if len(texts) > 1:
            how = [_roundings(events, n, Printed.parse(text)) for text in texts]
            rows.append((events, n, events / n, ", ".join(texts), "; ".join(how)))
    return pd.DataFrame(rows, columns=["events", "n", "exact", "printed", "conventions"])


def _roundings(events: int, n: int, percent: Printed) -> str:
    return " or ".join(HOW[how] for how in roundings_that_print(events, n, percent)) or "no rounding"


def judge_breakdown(printed: PrintedBreakdown, *, once: bool = True) -> Finding:
    """Do a block's counts add up, and does one way of rounding print all of its percentages?

    The ways are the three rounding conventions, and `adds_up_by_design`.

    Parameters
    ----------
    once : whether every patient stands in exactly one cell, so that the counts have to add up.
    """
    table = printed.table()
    total, of = int(table["events"].sum()), (printed.total or printed.n).count()
    adds_up = not once or total == of
    checked = check_percentages(table)
    shared = [HOW[how] for how in Rounding if checked[how.value].all()]
    by_design = once and adds_up_by_design(table)
    printed_by_one = len(table) if by_design else int(checked.sum().max())
    sums = f"The counts add up to {total}{'' if adds_up else f', not {of}'}. " if once else ""
    if len(shared) == len(Rounding):
        found = f"Each percentage is its count out of {printed.n}, however digits were rounded."
    elif shared:
        found = f"Each percentage is its count out of {printed.n}, {' or '.join(shared)}."
    elif by_design:
        found = f"Each percentage is its count out of {printed.n}, rounded so that the block adds up to 100%."
    else:
        found = f"None of the usual ways of rounding prints every percentage: {_told_apart(table)}."
    return Finding(
        judge_breakdown,
        "one rounding for the block: half-up, half-even, cut off, or so that it adds up to 100%",
        sums + found,
        ({"sum": total} if once else {}) | {"percentages": len(table), "printed_by_one_rounding": printed_by_one},
        recomputes=adds_up and bool(shared or by_design),
        exists=adds_up and bool(shared or by_design),
        constrained=True,
    )


def _told_apart(table: pd.DataFrame) -> str:
    """The cells that tell conventions apart, each with what prints it."""
    told = []
    for events, n, percent in table[CELL].itertuples(index=False):
        how = roundings_that_print(events, n, percent)
        if len(how) < len(Rounding):
            told.append(f"{percent} for {events}/{n} if {_roundings(events, n, percent)}")
    return "; ".join(told)


def judge_flow(start: Printed, leaving: Sequence[Printed], end: Printed) -> Finding:
    """Do those who entered, less those who left, leave those who were analysed?"""
    left = start.count() - sum(number.count() for number in leaving)
    return Finding(
        judge_flow,
        "",
        f"{' − '.join(map(str, [start, *leaving]))} = {left}, {'as' if left == end.count() else f'not {end}, as'} "
        "printed.",
        {"left": left},
        recomputes=left == end.count(),
    )


def judge_criterion(criterion: str, outside: Printed, cell: str) -> Finding:
    """Does a criterion that every patient is said to meet hold for every patient counted?

    Parameters
    ----------
    outside : how many patients a table counts in a cell that the criterion rules out.
    """
    held = outside.count() == 0
    return Finding(
        judge_criterion,
        f'"{cell}" read as it stands',
        f'{criterion}; the table counts {outside} patients under "{cell}"'
        + ("." if held else ", which the criterion rules out."),
        {"outside": outside.count()},
        exists=held,
        constrained=True,
    )


def judge_majority(events: Printed, sizes: Mapping[str, Printed], reading: str) -> Finding:
    """Can these patients be "more than half" of any of the groups they may belong to?

    They were counted in the largest group; in a smaller one at most all of them are. `reading` says how the words of
    the sentence are read as these patients.
    """
    most = {name: (min(events.count(), n.count()), n.count()) for name, n in sizes.items()}
    exists = any(2 * count > n for count, n in most.values())
    counted_in = max(n for _, n in most.values())
    told = "; ".join(
        f"{name} {'' if n == counted_in else 'at most '}{count} of {n}, {count / n:.1%}"
        for name, (count, n) in most.items()
    )
    return Finding(
        judge_majority,
        reading,
        f"{told[0].upper()}{told[1:]}: {'more than half' if exists else 'not more than half'}.",
        {f"share_{name}": count / n for name, (count, n) in most.items()},
        exists=exists,
        constrained=True,
    )


def judge_patients_with_any(patients: Printed, printed: PrintedBreakdown) -> Finding:
    """Can this many patients have had at least one of these events, of which a patient may have several?

    At least as many as had the commonest event; at most as many as there were events.
    """
    counts = printed.table()["events"]
    low, high = int(counts.max()), min(int(counts.sum()), printed.n.count())
    return Finding(
        judge_patients_with_any,
        "",
        f"The table's {int(counts.sum())} events can belong to anything from {low} to {high} patients; {patients} is "
        f"{'among these numbers' if low <= patients.count() <= high else 'not among these numbers'}.",
        {"fewest": low, "most": high},
        exists=low <= patients.count() <= high,
        missing=("events of each patient",),
    )


def judge_parts_within(parts: Sequence[Printed], whole: Printed) -> Finding:
    """Can these separate groups be parts of one? They can if together they are no more than it."""
    together, of = sum(number.count() for number in parts), whole.count()
    if together < of:
        rest = f"the other {of - together} are in none of these groups"
    elif together == of:
        rest = "which is all of them"
    else:
        rest = "which is more than there are"
    return Finding(
        judge_parts_within,
        "",
        f"{' + '.join(map(str, parts))} = {together} of {whole} patients; {rest}.",
        {"together": together, "others": of - together},
        exists=together <= of,
        constrained=together == of,
    )
